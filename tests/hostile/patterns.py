"""Patterns of `case` within patterns: LibCST's parser takes twice the time, or four times, for each bracket around a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.hostile.families import Family
from tests.hostile.programs import BUG, MARK, Program, in_function


def within(opening: str, middle: str, closing: str) -> Callable[[int], Program]:
    """A pattern in a pattern in a pattern, and a loss in the next case."""
    return lambda n: in_function(f"match x:\n case {opening * n}{middle}{closing * n}:\n  z = 1\n case _:\n  {BUG}{MARK}\n")


def side_by_side(pattern: str) -> Callable[[int], Program]:
    """Cases of which each has a pattern of some depth."""
    return lambda n: in_function(f"match x:\n{f' case {pattern}:{chr(10)}  z = 1{chr(10)}' * n}")


FAMILIES: Mapping[str, Family] = {
    "mappings": Family(within("{1: ", "a", "}"), 45, 90),
    "sequences": Family(within("[", "a", "]"), 45, 90),
    "tuples": Family(within("(1, ", "a", ")"), 45, 90),
    "brackets": Family(within("(", "1 | 2", ")"), 45, 90),
    "classes": Family(within("A(a=", "a", ")"), 45, 90),
    "classes by position": Family(within("A(", "a", ")"), 45, 90),
    "stars": Family(within("[a, *_, ", "1", "]"), 45, 90),
    "alternatives": Family(within("[1 | ", "2", "]"), 45, 90),
    "names": Family(within("([", "1", "] as a)"), 20, 40),
    "mixed": Family(within("([{1: A(a=", "1", ")}])"), 10, 20),
    "mappings side by side": Family(side_by_side("{1: {2: {3: {4: {5: {6: a}}}}}}"), 100, 500),
}  # fmt: skip
