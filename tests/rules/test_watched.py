"""Where a run looks for what a rule says: every rule is in the table, but for those of which no run can tell."""

from __future__ import annotations

from bce_lint.rules import RULES
from bce_lint.rules.watched import LOSS, kinds


def test_every_rule_is_watched_but_those_about_the_analysis() -> None:
    assert {rule.code for rule in RULES if not kinds(rule.code)} == {"BCE900", "BCE901", "BCE902"}


def test_rules_that_may_speak_at_one_loss_are_looked_for_at_losses() -> None:
    ranked = {rule.code for rule in RULES if rule.rank is not None} - {"BCE201"}
    assert {kinds(code) for code in ranked} == {(LOSS,)}
