"""The seed documents' samples, with their values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bce_lint.verify import Verdict, devices
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
