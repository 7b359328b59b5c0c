"""Expressions: the fields of LibCST's nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, ClassVar

import libcst as cst

from bce_lint import ir
from bce_lint.syntax import literals
from bce_lint.syntax.build import Builder
from bce_lint.syntax.build_expressions import Given, GivenParameter, Iteration
from bce_lint.syntax.cst.operators import BINARY, COMPARE, UNARY
from bce_lint.syntax.cst.spans import Spans

# Only newer versions of LibCST know these.
_TEMPLATE, _UNPACKED = getattr(cst, "TemplatedString", None), getattr(cst, "StarredDictComp", None)
_NAMED: dict[str, object] = {"None": None, "True": True, "False": False}


def given(args: Sequence[cst.Arg]) -> Iterator[Given]:
    """The arguments of a call or of a class."""
    return ((arg.value, None if arg.keyword is None else arg.keyword.value, len(arg.star)) for arg in args)


def parameters(node: cst.Parameters) -> Iterator[GivenParameter]:
    """The parameters of a function in their order."""
    star, stars = node.star_arg, node.star_kwarg
    groups = (
        ("positional", node.posonly_params), ("normal", node.params), ("*", [star] if isinstance(star, cst.Param) else []),
        ("keyword", node.kwonly_params), ("**", [] if stars is None else [stars]),
    )  # fmt: skip
    for kind, params in groups:
        for param in params:
            yield param.name.value, kind, param.default, param.annotation and param.annotation.annotation


def elements(node: Any) -> list[cst.CSTNode]:
    """The items of a display; a starred one stands for itself."""
    return [item.value if type(item) is cst.Element else item for item in node.elements]


def _clauses(node: Any) -> Iterator[Iteration]:
    clause = node.for_in
    while clause is not None:
        yield clause.target, clause.iter, [test.test for test in clause.ifs]
        clause = clause.inner_for_in


class CstExpressions(Builder):
    """Reads expressions, which `expressions` lists."""

    postfixes = (cst.Attribute, cst.Call, cst.Subscript, attrgetter("attr.value"))

    def __init__(self, spans: Spans) -> None:
        super().__init__(spans.inner)
        self.spans = spans

    def unknown(self, node: cst.CSTNode) -> ir.Expr:
        """Something that is not modelled."""
        return ir.Opaque(self.spans.outer(node))

    def _name(self, node: cst.Name) -> ir.Expr:
        value = node.value
        if value in _NAMED:
            return ir.Const(self.span(node), _NAMED[value])
        return ir.Name(self.span(node), value)

    # --- literals

    def _number(self, node: cst.BaseNumber) -> ir.Expr:
        value = literals.number(node.value)  # type: ignore[attr-defined]
        span = self.span(node)
        return ir.Opaque(span) if value is None else ir.Const(span, value)

    def _string(self, node: cst.SimpleString) -> ir.Expr:
        value = literals.string(node.value)
        span = self.span(node)
        return ir.Opaque(span) if value is None else ir.Const(span, value)

    def _formatted(self, node: Any) -> ir.Expr:
        out: list[ir.Expr] = []
        self._format_parts(node.parts, "r" in node.start.lower(), out)
        return ir.Op(self.span(node), "format", tuple(out))

    def _format_parts(self, parts: Sequence[Any], raw: bool, out: list[ir.Expr]) -> None:
        for part in parts:
            if hasattr(part, "expression"):
                out.append(self.expr(part.expression))
                if part.format_spec:
                    self._format_parts(part.format_spec, raw, out)
            else:
                self.count += 1
                out.append(ir.Const(self.spans.outer(part), literals.part(part.value, raw)))

    def _concatenated(self, node: cst.ConcatenatedString) -> ir.Expr:
        """Adjacent strings: one constant where all are."""
        span, parts = self.span(node), []
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

    def _operation(self, node: cst.BinaryOperation | cst.BooleanOperation) -> ir.Expr:
        """Operators that stand side by side without parentheses between them."""
        links = [(BINARY[type(node.operator)], node, node.right)]
        left = node.left
        while isinstance(left, (cst.BinaryOperation, cst.BooleanOperation)) and not left.lpar:
            links.append((BINARY[type(left.operator)], left, left.right))
            left = left.left
        links.reverse()
        return self.binary(left, links)

    def _comparison(self, node: cst.Comparison) -> ir.Expr:
        links = ((COMPARE.get(type(link.operator), "!="), link.comparator) for link in node.comparisons)
        return self.compare(self.span(node), node.left, links)

    # --- arguments and indices

    def args(self, call: cst.Call) -> tuple[ir.Arg, ...]:
        """The arguments of a call."""
        return self.arguments(given(call.args))

    def index(self, elements: Sequence[cst.SubscriptElement]) -> ir.Expr:
        """What stands between the brackets of a subscript."""
        first = elements[0].slice
        starred = isinstance(first, cst.Index) and first.star
        if len(elements) == 1 and not starred and not isinstance(elements[0].comma, cst.Comma):
            return self.subscript(first)
        return self.indices([element.slice for element in elements])

    def subscript(self, node: cst.BaseSlice) -> ir.Expr:
        """One of the indices."""
        if isinstance(node, cst.Index):
            return self.starred_index(node.value) if node.star else self.expr(node.value)
        assert isinstance(node, cst.Slice)
        return self.slice(self.spans.trimmed(node), node.lower, node.upper, node.step)

    # --- the rest

    def _dict(self, node: cst.Dict) -> ir.Expr:
        items = ((item.key if isinstance(item, cst.DictElement) else None, item.value) for item in node.elements)
        return self.mapping(self.span(node), items)

    def _unpacked(self, node: Any) -> ir.Expr:
        """A dict comprehension of `**value`."""
        made = self.comprehension(self.span(node), "dict", (node.value,), _clauses(node))
        (value,) = made.elements
        return ir.Comp(made.span, made.kind, (ir.Star(value.span, value),), made.clauses)

    def _walrus(self, node: cst.NamedExpr) -> ir.Expr:
        if isinstance(node.target, cst.Name):
            return self.walrus(self.span(node), node.target.value, node.value)
        return ir.Opaque(self.span(node), (self.expr(node.value),))

    def _yield(self, node: cst.Yield) -> ir.Expr:
        value = node.value
        if isinstance(value, cst.From):
            return self.yielded(self.span(node), value.item, True)
        return self.yielded(self.span(node), value, False)

    expressions: ClassVar[Mapping[type[Any], Callable[[CstExpressions, Any], ir.Expr]]] = {
        cst.Name: _name, cst.Integer: _number, cst.Float: _number, cst.Imaginary: _number, cst.SimpleString: _string,
        cst.FormattedString: _formatted, cst.ConcatenatedString: _concatenated, cst.BinaryOperation: _operation,
        cst.BooleanOperation: _operation, cst.Comparison: _comparison, cst.Attribute: Builder.postfix, cst.Call: Builder.postfix,
        cst.Subscript: Builder.postfix, cst.Dict: _dict, cst.NamedExpr: _walrus, cst.Yield: _yield,
        cst.Ellipsis: lambda read, node: ir.Const(read.span(node), ...),
        cst.UnaryOperation: lambda read, node: read.unary(read.span(node), UNARY[type(node.operator)], node.expression),
        cst.IfExp: lambda read, node: read.choice(read.span(node), node.test, node.body, node.orelse),
        cst.Tuple: lambda read, node: read.display(read.spans.display(node), "tuple", elements(node)),
        cst.List: lambda read, node: read.display(read.span(node), "list", elements(node)),
        cst.Set: lambda read, node: read.display(read.span(node), "set", elements(node)),
        cst.StarredElement: lambda read, node: read.starred(read.spans.outer(node).start, node.value),
        cst.StarredDictElement: lambda read, node: read.starred(read.spans.outer(node).start, node.value),
        cst.GeneratorExp: lambda read, node: read.comprehension(read.spans.display(node), "generator", (node.elt,), _clauses(node)),
        cst.ListComp: lambda read, node: read.comprehension(read.span(node), "list", (node.elt,), _clauses(node)),
        cst.SetComp: lambda read, node: read.comprehension(read.span(node), "set", (node.elt,), _clauses(node)),
        cst.DictComp: lambda read, node: read.comprehension(read.span(node), "dict", (node.key, node.value), _clauses(node)),
        cst.Await: lambda read, node: read.awaited(node.expression),
        cst.Lambda: lambda read, node: read.anonymous(read.span(node), parameters(node.params), node.body),
        **{kind: read for kind, read in ((_TEMPLATE, _formatted), (_UNPACKED, _unpacked)) if kind is not None},
    }  # fmt: skip
