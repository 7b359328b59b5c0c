"""Changes of one call: its arguments taken apart, exchanged, cast, or given to what it should have been."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.sites import ConstructorSite, LossSite, OptionSite
from bce_lint.catalog.schema import REQUIRED, Contract
from bce_lint.fixes.edit import SAFE, UNSAFE, Edit, Fix, Refusal
from bce_lint.fixes.given_weight import given_weight
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.places import at_place
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.tree import PRIMARY, Node, Tree, has_comment
from bce_lint.ir import Span
from bce_lint.rules.options import REDUCING

_CASTS = {"float32": ".float()", "float64": ".double()", "float16": ".half()", "bfloat16": ".bfloat16()", "int64": ".long()"}


def level(intent: FixIntent) -> str:
    """How far a change may be trusted that nothing else speaks against."""
    return SAFE if intent.safe else UNSAFE


def constructed(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """`nn.BCELoss(x, y)` → `nn.BCELoss()(x, y)`: keywords that the constructor knows stay with it."""
    intent = intents[0]
    site = intent.site
    assert isinstance(site, ConstructorSite)
    tree, call = project.call(site.primary)
    inside = tree.inside(call)
    own = {param.name for param in site.subject.init or ()}
    kept = [arg for arg in call.args if arg.keyword in own]
    needed = {param.name for param in site.subject.init or () if param.default == REQUIRED} - {arg.keyword for arg in kept}
    if needed:
        raise Refusal(f"its constructor needs `{sorted(needed)[0]}`, which is not among its arguments")
    if any(arg.stars for arg in call.args) or all(arg in kept for arg in call.args):
        raise Refusal("its arguments are not written out")
    if isinstance(site.subject, Contract) and len(call.args) - len(kept) < 2:
        raise Refusal("a loss needs an input and a target, and only one of them is there")
    if not kept:
        edit = tree.edit(Span(inside.start, inside.start), ")(")
    else:
        if has_comment(_between(tree, call)):
            raise Refusal("comments stand between its arguments")
        given = [arg for arg in call.args if arg not in kept]
        texts = (", ".join(tree.source(tree.whole(call, arg)) for arg in group) for group in (kept, given))
        edit = tree.edit(inside, ")(".join(texts))
    name, function = tree.source(call.func.span), getattr(site.subject, "functional", None)
    instead = f"; `F.{function.rpartition('.')[2]}(...)` is the same as a function" if function else ""
    return Fix(level(intent), f"Construct `{name}`, then call it{instead}", (edit,))


def _between(tree: Tree, call: ir.Call) -> str:
    """The text of a call's arguments without the values."""
    inside = tree.inside(call)
    parts, at = [], inside.start
    for arg in call.args:
        value = tree.outer(arg.value)
        parts.append(tree.text[at : value.start])
        at = value.end
    return "".join((*parts, tree.text[at : inside.end]))


def _agreed(project: RecordedProject, intents: Sequence[FixIntent]) -> None:
    """Raises `Refusal` when a loss has callers that the change would not be right for."""
    sites = [intent.site for intent in intents]
    site = sites[0]
    known = {_values(one) for one in sites if isinstance(one, LossSite)}
    if isinstance(site, LossSite) and any(_values(other) not in known for other in project.calls.get(site.call.range, ())):
        raise Refusal(f"{at_place(project.analysed, site.call)} gets other values too")


def _values(site: LossSite) -> tuple[object, ...]:
    """What a change of a loss's arguments goes by."""
    return site.contract, *(tuple((x.domain, x.dtype, x.shape) for x in values) for values in (site.input, site.target))


