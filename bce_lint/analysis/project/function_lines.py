"""Where the functions of a file stand in its lines, and which lines are fixed, as Python's own parser sees them."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from bce_lint import ir

_NAMED: Final = re.compile(r"[ \t\f]*(?:async[ \t]+)?def[ \t]+\w+(?=[ \t]*[(\[])")
GLOBAL: Final = re.compile(r"(?:^|[;:])[ \t\f]*global[ \t\\]", re.MULTILINE)


class FunctionLines(NamedTuple):
    """Where a function stands in the lines of a file: from its first decorator, from where lines have other numbers for each text of it,
    and up to the statement behind it, without the empty lines before that. The numbers for its texts are `room` from `base` on; a `serial`
    tells it from other functions that the file has had.

    What is evaluated where a function is defined stays as it is. Where its parameters have no defaults but constants, they may be others as
    well (`whole`), and the line with its name is the one before `start`, which keeps its number; else `start` is the first statement."""

    function: ir.Function
    in_class: bool
    whole: bool
    head: int
    start: int
    stop: int
    serial: int = 0
    base: int = 0
    room: int = 0

    @property
    def first(self) -> int:
        """The first line that may be another one."""
        return self.start - self.whole


def functions_in(tree: ast.Module, module: ir.Module, lines: Sequence[str], offsets: Sequence[int]) -> list[FunctionLines]:
    """The functions at the top of a file and in its classes of which a body can be exchanged, in order."""
    functions = {bisect_right(offsets, function.span.start): (function, in_class) for function, in_class in _functions(module.body, False)}
    found = [body for node in _definitions(tree.body) if (body := _body(node, functions.get(node.lineno), lines)) is not None]
    return sorted(found, key=lambda one: one.start)


def _definitions(statements: Sequence[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions at the top of a file and in its classes: the span of any other statement ends with what stands in it."""
    for one in statements:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield one
        elif isinstance(one, ast.ClassDef):
            yield from _definitions(one.body)


def _functions(body: ir.Body, in_class: bool) -> Iterator[tuple[ir.Function, bool]]:
    """The same functions, and whether each is a statement of a class."""
    for one in body:
        if isinstance(one, ir.FunctionDef):
            yield one.function, in_class
        elif isinstance(one, ir.ClassDef):
            yield from _functions(one.body, True)


def _body(
    node: ast.FunctionDef | ast.AsyncFunctionDef, known: tuple[ir.Function, bool] | None, lines: Sequence[str]
) -> FunctionLines | None:
    """Where a function stands, if its body begins in a line of its own and ends with one, and the function is there as IR."""
    head, start, stop = first_row(node) - 1, first_row(node.body[0]) - 1, node.end_lineno or 0
    line = lines[node.lineno - 1]
    indent = len(line) - len(line.lstrip(" \t"))
    if known is None or known[0].name != node.name or start <= node.lineno - 1 or lines[start][: indent + 1].strip(" \t"):
        return None
    header = "".join(lines[node.lineno - 1 : start])
    if GLOBAL.search("".join(lines[head:stop])) or not _ends_with_its_lines(header, lines[stop - 1], node):
        return None
    whole = has_constants_alone(known[0])
    return FunctionLines(known[0], known[1], whole, head, node.lineno if whole else start, stop)


def has_constants_alone(function: ir.Function) -> bool:
    """True if the defaults of all parameters are constants, with which nothing is evaluated where the function is defined."""
    return all(param.default is None or type(param.default) is ir.Const for param in function.params)


def named(line: str) -> str:
    """The line with a function's name up to the name."""
    found = _NAMED.match(line)
    return line if found is None else found[0]


def _ends_with_its_lines(header: str, last: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """True if nothing else stands in the first and the last line of a body."""
    rest = last.encode("utf-8", "replace")[node.end_col_offset or 0 :].strip()
    return header.rstrip(" \t\r\n")[-1:] != "\\" and (not rest or rest.startswith(b"#"))


def first_row(node: ast.stmt | ast.ExceptHandler) -> int:
    """The line in which a statement begins, from 1: that of its first decorator."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def fixed_rows(tree: ast.Module, bodies: Sequence[FunctionLines]) -> Iterator[tuple[int, int]]:
    """The rows (from 0) of statements that take several, outside of the bodies of functions: a simple one as a whole, of another one what
    stands before its first block."""
    heads = {one.head: one.start for one in bodies}
    waiting: list[Any] = [*tree.body]
    while waiting:
        node = waiting.pop()
        first, block = first_row(node) - 1, getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield first, heads.get(first, node.end_lineno or 0)
        elif block:
            yield first, first_row(block[0]) - 1
            waiting += [one for name in ("body", "handlers", "orelse", "finalbody") for one in getattr(node, name, ())]
        else:
            yield first, node.end_lineno - 1
