"""Expressions: the nodes of Python's own parser to the IR, as `expressions` lowers those of LibCST."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.syntax.cst.literals import MAX_DIGITS
from bce_lint.syntax.native.operators import BINARY, COMPARE, UNARY
from bce_lint.syntax.native.spans import Places, Unsure
from bce_lint.syntax.native.strings import Part, pieces, single, skip
from bce_lint.syntax.scopes import Scope

_GAP = re.compile(r"[\s\\()]*")
_BLANK = re.compile(r"(?:[\s\\]+|#[^\r\n]*)*")


def _start(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


class NativeExpressions:
    """Lowers expressions; `scope` is the scope they stand in, `count` the IR nodes made so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = Places(text).span
        self.scope = Scope()
        self.count = 0

    def expr(self, node: ast.AST) -> ir.Expr:
        """Lowers one expression."""
        self.count += 1
        lower = _TABLE.get(type(node))
        if lower is None:
            raise Unsure
        return lower(self, node)

    def maybe(self, node: ast.AST | None) -> ir.Expr | None:
        """Lowers an expression that may be absent."""
        return None if node is None else self.expr(node)

    def target(self, node: ast.AST) -> ir.Expr:
        """Lowers an assignment target and binds its names."""
        target = self.expr(node)
        self.scope.bind(target)
        return target

    def identifier(self, node: ast.Name) -> ir.Expr:
        """A name."""
        return ir.Name(self.place(node), node.id)

    # --- literals

    def constant(self, node: ast.Constant) -> ir.Expr:
        """A literal; strings that stand side by side are one."""
        span, value = self.place(node), node.value
        if type(value) is str or type(value) is bytes:
            if not single(self.text, span) and (several := sum(1 for _ in pieces(self.text, span))) > 1:
                self.count += several
        elif type(value) is int and span.end - span.start > MAX_DIGITS:
            raise Unsure
        return ir.Const(span, value)

    def formatted(self, node: ast.JoinedStr) -> ir.Expr:
        """An f-string, or strings side by side of which one is. Fields are read off the text: before 3.12 their nodes stand elsewhere."""
        span = self.place(node)
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
            raise Unsure from None
        outer, self.place = self.place, Places(text, span.start - 1).span
        if isinstance(body, ast.Tuple) and self.place(body).start < span.start:
            raise Unsure
        found = self.expr(body)
        self.place = outer
        return found

    # --- operators

    def unary(self, node: ast.UnaryOp) -> ir.Expr:
        """A unary operator; the minus of a number is a constant."""
        op = UNARY[type(node.op)]
        value = self.expr(node.operand)
        span = self.place(node)
        if op == "neg" and isinstance(value, ir.Const) and type(value.value) in (int, float, complex):
            return ir.Const(span, -value.value)  # type: ignore[operator]
        return ir.Op(span, op, (value,))

    def binary(self, node: ast.BinOp | ast.BoolOp) -> ir.Expr:
        """A left-leaning chain of operators, without recursion; a run of one operator is one node."""
        links: list[tuple[ast.BinOp | ast.BoolOp, ast.expr]] = []
        left: ast.expr = node
        here: ast.expr = node
        while isinstance(left, (ast.BinOp, ast.BoolOp)) and _start(left) == _start(here):
            here = left
            if isinstance(left, ast.BinOp):
                links.append((left, left.right))
                left = left.left
            else:
                links.extend((left, value) for value in reversed(left.values[1:]))
                left = left.values[0]
        links.reverse()
        operands = [self.expr(left)]
        last = links[0][0]
        op = BINARY[type(last.op)]
        for link, right in links:
            following = BINARY[type(link.op)]
            if following != op:
                operands = [ir.Op(self.place(last), op, tuple(operands))]
                op = following
                self.count += 1
            operands.append(self.expr(right))
            last = link
        return ir.Op(self.place(node), op, tuple(operands))

    def comparison(self, node: ast.Compare) -> ir.Expr:
        """A comparison; a chain becomes `and` over pairs."""
        left = self.expr(node.left)
        pairs: list[tuple[str, tuple[ir.Expr, ir.Expr]]] = []
        for kind, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.expr(comparator)
            pairs.append((COMPARE[type(kind)], (left, right)))
            left = right
        span = self.place(node)
        if len(pairs) == 1:
            return ir.Op(span, *pairs[0])
        self.count += len(pairs)
        return ir.Op(span, "and", tuple([ir.Op(Span(two[0].span.start, two[1].span.end), op, two) for op, two in pairs]))

    def choice(self, node: ast.IfExp) -> ir.Expr:
        """A conditional expression."""
        then = self.expr(node.body)
        test = self.expr(node.test)
        return ir.Choice(self.place(node), test, then, self.expr(node.orelse))

    # --- attributes, calls, subscripts

    def postfix(self, node: Any) -> ir.Expr:
        """A chain of attributes, calls and subscripts, without recursion."""
        links = []
        root: Any = node
        while True:
            kind = type(root)
            if kind is ast.Attribute or kind is ast.Subscript:
                links.append(root)
                root = root.value
            elif kind is ast.Call:
                links.append(root)
                root = root.func
            else:
                break
        value = self.expr(root)
        self.count += len(links) - 1
        place = self.place
        for link in reversed(links):
            kind = type(link)
            if kind is ast.Attribute:
                value = ir.Attr(place(link), value, link.attr)
            elif kind is ast.Call:
                value = ir.Call(place(link), value, self.args(link.args, link.keywords, link))
            else:
                value = ir.Item(place(link), value, self.index(link.slice))
        return value

    def args(self, args: Sequence[ast.expr], keywords: Sequence[ast.keyword], call: ast.Call | None = None) -> tuple[ir.Arg, ...]:
        """The arguments of a call in their order, or those of a class, where the keywords stand apart."""
        if not keywords:
            first = args[0] if args else None
            if call is not None and isinstance(first, ast.GeneratorExp) and self.place(first).end == self.place(call).end:
                return (ir.Arg(self._bare(first), None, 0),)
            return tuple([self._arg(arg) for arg in args])
        given: list[Any] = [*args, *keywords]
        if call is not None and args and _start(args[-1]) > _start(keywords[0]):
            given.sort(key=_start)
        return tuple([self._arg(arg) for arg in given])

    def _bare(self, node: ast.GeneratorExp) -> ir.Expr:
        """A generator that has no parentheses but those of the call."""
        found = self.expr(node)
        assert isinstance(found, ir.Comp), "it is one"
        start, last = skip(_BLANK, self.text, found.span.start + 1), node.generators[-1]
        place = self.place((last.ifs or (last.iter,))[-1]).end
        code, _, comment = self.text[place : found.span.end - 1].partition("#")
        if ")" in comment:
            raise Unsure
        return ir.Comp(Span(start, place + len(code.rstrip(" \t\r\n\\"))), found.kind, found.elements, found.clauses)

    def _arg(self, arg: Any) -> ir.Arg:
        kind = type(arg)
        if kind is ast.keyword:
            return ir.Arg(self.expr(arg.value), arg.arg, 2 if arg.arg is None else 0)
        if kind is ast.Starred:
            return ir.Arg(self.expr(arg.value), None, 1)
        return ir.Arg(self.expr(arg), None, 0)

    def index(self, node: ast.expr) -> ir.Expr:
        """What stands between the brackets of a subscript."""
        if not isinstance(node, ast.Tuple) or self._enclosed(node):
            return self._subscript(node)
        items = [self._subscript(item) for item in node.elts]
        self.count += 1
        return ir.Build(Span(items[0].span.start, items[-1].span.end), "tuple", tuple(items))

    def _subscript(self, node: ast.expr) -> ir.Expr:
        if isinstance(node, ast.Starred):
            value = self.expr(node.value)
            return ir.Star(value.span, value)
        if isinstance(node, ast.Slice):
            self.count += 1
            return ir.Slice(self.place(node), self.maybe(node.lower), self.maybe(node.upper), self.maybe(node.step))
        return self.expr(node)

    def _enclosed(self, node: ast.Tuple) -> bool:
        """Whether a tuple has parentheses of its own."""
        start, end = self.place(node)
        if self.text[start] != "(" or self.text[end - 1] != ")":
            return False
        if not node.elts:
            return True
        first = self.place(node.elts[0])
        before = self.text[start : first.start]
        found = _GAP.match(self.text, first.end)
        assert found is not None, "it matches nothing, too"
        if "#" in before or self.text[found.end() : found.end() + 1] == "#":
            raise Unsure
        inside = found.group().count(")") if first.end < end else 0
        return before.count("(") > inside - (found.end() >= end)

    # --- displays and comprehensions

    def display(self, node: Any) -> ir.Expr:
        """A list or set display."""
        items = tuple([self.expr(item) for item in node.elts])
        return ir.Build(self.place(node), "list" if type(node) is ast.List else "set", items)

    def listed(self, node: ast.Tuple) -> ir.Expr:
        """A tuple, with its parentheses or its last comma."""
        return ir.Build(self.place(node), "tuple", tuple([self.expr(item) for item in node.elts]))

    def starred(self, node: ast.Starred) -> ir.Expr:
        """`*value`."""
        value = self.expr(node.value)
        return ir.Star(Span(self.place(node).start, value.span.end), value)

    def mapping(self, node: ast.Dict) -> ir.Expr:
        """A dict display."""
        keys: list[ir.Expr | None] = []
        values = []
        for key, value in zip(node.keys, node.values, strict=True):
            keys.append(self.maybe(key))
            values.append(self.expr(value))
        return ir.Dict(self.place(node), tuple(keys), tuple(values))

    def comprehension(self, node: Any) -> ir.Expr:
        """A list, set or dict comprehension or a generator expression."""
        kind = type(node)
        clauses = tuple([self._clause(clause) for clause in node.generators])
        parts = (node.key, node.value) if kind is ast.DictComp else (node.elt,)
        return ir.Comp(self.place(node), _COMPREHENSIONS[kind], tuple([self.expr(part) for part in parts]), clauses)

    def _clause(self, clause: ast.comprehension) -> ir.Clause:
        # Targets are the comprehension's own names: they are not bound in the scope around it.
        over = self.expr(clause.iter)
        return ir.Clause(self.expr(clause.target), over, tuple([self.expr(test) for test in clause.ifs]))

    # --- the rest

    def awaited(self, node: ast.Await) -> ir.Expr:
        """`await value` is the value."""
        self.count -= 1
        return self.expr(node.value)

    def walrus(self, node: ast.NamedExpr) -> ir.Expr:
        """`(name := value)`."""
        value = self.expr(node.value)
        self.scope.bound.add(node.target.id)
        return ir.Bind(self.place(node), node.target.id, value)

    def yielded(self, node: ast.Yield) -> ir.Expr:
        """`yield`."""
        self.scope.generator = True
        return ir.Yield(self.place(node), self.maybe(node.value), False)

    def delegated(self, node: ast.YieldFrom) -> ir.Expr:
        """`yield from`."""
        self.scope.generator = True
        return ir.Yield(self.place(node), self.expr(node.value), True)

    def function(self, node: ast.Lambda) -> ir.Expr:
        """A lambda."""
        span = self.place(node)
        params = self.params(node.args)
        outer, self.scope = self.scope, Scope()
        self.scope.bound.update(param.name for param in params)
        value = self.expr(node.body)
        scope, self.scope = self.scope, outer
        body = (ir.Return(value.span, value),)
        return ir.Lambda(span, ir.Function(span, "<lambda>", params, body, bound=scope.local(), is_generator=scope.generator))

    def params(self, node: ast.arguments) -> tuple[ir.Param, ...]:
        """Parameters, whose defaults and annotations belong to the scope around the function."""
        plain = [*node.posonlyargs, *node.args]
        defaults = [*[None] * (len(plain) - len(node.defaults)), *node.defaults]
        split = len(node.posonlyargs)
        kinds = ["positional"] * split + ["normal"] * (len(plain) - split)
        out = [self._param(*one) for one in zip(plain, kinds, defaults, strict=True)]
        if node.vararg is not None:
            out.append(self._param(node.vararg, "*", None))
        out += [self._param(arg, "keyword", default) for arg, default in zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        if node.kwarg is not None:
            out.append(self._param(node.kwarg, "**", None))
        return tuple(out)

    def _param(self, node: ast.arg, kind: str, default: ast.expr | None) -> ir.Param:
        annotation = self.maybe(node.annotation)
        return ir.Param(node.arg, kind, self.maybe(default), annotation)


_COMPREHENSIONS: dict[type[ast.AST], str] = {ast.GeneratorExp: "generator", ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict"}
_L = NativeExpressions
_TABLE: dict[type[ast.AST], Callable[[NativeExpressions, Any], ir.Expr]] = {
    ast.Name: _L.identifier, ast.Constant: _L.constant, ast.JoinedStr: _L.formatted, ast.UnaryOp: _L.unary, ast.BinOp: _L.binary,
    ast.BoolOp: _L.binary, ast.Compare: _L.comparison, ast.IfExp: _L.choice, ast.Attribute: _L.postfix, ast.Call: _L.postfix,
    ast.Subscript: _L.postfix, ast.Tuple: _L.listed, ast.List: _L.display, ast.Set: _L.display, ast.Dict: _L.mapping,
    ast.Starred: _L.starred, ast.ListComp: _L.comprehension, ast.SetComp: _L.comprehension, ast.DictComp: _L.comprehension,
    ast.GeneratorExp: _L.comprehension, ast.Await: _L.awaited, ast.NamedExpr: _L.walrus, ast.Yield: _L.yielded,
    ast.YieldFrom: _L.delegated, ast.Lambda: _L.function,
}  # fmt: skip
