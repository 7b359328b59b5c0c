"""The limits of values, to the number: how long, how wide and how deep they may be before what is known of them is summed up."""

from __future__ import annotations

import pytest

from bce_lint.analysis.domain.bulk import FIRST, LAST, MAX_BULK, MAX_LENGTH, MAX_OPEN, bulk_of
from bce_lint.analysis.domain.constants import MAX_WORK, known
from bce_lint.analysis.domain.shapes import MAX_RANK, has_dim, implicit_dim, kept, row, size, sizes_differ
from bce_lint.analysis.domain.tensor import Assumed, Formula, Origin, Place, Shape, Tensor, outermost
from bce_lint.analysis.domain.values import (
    NONE,
    TOP,
    BuiltinMethod,
    MethodV,
    PartialV,
    Seq,
    Table,
    Unknown,
    Value,
    const,
    join,
    join_all,
    join_seq,
    join_table,
    number_kind,
    tensors,
)  # fmt: skip
from bce_lint.catalog.schema import Domain
from bce_lint.ir import MAX_BITS, Span

ONE, TWO, THREE = const(1), const(2), const(3)
PLACE = Place("a.py", Span(0, 1))


def nested(depth: int) -> Value:
    """A tuple in a tuple in a tuple."""
    found: Value = ONE
    for _ in range(depth):
        found = Seq((found,))
    return found


def test_how_long_a_sequence_may_be() -> None:
    assert Seq((ONE,) * MAX_LENGTH).exact and len(Seq((ONE,) * MAX_LENGTH).prefix) == MAX_LENGTH
    long = Seq((*(ONE,) * FIRST, *(TWO,) * (MAX_LENGTH + 1 - FIRST - LAST), *(THREE,) * LAST))
    assert long == Seq((ONE,) * FIRST, TWO, (THREE,) * LAST)
    opened = Seq((ONE,) * MAX_OPEN, TWO)
    assert len(opened.prefix) == MAX_OPEN
    assert Seq((*(ONE,) * FIRST, *(THREE,) * (MAX_OPEN + 1 - FIRST)), TWO) == Seq((ONE,) * FIRST, join(TWO, THREE))
    assert Seq((), TWO, (*(THREE,) * (MAX_OPEN + 1 - LAST), *(ONE,) * LAST)) == Seq((), join(TWO, THREE), (ONE,) * LAST)
    assert (MAX_LENGTH, MAX_OPEN, FIRST, LAST, MAX_BULK) == (1024, 128, 32, 16, 4096)


def test_how_many_entries_a_table_may_have() -> None:
    entries = tuple((key, ONE if key < FIRST else TWO) for key in range(MAX_LENGTH + 1))
    assert len(Table(entries[:-1]).entries) == MAX_LENGTH
    assert Table(entries, None, frozenset({0, FIRST})) == Table(entries[:FIRST], TWO, frozenset({0}))
    assert Table(entries, THREE).rest == join(THREE, TWO)


def test_what_a_walk_through_a_value_costs() -> None:
    assert bulk_of(()) == 0 and bulk_of((ONE, TWO)) == 2
    assert Seq(()).bulk == 1 and Seq((ONE, TWO)).bulk == 3 and Seq((ONE,), TWO, (THREE,)).bulk == 4
    assert nested(2) == Seq((Seq((ONE,)),)) and isinstance(nested(2), Seq)
    assert Seq((Seq((ONE, ONE, ONE)),)).bulk == 1 + 1 + 4 + 1
    assert Table((("a", ONE),), TWO).bulk == 3 and BuiltinMethod(Seq((ONE,)), "x").bulk == 1 + 1 + 2


def test_what_nests_too_much_is_unknown() -> None:
    half = Seq((ONE,) * 1000)
    wide = Seq((half,) * 3)
    assert wide.prefix == (half,) * 3 and wide.bulk == 1 + 3 + 3 * (1001 + 250)
    assert Seq((wide,)) == Seq((Seq((), TOP),))
    assert Seq((half,) * 4) == Seq((Seq((), TOP),) * 4)
    assert Table((("a", wide), ("b", ONE)), wide) == Table((("a", Seq((), TOP)), ("b", ONE)), Seq((), TOP))
    assert MethodV(wide, ONE) == MethodV(TOP, TOP) and MethodV(half, ONE).receiver == half
    assert BuiltinMethod(wide, "x") == BuiltinMethod(TOP, "x") and PartialV(ONE, (wide,), ()) == PartialV(TOP, (), ())
    assert PartialV(ONE, (half,), (("a", TWO),)).keywords == (("a", TWO),)


