"""Containers as values: every operation against what Python does with one of the containers that a value stands for."""

from __future__ import annotations

from typing import Any

import pytest

from bce_lint.analysis.domain.shapes import MAX_RANK
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Constant, Ref, Seq, Table, Union, Unknown, Value, const, join, options
from bce_lint.analysis.interpreter import callbacks
from bce_lint.analysis.state import cells, containers
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import Domain, Range
from tests.analysis.state.test_store import Nowhere

A, B, C, D = map(const, "abcd")
OPEN = Seq((A, B), C, (D,))
"""`ab`, any number of `c`, then `d`."""
LIST = Ref(7, "list")
ANY_KEY = Unknown(3)


def text(value: Value | None) -> Any:
    """A value made of constants as Python writes it: alternatives as a set, what is unknown as `?`, and `*` before any number of one."""
    match value:
        case None:
            return None
        case Constant():
            return value.value
        case Unknown():
            return "?"
        case Union():
            return {text(one) for one in value.options}
        case Seq():
            rest = [] if value.rest is None else ["*", text(value.rest)]
            return [*map(text, value.prefix), *rest, *map(text, value.suffix)]
        case Table():
            entries = {f"{key}?" if key in value.maybe else key: text(one) for key, one in value.entries}
            return entries if value.rest is None else {**entries, "**": text(value.rest)}
    return value


def machine(items: Value | None = None, summary: bool = False) -> Machine:
    """A machine in which `LIST` holds some items, and stands for several objects if `summary` says so."""
    m = Machine(Nowhere(), callbacks)
    if items is not None:
        m.write(LIST.address, cells.ITEMS, items)
    if summary:
        m.mark_summary(LIST.address)
    return m


def held(m: Machine) -> Any:
    """What `LIST` holds by now."""
    return text(m.read(LIST.address, cells.ITEMS))


def test_one_sequence_behind_another() -> None:
    assert text(containers.concatenate(Seq((A,)), Seq((B,)))) == ["a", "b"]
    assert text(containers.concatenate(Seq((A,)), OPEN)) == ["a", "a", "b", "*", "c", "d"]
    assert text(containers.concatenate(OPEN, Seq((A,)))) == ["a", "b", "*", "c", "d", "a"]
    assert text(containers.concatenate(OPEN, OPEN)) == ["a", "b", "*", {"a", "b", "c", "d"}, "d"]
    assert text(containers.concatenate(Seq((A,), B), Seq((C,), D))) == ["a", "*", {"b", "c", "d"}]


@pytest.mark.parametrize(
    ("items", "index", "element"),
    [
        (Seq((A, B)), 0, "a"),
        (Seq((A, B)), 1, "b"),
        (Seq((A, B)), -1, "b"),
        (Seq((A, B)), -2, "a"),
        (Seq((A, B)), 2, None),
        (Seq((A, B)), -3, None),
        (Seq((A, B)), True, "b"),
        (OPEN, 0, "a"),
        (OPEN, 1, "b"),
        (OPEN, 2, {"c", "d"}),
        (OPEN, -1, "d"),
        (OPEN, -2, {"b", "c"}),
        (OPEN, 2.0, {"a", "b", "c", "d"}),
        (Seq((A, B)), "name", {"a", "b"}),
        (Seq(), "name", None),
    ],
)
def test_an_element(items: Seq, index: Any, element: Any) -> None:
    assert text(containers.element(machine(), items, const(index))) == element


def test_an_element_at_an_unknown_place() -> None:
    assert text(containers.element(machine(), Seq((A, B)), ANY_KEY)) == {"a", "b"}
    tensor = containers.element(machine(), Seq((), Tensor(identity=4)), ANY_KEY)
    assert isinstance(tensor, Tensor) and tensor.identity == 0  # one of many
    tensor = containers.element(machine(), Seq((Tensor(identity=4),)), ANY_KEY)
    assert isinstance(tensor, Tensor) and tensor.identity == 4


