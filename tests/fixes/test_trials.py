"""How often fixes are tried: where a gate refuses them together, the search for those at fault is bounded, and says what it leaves."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bce_lint.analysis.domain.tensor import Place
from bce_lint.diagnostic import Diagnostic, Edit, Fix
from bce_lint.fixes.apply import Checks, Fixed, Linted, Policy, run
from bce_lint.fixes.edit import SAFE
from bce_lint.ir import Span
from bce_lint.rules.judge import Judged
from bce_lint.rules.rule import Rule
from bce_lint.source.text import decode
from bce_lint.syntax.parse import round_trips

pytestmark = pytest.mark.any_python

RULE = Rule("BCE103", "", lambda _: iter(()), "")


class Lines:
    """Lints a file whose lines are calls: `f(1)` has a fix, `f(2)`; `b(1)` has one that changes nothing for its rule. More than
    `most` lines of `f(2)` at once are no good either, if that is given."""

    def __init__(self, text: str, most: int | None = None) -> None:
        self.text, self.most, self.lints = text, most, 0
        self.before = 0

    def __call__(self, texts: Mapping[str, str]) -> Linted:
        self.lints += 1
        text = texts.get("a.py", self.text)
        source = decode(text.encode(), "a.py")
        found, at = [], 0
        over = self.most is not None and text.count("f(2)") - self.before > self.most
        for line in text.splitlines(keepends=True):
            if line.startswith("b(") or (line.startswith("f(") and (over or line == "f(1)\n")):
                edits = (Edit(source.location(Span(at + 2, at + 3)), "2"),)
                found.append(Judged(RULE, Place("a.py", Span(at, at + 4), ""), "", (), fix=Fix(SAFE, "", edits)))
            at += len(line)
        shown = lambda one: Diagnostic(RULE.code, "", "", source.location(one.place.span))  # noqa: E731
        return Linted(tuple(found), (), {"a.py": source}, shown)

    def fixed(self) -> Fixed:
        """What the rounds come to."""
        policy = Policy(SAFE, frozenset({RULE.code}), frozenset({"a.py"}))
        return run(self, policy, Checks(round_trips, lambda text: ""))


def test_the_search_for_many_bad_fixes_grows_with_the_logarithm() -> None:
    lints = []
    for size in (60, 480):
        lines = Lines("b(1)\n" * size)
        after = lines.fixed()
        assert not after.applied
        assert "were not tried alone" in after.refused[-1] and len(after.left.found) == size
        lints.append(lines.lints)
    assert lints[1] <= lints[0] + 3 * 8 + 2
    assert lints[1] <= 150


@pytest.mark.parametrize("bad", [1, 2])
def test_a_few_bad_fixes_among_many_are_found(bad: int) -> None:
    lines = Lines("f(1)\n" * 60 + "b(1)\n" * bad + "f(1)\n" * 60)
    after = lines.fixed()
    assert len(after.applied) == 120
    assert len(after.refused) == bad and "were not tried alone" not in "".join(after.refused)


def test_every_fix_of_a_few_is_tried() -> None:
    for size in range(1, 17):
        after = Lines("b(1)\n" * size).fixed()
        assert len(after.refused) == size
        assert all("would still be there" in one for one in after.refused)


def test_bad_fixes_that_are_not_found_keep_few_others_back() -> None:
    lines = Lines("f(1)\n" * 150 + "b(1)\n" * 150)
    after = lines.fixed()
    assert len(after.applied) == 150
    assert "were not tried alone" in after.refused[-1]


def test_what_is_refused_only_together_is_fixed_in_as_large_parts_as_pass() -> None:
    lines = Lines("f(1)\n" * 64, most=32)
    after = lines.fixed()
    assert (len(after.applied), len(after.refused)) == (32, 32)
    assert lines.lints <= 1 + 3 + 2 * 32 + 16  # the halves pass in the first round; each of the others is refused alone
