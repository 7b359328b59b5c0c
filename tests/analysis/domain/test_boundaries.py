"""Values at their limits, where a bound is met to the number, and joins of what is of two kinds."""

from __future__ import annotations

from math import inf

import pytest

from bce_lint.analysis.domain import intervals
from bce_lint.analysis.domain.bulk import MAX_BULK
from bce_lint.analysis.domain.constants import MAX_TEXT, MAX_WORK, folded
from bce_lint.analysis.domain.shapes import broadcast, differ, outgrow, row
from bce_lint.analysis.domain.tensor import MAX_ORIGINS, Origin, Place, Shape, Tensor, join_shape, join_tensor
from bce_lint.analysis.domain.values import (
    MAX_ALTERNATIVES,
    NEVER,
    NONE,
    TOP,
    TRUE,
    BuiltinMethod,
    External,
    MethodV,
    MustUses,
    PartialV,
    Ref,
    Seq,
    Table,
    Union,
    Unknown,
    Value,
    const,
    identity_of,
    join,
    join_all,
    options,
    present,
    tensors,
)  # fmt: skip
from bce_lint.catalog.schema import ANY, REAL, UNIT, Domain, Range
from bce_lint.ir import Span
from bce_lint.records import changed

ONE, TWO = const(1), const(2)
OPEN = Seq((), TOP)


def row_of(count: int) -> Seq:
    """So many numbers."""
    return Seq((ONE,) * count)


def test_as_much_as_a_value_may_hold() -> None:
    full = Seq((row_of(49),) * 65)
    assert full.bulk == MAX_BULK and full.prefix[0] == row_of(49)
    assert Seq((*full.prefix, ONE)) == Seq((*[OPEN] * 65, ONE))
    table = Table(tuple((at, row_of(49)) for at in range(65)))
    assert table.bulk == MAX_BULK and table.get(0) == row_of(49)
    assert Table(table.entries, ONE) == Table(tuple((at, OPEN) for at in range(65)), ONE)
    partial = PartialV(ONE, (row_of(70),) * 46, ())
    assert partial.bulk == MAX_BULK and partial.function == ONE
    assert PartialV(ONE, (*partial.args, ONE), ()) == PartialV(TOP, (), ())


def test_each_kind_of_part_is_opened_as_what_it_is() -> None:
    large = row_of(1000)
    parts: tuple[Value, ...] = (large, Table(tuple((at, ONE) for at in range(1000))), MethodV(large, ONE), BuiltinMethod(large, "x"), ONE)
    assert Seq((*parts, large)) == Seq((OPEN, Table((), TOP), TOP, TOP, ONE, OPEN))
    assert Seq((*parts,), large, (large,)) == Seq((OPEN, Table((), TOP), TOP, TOP, ONE), OPEN, (OPEN,))


def test_alternatives_are_as_many_as_are_kept() -> None:
    eight = join_all([const(at) for at in range(MAX_ALTERNATIVES)])
    assert type(eight) is Union and len(options(eight)) == MAX_ALTERNATIVES
    assert join(eight, const(3)) == eight and join(eight, const(8)) is TOP and join(eight, TOP) is TOP and join(TOP, eight) is TOP
    assert join(ONE, Unknown(identity=3)) is TOP and join(Unknown(identity=3), Unknown(identity=3)) == Unknown(identity=3)


def test_what_certainly_happened_is_what_both_have() -> None:
    a, b = MustUses(frozenset({("x", 1), ("x", 2)})), MustUses(frozenset({("x", 2), ("x", 3)}))
    assert join(a, b) == MustUses(frozenset({("x", 2)}))
    assert join(a, ONE) == join(ONE, a) == MustUses(frozenset())


HERE, THERE = Place("a.py", Span(0, 1)), Place("a.py", Span(5, 6))
SIGMOID, SOFTMAX = Origin("sigmoid", Domain.PROBABILITY, HERE), Origin("softmax", Domain.CATEGORICAL, THERE)
P = Tensor(Domain.PROBABILITY, UNIT, "float32", (2, 3), (SIGMOID,), identity=1)


@pytest.mark.parametrize(
    ("other", "merged"),
    [
        (changed(P, shape=(4, 3)), changed(P, shape=(None, 3))), (changed(P, identity=2), changed(P, identity=0)),
        (changed(P, model=True), P), (changed(P, literal=True), P), (changed(P, array=True), changed(P, array=True)),
        (changed(P, one_hot=True), P), (changed(P, device="cuda"), P), (changed(P, given=2), changed(P, given=2)),
        (changed(P, dtype="float16"), None), (changed(P, range=ANY), None), (changed(P, inner=(SOFTMAX,)), None),
        (changed(P, domain=Domain.LOGITS), None), (Tensor(), None), (ONE, None), (NONE, None),
    ],
)  # fmt: skip
def test_which_tensors_are_one_alternative(other: Value, merged: Value | None) -> None:
    assert join(P, other) == (Union((P, other)) if merged is None else merged)
    assert join(other, P) == (Union((other, P)) if merged is None else merged)


