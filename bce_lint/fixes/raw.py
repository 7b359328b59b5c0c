"""What an activation gets, named where it is wanted."""

from __future__ import annotations

import re

from bce_lint import ir
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.tree import Node, Tree, is_store
from bce_lint.ir import Span


def raw(tree: Tree, value: Node, statement: ir.Assign, where: Node) -> tuple[str, tuple[Edit, ...]]:
    """The operand of an activation in `statement` as a name that means the same at `where`, and the edits that give it one.

    A new name is that of the activation's output with `_logits` behind it, so that two of them in one function are told apart.

    Raises `Refusal` where it has no name and can be given none.
    """
    if stays(tree, value, statement, where):
        return tree.source(value.span), ()
    target, line = statement.targets[0], tree.line_start(statement.span.start)
    name = f"{target.id}_logits" if isinstance(target, ir.Name) else ""
    taken = re.search(rf"\b{name}\b", tree.text) is not None
    if not name or taken or tree.text[line : statement.span.start].strip() or tree.function(value) is not tree.function(where):
        raise Refusal("what the activation gets has no name of its own")
    lead = f"{name} = {tree.source(value.span)}{tree.newline()}{tree.indent(statement.span.start)}"
    at = Span(statement.span.start, statement.span.start)
    return name, (Edit(tree.path, at, lead), Edit(tree.path, value.span, name))


def stays(tree: Tree, value: Node, statement: Node, where: Node) -> bool:
    """Whether an expression is a name that still means the same at another place. Raises `Refusal` when its tensor is changed in place."""
    if not isinstance(value, ir.Name):
        return False
    not_changed(tree, value, statement)
    names = [n for n in tree.nodes if isinstance(n, ir.Name) and n.id == value.id and n.span.start >= statement.span.start]
    loops = [one for inner in (statement, where) for one in tree.around(inner) if isinstance(one, ir.For | ir.While)]
    names = [n for n in names if n.span.start <= where.span.start or any(one in loops for one in tree.around(n))]
    return not any(is_store(tree, n) for n in names)


def not_changed(tree: Tree, value: Node, statement: Node) -> None:
    """Raises `Refusal` when the tensor of a name may be changed in place after a statement, in its function."""
    if isinstance(value, ir.Name):
        function = tree.function(value)
        names = [n for n in tree.nodes if isinstance(n, ir.Name) and n.id == value.id and tree.function(n) is function]
        if any(_changed_in_place(tree, n) for n in names if n.span.start >= statement.span.start):
            raise Refusal(f"`{value.id}` is changed in place")


def _changed_in_place(tree: Tree, name: ir.Name) -> bool:
    parent = tree.parent(name)
    match parent:
        case ir.AugAssign():
            return parent.target is name
        case ir.Item():
            return is_store(tree, parent)
        case ir.Attr():
            return parent.name.endswith("_") and not parent.name.endswith("__")
    return False


def only_binding(tree: Tree, name: ir.Name, statement: ir.Assign) -> bool:
    """Whether a statement is the only one in its function that binds a name."""
    scope = tree.function(name)
    stores = [n for n in tree.nodes if isinstance(n, ir.Name) and n.id == name.id and is_store(tree, n) and tree.function(n) is scope]
    return len(stores) == 1 and stores[0] in statement.targets
