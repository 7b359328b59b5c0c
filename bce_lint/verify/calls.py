"""Rewrites of how a loss is called: BCE201 to BCE205."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bce_lint.diagnostic import Verdict
from bce_lint.verify import references, samples, settings
from bce_lint.verify.row import Case, Open, Row, Setting, bound, cases, given


def _one(seed: int) -> Iterator[Setting]:
    """One logit, as in a last batch of one."""
    yield Setting("one element", partial(samples.logits, seed, shape=(1, 1)), given(samples.fractions(seed, 1, 1)), {})


def _used(loss: Any) -> Tensor:
    """What an object that was taken for a loss's value is asked for next."""
    loss.backward()
    return torch.zeros(())


def _constructed(loss: Callable[..., Any]) -> tuple[Open, Open]:
    """A class called as if it were the loss, and constructed first; options stay with the constructor."""
    return (lambda x, t, **o: _used(loss(x, t, **_without_weight(o))), lambda x, t, **o: loss(**_without_weight(o))(x, t))


def _without_weight(options: dict[str, Any]) -> dict[str, Any]:
    """The tensor is given by position already: a weight beside it is a `TypeError` of Python."""
    return {"reduction": options.get("reduction", "mean")}


def _unweighted(settings_: Callable[[int], Iterator[Setting]]) -> Callable[[int], Iterator[Setting]]:
    """Settings that give a reduction alone."""
    return lambda seed: (setting for setting in settings_(seed) if set(setting.options) == {"reduction"})


def _exchanged(loss: Open) -> tuple[Open, Open]:
    return (lambda x, t, **o: loss(t, x, **o), lambda x, t, **o: loss(x, t, **o))


_BINARY, _INDEXED = _unweighted(settings.binary), _unweighted(settings.indexed)
_LEGACY = {
    (None, True): "mean",
    (None, False): "none",
    (True, None): "mean",
    (True, True): "mean",
    (True, False): "none",
    (False, None): "sum",
    (False, True): "sum",
    (False, False): "none",
}
"""What `size_average` and `reduce` stand for; they win over `reduction`."""


def _legacy(seed: int) -> tuple[Case, ...]:
    """Each pair of the old options, in two losses, beside a `reduction` that it overrides."""
    losses = (
        (F.binary_cross_entropy_with_logits, references.bce, settings.binary),
        (F.cross_entropy, references.cross_entropy, settings.indexed),
    )
    return tuple(
        _overridden(loss, wanted, setting, old, new)
        for loss, wanted, build in losses
        for setting, (old, new) in product(_unweighted(build)(seed), _LEGACY.items())
        if setting.name != "grid"
    )


def _overridden(loss: Open, wanted: Open, setting: Setting, old: tuple[bool | None, bool | None], new: str) -> Case:
    before = dict(zip(("size_average", "reduce"), old, strict=True), **setting.options)
    after = setting._replace(options={"reduction": new})
    name = settings.named(before)
    return Case(name, setting.logits, bound(loss, setting._replace(options=before)), bound(loss, after), bound(wanted, after))


def _misplaced(option: str, reduction: str, loss: Callable[..., Any]) -> tuple[Open, Open]:
    """A reduction given as another option, and as `reduction=`."""
    return (lambda x, t: loss(**{option: reduction})(x, t), lambda x, t: loss(reduction=reduction)(x, t))


def _plain(build: Callable[[int], Iterator[Setting]]) -> Callable[[int], Iterator[Setting]]:
    """One setting without options."""
    return lambda seed: (s._replace(name="plain", options={}) for s in build(seed) if s.name != "grid" and _is_mean(s))


def _is_mean(setting: Setting) -> bool:
    return dict(setting.options) == {"reduction": "mean"}


def _divergence(loss: Callable[..., Any]) -> Callable[..., Any]:
    """A loss of the log-softmax."""
    return lambda **o: lambda x, t: loss(**o)(F.log_softmax(x, dim=1), t)


_SHAPES = ((), (5,), (4, samples.CLASSES), (2, 3, samples.CLASSES), (2, samples.CLASSES, 3, 3))
"""One of each number of dimensions."""


def _implied(seed: int) -> tuple[Case, ...]:
    """Each softmax without its dimension, of inputs of each number of dimensions, and with the one that torch takes."""
    return tuple(
        _with_dim(f"{function.__name__}, {len(shape)}-D", partial(samples.logits, seed, shape=shape), function, wanted, len(shape))
        for shape in _SHAPES
        for function, wanted in ((F.softmax, references.softmax), (F.log_softmax, references.log_softmax), (F.softmin, references.softmin))
    )


