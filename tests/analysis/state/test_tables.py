"""Dicts as values: entries that are put, updated and asked for."""

from __future__ import annotations

import pytest

from bce_lint.analysis.domain.values import NONE, External, Seq, Table, Value, const
from bce_lint.analysis.state import containers
from tests.analysis.state.test_containers import ANY_KEY, A, B, C, D, machine, text


def test_the_keys_of_a_dict() -> None:
    assert text(containers.keys_of(Table((("a", B), (1, C))))) == ["a", 1]
    assert text(containers.keys_of(Table((("a", B),), C))) == ["a", "*", "?"]
    assert text(containers.keys_of(Table((("a", B),), None, frozenset({"a"})))) == ["*", "?"]


@pytest.mark.parametrize(
    ("key", "after"),
    [
        (A, {"a": "d", "b": 2}),
        (C, {"a": 1, "b": 2, "c": "d"}),
        (const(1), {"a": 1, "b": 2, 1: "d"}),
        (const(True), {"a": 1, "b": 2, True: "d"}),
        (const(2.5), {"a": 1, "b": 2, 2.5: "d"}),
        (External("torch.float32"), {"a": 1, "b": 2, "torch.float32": "d"}),
        (ANY_KEY, {"a": {1, "d"}, "b": {2, "d"}, "**": "d"}),
        (NONE, {"a": {1, "d"}, "b": {2, "d"}, "**": "d"}),
        (Seq((A,)), {"a": {1, "d"}, "b": {2, "d"}, "**": "d"}),
    ],
)
def test_an_entry_is_put_into_a_dict(key: Value, after: dict[object, object]) -> None:
    table = Table((("a", const(1)), ("b", const(2))))
    assert text(containers.put(table, key, D)) == text(containers.put_all(table, [(key, D)])) == after


def test_entries_are_put_one_after_the_other() -> None:
    pairs: list[tuple[Value, Value]] = [(A, const(1)), (ANY_KEY, D), (B, const(2)), (A, const(3))]
    assert text(containers.put_all(Table(), pairs)) == {"a": 3, "b": 2, "**": "d"}
    assert text(containers.put_all(Table(), pairs[:2])) == {"a": {1, "d"}, "**": "d"}
    assert text(containers.put(Table((), C), ANY_KEY, D)) == {"**": {"c", "d"}}
    assert containers.put_all(table := Table((("a", A),)), []) is table


def test_a_dict_is_updated_by_another() -> None:
    table = Table((("a", A), ("b", B)), None, frozenset({"b"}))
    assert text(containers.update_table(table, Table((("a", C), ("c", D))))) == {"a": "c", "b?": "b", "c": "d"}
    assert text(containers.update_table(table, Table((("b", C),)))) == {"a": "a", "b": "c"}
    assert text(containers.update_table(table, Table((("a", C), ("c", D)), None, frozenset({"a", "c"})))) == {
        "a": {"a", "c"},
        "b?": "b",
        "c?": "d",
    }
    assert text(containers.update_table(table, None)) == {"a": "?", "b?": "?", "**": "?"}
    assert text(containers.update_table(table, Table((), C))) == {"a": {"a", "c"}, "b?": {"b", "c"}, "**": "c"}


def test_a_dict_is_asked_for_a_key() -> None:
    m = machine()
    table = Table((("a", A), ("torch.int64", B), ("c", C)), None, frozenset({"c"}))
    assert text(containers.lookup(m, table, A)) == "a"
    assert text(containers.lookup(m, table, External("torch.int64"))) == "b"
    assert text(containers.lookup(m, table, D)) is None
    assert text(containers.lookup(m, table, ANY_KEY)) == {"a", "b", "c"}
    assert containers.lookup(m, Table(), ANY_KEY) is None
    wide = Table((("a", A), ("c", C)), D, frozenset({"c"}))
    assert text(containers.lookup(m, wide, A)) == "a"
    assert text(containers.lookup(m, wide, C)) == {"c", "d"}
    assert text(containers.lookup(m, wide, B)) == "d"
    assert text(containers.lookup(m, wide, ANY_KEY)) == {"a", "c", "d"}
    assert [containers.is_certain(wide, key) for key in (A, B, C, ANY_KEY, None)] == [True, False, False, False, False]
    assert containers.is_certain(table, External("torch.int64")) and not containers.is_certain(table, External("torch.int32"))
