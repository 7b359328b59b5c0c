"""The format of reviewdog, which writes findings and suggested changes into reviews.

Its columns count bytes of UTF-8. A suggestion is one range of the finding's own file: a fix in several files has none, as half of it
would be wrong.
"""

from __future__ import annotations

import json
from typing import Any, Final

from bce_lint.diagnostic import SAFE, UNSAFE, Diagnostic, Fix, Location, Position
from bce_lint.report.addresses import rule_address, rules_address
from bce_lint.report.paths import in_cell, with_slashes
from bce_lint.report.told import Told
from bce_lint.source.text import SourceText, is_notebook

_SEVERITIES: Final = {"error": "ERROR", "warning": "WARNING"}


def render(told: Told) -> str:
    """The diagnostics as one JSON object."""
    address = rules_address()
    source = {"name": "bce-lint", **({"url": address} if address else {})}
    found = [_diagnostic(one, told) for one in told.findings]
    return json.dumps({"source": source, "severity": "WARNING", "diagnostics": found}, indent=2) + "\n"


def _diagnostic(one: Diagnostic, told: Told) -> dict[str, Any]:
    suggestions = [] if one.fix is None else _suggestions(one.fix, one.location.path, told)
    related = [{"message": label.message, "location": _location(label.location, told)} for label in one.labels]
    return {
        "message": f"{in_cell(one.location)}{one.message}",
        "location": _location(one.location, told),
        "severity": _SEVERITIES.get(one.severity, "INFO"),
        "code": {"value": one.code, **({"url": rule_address(one.code)} if rules_address() else {})},
        **({"suggestions": suggestions} if suggestions else {}),
        **({"relatedLocations": related} if related else {}),
    }


def _suggestions(fix: Fix, path: str, told: Told) -> list[dict[str, Any]]:
    """A fix as one replacement, from its first edit to its last."""
    source = told.sources.get(path)
    if fix.applicability not in (SAFE, UNSAFE) or fix.paths != {path} or source is None or is_notebook(path):
        return []  # a notebook holds its program spelled as JSON
    edits = sorted(fix.edits, key=lambda edit: (edit.location.start, edit.location.end))
    first, last = edits[0].location.start, max(edit.location.end for edit in edits)
    text, done = "", source.offset(*first)
    for edit in edits:
        text += source.text[done : source.offset(*edit.location.start)] + edit.content
        done = source.offset(*edit.location.end)
    return [{"range": _range(Location(path, first, last), source), "text": text}]


def _location(location: Location, told: Told) -> dict[str, Any]:
    source = told.sources.get(location.path)
    return {"path": with_slashes(location.path), "range": _range(told.in_file(location), None if location.cell is not None else source)}


def _range(location: Location, source: SourceText | None) -> dict[str, Any]:
    return {"start": _position(location.start, source), "end": _position(location.end, source)}


def _position(position: Position, source: SourceText | None) -> dict[str, int]:
    row, column = position
    if source is not None and row <= len(source.lines):
        column = len(source.lines[row - 1][: column - 1].encode("utf-8", "surrogatepass")) + 1
    return {"line": row, "column": column}
