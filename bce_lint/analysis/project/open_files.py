"""Which files have their text, and the bodies of their functions, in memory: of many files only those that were asked for last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from bce_lint import ir
from bce_lint.analysis.interpreter import questions
from bce_lint.analysis.models import surroundings
from bce_lint.analysis.state import handed
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.ir.packing import Packed, packed

AT_ONCE: Final = 5_000_000
"""How many characters the texts of files have together before those that come are packed; what they are read as takes ten times as much."""
OPEN: Final = 1_500_000
"""How many bytes may be packed in what is open, before it is closed."""


T = TypeVar("T")


class ReadFile(Protocol):
    """How a file is walked over: what comes of that holds no part of a body by which the body is looked for."""

    def __call__(self, path: str, make: Callable[[str, ir.Module | None], T]) -> T:
        """What is made of a file as IR, of None where it cannot be read."""


class OpenFiles:
    """Packs what is lowered where there is much of it, and closes what has been opened since. `decode` gives the text of a file again."""

    def __init__(self, decode: Callable[[str], str]) -> None:
        self._decode = decode
        self._characters = self._open_size = 0
        self._open: list[Packed] = []
        self._texts: list[LoweredFile] = []

    def pack(self, module: ir.Module, text: str) -> bool:
        """Packs what was lowered, where there is much of it."""
        self._characters += len(text)
        if self._characters <= AT_ONCE:
            return False
        made = packed(module, self._opened)
        if made is not None:
            made.close()
        return True

    def take_text(self, unit: LoweredFile) -> None:
        """Takes the text of a file away, which can be decoded again."""
        unit.decode = self._decoded
        del unit.text

    def _decoded(self, unit: LoweredFile) -> str:
        self._texts.append(unit)
        return self._decode(unit.path)

    def _opened(self, one: Packed) -> None:
        self._open.append(one)
        self._open_size += one.size

    def tidy(self) -> None:
        """Closes what is open, where it is much; nothing runs, so that nothing holds a part of a body."""
        if self._open_size > OPEN:
            self.close_from(0)
            for known in (*surroundings.BY_NODE, handed.counters_of, questions.subjects):
                known.cache_clear()
            for unit in self._texts:
                del unit.text
            self._texts.clear()

    @property
    def opened(self) -> int:
        """How many were opened that are open."""
        return len(self._open)

    def close_from(self, number: int) -> None:
        """Closes those that were opened after so many, of which nothing holds a part."""
        for one in self._open[number:]:
            one.close()
            self._open_size -= one.size
        del self._open[number:]
