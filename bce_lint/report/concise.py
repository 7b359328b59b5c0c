"""One line for each diagnostic: `path:row:column: CODE message`, with `[*]` after the code where `--fix` mends it."""

from __future__ import annotations

from bce_lint.diagnostic import Diagnostic
from bce_lint.report.fixable import marked
from bce_lint.report.paths import shown
from bce_lint.report.pen import Pen, pen_for
from bce_lint.report.run_time import said
from bce_lint.report.told import Told
from bce_lint.terminal import Colour, flowing, one_line


def render(told: Told) -> str:
    """The diagnostics, one a line."""
    pen = pen_for(told)
    return "".join(f"{_line(one, told.unsafe, pen)}\n" for one in told.findings)


def _line(one: Diagnostic, unsafe: bool, pen: Pen) -> str:
    line, column = one.location.line, one.location.start.column
    return f"{pen.paint(Colour.STRONG, shown(one.location.path))}:{line}:{column}: {sentence(one, unsafe, pen)}"


def sentence(one: Diagnostic, unsafe: bool, pen: Pen) -> str:
    """The code, the sign of a fix, the message, and what a run says, on one line."""
    ran = "" if one.run_time is None else f" (run time: {said(one.run_time)})"
    return f"{pen.paint(pen.of(one.severity), one_line(one.code))}{marked(one, unsafe)} {flowing(one.message)}{ran}"
