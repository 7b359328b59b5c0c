"""Decisions on the output of a layer: comparisons with a constant, roundings, and the losses that take the same output as logits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bce_lint.analysis.lattice import Place
from bce_lint.analysis.losses import LOGITS
from bce_lint.analysis.machine import Machine
from bce_lint.analysis.sites import ChoiceSite, LossSite, Site, ThresholdSite
from bce_lint.analysis.values import Const, Value, tensors
from bce_lint.catalog.terms import Contract, Domain

ORDER = frozenset({"<", "<=", ">", ">="})
Takers = dict[Place, dict[Place, Contract]]


def compared(m: Machine, left: Value, right: Value, place: Place) -> None:
    """Records a comparison of a layer's output with a constant between 0 and 1."""
    for value, other in ((left, right), (right, left)):
        if type(other) is Const and isinstance(other.value, int | float) and 0 < other.value < 1:
            _record(m, value, float(other.value), place)


def rounded(m: Machine, value: Value, place: Place) -> None:
    """Records a rounding of a layer's output."""
    _record(m, value, None, place)


def _record(m: Machine, value: Value, threshold: float | None, place: Place) -> None:
    found = tensors(value)
    if found and all(t.domain is Domain.LOGITS and t.origin for t in found):
        m.record(ThresholdSite(place.text, place, threshold, found))


def add_takers(site: Site, takers: Takers) -> None:
    """Notes for each operation which losses take what it returns as logits."""
    if isinstance(site, ChoiceSite):
        for inner in (inner for choice in site.choices for inner in choice):
            add_takers(inner, takers)
    elif isinstance(site, LossSite) and site.contract.expects in LOGITS and all(t.domain is Domain.LOGITS for t in site.input):
        for origin in (origin for tensor in site.input for origin in tensor.origin):
            takers.setdefault(origin.place, {})[site.primary] = site.contract


def linked(site: Site, takers: Mapping[Place, Mapping[Place, Contract]]) -> Site:
    """A threshold with the losses that take each of its values as logits."""
    if not isinstance(site, ThresholdSite):
        return site
    common: set[tuple[Place, Contract]] | None = None
    for tensor in site.input:
        mine = {(place, contract) for origin in tensor.origin for place, contract in takers.get(origin.place, {}).items()}
        common = mine if common is None else common & mine
    found = sorted(common or (), key=lambda taker: taker[0])
    return replace(site, takers=tuple((contract, place) for place, contract in found))


def makers(sites: Iterable[Site]) -> set[str]:
    """The files of the layers whose output is compared or rounded."""
    found = (site for site in sites if isinstance(site, ThresholdSite))
    return {origin.place.path for site in found for tensor in site.input for origin in tensor.origin}

