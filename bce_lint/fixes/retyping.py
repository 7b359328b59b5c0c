"""Another loss where a loss is chosen: its class or its function renamed, with the same arguments."""

from __future__ import annotations

from collections.abc import Sequence

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog.losses import MODULES
from bce_lint.catalog.schema import Domain
from bce_lint.fixes import foreseen
from bce_lint.fixes.calls import level
from bce_lint.fixes.edit import Edit, Fix, Refusal
from bce_lint.fixes.foreseen import nothing_new
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.places import at_place, at_row
from bce_lint.fixes.recorded_project import RecordedProject, escapes, loss_of
from bce_lint.fixes.siblings import still_a_choice
from bce_lint.fixes.spelling import renamed
from bce_lint.fixes.tree import Node, Tree, name_of
from bce_lint.ir.walk import last_name


def alone(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """Another loss for the values that are given."""
    intent, sites = intents[0], loss_sites(intents)
    if any(x.domain is not Domain.LOGITS for site in sites for x in site.input):
        raise Refusal("what the values are meant for cannot be told")
    losses = {}
    for site in sites:
        losses[loss_of(site)] = callers = project.losses.get(loss_of(site), [site])
        if loss_of(site) in project.chosen:
            raise Refusal(f"which loss is used at {at_place(project.analysed, site.call)} is chosen elsewhere")
        for caller in callers:
            if not caller.input or any(x.domain is not Domain.LOGITS for x in caller.input):
                raise Refusal(f"the loss is shared: {at(project, caller)} gives it other values")
        nothing_new(callers, foreseen.retyped(callers, intent.what))
    return Fix(level(intent), f"Use `{intent.what}`", tuple(retyped(project, losses, intent.what)))


def loss_sites(intents: Sequence[FixIntent]) -> list[LossSite]:
    """The losses that the intents of one finding are about."""
    return [intent.site for intent in intents if isinstance(intent.site, LossSite)]


def retyped(project: RecordedProject, losses: dict[SourceRange, list[LossSite]], name: str) -> list[Edit]:
    """Another loss where each of some losses is chosen."""
    wanted = MODULES[f"torch.nn.{name}"]
    edits: list[Edit] = []
    for place, sites in sorted(losses.items()):
        tree, call = project.call(place)
        contract, functional = sites[0].contract, sites[0].made is None
        old, new = (one.functional if functional else one.module for one in (contract, wanted))
        assert old is not None and new is not None, "what is exchanged is spelled so, and has a counterpart with the same arguments"
        if not functional:
            stays_here(project, place)
            _not_asked_for(tree, old.rpartition(".")[2])
        still_a_choice(tree, call, old.rpartition(".")[2], new.rpartition(".")[2])
        edits += renamed(tree, call.func, old.rpartition(".")[2], new.rpartition(".")[2])
    return edits


def stays_here(project: RecordedProject, made: SourceRange) -> None:
    """Raises `Refusal` when an object is given to somebody who was not followed."""
    for path, span in project.holding((made,)):
        tree = project.tree(path)
        if any(escapes(project, tree, node) for node in tree.by_span.get(span, ())):
            raise Refusal(f"the loss is given away at {at_place(project.analysed, (path, span))}, where it cannot be followed")


def _not_asked_for(tree: Tree, name: str) -> None:
    """Raises `Refusal` when the file asks whether a loss is of a class."""
    if name in (known := tree.once(_asked_for)):
        raise Refusal(f"`{name}` is asked for at {at_row(tree, known[name])}")


def _asked_for(tree: Tree) -> dict[str, Node]:
    """The names that a file compares, or asks the classes of, each where that is done first in the order of all nodes."""
    found: dict[str, Node] = {}
    for node in tree.of(ir.Attr, ir.Name):
        parent = tree.parent(node)
        if isinstance(parent, ir.Op) or (isinstance(parent, ir.Call) and name_of(parent) in ("isinstance", "issubclass")):
            found.setdefault(last_name(node), node)
    return found


def at(project: RecordedProject, site: LossSite) -> str:
    """A loss's call, for people."""
    return f"`{site.call.text}` at {at_place(project.analysed, site.call)}"
