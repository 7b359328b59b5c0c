"""What a unit of work depends on, and what it does to what all units share: enough to know whether what came of it holds for another
state of the project, and to take that over in its place.

A unit is an entry point, a module's body, or an instance of a class as any. One may run inside another: the inner one notes for itself,
and the outer one notes that it was there.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

if TYPE_CHECKING:
    from bce_lint import ir
    from bce_lint.analysis.state.frames import LoweredFile

Inquiry: TypeAlias = tuple[Hashable, ...]
"""Something that is asked of the project: what, and about what."""


class Loaded(NamedTuple):
    """The body of a module ran, or had run before; `searched` says that it was in a search for what fills a registry."""

    path: str
    searched: bool


class Granted(NamedTuple):
    """A run that starts in a file was given some of a budget."""

    path: str
    budget: int
    given: int


class Spent(NamedTuple):
    """A run of a file took so many evaluations in vain, or at length."""

    path: str
    evaluations: int


class Inner(Protocol):
    """A unit inside another."""

    @property
    def needs(self) -> Dependencies:
        """What it depends on."""


Effect: TypeAlias = Loaded | Granted | Spent | Inner


class Dependencies:
    """What one unit has read: the `files`, each with the number of the state that it was in, and what was `asked` of the project, with the
    answers. `effects` are what it did to what all units share, in order, but for what it `took` by file: the bulk of large values, and the
    evaluations of loops.

    `bodies` are those functions of files that are worked on which it has entered or looked into, each with the number of its version.

    `contested` stands for what had been written into modules by others when it began. `limited` says that it met a limit which depends on
    all that ran before."""

    __slots__ = ("_seen", "asked", "bodies", "contested", "effects", "files", "limited", "took")

    def __init__(self, contested: int = 0) -> None:
        self.files: dict[str, int] = {}
        self.bodies: dict[ir.Function, tuple[str, int]] = {}
        self.asked: dict[Inquiry, Any] = {}
        self.effects: list[Effect] = []
        self.took: dict[str, tuple[int, int]] = {}
        self.contested = contested
        self.limited = False
        self._seen: set[object] = set()

    def loaded(self, path: str, searched: bool) -> None:
        """Notes that a module was loaded, once."""
        if path not in self._seen:
            self._seen.add(path)
            self.effects.append(Loaded(path, searched))

    def used(self, inner: Inner) -> None:
        """Notes a unit that ran inside this one, once."""
        if id(inner) not in self._seen:
            self._seen.add(id(inner))
            self.effects.append(inner)

    def answered(self, question: Inquiry, answer: Any) -> None:
        """Notes what the project was asked, and what it said."""
        self.asked[question] = answer

    def given(self, effect: Granted | Spent) -> None:
        """Notes what was given or taken of a budget."""
        self.effects.append(effect)

    def take(self, path: str, bulk: int, evaluations: int) -> None:
        """Notes what code of a file took of what all of its code has together."""
        before = self.took.get(path, (0, 0))
        self.took[path] = (before[0] + bulk, before[1] + evaluations)

    def absorb(self, other: Dependencies) -> None:
        """Takes over what a part of this unit depends on, of which the outcome is kept."""
        self._read(other)
        for effect in other.effects:
            if isinstance(effect, Loaded):
                self.loaded(effect.path, effect.searched)

    def repeat(self, other: Dependencies) -> None:
        """Takes over what a call depends on that stands for one of this unit, and what it did, in order, but for what it took."""
        self._read(other)
        for effect in other.effects:
            if isinstance(effect, Loaded):
                self.loaded(effect.path, effect.searched)
            elif isinstance(effect, Granted | Spent):
                self.given(effect)
            else:
                self.used(effect)

    def _read(self, other: Dependencies) -> None:
        self.files.update(other.files)
        self.bodies.update(other.bodies)
        self.asked.update(other.asked)
        self.limited |= other.limited

    def include(self, part: Dependencies) -> None:
        """Takes over all that a call of this unit depends on, did and took."""
        self.repeat(part)
        for path, (bulk, evaluations) in part.took.items():
            self.take(path, bulk, evaluations)


class Unnoted(Dependencies):
    """What a unit depends on of a project from which nothing goes on: nobody asks, and nothing is kept."""

    __slots__ = ()

    def loaded(self, path: str, searched: bool) -> None:
        """Nothing is noted."""

    def used(self, inner: Inner) -> None:
        """Nothing is noted."""

    def answered(self, question: Inquiry, answer: Any) -> None:
        """Nothing is noted."""

    def given(self, effect: Granted | Spent) -> None:
        """Nothing is noted."""

    def take(self, path: str, bulk: int, evaluations: int) -> None:
        """Nothing is noted."""

    def absorb(self, other: Dependencies) -> None:
        """Nothing is noted."""

    def repeat(self, other: Dependencies) -> None:
        """Nothing is noted."""


class Journal:
    """Where what a unit depends on is noted while it runs, if anybody goes on from it."""

    def __init__(self, noting: bool = True) -> None:
        self.noting = noting
        self.current = Dependencies() if noting else Unnoted()
        self.contested = 0
        """Stands for what modules have written so far into what belongs to others."""
        self.searching = False
        """True in a search for what fills a registry, in which files are run that nothing may import."""

    @contextmanager
    def search(self, searching: bool = True) -> Iterator[None]:
        """A search until the end of the block, or none."""
        before, self.searching = self.searching, searching
        try:
            yield
        finally:
            self.searching = before

    def latest(self, unit: LoweredFile, function: ir.Function) -> ir.Function:
        """What a function of a file is now, if the file is one that is worked on; that is noted."""
        version = unit.version(function)
        if version is None:
            return function
        self.current.bodies[function] = unit.path, version.number
        return version.function

    @contextmanager
    def unit(self) -> Iterator[Dependencies]:
        """A unit that runs until the end of the block; what is around it notes nothing meanwhile."""
        if not self.noting:
            yield self.current
            return
        around, self.current = self.current, Dependencies(self.contested)
        try:
            yield self.current
        finally:
            self.current = around

    @contextmanager
    def call(self) -> Iterator[Dependencies]:
        """A call of the unit that runs, until the end of the block: what it depends on is noted apart, and with the unit when it ends."""
        around = self.current
        with self.unit() as needs:
            try:
                yield needs
            finally:
                around.include(needs)
