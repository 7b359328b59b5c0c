"""Statements: the fields of LibCST's nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import libcst as cst
from libcst.helpers import get_full_name_for_node

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.syntax.build import CaseFields, DefinitionFields
from bce_lint.syntax.build_patterns import CasePattern
from bce_lint.syntax.cst.expressions import CstExpressions, elements, given, parameters
from bce_lint.syntax.cst.operators import AUGMENTED
from bce_lint.syntax.cst.patterns import PATTERNS, pattern_span
from bce_lint.syntax.cst.spans import Spans

# Only newer versions of LibCST know these.
_LAZY, _LAZY_FROM = getattr(cst, "LazyImport", None), getattr(cst, "LazyImportFrom", None)


def _suite(node: Any) -> Sequence[cst.CSTNode]:
    """The statements of a compound statement or of one of its parts, which may be absent."""
    return () if node is None else node.body.body if hasattr(node.body, "body") else node.body


def _alias(node: Any) -> str | None:
    return node.asname.name.value if node.asname else None


class CstReader(CstExpressions):
    """Reads statements, which `statements` lists."""

    def unknown_statement(self, node: cst.CSTNode) -> None:
        """Something that is not modelled."""
        span = self.spans.outer(node)
        self.out.append(ir.ExprStmt(span, ir.Opaque(span)))

    # --- simple statements

    def _delete(self, node: cst.Del) -> None:
        in_tuple = isinstance(node.target, cst.Tuple)
        self.delete(self.spans.small(node), elements(node.target) if in_tuple else [node.target], in_tuple)

    def _import(self, node: Any) -> None:
        for alias in node.names:
            self.import_module(self.spans.alias(alias), get_full_name_for_node(alias.name) or "", _alias(alias))

    def _import_from(self, node: Any) -> None:
        source = ("" if node.module is None else get_full_name_for_node(node.module) or "", len(node.relative))
        if isinstance(node.names, cst.ImportStar):
            self.import_name(self.spans.small(node), source, "*", None)
            return
        for alias in node.names:
            self.import_name(self.spans.alias(alias), source, alias.name.value, _alias(alias))

    def _type_alias(self, node: cst.TypeAlias) -> None:
        """A name bound to something that is not modelled."""
        span = self.spans.small(node)
        self.out.append(ir.Assign(span, (self.target(node.name),), ir.Opaque(span)))

    # --- compound statements

    def _if(self, node: cst.If) -> None:
        arms: list[tuple[Span, cst.CSTNode, Sequence[cst.CSTNode]]] = []
        rest: cst.If | cst.Else | None = node
        while isinstance(rest, cst.If):
            arms.append((self.spans.whole(rest), rest.test, _suite(rest)))
            rest = rest.orelse
        self.conditional(arms, _suite(rest))

    def _try(self, node: cst.Try | cst.TryStar) -> None:
        handlers = []
        for handler in node.handlers:
            name = handler.name.name.value if handler.name and isinstance(handler.name.name, cst.Name) else None
            handlers.append((handler.type, name, _suite(handler)))
        self.guarded(self.spans.whole(node), _suite(node), handlers, _suite(node.orelse), _suite(node.finalbody))

    def _with(self, node: cst.With) -> None:
        items = ((item.item, item.asname and item.asname.name) for item in node.items)
        self.context(self.spans.whole(node), items, _suite(node))

    def _match(self, node: cst.Match) -> None:
        self.match(node.subject, [self._fields(case) for case in node.cases])

    def _fields(self, case: cst.MatchCase) -> CaseFields:
        return CaseFields(self.spans.whole(case), case.pattern, pattern_span(self.spans, case.pattern), case.guard, _suite(case))

    def pattern(self, case: CasePattern, node: Any, subject: ir.Expr) -> None:
        """See PatternBuilder."""
        read = PATTERNS.get(type(node))
        if read is None:
            case.unknown(subject)
        else:
            read(case, self.spans, node, subject)

    # --- definitions

    def _function(self, node: cst.FunctionDef) -> None:
        returns = node.returns and node.returns.annotation
        self.function(self._definition(node), parameters(node.params), returns, node.asynchronous is not None)

    def _class(self, node: cst.ClassDef) -> None:
        self.class_definition(self._definition(node), given([*node.bases, *node.keywords]))

    def _definition(self, node: cst.FunctionDef | cst.ClassDef) -> DefinitionFields:
        decorators = [decorator.decorator for decorator in node.decorators]
        types = () if node.type_parameters is None else [param.param.name.value for param in node.type_parameters.params]
        return DefinitionFields(self.span(node.name), node.name.value, decorators, _suite(node), types)

    statements: ClassVar[Mapping[type[Any], Callable[[CstReader, Any], None]]] = {
        cst.SimpleStatementLine: lambda read, node: read.line(node.body),
        cst.Expr: lambda read, node: read.effect(node.value),
        cst.Assign: lambda read, node: read.assign([target.target for target in node.targets], node.value),
        cst.AnnAssign: lambda read, node: read.annotated(node.target, node.annotation.annotation, node.value),
        cst.AugAssign: lambda read, node: read.augmented(node.target, AUGMENTED[type(node.operator)], node.value),
        cst.Return: lambda read, node: read.returned(read.spans.small(node), node.value),
        cst.Raise: lambda read, node: read.raised(read.spans.small(node), node.exc),
        cst.Break: lambda read, node: read.jump(read.spans.small(node), "break"),
        cst.Continue: lambda read, node: read.jump(read.spans.small(node), "continue"),
        cst.Assert: lambda read, node: read.asserted(read.spans.small(node), node.test),
        cst.Global: lambda read, node: read.global_names([item.name.value for item in node.names]),
        cst.Nonlocal: lambda read, node: read.nonlocal_names([item.name.value for item in node.names]),
        cst.Pass: CstExpressions.nothing,
        cst.For: lambda read, node: read.loop(read.spans.whole(node), node.target, node.iter, _suite(node), _suite(node.orelse)),
        cst.While: lambda read, node: read.while_loop(read.spans.whole(node), node.test, _suite(node), _suite(node.orelse)),
        cst.Del: _delete, cst.Import: _import, cst.ImportFrom: _import_from, cst.TypeAlias: _type_alias, cst.If: _if, cst.Try: _try,
        cst.TryStar: _try, cst.With: _with, cst.Match: _match, cst.FunctionDef: _function, cst.ClassDef: _class,
        **{kind: read for kind, read in ((_LAZY, _import), (_LAZY_FROM, _import_from)) if kind is not None},
    }  # fmt: skip


def lower_module(module: cst.Module, text: str) -> ir.Module:
    """The IR of a parsed module; `text` is what it was parsed from."""
    return CstReader(Spans(module, text)).module(module.body)
