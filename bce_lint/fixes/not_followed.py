"""What was not analysed completely: a fix that changes a value for all who use it is made where all of them were seen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.sites import LossSite
from bce_lint.fixes.edit import Edit, Refusal
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.recorded_project import RecordedProject, loss_of
from bce_lint.fixes.tree import Node, Tree, is_store
from bce_lint.ir import Span

Returned: TypeAlias = dict[SourceRange, SourceRange]


def all_followed(project: RecordedProject, intents: Iterable[FixIntent], edits: Iterable[Edit]) -> None:
    """Raises `Refusal` where a call was not followed that may get, or give, what some edits change."""
    lost = project.uses.lost
    if not lost.called and not lost.setters:
        return
    values, definitions = {*_values(intents)}, set[SourceRange]()
    for edit in edits:
        _around(project, edit, values, definitions)
    name = next((lost.given[one] for one in sorted(values | definitions) if one in lost.given), None)
    called = sorted(one for one in definitions if one in lost.called)
    name = name or next((lost.called[one] for one in called), None)
    if name is None:
        values_given, objects_given = project.once(_given_out)
        first = min([*(values_given[one] for one in values if one in values_given),
                     *(objects_given[one] for one in values | definitions if one in objects_given)], default=None)  # fmt: skip
        name = None if first is None else lost.called[first]
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


def _changeable(project: RecordedProject) -> dict[str, tuple[list[int], list[tuple[SourceRange, int]]]]:
    """The activations and losses of each file in their order: where each starts; it, and the farthest that one so far comes."""
    by_file: dict[str, set[SourceRange]] = {}
    for place in (*project.uses.applied, *project.losses):
        by_file.setdefault(place[0], set()).add(place)
    found = {}
    for path, places in by_file.items():
        ordered = sorted(places)
        farthest = accumulate((place[1].end for place in ordered), max)
        found[path] = ([place[1].start for place in ordered], list(zip(ordered, farthest, strict=True)))
    return found


def _around(project: RecordedProject, edit: Edit, values: set[SourceRange], definitions: set[SourceRange]) -> None:
    """Adds the activations and losses that an edit is in, and the functions and classes around it."""
    tree = project.tree(edit.location.path)
    span = tree.file.span(edit.location)
    starts, places = project.once(_changeable).get(tree.path, ([], []))
    for index in range(bisect_right(starts, span.start) - 1, -1, -1):
        place, farthest = places[index]
        if farthest < span.end:
            break
        if span.end <= place[1].end:
            values.add(place)
    starts, found = tree.once(_definitions)
    for index in range(bisect_right(starts, span.start) - 1, -1, -1):
        one, end, farthest = found[index]
        if farthest < span.end:
            break  # none of those before it comes this far
        if span.end <= end:
            definitions.add((tree.path, one))


def _definitions(tree: Tree) -> tuple[list[int], list[tuple[Span, int, int]]]:
    """The functions and classes in their order: where each starts; its span, where it ends, and the farthest that one so far does."""
    ends = sorted((node.span, _end(node)) for node in tree.of(ir.Function, ir.ClassDef))
    farthest = accumulate((end for _, end in ends), max)
    return [span.start for span, _ in ends], [(span, end, far) for (span, end), far in zip(ends, farthest, strict=True)]


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
    return frozenset() if node is None else frozenset(tree.once(_by_function).get((id(node), stored), ()))


def _by_function(tree: Tree) -> dict[tuple[int, bool], set[str]]:
    found: dict[tuple[int, bool], set[str]] = {}
    for one in tree.of(ir.Attr):
        found.setdefault((id(tree.function(one)), is_store(tree, one)), set()).add(one.name)
    return found


def _given_out(project: RecordedProject) -> tuple[Returned, Returned]:
    """The values, and the objects and classes of objects, that functions which were not followed return; the first that does."""
    values: Returned = {}
    objects: Returned = {}
    for function in sorted(project.uses.lost.called):
        tree = project.tree(function[0])
        for way in tree.ways_out(tree.function_at(function[1])):
            if way.value is not None:
                here = (tree.path, way.value.span)
                for one in project.uses.carriers.get(here, ()):
                    values.setdefault(one, function)
                for one in project.uses.objects.get(here, ()):
                    objects.setdefault(one, function)
    return values, objects
