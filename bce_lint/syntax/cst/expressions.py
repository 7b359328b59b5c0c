"""Expressions: LibCST nodes to the IR, by a table from node type to method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.syntax.cst import literals
from bce_lint.syntax.cst.operators import BINARY, COMPARE, UNARY
from bce_lint.syntax.cst.spans import Spans
from bce_lint.syntax.scopes import Scope


class ExpressionLowering(cst.CSTVisitor):
    """Lowers expressions; `scope` is the scope they stand in, `count` the IR nodes made so far."""

    def __init__(self, spans: Spans) -> None:
        super().__init__()
        self.spans = spans
        self.inner = spans.inner
        self.scope = Scope()
        self.count = 0

    def expr(self, node: cst.CSTNode) -> ir.Expr:
        """Lowers one expression."""
        self.count += 1
        lower = _TABLE.get(type(node))
        return lower(self, node) if lower else ir.Opaque(self.spans.outer(node))

    def maybe(self, node: cst.CSTNode | None) -> ir.Expr | None:
        """Lowers an expression that may be absent."""
        return None if node is None else self.expr(node)

    def target(self, node: cst.CSTNode) -> ir.Expr:
        """Lowers an assignment target and binds its names."""
        target = self.expr(node)
        self.scope.bind(target)
        return target

    def identifier(self, node: cst.Name) -> ir.Expr:
        """A name, or one of the constants that look like one."""
        value = node.value
        if value in _NAMED:
            return ir.Const(self.inner(node), _NAMED[value])
        return ir.Name(self.inner(node), value)

    # --- literals

    def number(self, node: cst.BaseNumber) -> ir.Expr:
        """An integer, float or imaginary literal."""
        value = literals.number(node.value)  # type: ignore[attr-defined]
        span = self.inner(node)
        return ir.Opaque(span) if value is None else ir.Const(span, value)

    def ellipsis(self, node: cst.Ellipsis) -> ir.Expr:
        """`...`."""
        return ir.Const(self.inner(node), ...)

    def string(self, node: cst.SimpleString) -> ir.Expr:
        """A plain string literal."""
        value = literals.string(node.value)
        span = self.inner(node)
        return ir.Opaque(span) if value is None else ir.Const(span, value)

    def formatted(self, node: Any) -> ir.Expr:
        """An f-string or t-string."""
        out: list[ir.Expr] = []
        self._format_parts(node.parts, "r" in node.start.lower(), out)
        return ir.Op(self.inner(node), "format", tuple(out))

    def _format_parts(self, parts: Sequence[Any], raw: bool, out: list[ir.Expr]) -> None:
        for part in parts:
            if hasattr(part, "expression"):
                out.append(self.expr(part.expression))
                if part.format_spec:
                    self._format_parts(part.format_spec, raw, out)
            else:
                self.count += 1
                out.append(ir.Const(self.spans.outer(part), literals.part(part.value, raw)))

    def concatenated(self, node: cst.ConcatenatedString) -> ir.Expr:
        """Adjacent strings: one constant where all are."""
        span, parts = self.inner(node), []
        rest: cst.BaseExpression = node
        while isinstance(rest, cst.ConcatenatedString):
            parts.append(self.expr(rest.left))
            rest = rest.right
        parts.append(self.expr(rest))
        values = [part.value for part in parts if isinstance(part, ir.Const)]
        if len(values) < len(parts):
            operands = (operand for part in parts for operand in (part.operands if isinstance(part, ir.Op) else (part,)))
            return ir.Op(span, "format", tuple(operands))
        if all(isinstance(value, str) for value in values):
            return ir.Const(span, "".join(map(str, values)))
        if all(isinstance(value, bytes) for value in values):
            return ir.Const(span, b"".join(value for value in values if isinstance(value, bytes)))
        return ir.Opaque(span)

    # --- operators

    def unary(self, node: cst.UnaryOperation) -> ir.Expr:
        """A unary operator; the minus of a number is a constant."""
        op = UNARY[type(node.operator)]
        value = self.expr(node.expression)
        span = self.inner(node)
        if op == "neg" and isinstance(value, ir.Const) and type(value.value) in (int, float, complex):
            return ir.Const(span, -value.value)  # type: ignore[operator]
        return ir.Op(span, op, (value,))

    def binary(self, node: cst.BinaryOperation | cst.BooleanOperation) -> ir.Expr:
        """A left-leaning chain of operators, without recursion; a run of one operator is one node."""
        spine = [node]
        left = node.left
        while isinstance(left, (cst.BinaryOperation, cst.BooleanOperation)) and not left.lpar:
            spine.append(left)
            left = left.left
        spine.reverse()
        operands = [self.expr(left)]
        op, last = BINARY[type(spine[0].operator)], spine[0]
        for link in spine:
            here = BINARY[type(link.operator)]
            if here != op:
                operands = [ir.Op(self.inner(last), op, tuple(operands))]
                op = here
                self.count += 1
            operands.append(self.expr(link.right))
            last = link
        return ir.Op(self.inner(node), op, tuple(operands))

    def comparison(self, node: cst.Comparison) -> ir.Expr:
        """A comparison; a chain becomes `and` over pairs."""
        left = self.expr(node.left)
        pairs: list[ir.Expr] = []
        for target in node.comparisons:
            right = self.expr(target.comparator)
            op = COMPARE.get(type(target.operator), "!=")
            pairs.append(ir.Op(Span(left.span.start, right.span.end), op, (left, right)))
            left = right
        span = self.inner(node)
        if len(pairs) > 1:
            self.count += len(pairs)
            return ir.Op(span, "and", tuple(pairs))
        first = pairs[0]
        return ir.Op(span, first.op, first.operands) if isinstance(first, ir.Op) else first

    def choice(self, node: cst.IfExp) -> ir.Expr:
        """A conditional expression."""
        then = self.expr(node.body)
        test = self.expr(node.test)
        return ir.Choice(self.inner(node), test, then, self.expr(node.orelse))

    # --- attributes, calls, subscripts

    def postfix(self, node: Any) -> ir.Expr:
        """A chain of attributes, calls and subscripts, without recursion."""
        links = []
        root: Any = node
        while True:
            kind = type(root)
            if kind is cst.Attribute or kind is cst.Subscript:
                links.append(root)
                root = root.value
            elif kind is cst.Call:
                links.append(root)
                root = root.func
            else:
                break
        value = self.expr(root)
        self.count += len(links) - 1
        for link in reversed(links):
            kind = type(link)
            if kind is cst.Attribute:
                value = ir.Attr(self.inner(link), value, link.attr.value)
            elif kind is cst.Call:
                value = ir.Call(self.inner(link), value, self.args(link.args))
            else:
                value = ir.Item(self.inner(link), value, self.index(link.slice))
        return value

    def args(self, args: Sequence[cst.Arg]) -> tuple[ir.Arg, ...]:
        """The arguments of a call or of a class."""
        expr = self.expr
        return tuple(
            [ir.Arg(expr(arg.value), None if arg.keyword is None else arg.keyword.value, len(arg.star)) for arg in args]
        )

    def index(self, elements: Sequence[cst.SubscriptElement]) -> ir.Expr:
        """What stands between the brackets of a subscript."""
        items = [self._subscript(element.slice) for element in elements]
        first = elements[0].slice
        starred = isinstance(first, cst.Index) and first.star
        if len(items) == 1 and not starred and not isinstance(elements[0].comma, cst.Comma):
            return items[0]
        self.count += 1
        return ir.Build(Span(items[0].span.start, items[-1].span.end), "tuple", tuple(items))

    def _subscript(self, node: cst.BaseSlice) -> ir.Expr:
        if isinstance(node, cst.Index):
            value = self.expr(node.value)
            return ir.Star(value.span, value) if node.star else value
        assert isinstance(node, cst.Slice)
        self.count += 1
        return ir.Slice(self.spans.trimmed(node), self.maybe(node.lower), self.maybe(node.upper), self.maybe(node.step))

    # --- displays and comprehensions

    def display(self, node: Any) -> ir.Expr:
        """A tuple, list or set display."""
        kind = type(node)
        span = self.spans.display(node) if kind is cst.Tuple else self.inner(node)
        expr = self.expr
        items = tuple([expr(item.value) if type(item) is cst.Element else expr(item) for item in node.elements])
        return ir.Build(span, _KINDS[kind], items)

    def starred(self, node: Any) -> ir.Expr:
        """`*value` or, in a dict comprehension, `**value`."""
        value = self.expr(node.value)
        return ir.Star(Span(self.spans.outer(node).start, value.span.end), value)

    def dict(self, node: cst.Dict) -> ir.Expr:
        """A dict display."""
        keys: list[ir.Expr | None] = []
        values = []
        for element in node.elements:
            keys.append(self.expr(element.key) if isinstance(element, cst.DictElement) else None)
            values.append(self.expr(element.value))
        return ir.Dict(self.inner(node), tuple(keys), tuple(values))

    def comprehension(self, node: Any) -> ir.Expr:
        """A list, set or dict comprehension or a generator expression."""
        kind = type(node)
        span = self.spans.display(node) if kind is cst.GeneratorExp else self.inner(node)
        clauses: list[ir.Clause] = []
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            # Targets are the comprehension's own names: they are not bound in the scope around it.
            over = self.expr(clause.iter)
            clauses.append(ir.Clause(self.expr(clause.target), over, tuple([self.expr(test.test) for test in clause.ifs])))
            clause = clause.inner_for_in
        if kind is cst.DictComp:
            elements: tuple[ir.Expr, ...] = (self.expr(node.key), self.expr(node.value))
        elif hasattr(node, "elt"):
            elements = (self.expr(node.elt),)
        else:
            value = self.expr(node.value)
            elements = (ir.Star(value.span, value),)
        return ir.Comp(span, _KINDS.get(kind, "dict"), elements, tuple(clauses))

    # --- the rest

    def awaited(self, node: cst.Await) -> ir.Expr:
        """`await value` is the value."""
        self.count -= 1
        return self.expr(node.expression)

    def walrus(self, node: cst.NamedExpr) -> ir.Expr:
        """`(name := value)`."""
        value = self.expr(node.value)
        span = self.inner(node)
        if not isinstance(node.target, cst.Name):
            return ir.Opaque(span, (value,))
        self.scope.bound.add(node.target.value)
        return ir.Bind(span, node.target.value, value)

    def yielded(self, node: cst.Yield) -> ir.Expr:
        """`yield` and `yield from`."""
        self.scope.generator = True
        value = node.value
        if isinstance(value, cst.From):
            return ir.Yield(self.inner(node), self.expr(value.item), True)
        return ir.Yield(self.inner(node), self.maybe(value), False)

    def function(self, node: cst.Lambda) -> ir.Expr:
        """A lambda."""
        span = self.inner(node)
        params = self.params(node.params)
        outer, self.scope = self.scope, Scope()
        self.scope.bound.update(param.name for param in params)
        value = self.expr(node.body)
        scope, self.scope = self.scope, outer
        body = (ir.Return(value.span, value),)
        return ir.Lambda(span, ir.Function(span, "<lambda>", params, body, bound=scope.local(), is_generator=scope.generator))

    def params(self, node: cst.Parameters) -> tuple[ir.Param, ...]:
        """Parameters, whose defaults and annotations belong to the scope around the function."""
        out = [self._param(param, "positional") for param in node.posonly_params]
        out += [self._param(param, "normal") for param in node.params]
        if isinstance(node.star_arg, cst.Param):
            out.append(self._param(node.star_arg, "*"))
        out += [self._param(param, "keyword") for param in node.kwonly_params]
        if node.star_kwarg is not None:
            out.append(self._param(node.star_kwarg, "**"))
        return tuple(out)

    def _param(self, node: cst.Param, kind: str) -> ir.Param:
        annotation = None if node.annotation is None else self.expr(node.annotation.annotation)
        return ir.Param(node.name.value, kind, self.maybe(node.default), annotation)


_NAMED: dict[str, object] = {"None": None, "True": True, "False": False}
_KINDS: dict[type[cst.CSTNode], str] = {
    cst.Tuple: "tuple", cst.List: "list", cst.Set: "set", cst.GeneratorExp: "generator", cst.ListComp: "list", cst.SetComp: "set",
}  # fmt: skip
_L = ExpressionLowering
_TABLE: dict[type[cst.CSTNode], Callable[[ExpressionLowering, Any], ir.Expr]] = {
    cst.Name: _L.identifier, cst.Integer: _L.number, cst.Float: _L.number, cst.Imaginary: _L.number, cst.Ellipsis: _L.ellipsis,
    cst.SimpleString: _L.string, cst.FormattedString: _L.formatted, cst.ConcatenatedString: _L.concatenated,
    cst.UnaryOperation: _L.unary, cst.BinaryOperation: _L.binary, cst.BooleanOperation: _L.binary,
    cst.Comparison: _L.comparison, cst.IfExp: _L.choice, cst.Attribute: _L.postfix, cst.Call: _L.postfix,
    cst.Subscript: _L.postfix, cst.Tuple: _L.display, cst.List: _L.display, cst.Set: _L.display, cst.Dict: _L.dict,
    cst.StarredElement: _L.starred, cst.StarredDictElement: _L.starred, cst.ListComp: _L.comprehension,
    cst.SetComp: _L.comprehension, cst.DictComp: _L.comprehension, cst.GeneratorExp: _L.comprehension, cst.Await: _L.awaited,
    cst.NamedExpr: _L.walrus, cst.Yield: _L.yielded, cst.Lambda: _L.function,
}  # fmt: skip
# Names that only newer versions of LibCST know.
for _name, _method in (("TemplatedString", _L.formatted), ("StarredDictComp", _L.comprehension)):
    if hasattr(cst, _name):
        _TABLE[getattr(cst, _name)] = _method
