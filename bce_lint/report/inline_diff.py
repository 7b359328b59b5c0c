"""A fix as changed lines: those that go with `-`, those that come with `+`, and a line of context around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from bce_lint.diagnostic import Edit
from bce_lint.report.frame import cells, line_of
from bce_lint.report.pen import Pen
from bce_lint.source.text import SourceText, lines_of
from bce_lint.terminal import Colour

MOST_LINES: Final = 40
"""The most lines of a change that are shown."""
_COLOURS: Final = {"-": Colour.REMOVED, "+": Colour.ADDED}


class Hunk(NamedTuple):
    """Lines of a file that are replaced: the row of the first, those that go and those that come."""

    row: int
    old: list[str]
    new: list[str]


class _Piece(NamedTuple):
    """An edit by offsets."""

    start: int
    end: int
    content: str


class ChangedLine(NamedTuple):
    """A line of a change: its number after it, `-`, `+` or a space, and the text; the column at which it changes. No text: lines
    are left out."""

    row: int | None
    sign: str
    text: str | None
    focus: int = 1


def changed_lines(source: SourceText, edits: Iterable[Edit]) -> list[ChangedLine]:
    """What the edits of one file change in it."""
    return list(_with_context(source.lines, hunks(source, edits)))


def hunks(source: SourceText, edits: Iterable[Edit]) -> list[Hunk]:
    """The lines that edits replace, one hunk for lines that follow one another."""
    found: list[Hunk] = []
    for row, old, new in _touched(source, edits):
        if found and found[-1].row + len(found[-1].old) == row:
            last = found.pop()
            row, old, new = last.row, [*last.old, *old], [*last.new, *new]
        found.append(Hunk(row, old, new))
    return found


def _touched(source: SourceText, edits: Iterable[Edit]) -> Iterator[Hunk]:
    together, last = list[_Piece](), 0
    for piece in sorted(_pieces(source, edits), key=lambda one: (one.start, one.end)):
        if together and source.position(piece.start).row > last:
            yield from _hunk(source, together)
            together, last = [], 0
        together.append(piece)
        last = max(last, source.position(piece.end).row)
    if together:
        yield from _hunk(source, together)


def _pieces(source: SourceText, edits: Iterable[Edit]) -> Iterator[_Piece]:
    for edit in edits:
        span = source.span(edit.location)
        yield _Piece(span.start, span.end, edit.content)


def _hunk(source: SourceText, pieces: Sequence[_Piece]) -> Iterator[Hunk]:
    first = source.position(pieces[0].start).row
    start, end = source.offset(first, 1), source.offset(max(source.position(one.end).row for one in pieces) + 1, 1)
    after, done = "", start
    for piece in pieces:
        after += source.text[done : max(piece.start, done)] + piece.content
        done = max(piece.end, done)
    old, new = lines_of(source.text[start:end]), lines_of(after + source.text[done:end])
    same = next((index for index, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new)))
    old, new = old[same:], new[same:]
    while old and new and old[-1] == new[-1]:
        old.pop()
        new.pop()
    if old or new:
        yield Hunk(first + same, old, new)


def _with_context(lines: Sequence[str], found: Iterable[Hunk]) -> Iterator[ChangedLine]:
    shown, moved = -1, 0  # the last row that was shown, and by how much the numbers of the rows after it change
    for hunk in found:
        between = range(hunk.row - 1 if shown < 0 else shown + 1, hunk.row)
        left_out = len(between) > 3
        for row in (between[0], between[-1]) if left_out else between:
            yield from _context(lines, row, moved)
            if left_out and row == between[0]:
                yield ChangedLine(None, " ", None)
        focus = _apart(hunk.old, hunk.new)
        yield from (ChangedLine(None, "-", text, focus) for text in hunk.old)
        yield from (ChangedLine(hunk.row + moved + index, "+", text, focus) for index, text in enumerate(hunk.new))
        shown, moved = hunk.row + len(hunk.old) - 1, moved + len(hunk.new) - len(hunk.old)
    yield from _context(lines, shown + 1, moved)


def _context(lines: Sequence[str], row: int, moved: int) -> Iterator[ChangedLine]:
    if 1 <= row <= len(lines):
        yield ChangedLine(row + moved, " ", lines[row - 1])


def _apart(old: Sequence[str], new: Sequence[str]) -> int:
    """The column from which on the first two lines differ."""
    pairs = zip(old[0], new[0], strict=False) if old and new else ()
    return next((column for column, (one, other) in enumerate(pairs, 1) if one != other), 1)


def drawn(lines: Sequence[ChangedLine], width: int, pen: Pen) -> Iterator[str]:
    """Changed lines as they are printed; `width` is that of the row numbers. Of many only the first are."""
    for row, sign, text, focus in lines[:MOST_LINES]:
        number = f"{'' if row is None else row:>{width}}"
        code = "" if text is None else line_of(text, focus, cells(pen, width + 3))
        if text is None:
            yield pen.paint(Colour.FRAME, "...")
        elif sign in _COLOURS:
            yield pen.paint(Colour.FRAME, number) + pen.paint(_COLOURS[sign], f" {sign} {code}".rstrip())
        else:
            yield f"{pen.paint(Colour.FRAME, f'{number} |')} {code}".rstrip()
    left = sum(line.text is not None for line in lines[MOST_LINES:])
    if left:
        yield pen.paint(Colour.FRAME, f"... {left} more {'line' if left == 1 else 'lines'}")
