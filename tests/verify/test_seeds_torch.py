"""The seed documents' samples, with their values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bce_lint.diagnostic import Verification
from bce_lint.verify import Verdict, devices, verify_source
from bce_lint.verify.judges import judge
from bce_lint.verify.measure import Raised, run
from bce_lint.verify.row import Case, Loss, Row
from bce_lint.verify.samples import Sample

pytestmark = pytest.mark.torch

SCORES, LABELS = torch.tensor([0.9, 0.1, 0.8, 0.7]), torch.tensor([1.0, 0.0, 1.0, 1.0])
CPU = torch.device("cpu")


def _verdict(claim: Verdict, logits: Tensor, before: Loss, after: Loss, wanted: Loss, dtype: str = "float64") -> Verdict:
    case = Case("seed", lambda limit: Sample(logits), before, after, wanted)
    return judge(Row("BCE000", "", claim, lambda seed: (case,), dtype), CPU, 0).verdict


def _with_logits(x: Tensor) -> Tensor:
    loss: Tensor = nn.BCEWithLogitsLoss()(x, LABELS.to(x))
    return loss


def _after_sigmoid(x: Tensor) -> Tensor:
    p = torch.sigmoid(x)
    loss: Tensor = nn.BCELoss()(p, LABELS.to(x))
    return loss


def _without_sigmoid(x: Tensor) -> Tensor:
    loss: Tensor = nn.BCELoss()(x, LABELS.to(x))
    return loss


@pytest.mark.parametrize(("loss", "value"), [(_with_logits, 0.4650), (_without_sigmoid, 0.1976), (_after_sigmoid, 0.4650)])
def test_0a_0b_0c(loss: Callable[[Tensor], Tensor], value: float) -> None:
    assert float(run(loss, SCORES).value) == pytest.approx(value, abs=5e-5)


def test_0c_is_fixed_to_0a() -> None:
    assert _verdict(Verdict.EQUIVALENT, SCORES, _after_sigmoid, _with_logits, _with_logits) is Verdict.EQUIVALENT
    assert _verdict(Verdict.NO_WORSE, SCORES, _after_sigmoid, _with_logits, _with_logits, "float32") is Verdict.NO_WORSE


def test_0b_is_another_loss() -> None:
    assert _verdict(Verdict.EQUIVALENT, SCORES, _without_sigmoid, _with_logits, _with_logits) is Verdict.CONTRADICTED
    assert _verdict(Verdict.INTENDED, SCORES, _without_sigmoid, _with_logits, _with_logits) is Verdict.INTENDED


def test_1a_raises_under_autocast_and_its_fix_does_not() -> None:
    with devices.cuda_autocast(CPU):
        with pytest.raises(Raised, match="unsafe to autocast"):
            run(_after_sigmoid, SCORES)
        assert _verdict(Verdict.ERROR, SCORES, _after_sigmoid, _with_logits, _with_logits, "float32") is Verdict.ERROR


def test_2e_is_binary_cross_entropy_with_a_weight() -> None:
    generator = torch.Generator().manual_seed(0)
    prob, weight = (torch.rand(5, 3, generator=generator, dtype=torch.float64) for _ in range(2))
    target = torch.rand(5, 3, generator=generator).round().double()

    def written(prob: Tensor) -> Tensor:
        loss = -weight * (target * torch.log(prob) + (1 - target) * torch.log(1 - prob))
        return torch.sum(loss) / torch.numel(target)

    def called(prob: Tensor) -> Tensor:
        return F.binary_cross_entropy(prob, target, weight=weight)

    def fixed(prob: Tensor) -> Tensor:
        loss = -weight * (-torch.nn.functional.binary_cross_entropy(prob, target, reduction="none"))
        return torch.sum(loss) / torch.numel(target)

    assert _verdict(Verdict.EQUIVALENT, prob, written, fixed, called) is Verdict.EQUIVALENT
    assert _verdict(Verdict.EQUIVALENT, prob, written, called, called) is Verdict.EQUIVALENT


def test_3a_is_fixed_to_the_same_loss() -> None:
    torch.manual_seed(0)
    model, target = nn.Linear(5, 4), torch.Tensor([0, 1, 1, 0])
    logits = model(torch.rand(5)).detach()

    def before(x: Tensor) -> Tensor:
        loss: Tensor = nn.BCELoss()(torch.sigmoid(x), target.to(x))
        return loss

    def after(x: Tensor) -> Tensor:
        loss: Tensor = nn.BCEWithLogitsLoss()(x, target.to(x))
        return loss

    assert _verdict(Verdict.EQUIVALENT, logits, before, after, after) is Verdict.EQUIVALENT
    assert float(run(before, logits).value) == pytest.approx(float(run(after, logits).value), abs=1e-6)


def _found(text: str, code: str) -> Verification:
    """What running the fix of a finding in a script shows."""
    head = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n"
    (one,) = [d.verification for d in verify_source(head + text, select=[code])]
    assert one is not None
    return one


SCRIPT = "y_true = torch.Tensor([1, 0, 1, 1])\ny_pred = torch.Tensor([0.9, 0.1, 0.8, 0.7])\n"
MODEL = "model = nn.Linear(5, 1)\n\n\ndef step(input, target):\n"


def test_0c_as_it_is_written() -> None:
    assert _found(SCRIPT + "p = torch.sigmoid(y_pred)\nloss = nn.BCELoss()(p, y_true)\n", "BCE101").verdict == "equivalent"


@pytest.mark.parametrize("loss", ["F.binary_cross_entropy(p, t)", "nn.BCELoss()(p, t)"])
def test_1a_as_it_is_written(loss: str) -> None:
    text = f"def step(x, t):\n    with torch.autocast('cuda'):\n        p = torch.sigmoid(x)\n        return {loss}\n"
    one = _found(text, "BCE102")
    assert (one.verdict, one.device) == ("was an error", "cpu, simulated CUDA autocast")
    assert "unsafe to autocast" in one.reason


def test_1b_and_1c_as_they_are_written() -> None:
    text = "    output = model(input)\n    return nn.functional.binary_cross_entropy(nn.functional.sigmoid(output), target)\n"
    assert _found(MODEL + text, "BCE101").verdict == "equivalent"
    one = _found(MODEL + "    output = model(input)\n    loss = nn.BCEWithLogitsLoss(output, target)\n    loss.backward()\n", "BCE201")
    assert (one.verdict, one.reason) == ("was an error", "RuntimeError: Boolean value of Tensor with more than one value is ambiguous")


def test_2a_as_it_is_written() -> None:
    text = "def step(x, y):\n    return {}(F.log_softmax(x, dim=1), y)\n"
    assert _found(text.format("F.cross_entropy"), "BCE113").verdict == "equivalent"
    assert _found(text.format("F.nll_loss"), "BCE123").verdict == "equivalent"


def test_2e_as_it_is_written() -> None:
    text = (
        "def loss(scores, target, weight):\n"
        "    prob = torch.softmax(scores, dim=1)\n"
        "    loss = -weight * (target * torch.log(prob) + (1 - target) * torch.log(1 - prob))\n"
        "    return torch.sum(loss) / torch.numel(target)\n"
    )
    assert _found(text, "BCE503").verdict == "equivalent"


def test_3a_as_it_is_written() -> None:
    text = (
        "model = nn.Linear(5, 4)\n\n\ndef step(input):\n"
        "    model_output = torch.sigmoid(model(input))\n"
        "    target = torch.Tensor([0, 1, 1, 0])\n"
        "    return nn.BCELoss()(model_output, target)\n"
    )
    assert _found(text, "BCE101").verdict == "equivalent"
