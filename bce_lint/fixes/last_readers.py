"""An activation's output that nobody reads any more once its readers are rewritten: then its statement goes."""

from __future__ import annotations

from collections.abc import Collection

from bce_lint import ir
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.logit_operand import logit_operand
from bce_lint.fixes.statement_lines import line_removed
from bce_lint.fixes.tree import Node, Tree, fitting, has_comment, is_store, scope_of, whole_target

_SHOWING = frozenset({"locals", "vars", "eval", "exec"})


def without_activation(tree: Tree, value: Node, statement: ir.Assign, readers: Collection[Node]) -> tuple[str, tuple[Edit, ...]] | None:
    """The operand of an activation in `statement` as a name for its output's readers, and the edits that leave it in the activation's
    place; None where others read the output too, or where that cannot be written."""
    if not _read_alone(tree, statement, readers):
        return None
    try:
        if _rebinds(tree, value, statement):
            return tree.source(value.span), (line_removed(tree, statement.span),)
        text, *others = {logit_operand(tree, value, statement, node)[0] for node in readers}
        if others:
            return None
        stays = isinstance(value, ir.Name) and value.id == text
        return text, (line_removed(tree, statement.span),) if stays else _bare(tree, value, statement, text)
    except Refusal:
        return None


def names_of(tree: Tree, target: ir.Name, scope: ir.Function | None) -> list[ir.Name]:
    """Where the variable that a target binds stands: of a comprehension's own one, inside of that alone."""
    child, around = whole_target(tree, target)
    found = list(tree.local(target.id, scope))
    if isinstance(around, ir.Comp) and any(clause.target is child for clause in around.clauses):
        return [one for one in found if around.span.start <= one.span.start < around.span.end]
    return found


def _read_alone(tree: Tree, statement: ir.Assign, readers: Collection[Node]) -> bool:
    """True if the variable that a statement binds is read in some expressions alone."""
    target, function = statement.targets[0], tree.function(statement)
    if len(statement.targets) != 1 or not isinstance(target, ir.Name) or _is_known_elsewhere(tree, statement, target.id):
        return False
    scope = scope_of(tree, target, target.id)
    others = [n for n in tree.local(target.id, scope) if n is not target]
    walrus = any(n.name == target.id and scope_of(tree, n, n.name) is scope for n in tree.of(ir.Bind))
    before = [n for n in others if _is_before(tree, n, statement) and tree.function(n) is function]
    return not walrus and all(n in before or any(one in readers for one in tree.around(n)) for n in others)


def _is_before(tree: Tree, name: ir.Name, statement: ir.Assign) -> bool:
    """True if a name is read before a statement is reached, or by it: what it means there is not what the statement binds."""
    given = any(param.name == name.id for function in (tree.function(statement),) if function is not None for param in function.params)
    loops = [one for one in tree.around(statement) if isinstance(one, ir.For | ir.While)]
    return given and not loops and not is_store(tree, name) and name.span.start < statement.span.end


def _is_known_elsewhere(tree: Tree, statement: ir.Assign, name: str) -> bool:
    """True if others than the code that reads a variable by its name may see it."""
    function = tree.function(statement)
    if function is None and tree.shares(name):
        return True
    if isinstance(next((one for one in tree.around(statement) if isinstance(one, ir.Function | ir.ClassDef)), None), ir.ClassDef):
        return True
    if function is not None and name in (*function.globals, *function.nonlocals):
        return True
    shown = (node for name in _SHOWING for one in tree.names(name) if isinstance(node := tree.parent(one), ir.Call) and node.func is one)
    return any(function is None or function in tree.around(node) for node in shown)


def _rebinds(tree: Tree, value: Node, statement: ir.Assign) -> bool:
    """True if a statement gives a parameter the activation of itself, once: without it the parameter is what it was."""
    target = statement.targets[0]
    return isinstance(value, ir.Name) and isinstance(target, ir.Name) and value.id == target.id and _is_before(tree, value, statement)


def _bare(tree: Tree, value: Node, statement: ir.Assign, name: str) -> tuple[Edit, ...]:
    """`p = sigmoid(z + 1)` → `p_logits = z + 1`. Raises `Refusal` at a comment."""
    if has_comment(tree.source(statement.value.span)):
        raise Refusal("a comment stands inside the activation's call")
    text = tree.source(tree.expression(value))
    own = tree.expression(statement.value)
    return tree.edit(statement.targets[0].span, name), tree.edit(own, fitting(tree, statement.value, value, text))


def shows_all(tree: Tree, function: ir.Function | None) -> bool:
    """True if a function hands all its variables out."""
    named = (*tree.names("locals"), *tree.names("vars"), *tree.attributes("locals"), *tree.attributes("vars"))
    calls = (call for one in named if isinstance(call := tree.parent(one), ir.Call) and call.func is one and not call.args)
    return any(tree.function(call) is function for call in calls)
