"""Which findings `# noqa` silences, read exactly as flake8 reads it.

flake8 looks for the comment in the finding's first physical line. A line that a backslash or a string with line
breaks joins to others is searched together with those; a line inside brackets is searched alone. The comment is found
by a regular expression on the text, so that one inside a string counts as well. Codes are compared as prefixes and
with their case: `# noqa: bce103` silences nothing. Anything after `# noqa` that is not a colon and a code, such as a
rule's name, makes it a blanket one. A line that starts with `# flake8: noqa` silences the file, whatever follows it.
"""

from __future__ import annotations

import re
import tokenize
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

from bce_lint.ir import Span
from bce_lint.source.text import SourceText

_LINE: Final = re.compile(r"# noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
_CODE: Final = re.compile(r"[^,\s]+")
_ANY_FILE: Final = re.compile(r"# flake8[:=]\s*noqa", re.IGNORECASE)
_FILE: Final = re.compile(r"\s*# flake8[:=]\s*noqa", re.IGNORECASE)
_NO_EXTENT: Final = frozenset((tokenize.ENDMARKER, tokenize.DEDENT))
_LINE_ENDS: Final = frozenset((tokenize.NL, tokenize.NEWLINE))


def suppressed(source: SourceText, row: int, code: str) -> bool:
    """True if a comment in `source` silences `code` on `row`."""
    silent_file, silent_rows = _comments(source)
    if silent_file:
        return True
    codes = silent_rows.get(row)
    return codes is not None and (not codes or code.startswith(codes))


class NoqaComment(NamedTuple):
    """A `# noqa` with codes: the rows that it silences, what was matched of it, and the codes, each with its place.

    `comment` is the whole comment that it stands in; none where it stands in a string, which flake8 reads as well.
    """

    rows: range
    span: Span
    codes: tuple[tuple[str, Span], ...]
    comment: Span | None


class _Rows(NamedTuple):
    """For each row the first and the last of those that are searched together, and the columns (from 0) at which comments begin."""

    joined: dict[int, tuple[int, int]]
    comments: dict[int, int]


def comments(source: SourceText) -> tuple[NoqaComment, ...]:
    """The comments with codes in a file, in order; none where the file is silenced, or cannot be taken apart."""
    lines = _lines(source)
    if not _LINE.search(source.text) or any(map(_FILE.match, lines)):
        return ()
    rows = _rows_of(source)
    if rows is None:
        return ()
    found = {extent: match for extent in rows.joined.values() if (match := _LINE.search("".join(lines[extent[0] - 1 : extent[1]])))}
    return tuple(_comment(source, lines, rows, *one) for one in sorted(found.items()) if one[1]["codes"])


def joined_rows(source: SourceText, row: int) -> tuple[int, int] | None:
    """The first and the last of the rows that are searched together with one; None where the file cannot be taken apart."""
    rows = _rows_of(source)
    return None if rows is None else rows.joined.get(row, (row, row))


def noqa_row(source: SourceText, row: int) -> int | None:
    """The row in which a comment that silences findings on `row` has to stand: the last of those that are searched together. None where
    no comment can follow the code, as behind a backslash."""
    if not 1 <= row <= len(source.lines):
        return None
    last = (joined_rows(source, row) or (row, row))[1]
    return None if source.lines[last - 1].rstrip("\r\n").endswith("\\") else last


@lru_cache(maxsize=16)
def _rows_of(source: SourceText) -> _Rows | None:
    return _rows(_lines(source))


def _comment(source: SourceText, lines: Sequence[str], rows: _Rows, extent: tuple[int, int], match: re.Match[str]) -> NoqaComment:
    starts = list(accumulate((len(line) for line in lines[extent[0] - 1 : extent[1]]), initial=0))

    def _offset(at: int) -> int:
        index = bisect_right(starts, at, hi=len(starts) - 1) - 1
        return source.offset(extent[0] + index, at - starts[index] + 1)

    row = source.position(_offset(match.start())).row
    begins = rows.comments.get(row)
    inside = begins is not None and source.offset(row, begins + 1) <= _offset(match.start())
    line = lines[row - 1].rstrip("\n")
    whole = Span(source.offset(row, begins + 1), source.offset(row, len(line) + 1)) if inside and begins is not None else None
    codes = [(one[0], match.start("codes") + one.start(), match.start("codes") + one.end()) for one in _CODE.finditer(match["codes"])]
    placed = tuple((code, Span(_offset(start), _offset(end))) for code, start, end in codes)
    return NoqaComment(range(extent[0], extent[1] + 1), Span(_offset(match.start()), placed[-1][1].end), placed, whole)


@lru_cache(maxsize=16)
def _comments(source: SourceText) -> tuple[bool, dict[int, tuple[str, ...]]]:
    """Whether the whole file is silenced, and the codes silenced on each row (none named: all of them)."""
    if not _LINE.search(source.text) and not _ANY_FILE.search(source.text):
        return False, {}
    lines = _lines(source)
    if any(map(_FILE.match, lines)):
        return True, {}
    found = ((row, _LINE.search(text)) for row, text in _searched(source, lines).items())
    return False, {row: _codes(match) for row, match in found if match}


def _codes(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"[,\s]", match["codes"] or "")))


def _lines(source: SourceText) -> list[str]:
    return [line.rstrip("\r\n") + "\n" * line.endswith(("\r", "\n")) for line in source.lines]


def _searched(source: SourceText, lines: Sequence[str]) -> dict[int, str]:
    """The text that flake8 searches for each row: its own line, or the lines that a token joins."""
    rows = _rows_of(source)
    searched = dict(enumerate(lines, 1))
    if rows is not None:
        texts = {(first, last): "".join(lines[first - 1 : last]) for first, last in set(rows.joined.values())}
        searched.update((row, texts[extent]) for row, extent in rows.joined.items())
    return searched


def _rows(lines: Sequence[str]) -> _Rows | None:
    joined: dict[int, tuple[int, int]] = {}
    comments: dict[int, int] = {}
    reader = iter(lines)
    first, last = len(lines) + 2, -1
    try:
        for token in tokenize.generate_tokens(lambda: next(reader, "")):
            if token.type in _NO_EXTENT:
                continue
            if token.type == tokenize.COMMENT:
                comments[token.start[0]] = token.start[1]
            first, last = min(first, token.start[0]), max(last, token.end[0])
            if token.type in _LINE_ENDS:
                joined.update(dict.fromkeys(range(first, last + 1), (first, last)))
                first, last = len(lines) + 2, -1
    except (tokenize.TokenError, SyntaxError, UnicodeError):  # newer tokenizers encode the lines, and not every text can be
        return None
    return _Rows(joined, comments)