@pytest.mark.parametrize(
    ("low", "high", "step", "left"),
    [
        (1, None, None, ["b", "*", "c", "d"]),
        (1, None, 1, ["b", "*", "c", "d"]),
        (0, None, None, ["a", "b", "*", "c", "d"]),
        (2, None, None, ["*", "c", "d"]),
        (3, None, None, ["*", {"c", "d"}]),
        (-1, None, None, ["d"]),
        (-2, None, None, ["*", {"b", "c"}, "d"]),
        (None, None, None, ["a", "b", "*", "c", "d"]),
        (None, None, -1, ["d", "*", "c", "b", "a"]),
        (1, None, 2, ["*", {"a", "b", "c", "d"}]),
        (None, -1, None, ["a", "b", "*", "c"]),
        (0, -1, 1, ["a", "b", "*", "c"]),
        (None, -2, None, ["a", "*", {"b", "c"}]),
        (None, 0, None, []),
        (None, 1, None, ["a"]),
        (None, 3, None, ["a", "b", "*", {"c", "d"}]),
        (1, -1, None, ["b", "*", "c"]),
        (-2, -1, None, ["*", {"b", "c"}]),
        (-1, -2, None, []),
        (-1, 1, None, ["*", {"a", "b", "c", "d"}]),
        (None, -1, 2, ["*", {"a", "b", "c", "d"}]),
    ],
)
def test_a_part_of_a_list_of_unknown_length(low: int | None, high: int | None, step: int | None, left: Any) -> None:
    key = containers.slice_value([const(low), const(high), const(step)])
    assert text(containers.element(machine(), OPEN, key)) == left


def test_a_part_of_a_list_of_known_length() -> None:
    letters = "abcd"
    whole = Seq((A, B, C, D))
    bounds = (None, 0, 1, 3, 9, -1, -9)
    for low in bounds:
        for high in bounds:
            for step in (None, 1, 2, -1, -2):
                key = containers.slice_value([const(low), const(high), const(step)])
                assert containers.is_slice(key)
                assert text(containers.element(machine(), whole, key)) == [*letters[low:high:step]]
    everything = ["*", {"a", "b", "c", "d"}]
    bad_bounds: list[list[Value]] = [
        [const("x"), NONE, NONE],
        [NONE, const("x"), NONE],
        [NONE, NONE, const("x")],
        [NONE, NONE, const(0)],
        [ANY_KEY, NONE, NONE],
    ]
    for bad in bad_bounds:
        assert text(containers.element(machine(), whole, containers.slice_value(bad))) == everything
    assert (
        not containers.is_slice(Seq((A, B, C, D))) and not containers.is_slice(Seq((const("slice"), A, B))) and not containers.is_slice(A)
    )


@pytest.mark.parametrize(
    ("items", "key", "summary", "left"),
    [
        (Seq((A, B, C)), const(0), False, ["b", "c"]),
        (Seq((A, B, C)), const(-1), False, ["a", "b"]),
        (Seq((A, B, C)), const(-3), False, ["b", "c"]),
        (Seq((A, B, C)), const(3), False, ["*", {"a", "b", "c"}]),
        (Seq((A, B, C)), const(-4), False, ["*", {"a", "b", "c"}]),
        (Seq((A, B, C)), ANY_KEY, False, ["*", {"a", "b", "c"}]),
        (Seq((A, B, C)), A, False, ["*", {"a", "b", "c"}]),
        (Seq((A, B)), const(0), True, [{"a", "b"}, "*", "b"]),
        (Seq((A, B), C), const(0), False, ["b", "*", "c"]),
        (OPEN, const(-1), False, ["a", "b", "*", "c"]),
        (OPEN, const(2), False, ["a", "b", "*", {"c", "d"}]),
        (Table((("a", A), ("b", B))), A, False, {"b": "b"}),
        (Table((("a", A), ("b", B))), ANY_KEY, False, {"a?": "a", "b?": "b"}),
        (Table((("a", A), ("b", B))), A, True, {"a?": "a", "b": "b"}),
    ],
)
def test_an_item_is_deleted(items: Value, key: Value, summary: bool, left: Any) -> None:
    m = machine(items, summary)
    containers.remove(m, LIST, key)
    assert held(m) == left


