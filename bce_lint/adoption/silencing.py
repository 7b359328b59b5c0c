"""Comments that silence findings, written behind the lines that they lie in."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Final

from bce_lint.source.documents import decode, encode
from bce_lint.source.suppress import NoqaComment, comments, joined_rows, suppressed
from bce_lint.source.text import SourceError, SourceText

_WORDS: Final = re.compile(r"[ \t]*[A-Z]+[0-9]+", re.IGNORECASE)
_UNSEEN: Final = (SyntaxError, ValueError, RecursionError, MemoryError)


class NotSilenced(Exception):
    """Why a file cannot be given comments: one clause for people."""


def reason_problem(reason: str) -> str:
    """What is wrong with a reason that is to stand behind codes, or nothing."""
    if not reason.isprintable():
        return "--add-noqa takes a reason on one line, of characters that can be seen"
    if _WORDS.match(reason) or "#" in reason:
        return f"--add-noqa={reason}: flake8 would take a part of that reason for a code or for another comment"
    return ""


def silenced(source: SourceText, findings: Mapping[int, frozenset[str]], reason: str) -> tuple[bytes, int]:
    """A file in which comments silence the codes found in its rows, and how many comments that takes. Raises `NotSilenced`.

    A comment stands at the end of the last of the rows that a finding's row is read together with. Codes join those of a comment that
    is there, with what else it says.
    """
    known = {row: one for one in comments(source) for row in one.rows}
    wanted: dict[tuple[int, int], set[str]] = {}
    for row, codes in findings.items():
        extent = joined_rows(source, row)
        if extent is None:
            raise NotSilenced("it cannot be taken apart into tokens")
        wanted.setdefault(extent, set()).update(codes)
    edits = [_edit(source, extent, known.get(extent[0]), sorted(codes), reason) for extent, codes in wanted.items()]
    text = source.text
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return _checked(source, text, findings), len(edits)


def _edit(
    source: SourceText, extent: tuple[int, int], there: NoqaComment | None, codes: Iterable[str], reason: str
) -> tuple[int, int, str]:
    listed = ", ".join(codes)
    if there is None:
        line = source.lines[extent[1] - 1].rstrip("\r\n")
        end = source.offset(extent[1], len(line) + 1)
        return end - len(line) + len(line.rstrip(" \t")), end, f"  # noqa: {listed}{f' {reason}' if reason else ''}"
    if there.comment is None:
        raise NotSilenced(f"a string in row {source.told(source.location(there.span)).line} holds what is read in place of a comment")
    end = there.span.end
    words = source.text[end : there.comment.end].strip(" \t,")
    return end, end, f", {listed}{f' {reason}' if reason and not words else ''}"


def _checked(source: SourceText, text: str, findings: Mapping[int, frozenset[str]]) -> bytes:
    """The bytes of the new text, which says to Python what the old one did, and to readers of comments what was meant."""
    try:
        data = encode(source, text)
        after = decode(data, source.path)
    except SourceError as error:
        raise NotSilenced(error.message) from None
    before = _tree(source.text)
    if before is None or before != _tree(text):
        raise NotSilenced("the Python that runs bce-lint cannot read it" if before is None else "the code would not stay the same")
    if not all(suppressed(after, row, code) for row, codes in findings.items() for code in codes):
        raise NotSilenced("a comment would not be read as it is meant")
    return data


def _tree(text: str) -> str | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.dump(ast.parse(text))
        except _UNSEEN:
            return None
