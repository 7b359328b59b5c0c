"""Expressions: each decision that makes the IR of a Python expression.

A reader knows the nodes of one parser. It pulls the fields out of a node and hands them to a method here. The method decides on
spans, order, scopes, folding and counts. A field that is a node is handed over unread, and the method reads it in its turn.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.syntax.scopes import Scope

# A node of the tree that a reader reads.
TreeNode: TypeAlias = Any
# The value of an argument, its keyword and the number of its stars.
Given: TypeAlias = tuple[TreeNode, str | None, int]
# The name of a parameter, its kind, default and annotation.
GivenParameter: TypeAlias = tuple[str, str, TreeNode, TreeNode]
# The target of a comprehension's clause, what it runs over, and its tests.
Iteration: TypeAlias = tuple[TreeNode, TreeNode, Sequence[TreeNode]]

# This takes half the time of `Arg(...)`, once an argument.
_made = tuple.__new__


class ExpressionBuilder(ABC):
    """Builds expressions; `scope` is the scope they stand in, `count` the IR nodes made so far.

    `span` gives the span of an expression without the parentheses around it.
    """

    # How each type of node is read.
    expressions: ClassVar[Mapping[type[Any], Callable[[Any, TreeNode], ir.Expr]]]
    # The types of an attribute, of a call and of a subscript, and the function that gives the name of an attribute.
    postfixes: ClassVar[tuple[type[Any], type[Any], type[Any], Callable[[TreeNode], str]]]

    def __init__(self, span: Callable[[TreeNode], Span]) -> None:
        self.span = span
        # Python finds an attribute of an instance faster than one of its class, and this one is read once a node.
        self.readers = self.expressions
        self.scope = Scope()
        self.count = 0

    # --- what a reader adds

    @abstractmethod
    def unknown(self, node: TreeNode) -> ir.Expr:
        """An expression that `expressions` does not list."""

    @abstractmethod
    def args(self, call: TreeNode) -> tuple[ir.Arg, ...]:
        """The arguments of a call."""

    @abstractmethod
    def index(self, node: TreeNode) -> ir.Expr:
        """What stands between the brackets of a subscript."""

    @abstractmethod
    def subscript(self, node: TreeNode) -> ir.Expr:
        """One of the indices of a subscript."""

    # --- nodes of any type

    def expr(self, node: TreeNode) -> ir.Expr:
        """Any expression."""
        self.count += 1
        read = self.readers.get(type(node))
        return self.unknown(node) if read is None else read(self, node)

    def maybe(self, node: TreeNode) -> ir.Expr | None:
        """An expression that may be absent."""
        return None if node is None else self.expr(node)

    def target(self, node: TreeNode) -> ir.Expr:
        """An assignment target, whose names the scope binds."""
        target = self.expr(node)
        self.scope.bind(target)
        return target

    def each(self, nodes: Iterable[TreeNode]) -> tuple[ir.Expr, ...]:
        """Expressions in their order."""
        return tuple([self.expr(node) for node in nodes])

    # --- operators

    def unary(self, span: Span, op: str, operand: TreeNode) -> ir.Expr:
        """A unary operator; the minus of a number is a constant."""
        value = self.expr(operand)
        if op == "neg" and isinstance(value, ir.Const) and type(value.value) in (int, float, complex):
            return ir.Const(span, -value.value)  # type: ignore[operator]
        return ir.Op(span, op, (value,))

    def binary(self, first: TreeNode, links: Sequence[tuple[str, TreeNode, TreeNode]]) -> ir.Expr:
        """A left-leaning chain of links (operator, its node, right operand), without recursion; a run of one operator is one node."""
        operands = [self.expr(first)]
        op, last, _ = links[0]
        for following, node, right in links:
            if following != op:
                operands = [ir.Op(self.span(last), op, tuple(operands))]
                op = following
                self.count += 1
            operands.append(self.expr(right))
            last = node
        return ir.Op(self.span(last), op, tuple(operands))

    def compare(self, span: Span, first: TreeNode, links: Iterable[tuple[str, TreeNode]]) -> ir.Expr:
        """A comparison; a chain becomes `and` over pairs."""
        left = self.expr(first)
        pairs: list[tuple[str, tuple[ir.Expr, ir.Expr]]] = []
        for op, node in links:
            right = self.expr(node)
            pairs.append((op, (left, right)))
            left = right
        if len(pairs) == 1:
            return ir.Op(span, *pairs[0])
        self.count += len(pairs)
        return ir.Op(span, "and", tuple([ir.Op(Span(two[0].span.start, two[1].span.end), op, two) for op, two in pairs]))

    def choice(self, span: Span, test: TreeNode, then: TreeNode, other: TreeNode) -> ir.Expr:
        """A conditional expression."""
        chosen = self.expr(then)
        return ir.Choice(span, self.expr(test), chosen, self.expr(other))

    # --- attributes, calls, subscripts

    def postfix(self, node: TreeNode) -> ir.Expr:
        """A chain of attributes, calls and subscripts, without recursion."""
        attribute, call, subscript, name_of = self.postfixes
        links = []
        root = node
        while True:
            kind = type(root)
            if kind is attribute or kind is subscript:
                links.append(root)
                root = root.value
            elif kind is call:
                links.append(root)
                root = root.func
            else:
                break
        value = self.expr(root)
        self.count += len(links) - 1
        span = self.span
        for link in reversed(links):
            kind = type(link)
            if kind is attribute:
                value = ir.Attr(span(link), value, name_of(link))
            elif kind is call:
                value = ir.Call(span(link), value, self.args(link))
            else:
                value = ir.Item(span(link), value, self.index(link.slice))
        return value

    def arguments(self, given: Iterable[Given]) -> tuple[ir.Arg, ...]:
        """The arguments of a call or of a class."""
        expr = self.expr
        return tuple([_made(ir.Arg, (expr(node), keyword, stars)) for node, keyword, stars in given])

    def indices(self, nodes: Iterable[TreeNode]) -> ir.Expr:
        """Several indices, or one with a comma behind it: a tuple."""
        items = tuple([self.subscript(node) for node in nodes])
        self.count += 1
        return ir.Build(Span(items[0].span.start, items[-1].span.end), "tuple", items)

    def starred_index(self, value: TreeNode) -> ir.Expr:
        """`*value` as an index."""
        unpacked = self.expr(value)
        return ir.Star(unpacked.span, unpacked)

    def slice(self, span: Span, lower: TreeNode, upper: TreeNode, step: TreeNode) -> ir.Expr:
        """`lower:upper:step`."""
        self.count += 1
        return ir.Slice(span, self.maybe(lower), self.maybe(upper), self.maybe(step))

    # --- displays and comprehensions

    def display(self, span: Span, kind: str, items: Iterable[TreeNode]) -> ir.Expr:
        """A tuple, list or set display."""
        return ir.Build(span, kind, tuple([self.expr(item) for item in items]))

    def starred(self, start: int, value: TreeNode) -> ir.Expr:
        """`*value`, or `**value` in a dict comprehension."""
        unpacked = self.expr(value)
        return ir.Star(Span(start, unpacked.span.end), unpacked)

    def mapping(self, span: Span, items: Iterable[tuple[TreeNode, TreeNode]]) -> ir.Expr:
        """A dict display."""
        pairs = [(self.maybe(key), self.expr(value)) for key, value in items]
        return ir.Dict(span, tuple([key for key, _ in pairs]), tuple([value for _, value in pairs]))

    def comprehension(self, span: Span, kind: str, elements: Iterable[TreeNode], clauses: Iterable[Iteration]) -> ir.Comp:
        """A list, set or dict comprehension or a generator expression."""
        loops = tuple([self._clause(*clause) for clause in clauses])
        return ir.Comp(span, kind, self.each(elements), loops)

    def _clause(self, target: TreeNode, over: TreeNode, tests: Sequence[TreeNode]) -> ir.Clause:
        # Targets are the comprehension's own names: they are not bound in the scope around it.
        values = self.expr(over)
        return ir.Clause(self.expr(target), values, self.each(tests))

    # --- the rest

    def awaited(self, value: TreeNode) -> ir.Expr:
        """`await value` is the value."""
        self.count -= 1
        return self.expr(value)

    def walrus(self, span: Span, name: str, value: TreeNode) -> ir.Expr:
        """`(name := value)`."""
        bound = self.expr(value)
        self.scope.bound.add(name)
        return ir.Bind(span, name, bound)

    def yielded(self, span: Span, value: TreeNode, delegate: bool) -> ir.Expr:
        """`yield` and `yield from`."""
        self.scope.generator = True
        return ir.Yield(span, self.maybe(value), delegate)

    def anonymous(self, span: Span, parameters: Iterable[GivenParameter], result: TreeNode) -> ir.Expr:
        """A lambda."""
        params = self.params(parameters)
        outer = self.enter(param.name for param in params)
        value = self.expr(result)
        scope = self.leave(outer)
        body = (ir.Return(value.span, value),)
        return ir.Lambda(span, ir.Function(span, "<lambda>", params, body, bound=scope.local(), is_generator=scope.generator))

    def params(self, parameters: Iterable[GivenParameter]) -> tuple[ir.Parameter, ...]:
        """Parameters, whose defaults and annotations belong to the scope around the function."""
        return tuple([self._param(*parameter) for parameter in parameters])

    def _param(self, name: str, kind: str, default: TreeNode, annotation: TreeNode) -> ir.Parameter:
        said = self.maybe(annotation)
        return ir.Parameter(name, kind, self.maybe(default), said)

    def enter(self, names: Iterable[str]) -> Scope:
        """Begins a scope that binds some names from the start, and returns the one around it."""
        outer, self.scope = self.scope, Scope()
        self.scope.bound.update(names)
        return outer

    def leave(self, outer: Scope) -> Scope:
        """Ends a scope, and returns it."""
        scope, self.scope = self.scope, outer
        return scope
