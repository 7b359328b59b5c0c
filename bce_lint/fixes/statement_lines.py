"""Statements taken away with their lines."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.tree import Tree
from bce_lint.ir import Span


def line_removed(tree: Tree, span: Span) -> Edit:
    """A statement taken away with its line and what is remarked on it. Raises `Refusal` unless it stands alone there."""
    line = tree.logical_line(span.start)
    end = _closing(tree.text, span.end, line.end)
    rest = tree.text[end : line.end].strip()
    if tree.text[line.start : span.start].strip() or (rest and not rest.startswith("#")):
        raise Refusal("the statement does not stand alone on its line")
    if _siblings(tree, span) == 1:
        return tree.edit(Span(span.start, end), "pass")
    return tree.edit(line, "")


def _closing(text: str, end: int, last: int) -> int:
    """Where a statement ends with the brackets around its value."""
    rest = text[end:last]
    return end + len(rest) - len(rest.lstrip(" \t\r\n)")) if rest.lstrip().startswith(")") else end


def _siblings(tree: Tree, span: Span) -> int:
    """How many statements a statement's block holds, itself included."""
    node = next(n for n in tree.by_span[span] if isinstance(n, ir.Stmt.__args__))
    parent = tree.parent(node) or tree.module
    bodies = [getattr(parent, name) for name in ("body", "orelse", "final") if hasattr(parent, name)]
    bodies += [handler.body for handler in getattr(parent, "handlers", ())]
    return next((len(body) for body in bodies if any(one is node for one in body)), 1)
