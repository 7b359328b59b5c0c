"""Where each node stands in the text, from one pass over LibCST's own code generator."""

from __future__ import annotations

from bisect import bisect_right
from contextlib import AbstractContextManager, nullcontext
from inspect import isclass

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

    def inner(self, node: cst.BaseExpression) -> Span:
        """The span of an expression, without the parentheses around it."""
        if node.lpar:
            return Span(self.ends[id(node.lpar[-1])], self.starts[id(node.rpar[0])])
        key = id(node)
        return Span(self.starts[key], self.ends[key])

    def display(self, node: cst.BaseExpression) -> Span:
        """The span of a tuple or generator, with its own parentheses and no others."""
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
