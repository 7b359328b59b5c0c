"""A file that somebody works on: what stands in it keeps its places while the body of a function becomes another one.

The spans of such a file are not offsets into its text. Each line has a number of its own, which it keeps as long as its code is the same;
the lines of a function's body have others for each text that the body has had. Numbers grow with the rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.records import changed


class Version(NamedTuple):
    """What a function is with one text of its body; the number tells the texts apart."""

    number: int
    function: ir.Function


def transposed(place: int, rows: Sequence[int], others: Sequence[int]) -> int:
    """A place in rows that start at some places, where they start at others; one before the first row is its start."""
    row = bisect_right(rows, place) - 1
    return others[0] if row < 0 else others[row] + place - rows[row]


class EditedFile:
    """One state of a file that is worked on. `anchor` is the module as it was first read, which stays, but for the statements that stand at
    its top now; `current` has what functions there and in its classes are now. `starts` are the numbers of the lines, `offsets` where they
    start in the text, which has a `size`. `rebound` are the names that statements at the top bind otherwise than at first, with what each
    is, and by no name which statements stand there."""

    def __init__(
        self,
        anchor: ir.Module,
        current: Mapping[ir.Function, Version],
        starts: Sequence[int],
        offsets: Sequence[int],
        size: int,
        rebound: frozenset[tuple[str, str]] = frozenset(),
    ) -> None:
        self.anchor = anchor
        self.current = current
        self.starts = starts
        self.offsets = offsets
        self.size = size
        self.rebound = rebound
        self._latest: ir.Module | None = None

    def real(self, span: Span) -> Span:
        """The offsets in the text of what has a span."""
        return Span(transposed(span.start, self.starts, self.offsets), transposed(span.end, self.starts, self.offsets))

    def number(self, offset: int) -> int:
        """The number of a place in the text."""
        return transposed(offset, self.offsets, self.starts)

    def stands(self, number: int) -> bool:
        """True if a number is that of a place in the text as it is."""
        row = bisect_right(self.starts, number) - 1
        end = self.offsets[row + 1] if row + 1 < len(self.offsets) else self.size
        return row >= 0 and number - self.starts[row] < end - self.offsets[row]

    @property
    def latest(self) -> ir.Module:
        """The module with its functions as they are now."""
        if self._latest is None:
            self._latest = changed(self.anchor, body=self._body(self.anchor.body))
        return self._latest

    def _body(self, body: ir.Body) -> ir.Body:
        found = tuple([self._statement(one) for one in body])
        return found if any(new is not old for new, old in zip(found, body, strict=True)) else body

    def _statement(self, one: ir.Stmt) -> ir.Stmt:
        if isinstance(one, ir.FunctionDef):
            version = self.current.get(one.function)
            return one if version is None or version.function is one.function else changed(one, function=version.function)
        if isinstance(one, ir.ClassDef):
            body = self._body(one.body)
            return one if body is one.body else changed(one, body=body)
        return one