def test_an_item_of_one_of_several_is_deleted() -> None:
    m = machine(Seq((A, B)))
    m.write(8, cells.ITEMS, Table((("a", A),)))
    containers.remove(m, Union((LIST, Ref(8, "dict"), NONE)), const(0))
    assert held(m) == [{"a", "b"}, "*", "b"]
    containers.remove(m, Ref(9, "list"), const(0))
    assert m.read(9, cells.ITEMS) is None


@pytest.mark.parametrize(
    ("items", "key", "summary", "after"),
    [
        (Seq((A, B)), const(0), False, ["d", "b"]),
        (Seq((A, B)), const(-1), False, ["a", "d"]),
        (Seq((A, B)), const(-2), False, ["d", "b"]),
        (Seq((A, B)), const(0), True, [{"a", "d"}, "b"]),
        (Seq((A, B)), ANY_KEY, False, [{"a", "d"}, {"b", "d"}]),
        (Seq((A, B)), const(2), False, ["a", "b"]),
        (OPEN, const(1), False, ["a", "d", "*", "c", "d"]),
        (OPEN, const(2), False, ["a", "b", "*", {"c", "d"}, "d"]),
        (OPEN, const(-1), False, [{"a", "d"}, {"b", "d"}, "*", {"c", "d"}, "d"]),
        (OPEN, ANY_KEY, False, [{"a", "d"}, {"b", "d"}, "*", {"c", "d"}, "d"]),
        (Seq((A,), B, (C,)), ANY_KEY, False, [{"a", "d"}, "*", {"b", "d"}, {"c", "d"}]),
        (Seq((A, B)), containers.slice_value([NONE, NONE, NONE]), False, ["*", "?"]),
        (Table((("a", A),)), A, False, {"a": "d"}),
        (Table((("a", A),)), B, False, {"a": "a", "b": "d"}),
        (Table((("a", A),)), B, True, {"a": "a", "b?": "d"}),
    ],
)
def test_an_item_is_replaced(items: Value, key: Value, summary: bool, after: Any) -> None:
    m = machine(items, summary)
    assert containers.set_item(m, LIST, key, D) is None
    assert held(m) == after


def test_an_item_of_one_of_several_is_replaced() -> None:
    m = machine(Seq((A, B)))
    containers.set_item(m, Union((LIST, NONE)), const(0), D)
    assert held(m) == [{"a", "d"}, "b"]
    assert containers.set_item(m, NONE, const(0), D) is None
    assert containers.set_item(m, Ref(9, "list"), const(0), D) is None and m.read(9, cells.ITEMS) is None


def test_part_of_a_tensor_is_overwritten() -> None:
    owner = Tensor(domain=Domain.PROBABILITY, range=Range(0.0, 1.0), dtype="float32", shape=(2,), identity=5, given=1)
    same = Tensor(domain=Domain.PROBABILITY, range=Range(0.0, 1.0))
    lost = Tensor(dtype="float32", shape=(2,), given=1)
    m = machine()
    assert containers.set_item(m, owner, const(0), same) is owner
    assert containers.set_item(m, owner, const(0), Tensor(domain=Domain.PROBABILITY)) == lost
    assert containers.set_item(m, owner, const(0), Tensor(range=Range(0.0, 1.0))) == lost
    assert containers.set_item(m, owner, const(0), const(1)) == lost


def test_a_list_is_extended() -> None:
    m = machine(Seq((A,)))
    containers.append(m, LIST, B)
    assert held(m) == ["a", "b"]
    containers.extend(m, LIST, Seq((C, D)))
    assert held(m) == ["a", "b", "c", "d"]
    containers.extend(m, LIST, Seq())
    assert held(m) == ["a", "b", "c", "d"]
    containers.extend(m, LIST, ANY_KEY)
    assert held(m) == ["a", "b", "c", "d", "*", "?"]
    m = machine(Seq((A,)), summary=True)
    containers.append(m, LIST, B)
    assert held(m) == ["a", "*", "b"]
    m = machine(Table())
    containers.append(m, LIST, B)
    assert held(m) == {}


