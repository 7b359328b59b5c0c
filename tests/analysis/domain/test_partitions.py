"""Alternatives that tell when they can be there: joins keep what holds wherever one is from, and only a contradiction drops one."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.analysis.domain.alternatives import answered, common, mapped, mapped_present
from bce_lint.analysis.domain.partitions import MAX_TAGS, NO_TAGS, TRUTH, Tags, ValueTest, follows, limited
from bce_lint.analysis.domain.values import NONE, TOP, Seq, Union, Unknown, Value, const, join, join_tagged, options, tagged
from bce_lint.analysis.domain.widening import widen
from bce_lint.analysis.state.outcomes import Outcomes

pytestmark = pytest.mark.any_python

WIDENINGS = 40
some_tags: st.SearchStrategy[Tags] = st.dictionaries(st.integers(1, 5), st.booleans(), max_size=MAX_TAGS).map(
    lambda found: frozenset(found.items())
)
parts = st.lists(st.tuples(st.sampled_from("abcdef").map(const), some_tags), min_size=1, max_size=5)
values: st.SearchStrategy[Value] = parts.map(join_tagged)


def normal(value: Value) -> frozenset[tuple[Value, Tags]]:
    """The alternatives with their tags, in no order."""
    return frozenset(tagged(value))


@given(values)
def test_a_join_is_idempotent(a: Value) -> None:
    assert join(a, a) == a
    assert normal(join_tagged([(a, NO_TAGS), (a, NO_TAGS)])) == normal(a)


@given(values, values)
def test_a_join_is_the_same_in_any_order(a: Value, b: Value) -> None:
    assert normal(join(a, b)) == normal(join(b, a))


@given(values, values, values)
def test_a_join_of_several_is_the_same_in_any_grouping(a: Value, b: Value, c: Value) -> None:
    assert normal(join(join(a, b), c)) == normal(join(a, join(b, c)))


def may_be(value: Value, one: Value, holding: Tags) -> bool:
    """True if an alternative can be there where some outcomes hold."""
    return any(option == one and not any((n, not o) in holding for n, o in when) for option, when in tagged(value))


@given(values, values, some_tags)
def test_a_join_allows_what_either_allows(a: Value, b: Value, holding: Tags) -> None:
    joined = join(a, b)
    for one in (*options(a), *options(b)):
        assert may_be(joined, one, holding) or not (may_be(a, one, holding) or may_be(b, one, holding))


@given(parts, some_tags)
def test_what_is_joined_can_be_there_wherever_a_part_can(given_parts: list[tuple[Value, Tags]], holding: Tags) -> None:
    joined = join_tagged(given_parts)
    for one, when in given_parts:
        assert may_be(joined, one, holding) or any((n, not o) in holding for n, o in when)


@given(values, some_tags)
def test_only_what_is_contradicted_is_dropped(value: Value, holding: Tags) -> None:
    if type(value) is not Union or not value.tags:
        return
    left = Outcomes().left(value, holding)
    allowed = {option for option, when in tagged(value) if not any((n, not o) in holding for n, o in when)}
    assert set(options(left)) == (allowed or set(options(value)))
    assert all((option, when) in tagged(value) or len(options(left)) == 1 for option, when in tagged(left))


@given(st.lists(values, min_size=1, max_size=WIDENINGS))
def test_widening_comes_to_an_end(later: list[Value]) -> None:
    current, changes = later[0], 0
    for value in later * 2:
        wide = widen(current, value)
        changes += wide != current
        current = wide
    assert changes <= 2


@given(st.lists(st.tuples(st.sampled_from([NONE, const(True), const(False)]), some_tags), min_size=1))
def test_widening_drops_tags_one_by_one(given_parts: list[tuple[Value, Tags]]) -> None:
    current, changes = join_tagged(given_parts[:1]), 0
    for part in given_parts:
        wide = widen(current, join_tagged([part, (NONE, NO_TAGS)]))
        changes += wide != current
        current = wide
    assert changes <= 3 * (MAX_TAGS + 1)


def test_equal_values_are_there_with_any_outcome() -> None:
    assert join_tagged([(const("a"), frozenset({(1, True)})), (const("a"), frozenset({(1, False)}))]) == const("a")
    both = join_tagged([(const("a"), frozenset({(1, True)})), (const("b"), frozenset({(1, False)}))])
    assert normal(join(both, const("a"))) == {(const("a"), NO_TAGS), (const("b"), frozenset({(1, False)}))}
    assert join_tagged([(Unknown(3), frozenset({(1, True)})), (Unknown(3), NO_TAGS)]) == Unknown(3)
    assert join_tagged([(Unknown(3), frozenset({(1, True)})), (const(1), NO_TAGS)]) == TOP


def test_sequences_of_one_length_are_tagged_place_by_place() -> None:
    one, other = frozenset({(1, True)}), frozenset({(1, False)})
    found = join_tagged([(Seq((const(1), const("x"))), one), (Seq((const(2), const("x"))), other)])
    assert type(found) is Seq
    assert found.prefix[1] == const("x")
    assert normal(found.prefix[0]) == {(const(1), one), (const(2), other)}


def test_too_many_tags_are_dropped_and_no_value() -> None:
    many = frozenset((n, n == 1) for n in range(1, MAX_TAGS + 2))
    assert limited(many) == {(1, True)}
    assert limited(frozenset((n, False) for n in range(9))) == NO_TAGS
    assert limited(frozenset((n, False) for n in range(9)), frozenset({(1, False)})) == {(1, False)}
    assert normal(join_tagged([(const("a"), many), (const("b"), NO_TAGS)])) == {(const("a"), frozenset({(1, True)})), (const("b"), NO_TAGS)}


def test_what_becomes_of_alternatives_keeps_their_tags() -> None:
    one, other = frozenset({(1, True)}), frozenset({(1, False)})
    value = join_tagged([(const(1), one), (NONE, other)])
    assert normal(mapped(value, lambda v: const(v is NONE))) == {(const(False), one), (const(True), other)}
    assert mapped_present(value, lambda v: v) == const(1)
    assert normal(answered(value, lambda v: const(v is NONE))) == {(const(False), one), (const(True), other)}
    assert answered(join(const(1), NONE), lambda v: const(v is NONE)) == TOP
    assert answered(join(const(1), NONE), lambda v: const(True)) == const(True)
    assert common([one | {(2, True)}, one]) == one
    assert common([]) == NO_TAGS


OPERATIONS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, TRUTH: lambda a, b: bool(a),
}  # fmt: skip
comparisons = st.builds(ValueTest, st.just(1), st.sampled_from(sorted(OPERATIONS)), st.integers(-2, 2))


@given(comparisons, st.booleans(), comparisons)
def test_what_follows_from_an_outcome_is_so_for_every_number(known: ValueTest, outcome: bool, asked: ValueTest) -> None:
    found = follows(known, outcome, asked)
    if found is not None:
        meant = [n for n in range(-4, 5) if OPERATIONS[known.op](n, known.value) is outcome]
        assert all(OPERATIONS[asked.op](n, asked.value) is found for n in meant)


@pytest.mark.parametrize(
    ("known", "outcome", "asked", "found"),
    [
        (ValueTest(1, "==", 2), True, ValueTest(1, "==", 3), False),
        (ValueTest(1, "==", 2), True, ValueTest(1, ">", 1), True),
        (ValueTest(1, "==", "a"), True, ValueTest(1, "in", ("b", "c")), False),
        (ValueTest(1, "==", "a"), True, ValueTest(1, TRUTH), True),
        (ValueTest(1, ">", 1), True, ValueTest(1, "==", 1), False),
        (ValueTest(1, "in", ("a",)), True, ValueTest(1, "==", "b"), False),
        (ValueTest(1, "in", ("a",)), False, ValueTest(1, "==", "a"), False),
        (ValueTest(1, TRUTH), False, ValueTest(1, "==", 2), False),
        (ValueTest(1, "==", 2), False, ValueTest(1, "==", 3), None),
        (ValueTest(1, "==", "a"), True, ValueTest(1, ">", 1), None),
        (ValueTest(1, ">", 1), False, ValueTest(1, "==", None), None),
    ],
)
def test_what_follows(known: ValueTest, outcome: bool, asked: ValueTest, found: bool | None) -> None:
    assert follows(known, outcome, asked) is found
