"""Conditions: what they leave out, and how they are said."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bce_lint.analysis.domain.conditions import Condition, Conditional, Conditions, conditions, excluding, in_words
from bce_lint.analysis.domain.tensor import Place, Tensor
from bce_lint.ir import Span

TESTS = [Place("a.py", Span(at, at + 1), name) for at, name in enumerate("abcd")]
CONDITIONS = st.lists(st.builds(Condition, st.sampled_from(TESTS), st.booleans()), max_size=4).map(tuple)


def holds(found: Conditions, outcomes: dict[Place, bool]) -> bool:
    """True if all conditions are met."""
    return all(outcomes[one.test] is one.outcome for one in found)


@given(CONDITIONS, st.lists(CONDITIONS, max_size=4), st.lists(st.booleans(), min_size=4, max_size=4))
def test_under_what_is_named_none_of_the_others_arrives(wrong: Conditions, others: list[Conditions], chosen: list[bool]) -> None:
    named = excluding(wrong, others)
    assert set(named) <= set(wrong)
    if named and holds(named, dict(zip(TESTS, chosen, strict=True))):
        assert not any(holds(other, dict(zip(TESTS, chosen, strict=True))) for other in others)


def test_nothing_is_named_where_one_of_the_others_may_arrive() -> None:
    a, b = (Condition(test, True) for test in TESTS[:2])
    assert excluding((a, b), [(a.other,), (b.other,)]) == (a, b)
    assert excluding((a, b), [(a.other,), (a.other, b.other)]) == (a,)
    assert excluding((a, b), [(a.other,), ()]) == ()
    assert excluding((), [(a,)]) == ()


def test_in_words() -> None:
    a, b, c = (Condition(test, True) for test in TESTS[:3])
    assert in_words((a, b), lambda _: "x.py:1") == "when `a` (x.py:1) and `b` (x.py:1)"
    assert in_words((a.other, c, b.other), lambda _: "1") == "when `c` (1), unless `a` (1) or `b` (1)"
    assert in_words((), lambda _: "1") == ""


def test_the_conditions_of_an_alternative_are_its_own() -> None:
    one, other = Tensor(), Tensor()
    assert conditions((Conditional(one, (Condition(TESTS[0], True),)),), one) == (Condition(TESTS[0], True),)
    assert conditions((Conditional(one, (Condition(TESTS[0], True),)),), other) == ()
