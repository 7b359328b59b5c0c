"""What a run of one entry point finds, apart from what every other one finds."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.conditions import Condition
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.sites import Site
from bce_lint.analysis.state.unfinished import CALLER_SPENT, NESTED, SETTING, SPENT, Unfinished
from bce_lint.catalog.schema import Contract

_TOLD: Final = frozenset({SPENT, CALLER_SPENT, NESTED, SETTING})
"""Where a run ends for one of these reasons, it is known which calls it has not followed."""

Visited: TypeAlias = tuple[int, ir.Span]
"""A call or a comparison: the address of its module, and where it stands there."""


class FunctionName(NamedTuple):
    """A function or a class by its file, the class that it is a method of, or an empty text, and its name; that is empty for what stands in
    a function."""

    path: str
    owner: str
    name: str


class Extent(NamedTuple):
    """How far a run came: the files of the functions that ran, and the functions that were called and did not run, with what these were
    given; `known` is False where not even that is known."""

    files: frozenset[str] = frozenset()
    cut: frozenset[FunctionName] = frozenset()
    known: bool = False


class Constructed(NamedTuple):
    """A loss that was built with arguments that may be misplaced, until it is seen what becomes of it."""

    contract: Contract
    place: Place
    suspicious: bool


class EntryAnswer:
    """What was met on the way: `sites`; `reached`, the functions that some call entered; `incomplete`, those that met a loss or an
    attribute of `self` of which nothing was known; `unfinished`, those that it did not come to the end of; `constructed`, losses by
    their address, `called` those that were called, and `used` where some were used as if they were the loss's value; `visited`, the
    calls and comparisons that were evaluated for what they show, by their places; `applied`, which layers were applied at a place:
    their addresses and the files where they are made; and `tests` whose outcome nobody could tell, by the numbers that tell
    alternatives apart, each with the outcome of what stands there for which the number is true. `marked` has the functions as often as
    they were reached, `entered` the files of all functions that ran, for whatever reason, and `cut` the functions that were called and
    did not run, with the functions and classes that those were given.
    """

    __slots__ = (
        "applied", "called", "constructed", "cut", "entered", "incomplete", "marked", "reached", "sites", "tests", "unfinished", "used",
        "visited",
    )  # fmt: skip

    def __init__(self) -> None:
        self.sites: list[Site] = []
        self.reached: dict[tuple[str, ir.Span], None] = {}
        self.marked: list[tuple[str, ir.Span]] = []
        self.entered: set[str] = set()
        self.cut: set[FunctionName] = set()
        self.incomplete: set[ir.Function] = set()
        self.unfinished: dict[tuple[str, int], Unfinished] = {}
        self.constructed: dict[int, Constructed] = {}
        self.called: set[int] = set()
        self.used: dict[int, Place] = {}
        self.visited: set[Visited] = set()
        self.applied: dict[Place, set[tuple[int, str]]] = {}
        self.tests: dict[int, Condition] = {}

    def settles(self, path: str, function: ir.Function) -> bool:
        """True if some call entered a function of a file, and it met nothing of which nothing was known."""
        return function not in self.incomplete and (path, function.span) in self.reached

    def mark(self, function: tuple[str, ir.Span]) -> None:
        """Notes a function that was reached."""
        self.reached.setdefault(function)
        self.marked.append(function)

    @property
    def extent(self) -> Extent:
        """How far the run came."""
        known = _TOLD.issuperset([one.reason for one in self.unfinished.values()])
        return Extent(frozenset(self.entered), frozenset(self.cut), known)

    @property
    def position(self) -> tuple[int, int, int]:
        """What `roll_back` comes back to."""
        return len(self.sites), len(self.reached), len(self.marked)

    def roll_back(self, position: tuple[int, int, int]) -> None:
        """Forgets the sites and the functions reached since."""
        sites, reached, marked = position
        del self.sites[sites:]
        del self.marked[marked:]
        while len(self.reached) > reached:
            self.reached.popitem()

    def leave_unfinished(self, path: str, start: int, name: str, reason: str) -> None:
        """Notes a function that the run did not come to the end of."""
        self.unfinished.setdefault((path, start), Unfinished(path, start, name, reason))

    def add(self, other: EntryAnswer) -> None:
        """Takes in what another run found; its tests are known by the sites that they part."""
        self.sites += other.sites
        self.reached.update(other.reached)
        self.visited |= other.visited
        self._add_open(other)

    def add_open(self, other: EntryAnswer) -> None:
        """Takes in what another run left open, whatever it met, and its tests: what it made is here."""
        self._add_open(other)
        for number, test in other.tests.items():
            self.tests.setdefault(number, test)

    def _add_open(self, other: EntryAnswer) -> None:
        self.entered |= other.entered
        self.cut |= other.cut
        self.incomplete |= other.incomplete
        self.called |= other.called
        for function, one in other.unfinished.items():
            self.unfinished.setdefault(function, one)
        if other.constructed:
            self.constructed = other.constructed | self.constructed
        if other.used:
            self.used = other.used | self.used
        for place, layers in other.applied.items():
            self.applied.setdefault(place, set()).update(layers)
