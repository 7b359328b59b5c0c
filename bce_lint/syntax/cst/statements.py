"""Statements: a visitor that takes LibCST's statements one by one and never walks into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import libcst as cst
from libcst.helpers import get_full_name_for_node

from bce_lint import ir
from bce_lint.ir import Body, Span
from bce_lint.syntax.arms import Arm, chain
from bce_lint.syntax.cst.expressions import ExpressionLowering
from bce_lint.syntax.cst.operators import AUGMENTED
from bce_lint.syntax.cst.patterns import Match
from bce_lint.syntax.cst.spans import Spans
from bce_lint.syntax.scopes import Scope


class Lowering(ExpressionLowering):
    """Lowers statements; `out` collects those of the block at hand."""

    def __init__(self, spans: Spans, text: str) -> None:
        super().__init__(spans)
        self.text = text
        self.out: list[ir.Stmt] = []
        self.module_scope = self.scope
        self.matches = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Lowers a statement; its children are never visited."""
        handler = _TABLE.get(type(node))
        if handler is not None:
            handler(self, node)
        else:
            self.out.append(ir.ExprStmt(self.spans.outer(node), ir.Opaque(self.spans.outer(node))))
        return False

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Nothing: all is done on the way in."""

    def body(self, statements: Sequence[cst.CSTNode]) -> Body:
        """Lowers statements into a block of their own."""
        outer, self.out = self.out, []
        for statement in statements:
            statement.visit(self)
        block, self.out = self.out, outer
        self.count += len(block)
        return tuple(block)

    def block(self, node: Any) -> Body:
        """The suite of a compound statement, or nothing."""
        return () if node is None else self.body(node.body.body if hasattr(node.body, "body") else node.body)

    def sized(self, node: Any) -> tuple[Body, int]:
        """A loop's suite and how many nodes it holds."""
        before = self.count
        body = self.block(node)
        return body, self.count - before

    def head(self, node: Any) -> int:
        """Where the keyword of a compound statement stands, behind blank lines and comments."""
        lines = node.leading_lines
        start = self.spans.ends[id(lines[-1])] if lines else self.spans.starts[id(node)]
        while start < len(self.text) and self.text[start] in " \t\f":
            start += 1
        return start

    def whole(self, node: Any) -> Span:
        """A compound statement, from its keyword to the end of its last statement."""
        return Span(self.head(node), self.finish(node))

    def finish(self, node: Any) -> int:
        """Where the last statement inside a compound statement ends."""
        while True:
            parts = (getattr(node, "finalbody", None), getattr(node, "orelse", None), *reversed(getattr(node, "handlers", ())), node)
            suite = next(part for part in parts if part is not None)
            if isinstance(suite, cst.If) and suite is not node:
                node = suite
                continue
            body = suite.cases if isinstance(suite, cst.Match) else suite.body if isinstance(suite.body, Sequence) else suite.body.body
            node = body[-1]
            if isinstance(node, cst.SimpleStatementLine):
                node = node.body[-1]
            if isinstance(node, cst.BaseSmallStatement):
                return self.small(node).end

    def small(self, node: Any) -> Span:
        """A simple statement, without its semicolon."""
        start, end = self.spans.outer(node)
        if isinstance(node.semicolon, cst.Semicolon):
            end = start + len(self.text[start:end].rstrip(" \t\f\\\r\n").removesuffix(";").rstrip(" \t\f\\\r\n"))
        return Span(start, end)

    # --- simple statements

    def line(self, node: cst.SimpleStatementLine) -> None:
        """One line of simple statements."""
        for statement in node.body:
            statement.visit(self)

    def expression(self, node: cst.Expr) -> None:
        """An expression statement."""
        value = self.expr(node.value)
        self.out.append(ir.ExprStmt(value.span, value))

    def assign(self, node: cst.Assign) -> None:
        """`a = b = value`."""
        value = self.expr(node.value)
        targets = tuple([self.target(target.target) for target in node.targets])
        self.out.append(ir.Assign(Span(targets[0].span.start, value.span.end), targets, value))

    def annotated(self, node: cst.AnnAssign) -> None:
        """`target: annotation = value`, or a declaration alone."""
        annotation = self.expr(node.annotation.annotation)
        value = self.maybe(node.value)
        target = self.target(node.target)
        if value is None:
            self.out.append(ir.Declare(Span(target.span.start, annotation.span.end), target, annotation))
        else:
            self.out.append(ir.Assign(Span(target.span.start, value.span.end), (target,), value, annotation))

    def augmented(self, node: cst.AugAssign) -> None:
        """`target op= value`."""
        target = self.target(node.target)
        value = self.expr(node.value)
        self.out.append(ir.AugAssign(Span(target.span.start, value.span.end), target, AUGMENTED[type(node.operator)], value))

    def returned(self, node: cst.Return) -> None:
        """`return`."""
        self.out.append(ir.Return(self.small(node), self.maybe(node.value)))

    def raised(self, node: cst.Raise) -> None:
        """`raise`."""
        self.out.append(ir.Raise(self.small(node), self.maybe(node.exc)))

    def jump(self, node: cst.Break | cst.Continue) -> None:
        """`break` or `continue`."""
        self.out.append(ir.Jump(self.small(node), "break" if isinstance(node, cst.Break) else "continue"))

    def delete(self, node: cst.Del) -> None:
        """`del`."""
        target = self.target(node.target)
        plain = isinstance(target, ir.Build) and target.kind == "tuple"
        self.out.append(ir.Delete(self.small(node), target.items if plain and isinstance(target, ir.Build) else (target,)))

    def asserted(self, node: cst.Assert) -> None:
        """`assert`; the message is only evaluated on failure, which ends the run."""
        self.out.append(ir.Assert(self.small(node), self.expr(node.test)))

    def outer_names(self, node: cst.Global | cst.Nonlocal) -> None:
        """`global` and `nonlocal`: told by the function's own sets."""
        names = {item.name.value for item in node.names}
        if isinstance(node, cst.Nonlocal):
            self.scope.nonlocals |= names
        elif self.scope is not self.module_scope:
            self.scope.globals |= names
            self.module_scope.bound |= names

    def imported(self, node: Any) -> None:
        """`import a.b, c as d`."""
        for alias in node.names:
            module = get_full_name_for_node(alias.name) or ""
            whole = alias.asname is not None
            bound = alias.asname.name.value if alias.asname else module.partition(".")[0]
            self.scope.bound.add(bound)
            self.out.append(ir.ImportModule(self._alias(alias), module, bound, whole))

    def imported_from(self, node: Any) -> None:
        """`from ..module import name as bound`."""
        module = (get_full_name_for_node(node.module) or "") if node.module is not None else ""
        level = len(node.relative)
        if isinstance(node.names, cst.ImportStar):
            self.out.append(ir.ImportName(self.small(node), module, level, "*", "*"))
            return
        for alias in node.names:
            name = alias.name.value
            bound = alias.asname.name.value if alias.asname else name
            self.scope.bound.add(bound)
            self.out.append(ir.ImportName(self._alias(alias), module, level, name, bound))

    def _alias(self, alias: cst.ImportAlias) -> Span:
        start = self.spans.starts[id(alias.name)]
        named = alias.asname.name if alias.asname else alias.name
        return Span(start, self.spans.ends[id(named)])

    def type_alias(self, node: cst.TypeAlias) -> None:
        """`type X = value`: a name bound to something not modelled."""
        span = self.small(node)
        self.out.append(ir.Assign(span, (self.target(node.name),), ir.Opaque(span)))

    def nothing(self, node: cst.Pass) -> None:
        """`pass`."""

    # --- compound statements

    def conditional(self, node: cst.If) -> None:
        """`if` with its `elif` arms, without recursion over them."""
        arms: list[Arm] = []
        rest: cst.If | cst.Else | None = node
        while isinstance(rest, cst.If):
            span = self.whole(rest)
            test = self.expr(rest.test)
            arms.append((span, test, self.block(rest)))
            rest = rest.orelse
        self.count += len(arms) - 1
        self.out += chain(arms, self.block(rest))

    def loop(self, node: cst.For) -> None:
        """`for`, also `async for`."""
        over = self.expr(node.iter)
        target = self.target(node.target)
        body, size = self.sized(node)
        self.out.append(ir.For(self.whole(node), target, over, body, self.block(node.orelse), size))

    def while_loop(self, node: cst.While) -> None:
        """`while`."""
        test = self.expr(node.test)
        body, size = self.sized(node)
        self.out.append(ir.While(self.whole(node), test, body, self.block(node.orelse), size))

    def guarded(self, node: cst.Try | cst.TryStar) -> None:
        """`try`, also with `except*`."""
        body = self.block(node)
        handlers = tuple([self._handler(handler) for handler in node.handlers])
        self.out.append(ir.Try(self.whole(node), body, handlers, self.block(node.orelse), self.block(node.finalbody)))

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ir.Handler:
        kind = self.maybe(node.type)
        name = node.name.name.value if node.name and isinstance(node.name.name, cst.Name) else None
        if name:
            self.scope.bound.add(name)
        return ir.Handler(kind, name, self.block(node))

    def context(self, node: cst.With) -> None:
        """`with`, also `async with`."""
        items = []
        for item in node.items:
            value = self.expr(item.item)
            items.append(ir.WithItem(value, self.target(item.asname.name) if item.asname else None))
        self.out.append(ir.With(self.whole(node), tuple(items), self.block(node)))

    def match(self, node: cst.Match) -> None:
        """`match`: the subject gets a name of its own, the cases become `if` and `elif`."""
        subject = self.expr(node.subject)
        name = ir.Name(subject.span, f"$match{self.matches}")
        self.matches += 1
        self.scope.bound.add(name.id)
        self.out.append(ir.Assign(subject.span, (name,), subject))
        self.count += len(node.cases) - 1
        self.out += chain([self._case(case, name) for case in node.cases], ())

    def _case(self, node: cst.MatchCase, subject: ir.Name) -> Arm:
        span = self.whole(node)
        match = Match(self)
        match.pattern(node.pattern, subject)
        if node.guard is None:
            return span, match.test(self.spans.outer(node.pattern)), match.assigns() + self.block(node)
        test = match.guarded(self.spans.outer(node.pattern), self.expr(node.guard))
        return span, test, self.block(node)

    # --- definitions

    def definition(self, node: cst.FunctionDef) -> None:
        """`def`, also `async def`."""
        decorators = tuple([self.expr(decorator.decorator) for decorator in node.decorators])
        params = self.params(node.params)
        returns = self.maybe(node.returns.annotation) if node.returns else None
        span = self.inner(node.name)
        self.scope.bound.add(node.name.value)
        outer, self.scope = self.scope, Scope()
        self.scope.bound.update(param.name for param in params)
        self._type_params(node)
        body = self.block(node)
        scope, self.scope = self.scope, outer
        function = ir.Function(
            span, node.name.value, params, body, decorators, scope.local(), frozenset(scope.globals), frozenset(scope.nonlocals),
            node.asynchronous is not None, scope.generator, returns,
        )  # fmt: skip
        self.out.append(ir.FunctionDef(span, function))

    def _type_params(self, node: Any) -> None:
        if node.type_parameters is not None:
            self.scope.bound.update(param.param.name.value for param in node.type_parameters.params)

    def class_definition(self, node: cst.ClassDef) -> None:
        """`class`."""
        decorators = tuple([self.expr(decorator.decorator) for decorator in node.decorators])
        bases = self.args(node.bases) + self.args(node.keywords)
        self.scope.bound.add(node.name.value)
        outer, self.scope = self.scope, Scope()
        self._type_params(node)
        body = self.block(node)
        scope, self.scope = self.scope, outer
        self.out.append(ir.ClassDef(self.inner(node.name), node.name.value, bases, body, decorators, scope.local()))


