"""Text to IR by Python's own parser, which takes a tenth of LibCST's time.

It gives the same IR as the lowering of LibCST's tree, or none: for syntax that is newer than the running Python, for what does
not parse, and for the rare constructs of which only LibCST's tree tells enough.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from bce_lint import ir
from bce_lint.ir import Body, Span
from bce_lint.syntax.arms import Arm, chain
from bce_lint.syntax.native.expressions import NativeExpressions
from bce_lint.syntax.native.operators import BINARY
from bce_lint.syntax.native.spans import Unsure
from bce_lint.syntax.scopes import Scope

_NAME = re.compile(r"(?:(?:async|def|class)\b(?:[ \t\f]|\\\r?\n)*)+")
_WORD = re.compile(r"\w+")


class _Native(NativeExpressions):
    """Lowers statements; `out` collects those of the block at hand."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.out: list[ir.Stmt] = []
        self.module_scope = self.scope

    def body(self, statements: Sequence[ast.stmt]) -> Body:
        """Lowers statements into a block of their own."""
        outer, self.out = self.out, []
        for statement in statements:
            lower = _TABLE.get(type(statement))
            if lower is None:
                raise Unsure
            lower(self, statement)
        block, self.out = self.out, outer
        self.count += len(block)
        return tuple(block)

    def block(self, statements: Sequence[ast.stmt]) -> Body:
        """The suite of a compound statement, or nothing."""
        return self.body(statements) if statements else ()

    def sized(self, statements: Sequence[ast.stmt]) -> tuple[Body, int]:
        """A loop's suite and how many nodes it holds."""
        before = self.count
        body = self.body(statements)
        return body, self.count - before

    def whole(self, node: ast.stmt) -> Span:
        """A compound statement, from its keyword to the end of its last statement, without a semicolon behind that."""
        start, end = self.place(node)
        if self.text[end - 1] == ";":
            end = start + len(self.text[start : end - 1].rstrip(" \t\r\n\\"))
        return Span(start, end)

    # --- simple statements

    def expression(self, node: ast.Expr) -> None:
        """An expression statement."""
        value = self.expr(node.value)
        self.out.append(ir.ExprStmt(value.span, value))

    def assign(self, node: ast.Assign) -> None:
        """`a = b = value`."""
        value = self.expr(node.value)
        targets = tuple([self.target(target) for target in node.targets])
        self.out.append(ir.Assign(Span(targets[0].span.start, value.span.end), targets, value))

    def annotated(self, node: ast.AnnAssign) -> None:
        """`target: annotation = value`, or a declaration alone."""
        annotation = self.expr(node.annotation)
        value = self.maybe(node.value)
        target = self.target(node.target)
        if value is None:
            self.out.append(ir.Declare(Span(target.span.start, annotation.span.end), target, annotation))
        else:
            self.out.append(ir.Assign(Span(target.span.start, value.span.end), (target,), value, annotation))

    def augmented(self, node: ast.AugAssign) -> None:
        """`target op= value`."""
        target = self.target(node.target)
        value = self.expr(node.value)
        self.out.append(ir.AugAssign(Span(target.span.start, value.span.end), target, BINARY[type(node.op)], value))

    def returned(self, node: ast.Return) -> None:
        """`return`."""
        self.out.append(ir.Return(self.place(node), self.maybe(node.value)))

    def raised(self, node: ast.Raise) -> None:
        """`raise`."""
        self.out.append(ir.Raise(self.place(node), self.maybe(node.exc)))

    def jump(self, node: ast.Break | ast.Continue) -> None:
        """`break` or `continue`."""
        self.out.append(ir.Jump(self.place(node), "break" if isinstance(node, ast.Break) else "continue"))

    def delete(self, node: ast.Delete) -> None:
        """`del`; what it names without parentheses is a tuple, too."""
        span, targets = self.place(node), node.targets
        if self.text[span.end - 1] == ",":
            raise Unsure
        if len(targets) == 1 and isinstance(targets[0], ast.Tuple):
            targets = targets[0].elts
            self.count += 1
        elif len(targets) > 1:
            self.count += 1
        self.out.append(ir.Delete(span, tuple([self.target(target) for target in targets])))

    def asserted(self, node: ast.Assert) -> None:
        """`assert`; the message is only evaluated on failure, which ends the run."""
        self.out.append(ir.Assert(self.place(node), self.expr(node.test)))

    def global_names(self, node: ast.Global) -> None:
        """`global`: told by the function's own sets."""
        if self.scope is not self.module_scope:
            self.scope.globals.update(node.names)
            self.module_scope.bound.update(node.names)

    def nonlocal_names(self, node: ast.Nonlocal) -> None:
        """`nonlocal`: likewise."""
        self.scope.nonlocals.update(node.names)

    def imported(self, node: ast.Import) -> None:
        """`import a.b, c as d`."""
        for alias in node.names:
            bound = alias.asname or alias.name.partition(".")[0]
            self.scope.bound.add(bound)
            self.out.append(ir.ImportModule(self.place(alias), alias.name, bound, alias.asname is not None))

    def imported_from(self, node: ast.ImportFrom) -> None:
        """`from ..module import name as bound`."""
        module, level = node.module or "", node.level
        for alias in node.names:
            if alias.name == "*":
                self.out.append(ir.ImportName(self.place(node), module, level, "*", "*"))
                continue
            bound = alias.asname or alias.name
            self.scope.bound.add(bound)
            self.out.append(ir.ImportName(self.place(alias), module, level, alias.name, bound))

    def nothing(self, node: ast.Pass) -> None:
        """`pass`."""

    # --- compound statements

    def conditional(self, node: ast.If) -> None:
        """`if` with its `elif` arms, without recursion over them."""
        arms: list[Arm] = []
        rest: list[ast.stmt] = [node]
        while True:
            arm = rest[0]
            assert isinstance(arm, ast.If), "an `elif` is nothing else"
            span = self.whole(arm)
            test = self.expr(arm.test)
            arms.append((span, test, self.body(arm.body)))
            rest = arm.orelse
            if not self._goes_on(rest):
                break
        self.count += len(arms) - 1
        self.out += chain(arms, self.block(rest))

    def _goes_on(self, orelse: Sequence[ast.stmt]) -> bool:
        return len(orelse) == 1 and isinstance(orelse[0], ast.If) and self.text.startswith("elif", self.place(orelse[0]).start)

    def loop(self, node: ast.For) -> None:
        """`for`, also `async for`."""
        over = self.expr(node.iter)
        target = self.target(node.target)
        body, size = self.sized(node.body)
        self.out.append(ir.For(self.whole(node), target, over, body, self.block(node.orelse), size))

    def while_loop(self, node: ast.While) -> None:
        """`while`."""
        test = self.expr(node.test)
        body, size = self.sized(node.body)
        self.out.append(ir.While(self.whole(node), test, body, self.block(node.orelse), size))

    def guarded(self, node: ast.Try) -> None:
        """`try`."""
        body = self.body(node.body)
        handlers = tuple([self._handler(handler) for handler in node.handlers])
        self.out.append(ir.Try(self.whole(node), body, handlers, self.block(node.orelse), self.block(node.finalbody)))

    def _handler(self, node: ast.ExceptHandler) -> ir.Handler:
        kind = self.maybe(node.type)
        if node.name:
            self.scope.bound.add(node.name)
        return ir.Handler(kind, node.name, self.body(node.body))

    def context(self, node: ast.With) -> None:
        """`with`, also `async with`."""
        items = []
        for item in node.items:
            value = self.expr(item.context_expr)
            items.append(ir.WithItem(value, None if item.optional_vars is None else self.target(item.optional_vars)))
        self.out.append(ir.With(self.whole(node), tuple(items), self.body(node.body)))

    # --- definitions

    def definition(self, node: Any) -> None:
        """`def`, also `async def`."""
        if getattr(node, "type_params", None):
            raise Unsure
        decorators = tuple([self.expr(decorator) for decorator in node.decorator_list])
        params = self.params(node.args)
        returns = self.maybe(node.returns)
        span = self._named(node)
        self.scope.bound.add(node.name)
        outer, self.scope = self.scope, Scope()
        self.scope.bound.update(param.name for param in params)
        body = self.body(node.body)
        scope, self.scope = self.scope, outer
        function = ir.Function(
            span, node.name, params, body, decorators, scope.local(), frozenset(scope.globals), frozenset(scope.nonlocals),
            type(node) is ast.AsyncFunctionDef, scope.generator, returns,
        )  # fmt: skip
        self.out.append(ir.FunctionDef(span, function))

    def class_definition(self, node: Any) -> None:
        """`class`."""
        if getattr(node, "type_params", None):
            raise Unsure
        decorators = tuple([self.expr(decorator) for decorator in node.decorator_list])
        bases = self.args(node.bases, node.keywords)
        self.scope.bound.add(node.name)
        outer, self.scope = self.scope, Scope()
        body = self.body(node.body)
        scope, self.scope = self.scope, outer
        self.out.append(ir.ClassDef(self._named(node), node.name, bases, body, decorators, scope.local()))

    def _named(self, node: Any) -> Span:
        """Where the name of a definition stands."""
        found = _NAME.match(self.text, self.place(node).start)
        if found is None or not self.text.startswith(node.name, found.end()):
            raise Unsure
        return Span(found.end(), found.end() + len(node.name))


