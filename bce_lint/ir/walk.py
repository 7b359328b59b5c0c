"""Walks over the intermediate representation: the nodes below a node, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias

from bce_lint.records import names_of

AnyNode: TypeAlias = Any
"""A node of the intermediate representation."""


@cache
def parts(kind: Any) -> tuple[str, ...]:
    """The fields of a kind of node that hold what its source says."""
    return tuple(name for name in names_of(kind) if name not in ("span", "bound", "globals", "nonlocals"))


def children(node: AnyNode) -> Iterator[AnyNode]:
    """The nodes directly below one."""
    kind: Any = type(node)
    for name in parts(kind):
        yield from _nodes(getattr(node, name))


def below(node: AnyNode) -> Iterator[AnyNode]:
    """A node and all nodes below it."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += children(one)


def _nodes(value: object) -> Iterator[AnyNode]:
    if isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)
    elif names_of(type(value)):
        yield value
