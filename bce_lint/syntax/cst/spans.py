"""Where each node stands in the text, from one pass over LibCST's own code generator."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from inspect import isclass
from typing import Any

import libcst as cst
from libcst._nodes.internal import CodegenState

from bce_lint.ir import Span

_NULL: AbstractContextManager[None] = nullcontext()
_BASES = frozenset({
    cst.BaseExpression, cst.BaseStatement, cst.BaseSmallStatement, cst.MatchPattern, cst.LeftParen, cst.RightParen, cst.Slice,
    cst.FormattedStringText, cst.FormattedStringExpression, cst.EmptyLine, cst.MatchCase,
    *(found for name in ("TemplatedStringText", "TemplatedStringExpression") if (found := getattr(cst, name, None))),
})  # fmt: skip
# By the classes' own order of bases: `issubclass` on abstract classes takes fifty times as long.
_WANTED = frozenset(kind for kind in vars(cst).values() if isclass(kind) and not _BASES.isdisjoint(kind.__mro__))


class _Trace(CodegenState):
    """Collects the generated tokens, with each node standing before and after its own."""

    def __init__(self, newline: str, indent: str) -> None:
        super().__init__(default_indent=indent, default_newline=newline)
        # Bound C methods in the instance: a Python method each would double the cost of the pass.
        append = self.tokens.append
        self.add_token = append  # type: ignore[method-assign,assignment]
        self.before_codegen = append  # type: ignore[method-assign,assignment]
        self.after_codegen = append  # type: ignore[method-assign,assignment]

    def pop_trailing_newline(self) -> None:
        """Drops the last token, which nodes may follow here."""
        tokens = self.tokens
        for index in range(len(tokens) - 1, -1, -1):
            if type(tokens[index]) is str:
                del tokens[index]
                return

    def record_syntactic_position(  # type: ignore[override]
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> AbstractContextManager[None]:
        """Nothing: parentheses are told apart by the nodes around them."""
        return _NULL


class Spans:
    """The offsets of the nodes of one module; keyed by identity, so the module must outlive it."""

    def __init__(self, module: cst.Module, text: str) -> None:
        self.text = text
        state = _Trace(module.default_newline, module.default_indent)
        module._codegen(state)
        self.starts: dict[int, int] = {}
        self.ends: dict[int, int] = {}
        self._collect(state.tokens)
        generated = "".join([token for token in state.tokens if type(token) is str])
        if generated != text:
            self._move(align(generated, text))

    def _collect(self, tokens: list[str]) -> None:
        starts, ends, wanted, offset = self.starts, self.ends, _WANTED, 0
        for token in tokens:
            kind = type(token)
            if kind is str:
                offset += len(token)
            elif kind in wanted:
                key = id(token)
                if key in starts:
                    ends[key] = offset
                else:
                    starts[key] = offset

    def _move(self, moves: list[tuple[int, int]]) -> None:
        places = [place for place, _ in moves]
        shifts = [0, *(shift for _, shift in moves)]
        for table, side in ((self.starts, 0), (self.ends, 1)):
            for key, offset in table.items():
                table[key] = offset + shifts[bisect_right(places, offset - side)]

    def inner(self, node: cst.BaseExpression | cst.MatchPattern) -> Span:
        """The span of an expression, without the parentheses around it."""
        if node.lpar:
            return Span(self.ends[id(node.lpar[-1])], self.starts[id(node.rpar[0])])
        key = id(node)
        return Span(self.starts[key], self.ends[key])

    def display(self, node: cst.BaseExpression | cst.MatchTuple) -> Span:
        """The span of a tuple, of a generator or of the pattern of one, with its own parentheses and no others."""
        if node.lpar:
            return Span(self.starts[id(node.lpar[-1])], self.ends[id(node.rpar[0])])
        return self.trimmed(node)

    def outer(self, node: cst.CSTNode) -> Span:
        """The span of all that was generated for a node."""
        key = id(node)
        return Span(self.starts[key], self.ends[key])

    def trimmed(self, node: cst.CSTNode) -> Span:
        """The span of a node without the blanks that LibCST counts as its own."""
        start, end = self.outer(node)
        inside = self.text[start:end]
        return Span(end - len(inside.lstrip()), start + len(inside.rstrip()))

    # --- statements

    def small(self, node: Any) -> Span:
        """A simple statement, without its semicolon."""
        start, end = self.outer(node)
        if isinstance(node.semicolon, cst.Semicolon):
            end = start + len(self.text[start:end].rstrip(" \t\f\\\r\n").removesuffix(";").rstrip(" \t\f\\\r\n"))
        return Span(start, end)

    def alias(self, node: cst.ImportAlias) -> Span:
        """One name of an import, with its alias."""
        return Span(self.starts[id(node.name)], self.ends[id(node.asname.name if node.asname else node.name)])

    def whole(self, node: Any) -> Span:
        """A compound statement, from its keyword to the end of its last statement."""
        return Span(self._head(node), self._finish(node))

    def _head(self, node: Any) -> int:
        """Where the keyword of a compound statement stands, behind blank lines and comments."""
        lines = node.leading_lines
        start = self.ends[id(lines[-1])] if lines else self.starts[id(node)]
        while start < len(self.text) and self.text[start] in " \t\f":
            start += 1
        return start

    def _finish(self, node: Any) -> int:
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


def align(generated: str, text: str) -> list[tuple[int, int]]:
    """Where offsets in the generated code part from those in the text: (offset from which, shift).

    LibCST drops form feeds before a statement and changes a lone carriage return at the end of the file.
    """
    moves: list[tuple[int, int]] = []
    at = there = 0
    while at < len(generated) and there < len(text):
        same = _common(generated, at, text, there)
        at, there = at + same, there + same
        if at >= len(generated) or there >= len(text):
            break
        if text[there] in "\f\\\r\n \t" and text[there] != generated[at]:
            there += 1
        else:
            at += 1
        moves.append((at, there - at))
    return moves


def _common(left: str, at: int, right: str, there: int) -> int:
    """How many code points agree from two offsets on, found by doubling steps."""
    done, step = 0, 1024
    while step:
        if left[at + done : at + done + step] == right[there + done : there + done + step]:
            if at + done + step > len(left) or there + done + step > len(right):
                return min(len(left) - at, len(right) - there)
            done += step
            continue
        step //= 2
    return done
