"""Commands that GitHub Actions turns into annotations of the changed lines."""

from __future__ import annotations

from typing import Final

from bce_lint.diagnostic import Diagnostic
from bce_lint.report.paths import labelled, with_slashes
from bce_lint.report.told import Told
from bce_lint.terminal import flowing, one_line

_COMMANDS: Final = {"error": "error", "warning": "warning"}
_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(told: Told) -> str:
    """A command for each diagnostic, a line each."""
    return "".join(f"{_command(one, told)}\n" for one in told.findings)


def _command(one: Diagnostic, told: Told) -> str:
    (row, column), (end_row, end_column) = told.in_file(one.location)[1:3]
    path = one_line(with_slashes(one.location.path))
    code = one_line(one.code)
    where: dict[str, object] = {"title": f"bce-lint ({code})", "file": path, "line": row}
    if row == end_row:
        where |= {"col": column, "endLine": end_row, "endColumn": end_column}
    else:
        where |= {"endLine": end_row}  # GitHub takes columns of a single line only
    lines = [f"{path}:{one.location.line}:{one.location.start.column}: {code} {flowing(one.message)}"]
    lines += [f"  {labelled(label)}" for label in one.labels]
    lines += [] if one.fix is None else [f"  help: {flowing(one.fix.message)}"]
    properties = ",".join(f"{name}={str(value).translate(_PROPERTY)}" for name, value in where.items())
    return f"::{_COMMANDS.get(one.severity, 'notice')} {properties}::{chr(10).join(lines).translate(_DATA)}"
