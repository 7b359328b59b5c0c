"""Lines of code with marks under them.

Columns are code points; what is drawn is measured in terminal cells, so that tabs, wide and combining characters keep
the marks in place. A tab is drawn as four spaces, what a terminal would not draw as its escape. A line that is too long is cut to
a window around its first mark. A primary place of several lines gets a bar at their left; a label of several lines is
marked on its first. A line that is not blank is shown before and after what is marked.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from bce_lint.diagnostic import Position
from bce_lint.report.pen import Pen
from bce_lint.terminal import Colour, escaped, is_harmful

TAB: Final = "    "
FEWEST_CELLS: Final = 20
"""A line is never cut to less, however narrow the terminal is."""
SHOWN_LINES: Final = 6
"""Of a longer primary place only the first lines, the last one and the labelled ones are drawn."""


class Mark(NamedTuple):
    """A place in a file, the sign that marks it and what is said of it."""

    start: Position
    end: Position
    sign: str
    text: str
    colour: Colour = Colour.FRAME

    @property
    def barred(self) -> bool:
        """True if a bar at the left spans the lines of this place."""
        return self.sign == "^" and self.end.row > self.start.row


class _Line(NamedTuple):
    """A line as drawn: its text, the cell at which each code point starts, the cells cut off at its left, and the most that are drawn."""

    text: str
    starts: list[int]
    cut: int
    most: int

    @property
    def end(self) -> int:
        """The cell after the last code point."""
        return self.cell(len(self.starts))

    def cell(self, column: int) -> int:
        """The cell of a column (from 1), kept inside what is drawn."""
        cell = self.starts[min(max(column, 1), len(self.starts)) - 1] - self.cut
        return min(max(cell, 0), self.most)


def draw(lines: Sequence[str], marks: Sequence[Mark], width: int, pen: Pen) -> Iterator[str]:
    """The lines that hold marks and those around them, each followed by its marks; `width` is that of the row numbers."""
    bar = next((mark for mark in marks if mark.barred), None)
    margin = pen.paint(Colour.FRAME, f"{'':{width}} |")
    before, here = 0, list[Mark]()
    for row in shown_rows(lines, marks):
        gutter = _gutter(bar, row, pen)
        if before and row > before + 1:
            yield f"{pen.paint(Colour.FRAME, '...')}{'':{width}}{gutter}".rstrip()
        here = sorted((mark for mark in marks if mark.start.row == row), key=lambda mark: (mark.sign != "^", mark.start, mark.end))
        line = _layout(_text(lines, row), here[0].start.column if here else 1, cells(pen, width + 5))
        yield f"{pen.paint(Colour.FRAME, f'{row:{width}} |')} {gutter}{line.text}".rstrip()
        yield from (f"{margin} {_under(mark, line, gutter, pen)}" for mark in here)
        before = row
        if bar is not None and row == bar.end.row:
            yield f"{margin} {pen.paint(bar.colour, f'''|{'_' * line.cell(bar.end.column - 1)}_^''')}"
            here = [bar]
    if before and not here:
        yield margin


def cells(pen: Pen, taken: int) -> int:
    """How many cells of a line are left for code where some are taken."""
    return max(pen.cells - taken, FEWEST_CELLS)


def _gutter(bar: Mark | None, row: int, pen: Pen) -> str:
    if bar is None:
        return ""
    return f"{pen.paint(bar.colour, '|')} " if bar.start.row < row <= bar.end.row else "  "


def _under(mark: Mark, line: _Line, gutter: str, pen: Pen) -> str:
    start = line.cell(mark.start.column)
    if mark.barred:
        return pen.paint(mark.colour, f" {'_' * (start + 1)}^")
    end = line.cell(mark.end.column) if mark.end.row == mark.start.row else line.end
    return f"{gutter}{'':{start}}{pen.paint(mark.colour, f'{mark.sign * max(end - start, 1)} {mark.text}'.rstrip())}"


def shown_rows(lines: Sequence[str], marks: Sequence[Mark]) -> list[int]:
    """The rows to draw: the marked ones, the line before and after them unless it is blank, and a line that stands alone between two.
    A mark past the end of the file is drawn at its last row."""
    rows, total = {mark.start.row for mark in marks}, len(lines)
    inner = set[int]()
    for mark in marks:
        if mark.barred:
            first, last = mark.start.row, min(mark.end.row, max(total, mark.start.row))
            inner = set(range(first, last + 1))
            rows |= inner if last - first < SHOWN_LINES else {first, first + 1, first + 2, last}
    around = {near for row in rows for near in (row - 1, row + 1) if near not in inner}
    rows |= {row for row in around if 1 <= row <= total and _text(lines, row).strip()}
    return sorted(rows | {row + 1 for row in rows if row + 2 in rows and row + 1 <= total})


def _text(lines: Sequence[str], row: int) -> str:
    return lines[row - 1].rstrip("\r\n") if row <= len(lines) else ""


def line_of(text: str, focus: int, most: int) -> str:
    """A line as it is drawn, cut around the column `focus` where it has more than so many cells."""
    return _layout(text.rstrip("\r\n"), focus, most).text


def _layout(text: str, focus: int, most: int) -> _Line:
    glyphs = [_glyph(char) for char in text]
    starts = [0]
    for _, width in glyphs:
        starts.append(starts[-1] + width)
    if starts[-1] <= most:
        return _Line("".join(glyph for glyph, _ in glyphs), starts, 0, most)
    aim = starts[min(focus, len(text)) - 1] - most // 4
    first = next(index for index, start in enumerate(starts) if start >= aim)
    last = max(index for index, start in enumerate(starts) if start <= starts[first] + most - 2)
    body = "".join(glyph for glyph, _ in glyphs[first:last])
    left, right = "…" * (first > 0), "…" * (last < len(text))
    return _Line(f"{left}{body}{right}", starts, starts[first] - len(left), most)


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
