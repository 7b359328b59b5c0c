"""Rewrites of formulas and of decisions: BCE501 to BCE601."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from math import log

import torch
import torch.nn.functional as F
from torch import Tensor

from bce_lint.diagnostic import Verdict
from bce_lint.verify import references, samples, settings
from bce_lint.verify.row import Case, Cases, Loss, Row, Setting, cases, preserving

_EPS = 1e-8


def _alone(before: Loss, after: Loss, wanted: Loss, rows: bool = False) -> Cases:
    """A formula of the logits alone, on the grid and on a seeded picture."""

    def _build(seed: int) -> tuple[Case, ...]:
        picture = partial(samples.logits, seed, shape=(3, samples.CLASSES, 5))
        return *_grid(before, after, wanted, rows)(seed), Case("3-D", picture, before, after, wanted)

    return _build


def _grid(before: Loss, after: Loss, wanted: Loss, rows: bool = False) -> Cases:
    """A formula of the logits alone, on the grid."""
    return lambda seed: (Case("grid", samples.rows if rows else samples.elements, before, after, wanted),)


def _written_out(x: Tensor, t: Tensor, eps: float = 0.0, weight: Tensor | None = None) -> Tensor:
    p = torch.sigmoid(x)
    each = t * torch.log(p + eps) + (1 - t) * torch.log(1 - p + eps)
    return -each if weight is None else -weight * each


def _called(x: Tensor, t: Tensor, weight: Tensor | None = None) -> Tensor:
    each = F.binary_cross_entropy(torch.sigmoid(x), t, reduction="none")
    return each if weight is None else -weight * (-each)


def _with_logits(x: Tensor, t: Tensor, weight: Tensor | None = None) -> Tensor:
    return F.binary_cross_entropy_with_logits(x, t, weight=weight, reduction="none")


def _reference(x: Tensor, t: Tensor, weight: Tensor | None = None) -> Tensor:
    return references.bce(x, t, weight, "none")


def _unreduced(seed: int) -> Iterator[Setting]:
    """The settings of `binary` that do not reduce, without the option that says so."""
    for setting in settings.binary(seed):
        options = dict(setting.options)
        if options.pop("reduction") == "none":
            yield setting._replace(options=options)


def _decided(decision: Callable[[Tensor], Tensor]) -> Loss:
    """A decision in the place of a loss: it has no gradient."""
    return lambda x: decision(x).to(x)


def _threshold(p: float, written: float) -> Cases:
    """A threshold for probabilities on logits, and the one that the fix writes."""
    return _grid(_decided(lambda x: x > p), _decided(lambda x: x > written), _decided(lambda x: torch.sigmoid(x.double()) > p))


def _logit(p: float) -> float:
    """The logit of a probability to six digits, as the fix writes it."""
    return float(f"{log(p / (1 - p)):.6g}")


_LOG_SOFTMAX = _alone(lambda x: torch.log(F.softmax(x, dim=1)), lambda x: F.log_softmax(x, dim=1), references.log_softmax, rows=True)
_LOG_SIGMOID = _alone(lambda x: torch.log(torch.sigmoid(x)), F.logsigmoid, references.log_sigmoid)
_LOG_COMPLEMENT = _alone(lambda x: torch.log(1 - torch.sigmoid(x)), lambda x: F.logsigmoid(-x), lambda x: references.log_sigmoid(-x))

ROWS = (
    *preserving("BCE501", "log(softmax(x)) → log_softmax(x)", _LOG_SOFTMAX),
    Row(
        "BCE501",
        "log(softmax(x) + 1e-8) → log_softmax(x)",
        Verdict.INTENDED,
        _alone(lambda x: torch.log(F.softmax(x, dim=1) + _EPS), lambda x: F.log_softmax(x, dim=1), references.log_softmax, rows=True),
    ),
    *preserving("BCE502", "log(sigmoid(x)) → logsigmoid(x)", _LOG_SIGMOID),
    *preserving("BCE502", "log(1 - sigmoid(x)) → logsigmoid(-x)", _LOG_COMPLEMENT),
    Row(
        "BCE502",
        "log(sigmoid(x) + 1e-8) → logsigmoid(x)",
        Verdict.INTENDED,
        _alone(lambda x: torch.log(torch.sigmoid(x) + _EPS), F.logsigmoid, references.log_sigmoid),
    ),
    # No claim about large logits: BCELoss's gradient dies where the formula's does not.
    Row("BCE503", "-(t·log p + (1-t)·log(1-p)) → BCELoss(p)", Verdict.EQUIVALENT, cases([(_written_out, _called)], _reference, _unreduced)),
    *preserving(
        "BCE503",
        "-(t·log p + (1-t)·log(1-p)), and then BCE101 → BCEWithLogitsLoss(x)",
        cases([(_written_out, _with_logits)], _reference, _unreduced),
    ),
    Row(
        "BCE503",
        "-(t·log(p + 1e-8) + (1-t)·log(1-p + 1e-8)) → BCELoss(p)",
        Verdict.INTENDED,
        cases([(partial(_written_out, eps=_EPS), _called)], _reference, _unreduced),
        lower=(),
    ),
    Row("BCE601", "x > 0.5 → x > 0", Verdict.INTENDED, _threshold(0.5, 0.0)),
    Row("BCE601", "x > 0.3 → x > -0.847298", Verdict.INTENDED, _threshold(0.3, _logit(0.3))),
    Row(
        "BCE601",
        "round(x) → round(sigmoid(x))",
        Verdict.INTENDED,
        _grid(_decided(torch.round), _decided(lambda x: x.sigmoid().round()), _decided(lambda x: x > 0)),
        lower=("float32", "float16"),  # in bfloat16 the sigmoid of the grid's first step is 0.5
    ),
)
