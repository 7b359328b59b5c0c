"""What a choice is made between: after a fix it must still be a choice."""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint import ir
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.places import at_row
from bce_lint.fixes.tree import Node, Tree


def still_a_choice(tree: Tree, call: ir.Call, old: str, new: str) -> None:
    """Raises `Refusal` when a call would become, with another name for its callee, what stands beside it in a choice, or under
    another key."""
    end = call.func.span.end
    if tree.text[end - len(old) : end] != old:
        return
    for mine, other in _beside(tree, call):
        here, there = (_words(tree, one.span) for one in (mine, other))
        renamed = tree.text[mine.span.start : end - len(old)] + new + tree.text[end : mine.span.end]
        if here != there and "".join(renamed.split()) == there:
            text = tree.source(other.span)
            raise Refusal(f"it would be `{text}` at {at_row(tree, call)} whatever is chosen, as at {at_row(tree, other)}")


def _words(tree: Tree, span: ir.Span) -> str:
    return "".join(tree.source(span).split())


def _beside(tree: Tree, call: ir.Call) -> Iterator[tuple[Node, Node]]:
    """What a choice takes where it takes a call, and what it takes elsewhere."""
    node: Node = call
    statement = tree.statement(call)
    for around in tree.around(call):
        match around:
            case ir.Choice():
                yield from ((node, one) for one in (around.then, around.other) if around.test is not node)
            case ir.Dict():
                yield from ((node, one) for one in around.values)
            case ir.If() if any(arm == (node,) for arm in map(tuple, (around.body, around.orelse))):
                yield from ((statement, one) for one in _arms(around))
            case ir.If() | ir.Function():
                return
        node = around


def _arms(choice: ir.If) -> Iterator[Node]:
    """The statements that stand alone in an arm of a choice, and in those of the choices after it."""
    for arm in (choice.body, choice.orelse):
        for one in arm if len(arm) == 1 else ():
            yield one
            if isinstance(one, ir.If):
                yield from _arms(one)
