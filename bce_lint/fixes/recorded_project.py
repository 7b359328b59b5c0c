"""A project as fixes see it: a run that recorded where values went, and the files from below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place, SourceRange
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.uses import UseRecorder
from bce_lint.analysis.sites import ChoiceSite, HandWrittenSite, LossSite, members
from bce_lint.catalog.modules import HOOKS, QUIET, STATE, WRAPPED
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.fixes.met import MeetingFiles
from bce_lint.fixes.places import shown
from bce_lint.fixes.readings import Readers
from bce_lint.fixes.tree import Node, Tree
from bce_lint.fixes.words import Words
from bce_lint.rules.judge import Judged, judge
from bce_lint.rules.registry import BY_CODE

T = TypeVar("T")


class RecordedProject:
    """The trees of a project's files, and what a recorded run says of the values in them. Where it would have had to run more than it may,
    it ran nothing: `unrun` is how many functions that were."""

    def __init__(self, analysed: Project, uses: UseRecorder, unrun: int = 0) -> None:
        self.analysed, self.uses, self.unrun = analysed, uses, unrun
        self.sites = analysed.real.of(analysed.answer.sites)
        self._trees: dict[str, Tree] = {}
        self._all: list[Tree] = []
        self._having: dict[str, list[Tree]] = {}
        self._made: dict[object, Any] = {}
        self.losses: dict[SourceRange, list[LossSite]] = {}
        self.calls: dict[SourceRange, list[LossSite]] = {}
        self.written: dict[SourceRange, list[HandWrittenSite]] = {}
        self.chosen: set[SourceRange] = set()
        self._collect()
        self.entering: dict[SourceRange, list[SourceRange]] = {}
        for function, calls in uses.entered.items():
            for call in calls:
                self.entering.setdefault(call, []).append(function)

    def _collect(self) -> None:
        for site in self.sites:
            for one in members(site):
                if isinstance(one, HandWrittenSite):
                    self.written.setdefault(one.primary.range, []).append(one)
                if isinstance(one, LossSite):
                    self.losses.setdefault(loss_of(one), []).append(one)
                    self.calls.setdefault(one.call.range, []).append(one)
            if isinstance(site, ChoiceSite):
                self.chosen |= _alternatives(site)

    def intents(self, change: Change) -> list[FixIntent]:
        """The changes of a kind that all findings of the project ask for."""
        return self._intents.get(change, [])

    @cached_property
    def _intents(self) -> dict[Change, list[FixIntent]]:
        found: dict[Change, list[FixIntent]] = {}
        for intent in (intent for judged in self._judged for intent in judged.intents):
            found.setdefault(intent.change, []).append(intent)
        return found

    @cached_property
    def _judged(self) -> list[Judged]:
        return judge(self.sites, frozenset(BY_CODE))

    def tree(self, path: str) -> Tree:
        """A file from below. Raises `Refusal` where it cannot be read."""
        if path not in self._trees:
            module, source = self.analysed.as_written(path), self.analysed.source(path)
            if module is None or source is None:
                raise Refusal(f"{shown(path)} cannot be read")
            self._trees[path] = Tree(source, module, partial(self._imported_with, path))
        return self._trees[path]

    def _imported_with(self, path: str, name: str) -> bool:
        """True if a file that imports another one has a word."""
        importers = self.analysed.graph.importers.get(path, set())
        return bool(importers) and not importers.isdisjoint(self.words.holding(name))

    def trees(self) -> Sequence[Tree]:
        """All files that were read; more may be read later."""
        new = [self.tree(path) for path in self.analysed.parsed(len(self._all))]
        self._all += new
        for tree in new:
            for name in tree.all_attributes():
                self._having.setdefault(name, []).append(tree)
        return self._all

    def having(self, attribute: str) -> Sequence[Tree]:
        """The files that were read in which an attribute of a name stands."""
        self.trees()
        return self._having.get(attribute, ())

    def once(self, make: Callable[[RecordedProject], T]) -> T:
        """What is made of the project once, by what makes it."""
        if make not in self._made:
            self._made[make] = make(self)
        found: T = self._made[make]
        return found

    def remembered(self, key: object, make: Callable[[], T]) -> T:
        """What is made for a key, once; what is refused for it is refused again."""
        if key not in self._made:
            try:
                self._made[key] = make()
            except Refusal as refusal:
                self._made[key] = refusal
        found: T | Refusal = self._made[key]
        if isinstance(found, Refusal):
            raise Refusal(str(found))
        return found

    @cached_property
    def met(self) -> MeetingFiles:
        """Which files of the project can meet."""
        return MeetingFiles(self.analysed.graph)

    @cached_property
    def words(self) -> Words:
        """All files of the project by their words."""
        return Words({path: summary.text for path, summary in self.analysed.summaries.items()})

    def call(self, place: Place | SourceRange) -> tuple[Tree, ir.Call]:
        """The call at a place."""
        tree = self.tree(place[0])
        return tree, tree.call(place[1])

    @cached_property
    def readers(self) -> Readers:
        """All files of the project, asked for who reads a name."""
        return Readers({path: summary.text for path, summary in self.analysed.summaries.items()}, words=self.words)

    @cached_property
    def _holders(self) -> dict[SourceRange, list[SourceRange]]:
        found: dict[SourceRange, list[SourceRange]] = {}
        for place, objects in self.uses.objects.items():
            for one in objects:
                found.setdefault(one, []).append(place)
        return found

    def holding(self, objects: Iterable[SourceRange]) -> list[SourceRange]:
        """The expressions that were one of some objects, in order."""
        return sorted({place for one in objects for place in self._holders.get(one, ())})

    @cached_property
    def _called(self) -> dict[str, list[SourceRange]]:
        found: dict[str, list[SourceRange]] = {}
        for call, names in self.uses.called.items():
            for name in names:
                found.setdefault(name, []).append(call)
        return found

    def calls_of(self, name: str) -> list[SourceRange]:
        """The calls that were not followed of what is known by this name alone; `?` is what is not known at all."""
        return sorted(call for call in self._called.get(name, ()) if call not in self.entering)

    def may_meet(self, path: str, other: str) -> bool:
        """True if some file of the project imports both of two files, however far."""
        return other in self.met.of(path)

    def carries(self, tree: Tree, node: Node, keys: Iterable[SourceRange]) -> bool:
        """True if an expression's value was, or held, the output of one of some activations."""
        return not self.uses.carriers.get((tree.path, node.span), frozenset()).isdisjoint(keys)

    def is_whole(self, tree: Tree, node: Node, keys: Iterable[SourceRange]) -> bool:
        """True if it was such an output itself."""
        return not self.uses.direct.get((tree.path, node.span), frozenset()).isdisjoint(keys)

    def was_run(self, tree: Tree, node: Node) -> bool:
        """True if an expression was reached."""
        return (tree.path, node.span) in self.uses.evaluated


