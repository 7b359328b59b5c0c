"""What units of work have asked, answered anew for another state of a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bce_lint import ir
from bce_lint.analysis.interpreter import setters
from bce_lint.analysis.project.rebound import bindings_of
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.dependencies import Inquiry
from bce_lint.analysis.state.edited_file import Version
from bce_lint.analysis.state.frames import LoweredFile


class Inquiries:
    """`unit` reads a file, `counted` is what counts of the entry points so far, and `others` answer what nothing here can."""

    def __init__(
        self, unit: Callable[[str], LoweredFile | None], counted: EntryAnswer, others: Mapping[str, Callable[..., object]]
    ) -> None:
        self._unit, self._counted = unit, counted
        self._answers: dict[Any, Callable[..., object]] = {
            "settled": self._counted.settles, "text": self._text, "stores": self._stores, "bindings": self._bindings, **others,
        }  # fmt: skip

    def ask(self, question: Inquiry) -> object:
        """Answers a question."""
        what, *about = question
        return self._answers[what](*about)

    def body(self, path: str, function: ir.Function) -> int:
        """The number of the version that a function is in, of a file that is worked on; -1 where it is none."""
        version = self._version(path, function)
        return -1 if version is None else version.number

    def _version(self, path: str, function: ir.Function) -> Version | None:
        unit = self._unit(path)
        return None if unit is None else unit.version(function)

    def _text(self, path: str) -> str | None:
        unit = self._unit(path)
        return None if unit is None else unit.text

    def _bindings(self, path: str) -> object:
        unit = self._unit(path)
        return None if unit is None else bindings_of(unit)

    def _stores(self, path: str, function: ir.Function) -> object:
        version = self._version(path, function)
        return None if version is None else setters.stores_of(version.function)
