"""Text to IR by Python's own parser, which takes a tenth of LibCST's time.

It gives the same IR as LibCST's tree, or none: for syntax that is newer than the running Python, for what does not parse, and for
the rare constructs of which only LibCST's tree tells enough.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.syntax.build import CaseFields, DefinitionFields
from bce_lint.syntax.build_patterns import CasePattern
from bce_lint.syntax.native.expressions import NativeExpressions, given, parameters
from bce_lint.syntax.native.names import in_normal_form
from bce_lint.syntax.native.operators import BINARY
from bce_lint.syntax.native.patterns import case_start, read_pattern
from bce_lint.syntax.native.spans import NeedsLibCST
from bce_lint.syntax.nested_patterns import too_costly

_NAME = re.compile(r"(?:(?:async|def|class)\b(?:[ \t\f]|\\\r?\n)*)+")
# Only newer versions of Python know these.
_TRY_STAR, _TYPE_ALIAS = getattr(ast, "TryStar", None), getattr(ast, "TypeAlias", None)


class NativeReader(NativeExpressions):
    """Reads statements, which `statements` lists."""

    def unknown_statement(self, node: ast.AST) -> None:
        """Syntax that is not read here."""
        raise NeedsLibCST

    def whole(self, node: ast.stmt) -> Span:
        """A compound statement, from its keyword to the end of its last statement, without a semicolon behind that."""
        start, end = self.span(node)
        if self.text[end - 1] == ";":
            end = start + len(self.text[start : end - 1].rstrip(" \t\f\r\n\\"))
        return Span(start, end)

    def _delete(self, node: ast.Delete) -> None:
        """Targets side by side are a tuple, too."""
        span, targets = self.span(node), node.targets
        if self.text[span.end - 1] == ",":
            raise NeedsLibCST
        first = targets[0]
        if len(targets) == 1 and isinstance(first, ast.Tuple):
            self.delete(span, first.elts, True)
        else:
            self.delete(span, targets, len(targets) > 1)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.import_module(self.span(alias), alias.name, alias.asname)

    def _import_from(self, node: ast.ImportFrom) -> None:
        source = (node.module or "", node.level)
        for alias in node.names:
            self.import_name(self.span(node if alias.name == "*" else alias), source, alias.name, alias.asname)

    def _if(self, node: ast.If) -> None:
        arms: list[tuple[Span, ast.expr, Sequence[ast.stmt]]] = []
        rest: Sequence[ast.stmt] = [node]
        while not arms or self._goes_on(rest):
            arm = rest[0]
            assert isinstance(arm, ast.If), "an `elif` is nothing else"
            arms.append((self.whole(arm), arm.test, arm.body))
            rest = arm.orelse
        self.conditional(arms, rest)

    def _goes_on(self, orelse: Sequence[ast.stmt]) -> bool:
        return len(orelse) == 1 and isinstance(orelse[0], ast.If) and self.text.startswith("elif", self.span(orelse[0]).start)

    def _for(self, node: Any) -> None:
        self.loop(self.whole(node), node.target, node.iter, node.body, node.orelse)

    def _with(self, node: Any) -> None:
        self.context(self.whole(node), ((item.context_expr, item.optional_vars) for item in node.items), node.body)

    def _try(self, node: ast.Try) -> None:
        handlers = ((handler.type, handler.name, handler.body) for handler in node.handlers)
        self.guarded(self.whole(node), node.body, handlers, node.orelse, node.finalbody)

    def _match(self, node: ast.Match) -> None:
        start, end = self.span(node)
        if too_costly(self.text[start:end]):
            raise NeedsLibCST
        cases, behind = list[CaseFields](), self.span(node.subject).end
        for case in node.cases:
            start, end = case_start(self.text, behind), self.whole(case.body[-1]).end
            cases.append(CaseFields(Span(start, end), case.pattern, self.span(case.pattern), case.guard, case.body))
            behind = end
        self.match(node.subject, cases)

    def pattern(self, case: CasePattern, node: ast.pattern, subject: ir.Expr) -> None:
        """See PatternBuilder."""
        read_pattern(self, case, node, subject)

    def _type_alias(self, node: Any) -> None:
        """A name bound to something that is not modelled."""
        span = self.span(node)
        self.out.append(ir.Assign(span, (self.target(node.name),), ir.Opaque(span)))

    def _function(self, node: Any) -> None:
        self.function(self._definition(node), parameters(node.args), node.returns, type(node) is ast.AsyncFunctionDef)

    def _class(self, node: ast.ClassDef) -> None:
        self.class_definition(self._definition(node), map(given, [*node.bases, *node.keywords]))

    def _definition(self, node: Any) -> DefinitionFields:
        found = _NAME.match(self.text, self.span(node).start)
        if found is None or not self.text.startswith(node.name, found.end()):
            raise NeedsLibCST
        types = tuple([param.name for param in getattr(node, "type_params", ())])
        return DefinitionFields(Span(found.end(), found.end() + len(node.name)), node.name, node.decorator_list, node.body, types)

    statements: ClassVar[Mapping[type[Any], Callable[[NativeReader, Any], None]]] = {
        ast.Expr: lambda read, node: read.effect(node.value),
        ast.Assign: lambda read, node: read.assign(node.targets, node.value),
        ast.AnnAssign: lambda read, node: read.annotated(node.target, node.annotation, node.value),
        ast.AugAssign: lambda read, node: read.augmented(node.target, BINARY[type(node.op)], node.value),
        ast.Return: lambda read, node: read.returned(read.span(node), node.value),
        ast.Raise: lambda read, node: read.raised(read.span(node), node.exc),
        ast.Break: lambda read, node: read.jump(read.span(node), "break"),
        ast.Continue: lambda read, node: read.jump(read.span(node), "continue"),
        ast.Assert: lambda read, node: read.asserted(read.span(node), node.test),
        ast.Global: lambda read, node: read.global_names(node.names),
        ast.Nonlocal: lambda read, node: read.nonlocal_names(node.names),
        ast.Pass: NativeExpressions.nothing,
        ast.While: lambda read, node: read.while_loop(read.whole(node), node.test, node.body, node.orelse),
        ast.Delete: _delete, ast.Import: _import, ast.ImportFrom: _import_from, ast.If: _if, ast.For: _for, ast.AsyncFor: _for,
        ast.With: _with, ast.AsyncWith: _with, ast.Try: _try, ast.Match: _match, ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function, ast.ClassDef: _class,
        **{kind: read for kind, read in ((_TRY_STAR, _try), (_TYPE_ALIAS, _type_alias)) if kind is not None},
    }  # fmt: skip


def lower_native(text: str) -> ir.Module | None:
    """The IR of a text, or None where LibCST has to give it."""
    if not in_normal_form(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            return NativeReader(text).module(tree.body)
    except (NeedsLibCST, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
