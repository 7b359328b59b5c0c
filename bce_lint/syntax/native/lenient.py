"""Text that Python reads and LibCST does not, such as `(x): int = 1`: what Python's tree does not tell enough of is unknown here."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from bce_lint import ir
from bce_lint.syntax.build import Arm, nested
from bce_lint.syntax.native.spans import NeedsLibCST
from bce_lint.syntax.native.statements import NativeReader

_NAMED = ("name", "rest")


class LenientReader(NativeReader):
    """Reads every tree of Python's parser."""

    def expr(self, node: ast.AST) -> ir.Expr:
        """Any expression; one that only LibCST tells enough of is unknown."""
        span, scope = self.span, self.scope
        try:
            return super().expr(node)
        except NeedsLibCST:
            self.span, self.scope = span, scope
            return ir.Opaque(self.span(node))

    def line(self, statements: Sequence[ast.stmt]) -> None:
        """Statements of the block at hand; of one that only LibCST tells enough of, the names that it binds are unknown from there on."""
        for statement in statements:
            out, length, span, scope = self.out, len(self.out), self.span, self.scope
            try:
                super().line((statement,))
            except NeedsLibCST:
                self.out, self.span, self.scope = out, span, scope
                del out[length:]
                self._unknown(statement)

    def _match(self, node: ast.Match) -> None:
        """Any case may be the one that matches, and what it captures is unknown."""
        self.effect(node.subject)
        self.out += nested([self._any_case(case) for case in node.cases], ())

    def _any_case(self, case: ast.match_case) -> Arm:
        span = self.span(case.pattern)
        parts = [case.pattern] if case.guard is None else [case.pattern, case.guard]
        names = tuple(ir.Name(span, name) for name in dict.fromkeys(name for part in parts for name in _bound(part)))
        self.scope.bound.update(name.id for name in names)
        captured = tuple(ir.Assign(span, (name,), ir.Opaque(span)) for name in names)
        return span, ir.Opaque(span), captured + self.body(case.body)

    statements: ClassVar[Mapping[type[Any], Callable[[Any, Any], None]]] = {**NativeReader.statements, ast.Match: _match}

    def _unknown(self, statement: ast.stmt) -> None:
        span = self.span(statement)
        names = tuple(ir.Name(span, name) for name in dict.fromkeys(_bound(statement)))
        self.scope.bound.update(name.id for name in names)
        self.out.append(ir.ExprStmt(span, ir.Opaque(span)))
        self.out.extend(ir.Assign(span, (name,), ir.Opaque(span)) for name in names)


def _bound(statement: ast.AST) -> Iterator[str]:
    """The names that may be bound somewhere in a statement."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.pattern):
            yield from (name for field in _NAMED if (name := getattr(node, field, None)) is not None)
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.partition(".")[0]


def lower_lenient(text: str) -> ir.Module | None:
    """The IR of a text, or None where Python's parser refuses it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return LenientReader(text).module(ast.parse(text).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
