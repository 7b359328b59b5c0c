"""`match` patterns: the fields of Python's own nodes, which have names as texts: where those stand is looked up."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from bce_lint import ir
from bce_lint.ir import Span
from bce_lint.syntax.build_patterns import CapturedName, CasePattern, StarredPattern
from bce_lint.syntax.native.expressions import NativeExpressions
from bce_lint.syntax.native.spans import NeedsLibCST

_BETWEEN: Final = re.compile(r"(?:[\s\\(),]|#[^\r\n]*)*")
"""What may stand between the parts of a pattern."""
_BEFORE_CASE: Final = re.compile(r"(?:[\s\\),;:]|#[^\r\n]*)*(?=case\b)")
"""What may stand before a case, behind the last statement of the one before or the subject."""


def read_pattern(read: NativeExpressions, case: CasePattern, node: ast.pattern, subject: ir.Expr) -> None:
    """Hands over the fields of a pattern. Raises NeedsLibCST where a name is not found."""
    _PATTERNS[type(node)](read, case, node, subject)


def case_start(text: str, behind: int) -> int:
    """Where the next case begins behind a place. Raises NeedsLibCST where none is found."""
    found = _BEFORE_CASE.match(text, behind)
    if found is None:
        raise NeedsLibCST
    return found.end()


def _at_the_end(read: NativeExpressions, node: ast.MatchAs | ast.MatchStar) -> CapturedName | None:
    end = read.span(node).end
    return None if node.name is None else _found(read.text, node.name, end - len(node.name))


def _found(text: str, name: str, at: int) -> CapturedName:
    if not text.startswith(name, at):
        raise NeedsLibCST
    return CapturedName(Span(at, at + len(name)), name)


def _behind(text: str, place: int) -> int:
    found = _BETWEEN.match(text, place)
    assert found is not None, "it matches nothing, too"
    return found.end()


def _singleton(read: NativeExpressions, case: CasePattern, node: ast.MatchSingleton, subject: ir.Expr) -> None:
    case.value("is", subject, ast.copy_location(ast.Constant(node.value), node))


def _as(read: NativeExpressions, case: CasePattern, node: ast.MatchAs, subject: ir.Expr) -> None:
    if node.pattern is not None:
        read_pattern(read, case, node.pattern, subject)
    case.capture(_at_the_end(read, node), subject)


def _or(read: NativeExpressions, case: CasePattern, node: ast.MatchOr, subject: ir.Expr) -> None:
    case.alternatives(read.span(node), node.patterns, subject)


def _instance(read: NativeExpressions, case: CasePattern, node: ast.MatchClass, subject: ir.Expr) -> None:
    case.instance(read.span(node), node.cls, node.patterns, _keywords(read, node), subject)


def _keywords(read: NativeExpressions, node: ast.MatchClass) -> Iterator[tuple[CapturedName, ast.pattern]]:
    last: ast.AST = node.patterns[-1] if node.patterns else node.cls
    for name, pattern in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
        yield _found(read.text, name, _behind(read.text, read.span(last).end)), pattern
        last = pattern


def _mapping(read: NativeExpressions, case: CasePattern, node: ast.MatchMapping, subject: ir.Expr) -> None:
    span, rest = read.span(node), None
    if node.rest is not None:
        at = _behind(read.text, read.span(node.patterns[-1]).end if node.patterns else span.start + 1)
        stars = _found(read.text, "**", at)
        rest = _found(read.text, node.rest, _behind(read.text, stars.span.end))
    case.mapping(span, list(zip(node.keys, node.patterns, strict=True)), rest, subject)


def _sequence(read: NativeExpressions, case: CasePattern, node: ast.MatchSequence, subject: ir.Expr) -> None:
    elements: Sequence[ast.pattern | StarredPattern] = [
        StarredPattern(_at_the_end(read, one)) if isinstance(one, ast.MatchStar) else one for one in node.patterns
    ]
    case.sequence(read.span(node), elements, subject)


_PATTERNS: Final[Mapping[type[Any], Callable[[NativeExpressions, CasePattern, Any, ir.Expr], None]]] = {
    ast.MatchValue: lambda _, case, node, subject: case.value("==", subject, node.value),
    ast.MatchSingleton: _singleton, ast.MatchAs: _as, ast.MatchOr: _or, ast.MatchClass: _instance, ast.MatchMapping: _mapping,
    ast.MatchSequence: _sequence,
}  # fmt: skip
