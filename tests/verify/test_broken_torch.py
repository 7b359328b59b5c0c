"""Rewrites that were broken on purpose are caught, each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from bce_lint.verify import Verdict, references, settings
from bce_lint.verify.formulas import _grid
from bce_lint.verify.judges import judge
from bce_lint.verify.row import Case, Loss, Open, Row, Setting, cases
from bce_lint.verify.verdict import Judgement

pytestmark = pytest.mark.torch

LOGITS, CLASSES = F.binary_cross_entropy_with_logits, F.cross_entropy


def _judged(claim: Verdict, build: Callable[[int], tuple[Case, ...]], dtype: str = "float64") -> Judgement:
    return judge(Row("BCE000", "broken", claim, build, dtype), torch.device("cpu"), 0)


def _without(name: str) -> Callable[[Open], Open]:
    """A loss that loses an option on the way."""
    return lambda loss: lambda x, t, **o: loss(x, t, **{key: value for key, value in o.items() if key != name})


def _with(name: str, change: Callable[[Any], Any]) -> Callable[[Open], Open]:
    """A loss that gets another value of an option."""
    return lambda loss: lambda x, t, **o: loss(x, t, **{key: change(value) if key == name else value for key, value in o.items()})


def _other_reduction(reduction: str) -> str:
    return {"mean": "sum", "sum": "mean"}.get(reduction, reduction)


BROKEN: dict[str, Callable[[Open], Open]] = {
    "weight dropped": _without("weight"),
    "weight twice": _with("weight", lambda weight: weight * weight),
    "reduction dropped": _without("reduction"),
    "another reduction": _with("reduction", _other_reduction),
    "everything averaged": _with("reduction", lambda _: "mean"),
    "sign of the loss": lambda loss: lambda x, t, **o: -loss(x, t, **o),
    "sign of the logits": lambda loss: lambda x, t, **o: loss(-x, t, **o),
    "no gradient": lambda loss: lambda x, t, **o: loss(x.detach(), t, **o),
    "half of the gradient": lambda loss: lambda x, t, **o: loss((x + x.detach()) / 2, t, **o),
    "value shifted": lambda loss: lambda x, t, **o: loss(x, t, **o) + 1e-6,
    "logits scaled": lambda loss: lambda x, t, **o: loss(x * 1.0001, t, **o),
}
BINARY: dict[str, Callable[[Open], Open]] = {
    **BROKEN,
    "arguments swapped": lambda loss: lambda x, t, **o: loss(t, x, **o),
    "sigmoid kept": lambda loss: lambda x, t, **o: loss(x.sigmoid(), t, **o),
    "target turned over": lambda loss: lambda x, t, **o: loss(x, 1 - t, **o),
}
INDEXED: dict[str, Callable[[Open], Open]] = {
    **BROKEN,
    "arguments swapped": lambda loss: lambda x, t, **o: loss(t.double(), x, **o),
    "ignore_index dropped": _without("ignore_index"),
    "label_smoothing dropped": _without("label_smoothing"),
    "class dimension moved": lambda loss: lambda x, t, **o: loss(F.log_softmax(x, dim=0), t, **o),
    "classes turned over": lambda loss: lambda x, t, **o: loss(x.flip(1), t, **o),
}


def _probability(x: Tensor, t: Tensor, **options: Any) -> Tensor:
    return F.binary_cross_entropy(torch.sigmoid(x), t, **options)


@pytest.mark.parametrize("how", BINARY)
def test_a_broken_fusion_is_not_equivalent(how: str) -> None:
    one = _judged(Verdict.EQUIVALENT, cases([(_probability, BINARY[how](LOGITS))], references.bce, settings.binary))
    assert one.verdict is Verdict.CONTRADICTED
    assert one.reason


# A shift of 1e-6 is within float32's rounding, as is a factor of 1.0001 within that of half precision.
@pytest.mark.parametrize("how", sorted(BINARY.keys() - {"value shifted", "logits scaled"}))
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_a_broken_fusion_is_worse(how: str, dtype: str) -> None:
    one = _judged(Verdict.NO_WORSE, cases([(_probability, BINARY[how](LOGITS))], references.bce, settings.binary), dtype)
    assert one.verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("how", INDEXED)
def test_a_broken_cross_entropy_is_not_equivalent(how: str) -> None:
    def before(x: Tensor, t: Tensor, **options: Any) -> Tensor:
        return CLASSES(F.log_softmax(x, dim=1), t, **options)

    build = cases([(before, INDEXED[how](CLASSES))], references.cross_entropy, settings.smoothed)
    assert _judged(Verdict.EQUIVALENT, build).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("how", sorted({*BINARY, "pos_weight dropped", "pos_weight halved"} - {"sigmoid kept"}))
def test_a_broken_change_is_not_the_intended_one(how: str) -> None:
    changes = {**BINARY, "pos_weight dropped": _without("pos_weight"), "pos_weight halved": _with("pos_weight", lambda weight: weight / 2)}
    build = cases([(lambda x, t, **o: LOGITS(x.sigmoid(), t, **o), changes[how](LOGITS))], references.bce, settings.positive)
    assert _judged(Verdict.INTENDED, build).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("how", INDEXED)
def test_a_broken_class_loss_is_not_the_intended_one(how: str) -> None:
    build = cases([(lambda x, t, **o: CLASSES(x.softmax(1), t, **o), INDEXED[how](CLASSES))], references.cross_entropy, settings.smoothed)
    assert _judged(Verdict.INTENDED, build).verdict is Verdict.CONTRADICTED


def test_a_logarithm_that_was_left_out_is_seen() -> None:
    def without(x: Tensor, t: Tensor, **options: Any) -> Tensor:
        return F.nll_loss(x.softmax(1), t, **options)

    one = _judged(Verdict.INTENDED, cases([(without, without)], references.cross_entropy, settings.indexed))
    assert one.reason.startswith("grid: not the loss that was meant: values ")


def test_a_change_that_changes_nothing_is_seen() -> None:
    assert _judged(Verdict.INTENDED, cases([(LOGITS, LOGITS)], references.bce, settings.binary)).reason == "grid: nothing changes"


def _log_sigmoid(change: Loss) -> Callable[[int], tuple[Case, ...]]:
    return _grid(lambda x: torch.log(1 - torch.sigmoid(x)), change, lambda x: references.log_sigmoid(-x))


FORMULAS: dict[str, Loss] = {
    "sign inside": F.logsigmoid,
    "sign outside": lambda x: -F.logsigmoid(-x),
    "logarithm removed": lambda x: 1 - torch.sigmoid(x),
    "another function": lambda x: F.softplus(-x),
}


@pytest.mark.parametrize("how", FORMULAS)
@pytest.mark.parametrize("claim", [Verdict.EQUIVALENT, Verdict.NO_WORSE])
def test_a_broken_formula_is_seen(how: str, claim: Verdict) -> None:
    dtype = "float64" if claim is Verdict.EQUIVALENT else "float32"
    assert _judged(claim, _log_sigmoid(FORMULAS[how]), dtype).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("dim", [0, -2])
def test_the_wrong_dimension_is_seen(dim: int) -> None:
    build = _grid(lambda x: torch.log(F.softmax(x, dim=1)), lambda x: F.log_softmax(x, dim=dim), references.log_softmax, rows=True)
    assert _judged(Verdict.EQUIVALENT, build).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("written", [0.3, 0.847298, -0.8, 0.0])
def test_the_wrong_threshold_is_seen(written: float) -> None:
    build = _grid(lambda x: (x > 0.3).to(x), lambda x: (x > written).to(x), lambda x: (torch.sigmoid(x) > 0.3).to(x))
    assert _judged(Verdict.INTENDED, build).verdict is Verdict.CONTRADICTED


def _integer(seed: int) -> Iterator[Setting]:
    setting = next(setting for setting in settings.binary(seed) if setting.options == {"reduction": "mean"})
    yield setting._replace(target=lambda x: setting.target(x).round().long())


TARGETS: dict[str, Open] = {
    "still integers": lambda x, t: LOGITS(x, t.int()),
    "truth values": lambda x, t: LOGITS(x, t.bool()),
    "turned over": lambda x, t: LOGITS(x, 1 - t.float()),
    "summed": lambda x, t: LOGITS(x, t.float(), reduction="sum"),
    "zeros": lambda x, t: LOGITS(x, t.float() * 0),
}


@pytest.mark.parametrize("how", TARGETS)
def test_a_broken_repair_is_seen(how: str) -> None:
    def wanted(x: Tensor, t: Tensor) -> Tensor:
        return references.bce(x, t.to(x))

    def settled(seed: int) -> Iterator[Setting]:
        return (setting._replace(options={}) for setting in _integer(seed))

    build = cases([(LOGITS, TARGETS[how])], wanted, settled)
    assert _judged(Verdict.ERROR, build, "float32").verdict is Verdict.CONTRADICTED
    right = cases([(LOGITS, lambda x, t: LOGITS(x, t.float()))], wanted, settled)
    assert _judged(Verdict.ERROR, right, "float32").verdict is Verdict.ERROR


def test_an_original_that_runs_was_no_error() -> None:
    assert _judged(Verdict.ERROR, cases([(LOGITS, LOGITS)], references.bce, settings.binary)).reason == "grid: the original runs"


def test_an_exception_of_the_rewrite_is_quoted() -> None:
    one = _judged(Verdict.EQUIVALENT, cases([(LOGITS, lambda x, t, **o: LOGITS(x, t.long(), **o))], references.bce, settings.binary))
    assert one.verdict is Verdict.CONTRADICTED
    assert one.reason.startswith("grid: RuntimeError: result type ")
