"""What flake8 would print of a file, asked in this process."""

from __future__ import annotations

import ast
import warnings
from argparse import Namespace
from collections.abc import Sequence

from flake8.processor import FileProcessor

from bce_lint.flake8_plugin import Checker

_OPTIONS = Namespace(
    hang_closing=False, indent_size=4, max_doc_length=None, max_line_length=79, verbose=0, stdin_display_name="stdin", disable_noqa=True
)


def flake8_rows(path: str, extend: Sequence[str]) -> list[tuple[int, int, str]] | None:
    """Row, column from 0 and code of each; None for a file that flake8 does not give to its plugins."""
    before = Checker.extend_select, Checker.no_cache
    Checker.extend_select, Checker.no_cache = tuple(extend), True
    try:
        try:
            lines = FileProcessor(path, _OPTIONS).lines
        except LookupError:  # flake8 itself fails on an encoding that is none of text
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                ast.parse("".join(lines))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return None
        return [(row, column, text.split()[0]) for row, column, text, _ in Checker(None, lines, path).run()]
    finally:
        Checker.extend_select, Checker.no_cache = before
