"""A JSON list with the fields that ruff's has, the labels, and what `--verify` and `--compare` found out of each."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from typing import Any, Final

from bce_lint.diagnostic import Diagnostic, Fix, Location, Position, Verification
from bce_lint.report.run_time import as_row

RULE_PAGES: Final = "docs/rules"
"""Where the rules' pages lie; a finding's `url` is this folder and the rule's code."""


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """The diagnostics as a JSON list. Rows and columns count from 1, file names are absolute."""
    return json.dumps([_diagnostic(one) for one in diagnostics], indent=2) + "\n"


def _diagnostic(one: Diagnostic) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "message": one.message,
        **location_row(one.location),
        "severity": one.severity,
        "url": f"{RULE_PAGES}/{one.code}.md",
        "fix": None if one.fix is None else _fix(one.fix),
        "labels": [{"message": label.message, **location_row(label.location)} for label in one.labels],
        **({} if one.verification is None else {"verification": _verification(one.verification)}),
        **({} if one.run_time is None else {"run_time": as_row(one.run_time)}),
    }


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
    """A location: its file by absolute name, and its ends."""
    return {"filename": os.path.abspath(location.path), "location": _position(location.start), "end_location": _position(location.end)}


def _position(position: Position) -> dict[str, int]:
    return {"row": position.row, "column": position.column}
