"""`match` patterns: the fields of LibCST's nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import libcst as cst

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.syntax.build_patterns import CapturedName, CasePattern, StarredPattern
from bce_lint.syntax.cst.spans import Spans


def pattern_span(spans: Spans, node: Any) -> Span:
    """The span of a pattern."""
    return spans.display(node) if type(node) is cst.MatchTuple else spans.inner(node)


def _named(spans: Spans, name: cst.Name | None) -> CapturedName | None:
    return None if name is None else CapturedName(spans.inner(name), name.value)


def _as(case: CasePattern, spans: Spans, node: cst.MatchAs, subject: ir.Expr) -> None:
    if node.pattern is not None:
        case.reader.pattern(case, node.pattern, subject)
    case.capture(_named(spans, node.name), subject)


def _or(case: CasePattern, spans: Spans, node: cst.MatchOr, subject: ir.Expr) -> None:
    case.alternatives(pattern_span(spans, node), [one.pattern for one in node.patterns], subject)


def _instance(case: CasePattern, spans: Spans, node: cst.MatchClass, subject: ir.Expr) -> None:
    named = ((CapturedName(spans.inner(one.key), one.key.value), one.pattern) for one in node.kwds)
    case.instance(pattern_span(spans, node), node.cls, [one.value for one in node.patterns], named, subject)


def _mapping(case: CasePattern, spans: Spans, node: cst.MatchMapping, subject: ir.Expr) -> None:
    entries = [(one.key, one.pattern) for one in node.elements]
    case.mapping(pattern_span(spans, node), entries, _named(spans, node.rest), subject)


def _sequence(case: CasePattern, spans: Spans, node: cst.MatchTuple | cst.MatchList, subject: ir.Expr) -> None:
    elements = [StarredPattern(_named(spans, one.name)) if isinstance(one, cst.MatchStar) else one.value for one in node.patterns]
    case.sequence(pattern_span(spans, node), elements, subject)


PATTERNS: Final[Mapping[type[Any], Callable[[CasePattern, Spans, Any, ir.Expr], None]]] = {
    cst.MatchValue: lambda case, _, node, subject: case.value("==", subject, node.value),
    cst.MatchSingleton: lambda case, _, node, subject: case.value("is", subject, node.value),
    cst.MatchAs: _as, cst.MatchOr: _or, cst.MatchClass: _instance, cst.MatchMapping: _mapping, cst.MatchTuple: _sequence,
    cst.MatchList: _sequence,
}  # fmt: skip
"""How each kind of pattern is read."""
