"""A copy of a value with some fields changed: half the time of `dataclasses.replace`, which is a tenth of the analysis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")
_new = object.__new__


@cache
def _slots(kind: type[Any]) -> tuple[attrgetter[tuple[Any, ...]], list[Callable[[Any, Any], None]], dict[str, Callable[[Any, Any], None]]]:
    """What reads all fields of a slotted dataclass, what sets each of them, and that by name."""
    names = [field.name for field in fields(kind)]
    assert len(names) > 1, "the getter of one name would give the value itself"
    setters = [vars(kind)[name].__set__ for name in names]
    return attrgetter(*names), setters, dict(zip(names, setters, strict=True))


def changed(value: T, **changes: Any) -> T:
    """Another of the same kind, a slotted dataclass, with some fields changed."""
    kind: Any = type(value)
    get, setters, named = _slots(kind)
    made: T = _new(kind)
    for put, old in zip(setters, get(value), strict=True):
        put(made, old)
    for name, new in changes.items():
        named[name](made, new)
    return made
