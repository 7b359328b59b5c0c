"""An activation's output that is handed out together with what the activation got: `{"logits": out, "probs": torch.sigmoid(out)}`.

A loss that wants the one and reads the other is mended where it reads; what is handed out stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from bce_lint import ir
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.logit_operand import logits_beside
from bce_lint.fixes.meeting import Usage
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.removal import operand, where
from bce_lint.fixes.renaming import NamesMet, Variable, instead, is_taken, promises, renamed
from bce_lint.fixes.tree import Node, Tree, constant, is_store, scope_of
from bce_lint.fixes.uses import User, UserSearch

EntryKey: TypeAlias = str | int


class Pair(NamedTuple):
    """Where the values are handed out, under which key, and under which key beside them is what the activation got."""

    tree: Tree
    display: Node
    key: EntryKey
    beside: EntryKey


def read_beside(project: RecordedProject, search: UserSearch) -> list[Edit] | None:
    """The edits by which each loss reads what the activation got; None where that is not handed out.

    Raises `Refusal` where it is, and a loss cannot be told to read it.
    """
    pairs = [_pair(project, search, tree, display, node) for tree, display, node in search.displays]
    known = {(pair.key, pair.beside) for pair in pairs if pair is not None}
    if not known:
        return None
    (key, beside), *others = sorted(known, key=str)
    losses = [use for use in search.uses if use.kind is Usage.LOSS]
    if others or None in pairs or not losses:
        raise Refusal(f"{_place(pairs)} hands out the values before and after the {search.origin.name}: read those before it")
    edits: list[Edit] = []
    names = NamesMet()
    for use in losses:
        edits += _read(search, use, key, beside, names)
    return renamed([names], frozenset(), edits, logarithm=False)


def _place(pairs: list[Pair | None]) -> str:
    return next(where(User(Usage.VALUES, pair.tree, pair.display)) for pair in pairs if pair is not None)


def _pair(project: RecordedProject, search: UserSearch, tree: Tree, display: Node, held: Node) -> Pair | None:
    """The keys of the values in a display and of what the activation got, if it stands beside them."""
    origin, call = project.call(search.key)
    if origin is not tree:
        return None
    try:
        value = operand(project, tree, call)
    except Refusal:
        return None
    entries = list(_entries(display))
    key = next((key for key, node in entries if node is held), None)
    beside = next((key for key, node in entries if _is_same(tree, node, value)), None)
    return None if key is None or beside is None else Pair(tree, display, key, beside)


def _entries(display: Node) -> Iterator[tuple[EntryKey, Node]]:
    match display:
        case ir.Dict():
            keys = [constant(key) for key in display.keys]
            yield from ((key, value) for key, value in zip(keys, display.values, strict=True) if isinstance(key, str))
        case ir.Build():
            yield from enumerate(display.items)
        case ir.Call():
            yield from ((arg.keyword, arg.value) for arg in display.args if arg.keyword)


def _is_same(tree: Tree, node: Node, value: Node) -> bool:
    """True if both are one name that is set once, so that they are one value."""
    if not (isinstance(node, ir.Name) and isinstance(value, ir.Name) and node.id == value.id):
        return False
    scope = scope_of(tree, node, node.id)
    if scope is None or scope_of(tree, value, value.id) is not scope:
        return False
    given = any(param.name == node.id for param in scope.params)
    return sum(is_store(tree, n) for n in tree.local(node.id, scope)) + given == 1


def _read(search: UserSearch, use: User, key: EntryKey, beside: EntryKey, names: NamesMet) -> list[Edit]:
    """The edits by which one loss reads the values beside."""
    tree, node = use.tree, _read_first(search, use.tree, use.node)
    item = _keyed(tree, node, key, beside)
    if item is not None:
        return [item]
    if isinstance(node, ir.Name):
        found = _bound(search, tree, node, key, beside, names)
        if found:
            return found
    raise Refusal(f"{where(use)} gets what the {search.origin.name} gives: {_spelled(beside)} is what it needs")


def _spelled(key: EntryKey) -> str:
    return f'`["{key}"]`' if isinstance(key, str) else f"the value at position {key}"


def _read_first(search: UserSearch, tree: Tree, node: Node) -> Node:
    """What is read, before it is moved on the way: `out["probs"]` of `out["probs"].squeeze(1)`."""
    while isinstance(node, ir.Call):
        if isinstance(node.func, ir.Attr) and search.meeting.carries(tree, node.func.value):
            node = node.func.value
        else:
            node = node.args[0].value if node.args else node.func
    return node


def _keyed(tree: Tree, node: Node, key: EntryKey, beside: EntryKey) -> Edit | None:
    """The edit of an item or an attribute that is read by its key."""
    if isinstance(node, ir.Item) and constant(node.index) == key and isinstance(node.index, ir.Const):
        text = tree.source(node.index.span)
        return tree.edit(node.index.span, text.replace(str(key), str(beside)))
    if isinstance(node, ir.Attr) and node.name == key:
        end = node.span.end
        return tree.edit(ir.Span(end - len(node.name), end), str(beside))
    return None


def _bound(search: UserSearch, tree: Tree, name: ir.Name, key: EntryKey, beside: EntryKey, names: NamesMet) -> list[Edit]:
    """The edits for a variable that was set to what is read."""
    scope = scope_of(tree, name, name.id)
    stores = [n for n in tree.local(name.id, scope) if is_store(tree, n)]
    statement = tree.statement(stores[0]) if len(stores) == 1 else None
    if not isinstance(statement, ir.Assign) or len(statement.targets) != 1 or tree.function(name) is not tree.function(statement):
        return []
    target = statement.targets[0]
    if target is stores[0]:
        return _read_at(search, tree, name, statement, key, beside, names)
    if isinstance(target, ir.Build) and isinstance(key, int) and isinstance(beside, int) and target.items[key] is stores[0]:
        return _other_part(tree, name, stores[0], target.items[beside])
    return []


def _read_at(
    search: UserSearch, tree: Tree, name: ir.Name, statement: ir.Assign, key: EntryKey, beside: EntryKey, names: NamesMet
) -> list[Edit]:
    """`probs = out["probs"]`: the statement reads the other value if the loss alone uses it, else the loss does."""
    value = _read_first(search, tree, statement.value)
    edit = _keyed(tree, value, key, beside)
    if edit is None:
        return []
    if search.behind(tree, statement.value) <= {Usage.LOSS, Usage.ORDER}:
        names.bind(Variable(tree, scope_of(tree, name, name.id), name.id), statement.targets[0])
        return [edit]
    container = value.value if isinstance(value, ir.Item | ir.Attr) else None
    if value is statement.value and isinstance(container, ir.Name) and _only_one(tree, container):
        keyed = tree.text[container.span.end : value.span.end]
        return [tree.edit(name.span, container.id + keyed.replace(str(key), str(beside)))]
    return []


def _only_one(tree: Tree, name: ir.Name) -> bool:
    """True if a name is set by one statement of its function alone."""
    scope = scope_of(tree, name, name.id)
    stores = [n for n in tree.local(name.id, scope) if is_store(tree, n)]
    return len(stores) == 1 and scope is not None and not any(param.name == name.id for param in scope.params)


def _other_part(tree: Tree, name: ir.Name, store: ir.Name, other: Node) -> list[Edit]:
    """`logits, probs = net(x)`: the loss gets the other part; one without a name is given one, and what nobody reads now loses its own."""
    if not isinstance(other, ir.Name):
        return []
    if not other.id.startswith("_"):
        return [tree.edit(name.span, other.id)] if _only_one(tree, other) else []
    new = instead(name.id, logarithm=False) if promises(name.id) else logits_beside(name.id)
    taken = is_taken(Variable(tree, scope_of(tree, name, name.id), name.id), new)
    scope = scope_of(tree, name, name.id)
    alone = [n for n in tree.local(name.id, scope) if n is not store] == [name]
    unread = [tree.edit(store.span, other.id)] if alone else []
    return [] if taken else [tree.edit(other.span, new), tree.edit(name.span, new), *unread]
