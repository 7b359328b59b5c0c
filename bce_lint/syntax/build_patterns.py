"""`match` patterns: a test on the subject, and the names that a match captures.

A reader looks at the kind of a pattern, hands over its fields, and gives its span: that of a sequence with its own brackets, that of any
other pattern without the parentheses around it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.syntax.build_expressions import ExpressionBuilder, TreeNode

# These take the subject itself as their only positional pattern.
_SELF_MATCHING = frozenset({"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"})


class CapturedName(NamedTuple):
    """A name that a pattern captures, or that an attribute has, and where it stands."""

    span: Span
    name: str


class StarredPattern(NamedTuple):
    """An element of a sequence that takes any number of values, into a name if it has one."""

    captured: CapturedName | None


class PatternBuilder(ExpressionBuilder):
    """Builds expressions, and what cases ask of their subjects."""

    @abstractmethod
    def pattern(self, case: CasePattern, node: TreeNode, subject: ir.Expr) -> None:
        """Hands over the fields of a pattern to the case that it is a part of."""


class CasePattern:
    """What one case asks of its subject: tests that must hold, and the values its names then have."""

    def __init__(self, reader: PatternBuilder) -> None:
        self.reader = reader
        self.tests: list[ir.Expr] = []
        self.captures: list[tuple[ir.Name, ir.Expr]] = []

    def unknown(self, subject: ir.Expr) -> None:
        """A pattern of which nothing is known."""
        self.tests.append(ir.Opaque(subject.span))

    def value(self, op: str, subject: ir.Expr, value: TreeNode) -> None:
        """A value that the subject is, or that it equals."""
        self._test(op, subject, self.reader.expr(value))

    def _test(self, op: str, left: ir.Expr, right: ir.Expr) -> None:
        self.reader.count += 1
        self.tests.append(ir.Op(right.span, op, (left, right)))

    def capture(self, captured: CapturedName | None, value: ir.Expr) -> None:
        """A name that a value gets, if there is one."""
        if captured is not None:
            self.reader.count += 1
            self.reader.scope.bound.add(captured.name)
            self.captures.append((ir.Name(*captured), value))

    def alternatives(self, span: Span, patterns: Iterable[TreeNode], subject: ir.Expr) -> None:
        """Patterns of which any may match."""
        options: list[ir.Expr] = []
        names: dict[str, ir.Name] = {}
        for pattern in patterns:
            option = CasePattern(self.reader)
            self.reader.pattern(option, pattern, subject)
            options.append(option.test(span))
            names.update((name.id, name) for name, _ in option.captures)
        self.tests.append(ir.Op(span, "or", tuple(options)))
        # Which alternative matched is not known here, and so is what its names hold.
        self.captures += [(name, ir.Opaque(name.span)) for name in names.values()]

    def instance(
        self,
        span: Span,
        of: TreeNode,
        patterns: Sequence[TreeNode],
        named: Iterable[tuple[CapturedName, TreeNode]],
        subject: ir.Expr,
    ) -> None:
        """An instance of a class, with patterns for its attributes, by their order and by their names."""
        cls = self.reader.expr(of)
        self.tests.append(ir.Call(span, ir.Name(cls.span, "isinstance"), (ir.Arg(subject), ir.Arg(cls))))
        for number, pattern in enumerate(patterns):
            value: ir.Expr = subject
            if not (len(patterns) == 1 and isinstance(cls, ir.Name) and cls.id in _SELF_MATCHING):
                names = ir.Item(cls.span, ir.Attr(cls.span, cls, "__match_args__"), ir.Const(cls.span, number))
                value = ir.Call(span, ir.Name(cls.span, "getattr"), (ir.Arg(subject), ir.Arg(names)))
            self.reader.pattern(self, pattern, value)
        for key, pattern in named:
            self.reader.pattern(self, pattern, ir.Attr(key.span, subject, key.name))

    def mapping(
        self, span: Span, entries: Sequence[tuple[TreeNode, TreeNode]], rest: CapturedName | None, subject: ir.Expr
    ) -> None:
        """A mapping that has some keys, each with a pattern for its value; the other entries may get a name."""
        if not entries:
            self.tests.append(ir.Call(span, ir.Name(span, "isinstance"), (ir.Arg(subject), ir.Arg(ir.Name(span, "dict")))))
        for given, pattern in entries:
            key = self.reader.expr(given)
            self.tests.append(ir.Op(key.span, "in", (key, subject)))
            self.reader.pattern(self, pattern, ir.Item(key.span, subject, key))
        self.capture(rest, ir.Opaque(span))

    def sequence(self, span: Span, elements: Sequence[TreeNode | StarredPattern], subject: ir.Expr) -> None:
        """A sequence with a pattern for each element; one of them may take any number."""
        star = next((at for at, element in enumerate(elements) if isinstance(element, StarredPattern)), None)
        length = ir.Call(span, ir.Name(span, "len"), (ir.Arg(subject),))
        size = len(elements) if star is None else len(elements) - 1
        self._test("==" if star is None else ">=", length, ir.Const(span, size))
        for at, element in enumerate(elements):
            if isinstance(element, StarredPattern):
                stop = ir.Const(span, at + 1 - len(elements)) if at + 1 < len(elements) else None
                part = ir.Slice(span, ir.Const(span, at), stop, None)
                self.capture(element.captured, ir.Call(span, ir.Name(span, "list"), (ir.Arg(ir.Item(span, subject, part)),)))
            else:
                place = at if star is None or at < star else at - len(elements)
                self.reader.pattern(self, element, ir.Item(span, subject, ir.Const(span, place)))

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
