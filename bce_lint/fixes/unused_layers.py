"""Layers that nobody calls any more once an activation is taken away: what makes them goes too."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Final, TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.sites import LossSite
from bce_lint.fixes.class_lines import ClassLines
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.intent import Change
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.statement_lines import line_removed
from bce_lint.fixes.tree import Node, Tree, has_comment, is_own, is_store
from bce_lint.ir import Span
from bce_lint.ir.walk import below

_CHILDREN: Final = ("children", "named_children", "_modules")
_Read: TypeAlias = tuple[Tree, ir.Attr]


def unused_layer(project: RecordedProject, tree: Tree, call: ir.Call, together: Collection[SourceRange]) -> list[Edit]:
    """What makes an attribute's layer goes too, when the calls that go `together` are all that reads the attribute: its statement, or
    its part of one. Where the others are calls that other fixes take away, it is written as it is, so that the last of them is alone.
    """
    owner = next((one for one in tree.around(call) if isinstance(one, ir.ClassDef)), None)
    if owner is None or not isinstance(call.func, ir.Attr) or not is_own(call.func):
        return []
    name, line = call.func.name, project.once(ClassLines).line(tree, owner)
    nodes = [(t, n) for t in project.having(name) for n in t.attributes(name) if _of_object(n) and not _is_anothers(t, n, line)]
    stores = [n for t, n in nodes if is_store(t, n)]
    gone, left = _divided([(t, n) for t, n in nodes if n not in stores], set(together))
    unseen = sum(1 for _ in project.readers.attribute(name, owner.name)) - len(gone) - len(left)
    if len(stores) != 1 or owner not in tree.around(stores[0]) or unseen or _children_read(project, tree.path, line):
        return []
    statement = tree.statement(stores[0])
    if left:
        later = isinstance(statement, ir.Assign) and not _divided(left, project.once(_to_be_taken))[1]
        return [tree.edit(statement.value.span, tree.source(statement.value.span))] if later else []
    with suppress(Refusal):  # a statement that shares its line keeps its layer
        return _not_stored(tree, statement, stores[0])
    return []


def _divided(reads: Iterable[_Read], calls: AbstractSet[SourceRange]) -> tuple[list[_Read], list[_Read]]:
    """The attributes that are called by some calls, and the others."""
    found: tuple[list[_Read], list[_Read]] = ([], [])
    for tree, attr in reads:
        parent = tree.parent(attr)
        called = isinstance(parent, ir.Call) and parent.func is attr and (tree.path, parent.span) in calls
        found[not called].append((tree, attr))
    return found


def _to_be_taken(project: RecordedProject) -> frozenset[SourceRange]:
    """Where the activations are applied that the fixes of the project's findings take away."""
    intents = (intent for change in (Change.DROP, Change.DROP_INNER, Change.FUSE) for intent in project.intents(change))
    sites = (intent.site for intent in intents if isinstance(intent.site, LossSite))
    return frozenset(origin.place.range for site in sites for x in site.input for origin in (*x.origin, *x.inner))


def _is_anothers(tree: Tree, attr: ir.Attr, line: Collection[tuple[Tree, ir.ClassDef]]) -> bool:
    """True if an attribute is one that a class sets which has nothing to do with the classes of a line."""
    around = next((one for one in tree.around(attr) if isinstance(one, ir.ClassDef)), None)
    if around is None or not is_own(attr) or any(one is around for _, one in line):
        return False
    return any(is_store(tree, one) and is_own(one) and around in tree.around(one) for one in tree.attributes(attr.name))


def _children_read(project: RecordedProject, path: str, line: Collection[tuple[Tree, ir.ClassDef]]) -> bool:
    """True if a file that may meet a class reads the layers of an object in their order, which may be one of its line."""
    owners = {"", *(one.name for _, one in line)}
    holding = ((word, *one) for word in _CHILDREN for one in project.readers.holding(word))
    files = ((word, found) for word, other, found in holding if project.may_meet(path, other))
    return any(found is None or any(one.owner in owners for one in found.read.get(word, ())) for word, found in files)


def _not_stored(tree: Tree, statement: Node, store: ir.Attr) -> list[Edit]:
    """What a statement stores under one of its targets is not stored; nothing where that is not a layer made there."""
    if not isinstance(statement, ir.Assign):
        return []
    around = tree.parent(store)
    if isinstance(around, ir.Build) and around in statement.targets:
        return _out_of_tuple(tree, statement, around, around.items.index(store))
    if store not in statement.targets or not isinstance(statement.value, ir.Call) or _binds_more(tree, statement.value):
        return []
    if len(statement.targets) == 1:
        return [line_removed(tree, statement.span)]
    following = (*statement.targets, statement.value)[statement.targets.index(store) + 1]
    return [tree.edit(Span(tree.outer(store).start, tree.outer(following).start), "")]


def _binds_more(tree: Tree, value: Node) -> bool:
    """True if an expression binds a name of its own, or waits for something."""
    return any(isinstance(node, ir.Bind | ir.Yield) for node in below(value))


def _out_of_tuple(tree: Tree, statement: ir.Assign, targets: ir.Build, index: int) -> list[Edit]:
    """A target and its value taken out of `self.a, self.b = A(), B()`; the last two that are left stand without a comma."""
    values = statement.value
    stars = any(isinstance(item, ir.Star) for item in (*targets.items, *getattr(values, "items", ())))
    if len(statement.targets) != 1 or not isinstance(values, ir.Build) or stars or not 1 < len(targets.items) == len(values.items):
        return []
    if not isinstance(values.items[index], ir.Call) or _binds_more(tree, values.items[index]):
        return []
    edits = [edit for build in (targets, values) if (edit := _without_item(tree, build, index)) is not None]
    return edits if len(edits) == 2 else []


def _without_item(tree: Tree, build: ir.Build, index: int) -> Edit | None:
    """A tuple without one of its items; of two the other stands alone. None at a comment."""
    parts = [tree.outer(item) for item in build.items]
    if len(parts) == 2:
        kept = parts[1 - index]
        span, text = build.span, tree.source(kept)
        rest = tree.text[span.start : kept.start] + tree.text[kept.end : span.end]
    else:
        span = Span(parts[index - 1].end, parts[index].end) if index else Span(parts[0].start, parts[1].start)
        rest, text = tree.source(span), ""
    return None if has_comment(rest) else tree.edit(span, text)


def read_again(project: RecordedProject, tree: Tree, name: str) -> bool:
    """True if an attribute is read anywhere in the project but once in its file: there stands the layer's call, or its name."""
    readings = list(project.readers.attribute(name, ""))
    return len(readings) > 1 or any(path != tree.path for path, _ in readings)


def _of_object(attr: ir.Attr) -> bool:
    """True if an attribute may be one of an object's, not of a torch module's."""
    return not (isinstance(attr.value, ir.Name) and attr.value.id in ("torch", "F", "nn"))
