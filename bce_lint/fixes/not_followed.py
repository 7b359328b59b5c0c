"""What was not analysed completely: a fix that changes a value for all who use it is made where all of them were seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.sites import LossSite
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.recorded_project import RecordedProject, loss_of
from bce_lint.fixes.tree import Node, Tree, is_store


def all_followed(project: RecordedProject, intents: Iterable[FixIntent], edits: Iterable[Edit]) -> None:
    """Raises `Refusal` where a call was not followed that may get, or give, what some edits change."""
    lost = project.uses.lost
    if not lost.called and not lost.setters:
        return
    values, definitions = {*_values(intents)}, set[SourceRange]()
    for edit in edits:
        _around(project, edit, values, definitions)
    name = next((lost.given[one] for one in sorted(values | definitions) if one in lost.given), None)
    name = name or next((name for one, name in sorted(lost.called.items()) if one in definitions), None)
    if name is None:
        name = next((name for one, name in sorted(lost.called.items()) if _gives(project, one, values, definitions)), None)
    near = [one for one, classes in sorted(lost.setters.items()) if not classes.isdisjoint(definitions)]
    if name is None and near:
        read = frozenset[str]().union(*(_attributes(project, one, stored=False) for one in definitions))
        name = next((_name(project, one) for one in near if not read.isdisjoint(_attributes(project, one, stored=True))), None)
    if name is not None:
        raise Refusal(f"`{name}` was not analysed completely: a budget ran out, or calls stand too deep in each other")


def _values(intents: Iterable[FixIntent]) -> Iterator[SourceRange]:
    """The activations and losses that a finding is about."""
    for intent in intents:
        site = intent.site
        if isinstance(site, LossSite):
            yield from (site.call.range, loss_of(site))
            yield from (origin.place.range for x in site.input for origin in (*x.origin, *x.inner))


def _around(project: RecordedProject, edit: Edit, values: set[SourceRange], definitions: set[SourceRange]) -> None:
    """Adds the activations and losses that an edit is in, and the functions and classes around it."""
    tree = project.tree(edit.location.path)
    span = tree.file.span(edit.location)
    for place in (*project.uses.applied, *project.losses):
        if place[0] == tree.path and place[1].start <= span.start and span.end <= place[1].end:
            values.add(place)
    for node in tree.nodes:
        if isinstance(node, ir.Function | ir.ClassDef) and node.span.start <= span.start and span.end <= _end(node):
            definitions.add((tree.path, node.span))


def _end(node: ir.Function | ir.ClassDef) -> int:
    """Where the last statement of a definition ends."""
    last: Node = node
    while body := next((part for name in _BLOCKS if (part := getattr(last, name, ()))), ()):
        last = body[-1]
    if isinstance(last, ir.FunctionDef):
        return _end(last.function)
    return int(last.span.end)


_BLOCKS = ("final", "orelse", "handlers", "body")


def _name(project: RecordedProject, function: SourceRange) -> str:
    node = project.tree(function[0]).function_at(function[1])
    return "" if node is None else node.name


def _attributes(project: RecordedProject, function: SourceRange, stored: bool) -> frozenset[str]:
    """The attributes that a function sets, or those that it reads."""
    tree = project.tree(function[0])
    node = tree.function_at(function[1])
    found = (one for one in tree.nodes if isinstance(one, ir.Attr) and tree.function(one) is node)
    return frozenset(one.name for one in found if node is not None and is_store(tree, one) is stored)


def _gives(project: RecordedProject, function: SourceRange, values: set[SourceRange], definitions: set[SourceRange]) -> bool:
    """True if a function returns one of some values, or an object of one of some classes."""
    tree = project.tree(function[0])
    node = tree.function_at(function[1])
    ways = (one for one in tree.nodes if isinstance(one, ir.Return | ir.Yield) and tree.function(one) is node)
    return any(_is_one(project, tree, way.value, values, definitions) for way in ways if way.value is not None)


def _is_one(project: RecordedProject, tree: Tree, value: Node, values: set[SourceRange], definitions: set[SourceRange]) -> bool:
    here = (tree.path, value.span)
    objects: AbstractSet[SourceRange] = project.uses.objects.get(here, frozenset())
    return project.carries(tree, value, values) or not definitions.isdisjoint(objects) or not values.isdisjoint(objects)
