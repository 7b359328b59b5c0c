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
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from bce_lint.source.text import SourceText

_LINE: Final = re.compile(r"# noqa(?::\s?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
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


@lru_cache(maxsize=16)
def _comments(source: SourceText) -> tuple[bool, dict[int, tuple[str, ...]]]:
    """Whether the whole file is silenced, and the codes silenced on each row (none named: all of them)."""
    if not _LINE.search(source.text) and not _ANY_FILE.search(source.text):
        return False, {}
    lines = [line.rstrip("\r\n") + "\n" * line.endswith(("\r", "\n")) for line in source.lines]
    if any(map(_FILE.match, lines)):
        return True, {}
    found = ((row, _LINE.search(text)) for row, text in _searched(lines).items())
    return False, {row: _codes(match) for row, match in found if match}


def _codes(match: re.Match[str]) -> tuple[str, ...]:
    return tuple(filter(None, re.split(r"[,\s]", match["codes"] or "")))


def _searched(lines: Sequence[str]) -> dict[int, str]:
    """The text that flake8 searches for each row: its own line, or the lines that a token joins."""
    searched = dict(enumerate(lines, 1))
    reader = iter(lines)
    first, last = len(lines) + 2, -1
    try:
        for token in tokenize.generate_tokens(lambda: next(reader, "")):
            if token.type in _NO_EXTENT:
                continue
            first, last = min(first, token.start[0]), max(last, token.end[0])
            if token.type in _LINE_ENDS:
                joined = "".join(lines[first - 1 : last])
                searched.update(dict.fromkeys(range(first, last + 1), joined))
                first, last = len(lines) + 2, -1
    except (tokenize.TokenError, SyntaxError):
        return dict(enumerate(lines, 1))
    return searched


def noqa_row(source: SourceText, row: int) -> int | None:
    """The row in which a comment that silences findings on `row` has to stand: the last of those that are searched together. None where
    no comment can follow the code, as behind a backslash."""
    if not 1 <= row <= len(source.lines):
        return None
    last = _last_rows(source).get(row, row)
    return None if source.lines[last - 1].rstrip("\r\n").endswith("\\") else last


@lru_cache(maxsize=16)
def _last_rows(source: SourceText) -> dict[int, int]:
    """The last of the rows that each row is searched with."""
    rows = _rows(_lines(source))
    return {} if rows is None else {row: last for row, (_, last) in rows.joined.items()}
