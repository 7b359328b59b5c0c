"""Walks over the intermediate representation: the nodes below a node, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeAlias

from bce_lint import ir
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


def stored_in(node: AnyNode) -> Iterator[ir.Expr]:
    """The names, attributes and items that a statement, or a comprehension's clauses, store into or delete; tuples are taken apart."""
    match node:
        case ir.Assign() | ir.Delete():
            targets = node.targets
        case ir.AugAssign() | ir.For():
            targets = (node.target,)
        case ir.With():
            targets = tuple(item.target for item in node.items if item.target is not None)
        case ir.Comp():
            targets = tuple(clause.target for clause in node.clauses)
        case _:
            return
    for target in targets:
        yield from leaves(target)


def leaves(target: ir.Expr) -> Iterator[ir.Expr]:
    """The names, attributes and items that a target stores into."""
    if isinstance(target, ir.Build):
        for item in target.items:
            yield from leaves(item)
    elif isinstance(target, ir.Star):
        yield from leaves(target.value)
    else:
        yield target


def last_name(node: AnyNode) -> str:
    """The name or the attribute that an expression ends in; empty for anything else."""
    return node.name if isinstance(node, ir.Attr) else node.id if isinstance(node, ir.Name) else ""
