"""Decisions on the output of a layer: comparisons with a constant, roundings, and the losses that take the same output as logits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bce_lint.analysis.domain.tensor import Place, Tensor
from bce_lint.analysis.domain.values import Constant, Value, tensors
from bce_lint.analysis.sites import LossSite, Site, ThresholdSite, members
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import LOGITS, Contract, Domain
from bce_lint.ir import Call, Span
from bce_lint.records import changed

ORDER = frozenset({"<", "<=", ">", ">="})


class Taker(NamedTuple):
    """A loss that takes what an operation returns as logits, and the identities of the values that it was given."""

    contract: Contract
    identities: frozenset[int]


Takers = dict[Place, dict[Place, Taker]]


def compared(m: Machine, frame: Frame, left: Value, right: Value, span: Span) -> None:
    """Records a comparison of a layer's output, or of what was squashed twice, with a constant between 0 and 1."""
    for value, other in ((left, right), (right, left)):
        if type(other) is Constant and isinstance(other.value, int | float) and 0 < other.value < 1:
            _record(m, frame, value, float(other.value), span)


def rounded(m: Machine, frame: Frame, value: Value, node: Call) -> None:
    """Records a rounding of a layer's output."""
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


def linked(site: Site, takers: Mapping[Place, Mapping[Place, Taker]]) -> Site:
    """A threshold with the losses that take each of its values as logits: those that are given the very values, if there are any."""
    if not isinstance(site, ThresholdSite):
        return site
    common: set[tuple[Place, Taker]] | None = None
    for tensor in site.input:
        mine = {(place, taker) for origin in tensor.origin for place, taker in takers.get(origin.place, {}).items()}
        common = mine if common is None else common & mine
    found = sorted(common or (), key=lambda pair: pair[0])
    identities = {tensor.identity for tensor in site.input}
    own = [pair for pair in found if identities & pair[1].identities]
    return changed(site, takers=tuple((taker.contract, place) for place, taker in own or found))


def makers(sites: Iterable[Site]) -> set[str]:
    """The files of the layers whose output is compared or rounded."""
    found = (tensor for site in sites if isinstance(site, ThresholdSite) for tensor in site.input)
    return {origin.place.path for tensor in found if tensor.domain is Domain.LOGITS for origin in tensor.origin}