def test_what_two_tensors_share() -> None:
    a = changed(P, one_hot=True, model=True, literal=True, device="cpu", given=3)
    b = changed(a, shape=(4, 3), given=2)
    assert join_tensor(a, b) == changed(a, shape=(None, 3), given=2)
    assert join_tensor(a, a) is a
    origins = [Origin("sigmoid", Domain.PROBABILITY, Place("a.py", Span(at, at + 1))) for at in range(MAX_ORIGINS + 1)]
    many = join_tensor(changed(P, origin=tuple(origins[1:])), changed(P, origin=(origins[0],)))
    assert many.origin == tuple(origins[:MAX_ORIGINS])
    assert join_tensor(P, changed(P, dtype="float16")).dtype is None
    assert join_tensor(changed(P, range=Range(0.0, 0.5, True)), P).range == UNIT
    assert join_tensor(changed(P, inner=(SOFTMAX, SIGMOID)), changed(P, inner=(SIGMOID,))).inner == (SIGMOID,)


@pytest.mark.parametrize(
    ("a", "b", "joined"),
    [
        ((2, 3), (2, 3), (2, 3)), ((2, 3), (4, 3), (None, 3)), ((2, 3), (3,), (..., 3)), ((2, 3), None, None), (None, (2, 3), None),
        ((2, 3), (5, 2, 3), (..., 2, 3)), ((..., 3), (2, 3), (..., 3)), ((..., 3), (..., 4), (..., None)), ((), (3,), (...,)),
        ((None,), (3,), (None,)), ((..., 2, 3), (5, 4, 3), (..., None, 3)),
    ],
)  # fmt: skip
def test_joins_of_shapes(a: Shape | None, b: Shape | None, joined: Shape | None) -> None:
    assert join_shape(a, b) == join_shape(b, a) == joined


@pytest.mark.parametrize(
    ("a", "b", "different"),
    [
        ((2,), (2,), False), ((2,), (3,), True), ((2,), (2, 2), True), ((2,), None, False), (None, (2,), False), ((2,), (None,), False),
        ((2,), (..., 2), False), ((2,), (..., 3), True), ((2,), (..., 2, 2), True), ((..., 2, 2), (2,), True), ((2, 2), (..., 2, 2), False),
        ((..., 2), (..., 3), True), ((..., 3, 2), (..., 2), False), ((..., 3, 2), (..., 4, 2), True), ((), (..., 2), True), ((), (), False),
    ],
)  # fmt: skip
def test_shapes_that_differ_for_certain(a: Shape | None, b: Shape | None, different: bool) -> None:
    assert differ(a, b) is differ(b, a) is different


@pytest.mark.parametrize(
    ("a", "b", "grown"),
    [
        ((2, 1), (3,), True), ((2,), None, False), (None, (2,), False), ((), (2,), False), ((2,), (), False), ((2, 1), (2, 3), False),
        ((2, 1), (1, 3), True), ((2, 1), (1, 1), False), ((2, 1), (1, None), True), ((2, None), (1, 3), False), ((4, 1), (4,), True),
        ((..., 1), (3,), False), ((2, 1), (..., 3), False), ((2, 1, 1), (3, 1), True), ((2, 1, 1), (3, 5), True), ((1, 3), (3,), False),
        ((1, 1), (3,), False), ((1, 2, 1), (3,), True),
    ],
)  # fmt: skip
def test_shapes_that_outgrow_each_other(a: Shape | None, b: Shape | None, grown: bool) -> None:
    assert outgrow(a, b) is outgrow(b, a) is grown


@pytest.mark.parametrize(
    ("a", "b", "whole"),
    [
        ((2, 3), (3,), (2, 3)), ((2, 1), (3,), (2, 3)), ((2, 3), (), (2, 3)), ((), (), ()), ((None, 3), (2, 3), (2, 3)), ((2,), (3,), (2,)),
        ((None,), (1,), (None,)), ((None,), (None,), (None,)), ((..., 3), (2, 3), (..., 3)), ((..., 3), (..., 1), (..., 3)),
        ((..., 2, 3), (3,), (..., 3)), ((2,), None, None), ((..., 3), (), (..., 3)), ((1, 1), (1,), (1, 1)), ((..., 1, 1), (1, 1),
        (..., 1, 1)),
    ],
)  # fmt: skip
def test_broadcasts(a: Shape | None, b: Shape | None, whole: Shape | None) -> None:
    assert broadcast(a, b) == broadcast(b, a) or (a, b) == ((2,), (3,))
    assert broadcast(a, b) == whole
    assert row(whole) == (whole[1:] if whole and whole[0] is not ... else None)


