"""Spans of the nodes of Python's own parser: rows and UTF-8 columns become offsets of code points."""

from __future__ import annotations

import re
from typing import Any

from bce_lint.ir import Span

# This takes half the time of `Span(...)`, once a node.
_made = tuple.__new__
_BREAK = re.compile(r"\r\n|\r|\n")
_OFFSETS: list[int] = []
"""Each offset that texts have, once: an int of its own for each end of each span would take a fifth of what IR takes."""


class NeedsLibCST(Exception):
    """The text has something that only LibCST's tree tells."""


class Places:
    """The offsets of nodes; `shift` is where the parsed text begins in the file."""

    def __init__(self, text: str, shift: int = 0) -> None:
        starts = [shift, shift]
        starts.extend([found.end() + shift for found in _BREAK.finditer(text)])
        self.starts = starts
        _OFFSETS.extend(range(len(_OFFSETS), len(text) + shift + 2))
        if not text.isascii():
            self.wide = _wide_lines(text, shift, starts)
            self.span = self._wide_span  # type: ignore[method-assign]

    def span(self, node: Any) -> Span:
        """The span of a node."""
        starts = self.starts
        first, last = starts[node.lineno] + node.col_offset, starts[node.end_lineno] + node.end_col_offset
        return _made(Span, (_OFFSETS[first], _OFFSETS[last]))

    def _wide_span(self, node: Any) -> Span:
        row, last = node.lineno, node.end_lineno
        if row in self.wide or last in self.wide:
            return Span(self._offset(row, node.col_offset), self._offset(last, node.end_col_offset))
        return _made(Span, (_OFFSETS[self.starts[row] + node.col_offset], _OFFSETS[self.starts[last] + node.end_col_offset]))

    def _offset(self, row: int, column: int) -> int:
        line = self.wide.get(row)
        return self.starts[row] + (column if line is None else len(line[:column].decode("utf-8")))


def _wide_lines(text: str, shift: int, starts: list[int]) -> dict[int, bytes]:
    """The lines, by row, in which columns and code points differ."""
    ends = [*starts[2:], len(text) + shift]
    lines = ((row, text[start - shift : end - shift]) for row, (start, end) in enumerate(zip(starts[1:], ends, strict=True), start=1))
    return {row: line.encode("utf-8") for row, line in lines if not line.isascii()}
