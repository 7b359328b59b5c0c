"""Whether a change stays in one function, and the function shows nothing that speaks against it: then it may be safe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.fixes.logit_operand import is_mentioned
from bce_lint.fixes.meeting import in_place
from bce_lint.fixes.reaching import ways_out
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.removal import operand
from bce_lint.fixes.tree import Node, name_of
from bce_lint.fixes.uses import User, UserSearch

_INFINITE = re.compile(r"\binf\b|masked_fill|finfo|infinity", re.IGNORECASE)


def local(project: RecordedProject, searches: Sequence[UserSearch], made: Iterable[SourceRange]) -> UserSearch | None:
    """The users of the only activation, if its value never leaves the function and reaches one loss there, made at some places."""
    if len(searches) != 1:
        return None
    search = searches[0]
    losses = ways_out(project, search).losses
    starts = project.uses.applied.get(search.key, set())
    tree, call = project.call(search.key)
    if (
        tree.function(call) is None
        or search.crossed
        or len(losses) != 1
        or starts != {search.key}
        or not all(_owned(project, place, search.key) for place in made)
        or _open(project, search, losses)
    ):
        return None
    return search


def _open(project: RecordedProject, search: UserSearch, losses: Sequence[User]) -> bool:
    """True if others may have a part in it: the loss is a parameter, or what the activation gets is used again."""
    tree, call = project.call(search.key)
    value, function = operand(project, tree, call), tree.function(call)
    for use in losses:
        callee = next((one.func for one in use.tree.around(use.node) if isinstance(one, ir.Call)), None)
        if isinstance(callee, ir.Name) and function is not None and any(param.name == callee.id for param in function.params):
            return True
        if use.whole is not None:
            return True
    local = isinstance(value, ir.Name) and function is not None and value.id in function.bound
    given = isinstance(value, ir.Name) and function is not None and value.id in {param.name for param in function.params}
    if in_place(call):
        return given or not local
    if isinstance(value, ir.Name):
        return not (local or given) or is_mentioned(tree, value, tree.statement(call))
    return isinstance(value, ir.Attr | ir.Item)


def _owned(project: RecordedProject, made: SourceRange, user: SourceRange) -> bool:
    """True if a loss belongs to the file of its user, and is no default that callers may replace."""
    tree, call = project.call(made)
    around: Node = tree.parent(call)
    while isinstance(around, ir.Attr) or (isinstance(around, ir.Call) and name_of(around) in ("to", "cuda", "cpu", "double", "half")):
        around = tree.parent(around)
    return (
        made[0] == user[0]
        and isinstance(around, ir.Assign | ir.Call | ir.Return | ir.AugAssign | ir.Op | ir.ExprStmt)
        and not (isinstance(around, ir.Op) and around.op in ("or", "and"))
    )


def infinite(project: RecordedProject, search: UserSearch) -> bool:
    """True if the function shows infinite values: there a fused loss and its parts differ."""
    tree, call = project.call(search.key)
    function = tree.function(call)
    inside = tree.extent(tree.module if function is None else function)
    assert inside is not None, "the call stands there"
    return bool(_INFINITE.search(tree.source(inside)))
