"""One line for each diagnostic: `path:row:column: CODE message`."""

from __future__ import annotations

from collections.abc import Iterable

from bce_lint.diagnostic import Diagnostic
from bce_lint.report.paths import shown


def concise(diagnostics: Iterable[Diagnostic]) -> str:
    """The diagnostics, one a line."""
    return "".join(f"{_line(one)}\n" for one in diagnostics)


def _line(one: Diagnostic) -> str:
    row, column = one.location.start
    return f"{shown(one.location.path)}:{row}:{column}: {one.code} {' '.join(one.message.split())}"
