"""How much a value holds: values that nest are kept so small that each walk through one ends soon, however it was made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bce_lint.analysis.domain.constants import TOP
from bce_lint.records import names_of

MAX_LENGTH = 1024
"""The most elements, or entries, that are known one by one."""
MAX_OPEN = 128
"""The most of them beside any number of others."""
FIRST, LAST = 32, 16
"""How many of more than that are left at either end."""
MAX_BULK = 4096
"""The most that a walk through one value may cost."""


class Nesting:
    """A value that holds others. `bulk` is what a walk through it costs, and grows by a quarter at each level: none is nested deep."""

    __slots__ = ()
    bulk: int


class Opening(Nesting):
    """One whose parts can be left open, each by itself."""

    __slots__ = ()
    map: Callable[[Any], Any]


def bulk_of(parts: Sequence[object]) -> int:
    """What values come to as the parts of another."""
    bulk = len(parts)
    for part in parts:
        if isinstance(part, Nesting):
            bulk += part.bulk + (part.bulk >> 2)
    return bulk


def settle(value: object, **fields: object) -> None:
    """Sets fields of a record that is being made."""
    for name, one in fields.items():
        object.__setattr__(value, name, one)


def limit(value: Nesting, parts: Sequence[object], **otherwise: object) -> None:
    """Notes what the parts of a value come to; where that is too much, some of its fields are something else."""
    bulk = 1 + bulk_of(parts)
    if bulk > MAX_BULK:
        settle(value, **otherwise)
        bulk = 1
    object.__setattr__(value, "bulk", bulk)


def opened(value: Opening) -> int:
    """Forgets what is nested in the parts of a value, which come to too much; what they come to then."""
    left: Opening = value.map(_opened)
    settle(value, **{name: getattr(left, name) for name in names_of(type(value))})
    return left.bulk


def _opened(value: object) -> object:
    """What is left of a part of a value that nests too much."""
    return type(value)((), TOP) if isinstance(value, Opening) else TOP if isinstance(value, Nesting) else value  # type: ignore[call-arg]
