"""Activations in the source: taken away, exchanged, or applied somewhere else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from contextlib import suppress

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Origin, SourceRange
from bce_lint.catalog.modules import CHILDREN
from bce_lint.fixes.calls import removal
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.logit_operand import not_changed
from bce_lint.fixes.meeting import in_place
from bce_lint.fixes.places import at_row
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.spelling import reached, renamed
from bce_lint.fixes.statement_lines import line_removed
from bce_lint.fixes.tree import Node, Tree, comments, constant, fitting, has_comment, is_store, name_of, scope_of
from bce_lint.fixes.unused_layers import read_again, unused_layer
from bce_lint.fixes.uses import User
from bce_lint.ir import Span
from bce_lint.ir.walk import last_name

_ADDING = ("append", "extend", "insert")
_PLACING = frozenset({".cuda", ".cpu", ".to", ".eval", ".train"})
_COUNTING = ("list", "enumerate", "len")
SPELLED = {
    "sigmoid": "torch.sigmoid",
    "softmax": "torch.softmax",
    "log_softmax": "torch.log_softmax",
    "logsigmoid": "torch.nn.functional.logsigmoid",
}
"""The activations that can be taken away and applied elsewhere, each with torch's name for the function."""


def where(use: User) -> str:
    """The place of a user, for people."""
    return at_row(use.tree, use.node)


def wrapped(use: User, origin: Origin) -> list[Edit]:
    """The activation applied where its output is used. Raises `Refusal` for one that cannot be spelled there."""
    tree, node = use.tree, use.whole if use.whole is not None else use.node
    if is_store(tree, node) or origin.name not in SPELLED or ("softmax" in origin.name and origin.dim is None):
        raise Refusal(f"{where(use)} needs the {origin.name} itself")
    callee, imports = reached(tree, SPELLED[origin.name])
    dim = f", dim={origin.dim}" if "softmax" in origin.name else ""
    span = tree.expression(node)
    return [tree.edit(span, f"{callee}({tree.source(span)}{dim})"), *imports]


def removed(project: RecordedProject, key: SourceRange, together: Collection[SourceRange]) -> list[Edit]:
    """An activation taken away: its call, its place among the layers, or its whole statement; `together` are all that go."""
    tree, call = project.call(key)
    if project.uses.applied.get(key, set()) != {key}:
        return _layer_removed(project, tree, call)
    value, edit = operand(project, tree, call), without_call(project, tree, call)
    statement = tree.statement(call)
    if not in_place(call):
        not_changed(tree, value, statement)
    layer = unused_layer(project, tree, call, together) or _unread_variable(project, tree, call)
    if isinstance(statement, ir.ExprStmt | ir.Assign) and statement.value is call and _is_nothing(statement, value):
        return [line_removed(tree, statement.span), *layer]
    return [edit, *layer]


def _is_nothing(statement: ir.ExprStmt | ir.Assign, value: Node) -> bool:
    """True if a statement does nothing once its value is only this expression: `x` or `x = x`."""
    if isinstance(statement, ir.ExprStmt):
        return isinstance(value, ir.Name | ir.Attr)
    target = statement.targets[0]
    return len(statement.targets) == 1 and isinstance(value, ir.Name) and isinstance(target, ir.Name) and value.id == target.id


def operand(project: RecordedProject, tree: Tree, call: ir.Call) -> Node:
    """The tensor that an activation is applied to."""
    names = project.uses.called.get((tree.path, call.span), set())
    if any(arg.stars or arg.keyword in ("out", "dtype") for arg in call.args):
        raise Refusal("the activation's call does more than that")
    methods = {name for name in names if name.startswith(".")}
    if methods and methods != names:
        raise Refusal("what is called cannot be told")
    if isinstance(call.func, ir.Attr) and methods:
        return call.func.value
    plain = [arg for arg in call.args if arg.keyword in (None, "input", "logits")]
    if not plain:
        raise Refusal("the activation's argument is not written out")
    return plain[0].value


def without_call(project: RecordedProject, tree: Tree, call: ir.Call) -> Edit:
    """The operand in the place of an activation's call; comments inside the call stay."""
    value = operand(project, tree, call)
    method = isinstance(call.func, ir.Attr) and value is call.func.value
    inside, inner = tree.inside(call), tree.outer(value)
    text = tree.source(inner)
    before, after = tree.text[call.span.start : inner.start], tree.text[inner.end : call.span.end]
    if has_comment(before + after) or "\\" in before + after:
        if method:
            raise Refusal("a comment stands inside the activation's call")
        return tree.edit(call.span, f"({tree.text[inside.start : inner.start]}{text}{comments(after[:-1])})")
    return tree.edit(call.span, fitting(tree, call, value, text))


def _layer_removed(project: RecordedProject, tree: Tree, call: ir.Call) -> list[Edit]:
    """A layer taken out of a container: the last one goes, another becomes `nn.Identity()`, so that the others keep their places."""
    around = tree.parent(call)
    statement = tree.statement(call)
    counted = any(_counts(project, place) for place in project.uses.applied.get((tree.path, call.span), ()))
    if isinstance(around, ir.Call) and around.func is not call and not counted:
        arg = next(a for a in around.args if a.value is call)
        if arg is around.args[-1] and len(around.args) > 1 and arg.keyword is None and name_of(around) == "Sequential":
            if not _positions_read(project, _targets(statement), len(around.args) - 1):
                return [_own_lines(tree, around, arg) or removal(tree, around, arg)]
        elif isinstance(statement, ir.ExprStmt) and isinstance(around.func, ir.Attr) and _unread(project, tree, around):
            with suppress(Refusal):  # a statement that shares its line keeps a layer
                return [line_removed(tree, statement.span)]
    if isinstance(around, ir.Call | ir.Build | ir.Dict):
        name, imports = reached(tree, "torch.nn.Identity")
        return [tree.edit(call.span, f"{name}()"), *imports]
    raise Refusal("the layer is not written out in its container")


