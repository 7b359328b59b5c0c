"""`match` patterns: a test on the subject, and the names that a match captures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import libcst as cst

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.syntax.cst.expressions import CstExpressions

# These take the subject itself as their only positional pattern.
_SELF_MATCHING = frozenset({"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})


class Match:
    """What one case asks of its subject: tests that must hold, and the values its names then have."""

    def __init__(self, reader: CstExpressions) -> None:
        self.reader = reader
        self.tests: list[ir.Expr] = []
        self.captures: list[tuple[ir.Name, ir.Expr]] = []

    def pattern(self, node: Any, subject: ir.Expr) -> None:
        """Adds what a pattern asks of the subject."""
        kind = type(node)
        if kind is cst.MatchAs:
            self._as(node, subject)
        elif kind is cst.MatchValue:
            self._test("==", subject, self.reader.expr(node.value))
        elif kind is cst.MatchSingleton:
            self._test("is", subject, self.reader.expr(node.value))
        elif kind is cst.MatchOr:
            self._or(node, subject)
        elif kind is cst.MatchClass:
            self._class(node, subject)
        elif kind is cst.MatchMapping:
            self._mapping(node, subject)
        elif isinstance(node, cst.MatchSequence):
            self._sequence(node.patterns, subject, self.reader.spans.outer(node))
        else:
            self.tests.append(ir.Opaque(subject.span))

    def _test(self, op: str, left: ir.Expr, right: ir.Expr) -> None:
        self.reader.count += 1
        self.tests.append(ir.Op(right.span, op, (left, right)))

    def _capture(self, name: cst.Name | None, value: ir.Expr) -> None:
        if name is not None:
            self.reader.count += 1
            self.reader.scope.bound.add(name.value)
            self.captures.append((ir.Name(self.reader.span(name), name.value), value))

    def _as(self, node: cst.MatchAs, subject: ir.Expr) -> None:
        if node.pattern is not None:
            self.pattern(node.pattern, subject)
        self._capture(node.name, subject)

    def _or(self, node: cst.MatchOr, subject: ir.Expr) -> None:
        span = self.reader.spans.outer(node)
        options: list[ir.Expr] = []
        names: dict[str, ir.Name] = {}
        for element in node.patterns:
            option = Match(self.reader)
            option.pattern(element.pattern, subject)
            options.append(option.test(span))
            names.update((name.id, name) for name, _ in option.captures)
        self.tests.append(ir.Op(span, "or", tuple(options)))
        # Which alternative matched is not known here, and so is what its names hold.
        self.captures += [(name, ir.Opaque(name.span)) for name in names.values()]

    def _class(self, node: cst.MatchClass, subject: ir.Expr) -> None:
        span = self.reader.spans.outer(node)
        cls = self.reader.expr(node.cls)
        self.tests.append(ir.Call(span, ir.Name(cls.span, "isinstance"), (ir.Arg(subject), ir.Arg(cls))))
        for number, element in enumerate(node.patterns):
            value: ir.Expr = subject
            if not (len(node.patterns) == 1 and isinstance(cls, ir.Name) and cls.id in _SELF_MATCHING):
                names = ir.Item(cls.span, ir.Attr(cls.span, cls, "__match_args__"), ir.Const(cls.span, number))
                value = ir.Call(span, ir.Name(cls.span, "getattr"), (ir.Arg(subject), ir.Arg(names)))
            self.pattern(element.value, value)
        for keyword in node.kwds:
            self.pattern(keyword.pattern, ir.Attr(self.reader.span(keyword.key), subject, keyword.key.value))

    def _mapping(self, node: cst.MatchMapping, subject: ir.Expr) -> None:
        span = self.reader.spans.outer(node)
        if not node.elements:
            self.tests.append(ir.Call(span, ir.Name(span, "isinstance"), (ir.Arg(subject), ir.Arg(ir.Name(span, "dict")))))
        for element in node.elements:
            key = self.reader.expr(element.key)
            self.tests.append(ir.Op(key.span, "in", (key, subject)))
            self.pattern(element.pattern, ir.Item(key.span, subject, key))
        if node.rest is not None:
            self._capture(node.rest, ir.Opaque(span))

    def _sequence(self, elements: Sequence[Any], subject: ir.Expr, span: Span) -> None:
        star = next((at for at, element in enumerate(elements) if isinstance(element, cst.MatchStar)), None)
        length = ir.Call(span, ir.Name(span, "len"), (ir.Arg(subject),))
        size = len(elements) if star is None else len(elements) - 1
        self._test("==" if star is None else ">=", length, ir.Const(span, size))
        for at, element in enumerate(elements):
            if star is None or at < star:
                self.pattern(element.value, ir.Item(span, subject, ir.Const(span, at)))
            elif at > star:
                self.pattern(element.value, ir.Item(span, subject, ir.Const(span, at - len(elements))))
            else:
                stop = ir.Const(span, at + 1 - len(elements)) if at + 1 < len(elements) else None
                part = ir.Slice(span, ir.Const(span, at), stop, None)
                self._capture(element.name, ir.Call(span, ir.Name(span, "list"), (ir.Arg(ir.Item(span, subject, part)),)))

    def test(self, span: Span) -> ir.Expr:
        """All tests as one expression; a pattern that always matches is True."""
        if not self.tests:
            return ir.Const(span, True)
        return self.tests[0] if len(self.tests) == 1 else ir.Op(span, "and", tuple(self.tests))

    def guarded(self, span: Span, guard: ir.Expr) -> ir.Expr:
        """The test with a guard, which sees the captures already bound."""
        binds = tuple(ir.Bind(name.span, name.id, value) for name, value in self.captures)
        # A tuple that holds something is true, whatever was captured.
        captured = (ir.Build(span, "tuple", binds),) if binds else ()
        return ir.Op(span, "and", (*self.tests, *captured, guard)) if self.tests or binds else guard

    def assigns(self) -> tuple[ir.Stmt, ...]:
        """The captures as statements."""
        return tuple(ir.Assign(name.span, (name,), value) for name, value in self.captures)
