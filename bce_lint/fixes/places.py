"""Places in a project's files, as people are told them: the same whatever paths a command was given, and from where."""

from __future__ import annotations

import os
from collections.abc import Iterable

from bce_lint.analysis.domain.tensor import Place, SourceRange
from bce_lint.analysis.project.project import Project
from bce_lint.fixes.tree import Node, Tree
from bce_lint.ir import Span
from bce_lint.source.projects import root_of

_PLACES = 5


def at_row(tree: Tree, node: Node) -> str:
    """The file of an expression, from its project's folder, and its row."""
    return row(tree, node.span.start)


def row(tree: Tree, offset: int) -> str:
    """The file of an offset, from its project's folder, and its row."""
    return f"{shown(tree.path)}:{tree.file.told(tree.file.location(Span(offset, offset))).line}"


def at_place(project: Project, place: Place | SourceRange) -> str:
    """A place in a file of a project."""
    path, span = place[0], place[1]
    source = project.source(path)
    return shown(path) if source is None else f"{shown(path)}:{source.told(source.location(span)).line}"


def listed(places: Iterable[str]) -> str:
    """Some places in order, each once; of many, the first."""
    found = sorted(dict.fromkeys(places), key=_by_row)
    beyond = len(found) - _PLACES
    more = f" and {beyond} more place{'' if beyond == 1 else 's'}" if beyond > 0 else ""
    return ", ".join(found[:_PLACES]) + more


def _by_row(place: str) -> tuple[str, int]:
    path, _, number = place.rpartition(":")
    return path, int(number) if number.isdigit() else 0


def shown(path: str) -> str:
    """A file from the folder of its project; standard input by its name."""
    folder = os.path.basename(os.path.dirname(path))
    return folder if folder.startswith("<") else os.path.relpath(path, root_of(path).path)
