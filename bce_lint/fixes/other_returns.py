"""Other ways out of a function that still end in an activation which a fix takes away from one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.catalog.consumers import MOVING
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.tree import Node, Tree, constant, is_store, name_of
from bce_lint.fixes.uses import UserSearch

_ADDING = frozenset({"append", "add", "insert"})


class OtherReturn(NamedTuple):
    """An activation that a function returns the values of in another way: where it is, and the function."""

    tree: Tree
    node: Node
    key: SourceRange
    function: ir.Function


def other_returns(project: RecordedProject, search: UserSearch, gone: Collection[SourceRange]) -> Iterator[OtherReturn]:
    """The activations of the kind of a search's that stay at other ways out of the functions which return its values."""
    for path, span in sorted(search.functions):
        tree = project.tree(path)
        function = tree.function_at(span)
        if function is None:
            continue
        ways = [n for n in tree.ways_out(function) if n.value is not None]
        slots = {slot for way in ways for slot, node in _slots(way.value) if _carries(project, search, tree, node)}
        for way in ways:
            for node in (node for slot, node in _slots(way.value) if slot in slots):
                for key, at in _Ending(project, search, tree, function).of(node):
                    if key not in gone:
                        yield OtherReturn(tree, at, key, function)


def _slots(value: Node) -> Iterator[tuple[object, Node]]:
    """The parts of what is returned: those of a tuple by place, of a dictionary by key; the whole counts as the first."""
    match value:
        case ir.Build(kind="tuple"):
            yield from enumerate(value.items)
        case ir.Dict():
            yield from ((constant(key), one) for key, one in zip(value.keys, value.values, strict=True))
        case _:
            yield 0, value


def _carries(project: RecordedProject, search: UserSearch, tree: Tree, node: Node) -> bool:
    """True if what is returned is, or holds, the values."""
    return id(node) in search.seen or project.carries(tree, node, (search.key,))


class _Ending:
    """Asks which activations an expression of one function ends in, along its variables and lists."""

    def __init__(self, project: RecordedProject, search: UserSearch, tree: Tree, function: ir.Function) -> None:
        self.project, self.search, self.tree, self.function = project, search, tree, function
        self.seen: set[int] = set()

    def of(self, node: Node) -> Iterator[tuple[SourceRange, Node]]:
        """The activations that are the last thing done to a value, each with its place."""
        if id(node) in self.seen:
            return
        self.seen.add(id(node))
        match node:
            case ir.Call() if self._is_same(node):
                yield (self.tree.path, node.span), node
            case ir.Call() if name_of(node) in MOVING:
                moved = node.func.value if isinstance(node.func, ir.Attr) else None
                yield from self._all([one for one in (moved, *(arg.value for arg in node.args[:1])) if one is not None])
            case ir.Call():
                keys = self.project.uses.latest.get((self.tree.path, node.span), ())
                yield from ((key, node) for key in sorted(keys) if self._names(key) <= self.search.meeting.same)
            case ir.Name():
                yield from self._all(self._bound(node))
            case ir.Item():
                yield from self.of(node.value)
            case ir.Build():
                yield from self._all(node.items)
            case ir.Comp():
                yield from self._all(node.elements)
            case ir.Choice():
                yield from self._all((node.then, node.other))

    def _all(self, nodes: Iterable[Node]) -> Iterator[tuple[SourceRange, Node]]:
        for node in nodes:
            yield from self.of(node)

    def _is_same(self, call: ir.Call) -> bool:
        """True if a call applies the activation, by what it was seen to call; one that was not run, by its name."""
        return (self._names((self.tree.path, call.span)) or {name_of(call)}) <= self.search.meeting.same

    def _names(self, call: SourceRange) -> set[str]:
        """What a call was seen to call, each by its last name."""
        return {name.rpartition(".")[2].rpartition(" ")[2] for name in self.project.uses.called.get(call, ())}

    def _bound(self, name: ir.Name) -> Iterator[Node]:
        """What a variable is set to in the function, and what is put into a list that it is."""
        for one in self.tree.names(name.id):
            parent = self.tree.parent(one)
            if self.tree.function(one) is not self.function:
                continue
            if isinstance(parent, ir.Assign) and is_store(self.tree, one) and one in parent.targets:
                yield parent.value
            elif isinstance(parent, ir.Attr) and parent.name in _ADDING:
                call = self.tree.parent(parent)
                yield from (arg.value for arg in call.args) if isinstance(call, ir.Call) and call.func is parent else ()
