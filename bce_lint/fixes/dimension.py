"""The dimension of a softmax written out: the one that torch takes without it."""

from __future__ import annotations

from collections.abc import Sequence

from bce_lint import ir
from bce_lint.analysis.sites import ActivationSite, members
from bce_lint.fixes.calls import level
from bce_lint.fixes.edit import Fix, Refusal, trust
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.places import at_place
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.retyping import stays_here
from bce_lint.fixes.tree import Node, Tree
from bce_lint.ir import Span

_CHOICES = "`dim=-1` is the last one, whatever the input"
_IMPLIED = "torch takes `dim=0` of 0, 1 or 3 dimensions, else `dim=1`"


def dimension(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """`F.softmax(x)` → `F.softmax(x, dim=1)` where all inputs have two dimensions."""
    site = intents[0].site
    assert isinstance(site, ActivationSite)
    tree, call = project.call(site.primary)
    layer = any(isinstance(intent.site, ActivationSite) and not intent.site.applied for intent in intents)
    wanted = {intent.what for intent in intents if isinstance(intent.site, ActivationSite) and intent.site.applied}
    if wanted and site.activation.implicit_dim:
        wanted |= {"" if one.over is None else str(one.over) for one in _seen(project, site)}
    if len(wanted) != 1 or not (dim := wanted.pop()):
        known = _IMPLIED if site.activation.implicit_dim else "it raises as it is"
        raise Refusal(f"how many dimensions its inputs have cannot be told; {known}, and {_CHOICES}")
    if layer:
        stays_here(project, (tree.path, call.span))
    elif None in project.uses.domains.get((tree.path, _input(call).span), ()):
        raise Refusal(f"{at_place(project.analysed, site.primary)} gets other values too")
    at, text = said(tree, call, dim, int(not layer))
    return Fix(min(map(level, intents), key=trust), f"Say `dim={dim}`", (tree.edit(at, text),))


def _seen(project: RecordedProject, site: ActivationSite) -> list[ActivationSite]:
    """Where a run that recorded saw the same activation applied."""
    sites = [one for each in project.sites for one in members(each)]
    return [one for one in sites if isinstance(one, ActivationSite) and one.applied and one.primary.range == site.primary.range]


def _input(call: ir.Call) -> Node:
    """What a function or a method is applied to."""
    given = next((arg.value for arg in call.args if arg.keyword in (None, "input")), None)
    return given if given is not None else call.func.value if isinstance(call.func, ir.Attr) else call


def given(call: ir.Call, index: int) -> ir.Arg | None:
    """The argument that says the dimension: by its name, or by position."""
    return next((arg for at, arg in enumerate(call.args) if arg.keyword == "dim" or (at == index and not arg.keyword)), None)


def is_said(call: ir.Call, index: int) -> bool:
    """True if a call may say its dimension."""
    arg = given(call, index)
    return any(one.stars for one in call.args) or (arg is not None and not _is_none(arg)) or any(one.keyword == "axis" for one in call.args)


def _is_none(arg: ir.Arg) -> bool:
    return isinstance(arg.value, ir.Const) and arg.value.value is None


def said(tree: Tree, call: ir.Call, dim: str, index: int) -> tuple[Span, str]:
    """Where a dimension can be said, and the text: in the place of a None, or behind the last argument."""
    if any(arg.stars for arg in call.args):
        raise Refusal("its arguments are not written out")
    arg = given(call, index)
    if arg is not None:
        return arg.value.span, dim
    end = tree.whole(call, call.args[-1]).end if call.args else tree.inside(call).start
    return Span(end, end), f"{', ' if call.args else ''}dim={dim}"