_L = Lowering
_TABLE: dict[type[cst.CSTNode], Callable[[Lowering, Any], None]] = {
    cst.SimpleStatementLine: _L.line, cst.Expr: _L.expression, cst.Assign: _L.assign, cst.AnnAssign: _L.annotated,
    cst.AugAssign: _L.augmented, cst.Return: _L.returned, cst.Raise: _L.raised, cst.Break: _L.jump, cst.Continue: _L.jump,
    cst.Del: _L.delete, cst.Assert: _L.asserted, cst.Global: _L.outer_names, cst.Nonlocal: _L.outer_names,
    cst.Import: _L.imported, cst.ImportFrom: _L.imported_from, cst.TypeAlias: _L.type_alias, cst.Pass: _L.nothing,
    cst.If: _L.conditional, cst.For: _L.loop, cst.While: _L.while_loop, cst.Try: _L.guarded, cst.TryStar: _L.guarded,
    cst.With: _L.context, cst.Match: _L.match, cst.FunctionDef: _L.definition, cst.ClassDef: _L.class_definition,
}  # fmt: skip
# Statements that only newer versions of LibCST know.
for _name, _method in (("LazyImport", _L.imported), ("LazyImportFrom", _L.imported_from)):
    if hasattr(cst, _name):
        _TABLE[getattr(cst, _name)] = _method


def lower_module(module: cst.Module, text: str) -> ir.Module:
    """Lowers a parsed module; `text` is what it was parsed from."""
    lowering = Lowering(Spans(module, text), text)
    body = lowering.body(module.body)
    return ir.Module(body, frozenset(lowering.scope.bound))
