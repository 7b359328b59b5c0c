"""What each kind of operation does to one tensor: the transfer functions of the lattice."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log

from bce_lint.analysis.domain.intervals import meet_range, scaled, widened
from bce_lint.analysis.domain.tensor import Formula, Origin, Tensor
from bce_lint.analysis.domain.values import NONE, Constant, Value, tensors
from bce_lint.analysis.state.frames import Args
from bce_lint.catalog.schema import ANY, REAL, Domain, Kind, Range, Transfer
from bce_lint.records import changed

LOGARITHMS = {Domain.PROBABILITY: Domain.LOG_PROBABILITY, Domain.CATEGORICAL: Domain.LOG_CATEGORICAL}
EXPONENTIALS = {v: k for k, v in LOGARITHMS.items()}


def _keep(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return changed(t, range=scaled(t.range)) if row.use == "scaled" else t


def _select(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return changed(t, identity=identity, shape=None, form=t.form and t.form.part(identity))


def _plain(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return Tensor(dtype=row.dtype, identity=identity, model=t.model, literal=t.literal)


def _bounded(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    tight = row.range.tight and (t.range.tight and t.range.low == -inf and t.range.high == inf)
    return changed(_plain(t, row, origin, identity), range=row.range._replace(tight=tight), origin=(origin,) if tight else ())


def _monotone(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return changed(_plain(t, row, origin, identity), range=meet_range(t.range, row.range), origin=(origin,))


def _sign(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    low = row.range.low if t.range.low < 0 else max(0.0, row.range.low)
    high = row.range.high if t.range.high > 0 else min(0.0, row.range.high)
    return changed(_plain(t, row, origin, identity), range=Range(low, high, t.range == REAL), origin=(origin,))


def _clamp(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    kept = t.domain in (Domain.PROBABILITY, Domain.CATEGORICAL, Domain.LOG_PROBABILITY, Domain.LOG_CATEGORICAL)
    if kept:
        return changed(t, identity=identity, form=Formula("clamped"))
    return changed(_plain(t, row, origin, identity), range=t.range, origin=t.origin)


def clipped(t: Tensor, row: Transfer, args: Args) -> Tensor:
    """A clamp's result with its constant bounds; a bound that is not constant leaves nothing sure."""
    if t.domain is not Domain.UNKNOWN:
        return t
    ends = bounds_of(row, args)
    if ends is None:
        return changed(t, range=ANY)
    low, high = min(max(t.range.low, ends.low), ends.high), min(max(t.range.high, ends.low), ends.high)
    return changed(t, range=Range(low, high, t.range.tight))


def bounds_of(row: Transfer, args: Args) -> Range | None:
    """What a clamp keeps values between; None where a bound is not constant."""
    return _ends(row, args, Range(-inf, inf))


def cosine(result: Tensor, x: Tensor, other: Value, origin: Origin) -> Tensor:
    """The cosine of two tensors: none is below 0 where no operand is, and one surely may be where two that were made apart take all
    signs."""
    found = tensors(other)
    if not found:
        return result
    if x.range.low >= 0 and all(y.range.low >= 0 for y in found):
        return changed(result, range=result.range._replace(low=0.0))
    apart = all(not {o.place for o in x.origin} & {o.place for o in y.origin} for y in found)
    signed = all(map(_is_free, (x, *found))) and all(min(x.range.low, y.range.low) < 0 for y in found)
    return changed(result, range=result.range._replace(tight=True), origin=(origin,)) if signed and apart else result


def _is_free(t: Tensor) -> bool:
    """True if values near both ends of a range surely occur, some of them above 0."""
    return t.range.tight and t.range.high > 0 and bool(t.origin) and not t.literal


def between(row: Transfer, args: Args) -> Transfer:
    """The row with the bounds that a call gives in place of its own."""
    return row if row.kind is Kind.CLAMP else row._replace(range=_ends(row, args, row.range) or ANY)


def _ends(row: Transfer, args: Args, otherwise: Range) -> Range | None:
    """The bounds that a call gives, else the other ones; None where one is not constant."""
    ends = [otherwise.low, otherwise.high]
    of_function = bool({"input", "a"} & {*row.params}) or (row.kind is Kind.FACTORY and not row.inplace)
    first = 0 if of_function else 1  # a method's tensor, or a layer's, is no parameter
    for at, name in enumerate(row.bounds or ()):
        value = None if name is None else args.get(row.params.index(name) + first, name)
        if type(value) is Constant and isinstance(value.value, int | float):
            ends[at] = float(value.value)
        elif value is not None and value is not NONE:
            return None
    return otherwise._replace(low=ends[0], high=ends[1])


def _exp(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    domain = EXPONENTIALS.get(t.domain, Domain.UNKNOWN)
    bounds = Range(_safe(exp, t.range.low, 0.0), _safe(exp, t.range.high, inf), t.range.tight)
    origin_ = t.origin if domain is not Domain.UNKNOWN else ()
    form = Formula("exp", inner=t.form.inner if t.form is not None else ())
    return changed(_plain(t, row, origin, identity), domain=domain, range=bounds, origin=origin_, shape=t.shape, form=form)


def _log(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    domain = LOGARITHMS.get(t.domain, Domain.UNKNOWN)
    bounds = Range(_safe(log, t.range.low, -inf), _safe(log, t.range.high, inf), t.range.tight and t.range.low >= 0)
    origin_ = tuple(o._replace(domain=domain) for o in t.origin) if domain is not Domain.UNKNOWN else ()
    return changed(_plain(t, row, origin, identity), domain=domain, range=bounds, origin=origin_, shape=t.shape)


def _safe(function: Callable[[float], float], x: float, otherwise: float) -> float:
    try:
        return function(x)
    except (OverflowError, ValueError):
        return otherwise


def _logits(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return Tensor(Domain.LOGITS, REAL, origin=(origin,), identity=identity)


def _recurrent(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return Tensor(range=row.range, identity=identity)


def _blend(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return changed(t, identity=identity, shape=None, range=widened(t.range), form=t.form and t.form.part(identity))


def _mean(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return changed(_plain(t, row, origin, identity), range=widened(t.range)._replace(tight=False))


def _label(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return Tensor(Domain.LABEL, row.range, row.dtype or "int64", identity=identity)


def _factory(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return Tensor(range=row.range, dtype=row.dtype, identity=identity, literal=True)


def _bool(t: Tensor, row: Transfer, origin: Origin, identity: int) -> Tensor:
    return Tensor(dtype="bool", identity=identity)


KINDS: dict[Kind, Callable[[Tensor, Transfer, Origin, int], Tensor]] = {
    Kind.KEEP: _keep,
    Kind.SELECT: _select,
    Kind.ARITHMETIC: _plain,
    Kind.ROUND: _plain,
    Kind.BOUNDED: _bounded,
    Kind.MONOTONE: _monotone,
    Kind.SIGN: _sign,
    Kind.CLAMP: _clamp,
    Kind.EXP: _exp,
    Kind.LOG: _log,
    Kind.LOGITS: _logits,
    Kind.PARAMETER: _logits,
    Kind.RECURRENT: _recurrent,
    Kind.BLEND: _blend,
    Kind.MEAN: _mean,
    Kind.LABEL: _label,
    Kind.FACTORY: _factory,
    Kind.BOOL: _bool,
}
