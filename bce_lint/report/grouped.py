"""The diagnostics by file, a line each, as ruff groups them."""

from __future__ import annotations

from itertools import groupby

from bce_lint.diagnostic import Diagnostic
from bce_lint.report.concise import sentence
from bce_lint.report.paths import shown
from bce_lint.report.pen import pen_for
from bce_lint.report.told import Told
from bce_lint.terminal import Colour


def render(told: Told) -> str:
    """The diagnostics under the names of their files, an empty line after each file."""
    pen = pen_for(told)
    blocks = []
    for path, group in groupby(told.findings, lambda one: one.location.path):
        rows = [(_place(one), sentence(one, told.unsafe, pen)) for one in group]
        rows_width, columns_width = (max(len(place[part]) for place, _ in rows) for part in (0, 1))
        lines = [f"  {row:>{rows_width}}:{column:<{columns_width}} {text}\n" for (row, column), text in rows]
        blocks.append("".join((f"{pen.paint(Colour.STRONG, shown(path))}:\n", *lines, "\n")))
    return "".join(blocks)


def _place(one: Diagnostic) -> tuple[str, str]:
    return one.location.line, str(one.location.start.column)
