"""Decisions on the output of a layer: comparisons with a constant, roundings, and the losses that take the same output as logits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from bce_lint.analysis.domain.tensor import Place, Tensor
from bce_lint.analysis.domain.values import Constant, Ref, Value, const, tensors
from bce_lint.analysis.sites import LossSite, Site, ThresholdSite, members
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import LOGITS, Contract, Domain
from bce_lint.ir import Call, Span
from bce_lint.records import changed

_WHOLE = const(0)
ORDER = frozenset({"<", "<=", ">", ">="})


class Taker(NamedTuple):
    """A loss that takes what an operation returns as logits, and the identities of the values that it was given."""

    contract: Contract
    identities: frozenset[int]


Takers = dict[Place, dict[Place, Taker]]
Applied: TypeAlias = "Mapping[Place, set[tuple[int, str]]]"
"""Which layers are applied at a place: their addresses and the files where they are made; 0 for one that is not told from others."""
_NOWHERE: Applied = {}


def compared(m: Machine, frame: Frame, left: Value, right: Value, span: Span) -> None:
    """Records a comparison of a layer's output, or of what was squashed twice, with a constant between 0 and 1."""
    for value, other in ((left, right), (right, left)):
        if type(other) is Constant and isinstance(other.value, int | float) and 0 < other.value < 1:
            _record(m, frame, value, float(other.value), span)


def rounded(m: Machine, frame: Frame, value: Value, args: Args, node: Call) -> None:
    """Records a rounding of a layer's output, unless it leaves decimals."""
    left = [*args.pos[1:2], *(value for name, value in args.kw.items() if name == "decimals")]
    if args.open or any(one != _WHOLE for one in left):
        return
    _record(m, frame, value, None, node.span, node.func.span)


def _record(m: Machine, frame: Frame, value: Value, threshold: float | None, span: Span, named: Span | None = None) -> None:
    found = tensors(value)
    if found and (all(t.domain is Domain.LOGITS and t.origin for t in found) or all(is_squashed_twice(t) for t in found)):
        place = frame.place(span, named)
        m.record(ThresholdSite(place.text, place, threshold, found))


def is_squashed_twice(t: Tensor) -> bool:
    """True if a value is a probability that was made of one, so that its range may decide a comparison."""
    return t.domain is Domain.PROBABILITY and any(origin.domain is Domain.PROBABILITY for origin in t.inner)


def add_takers(site: Site, takers: Takers) -> None:
    """Notes for each operation which losses take what it returns as logits."""
    for one in members(site):
        if isinstance(one, LossSite) and one.contract.expects in LOGITS and all(t.domain is Domain.LOGITS for t in one.input):
            given = frozenset(tensor.identity for tensor in one.input if tensor.identity)
            for origin in (origin for tensor in one.input for origin in tensor.origin):
                found = takers.setdefault(origin.place, {})
                before = found[one.primary].identities if one.primary in found else frozenset[int]()
                found[one.primary] = Taker(one.contract, before | given)


def applied(m: Machine, callee: Ref, place: Place) -> None:
    """Notes that a layer was applied at a place: elsewhere, the same one gives the same kind of numbers."""
    layer = (0, "") if m.is_summary(callee.address) or callee.place is None else (callee.address, callee.place.path)
    m.applied_layer(place, layer)


def linked(site: Site, takers: Mapping[Place, Mapping[Place, Taker]], applied_at: Applied = _NOWHERE) -> Site:
    """A threshold with the losses that take each of its values as logits: those that are given the very values, if there are any."""
    if not isinstance(site, ThresholdSite):
        return site
    common: set[tuple[Place, Taker]] | None = None
    for tensor in site.input:
        mine = {
            (place, taker)
            for origin in tensor.origin
            for at in _as_well(origin.place, applied_at)
            for place, taker in takers.get(at, {}).items()
        }
        common = mine if common is None else common & mine
    found = sorted(common or (), key=lambda pair: pair[0])
    identities = {tensor.identity for tensor in site.input}
    own = [pair for pair in found if identities & pair[1].identities]
    return changed(site, takers=tuple((taker.contract, place) for place, taker in own or found))


def _as_well(place: Place, applied_at: Applied) -> list[Place]:
    """The places where the one layer is applied that is applied at a place, if it is one."""
    layers = applied_at.get(place, set())
    if len(layers) != 1 or (0, "") in layers:
        return [place]
    return [place, *(other for other, ones in applied_at.items() if ones == layers and other != place)]


def makers(sites: Iterable[Site], applied_at: Applied = _NOWHERE) -> set[str]:
    """The files of the layers whose output is compared or rounded: where they are applied and where they are made."""
    found = (tensor for site in sites if isinstance(site, ThresholdSite) for tensor in site.input)
    places = [origin.place for tensor in found if tensor.domain is Domain.LOGITS for origin in tensor.origin]
    return {place.path for place in places} | {path for place in places for _, path in applied_at.get(place, ()) if path}
