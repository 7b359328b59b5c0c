"""What a function says in words of the value that it returns, and methods that are nothing but the activation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.places import at_row
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.removal import operand
from bce_lint.fixes.tree import Tree

_PROBABILITIES: Final = re.compile(r"(?<!log)(?<!log[ -])\bprobabilit(?:y|ies)\b", re.IGNORECASE)
_CALLED: Final = ("forward", "__call__")
_DOCSTRING: Final = re.compile(r"""[rRuU]?("{3}|'{3}|"|')(?P<text>.*?)\1""", re.DOTALL)


def still_so(project: RecordedProject, functions: Iterable[SourceRange]) -> None:
    """Raises `Refusal` when the docstring of a function whose value changes speaks of probabilities."""
    for path, span in sorted(functions):
        tree = project.tree(path)
        function = tree.function_at(span)
        if function is not None and _PROBABILITIES.search(_docstring(tree, function)):
            where = at_row(tree, function)
            raise Refusal(f"the docstring of `{function.name}` at {where} speaks of probabilities: change what it says first")


def _docstring(tree: Tree, function: ir.Function) -> str:
    """The docstring of a function, as it is written; empty for one without."""
    first = function.body[0] if function.body else None
    value = first.value if isinstance(first, ir.ExprStmt) else None
    if not (isinstance(value, ir.Const) and isinstance(value.value, str)):
        return ""
    found = _DOCSTRING.match(tree.text, value.span.start)
    return found["text"] if found is not None else ""


def not_all_of_it(project: RecordedProject, key: SourceRange) -> None:
    """Raises `Refusal` when an activation is all that a method adds to a call of its own object."""
    tree, call = project.call(key)
    statement, function = tree.statement(call), tree.function(call)
    if not (isinstance(statement, ir.Return) and statement.value is call and function is not None):
        return
    value = operand(project, tree, call)
    own = value.func if isinstance(value, ir.Call) else None
    base = own.value if isinstance(own, ir.Attr) and own.name in _CALLED else own
    if function.name not in _CALLED and isinstance(base, ir.Name) and base.id == "self":
        raise Refusal(f"it is all that `{function.name}` at {at_row(tree, function)} adds to a call of its own module")
