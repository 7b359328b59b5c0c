"""The examples on the rules' pages are executed: the first reports the rule, the second does not."""

from __future__ import annotations

import pytest

from bce_lint.engine import check_text
from bce_lint.rules.pages import example
from bce_lint.rules.registry import RULES
from bce_lint.rules.rule import Rule

CHECKING = [rule for rule in RULES if not rule.code.startswith("BCE9") and not rule.witness]
ALL = frozenset(rule.code for rule in RULES)


def codes(rule: Rule, title: str) -> list[str]:
    return [diagnostic.code for diagnostic in check_text(example(rule, title).encode(), None, ALL).diagnostics]


@pytest.mark.parametrize("rule", CHECKING, ids=lambda rule: rule.code)
def test_the_example_reports_the_rule_and_nothing_else(rule: Rule) -> None:
    assert codes(rule, "Example") == [rule.code]


@pytest.mark.parametrize("rule", CHECKING, ids=lambda rule: rule.code)
def test_what_to_use_instead_reports_nothing_new(rule: Rule) -> None:
    assert set(codes(rule, "Use instead")) <= {"BCE101"} - {rule.code}
