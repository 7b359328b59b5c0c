"""Rewrites of dtypes and shapes: BCE301 to BCE401."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from bce_lint.diagnostic import Verdict
from bce_lint.verify import references, samples
from bce_lint.verify.row import Case, Cases, Open, Row

_N, _C = 12, samples.CLASSES
_Target: TypeAlias = Callable[[int], Tensor]


def _case(shape: tuple[int, ...], target: _Target, pairs: tuple[Open, Open], wanted: Open) -> Cases:
    """One case: losses of logits of a shape and a target that stays as it is, but for its device."""

    def _build(seed: int) -> tuple[Case, ...]:
        fixed = target(seed)
        before, after, reference = (_of_logits(loss, fixed) for loss in (*pairs, wanted))
        return (Case("batch", partial(samples.logits, seed, shape=shape), before, after, reference),)

    return _build


def _of_logits(loss: Open, target: Tensor) -> Callable[[Tensor], Tensor]:
    return lambda x: loss(x, target.to(x.device))


def _row(code: str, title: str, build: Cases, claim: Verdict = Verdict.ERROR, dtype: str = "float32") -> Row:
    return Row(code, title, claim, build, dtype)


def _hard(dtype: torch.dtype, *shape: int) -> _Target:
    """Targets of 0 and 1."""
    return lambda seed: samples.fractions(seed, *shape).round().to(dtype)


def _labels(dtype: torch.dtype, *shape: int) -> _Target:
    """Class labels."""
    return lambda seed: samples.indices(seed, *shape).to(dtype)


def _one_hot(seed: int) -> Tensor:
    return F.one_hot(samples.indices(seed, _N), _C)


def _probability(x: Tensor, t: Tensor) -> Tensor:
    return F.binary_cross_entropy(torch.sigmoid(x), t)


def _log(x: Tensor, t: Tensor, **options: Any) -> Tensor:
    return F.nll_loss(F.log_softmax(x, dim=1), t, **options)


def _binary(x: Tensor, t: Tensor) -> Tensor:
    return references.bce(x, t.to(x))


def _of_probability(x: Tensor, t: Tensor) -> Tensor:
    """`_probability`, of the float32 probabilities that it got: how a sigmoid rounds is no matter of the target."""
    return references.bce_of_probabilities(torch.sigmoid(x.float()).double(), t.to(x))


def _indexed(x: Tensor, t: Tensor) -> Tensor:
    return references.cross_entropy(x, t.long())


def _by_sample(x: Tensor, t: Tensor) -> Tensor:
    return references.bce(x.reshape(-1), t.to(x).reshape(-1))


_PAIR, _ROWS = (_N, 3), (_N, _C)


def _float_target(title: str, loss: Open, dtype: torch.dtype, wanted: Open) -> Row:
    return _row("BCE301", title, _case(_PAIR, _hard(dtype, *_PAIR), (loss, lambda x, t: loss(x, t.float())), wanted))


def _long_target(title: str, loss: Open, dtype: torch.dtype) -> Row:
    return _row("BCE302", title, _case(_ROWS, _labels(dtype, _N), (loss, lambda x, t: loss(x, t.long())), _indexed))


def _class_weight(title: str, loss: Open, dtype: torch.dtype) -> Row:
    weight = torch.tensor([1, 5, 2, 3], dtype=dtype)

    def _before(x: Tensor, t: Tensor) -> Tensor:
        return loss(x, t, weight=weight.to(x.device))

    def _after(x: Tensor, t: Tensor) -> Tensor:
        return loss(x, t, weight=weight.float().to(x.device))

    def _wanted(x: Tensor, t: Tensor) -> Tensor:
        return references.cross_entropy(x, t, weight=weight.to(x))

    return _row("BCE304", title, _case(_ROWS, _labels(torch.int64, _N), (_before, _after), _wanted))


def _squeezed(title: str, loss: Open, wanted: Open, target: _Target, claim: Verdict = Verdict.ERROR) -> Row:
    """A column of logits against a row of targets."""
    dtype = "float32" if claim is Verdict.ERROR else "float64"
    return _row("BCE401", title, _case((_N, 1), target, (loss, lambda x, t: loss(x.squeeze(-1), t)), wanted), claim, dtype)


def _in_its_dtype(loss: Open) -> Open:
    """A loss of a target in the dtype of the logits."""
    return lambda x, t: loss(x, t.to(x))


def _by_channel(x: Tensor, t: Tensor) -> Tensor:
    return references.bce(x.reshape(t.shape), t.to(x))


def _distance(x: Tensor, t: Tensor) -> Tensor:
    return ((x.reshape(-1) - t.to(x).reshape(-1)) ** 2).mean()


_LOGITS = F.binary_cross_entropy_with_logits
_LABELS, _SILENT = _hard(torch.float32, _N), Verdict.INTENDED

ROWS = (
    _float_target("BCEWithLogitsLoss()(x, int64 t) → …(x, t.float())", _LOGITS, torch.int64, _binary),
    _float_target("BCEWithLogitsLoss()(x, bool t) → …(x, t.float())", _LOGITS, torch.bool, _binary),
    _float_target("BCELoss()(p, int64 t) → …(p, t.float())", _probability, torch.int64, _of_probability),
    _float_target("BCELoss()(p, float64 t) → …(p, t.float())", _probability, torch.float64, _of_probability),
    _row(
        "BCE301",
        "BCELoss()(float64 p, float32 t) → …(p, t.double())",
        _case(
            _PAIR,
            _hard(torch.float32, *_PAIR),
            (_probability, lambda x, t: _probability(x, t.double())),
            lambda x, t: references.bce_of_probabilities(torch.sigmoid(x), t.to(x)),
        ),
        dtype="float64",
    ),
    _long_target("CrossEntropyLoss()(x, int32 t) → …(x, t.long())", F.cross_entropy, torch.int32),
    _long_target("NLLLoss()(log_p, float t) → …(log_p, t.long())", _log, torch.float32),
    _row(
        "BCE303",
        "CrossEntropyLoss()(x, one-hot t) → …(x, t.float())",
        _case(
            _ROWS,
            _one_hot,
            (F.cross_entropy, lambda x, t: F.cross_entropy(x, t.float())),
            lambda x, t: references.cross_entropy(x, t.argmax(1)),
        ),
    ),
    _class_weight("CrossEntropyLoss(int64 weight) → …(weight.float())", F.cross_entropy, torch.int64),
    _class_weight("CrossEntropyLoss(float64 weight) → …(weight.float())", F.cross_entropy, torch.float64),
    _class_weight("NLLLoss(int64 weight) → …(weight.float())", _log, torch.int64),
    _squeezed("BCEWithLogitsLoss()((N, 1), (N,)) → …(x.squeeze(-1), t)", _LOGITS, _by_sample, _LABELS),
    _squeezed("BCELoss()((N, 1), (N,)) → …(p.squeeze(-1), t)", _probability, lambda x, t: _of_probability(x.view(-1), t), _LABELS),
    _row(
        "BCE401",
        "CrossEntropyLoss()((N, C), (N, 1)) → …(x, t.squeeze(-1))",
        _case(
            _ROWS,
            _labels(torch.int64, _N, 1),
            (F.cross_entropy, lambda x, t: F.cross_entropy(x, t.squeeze(-1))),
            lambda x, t: references.cross_entropy(x, t.view(-1)),
        ),
    ),
    _row(
        "BCE401",
        "BCEWithLogitsLoss()((N, 1, L), (N, L)) → …(x, t.unsqueeze(1))",
        _case((_N, 1, 3), _hard(torch.float32, *_PAIR), (_LOGITS, lambda x, t: _LOGITS(x, t.unsqueeze(1))), _by_channel),
    ),
    _row(
        "BCE401",
        "CrossEntropyLoss()((N, C, L), (N, 1, L)) → …(x, t.squeeze(1))",
        _case(
            (_N, _C, 3),
            _labels(torch.int64, _N, 1, 3),
            (F.cross_entropy, lambda x, t: F.cross_entropy(x, t.squeeze(1))),
            lambda x, t: references.cross_entropy(x, t.view(_N, 3)),
        ),
    ),
    _squeezed(
        "MultiLabelSoftMarginLoss()((N, 1), (N,)), which broadcasts → …(x.squeeze(-1), t)",
        _in_its_dtype(F.multilabel_soft_margin_loss),
        _by_sample,
        _LABELS,
        _SILENT,
    ),
    _squeezed("MSELoss()((N, 1), (N,)), which broadcasts → …(x.squeeze(-1), t)", _in_its_dtype(F.mse_loss), _distance, _LABELS, _SILENT),
)
