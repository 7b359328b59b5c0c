"""A file of the package as its mutations see it: nodes with offsets into the text, their parents, and what is left alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

_BODIES = ("body", "orelse", "finalbody")
_TYPES = ("TypeVar", "NewType", "ParamSpec")
_GENERIC = ("Callable", "dict", "frozenset", "list", "set", "tuple", "type")


class Source:
    """One file, parsed."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.tree = ast.parse(text)
        self._lines = [line.encode() for line in text.splitlines(keepends=True)]
        starts = [0]
        for line in text.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        self._starts = starts

    def offset(self, line: int, column: int) -> int:
        """The place in the text of a line and a column of bytes."""
        return self._starts[line - 1] + len(self._lines[line - 1][:column].decode()) if line <= len(self._lines) else len(self.text)

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.pattern) -> tuple[int, int]:
        """Where a node begins and ends."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return self.offset(node.lineno, node.col_offset), self.offset(node.end_lineno, node.end_col_offset)

    def of(self, node: ast.expr | ast.stmt | ast.keyword | ast.pattern) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.text[start:end]

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """Each node's parent."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, from the inside."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def function(self, node: ast.AST) -> str:
        """The dotted name of the function or class around a node; empty at the top of the file."""
        named = [one.name for one in self.above(node) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
        return ".".join(reversed(named))

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement around a node, or itself."""
        return node if isinstance(node, ast.stmt) else next(one for one in self.above(node) if isinstance(one, ast.stmt))

    def runs_in(self, node: ast.AST) -> ast.AST | None:
        """The function or lambda whose call runs a node, None for what runs at import."""
        child = node
        for one in self.above(node):
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and child in one.body:
                return one
            if isinstance(one, ast.Lambda) and child is one.body:
                return one
            child = one
        return None

    def mutable(self) -> Iterator[ast.AST]:
        """The nodes that are mutated: no annotations, documentation, imports, assertions, formatted texts, nothing for type checkers."""
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            if _is_left_alone(node):
                continue
            yield node
            waiting.extend(_parts(node))


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.Assert | ast.JoinedStr):
        return True
    if isinstance(node, ast.keyword):
        return node.arg == "strict"  # of `zip`: as much as an assertion
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.annotation).endswith("TypeAlias")
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) in ("__all__", "__slots__") or _is_type(node.value)
    return isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("Protocol") for base in node.bases)


def _is_type(value: ast.expr) -> bool:
    """True for what makes a type: `TypeVar("T")`, `Callable[[int], str]`."""
    made, names = (value.func, _TYPES) if isinstance(value, ast.Call) else (getattr(value, "value", None), _GENERIC)
    return isinstance(made, ast.Name) and made.id in names and isinstance(value, ast.Call | ast.Subscript)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that may be mutated."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases"):
            continue
        if isinstance(node, ast.Call) and name == "args" and ast.unparse(node.func) == "cast":
            value = value[1:]
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                yield one
