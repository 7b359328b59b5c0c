"""What an activation gets, named where it is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bce_lint import ir
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.places import at_row
from bce_lint.fixes.tree import Node, Tree, has_comment, is_store, name_of
from bce_lint.ir import Span


def logit_operand(tree: Tree, value: Node, statement: ir.Assign, where: Node) -> tuple[str, tuple[Edit, ...]]:
    """The operand of an activation in `statement` as a name that means the same at `where`, and the edits that give it one.

    A new name is that of the activation's output with `_logits` behind it, so that two of them in one function are told apart;
    one that says logits already gets `raw_` before it.

    Raises `Refusal` where it has no name and can be given none.
    """
    if stays(tree, value, statement, where):
        return tree.source(value.span), ()
    target, indent = statement.targets[0], tree.text[tree.line_start(statement.span.start) : statement.span.start]
    name = logits_beside(target.id) if isinstance(target, ir.Name) else ""
    taken = name in tree.once(_words)
    if not name or taken or indent.strip() or tree.function(value) is not tree.function(where):
        raise Refusal("what the activation gets has no name of its own")
    text = tree.source(tree.expression(value))
    text = f"({text})" if re.search(r"[\r\n]", text) else text
    lead = f"{name} = {text}{tree.newline()}{indent}"
    at = Span(statement.span.start, statement.span.start)
    return name, (tree.edit(at, lead), tree.edit(_with_parentheses(tree, value), name))


def _words(tree: Tree) -> frozenset[str]:
    """The words of a file, those in its texts and comments too."""
    return frozenset(re.findall(r"\w+", tree.text))


def _with_parentheses(tree: Tree, value: Node) -> Span:
    """The span of an operand with the parentheses that a name needs no more; those with a comment in them stay."""
    inner, outer = tree.expression(value), tree.outer(value)
    around = tree.text[outer.start : inner.start] + tree.text[inner.end : outer.end]
    return inner if has_comment(around) else outer


def logits_beside(name: str) -> str:
    """A name for the logits of what has a name."""
    return f"raw_{name}" if "logit" in name.lower() else f"{name}_logits"


def stays(tree: Tree, value: Node, statement: Node, where: Node) -> bool:
    """True if an expression is a name that still means the same at another place. Raises `Refusal` when its tensor is changed in place."""
    if not isinstance(value, ir.Name):
        return False
    not_changed(tree, value, statement)
    if where.span.start < statement.span.start:
        return False
    first, last = ([one for one in tree.around(inner) if isinstance(one, ir.For | ir.While)] for inner in (statement, where))
    for node in _bindings(tree, value.id):
        around, between = list(tree.around(node)), statement.span.start <= node.span.start <= where.span.start
        if between or any(one in around and one not in first for one in last):
            return False
    return True


def _bindings(tree: Tree, name: str) -> list[Node]:
    """What binds a name, in whatever way."""
    written = [node for node in tree.names(name) if is_store(tree, node)]
    return [*written, *tree.once(_binding).get(name, ())]


def _binding(tree: Tree) -> dict[str, list[Node]]:
    """What binds names otherwise than by an assignment, by name."""
    found: dict[str, list[Node]] = {}
    for node in tree.of(ir.Bind, ir.Function, ir.ClassDef, ir.ImportName, ir.ImportModule, ir.Try):
        if isinstance(node, ir.Try):
            names = {handler.name for handler in node.handlers if handler.name}
        else:
            names = {node.bound if isinstance(node, ir.ImportName | ir.ImportModule) else node.name}
        for name in names:
            found.setdefault(name, []).append(node)
    return found


def not_changed(tree: Tree, value: Node, statement: Node) -> None:
    """Raises `Refusal` when the tensor of a name may be changed in place after a statement, in its function."""
    if isinstance(value, ir.Name):
        changed = tree.once(_in_place).get((value.id, id(tree.function(value))), ())
        for name in _following(tree, value, statement, changed):
            raise Refusal(f"`{value.id}` is changed in place at {at_row(tree, name)}")


def _in_place(tree: Tree) -> dict[tuple[str, int], list[ir.Name]]:
    """The names whose tensors are changed in place, by name and function."""
    found: dict[tuple[str, int], list[ir.Name]] = {}
    for name in tree.of(ir.Name):
        if not is_store(tree, name) and _changed_in_place(tree, name):
            found.setdefault((name.id, id(tree.function(name))), []).append(name)
    return found


def is_mentioned(tree: Tree, value: ir.Name, statement: Node) -> bool:
    """True if a name stands in its function after a statement, or in a loop around it."""
    names = tree.inside_of(value.id, tree.function(value))
    return any(not is_store(tree, name) for name in _following(tree, value, statement, names))


def _following(tree: Tree, value: ir.Name, statement: Node, names: Sequence[ir.Name]) -> Iterator[ir.Name]:
    """Those of some names of a value's function that stand after a statement, or in a loop around it."""
    if isinstance(statement, ir.Return) or (isinstance(statement, ir.Assign) and any(_binds(t, value.id) for t in statement.targets)):
        return  # nothing comes after it, or the name means the new value from there on
    end = (tree.extent(statement) or statement.span).end
    loops = [one for one in tree.around(statement) if isinstance(one, ir.For | ir.While)]
    for name in names:
        if name.span.start >= end or (loops and _is_in_one(tree, name, loops) and statement not in tree.around(name)):
            yield name


def _is_in_one(tree: Tree, name: ir.Name, loops: list[Node]) -> bool:
    return any(one in loops for one in tree.around(name))


def _binds(target: Node, name: str) -> bool:
    return isinstance(target, ir.Name) and target.id == name


def _changed_in_place(tree: Tree, node: Node) -> bool:
    """True if an expression, or a view of it, is written to: an item set, `x += y`, `x.add_()`, `f(x, inplace=True)`, `out=x`."""
    parent = tree.parent(node)
    match parent:
        case ir.AugAssign():
            return parent.target is node
        case ir.Item() if parent.value is node:
            return is_store(tree, parent) or _changed_in_place(tree, parent)
        case ir.Attr():
            return (
                is_store(tree, parent) or (parent.name.endswith("_") and not parent.name.endswith("__")) or _changed_in_place(tree, parent)
            )
        case ir.Call() if parent.func is node:
            return _changed_in_place(tree, parent)
        case ir.Call():
            options = [*parent.args, *(parent.func.args if isinstance(parent.func, ir.Call) else ())]
            inplace = any(arg.keyword == "inplace" for arg in options)
            return inplace or name_of(parent).endswith("_") or any(arg.keyword == "out" and arg.value is node for arg in parent.args)
    return False


def only_binding(tree: Tree, name: ir.Name, statement: ir.Assign) -> bool:
    """True if a statement is the only one in its function that binds a name."""
    scope = tree.function(name)
    stores = [n for n in tree.inside_of(name.id, scope) if is_store(tree, n)]
    return len(stores) == 1 and stores[0] in statement.targets
