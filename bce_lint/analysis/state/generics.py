"""The instances of classes as any that are known: what building one on top of a state leaves depends on nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from bce_lint.analysis.domain.values import Value
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.dependencies import Dependencies, Granted, Journal, Spent
from bce_lint.analysis.state.store import Cell, State


class Built(NamedTuple):
    """The cells that an instance as any has, and what building it met."""

    cells: Mapping[Cell, Value]
    answer: EntryAnswer


Within: TypeAlias = tuple[int, frozenset[int]]
"""An instance by its address, and those that were being built around it."""


class BuiltWith:
    """What was built, the addresses of those that were asked for on the way, and what it depends on."""

    __slots__ = ("asked", "built", "key", "needs")

    def __init__(self, key: Within, built: Built, asked: frozenset[int], needs: Dependencies) -> None:
        self.key, self.built, self.asked, self.needs = key, built, asked, needs


MOST_WITHIN = 200
"""How many instances are built on a state for others that are being built: classes that all name each other would take ever more."""


class Generics:
    """The instances built on top of the states below entry points; of `base`, which still grows, for one entry point alone.

    One that is asked for while it is being built has no cells yet. What was built without such a one is kept; another is built again where
    others are being built, so that it does not matter which one was asked for first."""

    def __init__(self, base: State, journal: Journal) -> None:
        self._base = base
        self._journal = journal
        self._below: State | None = None
        self._on: dict[State, dict[int, BuiltWith]] = {}
        self._known: dict[int, BuiltWith] = {}
        self._within: dict[Within, BuiltWith] = {}
        self._building: list[tuple[int, set[int]]] = []

    @property
    def building(self) -> bool:
        """True if some instance is being built."""
        return bool(self._building)

    def ready(self, below: State, address: int) -> Built | None:
        """The instance at an address on top of a state, if it is there and nothing is being built."""
        known = self._known.get(address) if below is self._below and not self._building else None
        return None if known is None else known.built

    def all(self) -> Iterator[BuiltWith]:
        """Whatever is known."""
        for known in self._on.values():
            yield from known.values()
        yield from self._known.values()
        yield from self._within.values()

    def start(self) -> None:
        """Another entry point runs."""
        if self._below is self._base:
            self._below = None

    def on(self, below: State, address: int, build: Callable[[], Built]) -> Built:
        """The instance at an address on top of a state, which `build` makes."""
        self._go_to(below)
        found = self._find(address, frozenset(one for one, _ in self._building), build)
        if self._building:
            self._building[-1][1].update(found.asked, (address,))
        return found.built

    def _go_to(self, below: State) -> None:
        if below is not self._below:
            self._below, self._within, self._building = below, {}, []
            self._known = {} if below is self._base else self._on.setdefault(below, {})

    def _find(self, address: int, around: frozenset[int], build: Callable[[], Built]) -> BuiltWith:
        known = self._known.get(address)
        if known is not None and around.isdisjoint(known.asked) and address not in around:
            self._journal.current.used(known)
            return known
        if address in around or len(self._within) > MOST_WITHIN:
            return BuiltWith((address, around), Built({}, EntryAnswer()), frozenset(), Dependencies())
        within = self._within.get((address, around))
        if within is None:
            within = self._build(address, around, build)
            self.keep(within)
        self._journal.current.used(within)
        return within

    def _build(self, address: int, around: frozenset[int], build: Callable[[], Built]) -> BuiltWith:
        building = self._building
        building.append((address, set()))
        try:
            with self._journal.unit() as needs:
                built = build()
            return BuiltWith((address, around), built, frozenset(building[-1][1]), needs)
        finally:
            building.pop()

    def missing(self, below: State, one: BuiltWith, found: list[BuiltWith]) -> Iterator[Granted | Spent]:
        """What something that was built on top of an equal state took of budgets, if it is not here; gathers it and what else would have
        been built for it, the inner before the outer."""
        self._go_to(below)
        if one in found or one.key[0] in self._known or one.key in self._within:
            return
        for effect in one.needs.effects:
            if isinstance(effect, BuiltWith):
                yield from self.missing(below, effect, found)
            elif isinstance(effect, Granted | Spent):
                yield effect
        found.append(one)

    def keep(self, one: BuiltWith) -> None:
        """Takes in what was built on top of the state that was asked about last."""
        address, around = one.key
        if around.isdisjoint(one.asked):
            self._known[address] = one
        else:
            self._within[address, around] = one
