"""The slices that fixes are about, before and after: two runs of the interpreter that write down how values are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.domain.values import TOP, Value
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.provenance import Chain, ProvenanceRecorder
from bce_lint.analysis.recording.terms import Apply, Group, Input, Key, Term, is_view, parts, walk
from bce_lint.analysis.recording.uses import UseRecorder
from bce_lint.analysis.sites import ActivationSite, LogSite, LossSite, OptionSite, ThresholdSite
from bce_lint.catalog import activations
from bce_lint.fixes.edit import Edit, Refusal, changed, meet
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.kinds import kind_of
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.terms import Unsuitable, activation_of, loss_in, operand_of
from bce_lint.fixes.tree import Tree
from bce_lint.ir import Span
from bce_lint.source.documents import encode
from bce_lint.source.text import SourceError, SourceText
from bce_lint.verify.site.moved import Moved
from bce_lint.verify.site.slices import cut, inputs, is_infinite, key, quoted, renamed
from bce_lint.verify.site.trial import Question

_PATHS: Final = 24


@dataclass(frozen=True)
class Wanted:
    """A fix to be verified: what its rule asked for, and its edits."""

    intent: FixIntent
    edits: tuple[Edit, ...]


class Before:
    """The project as it is, run once for all fixes."""

    def __init__(self, project: Project, fixes: Sequence[Wanted]) -> None:
        self.project = project
        self._recorded = RecordedProject(project, UseRecorder())
        self.reasons: dict[int, str] = {}
        self.roots = [self._found(number, fix) for number, fix in enumerate(fixes)]
        targets = frozenset(spot[0] for spot in self.roots) | {edit.location.path for fix in fixes for edit in fix.edits}
        self.provenance = _traced(project, {}, targets, frozenset(self.roots))

    def _found(self, number: int, fix: Wanted) -> SourceRange:
        try:
            return self._root(fix)
        except Refusal as refusal:
            self.reasons[number] = str(refusal)
            place = fix.edits[0].location
            return place.path, source_of(self.project, place.path).span(place)

    def _root(self, fix: Wanted) -> SourceRange:
        """The expression that a fix is about, grown until no edit leaves it on one side only; a formula with all of its edits."""
        site = fix.intent.site
        path, span = (site.call if isinstance(site, LossSite) else site.primary).range  # type: ignore[union-attr]
        tree = self._recorded.tree(path)
        node = next((one for one in tree.by_span.get(span, ()) if isinstance(one, ir.Expr.__args__)), None)
        text = source_of(self.project, path)
        edits = [text.span(edit.location) for edit in fix.edits if edit.location.path == path]
        if kind_of(fix.intent).formula and node is not None:
            line = tree.logical_line(node.span.start)
            span = Span(min([node.span.start, *(e.start for e in edits if _meet(e, line))]), node.span.end)
        while node is not None and (_is_callee(tree, node) or any(_leaves(edit, node.span, span) for edit in edits)):
            above = tree.parent(node)
            if not isinstance(above, ir.Expr.__args__):
                break
            node = above
        return (path, node.span) if node is not None else (path, span)


def source_of(project: Project, path: str) -> SourceText:
    """The text of a file that a fix changes, or is about."""
    source = project.source(path)
    assert source is not None, "a fix is made of what was read"
    return source


def _meet(a: Span, b: Span) -> bool:
    return (a.start < b.end and b.start < a.end) or a.start == b.start


def _leaves(edit: Span, span: Span, least: Span) -> bool:
    """True if a change reaches from inside an expression beyond it, or the expression does not reach back to where it must."""
    inside = edit.start < span.end and span.start < edit.end
    return span.start > least.start or (inside and not (span.start <= edit.start and edit.end <= span.end))


def _is_callee(tree: Tree, node: object) -> bool:
    """True if an expression is named by a call alone: it has no value of its own in a run."""
    parent = tree.parent(node)
    return isinstance(parent, ir.Call) and parent.func is node


def _traced(project: Project, texts: Mapping[str, bytes], targets: frozenset[str], wanted: frozenset[SourceRange]) -> ProvenanceRecorder:
    provenance = ProvenanceRecorder(targets, wanted)
    run = Project(project.root, project.summaries, {**project.texts, **texts}, provenance, before=project)
    run.run(targets)
    return provenance


def batches(fixes: Sequence[Wanted], roots: Sequence[SourceRange]) -> Iterator[list[int]]:
    """Fixes that can be made together: none meets another, and none is about what another is about."""
    left = list(range(len(fixes)))
    while left:
        taken: list[int] = []
        for number in left:
            if not any(_together(fixes, roots, number, other) for other in taken):
                taken.append(number)
        yield taken
        left = [number for number in left if number not in taken]


def _together(fixes: Sequence[Wanted], roots: Sequence[SourceRange], one: int, other: int) -> bool:
    if roots[one] == roots[other]:
        return True
    return any(meet(a.location, b.location) for a in fixes[one].edits for b in fixes[other].edits)


class After:
    """The project with some fixes made."""

    def __init__(self, before: Before, fixes: Sequence[Wanted], roots: Sequence[SourceRange]) -> None:
        project = before.project
        edits = list(dict.fromkeys(edit for fix in fixes for edit in fix.edits))
        by_path = {path: [e for e in edits if e.location.path == path] for path in sorted({edit.location.path for edit in edits})}
        sources = {path: source_of(project, path) for path in by_path}
        self.moved = Moved(edits, sources)
        try:
            given = {path: encode(source, changed(source, by_path[path])) for path, source in sources.items()}
        except SourceError as error:
            raise Unsuitable(error.message) from None
        wanted = frozenset(spot for root in roots for spot in self.moved.spots(root))
        self.provenance = _traced(project, given, before.provenance.targets, wanted)


def questions(before: Before, after: After, fix: Wanted, root: SourceRange) -> Iterator[Question]:
    """The slices of one fix, before and after, for the ways that lead there. Raises `Unsuitable` where they cannot be told."""
    if isinstance(fix.intent.site, ActivationSite | OptionSite) and root in before.provenance.constructed:
        yield _constructed(before, after, fix.intent, root)
        return
    olds = before.provenance.found.get(root, {})
    spots = sorted(after.moved.spots(root), key=lambda spot: spot[1].end - spot[1].start)  # what is written before it belongs to it
    news = {chain: term for spot in spots for chain, term in after.provenance.found.get(spot, {}).items()}
    if not olds:
        raise Unsuitable("the loss was not reached again" if isinstance(fix.intent.site, LossSite) else "the place was not reached again")
    if not news:
        raise Unsuitable("what the fix makes of it was not reached")
    fitting = [(chain, old) for chain, old in olds.items() if _activated(old, fix.intent)]
    if not fitting:
        raise Unsuitable("the activation cannot be followed to the loss")
    for chain, old in olds.items():
        if not _activated(old, fix.intent) and not alike(old, _same_way(chain, news, after.moved)):
            raise Unsuitable("another caller comes here with other values")
    if len(fitting) > _PATHS:
        raise Unsuitable(f"{len(fitting)} ways lead there")
    for chain, old in fitting:
        yield _question(before, after, old, _same_way(chain, news, after.moved), fix.intent)


def _same_way(chain: Chain, news: Mapping[Chain, Term], moved: Moved) -> Term:
    """The slice that the same calls lead to."""
    for other, term in news.items():
        if len(other) == len(chain) and all(new in moved.spots(old) for old, new in zip(chain, other, strict=True)):
            return term
    if len(news) == 1:
        return next(iter(news.values()))
    raise Unsuitable("the calls that lead there after the fix cannot be told")


def _activated(slice_: Term, intent: FixIntent) -> bool:
    """True if a slice holds the activation that its fix is about, where it is about one."""
    if not kind_of(intent).takes_activation or not isinstance(intent.site, LossSite):
        return True
    spots = _origins(intent)
    return any(isinstance(one, Apply) and one.spot in spots for one in walk(slice_))


def _question(before: Before, after: After, old: Term, new: Term, intent: FixIntent) -> Question:
    moved = after.moved
    first = cut(old, _stops(old, intent))
    if not _activated(first, intent):
        raise Unsuitable("something between the activation and the loss cannot be computed")
    known = list(inputs(first))
    stops = {(spot, one.text) for one in known for spot in moved.again(one.spot)}
    second = cut(new, stops)
    for slice_, provenance in ((first, before.provenance), (second, after.provenance)):
        if (text := _stale(slice_, provenance)) is not None:
            raise Unsuitable(f"{quoted(text)} is changed in place")
    return Question(first, _aligned(second, known, moved), intent)


def _stale(slice_: Term, provenance: ProvenanceRecorder) -> str | None:
    """What a slice uses whose storage something else changes, by its text."""
    for one in walk(slice_):
        for part in parts(one):
            spots = provenance.written.get((part.spot, part.text)) if isinstance(part, Input | Apply) else None
            if spots and isinstance(part, Input | Apply) and not (isinstance(one, Apply) and one.spot in spots):
                return part.text
    return None


def alike(one: Term, other: Term) -> bool:
    """True if two slices do the same to values of the same texts."""
    if isinstance(one, Apply) and isinstance(other, Apply):
        same = one.operation == other.operation and [name for name, _ in one.keywords] == [name for name, _ in other.keywords]
    elif isinstance(one, Input) and isinstance(other, Input):
        return one.text == other.text
    else:
        same = one == other if not isinstance(one, Group) else isinstance(other, Group) and one.kind == other.kind
    pair = parts(one), parts(other)
    return same and len(pair[0]) == len(pair[1]) and all(alike(a, b) for a, b in zip(*pair, strict=True))


def _stops(term: Term, intent: FixIntent) -> set[Key]:
    """What a slice is given: what its activations are applied to, what the loss gets beside its input, and what no activation was
    applied to. Where these come from does not matter to the fix, unless they are constants or may be infinite."""
    loss = loss_in(term)
    given = [operand_of(one) for one in walk(term) if isinstance(one, Apply) and activation_of(one)]
    if loss is not None:
        beside = (loss.target, loss.options.get("weight"), loss.options.get("pos_weight"))
        given += [one for one in beside if one is not None and any(inputs(cut(one)))]
        given += [] if loss.input is None else [loss.input]
    elif kind_of(intent).one_operation and isinstance(term, Apply):
        given += parts(term)
    spots = _origins(intent)
    viewed = any(isinstance(one, Apply) and one.operation == ".view" for one in walk(term))
    given = [_below(one) if viewed else one for one in given]
    names = (key(one) for one in given if not any(_activates(part, spots) or is_infinite(part) for part in walk(one)))
    return {name for name in names if name is not None}


def _below(term: Term) -> Term:
    """What views are of: a `.view` behind them asks for their strides."""
    while isinstance(term, Apply) and term.args and is_view(term.operation):
        term = term.args[0]
    return term


def _origins(intent: FixIntent) -> set[SourceRange]:
    """The activations that a fix is about."""
    site = intent.site
    found = site.input if isinstance(site, LossSite | LogSite | ThresholdSite) else ()
    return {o.place.range for x in found for o in (*x.origin, *x.inner)}


def _activates(term: Term, spots: set[SourceRange]) -> bool:
    """True if a term is one of some activations: applied, or made for a chain of layers."""
    return isinstance(term, Apply) and term.spot in spots and (activation_of(term) != "" or term.operation in activations.MODULES)


def _aligned(after: Term, known: Sequence[Input], moved: Moved) -> Term:
    """The slice after the fix with the inputs of before. Raises `Unsuitable` for one that was not there."""
    names: dict[Key | None, Input] = {}
    for one in inputs(after):
        same = next((old for old in known if moved.follows(old, one)), None)
        if same is None:
            raise Unsuitable(f"{quoted(one.text)} cannot be followed from before the fix")
        names[key(one)] = same
    return renamed(after, names)


def _given(intent: FixIntent) -> Iterator[tuple[str, Value]]:
    """The arguments of an object that a fix makes otherwise, and what is known of them."""
    if isinstance(intent.site, OptionSite):
        yield from ((name, TOP) for name in intent.site.contract.call)
    elif isinstance(intent.site, ActivationSite):
        yield "input", intent.site.input[0] if intent.site.input else TOP


def _constructed(before: Before, after: After, intent: FixIntent, root: SourceRange) -> Question:
    """How an object is made: it is called with what its contract names, or with what reaches an activation."""
    old = before.provenance.constructed[root]
    new = next((after.provenance.constructed[spot] for spot in after.moved.spots(root) if spot in after.provenance.constructed), None)
    if new is None:
        raise Unsuitable("what the fix makes of it was not reached")
    given = tuple(Input((root[0], Span(-n, -n)), name, value) for n, (name, value) in enumerate(_given(intent), 1))
    first, second = (Apply("()", (one, *given), (), root, "", TOP) for one in (old, new))
    known = [*given, *inputs(cut(old))]
    return Question(cut(first), _aligned(cut(second), known, after.moved), intent)
