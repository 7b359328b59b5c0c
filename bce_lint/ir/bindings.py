"""What the source says of names: the expressions that bind each one, by function, and what a function returns."""

from __future__ import annotations

from collections import defaultdict
from typing import Literal, NamedTuple, TypeAlias

from bce_lint import ir
from bce_lint.ir.walk import AnyNode, children, leaves

How: TypeAlias = Literal["value", "element", "entered", "import", "caught", "decorated"]
"""How a name is bound: to a value, to an element of one, to what a `with` enters, by an import, by a handler, by a definition."""


class Binding(NamedTuple):
    """One place that binds a name. `value` is what it is bound to, or made from; `span` names the place."""

    how: How
    value: ir.Expr | None
    span: ir.Span


class BindingScope:
    """The bindings of one function or module."""

    def __init__(self, function: ir.Function | None, parent: BindingScope | None) -> None:
        self.function = function
        self.parent = parent
        self.names: defaultdict[str, list[Binding]] = defaultdict(list)
        self.returns: list[ir.Expr] = []

    def find(self, name: str) -> tuple[BindingScope, list[Binding]] | None:
        """The nearest scope that binds a name, with its bindings; a parameter has none of its own."""
        scope: BindingScope | None = self
        while scope is not None:
            if name in scope.names or scope.param(name) is not None:
                return scope, scope.names.get(name, [])
            scope = scope.parent
        return None

    def param(self, name: str) -> ir.Parameter | None:
        """The parameter of that name."""
        return next((p for p in self.function.params if p.name == name), None) if self.function is not None else None


class Bindings:
    """The scopes of a file; the bodies of classes belong to the scope around them.

    `stores` gives for an attribute or an item that is assigned the value that it gets.
    """

    def __init__(self, module: ir.Module) -> None:
        self.module = BindingScope(None, None)
        self.functions: dict[ir.Function, BindingScope] = {}
        self.stores: dict[ir.Expr, ir.Expr] = {}
        waiting: list[tuple[AnyNode, BindingScope]] = [(statement, self.module) for statement in module.body]
        while waiting:
            node, scope = waiting.pop()
            self._add(node, scope)
            if isinstance(node, ir.Function):
                inner = self.functions[node] = BindingScope(node, scope)
                waiting.extend((statement, inner) for statement in node.body)
                waiting.extend((one, scope) for one in children(node) if one not in node.body)
            else:
                waiting.extend((one, scope) for one in children(node))

    def scope(self, function: ir.Function | None) -> BindingScope:
        """The scope of a function, or of the module."""
        return self.module if function is None else self.functions.get(function, self.module)

    def _add(self, node: AnyNode, scope: BindingScope) -> None:
        """Notes what a node binds."""
        match node:
            case ir.Assign():
                for target in node.targets:
                    self._bind(scope, target, "value", node.value)
            case ir.AugAssign():
                self._bind(scope, node.target, "value", node.value)
                self._bind(scope, node.target, "value", node.target)
            case ir.For():
                self._bind(scope, node.target, "element", node.iter)
            case ir.Comp():
                for clause in node.clauses:
                    self._bind(scope, clause.target, "element", clause.iter)
            case ir.With():
                for item in node.items:
                    if item.target is not None:
                        self._bind(scope, item.target, "entered", item.context)
            case ir.Try():
                for handler in node.handlers:
                    if handler.name is not None:
                        scope.names[handler.name].append(Binding("caught", handler.type, node.span))
            case ir.Bind():
                scope.names[node.name].append(Binding("value", node.value, node.span))
            case ir.ImportName() | ir.ImportModule():
                scope.names[node.bound].append(Binding("import", None, node.span))
            case ir.FunctionDef():
                for decorator in node.function.decorators:
                    scope.names[node.function.name].append(Binding("decorated", decorator, decorator.span))
            case ir.Return() if node.value is not None:
                scope.returns.append(node.value)

    def _bind(self, scope: BindingScope, target: ir.Expr, how: How, value: ir.Expr) -> None:
        for one in leaves(target):
            if isinstance(one, ir.Name):
                scope.names[one.id].append(Binding(how, value, one.span))
            else:
                self.stores[one] = value
