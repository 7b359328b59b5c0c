"""When an alternative can be there: the outcomes of tests that nobody could decide, and which of them follow from others."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")

Tag: TypeAlias = tuple[int, bool]
"""The number of a test whose outcome is not known, and one of its outcomes."""
Tags: TypeAlias = frozenset[Tag]
"""Outcomes without all of which an alternative cannot be there."""
NO_TAGS: Tags = frozenset()
MAX_TAGS = 4
TRUTH: Final = "truth"
"""The test that asks whether a value is true."""


class ValueTest(NamedTuple):
    """A test of one value, by its number: of its truth, or against a constant (`in`: several)."""

    of: int
    op: str
    value: Any = None


def limited(tags: Tags, otherwise: Tags = NO_TAGS) -> Tags:
    """Tags that are not too many; of too many those that say what is so, not what is not, or if that is too much, some others."""
    if len(tags) <= MAX_TAGS:
        return tags
    positive = frozenset([tag for tag in tags if tag[1]])
    return positive if 0 < len(positive) <= MAX_TAGS else otherwise


def gathered(
    given: Iterable[tuple[T, Tags]], split: Callable[[T], Iterable[tuple[T, Tags]]], absorb: Callable[[list[T], T], int]
) -> tuple[list[T], list[Tags]]:
    """The alternatives of values, each once, with the tags that hold of it whichever it is from; `absorb` says where it is in a list."""
    known: list[T] = []
    tags: list[Tags] = []
    for value, when in given:
        for option, own in split(value):
            at, both = absorb(known, option), limited(own | when, own)
            if at < len(tags):
                tags[at] &= both
            else:
                tags.append(both)
    return known, tags


def rows(given: list[tuple[tuple[T, ...], Tags]]) -> Iterable[list[tuple[T, Tags]]]:
    """The elements of sequences of one length, place by place."""
    for index in range(len(given[0][0])):
        yield [(elements[index], when) for elements, when in given]


def follows(known: ValueTest, outcome: bool, asked: ValueTest) -> bool | None:
    """The outcome of one test of a value that follows from that of another test of the same value."""
    if known.op == "==" and outcome:
        return _holds(asked, known.value)
    if asked.op == "==" and _holds(known, asked.value) is (not outcome):
        return False
    return None


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "in": lambda a, b: a in b, TRUTH: lambda a, b: a,
}  # fmt: skip


def _holds(test: ValueTest, value: object) -> bool | None:
    """The outcome of a test of a value that is known; None where it raises."""
    try:
        return bool(_OPERATIONS[test.op](value, test.value))
    except TypeError:
        return None