def swapped(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """`loss(y, x)` → `loss(x, y)`."""
    intent = intents[0]
    site = intent.site
    assert isinstance(site, LossSite)
    if site.input_place is None or site.target_place is None or site.path:
        raise Refusal("the arguments are not written out at the loss")
    _agreed(project, intents)
    tree, call = project.call(site.call)
    first, second = (_argument(tree, call, place) for place in (site.input_place, site.target_place))
    one, other = tree.outer(first.value), tree.outer(second.value)
    edits = (tree.edit(one, tree.source(other)), tree.edit(other, tree.source(one)))
    return Fix(level(intent), "Exchange input and target", edits)


def _argument(tree: Tree, call: ir.Call, place: Place) -> ir.Arg:
    found = next((arg for arg in call.args if arg.value.span == place.span and place.path == tree.path and not arg.stars), None)
    if found is None:
        raise Refusal("the argument is not written out at the call")
    return found


def cast_target(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """`y` → `y.float()` where the loss is called."""
    intent = intents[0]
    site = intent.site
    assert isinstance(site, LossSite)
    if site.path:
        raise Refusal("the loss is called inside a function that other callers may use")
    if site.target_place is None:
        raise Refusal("the arguments are not written out at the loss")
    tree, call = project.call(site.call)
    arg = _argument(tree, call, site.target_place)
    cast = _CASTS.get(intent.what, f".to(torch.{intent.what})")
    return Fix(level(intent), f"Cast the target with `{cast}`", (suffixed(tree, arg.value, cast),))


def suffixed(tree: Tree, node: Node, suffix: str) -> Edit:
    """An attribute or a method call put behind an expression, in parentheses where it needs them."""
    span = tree.expression(node)
    if tree.outer(node) != span:
        end = tree.text.index(")", span.end) + 1
        return tree.edit(Span(end, end), suffix)
    if span == node.span and (isinstance(node, PRIMARY) or (isinstance(node, ir.Build) and node.kind == "list")):
        return tree.edit(Span(span.end, span.end), suffix)
    return tree.edit(span, f"({tree.source(span)}){suffix}")


def cast_weight(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """The class weight cast where the loss is given it."""
    intent = intents[0]
    site = intent.site
    assert isinstance(site, LossSite)
    assert site.weight_place is not None, "a weight is given somewhere"
    tree, call = project.call(site.weight_place)
    weight = given_weight(project, tree, call, site)
    cast = _CASTS.get(intent.what, f".to(torch.{intent.what})")
    return Fix(level(intent), f"Cast the weight with `{cast}`", (suffixed(tree, weight, cast),))


def shaped(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """The dimension of size 1 that only one of input and target has is squeezed away, or given to the target.

    The intent says who `loses` or `gets` which.
    """
    intent = intents[0]
    site = intent.site
    assert isinstance(site, LossSite)
    subject, change, dim = intent.what.split()
    place = site.target_place if subject == "target" else site.input_place
    if place is None or site.path or len({i.what for i in intents}) > 1:
        raise Refusal("the arguments are not written out at the loss")
    _agreed(project, intents)
    tree, call = project.call(site.call)
    arg = _argument(tree, call, place)
    if change == "gets":
        return Fix(level(intent), f"Give the {subject} a dimension {dim}", (suffixed(tree, arg.value, f".unsqueeze({dim})"),))
    which = "last dimension" if dim == "-1" else f"dimension {dim}"
    return Fix(level(intent), f"Squeeze the {subject}'s {which}", (suffixed(tree, arg.value, f".squeeze({dim})"),))


def reduced(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """Old and misplaced options of a call give way to `reduction=`."""
    intent = intents[0]
    site = intent.site
    assert isinstance(site, OptionSite)
    tree, call = project.call(site.primary)
    wrong = {place.span for name, value, place in site.options if name in REDUCING or value == intent.what}
    gone = [arg for arg in call.args if arg.value.span in wrong]
    explicit = [arg for arg in call.args if arg.keyword in REDUCING and arg not in gone]
    if not gone or any(arg.stars for arg in call.args) or explicit or not all(isinstance(arg.value, ir.Const) for arg in gone):
        raise Refusal("not all of its options are constants")
    named = _named_behind(tree, call, gone, site)
    new = f'reduction="{intent.what}"' if "'" not in tree.source(call.span) else f"reduction='{intent.what}'"
    first = tree.edit(tree.whole(call, gone[0]), new)
    return Fix(level(intent), f"Say `{new}`", (first, *(removal(tree, call, arg) for arg in gone[1:]), *named))


def _named_behind(tree: Tree, call: ir.Call, gone: Sequence[ir.Arg], site: OptionSite) -> Iterator[Edit]:
    """The names of the parameters whose arguments follow the first of some by position: what stands before them says `reduction=`."""
    params = (site.contract.function if site.functional else site.contract.init) or ()
    for index, arg in enumerate(call.args[: len(params)]):
        if index > call.args.index(gone[0]) and arg.keyword is None and arg not in gone:
            start = tree.whole(call, arg).start
            yield tree.edit(Span(start, start), f"{params[index].name}=")


def removal(tree: Tree, call: ir.Call, arg: ir.Arg) -> Edit:
    """An argument taken out of a call, with the comma before it (after it for the first). Raises `Refusal` at a comment."""
    index, whole = call.args.index(arg), tree.whole(call, arg)
    if len(call.args) == 1:
        span = tree.inside(call)
    elif index:
        span = Span(tree.whole(call, call.args[index - 1]).end, whole.end)
    else:
        span = Span(whole.start, tree.whole(call, call.args[1]).start)
    if has_comment(tree.text[span.start : whole.start] + tree.text[whole.end : span.end]):
        raise Refusal("a comment stands beside the argument")
    return tree.edit(span, "")
