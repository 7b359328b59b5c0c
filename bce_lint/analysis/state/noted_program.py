"""The project as the machine asks it: what was asked, and what the answer was, is noted with the unit that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from bce_lint import ir
    from bce_lint.analysis.state.dependencies import Journal
    from bce_lint.analysis.state.frames import LoweredFile
    from bce_lint.analysis.state.program import Default, Program

T = TypeVar("T")


class NotedProgram:
    """A program that notes in a journal what it is asked."""

    def __init__(self, program: Program, journal: Journal) -> None:
        self._program, self._journal = program, journal

    def unit(self, path: str) -> LoweredFile | None:
        """The lowered file, or None when it cannot be read."""
        unit = self._program.unit(path)
        self._journal.current.files[path] = 0 if unit is None else unit.address
        return unit

    def load(self, path: str) -> LoweredFile | None:
        """Runs a module's body once in the base store."""
        unit = self._program.load(path)
        needs = self._journal.current
        needs.files[path] = 0 if unit is None else unit.address
        needs.loaded(path, self._journal.searching)
        return unit

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """The file that an import names, or None when it lies outside the project."""
        return self._noted("resolve", self._program.resolve(importer, module, level), importer, module, level)

    def has_subclass(self, name: str, path: str) -> bool:
        """True if the project may have a class below one of this name in a file."""
        return self._noted("has_subclass", self._program.has_subclass(name, path), name, path)

    def default_dtype(self) -> str | None:
        """The dtype of new floating point tensors; None where the project changes it."""
        return self._noted("default_dtype", self._program.default_dtype())

    def converts(self) -> bool:
        """True if the project may give its modules another dtype."""
        return self._noted("converts", self._program.converts())

    def freezes(self) -> bool:
        """True if the project may keep parameters from being trained."""
        return self._noted("freezes", self._program.freezes())

    def none_has(self, default: Default) -> bool:
        """True if a class is constructed, and never with a parameter of its constructor at its default."""
        return self._noted("none_has", self._program.none_has(default), default)

    def registering(self, names: frozenset[str], key: str | None) -> tuple[str, ...]:
        """The files that may add an entry to what the names stand for, under a key if it is known."""
        return self._noted("registering", self._program.registering(names, key), names, key)

    def may_exchange(self, name: str, classes: frozenset[tuple[str, ir.Span]]) -> bool:
        """True if something else may store an attribute on an instance of a class; `classes` are it and its bases."""
        return self._noted("may_exchange", self._program.may_exchange(name, classes), name, classes)

    def may_store(self, name: str, classes: frozenset[tuple[str, ir.Span]]) -> bool:
        """True if something may give an attribute to an instance of a class; `classes` are it and its bases, by file and place."""
        return self._noted("may_store", self._program.may_store(name, classes), name, classes)

    def _noted(self, what: str, answer: T, *about: object) -> T:
        self._journal.current.asked[(what,) + about] = answer  # noqa: RUF005 - a starred index needs Python 3.11
        return answer
