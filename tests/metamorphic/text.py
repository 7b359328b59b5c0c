"""A program's text in pieces that know where they come from, and what a rewrite must know of one file."""

from __future__ import annotations

import ast
import io
import symtable
import tokenize
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PLACED = (ast.expr, ast.stmt, ast.arg, ast.keyword, ast.alias)


class Piece(NamedTuple):
    """Some text of a rewritten file, and the range of an old file that it is or stands for; text without a path is new."""

    text: str
    path: str = ""
    start: int = 0
    end: int = 0


class Change(NamedTuple):
    """New text for a range of a file; an empty range inserts."""

    start: int
    end: int
    text: str


def insertion(offset: int, text: str) -> Change:
    """New text at an offset."""
    return Change(offset, offset, text)


class Place(NamedTuple):
    """An offset in an old file; new text has the path `new`."""

    path: str
    offset: int


def place_of(pieces: Iterable[Piece], offset: int) -> Place:
    """Where an offset of a rewritten file lies in the old one."""
    for piece in pieces:
        if offset < len(piece.text):
            same = len(piece.text) == piece.end - piece.start
            return Place(piece.path, piece.start + (offset if same else 0)) if piece.path else Place("new", offset)
        offset -= len(piece.text)
    return Place("new", offset)


class File:
    """One file of a program, parsed. Raises SyntaxError and ValueError for what is no Python."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.tree = ast.parse(text)
        self.lines = text.split("\n")
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def at(self, row: int, column: int) -> int:
        """The offset of a row (from 1) and a column in bytes, as `ast` counts them."""
        line = self.lines[row - 1]
        return self._starts[row - 1] + (column if line.isascii() else len(line.encode()[:column].decode()))

    def line_start(self, row: int) -> int:
        """The offset of a row."""
        return min(self._starts[row - 1], len(self.text))

    def row(self, offset: int) -> int:
        """The row of an offset."""
        return bisect_right(self._starts, offset)

    def start(self, node: ast.AST) -> int:
        """The offset where a node begins."""
        assert isinstance(node, _PLACED)
        return self.at(node.lineno, node.col_offset)

    def end(self, node: ast.AST) -> int:
        """The offset behind a node."""
        assert isinstance(node, _PLACED) and node.end_lineno is not None and node.end_col_offset is not None
        return self.at(node.end_lineno, node.end_col_offset)

    def source(self, node: ast.AST) -> str:
        """The text of a node."""
        return self.text[self.start(node) : self.end(node)]

    def pieces(self, changes: Iterable[Change] = (), start: int = 0, end: int | None = None) -> list[Piece]:
        """A range of the file with the changes that lie in it; a change that overlaps an earlier one is left out."""
        found: list[Piece] = []
        here, last = start, len(self.text) if end is None else end
        for change in sorted(changes, key=lambda one: (one.start, one.end)):
            if change.start < here or change.end > last:
                continue
            found.append(self._copy(here, change.start))
            found.append(Piece(change.text, self.path if change.end > change.start else "", change.start, change.end))
            here = change.end
        found.append(self._copy(here, last))
        return [piece for piece in found if piece.text]

    def _copy(self, start: int, end: int) -> Piece:
        return Piece(self.text[start:end], self.path, start, end)

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around each node."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, the nearest first."""
        while (above := self.parents.get(node)) is not None:
            yield above
            node = above

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes whose places are those of the text: those inside of f-strings have none in older Pythons."""
        found: list[ast.AST] = []
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            found.append(node)
            if not isinstance(node, ast.JoinedStr):
                waiting.extend(ast.iter_child_nodes(node))
        return found

    @cached_property
    def in_f_strings(self) -> frozenset[str]:
        """The names that f-strings read."""
        strings = [node for node in ast.walk(self.tree) if isinstance(node, ast.JoinedStr)]
        return frozenset(word for one in strings for node in ast.walk(one) for word in _words(node))

    @cached_property
    def tokens(self) -> list[tokenize.TokenInfo]:
        """The tokens of the text."""
        return list(tokenize.generate_tokens(io.StringIO(self.text).readline))

    def token_span(self, token: tokenize.TokenInfo) -> tuple[int, int]:
        """The offsets of a token, whose columns are characters."""
        return self._starts[token.start[0] - 1] + token.start[1], self._starts[token.end[0] - 1] + token.end[1]

    def line_of(self, node: ast.stmt) -> int:
        """The offset of the line where a statement begins, its decorators included."""
        first = node.decorator_list[0] if isinstance(node, DEFINITIONS) and node.decorator_list else node
        return self.line_start(first.lineno)

    def next_line(self, node: ast.stmt) -> int:
        """The offset of the line behind a statement."""
        return self.line_start((node.end_lineno or node.lineno) + 1)

    def whole_lines(self, node: ast.stmt) -> bool:
        """True if a statement shares no line with another."""
        before = self.text[self.line_of(node) : self.start(node)] if not isinstance(node, DEFINITIONS) else ""
        after = self.text[self.end(node) : self.next_line(node)].strip()
        return not before.strip() and (not after or after.startswith("#"))

    @cached_property
    def step(self) -> str:
        """One level of indentation."""
        return "\t" if any(line.startswith("\t") for line in self.lines) else "    "

    def indent(self, node: ast.stmt) -> str:
        """The white space before a statement."""
        return self.text[self.line_start(node.lineno) : self.start(node)]

    @cached_property
    def string_rows(self) -> frozenset[int]:
        """The rows that begin inside of a string."""
        rows: set[int] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno is not None:
                rows.update(range(node.lineno + 1, node.end_lineno + 1))
        return frozenset(rows)

    @cached_property
    def table(self) -> symtable.SymbolTable:
        """The symbols of the file."""
        return symtable.symtable(self.text, self.path, "exec")

    def global_names(self, node: ast.stmt) -> frozenset[str]:
        """The names of the module that a definition reads, now or when it is called."""
        found = set(self.names_at_definition(node))
        if isinstance(node, DEFINITIONS):
            for table in _tables(self.table):
                if table.get_name() == node.name and node.lineno - len(node.decorator_list) <= table.get_lineno() <= node.lineno:
                    found |= {s.get_name() for one in _tables(table) for s in one.get_symbols() if s.is_global()}
        return frozenset(found)

    def names_at_definition(self, node: ast.AST) -> frozenset[str]:
        """The names that are read when a statement runs: bodies of functions apart."""
        if isinstance(node, (*FUNCTIONS, ast.Lambda)):
            outer: list[ast.AST] = [*node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)]
            if not isinstance(node, ast.Lambda):
                annotations = [arg.annotation for arg in ast.walk(node.args) if isinstance(arg, ast.arg) and arg.annotation]
                outer += [*node.decorator_list, *annotations, *([node.returns] if node.returns else [])]
            return frozenset(name for one in outer for name in self.names_at_definition(one))
        own = {node.id} if isinstance(node, ast.Name) else set()
        return frozenset(own.union(*(self.names_at_definition(child) for child in ast.iter_child_nodes(node))))

    @cached_property
    def bound_at_top(self) -> dict[str, int]:
        """How often the module binds each of its names."""
        found: dict[str, int] = {}
        for name in (name for node in self.tree.body for name in bound_names(node)):
            found[name] = found.get(name, 0) + 1
        for node in ast.walk(self.tree):
            for name in node.names if isinstance(node, ast.Global) else ():
                found[name] = found.get(name, 0) + 2
        return found


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _words(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg


def bound_names(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds in its own scope, each as often as it does."""
    if isinstance(node, DEFINITIONS):
        yield node.name
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.split(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    for child in ast.iter_child_nodes(node):
        yield from bound_names(child)


def is_docstring(node: ast.AST) -> bool:
    """True for a statement that is only a text."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
