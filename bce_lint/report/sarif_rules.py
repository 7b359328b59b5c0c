"""The rules of a SARIF log: what each says, for viewers that show a rule beside its results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from bce_lint.report.addresses import rule_address, rules_address
from bce_lint.report.told import RulePage, Told

LEVELS: Final = {"error": "error", "warning": "warning"}
"""SARIF's word for a severity; all others are a note."""


def rule_rows(codes: Sequence[str], told: Told) -> list[dict[str, Any]]:
    """The descriptors of some rules, in their order."""
    names = {one.code: one.name for one in told.findings}
    return [_rule(code, names[code], told.page(code)) for code in codes]


def _rule(code: str, name: str, page: RulePage | None) -> dict[str, Any]:
    row: dict[str, Any] = {"id": code, "name": "".join(part.capitalize() for part in name.split("-"))}
    if page is not None:
        row |= {
            "shortDescription": {"text": page.summary},
            "fullDescription": {"text": page.about or page.summary},
            "help": {"text": page.page, "markdown": page.page},
        }
    if rules_address():
        row["helpUri"] = rule_address(code)
    level = LEVELS.get(page.severity if page is not None else "error", "note")
    return {**row, "defaultConfiguration": {"level": level}, "properties": {"tags": ["pytorch", "loss", name]}}
