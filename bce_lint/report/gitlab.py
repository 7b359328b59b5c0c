"""GitLab's Code Quality report."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from bce_lint.diagnostic import Diagnostic, Position
from bce_lint.report.paths import in_cell, with_slashes
from bce_lint.report.told import Told

_SEVERITIES: Final = {"error": "major", "warning": "minor"}


def render(told: Told) -> str:
    """The diagnostics as a JSON list."""
    return json.dumps([_row(one, mark, told) for one, mark in zip(told.findings, unique_marks(told), strict=True)], indent=2) + "\n"


def _row(one: Diagnostic, fingerprint: str, told: Told) -> dict[str, Any]:
    path, (start, end) = with_slashes(one.location.path), told.in_file(one.location)[1:3]
    return {
        "check_name": one.code,
        "description": f"{one.code}: {in_cell(one.location)}{one.message}",
        "severity": _SEVERITIES.get(one.severity, "info"),
        "fingerprint": fingerprint,
        "location": {"path": path, "positions": {"begin": _position(start), "end": _position(end)}},
    }


def _position(position: Position) -> dict[str, int]:
    return {"line": position.row, "column": position.column}


def unique_marks(told: Told) -> Iterator[str]:
    """A mark for each finding that no other of the report has: of its fingerprint, its file, and how many had the same before it."""
    prints = list(told.fingerprints()) or [f"{one.code} {one.location.cell or 0} {one.location.start}" for one in told.findings]
    seen: dict[str, int] = {}
    for one, fingerprint in zip(told.findings, prints, strict=True):
        key = f"{with_slashes(one.location.path)}\0{one.code}\0{fingerprint}"
        seen[key] = seen.get(key, 0) + 1
        data = f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")
        yield hashlib.blake2b(data, digest_size=16).hexdigest()
