"""A divergence told that its target is in log space: `log_target=True`, where the loss is called or made."""

from __future__ import annotations

from collections.abc import Sequence

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.sites import Alternatives, LossSite
from bce_lint.catalog.losses import FUNCTIONS, MODULES
from bce_lint.fixes.calls import level
from bce_lint.fixes.edit import Edit, Fix, Refusal
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.places import at_place
from bce_lint.fixes.recorded_project import RecordedProject, loss_of
from bce_lint.fixes.retyping import at, loss_sites, stays_here
from bce_lint.fixes.tree import Tree
from bce_lint.ir import Span
from bce_lint.rules.reach import in_log_space

_NAME = "log_target"


def log_target(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """`F.kl_div(p, q)` → `F.kl_div(p, q, log_target=True)`."""
    places = {loss_of(site): site for site in loss_sites(intents)}
    edits = tuple(_told(project, place, site) for place, site in sorted(places.items(), key=lambda one: one[0]))
    return Fix(level(intents[0]), f"Say `{_NAME}=True`", edits)


def _told(project: RecordedProject, place: SourceRange, site: LossSite) -> Edit:
    if place in project.chosen:
        raise Refusal(f"which loss is used at {at_place(project.analysed, site.call)} is chosen elsewhere")
    for caller in project.losses.get(place, [site]):
        if not _is_known(caller.target):
            raise Refusal(f"the loss is shared: {at(project, caller)} gives it other targets")
        if not _is_known(caller.input):
            raise Refusal(f"what the input is that {at(project, caller)} gives it cannot be told")
    if site.made is not None:
        stays_here(project, place)
    tree, call = project.call(place)
    if place in project.entering or not project.uses.called.get(place, set()) - {"class"} <= MODULES.keys() | FUNCTIONS.keys():
        raise Refusal("the loss's options are not written out at the call")
    params = (site.contract.function if site.made is None else site.contract.init) or ()
    return _said(tree, call, next(index for index, param in enumerate(params) if param.name == _NAME))


def _is_known(values: Alternatives) -> bool:
    return bool(values) and all(map(in_log_space, values))


def _said(tree: Tree, call: ir.Call, index: int) -> Edit:
    """The option in the place of the one that says otherwise, or behind the last argument."""
    if any(arg.stars for arg in call.args):
        raise Refusal("its arguments are not written out")
    given = next((arg for at, arg in enumerate(call.args) if arg.keyword == _NAME or (at == index and not arg.keyword)), None)
    if given is None:
        end = tree.whole(call, call.args[-1]).end if call.args else tree.inside(call).start
        return tree.edit(Span(end, end), f"{', ' if call.args else ''}{_NAME}=True")
    if not isinstance(given.value, ir.Const):
        raise Refusal(f"the value of `{_NAME}` is not written out at the call")
    return tree.edit(given.value.span, "True")
