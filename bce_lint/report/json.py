"""A JSON list with the fields that ruff's has, the labels, and what `--verify` and `--compare` found out of each."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final

from bce_lint.diagnostic import CRASH, TOO_LARGE, UNREADABLE, Diagnostic, Fix, Location, Position, Verification
from bce_lint.report.addresses import rule_address
from bce_lint.report.run_time import as_row
from bce_lint.report.told import Told
from bce_lint.source.suppress import noqa_row

_NOT_SILENCED: Final = frozenset((CRASH, UNREADABLE, TOO_LARGE))


def render(told: Told) -> str:
    """The diagnostics as a JSON list. Rows and columns count from 1, file names are absolute."""
    return json.dumps(list(rows(told)), indent=2) + "\n"


def rows(told: Told) -> Iterator[dict[str, Any]]:
    """The JSON of each diagnostic."""
    fingerprints = list(told.fingerprints())
    assert len(fingerprints) in (0, len(told.findings)), "a fingerprint for each finding, or none"
    for one, fingerprint in zip_longest(told.findings, fingerprints):
        row = _diagnostic(one)
        row["noqa_row"] = _noqa_row(one, told)
        yield row if fingerprint is None else {**row, "fingerprint": fingerprint}


def _diagnostic(one: Diagnostic) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "message": one.message,
        "cell": None,
        **location_row(one.location),
        "severity": one.severity,
        **({"possible": True, "condition": one.condition} if one.condition else {}),
        "url": rule_address(one.code),
        "fix": None if one.fix is None else _fix(one.fix),
        "labels": [{"message": label.message, **location_row(label.location)} for label in one.labels],
        **({} if one.verification is None else {"verification": _verification(one.verification)}),
        **({} if one.run_time is None else {"run_time": as_row(one.run_time)}),
    }


def _noqa_row(one: Diagnostic, told: Told) -> int | None:
    """The row in which a `# noqa` would silence a finding; None where none can, or where the text is not at hand."""
    source = told.sources.get(one.location.path)
    if source is None or one.code in _NOT_SILENCED:
        return None
    inner = source.inner(one.location)
    row = noqa_row(source, inner.start.row)
    return None if row is None else row - inner.start.row + one.location.start.row


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{**location_row(edit.location), "content": edit.content} for edit in fix.edits]
    return {"applicability": fix.applicability, "message": fix.message, "edits": edits}


def _verification(one: Verification) -> dict[str, Any]:
    return {
        "verdict": one.verdict,
        "reason": one.reason,
        "device": one.device,
        "dtype": one.dtype,
        "max_value_difference": _finite(one.max_value_difference),
        "max_gradient_difference": _finite(one.max_gradient_difference),
        "seed": one.seed,
    }


def _finite(number: float | None) -> float | None:
    """A number that JSON has; infinities and NaN are none."""
    return number if number is not None and math.isfinite(number) else None


def location_row(location: Location) -> dict[str, Any]:
    """A location: its file by absolute name, and its ends; in a notebook its cell, too."""
    return {
        "filename": os.path.abspath(location.path),
        "location": _position(location.start),
        "end_location": _position(location.end),
        **({} if location.cell is None else {"cell": location.cell}),
    }


def _position(position: Position) -> dict[str, int]:
    return {"row": position.row, "column": position.column}
