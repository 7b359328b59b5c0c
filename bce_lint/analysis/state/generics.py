"""The instances of classes as any that are known: what building one on top of a state leaves depends on nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bce_lint.analysis.domain.values import Value
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.store import Cell, State


class Built(NamedTuple):
    """The cells that an instance as any has, and what building it met."""

    cells: Mapping[Cell, Value]
    answer: EntryAnswer


class _BuiltWith(NamedTuple):
    """What was built, and the addresses of those that were asked for on the way."""

    built: Built
    asked: frozenset[int]


MOST_WITHIN = 200
"""How many instances are built on a state for others that are being built: classes that all name each other would take ever more."""


class Generics:
    """The instances built on top of the states below entry points; of `base`, which still grows, for one entry point alone.

    One that is asked for while it is being built has no cells yet. What was built without such a one is kept; another is built again where
    others are being built, so that it does not matter which one was asked for first."""

    def __init__(self, base: State) -> None:
        self._base = base
        self._below: State | None = None
        self._on: dict[State, dict[int, _BuiltWith]] = {}
        self._known: dict[int, _BuiltWith] = {}
        self._within: dict[tuple[int, frozenset[int]], _BuiltWith] = {}
        self._building: list[tuple[int, set[int]]] = []

    @property
    def building(self) -> bool:
        """True if some instance is being built."""
        return bool(self._building)

    def ready(self, below: State, address: int) -> Built | None:
        """The instance at an address on top of a state, if it is there and nothing is being built."""
        known = self._known.get(address) if below is self._below and not self._building else None
        return None if known is None else known.built

    def start(self) -> None:
        """Another entry point runs."""
        if self._below is self._base:
            self._below = None

    def on(self, below: State, address: int, build: Callable[[], Built]) -> Built:
        """The instance at an address on top of a state, which `build` makes."""
        if below is not self._below:
            self._below, self._within, self._building = below, {}, []
            self._known = {} if below is self._base else self._on.setdefault(below, {})
        found = self._find(address, frozenset(one for one, _ in self._building), build)
        if self._building:
            self._building[-1][1].update(found.asked, (address,))
        return found.built

    def _find(self, address: int, around: frozenset[int], build: Callable[[], Built]) -> _BuiltWith:
        known = self._known.get(address)
        if known is not None and around.isdisjoint(known.asked) and address not in around:
            return known
        if address in around or len(self._within) > MOST_WITHIN:
            return _BuiltWith(Built({}, EntryAnswer()), frozenset())
        within = self._within.get((address, around))
        if within is None:
            within = self._build(address, build)
            if around.isdisjoint(within.asked):
                self._known[address] = within
            else:
                self._within[address, around] = within
        return within

    def _build(self, address: int, build: Callable[[], Built]) -> _BuiltWith:
        building = self._building
        building.append((address, set()))
        try:
            built = build()
            return _BuiltWith(built, frozenset(building[-1][1]))
        finally:
            building.pop()