def _targets(statement: Node) -> list[str]:
    """The names that a statement stores its value under."""
    targets = statement.targets if isinstance(statement, ir.Assign) else ()
    return [last_name(target) for target in targets]


def _positions_read(project: RecordedProject, names: Iterable[str], left: int | None) -> bool:
    """True if a file of the project reads elements of a container called so that are not among the first ones."""
    return any(True for name in names if name for _ in project.readers.elements(name, left))


def _unread(project: RecordedProject, tree: Tree, call: ir.Call) -> bool:
    """True if a statement adds a layer that nobody reads by its name or by its place, and no other is added behind it."""
    assert isinstance(call.func, ir.Attr), "asked before"
    container = last_name(call.func.value)
    readings = project.readers.of(tree.path)
    names = {container, *(readings.unpacked.get(container, ()) if readings is not None else ())}
    if _positions_read(project, names, None):
        return False
    if name_of(call) == "append":
        added = [node.func for node in tree.nodes if isinstance(node, ir.Call) and name_of(node) in _ADDING]
        later = (one for one in added if isinstance(one, ir.Attr) and one.span.start > call.span.start)
        return not any(last_name(one.value) == container for one in later)
    name = constant(call.args[0].value) if call.args else None
    return name_of(call) == "add_module" and isinstance(name, str) and not read_again(project, tree, name)


def _counts(project: RecordedProject, place: SourceRange) -> bool:
    """True if the layers of a container that a call applies are counted somewhere: indexed, sliced or gone through."""
    containers = project.uses.callees.get(place, set())
    for path, span in project.holding(containers):
        tree = project.tree(path)
        for node in tree.by_span.get(span, ()):
            parent = tree.parent(node)
            if (isinstance(parent, ir.Item) and parent.value is node) or (isinstance(parent, ir.For) and parent.iter is node):
                return True
            if isinstance(parent, ir.Attr) and parent.name in CHILDREN:
                return True
            if isinstance(parent, ir.Star | ir.Comp) or (isinstance(parent, ir.Call) and name_of(parent) in _COUNTING):
                return True
    return False


def _own_lines(tree: Tree, call: ir.Call, arg: ir.Arg) -> Edit | None:
    """The lines of an argument taken away with their comment, where it has them to itself."""
    whole, inside = tree.whole(call, arg), tree.inside(call)
    start = tree.line_start(whole.start)
    rest = re.compile(r"[ \t]*,?[ \t]*(#[^\r\n]*)?(\r\n|\r|\n)").match(tree.text, whole.end, inside.end)
    if rest is None or tree.text[start : whole.start].strip() or start <= inside.start:
        return None
    return tree.edit(Span(start, rest.end()), "")


def _unread_variable(project: RecordedProject, tree: Tree, call: ir.Call) -> list[Edit]:
    """The statement that names a layer or a function of torch goes too, when nothing else reads the name."""
    name = call.func
    if not isinstance(name, ir.Name):
        return []
    scope = scope_of(tree, name, name.id)
    found = tree.local(name.id, scope)
    stores = [n for n in found if is_store(tree, n)]
    if len(stores) != 1 or len(found) != 2 or (scope is None and tree.shares(name.id)):
        return []
    statement = tree.statement(stores[0])
    if not isinstance(statement, ir.Assign) or statement.targets != (stores[0],) or not _only_names(project, tree, statement.value):
        return []
    try:
        return [line_removed(tree, statement.span)]
    except Refusal:
        return []


def _only_names(project: RecordedProject, tree: Tree, value: Node) -> bool:
    """True if an expression does nothing but make a layer of torch, or name a function."""
    if isinstance(value, ir.Call):
        names = project.uses.called.get((tree.path, value.span), ())
        known = bool(names) and all(name in _PLACING or name.startswith("torch.") for name in names)
        written = all(constant(arg.value) is not None or isinstance(arg.value, ir.Const | ir.Name | ir.Attr) for arg in value.args)
        return known and written and _only_names(project, tree, value.func)
    return isinstance(value, ir.Name) or (isinstance(value, ir.Attr) and _only_names(project, tree, value.value))


def logarithm_instead(project: RecordedProject, key: SourceRange, origin: Origin) -> list[Edit]:
    """`softmax` → `log_softmax` in the user's own spelling."""
    tree, call = project.call(key)
    if origin.name != "softmax":
        raise Refusal(f"a {origin.name} has no logarithm over classes")
    if key not in project.uses.applied.get(key, ()):
        return list(renamed(tree, call.func, "Softmax", "LogSoftmax"))
    if isinstance(call.func, ir.Call):
        return list(renamed(tree, call.func.func, "Softmax", "LogSoftmax"))
    made = project.uses.callees.get(key, set())
    if len(made) == 1 and {place for place, callees in project.uses.callees.items() if callees & made} == {key}:
        owner, construction = project.call(next(iter(made)))
        return list(renamed(owner, construction.func, "Softmax", "LogSoftmax"))
    if name_of(call) != "softmax" and isinstance(call.func, ir.Attr):
        raise Refusal("the softmax is a layer that others may share")
    return list(renamed(tree, call.func, "softmax", "log_softmax"))
