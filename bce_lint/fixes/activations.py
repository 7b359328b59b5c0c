"""Activations taken away or exchanged, with the losses that they fed and everyone else who uses what they returned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import MAX_ORIGINS, Origin, SourceRange, Tensor
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog.schema import LOGITS, Domain, Expects
from bce_lint.fixes import foreseen
from bce_lint.fixes.calls import level, suffixed
from bce_lint.fixes.edit import UNSAFE, Edit, Fix, Refusal
from bce_lint.fixes.foreseen import nothing_new
from bce_lint.fixes.gathering import gathered, unchanged
from bce_lint.fixes.handed_out import read_beside
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.fixes.locality import infinite, local
from bce_lint.fixes.logit_operand import logit_operand, only_binding
from bce_lint.fixes.meeting import Usage, in_place
from bce_lint.fixes.other_models import no_other_model
from bce_lint.fixes.other_returns import other_returns
from bce_lint.fixes.places import at_place, at_row, listed
from bce_lint.fixes.reaching import all_reached
from bce_lint.fixes.recorded_project import RecordedProject, loss_of
from bce_lint.fixes.removal import SPELLED, logarithm_instead, operand, removed, where, wrapped
from bce_lint.fixes.renaming import Variable, renamed
from bce_lint.fixes.retyping import at, loss_sites, retyped
from bce_lint.fixes.said_in_words import not_all_of_it, still_so
from bce_lint.fixes.same_memory import only_name
from bce_lint.fixes.switched_off import ActivationChoice, choice_of, switched_off
from bce_lint.fixes.tree import Node
from bce_lint.fixes.uses import User, UserSearch
from bce_lint.rules.messages import quoted

_TWICE = frozenset({Domain.PROBABILITY, Domain.CATEGORICAL})
_MAX, _SHOWN = 16, 40


class Treatment(NamedTuple):
    """What becomes of the activations before a loss: they go, unless their `logarithm` takes their place.

    `inner`: of two in a row the first goes, so others are passed on the way to the loss. `outer`: of two in a row the last goes, and the
    values are still what they were called. `fused`: the loss becomes one that applies the activation itself; all who share it change.
    """

    inner: bool = False
    outer: bool = False
    fused: bool = False
    logarithm: bool = False

    @property
    def beside(self) -> bool:
        """True if a loss may read what the activation gets, where that is handed out too."""
        return not (self.inner or self.logarithm)


DROPPED: Final = Treatment()
INNER_DROPPED: Final = Treatment(inner=True)
OUTER_DROPPED: Final = Treatment(outer=True)
FUSED: Final = Treatment(fused=True)
LOGARITHM: Final = Treatment(logarithm=True)


class _Group(NamedTuple):
    """Activations and losses that can only be changed together, and what becomes of them. `site` is the loss that a rule spoke of."""

    treatment: Treatment
    site: LossSite
    searches: dict[SourceRange, UserSearch]
    origins: dict[SourceRange, Origin]
    losses: dict[SourceRange, list[LossSite]]


def changed(treatment: Treatment, project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """The fix for intents of one finding that take activations away or exchange them."""
    intent = intents[0]
    sites = loss_sites(intents)
    if treatment.inner and all(x.domain in _TWICE for site in sites for x in site.input):
        with suppress(Refusal):
            return changed(OUTER_DROPPED, project, intents)
    if treatment.fused or treatment.logarithm:
        nothing_new(sites, foreseen.fused(sites, intent.what) if treatment.fused else foreseen.logarithms(sites))
    group = _group(project, treatment, sites)
    inside = local(project, list(group.searches.values()), group.losses)
    asked = (treatment, id(group.site.contract), tuple(group.origins.items()))
    edits, title, only = _rewritten(project, group) if treatment.fused else project.remembered(asked, lambda: _rewritten(project, group))
    if treatment.fused:
        edits = [*edits, *retyped(project, group.losses, intent.what)]
        title = f"Use `{intent.what}` on the logits"
    safe = intent.safe and only and inside is not None and not infinite(project, inside)
    return Fix(level(intent) if safe else UNSAFE, title, tuple(edits))


def _rewritten(project: RecordedProject, group: _Group) -> tuple[list[Edit], str, bool]:
    """The edits that take the activations away, a title, and whether the loss was their only user.

    A value with other users in the loss's function is kept for them, and the loss gets what the activation gets.
    """
    searches = list(group.searches.values())
    only = all(len(search.uses) == 1 for search in searches)
    if group.treatment.beside:
        beside = [read_beside(project, search) for search in searches]
        if any(edits is not None for edits in beside):
            return _all_beside(searches, beside), "Give the loss what the activation gets", False
    if not group.treatment.logarithm and len(searches) == 1 and not (only and not searches[0].crossed):
        with suppress(Refusal):
            if (found := _bypass(project, searches[0])) is not None:
                return *found, False
    return *_at_the_root(project, group), only


def _all_beside(searches: list[UserSearch], found: list[list[Edit] | None]) -> list[Edit]:
    """The edits of losses that all read what their activations get. Raises `Refusal` where only some can."""
    for search, edits in zip(searches, found, strict=True):
        if edits is None:
            raise Refusal(f"only some of the losses can read what the {search.origin.name} gets")
    return [edit for edits in found for edit in edits or ()]


def _group(project: RecordedProject, treatment: Treatment, sites: list[LossSite]) -> _Group:
    """Everything that has to change with the activations before some losses. Raises `Refusal` where that is not all known."""
    group = _Group(treatment, sites[0], {}, {}, {})
    _grow(project, group, sites)
    return group


def _grow(project: RecordedProject, group: _Group, sites: list[LossSite]) -> None:
    """Takes in what has to change with the activations before some losses."""
    treatment = group.treatment
    waiting = [origin for site in sites for origin in _origins(site, treatment)]
    if treatment.fused:
        waiting += _taken(project, group, sites)
    while waiting:
        origin = waiting.pop()
        key = origin.place.range
        if key in group.searches:
            continue
        _nothing_else(project, origin)
        only_name(project, key)
        group.origins[key], group.searches[key] = origin, UserSearch.of(project, origin, through=treatment.inner)
        if len(group.searches) > _MAX:
            raise Refusal("too many activations are involved")
        if treatment.fused:
            waiting += _taken(project, group, [use.site for use in group.searches[key].uses if _is_alike(use.site, group)])
    wanted = [*sites, *(site for callers in group.losses.values() for site in callers)]
    all_reached(project, group.searches.values(), wanted)


def _nothing_else(project: RecordedProject, origin: Origin) -> None:
    """Raises `Refusal` when something else may be called where an activation is applied or made."""
    key = origin.place.range
    kinds = {name.rpartition(".")[2].rpartition(" ")[2].lower().strip("_") for name in project.uses.called.get(key, ())}
    applied = project.uses.applied.get(key, set())
    if key not in applied and any(key in callees and call not in applied for call, callees in project.uses.callees.items()):
        raise Refusal(f"the layer made at {at_place(project.analysed, key)} is also called by itself")
    if project.entering.get(key) or len(kinds - {"expit", *_spellings(origin.name)}) > 0:
        raise Refusal(f"other things than the {origin.name} may be called at {at_place(project.analysed, key)}")


def _spellings(name: str) -> tuple[str, str]:
    return name, name.replace("_", "")


def _is_alike(site: LossSite | None, group: _Group) -> bool:
    return site is not None and site.contract == group.site.contract


def _taken(project: RecordedProject, group: _Group, sites: Iterable[LossSite | None]) -> list[Origin]:
    """Takes the losses of some sites in; returns the activations before all their callers."""
    found = []
    for site in sites:
        if site is None or loss_of(site) in group.losses:
            continue
        group.losses[loss_of(site)] = callers = project.losses.get(loss_of(site), [site])
        if loss_of(site) in project.chosen:
            raise Refusal(f"which loss is used at {at_place(project.analysed, site.call)} is chosen elsewhere")
        for caller in callers:
            if not caller.input or any(x.domain is not group.site.input[0].domain or not x.origin for x in caller.input):
                raise Refusal(f"the loss is shared: {at(project, caller)} gives it other values")
            found += _origins(caller, group.treatment)
    return found


def _origins(site: LossSite, treatment: Treatment) -> list[Origin]:
    found = [origin for x in site.input for origin in _asked(x, treatment)]
    if not found or any(not _asked(x, treatment) for x in site.input):
        raise Refusal("which activation is meant cannot be told")
    if any(len(x.origin) == MAX_ORIGINS for x in site.input):
        raise Refusal("too many activations are involved")  # a value that came more ways keeps no more of them
    for origin in found:
        if origin.domain is Domain.LOGITS:
            raise Refusal("no activation is there")
        if origin.name not in SPELLED:
            raise Refusal(f"`{origin.name}` does more than its loss would")
    return found


def _asked(x: Tensor, treatment: Treatment) -> tuple[Origin, ...]:
    return tuple(o for o in x.inner if o.domain in _TWICE)[:1] if treatment.inner else x.origin


def _at_the_root(project: RecordedProject, group: _Group) -> tuple[list[Edit], str]:
    """The activations change where they are applied; whoever else uses the values applies them instead."""
    unseen = [where(use) for search in group.searches.values() for use in search.uses if use.kind is Usage.UNSEEN]
    if unseen:
        raise Refusal(f"the values may be used at {listed(unseen)}, where they cannot be followed")
    if not (group.treatment.inner or group.treatment.outer):
        _returned_alike(project, group)
        no_other_model(project, [function for search in group.searches.values() for function in search.functions])
    edits: list[Edit] = []
    said: list[str] = []
    logarithm = group.treatment.logarithm
    choices = {} if logarithm else {key: choice_of(project, key) for key in group.searches if project.uses.applied.get(key, set()) == {key}}
    together = [key for key in group.searches if choices.get(key) is None]
    for key, search in sorted(group.searches.items()):
        kept = [edit for use in (search.uses if logarithm else gathered(search)) for edit in _kept(project, group, key, use)]
        edits += kept
        if logarithm:
            edits += logarithm_instead(project, key, group.origins[key])
        else:
            edits += _gone(project, key, choices.get(key), together, said, bool(kept))
    same = frozenset().union(*map(unchanged, group.searches.values())) if not logarithm else frozenset[Variable]()
    if not group.treatment.outer:
        if not logarithm:
            still_so(project, [function for search in group.searches.values() for function in search.functions])
        edits = renamed([search.names for search in group.searches.values()], same, edits, logarithm)
    return edits, "; ".join(dict.fromkeys(said)) or _title(group)


def _title(group: _Group) -> str:
    """What becomes of the activations; of two in a row, which one goes and which one stays."""
    going, value = next(iter(group.origins.values())), group.site.input[0]
    if group.treatment.logarithm:
        return f"Use `log_{going.name}`"
    staying = value.first if group.treatment.inner else next(iter(value.inner), None) if group.treatment.outer else None
    if staying is None:
        return f"Remove the {going.name}"
    which = "first" if group.treatment.inner else "second"
    return f"Remove the {which} of the two, {quoted(going.place.text or going.name)}, and keep {quoted(staying.place.text or staying.name)}"


def _returned_alike(project: RecordedProject, group: _Group) -> None:
    """Takes in activations of other findings at other ways out of a function. Raises `Refusal` for one that would stay at one of them."""
    sites = project.once(_asked_sites)
    while True:
        others = (one for search in group.searches.values() for one in other_returns(project, search, group.searches))
        other = next(others, None)
        if other is None:
            return
        if other.key not in sites or sites[other.key].contract != group.site.contract:
            what = f"what a {next(iter(group.origins.values())).name} gives at {at_row(other.tree, other.node)}"
            raise Refusal(f"`{other.function.name}` would still return {what}")
        _grow(project, group, [sites[other.key]])


def _asked_sites(project: RecordedProject) -> dict[SourceRange, LossSite]:
    """The losses of all findings, by the activations that they ask to take away."""
    asked = (intent.site for change in (Change.DROP, Change.FUSE, Change.LOGARITHM) for intent in project.intents(change))
    return {origin.place.range: site for site in asked if isinstance(site, LossSite) for x in site.input for origin in x.origin}


def _gone(
    project: RecordedProject, key: SourceRange, choice: ActivationChoice | None, together: list[SourceRange], said: list[str], others: bool
) -> list[Edit]:
    """An activation taken away: where a caller has chosen it, or where it is applied, one of those that go `together`.

    `said` gets what the first comes to; `others` says that somebody still wants it, who can be told from the loss only where one
    caller has chosen it.
    """
    if choice is None:
        not_all_of_it(project, key)
        return removed(project, key, together)
    edits, text = switched_off(project, choice, others)
    said.append(text)
    return edits


def _kept(project: RecordedProject, group: _Group, key: SourceRange, use: User) -> list[Edit]:
    """What a user needs in order to see what it saw before; one that applied the same activation once more needs nothing any more."""
    origin = group.origins[key]
    if use.kind in (Usage.ORDER, Usage.AGAIN) or (use.kind is Usage.LOSS and use.site is not None and _wants(use.site, group)):
        return []
    _exclusive(project, group, use)
    if group.treatment.logarithm:
        return [suffixed(use.tree, use.node, ".exp()")]
    if use.kind is Usage.THRESHOLD and origin.name == "sigmoid":
        constant = _half(use)
        if constant is not None:
            return [use.tree.edit(constant.span, "0")]
    if use.whole is not None and any(other.whole is use.whole for other in group.searches[key].uses if other.kind is Usage.LOSS):
        raise Refusal(f"{where(use)} and the loss get the values after their dimensions were moved")
    return wrapped(use, origin)


def _exclusive(project: RecordedProject, group: _Group, use: User) -> None:
    """Raises `Refusal` when other values than those of the group come to a user that would have to change."""
    kinds = project.uses.kinds.get((use.tree.path, use.node.span), set())
    if any(kind.isdisjoint(group.searches) for kind in kinds):
        raise Refusal(f"{where(use)} gets other values too")


def _wants(site: LossSite, group: _Group) -> bool:
    """True if a loss takes what is left of the activations."""
    if group.treatment.fused:
        return loss_of(site) in group.losses
    if group.treatment.logarithm:
        return site.contract.expects in (Expects.LOG_PROBABILITIES, Expects.KL_LOG_PROBABILITIES, Expects.CLASS_LOGITS)
    return site.contract.expects in LOGITS or _is_alike(site, group)


def _half(use: User) -> ir.Const | None:
    other: Node = next(o for o in getattr(use.tree.parent(use.node), "operands", ()) if o is not use.node)
    return other if isinstance(other, ir.Const) and other.value == 0.5 else None


def _bypass(project: RecordedProject, search: UserSearch) -> tuple[list[Edit], str] | None:
    """The loss gets what the activation gets, the activation stays for the others; None where its output has no name of its own."""
    (loss, *others), (tree, call) = [use for use in search.uses if use.kind is Usage.LOSS], project.call(search.key)
    statement = tree.statement(call)
    named = isinstance(statement, ir.Assign) and statement.value is call and isinstance(loss.node, ir.Name)
    here = not others and loss.tree is tree and tree.function(loss.node) is tree.function(call)
    if not named or in_place(call) or not here or not only_binding(tree, loss.node, statement):
        return None
    text, edits = logit_operand(tree, operand(project, tree, call), statement, loss.node)
    return [tree.edit(tree.expression(loss.node), text), *edits], f"Give the loss what the {search.origin.name} gets"
