"""Numbers that nothing can ask for any more: a run forgets them, so that its tables do not grow with every entry point.

A number stands for its key as long as something holds it that outlives the entry point which asked for it first: the store below
entry points, instances of classes as any, and the answers that count. Who asks for the key of another one later gets a new number.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, Final

from bce_lint import ir
from bce_lint.analysis.domain.constants import Constant
from bce_lint.analysis.domain.values import Value
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.generics import BuiltWith
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.renaming import Renaming
from bce_lint.analysis.state.store import Cell, State

MANY: Final = 300_000
"""How many numbers may come before those are looked for that can go: finding out takes as long as some thousands of evaluations."""

ENOUGH: Final = 20_000
"""How many values that were looked at are remembered."""


class _Held(Renaming):
    """The numbers that some values hold: a renaming that renames none of them."""

    def __init__(self, m: Machine) -> None:
        super().__init__(m)
        self.numbers: set[int] = {0}
        self._waiting: list[int] = []

    def number(self, old: int) -> int:
        """Notes a number."""
        positive = abs(old)
        if positive not in self.numbers and self.m.is_number(positive):
            self.numbers.add(positive)
            self._waiting.append(positive)
        return old

    def held(self, values: Iterable[Value]) -> None:
        """Notes the numbers of some values."""
        for value in values:
            self.value(value)

    def cells(self, written: Iterable[tuple[Cell, Value]]) -> None:
        """Notes the numbers of some cells."""
        for cell, value in written:
            self.cell(cell)
            if cell[1] == cells.DTYPE and type(value) is Constant and type(value.value) is int:
                self.number(value.value)
            else:
                self.value(value)
        self._met_enough()

    def _met_enough(self) -> None:
        """Values are looked at once as long as they are not too many: those of different instances are others."""
        if len(self._made) > ENOUGH:
            self._made.clear()

    def answer(self, one: EntryAnswer, sites_from: int = 0) -> None:
        """Notes the numbers of what was met, of the sites those from some on."""
        for site in one.sites[sites_from:]:
            self.site(site)
        applied = (address for found in one.applied.values() for address, _ in found)
        for numbers in (one.constructed, one.called, one.used, one.tests, applied):
            for number in numbers:
                self.number(number)
        self._met_enough()

    def follow(self, m: Machine, key_of: Callable[[int], Hashable]) -> None:
        """Notes the numbers without which those that were noted say nothing: those of their keys, and of the tests that they are."""
        outcomes = m.outcomes
        self._made.clear()
        while self._waiting:
            number = self._waiting.pop()
            self._key(key_of(number))
            compared, meant, orders = outcomes.comparisons.get(number), outcomes.meant.get(number), m.resolution_orders.get(number)
            if compared is not None:
                self.number(compared.of)
            if meant is not None:
                self.number(meant[0])
            if orders is not None:
                self.held((*orders[0], *orders[1]))
        self._made.clear()

    def _key(self, key: Any) -> None:
        """Notes whatever may be a number in a key."""
        if type(key) is int:
            self.number(key)
        elif type(key) is tuple or type(key) is frozenset:
            for part in key:
                self._key(part)
        elif type(key) is not ir.Span:
            self.value(key)


class NumberTables:
    """Says when the tables of a machine have grown enough, and what of them can go. `states` are the stores above that of what was
    imported, `counted` is what counts of the answers, `units` are the modules. What these hold is held from then on, so each is looked at
    once."""

    def __init__(
        self,
        machine: Machine,
        counted: EntryAnswer,
        states: Callable[[], Iterable[State]],
        units: Callable[[], Iterable[LoweredFile | None]],
    ) -> None:
        self._machine, self._counted, self._states, self._units = machine, counted, states, units
        self._held = _Held(machine)
        self._next, self._first = MANY, 1
        self._sites = 0
        self._states_seen: set[State] = set()
        self._built_seen: set[BuiltWith] = set()

    def tidy(self) -> None:
        """Forgets the numbers that nothing can ask for any more, where there are many; no entry point runs."""
        if self._machine.numbered >= self._next:
            self.forget()
            self._next = self._machine.numbered + MANY

    def forget(self) -> None:
        """Forgets them, and the summaries of calls that hold such."""
        m, held = self._machine, self._held
        held.number(m.journal.contested)
        for unit in self._units():
            held.number(0 if unit is None else unit.address)
        for cells_of in m.imported:
            held.cells(cells_of.items())
        m.imported.clear()
        for state in {*self._states()} - self._states_seen:
            for layer in state.layers(m.base):
                held.cells(layer.items())
        self._states_seen.update(self._states())
        for one in {*_built(m)} - self._built_seen:
            self._built(one)
        self._built_seen.update(_built(m))
        held.answer(self._counted, self._sites)
        self._sites = len(self._counted.sites)
        held.held(m.registries)
        held.follow(m, m.key_of)
        m.forget_but(held.numbers, self._first)
        self._first = m.numbered

    def _built(self, one: BuiltWith) -> None:
        self._held.cells(one.built.cells.items())
        self._held.answer(one.built.answer)
        for address in (one.key[0], *one.key[1], *one.asked):
            self._held.number(address)


def _built(m: Machine) -> Iterator[BuiltWith]:
    yield from m.generics.all()
    yield from m.open_generics.all()
