"""Walks over the intermediate representation: the nodes below a node, whatever its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, Final, TypeAlias

from bce_lint import ir
from bce_lint.records import names_of

AnyNode: TypeAlias = Any
"""A node of the intermediate representation."""


_PLAIN: Final = frozenset({
    "span", "bound", "globals", "nonlocals", "name", "id", "op", "kind", "module", "level", "whole", "size", "delegate", "is_async",
    "is_generator",
})  # fmt: skip
"""The fields that never hold a node."""
LEAVES: Final = frozenset({ir.Name, ir.Const})
"""The kinds of nodes below which there is none, and which are the most."""
_IN: dict[type, bool | None] = {tuple: None}
"""By type of a value: True if it is a node, None if there may be nodes in it."""
_READERS: dict[type, Callable[[AnyNode], Iterable[Any]]] = {}


def children(node: AnyNode) -> list[AnyNode]:
    """The nodes directly below one."""
    kind = type(node)
    read = _READERS.get(kind)
    if read is None:
        read = _READERS[kind] = _reader([name for name in names_of(kind) if name not in _PLAIN])
    found: list[AnyNode] = []
    _add(read(node), found)
    return found


def _reader(names: list[str]) -> Callable[[AnyNode], Iterable[Any]]:
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda node: (getattr(node, names[0]),)) if names else (lambda node: ())


def _add(values: Iterable[Any], found: list[AnyNode]) -> None:
    """Adds the nodes among some values, those in tuples included."""
    for value in values:
        kind = type(value)
        try:
            is_node = _IN[kind]
        except KeyError:
            is_node = _IN[kind] = None if issubclass(kind, tuple) else bool(names_of(kind))
        if is_node:
            found.append(value)
        elif is_node is None:
            _add(value, found)


def below(node: AnyNode) -> Iterator[AnyNode]:
    """A node and all nodes below it."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += children(one)


def blocks_in(statement: ir.Stmt) -> Iterator[ir.Body]:
    """The blocks of a statement, in order; that of a function is no part of it."""
    match statement:
        case ir.If() | ir.For() | ir.While():
            yield from (statement.body, statement.orelse)
        case ir.With() | ir.ClassDef():
            yield statement.body
        case ir.Try():
            yield from (statement.body, *(handler.body for handler in statement.handlers), statement.orelse, statement.final)


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
