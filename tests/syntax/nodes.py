"""Reads the IR in tests: a short text for a node, and every node below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from bce_lint import ir
from bce_lint.syntax.parse import lower

Node = TypeVar("Node")


def show(node: Any) -> str:
    """A node as a short text, without spans."""
    match node:
        case ir.Name(id=name):
            return name
        case ir.Const(value=value):
            return repr(value)
        case ir.Attr(value=value, name=name):
            return f"{show(value)}.{name}"
        case ir.Arg(value=value, keyword=keyword, stars=stars):
            return (f"{keyword}=" if keyword else "*" * stars) + show(value)
        case ir.Call(func=func, args=args):
            return f"{show(func)}({', '.join(map(show, args))})"
        case ir.Item(value=value, index=index):
            return f"{show(value)}[{show(index)}]"
        case ir.Op(op=op, operands=operands):
            return f"({op} {' '.join(map(show, operands))})"
        case frozenset():
            return "{" + " ".join(sorted(node)) + "}"
        case None | bool() | int() | str():
            return str(node)
    if isinstance(node, tuple) and not hasattr(node, "_fields"):
        return f"[{' '.join(map(show, node))}]"
    names = [field.name for field in fields(node) if field.name != "span"] if is_dataclass(node) else node._fields
    return f"{type(node).__name__}({', '.join(show(getattr(node, name)) for name in names)})"


def walk(node: Any) -> Iterator[Any]:
    """Every IR dataclass at and below a node."""
    stack = [node]
    while stack:
        here = stack.pop()
        if is_dataclass(here):
            yield here
            stack.extend(getattr(here, field.name) for field in fields(here) if field.name != "span")
        elif isinstance(here, tuple) and not isinstance(here, ir.Span):
            stack.extend(here)


def found(text: str, kind: type[Node]) -> list[Node]:
    """The nodes of one kind in a text, in source order."""
    nodes = [node for node in walk(lower(text)) if isinstance(node, kind)]
    return sorted(nodes, key=lambda node: node.span)  # type: ignore[attr-defined]


def texts(text: str, kind: type[Any]) -> list[str]:
    """The source of the nodes of one kind, in source order."""
    return [text[node.span.start : node.span.end] for node in found(text, kind)]


def expression(text: str) -> str:
    """The lowered form of one expression statement."""
    (statement,) = lower(text).body
    assert isinstance(statement, ir.ExprStmt)
    return show(statement.value)


def statements(text: str) -> list[str]:
    """The lowered form of each statement of a module."""
    return [show(statement) for statement in lower(text).body]


def function(text: str) -> ir.Function:
    """The first function of a text."""
    return found(text, ir.FunctionDef)[0].function


def plain(node: Any) -> Any:
    """A node with all its fields, so that two of them compare."""
    if is_dataclass(node):
        return (type(node).__name__, *(plain(getattr(node, field.name)) for field in fields(node)))
    if isinstance(node, tuple):
        return (type(node).__name__, *map(plain, node))
    return (type(node).__name__, repr(node)) if not isinstance(node, frozenset) else sorted(node)