def _alternatives(site: ChoiceSite) -> set[SourceRange]:
    """The losses one of which is taken at one call; functions that are chosen may each have a loss of their own."""
    at_call: dict[SourceRange, set[int]] = {}
    found = [(number, one) for number, choice in enumerate(site.choices) for part in choice for one in members(part)]
    losses = [(number, one) for number, one in found if isinstance(one, LossSite)]
    for number, one in losses:
        at_call.setdefault(one.call.range, set()).add(number)
    return {loss_of(one) for _, one in losses if len(at_call[one.call.range]) > 1}


def loss_of(site: LossSite) -> SourceRange:
    """Where a loss is chosen: where its object is made, or the call of a function."""
    return (site.made or site.call).range


def escapes(project: RecordedProject, tree: Tree, node: Node) -> bool:
    """True if an object is given to a callable that was not followed, alone or in a container, or gets a hook."""
    parent = tree.parent(node)
    if isinstance(parent, ir.Attr) and (parent.name in HOOKS or (parent.name in WRAPPED and not _only_state(tree, parent))):
        return True
    while isinstance(parent, ir.Build | ir.Dict | ir.Star):
        node, parent = parent, tree.parent(parent)
    if not isinstance(parent, ir.Call) or parent.func is node:
        return False
    here = (tree.path, parent.span)
    names = project.uses.called.get(here, set())
    return here not in project.entering and not (names and all(n in QUIET or n.startswith(("container ", "torch.nn.")) for n in names))


def _only_state(tree: Tree, attr: ir.Attr) -> bool:
    """True if a wrapped module is asked for what it holds alone."""
    parent = tree.parent(attr)
    return isinstance(parent, ir.Attr) and parent.name in STATE