@pytest.mark.parametrize(
    ("a", "b", "joined"),
    [
        (Seq((ONE, TWO)), Seq((ONE, THREE)), Seq((ONE, join(TWO, THREE)))), (Seq((ONE, TWO)), Seq((ONE,)), Seq((ONE,), TWO)),
        (Seq((ONE,), TWO), Seq((ONE, THREE)), Seq((ONE,), join(TWO, THREE))),
        (Seq((), TWO, (ONE,)), Seq((), THREE, (ONE,)), Seq((), join(TWO, THREE), (ONE,))),
        (Seq((), ONE, (TWO, THREE)), Seq((), ONE, (THREE,)), Seq((), join(ONE, TWO), (THREE,))), (Seq(()), Seq((ONE,)), Seq((), ONE)),
    ],
)  # fmt: skip
def test_joins_of_sequences(a: Seq, b: Seq, joined: Seq) -> None:
    assert join_seq(a, b) == joined


def test_joins_of_tables() -> None:
    a, b = Table((("x", ONE), ("y", TWO))), Table((("x", THREE), ("z", ONE)), None, frozenset({"x"}))
    assert join_table(a, b) == Table((("x", join(ONE, THREE)), ("y", TWO), ("z", ONE)), None, frozenset({"x", "y", "z"}))
    assert join_table(a, Table((), THREE)) == Table((("x", ONE), ("y", TWO)), THREE, frozenset({"x", "y"}))
    assert a.has("x") and not b.has("x") and not a.has("z") and a.exact and not b.exact
    assert b.put("x", ONE) == Table((("x", ONE), ("z", ONE))) and b.put("w", ONE).get("w") == ONE
    assert a.without("x") == Table((("y", TWO),)) and a.maybe_missing().maybe == {"x", "y"}
    assert b.without("x") == Table((("z", ONE),)) and a.without("q") == a


def test_joins_of_any_number() -> None:
    assert join_all([]) is None and join_all([ONE]) == ONE and join_all([ONE, TOP, TWO]) is TOP
    assert join_all([ONE, TWO, ONE]) == join(ONE, TWO)
    assert tensors(join(Tensor(identity=1), NONE)) == (Tensor(identity=1),) and tensors(join(Tensor(), ONE)) == ()


def test_numbers_that_are_too_large() -> None:
    assert known((1 << MAX_BITS) - 1) == const((1 << MAX_BITS) - 1)
    assert known(1 << MAX_BITS) == Unknown(kind="int") and known(-(1 << MAX_BITS)) == Unknown(kind="int")
    assert MAX_WORK == 1_000_000
    numbers = (ONE, const(1.5), const(True), Unknown(kind="int"), TOP, Tensor())
    assert [number_kind(one) for one in numbers] == ["int", "float", "bool", "int", "", ""]
    assert const(None) is NONE and const(Assumed.at(3, PLACE)).kind == "int"


@pytest.mark.parametrize(
    ("shape", "left"),
    [
        (None, None), ((2, None), (2, None)), ((1,) * MAX_RANK, (1,) * MAX_RANK), ((2, *(1,) * MAX_RANK), (..., *(1,) * MAX_RANK)),
        ((..., *(1,) * MAX_RANK), (..., *(1,) * MAX_RANK)), ((..., 2, *(1,) * MAX_RANK), (..., *(1,) * MAX_RANK)),
        (((1 << 63) - 1,), ((1 << 63) - 1,)), ((1 << 63, 2), (None, 2)), ((..., 1 << 63), (..., None)),
    ],
)  # fmt: skip
def test_shapes_that_torch_has_no_tensors_of(shape: Shape | None, left: Shape | None) -> None:
    assert kept(shape) == left
    assert MAX_RANK == 64


def test_dimensions_that_are_there() -> None:
    assert [implicit_dim(count) for count in (None, 0, 1, 2, 3, 4, 5)] == [None, 0, 0, 1, 0, 1, 1]
    assert [has_dim((2, 3), dim) for dim in (-3, -2, -1, 0, 1, 2)] == [False, True, True, True, True, False]
    assert [has_dim((..., 2, 3), dim) for dim in (-3, -2, -1, 0, 1)] == [False, True, True, False, False]
    assert (size((2, None), 0), size((2, None), 1), size(None, 0), size((..., 5), -1)) == (2, None, None, 5)
    assert (row((2, 3)), row(()), row((..., 3)), row(None)) == ((3,), None, None, None)
    assert sizes_differ((2, 3), (2, 4), -1) and not sizes_differ((2, 3), (2, None), -1) and not sizes_differ((2, 3), (2, 4), 0)


def test_what_is_kept_of_where_a_value_is_from() -> None:
    assert (outermost(), outermost(0, 0), outermost(3, 0, 2)) == (0, 0, 2)
    origin = Origin("softmax", Domain.CATEGORICAL, PLACE, 1)
    assert origin.along == 1 and origin._replace(over=0).along == 0 and origin._replace(over=None).along is None
    assert Formula("value", 3).part(5) == Formula("value", 5) and Formula("power").part(5) == Formula("power")
    assert Tensor(origin=(origin,)).first == origin and Tensor().first is None
