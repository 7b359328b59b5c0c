"""The intermediate representation as an indented tree, for who works on bce-lint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from bce_lint.ir.expressions import Const, Span
from bce_lint.ir.statements import ClassDef, Function, FunctionDef, Module
from bce_lint.ir.walk import AnyNode, children
from bce_lint.records import names_of

Locate: TypeAlias = Callable[[int], tuple[int, int]]
"""The row and column of an offset."""

INDENT = "  "


def functions(module: Module) -> dict[str, Function]:
    """The functions of a module by qualified name; of two with one name, the last."""
    return dict(_functions(module, ""))


def _functions(node: AnyNode, prefix: str) -> Iterator[tuple[str, Function]]:
    waiting = [(node, prefix)]  # no recursion: lambdas may nest as deep as Python reads them
    while waiting:
        node, prefix = waiting.pop()
        if isinstance(node, FunctionDef):
            yield prefix + node.function.name, node.function
            node, prefix = node.function, f"{prefix}{node.function.name}."
        elif isinstance(node, ClassDef):
            prefix = f"{prefix}{node.name}."
        waiting.extend(reversed([(child, prefix) for child in children(node)]))


def tree(node: AnyNode, position: Locate) -> str:
    """A node and all below it: a line for each, with what is no node in it, and its span as rows and columns."""
    return "".join(f"{line}\n" for line in _lines(node, "", "", position))


def _lines(part: object, label: str, indent: str, position: Locate) -> Iterator[str]:
    """The lines of a node, of a tuple of parts, or of a plain value."""
    waiting = [(part, label, indent)]
    while waiting:
        part, label, indent = waiting.pop()
        names = names_of(type(part)) or getattr(type(part), "_fields", ())
        if isinstance(part, tuple) and not names:
            waiting.extend((item, f"{label}[{index}]", indent) for index, item in reversed([*enumerate(part)]))
            continue
        plain = [(name, value) for name in names if name != "span" and _is_plain(value := getattr(part, name))]
        said = [(name, value) for name, value in plain if value or isinstance(part, Const)]
        words = [f"{name}={sorted(value) if isinstance(value, frozenset) else repr(value)}" for name, value in said]
        yield " ".join([f"{indent}{label}{': ' * bool(label)}{type(part).__name__}", *words, *_range(part, position)])
        below = [(getattr(part, name), name, indent + INDENT) for name in names]
        waiting.extend(reversed([one for one in below if not _is_plain(one[0])]))


def _is_plain(value: object) -> bool:
    return isinstance(value, Span | frozenset) or not (isinstance(value, tuple) or names_of(type(value)))


def _range(part: object, position: Locate) -> list[str]:
    span = getattr(part, "span", None)
    if span is None:
        return []
    return ["-".join(f"{row}:{column}" for row, column in (position(span.start), position(span.end)))]
