"""Values that are equal but for their numbers: a renaming is found where there is one, and makes of the one what the other is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Formula, Place, PlacedSize, Tensor
from bce_lint.analysis.domain.values import (
    NONE,
    TRUE,
    BuiltinMethod,
    External,
    MethodV,
    PartialV,
    Ref,
    Seq,
    Table,
    Union,
    Unknown,
    Value,
    const,
)
from bce_lint.analysis.state.moved_calls import MovedCall, Unequal
from bce_lint.analysis.state.renaming import TO_COME, Renaming
from bce_lint.analysis.state.tracing import Traced
from bce_lint.analysis.state.unification import Unification
from bce_lint.records import changed
from tests.examples import few_and_many

pytestmark = pytest.mark.any_python

SPAN = ir.Span(3, 5)
NUMBERS = st.integers(0, 6)

plain = st.sampled_from([NONE, TRUE, const(1), const(1.0), const("a"), External("torch.sigmoid")])
tests = st.frozensets(st.tuples(st.integers(1, 6), st.booleans()), max_size=2)


def _union(options: list[Value], tags: list[Any]) -> Value:
    return Union(tuple(options), tuple(tags[: len(options)]) if any(tags[: len(options)]) else ())


def _table(entries: dict[str, Value], rest: Value | None) -> Value:
    return Table(tuple(entries.items()), rest)


def _holding(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Seq, several, st.none() | inner, several),
        st.builds(_table, st.dictionaries(st.sampled_from("abc"), inner), st.none() | inner),
        st.builds(_union, st.lists(inner, min_size=2, max_size=3), st.lists(tests, min_size=3, max_size=3)),
        st.builds(MethodV, inner, inner),
        st.builds(BuiltinMethod, inner, st.sampled_from("ab")),
        st.builds(PartialV, inner, several, st.just(())),
    )


def _written(kind: str, of: int, factors: frozenset[Any]) -> Formula:
    return Formula(kind, of, factors=factors)


formulas = st.none() | st.builds(_written, st.sampled_from(["value", "product"]), NUMBERS, tests)
leaves = st.one_of(
    plain,
    st.builds(lambda identity, form: Unknown(identity, form), NUMBERS, formulas),
    st.builds(lambda identity, form: Tensor(identity=identity, form=form), NUMBERS, formulas),
    st.builds(lambda address, kind: Ref(address, kind), st.integers(1, 6), st.sampled_from(["list", "dict"])),
)
values = st.recursive(leaves, _holding, max_leaves=6)


def machine(count: int = 20) -> Traced:
    """One that has given so many numbers."""
    m = Traced()
    m.any_of, m.layers = set(), {}
    for number in range(count):
        m.intern(("module", str(number)))
    return m


def renaming(m: Traced, names: dict[int, int]) -> Renaming:
    """One that is known."""
    found = Renaming(m)
    for old, new in names.items():
        found.pair(old, new)
    return found


def _one_is_found_where_there_is_one(value: Value, order: list[int]) -> None:
    m, names = machine(), dict(enumerate([6 + one for one in order], 1))
    other = renaming(m, names).value(value)
    found = Unification(m)
    for old, new in names.items():
        found.pair(old, new)
    found.equal(value, other)
    assert found.value(value) is other


test_one_is_found, test_one_is_found_at_length = few_and_many(
    400, given(values, st.permutations(range(1, 7))), _one_is_found_where_there_is_one
)


def _what_is_equal_becomes_the_other(one: Value, other: Value) -> None:
    m = machine()
    found = Unification(m)
    try:
        found.equal(one, other)
    except Unequal:
        assert one != other or _numbers_differ_in_kind(one, other)
        return
    again = Renaming(m)
    again.there, again.back = found.there, found.back
    assert again.value(one) == other
    assert len(set(found.there.values())) == len(found.there)


def _numbers_differ_in_kind(one: Value, other: Value) -> bool:
    """True if values that Python calls equal are told apart: 1 and 1.0 and True, or an object of another kind."""
    return repr(one) != repr(other)


test_what_is_equal, test_what_is_equal_at_length = few_and_many(400, given(values, values), _what_is_equal_becomes_the_other)


def equal(one: Value, other: Value, m: Traced | None = None) -> bool:
    """True if there is a renaming."""
    try:
        Unification(m or machine()).equal(one, other)
    except Unequal:
        return False
    return True


def test_one_for_two_and_two_for_one() -> None:
    one, other = Seq((Unknown(1), Unknown(2))), Seq((Unknown(3), Unknown(3)))
    assert equal(one, Seq((Unknown(3), Unknown(4))))
    assert not equal(one, other)
    assert not equal(other, one)
    assert not equal(Unknown(0), Unknown(1))
    assert not equal(Unknown(-1), Unknown(1))
    assert equal(Seq((Unknown(-1), Unknown(1))), Seq((Unknown(-2), Unknown(2))))
    assert not equal(Seq((Unknown(-1), Unknown(1))), Seq((Unknown(-2), Unknown(3))))


def test_numbers_are_told_apart_from_what_equals_them() -> None:
    assert not equal(const(1), const(True))
    assert not equal(const(1), const(1.0))
    here, there = (const(PlacedSize.at(1, Place("a.py", ir.Span(at, at + 1)))) for at in (1, 2))
    assert here == there
    assert not equal(here, there)


def test_keys_say_what_a_number_becomes() -> None:
    m = machine()
    one, other = m.intern((0, "a.py", SPAN, ())), m.intern((0, "b.py", SPAN, ()))
    made = m.intern((one, "c.py", SPAN, (1,), "?"))
    known = m.intern((other, "c.py", SPAN, (1,), "?"))
    found = renaming(m, {one: other})
    assert found.number(made) == known
    assert found.number(-made) == -known
    for old, new in (
        (("attr", made, "x"), ("attr", known, "x")),
        (("item", made, const(1), one), ("item", known, const(1), other)),
        (("or", (made, True), (one, False)), ("or", (known, True), (other, False))),
        (("asked", ("isinstance", Ref(made, "list")), one), ("asked", ("isinstance", Ref(known, "list")), other)),
        ((made, "x"), (known, "x")),
        ((one, "a.py", SPAN, (), ("layer", made)), (other, "a.py", SPAN, (), ("layer", known))),
        ((one, "a.py", SPAN, (), "instance", made), (other, "a.py", SPAN, (), "instance", known)),
        (("copy", made, one, "a.py", SPAN, ()), ("copy", known, other, "a.py", SPAN, ())),
    ):
        assert found.key(old) == new
    assert found.key(("module", "1")) == ("module", "1")


def test_a_number_of_a_value_is_what_its_key_says() -> None:
    m = machine()
    one, other = m.intern((0, "a.py", SPAN, ())), m.intern((0, "b.py", SPAN, ()))
    made, known = (m.intern((context, "c.py", SPAN, ())) for context in (one, other))
    for brought in (known, made):
        found = Unification(m)
        found.given(one, other)
        found.equal(Ref(made, "list"), Ref(brought, "list"))
        if brought == known:
            found.settle([one, made])
        else:
            with pytest.raises(Unequal):
                found.settle([one, made])


def test_numbers_to_come_are_made_in_their_order() -> None:
    m = machine()
    one, other = m.intern((0, "a.py", SPAN, ())), m.intern((0, "b.py", SPAN, ()))
    asked = [m.intern((one, "c.py", SPAN, (), at)) for at in range(3)]
    count = m.numbered
    found = renaming(m, {one: other})
    assert found.number(asked[2]) > TO_COME
    found.settle(asked)
    assert [found.number(number) for number in asked] == [count, count + 1, count + 2]
    assert found.made == [(other, "c.py", SPAN, (), at) for at in range(3)]
    later = m.intern((one, "d.py", SPAN, ()))
    assert found.number(later) == m.numbered + 3


def test_an_object_that_was_made_elsewhere() -> None:
    old, new = (Ref(number, "instance", None, Place("a.py", ir.Span(number, number + 9))) for number in (1, 2))
    found = Unification(machine())
    with pytest.raises(Unequal):
        found.equal(old, new)
    found = Unification(machine())
    found.anywhere = True
    found.equal(old, new)
    assert found.value(changed(old)).place == new.place
    with pytest.raises(Unequal):
        found.equal(changed(old), changed(new, place=Place("b.py", SPAN)))
    layer = changed(old, kind="layer")
    with pytest.raises(Unequal):
        found.equal(layer, changed(layer, place=new.place))


def test_depths_of_frames_below_a_call_and_around_it() -> None:
    place = Place("a.py", SPAN)
    for other in (1, 3, 6):
        moved = MovedCall(place, place, (), (), 3, other)
        assert [moved.frame_at(depth) for depth in (1, 4, 9)] == [1, other + 1, other + 6]
    with pytest.raises(Unequal):
        MovedCall(place, place, (), (), 3, 1).frame_at(2)
    found = Unification(machine())
    found.moved = MovedCall(place, place, (), (), 3, 4)
    tensor = Tensor(given=5, identity=1)
    with pytest.raises(Unequal):
        found.equal(tensor, tensor)
    found.equal(changed(tensor, given=2), changed(tensor, given=2))
    assert found.value(tensor).given == 6
    assert found.value(Tensor()).given == 0
