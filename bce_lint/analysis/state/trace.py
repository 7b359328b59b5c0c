"""What a call that is followed reads and does, beside the cells that it writes: the ground on which its summary can stand in for it.

A trace is open while the body runs; traces of calls within it are handed to it when they close. What lies before all of them is noted
in each. `lost` says that the call has read or done something that a summary does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bce_lint import ir
from bce_lint.analysis.domain.conditions import Condition
from bce_lint.analysis.domain.partitions import Tag, Tags, ValueTest
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.domain.values import Value
from bce_lint.analysis.state.answers import Constructed, EntryAnswer, Visited
from bce_lint.analysis.state.generics import Built
from bce_lint.analysis.state.store import Cell, Reads, State


class Log:
    """What all open traces share: the numbers that were asked for, the calls and comparisons that were evaluated, the functions that were
    asked for. Each trace has the part since it was opened."""

    __slots__ = ("asked", "functions", "visited")

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.visited: list[Visited] = []
        self.functions: list[ir.Function] = []


class Trace:
    """One open call. `depth` is that of its frame, `deepest` that of the innermost frame that called a function so far, `before` the state
    that it began in, `holding` what was assumed there.

    It read: `reads` and `peeks` (cells, the latter without a note for loops), `globals` (cells below the entry point), `names` (of the
    attributes of an address), `written` (whether the entry point had written into a module), `mains` (whether a file is the program),
    `meanings` (which test a value is the outcome of), `known_asked` (whether there is a test of a value), `tests` (their places),
    `about` (the tests that were looked for among the assumed outcomes; `whole`: all of these, `checked`: whether there are any),
    `generics`, `imported` (cells of what was imported), `reached` (whether calls have entered a function), `begun` (whether a file is that
    of the entry point), `handed` (which frame was the outermost that was handed an object), `orders` (of numbers), `registries` (the names
    by which other files fill an object), `around` (these of what so many calls were given first, from the frame that calls outwards),
    `placed` (the objects of which it matters where they were made).

    It did: `modules` (written into), `meant`, `asks`, `told` (places of tests), `comparisons`, `incomplete`, `constructed`, `called`,
    `layers`, `applied`; it asked for so much `bulk` of large values, took so many evaluations in loops (`rounds`) and went through so many
    modules in containers (`steps`), of those in `containers`; `assumes` counts what it assumed.
    `unrolled` is the fuel that comprehensions need to be unrolled as they were, `before_site` what was taken up to the first site."""

    __slots__ = (
        "about", "applied", "around", "asked_from", "asks", "assumes", "before", "before_site", "begun", "bonus", "bulk", "called",
        "checked", "comparisons", "constructed", "containers", "deepest", "delta", "depth", "floors_from", "functions_from", "generics",
        "globals", "handed", "holding", "imported", "incomplete", "known_asked", "layers", "log", "looped", "lost", "mains",
        "marked_from", "meanings", "meant", "modules", "names", "orders", "outer", "peeks", "placed", "raised", "reached", "reads",
        "registries", "rounds", "sites_from", "spent", "stack", "steps", "tests", "thrown", "told", "unrolled", "visited_from", "whole",
        "written",
    )  # fmt: skip

    peeks: Reads
    log: Log

    def __init__(self, outer: Trace | None, before: State, reads: Reads, depth: int, stack: int, thrown: int, holding: Tags) -> None:
        self.outer = outer
        self.before: State | None = before
        self.reads = reads
        self.peeks = reads.peeks = Reads(before.depth, None if outer is None else outer.peeks)
        self.depth, self.stack, self.thrown, self.holding = depth, stack, thrown, holding
        self.deepest = depth - 1
        self.log = Log() if outer is None else outer.log
        self.asked_from, self.visited_from = len(self.log.asked), len(self.log.visited)
        self.functions_from = len(self.log.functions)
        self.sites_from = self.marked_from = self.spent = self.floors_from = self.bonus = 0
        self.lost = self.looped = self.checked = False
        self.delta: tuple[Mapping[Cell, Value], ...] | None = None
        self.globals: dict[Cell, Value | None] = {}
        self.imported: dict[Cell, Value | None] = {}
        self.reached: dict[tuple[str, ir.Span], bool] = {}
        self.orders: dict[tuple[int, ...], None] = {}
        self.begun: dict[str, bool] = {}
        self.handed: dict[int, int] = {}
        self.registries: dict[Value, frozenset[str]] = {}
        self.around: dict[int, frozenset[str]] = {}
        self.placed: set[int] = set()
        self.raised: list[Mapping[Cell, Value]] = []
        self.names: dict[int, tuple[str, ...]] = {}
        self.written: dict[int, bool] = {}
        self.mains: dict[str, bool] = {}
        self.meanings: dict[int, Tag | None] = {}
        self.known_asked: dict[int, bool] = {}
        self.tests: dict[int, Condition | None] = {}
        self.about: dict[int, ValueTest] = {}
        self.whole = False
        self.generics: dict[int, Built] = {}
        self.modules: dict[int, None] = {}
        self.meant: dict[int, Tag | None] = {}
        self.asks: dict[int, None] = {}
        self.told: dict[int, Condition] = {}
        self.comparisons: dict[int, ValueTest] = {}
        self.incomplete: list[tuple[ir.Function, ...]] = []
        self.constructed: dict[int, Constructed] = {}
        self.called: dict[int, None] = {}
        self.layers: dict[int, str] = {}
        self.applied: dict[tuple[Place, tuple[int, str]], None] = {}
        self.containers: dict[int, None] = {}
        self.bulk = self.rounds = self.steps = self.assumes = self.unrolled = 0
        self.before_site: int | None = None

    def begin(self, spent: int, floors: int, bonus: int, answer: EntryAnswer) -> None:
        """Notes how far the entry point has come."""
        self.spent, self.floors_from, self.bonus = spent, floors, bonus
        self.sites_from, self.marked_from = len(answer.sites), len(answer.marked)

    def forget(self) -> None:
        """Lets go of what is shared with other traces."""
        self.log = Log()

    def lose(self) -> None:
        """None of the open calls can be replayed."""
        trace: Trace | None = self
        while trace is not None:
            trace.lost = True
            trace = trace.outer

    def crossed(self, depth: int) -> None:
        """A frame further out than some calls was asked for more than a summary holds."""
        trace: Trace | None = self
        while trace is not None and trace.depth > depth:
            trace.lost = True
            trace = trace.outer

    def calls_from(self, depth: int) -> None:
        """A function is called from a frame at some depth."""
        self.deepest = max(self.deepest, depth)

    def deepest_from(self, depth: int) -> int:
        """What `deepest` is where a frame at some depth calls."""
        return self.deepest - self.depth + 1 + depth

    def raised_in(self, handlers: int, state: State) -> None:
        """Something is raised in the innermost `try` of so many; what calls that are within it have written until then is kept."""
        trace: Trace | None = self
        while trace is not None and trace.thrown >= handlers:
            if trace.before is not None:
                trace.raised.append(dict(state.delta(trace.before)))
            trace = trace.outer

    def taken(self, address: int, depth: int, last: int) -> None:
        """It was asked which frame was the outermost that was handed an object; `last` is the depth of the one where that ended."""
        trace: Trace | None = self
        while trace is not None and trace.depth > last:
            trace.handed.setdefault(address, depth)
            trace = trace.outer

    def registered(self, depth: int, value: Value, names: frozenset[str]) -> None:
        """It was asked by which names other files fill what a frame at some depth has."""
        trace: Trace | None = self
        while trace is not None and trace.depth > depth:
            trace = trace.outer
        if trace is not None:
            trace.registries[value] = names

    def looked_around(self, depth: int, outer: int, count: int, names: frozenset[str]) -> None:
        """It was asked by which names other files fill what so many calls were given first, from a frame at depth `outer` outwards, for one
        at `depth`."""
        trace: Trace | None = self
        while trace is not None and trace.depth > outer:
            if trace.depth <= depth:
                trace.around[count] = names
            trace = trace.outer

    def is_reached(self, function: tuple[str, ir.Span], marked: list[tuple[str, ir.Span]], outcome: bool) -> None:
        """It was asked whether some call has entered a function; `marked` are those that calls have entered so far."""
        trace: Trace | None = self
        while trace is not None and function not in marked[trace.marked_from :]:
            trace.reached.setdefault(function, outcome)
            trace = trace.outer

    def names_of(self, address: int) -> None:
        """The names of the attributes at an address were read."""
        if address not in self.names and self.before is not None:
            self.names[address] = tuple(self.before.names(address))

    def is_written(self, address: int, outcome: bool) -> None:
        """It was asked whether the entry point has written into a module."""
        if address not in self.modules:
            self.written.setdefault(address, outcome)

    def meaning(self, number: int, test: Tag | None) -> None:
        """It was asked which test a value is the outcome of."""
        if number not in self.meant:
            self.meanings.setdefault(number, test)

    def is_asked(self, number: int, outcome: bool) -> None:
        """It was asked whether there is a test of a value."""
        if number not in self.asks:
            self.known_asked.setdefault(number, outcome)

    def place_of(self, number: int, condition: Condition | None) -> None:
        """It was asked where a test stands."""
        if number not in self.told:
            self.tests.setdefault(number, condition)

    def asked_places(self, test: Callable[[int], Condition | None], tags: Tags, holding: Tags) -> None:
        """It was asked where tests stand, and those that are assumed."""
        self.whole = True
        for number, _ in (*tags, *holding):
            self.place_of(number, test(number))
        self.orders[tuple(sorted({number for number, _ in tags}))] = None

    def met(self, spent: int) -> None:
        """A site is recorded, after the entry point has spent so much."""
        trace: Trace | None = self
        while trace is not None and trace.before_site is None:
            trace.before_site = spent - trace.spent
            trace = trace.outer

    def unrolled_one_by_one(self, floors: list[int], spent: int) -> None:
        """A comprehension has met its elements one by one, up to where the entry point had spent so much; `floors` is what it had spent
        where those around began, of which each halves what is left."""
        trace: Trace | None = self
        while trace is not None:
            around = floors[trace.floors_from :]
            needed = float(spent - trace.spent)
            for at, begun in enumerate(reversed(around)):
                needed -= (begun - trace.spent) / (2 << at)
            trace.unrolled = max(trace.unrolled, int(needed * (1 << len(around))) + 1)
            trace = trace.outer

    def close(self) -> None:
        """Hands to the trace around what it has read and done, too, and lets go of the states."""
        self.reads.close()
        self.peeks.close()
        outer = self.outer
        if outer is not None:
            self._hand_reads(outer)
            self._hand_effects(outer)
        self.before = self.outer = None
        self.reads.outer = self.reads.peeks = self.peeks.outer = None

    def _hand_reads(self, outer: Trace) -> None:
        outer.globals |= self.globals
        outer.imported |= self.imported
        outer.orders |= self.orders
        outer.begun |= self.begun
        for address in self.names:
            outer.names_of(address)
        for address, outcome in self.written.items():
            outer.is_written(address, outcome)
        outer.mains |= self.mains
        for number, test in self.meanings.items():
            outer.meaning(number, test)
        for number, outcome in self.known_asked.items():
            outer.is_asked(number, outcome)
        for number, condition in self.tests.items():
            outer.place_of(number, condition)
        outer.about |= self.about
        outer.whole |= self.whole
        outer.checked |= self.checked and self.holding == outer.holding
        outer.generics |= self.generics
        outer.registries |= self.registries
        outer.placed |= self.placed

    def _hand_effects(self, outer: Trace) -> None:
        outer.deepest = max(outer.deepest, self.deepest)
        outer.modules |= self.modules
        outer.meant |= self.meant
        outer.asks |= self.asks
        outer.told = self.told | outer.told if outer.told else self.told.copy()
        outer.comparisons |= self.comparisons
        outer.incomplete += self.incomplete
        outer.constructed = self.constructed | outer.constructed
        outer.called |= self.called
        outer.layers |= self.layers
        outer.applied |= self.applied
        outer.containers |= self.containers
        outer.bulk += self.bulk
        outer.rounds += self.rounds
        outer.looped |= self.looped
        outer.steps += self.steps
        outer.assumes += self.assumes
