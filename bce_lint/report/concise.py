"""One line for each diagnostic: `path:row:column: CODE message`, with `[*]` after the code where `--fix` mends it."""

from __future__ import annotations

from collections.abc import Iterable

from bce_lint.diagnostic import Diagnostic
from bce_lint.report.fixable import code
from bce_lint.report.paths import shown
from bce_lint.report.run_time import said
from bce_lint.terminal import flowing


def concise(diagnostics: Iterable[Diagnostic], unsafe: bool = False) -> str:
    """The diagnostics, one a line; `unsafe` tells whether unsafe fixes count."""
    return "".join(f"{_line(one, unsafe)}\n" for one in diagnostics)


def _line(one: Diagnostic, unsafe: bool) -> str:
    row, column = one.location.start
    ran = "" if one.run_time is None else f" (run time: {said(one.run_time)})"
    return f"{shown(one.location.path)}:{row}:{column}: {code(one, unsafe)} {flowing(one.message)}{ran}"
