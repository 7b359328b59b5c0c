"""Expressions: the fields of the nodes of Python's own parser."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, ClassVar

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.syntax.build import Builder
from bce_lint.syntax.build_expressions import Given, GivenParameter, Iteration
from bce_lint.syntax.literals import whole
from bce_lint.syntax.native.operators import BINARY, COMPARE, UNARY
from bce_lint.syntax.native.spans import NeedsLibCST, Places
from bce_lint.syntax.native.strings import Part, pieces, single, skip

_GAP = re.compile(r"[\s\\()]*")
_BLANK = re.compile(r"(?:[\s\\]+|#[^\r\n]*)*")


def _start(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def given(arg: Any) -> Given:
    """An argument of a call or a class."""
    kind = type(arg)
    if kind is ast.keyword:
        return arg.value, arg.arg, 2 if arg.arg is None else 0
    return (arg.value, None, 1) if kind is ast.Starred else (arg, None, 0)


def parameters(node: ast.arguments) -> Iterator[GivenParameter]:
    """The parameters of a function in their order."""
    split = len(node.posonlyargs)
    plain = [*node.posonlyargs, *node.args]
    defaults = [*[None] * (len(plain) - len(node.defaults)), *node.defaults]
    for number, (arg, default) in enumerate(zip(plain, defaults, strict=True)):
        yield arg.arg, "positional" if number < split else "normal", default, arg.annotation
    if node.vararg is not None:
        yield node.vararg.arg, "*", None, node.vararg.annotation
    for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True):
        yield arg.arg, "keyword", default, arg.annotation
    if node.kwarg is not None:
        yield node.kwarg.arg, "**", None, node.kwarg.annotation


def _clauses(node: Any) -> Iterator[Iteration]:
    return ((clause.target, clause.iter, clause.ifs) for clause in node.generators)


class NativeExpressions(Builder):
    """Reads expressions, which `expressions` lists."""

    postfixes = (ast.Attribute, ast.Call, ast.Subscript, attrgetter("attr"))

    def __init__(self, text: str) -> None:
        super().__init__(Places(text).span)
        self.text = text

    def unknown(self, node: ast.AST) -> ir.Expr:
        """Syntax that is not read here."""
        raise NeedsLibCST

    def _name(self, node: ast.Name) -> ir.Expr:
        return ir.Name(self.span(node), node.id)

    # --- literals

    def _constant(self, node: ast.Constant) -> ir.Expr:
        """A literal; strings that stand side by side are one."""
        span, value = self.span(node), node.value
        if type(value) is str or type(value) is bytes:
            if not single(self.text, span) and (several := sum(1 for _ in pieces(self.text, span))) > 1:
                self.count += several
        elif type(value) is int and whole(value) is None:
            return ir.Opaque(span)
        return ir.Const(span, value)

    def _formatted(self, node: ast.JoinedStr) -> ir.Expr:
        """An f-string, or strings side by side of which one is. The text gives the fields: before 3.12 their nodes stand elsewhere."""
        span = self.span(node)
        found = list(pieces(self.text, span))
        if len(found) > 1:
            self.count += len(found)
        return ir.Op(span, "format", tuple([operand for piece in found for operand in self._operands(piece)]))

    def _operands(self, parts: Sequence[Part]) -> Iterable[ir.Expr]:
        for kind, span, value in parts:
            if kind == "field":
                yield self._field(span)
            else:
                self.count += kind == "text"
                yield ir.Const(span, value)

    def _field(self, span: Span) -> ir.Expr:
        """The expression of a field of an f-string, which is parsed by itself."""
        text = f"({self.text[span.start : span.end]})"
        try:
            body = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError):
            raise NeedsLibCST from None
        outer, self.span = self.span, Places(text, span.start - 1).span
        if isinstance(body, ast.Tuple) and self.span(body).start < span.start:  # the parentheses are not the field's
            self.count += 1
            inside = text[1:-1]
            trimmed = Span(span.end - len(inside.lstrip()), span.start + len(inside.rstrip()))
            found = self.display(trimmed, "tuple", body.elts)
        else:
            found = self.expr(body)
        self.span = outer
        return found

    # --- operators

    def _operation(self, node: ast.BinOp | ast.BoolOp) -> ir.Expr:
        """Operators that stand side by side without parentheses between them."""
        links: list[tuple[str, ast.AST, ast.expr]] = []
        left: ast.expr = node
        here: ast.expr = node
        while isinstance(left, (ast.BinOp, ast.BoolOp)) and _start(left) == _start(here):
            here, op = left, BINARY[type(left.op)]
            if isinstance(left, ast.BinOp):
                links.append((op, left, left.right))
                left = left.left
            else:
                links.extend([(op, left, value) for value in reversed(left.values[1:])])
                left = left.values[0]
        links.reverse()
        return self.binary(left, links)

    def _comparison(self, node: ast.Compare) -> ir.Expr:
        links = zip([COMPARE[type(op)] for op in node.ops], node.comparators, strict=True)
        return self.compare(self.span(node), node.left, links)

    # --- arguments and indices

    def args(self, call: ast.Call) -> tuple[ir.Arg, ...]:
        """The arguments of a call in their order: a keyword may stand before a starred one."""
        args, keywords = call.args, call.keywords
        if not keywords:
            if args and type(args[0]) is ast.GeneratorExp and self.span(args[0]).end == self.span(call).end:
                return (ir.Arg(self._bare(args[0])),)
            return self.arguments(map(given, args))
        both: list[Any] = [*args, *keywords]
        if args and _start(args[-1]) > _start(keywords[0]):
            both.sort(key=_start)
        return self.arguments(map(given, both))

    def _bare(self, node: ast.GeneratorExp) -> ir.Expr:
        """A generator that has no parentheses but those of the call."""
        found = self.expr(node)
        assert isinstance(found, ir.Comp), "it is one"
        start, last = skip(_BLANK, self.text, found.span.start + 1), node.generators[-1]
        place = self.span((last.ifs or (last.iter,))[-1]).end
        code, _, comment = self.text[place : found.span.end - 1].partition("#")
        if ")" in comment:
            raise NeedsLibCST
        return ir.Comp(Span(start, place + len(code.rstrip(" \t\f\r\n\\"))), found.kind, found.elements, found.clauses)

    def index(self, node: ast.expr) -> ir.Expr:
        """What stands between the brackets of a subscript."""
        if not isinstance(node, ast.Tuple) or self._enclosed(node):
            return self.subscript(node)
        return self.indices(node.elts)

    def subscript(self, node: ast.expr) -> ir.Expr:
        """One of the indices."""
        if isinstance(node, ast.Starred):
            return self.starred_index(node.value)
        if isinstance(node, ast.Slice):
            return self.slice(self.span(node), node.lower, node.upper, node.step)
        return self.expr(node)

    def _enclosed(self, node: ast.Tuple) -> bool:
        """True if a tuple has parentheses of its own."""
        start, end = self.span(node)
        if self.text[start] != "(" or self.text[end - 1] != ")":
            return False
        if not node.elts:
            return True
        first = self.span(node.elts[0])
        before = self.text[start : first.start]
        found = _GAP.match(self.text, first.end)
        assert found is not None, "it matches nothing, too"
        if "#" in before or self.text[found.end() : found.end() + 1] == "#":
            raise NeedsLibCST
        inside = found.group().count(")") if first.end < end else 0
        return before.count("(") > inside - (found.end() >= end)

    def _comprehension(self, node: Any) -> ir.Comp:
        """A list or set comprehension or a generator expression."""
        return self.comprehension(self.span(node), _COMPREHENSIONS[type(node)], (node.elt,), _clauses(node))

    expressions: ClassVar[Mapping[type[Any], Callable[[NativeExpressions, Any], ir.Expr]]] = {
        ast.Name: _name, ast.Constant: _constant, ast.JoinedStr: _formatted, ast.BinOp: _operation, ast.BoolOp: _operation,
        ast.Compare: _comparison, ast.Attribute: Builder.postfix, ast.Call: Builder.postfix, ast.Subscript: Builder.postfix,
        ast.GeneratorExp: _comprehension, ast.ListComp: _comprehension, ast.SetComp: _comprehension,
        ast.UnaryOp: lambda read, node: read.unary(read.span(node), UNARY[type(node.op)], node.operand),
        ast.IfExp: lambda read, node: read.choice(read.span(node), node.test, node.body, node.orelse),
        ast.Tuple: lambda read, node: read.display(read.span(node), "tuple", node.elts),
        ast.List: lambda read, node: read.display(read.span(node), "list", node.elts),
        ast.Set: lambda read, node: read.display(read.span(node), "set", node.elts),
        ast.Dict: lambda read, node: read.mapping(read.span(node), zip(node.keys, node.values, strict=True)),
        ast.Starred: lambda read, node: read.starred(read.span(node).start, node.value),
        ast.DictComp: lambda read, node: read.comprehension(read.span(node), "dict", (node.key, node.value), _clauses(node)),
        ast.Await: lambda read, node: read.awaited(node.value),
        ast.NamedExpr: lambda read, node: read.walrus(read.span(node), node.target.id, node.value),
        ast.Yield: lambda read, node: read.yielded(read.span(node), node.value, False),
        ast.YieldFrom: lambda read, node: read.yielded(read.span(node), node.value, True),
        ast.Lambda: lambda read, node: read.anonymous(read.span(node), parameters(node.args), node.body),
    }  # fmt: skip


_COMPREHENSIONS: dict[type[ast.AST], str] = {ast.GeneratorExp: "generator", ast.ListComp: "list", ast.SetComp: "set"}