def test_ranges() -> None:
    part, wide, point = Range(0.25, 0.5, True), Range(-1.0, 2.0, True), Range(3.0, 3.0, True)
    assert intervals.add_range(part, point) == intervals.add_range(point, part) == Range(3.25, 3.5, True)
    total = intervals.add_range(part, wide)
    assert not total.tight and total.low < -0.75 and total.high > 2.5
    assert intervals.add_range(REAL, Range(inf, inf)) == Range(-inf, inf, True)
    assert intervals.add_range(Range(-inf, 0.0), Range(inf, inf)).low == -inf
    assert intervals.multiply_range(part, point) == intervals.multiply_range(point, part) == Range(0.75, 1.5, True)
    assert intervals.multiply_range(part, wide) == Range(-0.5, 1.0, False)
    assert intervals.multiply_range(part, Range(0.0, 0.0, True)).tight is False
    assert intervals.multiply_range(part, Range(inf, inf, True)) == Range(inf, inf, False)
    assert intervals.multiply_range(part, Range(-2.0, -2.0)) == Range(-1.0, -0.5, True)
    assert intervals.negate_range(wide) == Range(-2.0, 1.0, True)
    assert intervals.meet_range(wide, UNIT) == Range(0.0, 1.0, True) and intervals.meet_range(point, UNIT) == Range(1.0, 1.0, True)
    assert intervals.meet_range(Range(-3.0, -2.0), UNIT) == Range(0.0, 0.0)
    assert intervals.meet_range(ANY, Range(0.0, 1.0, True)).tight == ANY.tight
    assert intervals.join_range(part, wide) == wide and intervals.join_range(part, Range(2.0, 3.0)) == Range(0.25, 3.0, False)
    assert intervals.scaled(part) == Range(0.0, inf, False) and intervals.scaled(wide) == Range(-inf, inf, True)
    assert intervals.scaled(Range(0.0, 0.0, True)) == Range(0.0, 0.0, True)
    assert intervals.scaled(Range(-2.0, -1.0, True)) == Range(-inf, 0.0, True)
    assert [intervals.is_unit(one) for one in (UNIT, Range(0.0, 1.0), Range(-0.1, 1.0), Range(0.0, 1.1), Range(0.5, 0.5))] == [
        True, True, False, False, True,
    ]  # fmt: skip
    assert intervals.widened(Range(0.0, 1.0)).low == 0.0 and 1.0 < intervals.widened(UNIT).high < 1.00001
    assert -1.00001 < intervals.widened(wide).low < -1.0


def test_what_is_computed_of_constants() -> None:
    assert folded(lambda a, b: a + b, ONE, TWO) == const(3) and folded(lambda a: 1 / 0, ONE) is TOP
    assert folded(len, ONE) is TOP and folded(int, const("a")) is TOP
    assert folded(lambda a: a * MAX_TEXT, const("a")) == const("a" * MAX_TEXT) and folded(lambda a: a * (MAX_TEXT + 1), const("a")) is TOP
    assert folded(lambda a: a * (MAX_TEXT + 1), const(b"a")) is TOP and folded(lambda a: a, const(b"a")) == const(b"a")
    assert folded(lambda a: 1, const("a" * (MAX_WORK - 1))) == ONE and folded(lambda a: 1, const("a" * MAX_WORK)) is TOP
    assert folded(lambda a, b: 1, const("a" * 999), const("b" * 999)) == ONE
    assert folded(lambda a, b: 1, const("a" * 1000), const(b"b" * 999)) is TOP


def test_what_a_value_may_be() -> None:
    some = Union((P, NONE))
    assert present(some) == tensors(some) == (P,) and present(P) == (P,) and present(NONE) == (NONE,)
    assert tensors(Union((P, ONE))) == tensors(ONE) == () and tensors(Union((P, Tensor()))) == (P, Tensor())
    assert identity_of(some) == identity_of(P) == 1 and identity_of(Unknown(identity=4)) == 4 and identity_of(ONE) == 0
    assert identity_of(Union((P, changed(P, identity=2)))) == identity_of(Union((P, ONE))) == identity_of(Union((ONE, TWO))) == 0
    assert NEVER != NONE and NEVER.kind == "never" and TRUE == const(True) != ONE and const(1.0) != ONE
    assert External("a") != External("b") and Ref(1, "list") == Ref(1, "dict") and Ref(1, "list") != Ref(2, "list")