_L = _Native
_TABLE: dict[type[ast.AST], Callable[[_Native, Any], None]] = {
    ast.Expr: _L.expression, ast.Assign: _L.assign, ast.AnnAssign: _L.annotated, ast.AugAssign: _L.augmented, ast.Return: _L.returned,
    ast.Raise: _L.raised, ast.Break: _L.jump, ast.Continue: _L.jump, ast.Delete: _L.delete, ast.Assert: _L.asserted,
    ast.Global: _L.global_names, ast.Nonlocal: _L.nonlocal_names, ast.Import: _L.imported, ast.ImportFrom: _L.imported_from,
    ast.Pass: _L.nothing, ast.If: _L.conditional, ast.For: _L.loop, ast.AsyncFor: _L.loop, ast.While: _L.while_loop,
    ast.Try: _L.guarded, ast.With: _L.context, ast.AsyncWith: _L.context, ast.FunctionDef: _L.definition,
    ast.AsyncFunctionDef: _L.definition, ast.ClassDef: _L.class_definition,
}  # fmt: skip


def lower_native(text: str) -> ir.Module | None:
    """The IR of a text, or None where LibCST has to give it."""
    if "\f" in text or not _plain(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            lowering = _Native(text)
            body = lowering.body(tree.body)
    except (Unsure, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return ir.Module(body, frozenset(lowering.scope.bound))


def _plain(text: str) -> bool:
    """Whether names mean what is written: Python normalises them, and LibCST does not."""
    return text.isascii() or all(unicodedata.is_normalized("NFKC", word) for word in _WORD.findall(text) if not word.isascii())
