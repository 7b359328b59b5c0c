"""Lines of code with marks under them.

Columns are code points; what is drawn is measured in terminal cells, so that tabs, wide and combining characters keep
the marks in place. A tab is drawn as four spaces, what a terminal would not draw as its escape. A line that is too long is cut to
a window around its first mark. A primary place of several lines gets a bar at their left; a label of several lines is
marked on its first.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from bce_lint.diagnostic import Position
from bce_lint.terminal import escaped, is_harmful

TAB: Final = "    "
MAX_CELLS: Final = 160
CELLS_BEFORE_MARK: Final = 40
SHOWN_LINES: Final = 6
"""Of a longer primary place only the first lines, the last one and the labelled ones are drawn."""


class Mark(NamedTuple):
    """A place in a file, the sign that marks it and what is said of it."""

    start: Position
    end: Position
    sign: str
    text: str

    @property
    def barred(self) -> bool:
        """True if a bar at the left spans the lines of this place."""
        return self.sign == "^" and self.end.row > self.start.row


class _Line(NamedTuple):
    """A line as drawn: its text, the cell at which each code point starts, and the cells cut off at its left."""

    text: str
    starts: list[int]
    cut: int

    @property
    def end(self) -> int:
        """The cell after the last code point."""
        return self.cell(len(self.starts))

    def cell(self, column: int) -> int:
        """The cell of a column (from 1), kept inside what is drawn."""
        cell = self.starts[min(max(column, 1), len(self.starts)) - 1] - self.cut
        return min(max(cell, 0), MAX_CELLS)


def draw(lines: Sequence[str], marks: Sequence[Mark], width: int) -> Iterator[str]:
    """The lines that hold marks, each followed by its marks; `width` is that of the row numbers."""
    bar = next((mark for mark in marks if mark.barred), None)
    before = 0
    for row in sorted(_rows(marks, len(lines))):
        gutter = _gutter(bar, row)
        if before and row > before + 1:
            yield f"{'...':{width + 3}}{gutter}".rstrip()
        here = sorted((mark for mark in marks if mark.start.row == row), key=lambda mark: (mark.sign != "^", mark.start, mark.end))
        line = _layout(_text(lines, row), here[0].start.column if here else 1)
        yield f"{row:{width}} | {gutter}{line.text}".rstrip()
        yield from (f"{'':{width}} | {_under(mark, line, gutter)}" for mark in here)
        if bar is not None and row == bar.end.row:
            yield f"{'':{width}} | |{'_' * line.cell(bar.end.column - 1)}_^"
        before = row


def _gutter(bar: Mark | None, row: int) -> str:
    if bar is None:
        return ""
    return "| " if bar.start.row < row <= bar.end.row else "  "


def _under(mark: Mark, line: _Line, gutter: str) -> str:
    start = line.cell(mark.start.column)
    if mark.barred:
        return f" {'_' * (start + 1)}^"
    end = line.cell(mark.end.column) if mark.end.row == mark.start.row else line.end
    return f"{gutter}{'':{start}}{mark.sign * max(end - start, 1)} {mark.text}".rstrip()


def _rows(marks: Sequence[Mark], total: int) -> set[int]:
    """The rows to draw; a mark past the end of the file is drawn at its last row."""
    rows = {mark.start.row for mark in marks}
    for mark in marks:
        if mark.barred:
            first, last = mark.start.row, min(mark.end.row, max(total, mark.start.row))
            rows |= set(range(first, last + 1)) if last - first < SHOWN_LINES else {first, first + 1, first + 2, last}
    return rows


def _text(lines: Sequence[str], row: int) -> str:
    return lines[row - 1].rstrip("\r\n") if row <= len(lines) else ""


def _layout(text: str, focus: int) -> _Line:
    """Draws a line, cut around the column `focus` where it is too long."""
    glyphs = [_glyph(char) for char in text]
    starts = [0]
    for _, cells in glyphs:
        starts.append(starts[-1] + cells)
    if starts[-1] <= MAX_CELLS:
        return _Line("".join(glyph for glyph, _ in glyphs), starts, 0)
    aim = starts[min(focus, len(text)) - 1] - CELLS_BEFORE_MARK
    first = next(index for index, start in enumerate(starts) if start >= aim)
    last = max(index for index, start in enumerate(starts) if start <= starts[first] + MAX_CELLS - 2)
    body = "".join(glyph for glyph, _ in glyphs[first:last])
    left, right = "…" * (first > 0), "…" * (last < len(text))
    return _Line(f"{left}{body}{right}", starts, starts[first] - len(left))


def _glyph(char: str) -> tuple[str, int]:
    """How a character is drawn, and in how many cells."""
    if " " <= char <= "~":
        return char, 1
    if char == "\t":
        return TAB, len(TAB)
    if is_harmful(char):
        written = escaped(char)
        return written, len(written)
    if unicodedata.category(char) in ("Mn", "Me"):
        return char, 0
    return char, 2 if unicodedata.east_asian_width(char) in "WF" else 1
