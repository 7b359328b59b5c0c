"""The rows of the JSON list, one a line."""

from __future__ import annotations

import json

from bce_lint.report.json import rows
from bce_lint.report.told import Told


def render(told: Told) -> str:
    """The diagnostics as JSON, one a line."""
    return "".join(f"{json.dumps(row, separators=(',', ':'))}\n" for row in rows(told))