UNPACKED: list[tuple[Value, int, int | None, Any]] = [
    (Seq((A, B)), 2, None, ["a", "b"]),
    (Seq((A, B)), 3, None, None),
    (Seq((A, B)), 1, None, None),
    (Seq((A, B, C)), 2, 0, [["a", "b"], "c"]),
    (Seq((A, B, C)), 2, 1, ["a", ["b", "c"]]),
    (Seq((A, B, C)), 3, 1, ["a", ["b"], "c"]),
    (Seq((A,)), 2, 1, ["a", []]),
    (Seq((A,)), 3, 1, None),
    (LIST, 3, None, ["?", "?", "?"]),
    (OPEN, 2, None, ["a", "b"]),
    (OPEN, 1, None, ["a"]),
    (OPEN, 3, None, ["a", "b", "d"]),
    (OPEN, 5, None, ["a", "b", "c", "c", "d"]),
    (Seq((), C, (D,)), 2, None, ["c", "d"]),
    (OPEN, 2, 1, ["a", ["b", "*", "c", "d"]]),
    (OPEN, 2, 0, [["a", "b", "*", "c"], "d"]),
    (const(1), 2, None, ["?", "?"]),
    (TOP, 2, 0, [["*", "?"], "?"]),
]


@pytest.mark.parametrize(("value", "count", "star", "parts"), UNPACKED)
def test_a_value_is_taken_apart(value: Value, count: int, star: int | None, parts: Any) -> None:
    found = containers.unpack(machine(Seq((A, B))), value, count, star)
    assert (None if found is None else [*map(text, found)]) == parts


def test_each_part_of_an_unknown_value_is_the_same_each_time() -> None:
    m = machine()
    first, again = (containers.unpack(m, Unknown(4), 2, None) for _ in range(2))
    assert first == again and first is not None and first[0] != first[1]
    assert containers.unpack(m, Unknown(5), 2, None) != first
    rows = containers.unpack(m, Tensor(shape=(2, 3), identity=4), 2, None)
    assert rows == [Tensor(shape=(3,))] * 2


def test_what_nested_lists_come_to() -> None:
    def depth(levels: int) -> int | None:
        m = machine()
        for number in range(levels):
            m.write(100 + number, cells.ITEMS, Seq((Ref(101 + number, "list"),)))
        return containers.folded(m, Ref(100, "list"), lambda _: 0, lambda _, parts: None if parts[0] is None else parts[0] + 1)

    def count(value: Value) -> int | None:
        return containers.folded(machine(Seq((A, B))), value, lambda _: 1, lambda _, parts: sum(one or 0 for one in parts))

    assert [count(A), count(Seq()), count(Seq((A, B))), count(Seq((A, Seq((B, C)))))] == [1, 0, 2, 3]
    assert [count(LIST), count(Seq((LIST, LIST, A)))] == [2, 5]
    assert [depth(1), depth(MAX_RANK), depth(MAX_RANK + 1)] == [1, MAX_RANK, None]
    m = machine(Seq((A, LIST)))
    assert containers.folded(m, LIST, lambda _: [1], lambda _, parts: [len(parts), parts[1] is None]) == [2, True]


def test_whether_a_value_is_a_container() -> None:
    m = machine(Seq((A,)))
    m.write(8, cells.ITEMS, Table((("a", A),)))
    assert [text(containers.content(m, one)) for one in (LIST, Ref(8, "dict"), Ref(9, "list"), Seq((B,)), A)] == [
        ["a"],
        None,
        None,
        ["b"],
        None,
    ]
    assert [text(containers.table_of(m, one)) for one in (LIST, Ref(8, "dict"), Table(), A)] == [None, {"a": "a"}, {}, None]
    assert containers.summary(m, Seq()) is None
    assert options(containers.summary(m, Seq((A, B))) or NONE) == options(join(A, B))
    assert containers.summary(m, Seq((), Tensor(identity=1))) == Tensor()
    assert Seq((), TOP) == containers.ANYTHING
