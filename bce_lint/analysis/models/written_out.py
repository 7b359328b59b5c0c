"""Activations that are written out: a sigmoid, a softmax and their logarithms, of exponentials, their sums and logarithms.

`idioms` reads the formulas that probabilities stand in; both say how a value was written by its `Formula`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import NamedTuple

from bce_lint.analysis.domain.tensor import Formula, Origin, Place, Tensor
from bce_lint.analysis.domain.values import NONE, TRUE, Constant, Seq, Value, const, identity_of
from bce_lint.analysis.models.idioms import formula_of
from bce_lint.analysis.models.keywords import either
from bce_lint.analysis.state.containers import is_slice
from bce_lint.analysis.state.frames import Args
from bce_lint.catalog.activations import LOG_RANGE
from bce_lint.catalog.schema import UNIT, Domain, Kind, Range, Transfer
from bce_lint.records import changed

_ONE = (const(1), const(1.0))
_ALONG = frozenset({"sumexp", "logsumexp"})
"""The kinds of what runs along a dimension."""
_SPREAD = frozenset({"expand", "expand_as", "broadcast_to"})
"""What repeats a value, and moves none past another."""
NAMED = frozenset({"log1p", "logsumexp", "softplus"})
"""What the catalogue says of functions that stand for a step of a formula (`Transfer.use`)."""


class _Made(NamedTuple):
    """An activation by its name, with its domain and the dimension that it runs over."""

    name: str
    domain: Domain
    dim: int | None = None


def activation(op: str, a: Value, b: Value, plain: Tensor, place: Callable[[], Place]) -> Tensor | None:
    """What the result of an operator is, if it is an activation or a step to one: `1 / (1 + exp(-x))`, `x - logsumexp(x, 1, True)`."""
    x, y = formula_of(a), formula_of(b)
    if x is None and y is None:
        return None
    if op == "+":
        found = y if a in _ONE else x if b in _ONE else None
        if found is None or found.kind != "exp":
            return None
        return changed(plain, range=Range(1.0, inf), form=Formula("1+exp", of=found.of, inner=found.inner))
    made = _quotient(a, x, y) if op == "/" else _difference(a, y) if op == "-" else None
    if made is None or y is None:
        return None
    origin = Origin(made.name, made.domain, place(), made.dim)
    bounds = UNIT if op == "/" else LOG_RANGE
    return changed(plain, domain=made.domain, range=bounds, origin=(origin,), inner=y.inner)


def _quotient(a: Value, x: Formula | None, y: Formula | None) -> _Made | None:
    """What a quotient is: `1 / (1 + e)` and `e / (1 + e)`, or `e / e.sum(1, keepdim=True)`, of an exponential `e`."""
    same = x is not None and y is not None and x.kind == "exp" and x.of == y.of != 0
    if y is not None and y.kind == "1+exp" and (a in _ONE or same):
        return _Made("sigmoid", Domain.PROBABILITY)
    return _Made("softmax", Domain.CATEGORICAL, y.dim) if y is not None and y.kind == "sumexp" and y.kept and same else None


def _difference(a: Value, y: Formula | None) -> _Made | None:
    """What a difference is: of a value and the logarithm of a sum of its exponential."""
    if y is None or not y.of or y.of != identity_of(a):
        return None
    if y.kind == "softplus":
        return _Made("logsigmoid", Domain.LOG_PROBABILITY)
    return _Made("log_softmax", Domain.LOG_CATEGORICAL, y.dim) if y.kind == "logsumexp" and y.kept else None


def negated(value: Value, plain: Tensor, place: Callable[[], Place]) -> Tensor | None:
    """The negative of `log(1 + exp(x))`, which is the logarithm of a sigmoid."""
    form = formula_of(value)
    if form is None or form.kind != "softplus" or not form.complement:
        return None
    origin = Origin("logsigmoid", Domain.LOG_PROBABILITY, place())
    return changed(plain, domain=Domain.LOG_PROBABILITY, range=LOG_RANGE, origin=(origin,), inner=form.inner)


def logarithm(value: Value) -> Formula | None:
    """How the logarithm of an exponential's sum was written; of `1 + exp(x)` it says so by `complement`: torch's softplus may be meant
    for itself."""
    form = formula_of(value)
    if form is None or form.kind not in ("1+exp", "sumexp"):
        return None
    return form._replace(kind="softplus", complement=True) if form.kind == "1+exp" else form._replace(kind="logsumexp")


def _of_one_more(value: Value) -> Formula | None:
    """How `log1p` of an exponential was written."""
    form = formula_of(value)
    return form._replace(kind="softplus", complement=True) if form is not None and form.kind == "exp" else None


def reduced(row: Transfer, value: Value, args: Args) -> Formula | None:
    """How the sum of an exponential was written."""
    form = formula_of(value)
    if row.kind is not Kind.ARITHMETIC or form is None or form.kind != "exp" or not form.of:
        return None
    return _along(Formula("sumexp", of=form.of, inner=form.inner), args)


def named(row: Transfer, value: Value, args: Args) -> Formula | None:
    """How a function of torch would be written out that is one of `NAMED`."""
    if row.use == "log1p":
        return _of_one_more(value)
    identity = identity_of(value)
    if row.use == "logsumexp" and identity:
        return _along(Formula("logsumexp", of=identity), args)
    plain = len(args.pos) == 1 and not args.kw and not args.open
    return Formula("softplus", of=identity) if row.use == "softplus" and identity and plain else None


def _along(form: Formula, args: Args) -> Formula | None:
    """A sum along the dimension that it is given, if that is one; without any it is over all values."""
    dim, keepdim = either(args, 1, "dim"), either(args, 2, "keepdim")
    if args.open:
        return None
    if dim is None or dim is NONE:
        return form._replace(kept=True)
    if type(dim) is not Constant or type(dim.value) is not int:
        return None
    return form._replace(dim=dim.value, kept=keepdim == TRUE)


def moved(result: Tensor, row: Transfer, name: str, args: Args) -> Formula | None:
    """How a value was written whose dimensions were moved: it no longer runs along what it did, unless the one that it lost is back."""
    form = result.form
    if form is None or form.kind not in _ALONG or row.use != "moved" or name.rpartition(".")[2] in _SPREAD:
        return form
    back = row.shape == "unsqueeze" and not form.kept and args.get(1, "dim") == const(form.dim)
    return form._replace(kept=True) if back else None


def indexed(form: Formula | None, key: Value, identity: int) -> Formula | None:
    """How `t[key]` was written: as the whole, but of other values, unless only a dimension of 1 came in: `t[:, None]`."""
    if form is None or form.kind not in _ALONG:
        return form and form.part(identity)
    back = type(key) is Seq and key.exact and not form.kept and _lost(key.prefix) == form.dim
    return form._replace(kept=True) if back else None


def _lost(parts: tuple[Value, ...]) -> int | None:
    """The dimension that an index puts in: 1 for `[:, None]`, -1 for `[..., None]`."""
    if not parts or parts[-1] is not NONE:
        return None
    if parts[:-1] == (const(...),):
        return -1
    return len(parts) - 1 if all(map(_is_whole, parts[:-1])) else None


def _is_whole(key: Value) -> bool:
    return is_slice(key) and type(key) is Seq and all(part is NONE for part in key.prefix[1:])


def exponential(value: Value, form: Formula | None) -> Formula | None:
    """How an exponential was written: of which value it is."""
    return form._replace(of=identity_of(value)) if form is not None else None
