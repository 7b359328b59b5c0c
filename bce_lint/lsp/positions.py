"""Rows and columns of code points, and the positions of the protocol: lines from 0, and characters in units of an encoding."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import Final, NamedTuple

from bce_lint.diagnostic import Location, Position
from bce_lint.source.text import lines_of

UTF_8, UTF_16, UTF_32 = "utf-8", "utf-16", "utf-32"
_MARK: Final = "\ufeff"


class Point(NamedTuple):
    """A place as the protocol has it: a line from 0, and units of an encoding from its start."""

    line: int
    character: int


class Stretch(NamedTuple):
    """A range as the protocol has it; its end is outside."""

    start: Point
    end: Point


def units(text: str, encoding: str) -> int:
    """How many units a text takes in an encoding."""
    if encoding == UTF_32 or text.isascii():
        return len(text)
    if encoding == UTF_8:
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def code_points(line: str, count: int, encoding: str) -> int:
    """How many code points of a line take so many units; a unit inside of a code point counts for its start."""
    if encoding == UTF_32 or line.isascii():
        return min(max(count, 0), len(line))
    taken = 0
    for number, one in enumerate(line):
        taken += units(one, encoding)
        if taken > count:
            return number
    return len(line)


class TextLines:
    """A text by its lines, as a client has it: with the byte order mark, if it has one. LF, CRLF and CR end a line."""

    def __init__(self, text: str, encoding: str) -> None:
        self.text = text
        self.encoding = encoding

    @cached_property
    def _lines(self) -> list[str]:
        lines = lines_of(self.text)
        return [*lines, ""] if not lines or lines[-1].endswith(("\r", "\n")) else lines

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self._lines[:-1]:
            starts.append(starts[-1] + len(line))
        return starts

    def offset(self, at: Point) -> int:
        """The offset of a place in the text; what lies behind the end of a line or of the text is that end."""
        if at.line < 0:
            return 0
        if at.line >= len(self._lines):
            return len(self.text)
        line = self._lines[at.line].rstrip("\r\n")
        return self._starts[at.line] + code_points(line, at.character, self.encoding)

    def point(self, offset: int) -> Point:
        """The place of an offset."""
        line = bisect_right(self._starts, offset) - 1
        return Point(line, units(self.text[self._starts[line] : offset], self.encoding))

    def place(self, at: Position) -> Point:
        """The place of a row and a column, which do not count a byte order mark."""
        row = min(max(at.row, 1), len(self._lines))
        line = self._lines[row - 1]
        marked = row == 1 and line.startswith(_MARK)
        end = len(line.rstrip("\r\n")) if row < at.row else at.column - 1 + marked
        return Point(row - 1, units(line[: max(end, 0)].rstrip("\r\n"), self.encoding))

    def stretch(self, location: Location) -> Stretch:
        """The range of a location, whose end does not lie before its start."""
        return Stretch(self.place(location.start), self.place(max(location.start, location.end)))

    def position(self, at: Point) -> Position:
        """The row and the column of a place."""
        offset, line = self.offset(at), min(max(at.line, 0), len(self._lines) - 1)
        marked = line == 0 and self.text.startswith(_MARK)
        return Position(line + 1, max(offset - self._starts[line] + 1 - marked, 1))

    def replaced(self, stretch: Stretch, new: str) -> TextLines:
        """The text in which another one stands in a range."""
        start, end = self.offset(stretch.start), self.offset(stretch.end)
        return TextLines(self.text[:start] + new + self.text[max(start, end) :], self.encoding)
