"""Notebooks of other languages than Python: they are not read, and that is said."""

from __future__ import annotations

from collections.abc import Mapping

from bce_lint import terminal
from bce_lint.report.paths import shown
from bce_lint.source.text import is_notebook


def tell_languages(files: Mapping[str, bytes | None]) -> None:
    """Says which notebooks among some files are not read, a line each. The content of some files is at hand."""
    if notebooks := {path: data for path, data in files.items() if is_notebook(path)}:
        from bce_lint.source.notebook import other_languages

        for path, language in other_languages(notebooks):
            terminal.complain(f"{shown(path)}: not read: this notebook is not Python's but for a kernel of {terminal.one_line(language)}")
