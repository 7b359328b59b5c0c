"""Pieces of source text as the trees that fixes look at."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.fixes.tree import Node, Tree
from bce_lint.source.text import decode
from bce_lint.syntax.parse import lower


def tree_of(text: str) -> Tree:
    """The tree of a source text."""
    return Tree(decode(text.encode(), "a.py"), lower(text))


def written(tree: Tree, text: str, kind: type = object, number: int = 0) -> Node:
    """The expression or statement of a tree that is written so; of several the first, or that of a number."""
    found = [one for one in tree.nodes if isinstance(one, kind) and hasattr(one, "span") and tree.source(one.span) == text]
    return sorted(found, key=lambda one: one.span.start)[number]


def value_of(text: str) -> tuple[Tree, Node]:
    """An expression that is a text alone."""
    tree = tree_of(text)
    (statement,) = tree.module.body
    assert isinstance(statement, ir.ExprStmt)
    return tree, statement.value
