"""What the machine asks of the project around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from bce_lint import ir

if TYPE_CHECKING:
    from bce_lint.analysis.state.frames import LoweredFile


class Default(NamedTuple):
    """A parameter of the constructor of a class: the class by file and name, the position behind `self`, and the default."""

    path: str
    owner: str
    position: int
    name: str
    value: ir.Expr


class Program(Protocol):
    """What the machine asks of the project around it."""

    def unit(self, path: str) -> LoweredFile | None:
        """The lowered file, or None when it cannot be read."""

    def load(self, path: str) -> LoweredFile | None:
        """Runs a module's body once in the base store."""

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """The file that an import names, or None when it lies outside the project."""

    def has_subclass(self, name: str, path: str) -> bool:
        """True if the project may have a class below one of this name in a file."""

    def default_dtype(self) -> str | None:
        """The dtype of new floating point tensors; None where the project changes it."""

    def converts(self) -> bool:
        """True if the project may give its modules another dtype."""

    def freezes(self) -> bool:
        """True if the project may keep parameters from being trained."""

    def none_has(self, default: Default) -> bool:
        """True if a class is constructed, and never with a parameter of its constructor at its default."""

    def registering(self, names: frozenset[str], key: str | None) -> tuple[str, ...]:
        """The files that may add an entry to what the names stand for, under a key if it is known."""

    def may_exchange(self, name: str, classes: frozenset[tuple[str, ir.Span]]) -> bool:
        """True if something else may store an attribute on an instance of a class; `classes` are it and its bases."""

    def may_store(self, name: str, classes: frozenset[tuple[str, ir.Span]]) -> bool:
        """True if something may give an attribute to an instance of a class; `classes` are it and its bases, by file and place."""
