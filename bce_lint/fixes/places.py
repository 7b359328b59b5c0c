"""Places in a project's files, as people are told them."""

from __future__ import annotations

import os

from bce_lint.fixes.tree import Node, Tree


def at_row(tree: Tree, node: Node) -> str:
    """The file of an expression, from the working directory, and its row."""
    return f"{shown(tree.path)}:{tree.text.count(chr(10), 0, node.span.start) + 1}"


def shown(path: str) -> str:
    """A file from the working directory; one that does not lie below it in full."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
