"""How the machine is watched while calls are followed whose summaries may be kept: nothing is noted where no trace is open."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.domain.values import Unknown, Value
from bce_lint.analysis.state.answers import Constructed, EntryAnswer, Visited
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.generics import Built, Generics
from bce_lint.analysis.state.outcomes import Outcomes
from bce_lint.analysis.state.store import Cell, State
from bce_lint.analysis.state.trace import Trace
from bce_lint.analysis.state.walks import Walks

MAX_RAISED = 8
"""Of so many statements that raise within a `try`, it is kept what was stored before."""


class Traced:
    """The part of a machine that traces look at: `trace` is that of the innermost call, if one is open, `kept` are the summaries by what
    must be the same before they are compared. `floors` is what the entry point had spent where the comprehensions around began, `finished`
    what those before it took, `compared` counts comparisons with summaries."""

    state: State
    base: State
    fuel: int
    given: int
    answer: EntryAnswer
    walks: Walks
    stack: list[ir.Function]
    written_modules: set[int]
    layers: dict[int, str]
    any_of: set[int]
    thrown: list[tuple[int, list[State]]]

    def __init__(self) -> None:
        self.trace: Trace | None = None
        self.kept: dict[Hashable, list[Any]] = {}
        self.floors: list[int] = []
        self.finished = self.compared = 0
        self.outcomes = Outcomes()
        self.numbered = 1
        """The next number."""
        self._interned: dict[Hashable, int] = {}
        self._keys: dict[int, Hashable] = {0: None}

    @property
    def evaluations(self) -> int:
        """What all entry points so far have taken."""
        return self.finished + self.spent

    @property
    def spent(self) -> int:
        """What the entry point has taken of its fuel."""
        return self.given - self.fuel

    def watch(self, trace: Trace | None) -> None:
        """From here on it is this trace that is told; None for no one."""
        self.trace = self.outcomes.trace = trace

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """What is done here is done once, whoever asks for it first: no call is said to have done it."""
        trace, floors = self.trace, self.floors
        self.watch(None)
        self.floors = []
        try:
            yield
        finally:
            self.floors = floors
            self.watch(trace)

    def placed(self, address: int) -> None:
        """It matters where an object was made."""
        if self.trace is not None:
            self.trace.placed.add(address)

    def intern(self, key: Hashable) -> int:
        """A number that stands for a key, the same each time."""
        number = self._interned.get(key)
        if number is None:
            number = self._interned[key] = self.numbered
            self._keys[number] = key
            self.numbered += 1
        if self.trace is not None:
            self.trace.log.asked.append(number)
        return number

    def number(self, frame: Frame, span: ir.Span, tag: object = "tensor") -> int:
        """The value number of what a place makes in this context; `tag` tells several that one place makes apart."""
        return self.intern((frame.context, frame.unit.address, span, frame.unrolled_at, tag))

    def fresh(self, frame: Frame, span: ir.Span) -> Unknown:
        """An unknown value that is at least the same each time this context makes it."""
        return Unknown(self.number(frame, span, "?"))

    def interned(self, key: Hashable) -> int | None:
        """The number that stands for a key, if anybody has asked for it."""
        return self._interned.get(key)

    def is_number(self, number: int) -> bool:
        """True if a number stands for a key."""
        return number in self._keys

    def key_of(self, number: int) -> Hashable:
        """What a number stands for."""
        return self._keys[number]

    def alike(self, address: int, other: int) -> bool:
        """True if what is said of two addresses, whatever the state, is the same."""
        return (address in self.any_of) == (other in self.any_of) and self.layers.get(address) == self.layers.get(other)

    def peek(self, cell: Cell) -> Value | None:
        """The value of a cell, whatever it is; loops are not told of it."""
        return self.state.find(cell) if self.trace is None else self.state.find(cell, self.trace.peeks)

    def names(self, address: int) -> list[str]:
        """The names of the cells of one address, in the order written."""
        if self.trace is not None:
            self.trace.names_of(address)
        return self.state.names(address)

    def unrolled_one_by_one(self, spent: int) -> None:
        """A comprehension has met its elements one by one, up to where so much was spent."""
        if self.trace is not None:
            self.trace.unrolled_one_by_one(self.floors, spent)

    def not_replayed(self) -> None:
        """What is done here cannot be replayed."""
        if self.trace is not None:
            self.trace.lose()

    def keep_thrown(self) -> None:
        """Notes the state for the `try` around, in which something is raised here."""
        if self.trace is not None:
            self.trace.raised_in(len(self.thrown), self.state)
        depth, thrown = self.thrown[-1]
        if len(thrown) < MAX_RAISED:
            thrown.append(self.state.freeze(depth))

    def crossed(self, frame: Frame) -> None:
        """A frame is asked for more than calls from it are given."""
        if self.trace is not None:
            self.trace.crossed(frame.depth)

    def peek_in(self, state: State, cell: Cell) -> Value | None:
        """The value of a cell in a state that this one goes on from."""
        return state.find(cell) if self.trace is None else state.find(cell, self.trace.peeks)

    def below_all(self, cell: Cell) -> Value | None:
        """The value of a cell in the store of what was imported."""
        found = self.base.find(cell)
        if self.trace is not None:
            self.trace.imported[cell] = found
        return found

    def go_round(self, evaluations: int) -> None:
        """A loop has taken so many evaluations."""
        self.walks.go_round(evaluations)
        if self.trace is not None:
            self.trace.rounds += max(evaluations, 0)
            self.trace.looped = True

    @property
    def went_round_enough(self) -> bool:
        """True if the loops of the file have taken what they may."""
        found = self.walks.went_round_enough
        if found:
            self.not_replayed()
        return found

    def is_reached(self, function: tuple[str, ir.Span]) -> bool:
        """True if some call has entered a function."""
        found = function in self.answer.reached
        if self.trace is not None:
            self.trace.is_reached(function, self.answer.marked, found)
        return found

    def runs_as_main(self, frame: Frame) -> bool:
        """True if the file of a frame is the program that is run."""
        found = frame.runs_as_main
        if self.trace is not None:
            self.trace.mains[frame.unit.path] = found
        return found

    def asked_generic(self, address: int, built: Built, generics: Generics) -> None:
        """The instance of a class as any was asked for."""
        if self.trace is not None:
            self.trace.generics[address] = built
            if generics.building:
                self.trace.lose()

    def written_into(self, address: int) -> None:
        """The entry point has written into a module, or a class."""
        self.written_modules.add(address)
        if self.trace is not None:
            self.trace.modules[address] = None

    def visited(self, node: Visited) -> None:
        """A call or a comparison was evaluated for what it shows."""
        self.answer.visited.add(node)
        if self.trace is not None:
            self.trace.log.visited.append(node)

    def left_incomplete(self, below: Sequence[ir.Function] = ()) -> None:
        """The functions that run, and those that a call has run, have met a loss or an attribute of which nothing is known."""
        self.answer.incomplete.update(self.stack, below)
        if self.trace is not None:
            self.trace.incomplete.append((*self.stack, *below))

    def constructed(self, address: int, made: Constructed) -> None:
        """A loss was built with arguments that may be misplaced."""
        self.answer.constructed.setdefault(address, made)
        if self.trace is not None:
            self.trace.constructed.setdefault(address, made)

    def called(self, address: int) -> None:
        """A loss was called."""
        self.answer.called.add(address)
        if self.trace is not None:
            self.trace.called[address] = None

    def made_layer(self, address: int, name: str) -> None:
        """A layer of the catalogue was made."""
        self.layers[address] = name
        if self.trace is not None:
            self.trace.layers[address] = name

    def applied_layer(self, place: Place, layer: tuple[int, str]) -> None:
        """A layer was applied at a place."""
        self.answer.applied.setdefault(place, set()).add(layer)
        if self.trace is not None:
            self.trace.applied[place, layer] = None