def _with_dim(name: str, logits: Callable[[float], samples.Sample], function: Any, wanted: Any, dimensions: int) -> Case:
    dim = 0 if dimensions in (0, 1, 3) else 1
    return Case(name, logits, _quiet(function), lambda x: function(x, dim=dim), lambda x: wanted(x, dim))


def _quiet(function: Any) -> Callable[[Tensor], Tensor]:
    """Without torch's warning that the choice is deprecated, which is what the rule is about."""

    def _called(x: Tensor) -> Tensor:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return function(x)  # type: ignore[no-any-return]

    return _called


def _left_out(seed: int) -> tuple[Case, ...]:
    """A softmax that raises without its dimension."""
    logits = partial(samples.logits, seed, shape=(4, samples.CLASSES))
    without: Any = torch.softmax
    return (Case("rows", logits, without, lambda x: torch.softmax(x, dim=1), references.softmax),)


ROWS = (
    Row(
        "BCE201",
        "BCEWithLogitsLoss(x, t) → BCEWithLogitsLoss()(x, t)",
        Verdict.ERROR,
        cases([_constructed(nn.BCEWithLogitsLoss)], references.bce, _BINARY),
        "float32",
    ),
    Row(
        "BCE201",
        "BCEWithLogitsLoss(x, t) of one element, which builds a module",
        Verdict.ERROR,
        cases([_constructed(nn.BCEWithLogitsLoss)], references.bce, _one),
        "float32",
    ),
    Row(
        "BCE201",
        "CrossEntropyLoss(x, t) → CrossEntropyLoss()(x, t)",
        Verdict.ERROR,
        cases([_constructed(nn.CrossEntropyLoss)], references.cross_entropy, _INDEXED),
        "float32",
    ),
    Row(
        "BCE201",
        "Sigmoid(x) → Sigmoid()(x)",
        Verdict.ERROR,
        cases([(lambda x, t: nn.Sigmoid(x)(x), lambda x, t: nn.Sigmoid()(x))], lambda x, t: 1 / (1 + torch.exp(-x)), _one),
        "float32",
    ),
    Row(
        "BCE202",
        "CrossEntropyLoss()(t, x) → …(x, t)",
        Verdict.ERROR,
        cases([_exchanged(F.cross_entropy)], references.cross_entropy, _INDEXED),
        "float32",
    ),
    Row(
        "BCE202",
        "BCEWithLogitsLoss()(t, x) → …(x, t)",
        Verdict.INTENDED,
        cases([_exchanged(F.binary_cross_entropy_with_logits)], references.bce, _BINARY),
    ),
    Row(
        "BCE202",
        "BCELoss()(t, p) → BCELoss()(p, t)",
        Verdict.INTENDED,
        cases(
            [
                (
                    lambda x, t, **o: F.binary_cross_entropy(t, torch.sigmoid(x), **o),
                    lambda x, t, **o: F.binary_cross_entropy(torch.sigmoid(x), t, **o),
                )
            ],
            references.bce,
            _BINARY,
        ),
        lower=(),
    ),
    Row(
        "BCE202",
        "KLDivLoss()(q, log_p) → …(log_p, q)",
        Verdict.INTENDED,
        cases(
            [
                (
                    lambda x, t, **o: F.kl_div(t, F.log_softmax(x, dim=1), **o),
                    lambda x, t, **o: F.kl_div(F.log_softmax(x, dim=1), t, **o),
                )
            ],
            references.kl_div,
            settings.distributions,
        ),
    ),
    Row("BCE203", "size_average=, reduce= → reduction=", Verdict.EQUIVALENT, _legacy),
    Row(
        "BCE204",
        'KLDivLoss("batchmean") → KLDivLoss(reduction="batchmean")',
        Verdict.INTENDED,
        cases([_misplaced("size_average", "batchmean", _divergence(nn.KLDivLoss))], references.kl_div, _plain(settings.distributions)),
    ),
    Row(
        "BCE204",
        'CrossEntropyLoss(reduce="none") → …(reduction="none")',
        Verdict.INTENDED,
        cases(
            [_misplaced("reduce", "none", nn.CrossEntropyLoss)],
            partial(references.cross_entropy, reduction="none"),
            _plain(settings.indexed),
        ),
    ),
    Row(
        "BCE204",
        'BCEWithLogitsLoss(size_average="sum") → …(reduction="sum")',
        Verdict.INTENDED,
        cases([_misplaced("size_average", "sum", nn.BCEWithLogitsLoss)], partial(references.bce, reduction="sum"), _plain(settings.binary)),
    ),
    Row("BCE205", "softmax(x) → softmax(x, dim=…), the one that torch takes", Verdict.EQUIVALENT, _implied),
    Row("BCE205", "torch.softmax(x) → torch.softmax(x, dim=1)", Verdict.ERROR, _left_out, "float32"),
)
