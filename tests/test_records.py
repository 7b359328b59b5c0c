"""Records: they are dataclasses to everyone who asks, and cost less to make."""

from __future__ import annotations

import pickle
from copy import copy
from dataclasses import fields, is_dataclass, replace

import pytest

from bce_lint.records import changed, field, names_of, record


@record(frozen=True, slots=True)
class Point:
    """Two numbers, and a note that says nothing of them."""

    x: int
    y: int = 0
    note: str = field(default="", compare=False)

    @property
    def total(self) -> int:
        """A method stays what it is."""
        return self.x + self.y


@record(frozen=True, slots=True)
class One:
    """A single field: it is compared by identity first, as in a tuple."""

    value: object


@record(slots=True)
class Bag:
    """A field that is made anew for each record."""

    made: list[int] = field(default_factory=list)


@record(frozen=True, slots=True, eq=False)
class Node:
    """Itself alone."""

    old: int


@record(frozen=True)
class Open:
    """A record without slots."""

    name: str


def test_fields_are_set_in_order_and_by_name() -> None:
    assert (Point(1, 2).total, Point(y=2, x=1).x, Point(1).y, Point(1).note) == (3, 1, 0, "")
    assert not hasattr(Point(1), "__dict__")
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]


def test_equality_is_that_of_the_fields() -> None:
    assert Point(1, 2, "a") == Point(1, 2, "b")
    assert hash(Point(1, 2, "a")) == hash(Point(1, 2, "b"))
    assert Point(1, 2) != Point(2, 1)
    other: object = (1, 2)
    assert Point(1, 2) != other
    same = float("nan")
    assert One(same) == One(same)
    assert Node(1) != Node(1)
    assert len({Node(1), Node(1)}) == 2
    assert Open("a") == Open("a")


def test_a_mutable_record_has_no_hash() -> None:
    with pytest.raises(TypeError):
        hash(Bag())


def test_a_default_is_made_anew() -> None:
    first, second = Bag(), Bag([1])
    first.made.append(2)
    assert (first.made, second.made, Bag().made) == ([2], [1], [])


def test_a_changed_record_is_another_one() -> None:
    point = Point(1, 2, "a")
    other = changed(point, y=3)
    assert (other.x, other.y, other.note, point.y) == (1, 3, "a", 2)
    assert changed(point) is not point
    assert changed(Bag([1]), made=[2]).made == [2]
    assert changed(Node(1), old=2).old == 2
    assert changed(Open("a"), name="b") == Open("b")
    with pytest.raises(TypeError):
        changed(point, z=1)


def test_records_are_dataclasses_to_others() -> None:
    assert is_dataclass(Point)
    assert [one.name for one in fields(Point(1))] == ["x", "y", "note"]
    assert [one.compare for one in fields(Point)] == [True, True, False]
    assert replace(Point(1, 2), x=5) == Point(5, 2)
    assert replace(Bag([3])).made == [3]


def test_records_are_copied_matched_and_shown() -> None:
    point = Point(1, 2, "a")
    assert pickle.loads(pickle.dumps(point)) == copy(point) == point
    match point:
        case Point(x, 2):
            assert x == 1
        case _:
            pytest.fail("the fields are matched by position")
    assert repr(point) == "Point(x=1, y=2, note='a')"
    assert (names_of(Point), names_of(int)) == (("x", "y", "note"), ())
