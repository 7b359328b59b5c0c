"""Statements: each decision that makes the IR of a Python statement.

A reader hands over the fields of a node, as for expressions. It also gives the spans of statements, because each tree tells in a
way of its own where a suite ends.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeAlias

from bce_lint import ir
from bce_lint.ir import Body, Span
from bce_lint.syntax.build_expressions import Given, GivenParameter, TreeNode
from bce_lint.syntax.build_patterns import CasePattern, PatternBuilder

# Arms of an `if` beyond these stand one after another, each under an unknown test: nesting would be too deep to interpret.
MAX_ARMS = 100
Suite: TypeAlias = Sequence[TreeNode]
Arm: TypeAlias = tuple[Span, ir.Expr, Body]


class DefinitionFields(NamedTuple):
    """The fields that functions and classes share; `span` is the name's."""

    span: Span
    name: str
    decorators: Sequence[TreeNode]
    body: Suite
    type_params: Sequence[str] = ()


class CaseFields(NamedTuple):
    """The fields of a case: its span and that of its pattern, which is a node, a test beside it, and its statements."""

    span: Span
    pattern: TreeNode
    pattern_span: Span
    guard: TreeNode
    body: Suite


class Builder(PatternBuilder):
    """Builds statements; `out` collects those of the block at hand."""

    # How each type of node is read.
    statements: ClassVar[Mapping[type[Any], Callable[[Any, TreeNode], None]]]

    def __init__(self, span: Callable[[TreeNode], Span]) -> None:
        super().__init__(span)
        self.out: list[ir.Stmt] = []
        self.module_scope = self.scope

    @abstractmethod
    def unknown_statement(self, node: TreeNode) -> None:
        """A statement that `statements` does not list."""

    def module(self, statements: Suite) -> ir.Module:
        """A whole file."""
        body = self.body(statements)
        return ir.Module(body, frozenset(self.scope.bound))

    def body(self, statements: Suite) -> Body:
        """Statements as a block of their own."""
        outer, self.out = self.out, []
        self.line(statements)
        block, self.out = self.out, outer
        self.count += len(block)
        return tuple(block)

    def line(self, statements: Suite) -> None:
        """Statements of the block at hand."""
        table = self.statements
        for statement in statements:
            read = table.get(type(statement))
            if read is None:
                self.unknown_statement(statement)
            else:
                read(self, statement)

    def _sized(self, suite: Suite) -> tuple[Body, int]:
        """A loop's suite and how many nodes it holds."""
        before = self.count
        body = self.body(suite)
        return body, self.count - before

    # --- simple statements

    def effect(self, value: TreeNode) -> None:
        """An expression statement."""
        done = self.expr(value)
        self.out.append(ir.ExprStmt(done.span, done))

    def assign(self, targets: Sequence[TreeNode], value: TreeNode) -> None:
        """`a = b = value`."""
        given = self.expr(value)
        places = tuple([self.target(target) for target in targets])
        self.out.append(ir.Assign(Span(places[0].span.start, given.span.end), places, given))

    def annotated(self, target: TreeNode, annotation: TreeNode, value: TreeNode) -> None:
        """`target: annotation = value`, or a declaration alone."""
        said = self.expr(annotation)
        given = self.maybe(value)
        place = self.target(target)
        if given is None:
            self.out.append(ir.Declare(Span(place.span.start, said.span.end), place, said))
        else:
            self.out.append(ir.Assign(Span(place.span.start, given.span.end), (place,), given, said))

    def augmented(self, target: TreeNode, op: str, value: TreeNode) -> None:
        """`target op= value`."""
        place = self.target(target)
        given = self.expr(value)
        self.out.append(ir.AugAssign(Span(place.span.start, given.span.end), place, op, given))

    def returned(self, span: Span, value: TreeNode) -> None:
        """`return`."""
        self.out.append(ir.Return(span, self.maybe(value)))

    def raised(self, span: Span, value: TreeNode) -> None:
        """`raise`."""
        self.out.append(ir.Raise(span, self.maybe(value)))

    def jump(self, span: Span, kind: str) -> None:
        """`break` or `continue`."""
        self.out.append(ir.Jump(span, kind))

    def delete(self, span: Span, targets: Iterable[TreeNode], in_tuple: bool) -> None:
        """`del`; targets in a tuple, with parentheses or without, are those of the statement."""
        self.count += in_tuple
        self.out.append(ir.Delete(span, tuple([self.target(target) for target in targets])))

    def asserted(self, span: Span, test: TreeNode) -> None:
        """`assert`; the message is only evaluated on failure, which ends the run."""
        self.out.append(ir.Assert(span, self.expr(test)))

    def global_names(self, names: Sequence[str]) -> None:
        """`global`, which only the function's own sets tell."""
        if self.scope is not self.module_scope:
            self.scope.globals.update(names)
            self.module_scope.bound.update(names)

    def nonlocal_names(self, names: Sequence[str]) -> None:
        """`nonlocal`, which only the function's own sets tell."""
        self.scope.nonlocals.update(names)

    def import_module(self, span: Span, module: str, alias: str | None) -> None:
        """`import module as alias`; without an alias, the first part of the module's name is bound."""
        bound = alias or module.partition(".")[0]
        self.scope.bound.add(bound)
        self.out.append(ir.ImportModule(span, module, bound, alias is not None))

    def import_name(self, span: Span, source: tuple[str, int], name: str, alias: str | None) -> None:
        """`from module import name as alias`; `source` is the module and the number of dots before it; a star binds no known name."""
        bound = alias or name
        if name != "*":
            self.scope.bound.add(bound)
        self.out.append(ir.ImportName(span, *source, name, bound))

    def nothing(self, node: TreeNode) -> None:
        """`pass`."""

    # --- compound statements

    def conditional(self, arms: Iterable[tuple[Span, TreeNode, Suite]], orelse: Suite) -> None:
        """`if` with its `elif` arms, without recursion over them."""
        read = [(span, self.expr(test), self.body(suite)) for span, test, suite in arms]
        self.count += len(read) - 1
        self.out += nested(read, self.body(orelse))

    def loop(self, span: Span, target: TreeNode, over: TreeNode, body: Suite, orelse: Suite) -> None:
        """`for`, also `async for`."""
        values = self.expr(over)
        place = self.target(target)
        inside, size = self._sized(body)
        self.out.append(ir.For(span, place, values, inside, self.body(orelse), size))

    def while_loop(self, span: Span, test: TreeNode, body: Suite, orelse: Suite) -> None:
        """`while`."""
        holds = self.expr(test)
        inside, size = self._sized(body)
        self.out.append(ir.While(span, holds, inside, self.body(orelse), size))

    def guarded(self, span: Span, body: Suite, handlers: Iterable[tuple[TreeNode, str | None, Suite]], orelse: Suite, final: Suite) -> None:
        """`try`, also with `except*`."""
        tried = self.body(body)
        caught = tuple([self._handler(*handler) for handler in handlers])
        self.out.append(ir.Try(span, tried, caught, self.body(orelse), self.body(final)))

    def _handler(self, kind: TreeNode, name: str | None, suite: Suite) -> ir.Handler:
        caught = self.maybe(kind)
        if name is not None:
            self.scope.bound.add(name)
        return ir.Handler(caught, name, self.body(suite))

    def context(self, span: Span, items: Iterable[tuple[TreeNode, TreeNode]], body: Suite) -> None:
        """`with`, also `async with`."""
        entered = tuple([self._item(*item) for item in items])
        self.out.append(ir.With(span, entered, self.body(body)))

    def _item(self, context: TreeNode, target: TreeNode) -> ir.WithItem:
        value = self.expr(context)
        return ir.WithItem(value, None if target is None else self.target(target))

    def match(self, subject: TreeNode, cases: Sequence[CaseFields]) -> None:
        """`match`: the subject gets a name of its own, the cases become `if` and `elif`."""
        value = self.expr(subject)
        name = ir.Name(value.span, f"$match{self.scope.matches}")
        self.scope.matches += 1
        self.scope.bound.add(name.id)
        self.out.append(ir.Assign(value.span, (name,), value))
        self.count += len(cases) - 1
        self.out += nested([self._case(case, name) for case in cases], ())

    def _case(self, fields: CaseFields, subject: ir.Name) -> Arm:
        case = CasePattern(self)
        self.pattern(case, fields.pattern, subject)
        if fields.guard is None:
            return fields.span, case.test(fields.pattern_span), case.assigns() + self.body(fields.body)
        test = case.guarded(fields.pattern_span, self.expr(fields.guard))
        return fields.span, test, self.body(fields.body)

    # --- definitions

    def function(self, definition: DefinitionFields, parameters: Iterable[GivenParameter], returns: TreeNode, is_async: bool) -> None:
        """`def`, also `async def`."""
        decorators = self.each(definition.decorators)
        params = self.params(parameters)
        result = self.maybe(returns)
        self.scope.bound.add(definition.name)
        outer = self.enter([*[param.name for param in params], *definition.type_params])
        body = self.body(definition.body)
        scope = self.leave(outer)
        function = ir.Function(
            definition.span, definition.name, params, body, decorators, scope.local(), frozenset(scope.globals),
            frozenset(scope.nonlocals), is_async, scope.generator, result,
        )  # fmt: skip
        self.out.append(ir.FunctionDef(definition.span, function))

    def class_definition(self, definition: DefinitionFields, bases: Iterable[Given]) -> None:
        """`class`."""
        decorators = self.each(definition.decorators)
        arguments = self.arguments(bases)
        self.scope.bound.add(definition.name)
        outer = self.enter(definition.type_params)
        body = self.body(definition.body)
        scope = self.leave(outer)
        self.out.append(ir.ClassDef(definition.span, definition.name, arguments, body, decorators, scope.local()))


def nested(arms: Sequence[Arm], orelse: Body) -> Body:
    """Arms of which the first that holds is taken; those beyond the limit may each be taken or not, one after another."""
    if len(arms) > MAX_ARMS:
        rest = arms[MAX_ARMS:]
        last = rest[-1][0]
        tail = [ir.If(span, ir.Opaque(test.span, (test,)), body, ()) for span, test, body in rest]
        orelse = (*tail, ir.If(last, ir.Opaque(last), orelse, ())) if orelse else tuple(tail)
        arms = arms[:MAX_ARMS]
    for span, test, body in reversed(arms):
        orelse = (ir.If(span, test, body, orelse),)
    return orelse
