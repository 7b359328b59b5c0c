"""Other names for the tensor that an activation changes in place: whoever reads one sees the change, and would miss it."""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.catalog.consumers import LAYOUT, MOVING
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.meeting import in_place
from bce_lint.fixes.places import at_row
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.removal import operand
from bce_lint.fixes.switched_off import argument_of
from bce_lint.fixes.tree import Node, Tree, is_store, name_of, scope_of

_COPYING = frozenset({"clone", "copy", "deepcopy", "tolist", "item"})


def only_name(project: RecordedProject, key: SourceRange) -> None:
    """Raises `Refusal` when an activation changes a tensor in place that something else than its own name may hold."""
    tree = project.tree(key[0])
    call = tree.at(key[1], ir.Call)
    if call is None or not in_place(call):
        return
    for other, node in _others(project, tree, call, operand(project, tree, call)):
        raise Refusal(f"`{name_of(call)}` at {at_row(tree, call)} changes the tensor that {at_row(other, node)} has too")


def _others(project: RecordedProject, tree: Tree, call: ir.Call, value: Node) -> Iterator[tuple[Tree, Node]]:
    """Where the tensor of an operand is, or may be, held besides."""
    base = _viewed(value)
    if not isinstance(base, ir.Name):
        if not _is_new(base):
            yield tree, base
        return
    scope = scope_of(tree, base, base.id)
    if base is not value or (scope is None and tree.shares(base.id)):
        yield tree, base
        return
    for name in tree.local(base.id, scope):
        if is_store(tree, name):
            yield from ((tree, node) for node in _stored(tree, name))
        elif name is not base and name.span.start < call.span.start and _kept(project, tree, name, base.id):
            yield tree, name
    if scope is not None and any(param.name == base.id for param in scope.params):
        yield from _given(project, tree, scope, base.id)


def _viewed(node: Node) -> Node:
    """The expression whose memory a view shows; of a copy, the copy."""
    while True:
        match node:
            case ir.Call(func=ir.Attr(name=name, value=value)) if name in MOVING and name not in _COPYING:
                node = value
            case ir.Item() | ir.Bind():
                node = node.value
            case ir.Attr(name=name) if name in MOVING:
                node = node.value
            case _:
                return node


def _is_new(node: Node) -> bool:
    """True if an expression makes a tensor of its own."""
    return isinstance(node, ir.Call | ir.Op)


def _stored(tree: Tree, name: ir.Name) -> Iterator[Node]:
    """What a name is set to that others may hold."""
    statement = tree.statement(name)
    if not isinstance(statement, ir.Assign) or statement.targets != (name,):
        yield name
        return
    base = _viewed(statement.value)
    if not _is_new(base) and not (isinstance(base, ir.Name) and base.id == name.id):
        yield base


def _kept(project: RecordedProject, tree: Tree, name: ir.Name, own: str) -> bool:
    """True if a reading of a name may hold the tensor on: under another name, in a container, or in a callee."""
    node: Node = name
    while True:
        parent = tree.parent(node)
        match parent:
            case ir.Attr() if parent.name in LAYOUT:
                return False
            case ir.Attr() if isinstance(tree.parent(parent), ir.Call):
                if parent.name not in MOVING or parent.name in _COPYING:
                    return False
                node = tree.parent(parent)
            case ir.Attr() | ir.Item() if parent.value is node:
                node = parent
            case ir.Call():
                names = project.uses.called.get((tree.path, parent.span), set())
                return not (names and all(one.startswith(("torch.", "builtins.")) for one in names)) or name_of(parent) in MOVING
            case ir.Assign():
                return not (len(parent.targets) == 1 and isinstance(parent.targets[0], ir.Name) and parent.targets[0].id == own)
            case ir.Op() | ir.ExprStmt() | ir.AugAssign() | ir.If() | ir.While() | ir.Assert():
                return False
            case _:
                return True


def _given(project: RecordedProject, tree: Tree, function: ir.Function, name: str) -> Iterator[tuple[Tree, Node]]:
    """The arguments of a function's callers that they may hold on: all but those that are made in the call."""
    param = next(one for one in function.params if one.name == name)
    for path, span in sorted(project.uses.entered.get((tree.path, function.span), ())):
        caller = project.tree(path)
        call = caller.at(span, ir.Call)
        value = argument_of(function, param, call) if call is not None else None
        if value is None or not _is_new(_viewed(value)):
            yield caller, value if value is not None else call if call is not None else caller.module
