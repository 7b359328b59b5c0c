"""Where a run looks for what a rule says: every rule says so, but for those of which no run can tell."""

from __future__ import annotations

from bce_lint.rules.precedence import Subject
from bce_lint.rules.registry import RULES
from bce_lint.rules.runtime_places import LOSS


def test_every_rule_is_looked_for_but_those_about_the_analysis() -> None:
    unseen = [rule.code for rule in RULES if not rule.places]
    about = (Subject.ANALYSIS, Subject.COMMENT)
    assert unseen == [rule.code for rule in RULES if rule.subject in about] == ["BCE900", "BCE901", "BCE902", "BCE910"]


def test_rules_that_may_speak_at_one_loss_are_looked_for_at_losses() -> None:
    assert {rule.places for rule in RULES if rule.precedence is not None and rule.code != "BCE201"} == {(LOSS,)}
