"""Activations taken away or exchanged, with the losses that they fed and everyone else who uses what they returned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.flow import Spot, spot
from bce_lint.analysis.lattice import Origin, Tensor
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog.losses import MODULES
from bce_lint.catalog.terms import Contract, Domain, Expects
from bce_lint.fixes.calls import level, removal, suffixed
from bce_lint.fixes.edit import Applicability, Edit, Refusal, Rewrite
from bce_lint.fixes.program import Program, loss_of
from bce_lint.fixes.raw import only_binding, raw
from bce_lint.fixes.spelling import reached, renamed
from bce_lint.fixes.tree import Node, Tree, comments, fitting, has_comment, is_store
from bce_lint.fixes.uses import Kind, Trace, Use, escapes
from bce_lint.ir import Span
from bce_lint.rules.intent import Change, FixIntent

_RAW = frozenset({Expects.LOGITS, Expects.CLASS_LOGITS, Expects.MARGIN_LOGITS})
_INFINITE = re.compile(r"\binf\b|masked_fill|finfo|infinity", re.IGNORECASE)
_SPELLED = {
    "sigmoid": "torch.sigmoid",
    "softmax": "torch.softmax",
    "log_softmax": "torch.log_softmax",
    "logsigmoid": "torch.nn.functional.logsigmoid",
}
_MAX = 16
_SHOWN = 40
_PLACES = 5


class _Group(NamedTuple):
    """Activations and losses that can only be changed together."""

    traces: dict[Spot, Trace]
    origins: dict[Spot, Origin]
    losses: dict[Spot, list[LossSite]]


def changed(program: Program, intents: Sequence[FixIntent]) -> Rewrite:
    """The fix for intents of one finding that take activations away, exchange them, or use another loss."""
    intent = intents[0]
    sites = [i.site for i in intents if isinstance(i.site, LossSite)]
    if intent.change is Change.RETYPE:
        return _retyped_alone(program, intent, sites)
    group = _group(program, intent, sites)
    local = _local(program, group)
    edits, title, only = _rewritten(program, intent, group)
    if intent.change is Change.FUSE:
        edits += _retyped(program, group.losses, intent.what)
        title = f"Use `{intent.what}` on the raw values"
    safe = intent.safe and only and local is not None and not _infinite(program, local)
    return Rewrite(level(intent) if safe else Applicability.UNSAFE, title, tuple(edits))


def _rewritten(program: Program, intent: FixIntent, group: _Group) -> tuple[list[Edit], str, bool]:
    """The edits that take the activations away, a title, and whether the loss was their only user.

    A value with other users in the loss's function is kept for them, and the loss gets what the activation gets.
    """
    traces = list(group.traces.values())
    only = all(len(trace.uses) == 1 for trace in traces)
    if intent.change is not Change.LOGARITHM and len(traces) == 1 and not (only and not traces[0].crossed):
        with suppress(Refusal):
            return *_bypass(program, traces[0], next(iter(group.origins.values()))), False
    return *_at_the_root(program, intent, group), only


def _group(program: Program, intent: FixIntent, sites: list[LossSite]) -> _Group:
    """Everything that has to change with the activations before some losses. Raises `Refusal` where that is not all known."""
    group = _Group({}, {}, {})
    waiting = [origin for site in sites for origin in _origins(site, intent)]
    if intent.change is Change.FUSE:
        waiting += _taken(program, intent, group, sites)
    while waiting:
        origin = waiting.pop()
        key = spot(origin.place)
        if key in group.traces:
            continue
        group.origins[key], group.traces[key] = origin, Trace.of(program, key, through=intent.change is Change.DROP_INNER)
        if len(group.traces) > _MAX:
            raise Refusal("too many activations are involved")
        if intent.change is Change.FUSE:
            waiting += _taken(program, intent, group, [use.site for use in group.traces[key].uses if _same(use.site, intent)])
    _reached(group, sites)
    return group


def _same(site: LossSite | None, intent: FixIntent) -> bool:
    assert isinstance(intent.site, LossSite)
    return site is not None and site.contract == intent.site.contract


def _taken(program: Program, intent: FixIntent, group: _Group, sites: Iterable[LossSite | None]) -> list[Origin]:
    """Takes the losses of some sites in; returns the activations before all their callers."""
    found = []
    for site in sites:
        if site is None or loss_of(site) in group.losses:
            continue
        group.losses[loss_of(site)] = callers = program.losses.get(loss_of(site), [site])
        if loss_of(site) in program.chosen:
            raise Refusal("which loss is used is chosen elsewhere")
        for caller in callers:
            if not caller.input or any(x.domain is not _domain(intent) or not x.origin for x in caller.input):
                raise Refusal(f"the loss is shared: {_at(caller)} gives it other values")
            found += _origins(caller, intent)
    return found


def _domain(intent: FixIntent) -> Domain:
    assert isinstance(intent.site, LossSite)
    return intent.site.input[0].domain


def _at(site: LossSite) -> str:
    return f"`{site.call.text}` in {site.call.path.rpartition('/')[2]}"


def _origins(site: LossSite, intent: FixIntent) -> list[Origin]:
    found = [origin for x in site.input for origin in _asked(x, intent)]
    if not found or any(not _asked(x, intent) for x in site.input):
        raise Refusal("which activation is meant cannot be told")
    for origin in found:
        if origin.domain is Domain.LOGITS:
            raise Refusal("no activation is there")
        if origin.name not in _SPELLED:
            raise Refusal(f"`{origin.name}` does more than its loss would")
    return found


def _asked(x: Tensor, intent: FixIntent) -> tuple[Origin, ...]:
    if intent.change is not Change.DROP_INNER:
        return x.origin
    return tuple(o for o in x.inner if o.domain in (Domain.PROBABILITY, Domain.CATEGORICAL))[:1]


def _reached(group: _Group, sites: list[LossSite]) -> None:
    """Raises `Refusal` unless each loss was found on a way from its activation, and nothing else comes in on the way."""
    seen = set().union(*(trace.seen for trace in group.traces.values()))
    for trace in group.traces.values():
        for tree, node in trace.joined:
            if id(node) not in seen:
                raise Refusal(f"`{tree.source(node.span)}` is joined with the values on the way")
        if trace.picked and "softmax" in group.origins[trace.key].name:
            raise Refusal(f"`{trace.picked[0]}` picks classes out of the softmax")
        for use in trace.uses:
            if use.kind is Kind.CHANGED:
                raise Refusal(f"`{_user(use)}` changes the values on the way")
    met = {spot(use.site.call) for trace in group.traces.values() for use in trace.uses if use.site is not None}
    wanted = [*sites, *(site for callers in group.losses.values() for site in callers)]
    for site in wanted:
        if spot(site.call) not in met:
            raise Refusal("what stands between the activation and the loss changes the values, or cannot be followed")


def _user(use: Use) -> str:
    parent = use.tree.parent(use.node)
    user: Node = use.tree.parent(parent) if isinstance(parent, ir.Attr) else parent
    text = " ".join(use.tree.source(user.span).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _local(program: Program, group: _Group) -> Trace | None:
    """The trace of the only activation, if its value never leaves the function and reaches one loss there."""
    if len(group.traces) != 1:
        return None
    trace = next(iter(group.traces.values()))
    losses = [use for use in trace.uses if use.kind is Kind.LOSS]
    starts = program.flow.applied.get(trace.key, set())
    if trace.crossed or len(losses) != 1 or starts != {trace.key} or not all(_owned(program, made) for made in group.losses):
        return None
    return trace


def _owned(program: Program, made: Spot) -> bool:
    """Whether a loss is no default that callers may replace."""
    tree, call = program.call(made)
    return not isinstance(tree.parent(call), ir.Function)


def _infinite(program: Program, trace: Trace) -> bool:
    """Whether the function shows infinite values: there a fused loss and its parts differ."""
    tree, call = program.call(trace.key)
    function = tree.function(call)
    nodes = [n.span for n in tree.nodes if function is None or function in tree.around(n)]
    return bool(_INFINITE.search(tree.text[min(s.start for s in nodes) : max(s.end for s in nodes)]))


def _at_the_root(program: Program, intent: FixIntent, group: _Group) -> tuple[list[Edit], str]:
    """The activations change where they are applied; whoever else uses the values applies them instead."""
    unseen = sorted({_where(use) for trace in group.traces.values() for use in trace.uses if use.kind is Kind.UNSEEN})
    if unseen:
        more = f" and {len(unseen) - _PLACES} more places" if len(unseen) > _PLACES else ""
        raise Refusal(f"the values may be used at {', '.join(unseen[:_PLACES])}{more}, where they cannot be followed")
    edits: list[Edit] = []
    for key, trace in sorted(group.traces.items()):
        for use in trace.uses:
            edits += _kept(program, intent, group, key, use)
        edits += _exchanged(program, key, group.origins[key]) if intent.change is Change.LOGARITHM else removed(program, key)
    name = next(iter(group.origins.values())).name
    if intent.change is Change.LOGARITHM:
        return edits, f"Use `log_{name}`"
    return edits, f"Remove the {name}"


def _kept(program: Program, intent: FixIntent, group: _Group, key: Spot, use: Use) -> list[Edit]:
    """What a user needs in order to see what it saw before."""
    origin = group.origins[key]
    if use.kind is Kind.LOSS and use.site is not None:
        wants = loss_of(use.site) in group.losses if intent.change is Change.FUSE else _wants(use.site, intent)
        if wants:
            return []
    if use.kind is Kind.ORDER:
        return []
    _exclusive(program, group, use)
    if use.kind is Kind.THRESHOLD and origin.name == "sigmoid" and intent.change is not Change.LOGARITHM:
        constant = _half(use)
        if constant is not None:
            return [Edit(use.tree.path, constant.span, "0")]
    if intent.change is Change.LOGARITHM:
        return [suffixed(use.tree, use.node, ".exp()")]
    return wrapped(program, use, origin, key)


def _exclusive(program: Program, group: _Group, use: Use) -> None:
    """Raises `Refusal` when other values than those of the group come to a user that would have to change."""
    kinds = program.flow.kinds.get((use.tree.path, use.node.span), set())
    if any(kind.isdisjoint(group.traces) for kind in kinds):
        raise Refusal(f"{_where(use)} gets other values too")


def _wants(site: LossSite, intent: FixIntent) -> bool:
    assert isinstance(intent.site, LossSite)
    if intent.change is Change.LOGARITHM:
        return site.contract.expects in (Expects.LOG_PROBABILITIES, Expects.KL_LOG_PROBABILITIES, Expects.CLASS_LOGITS)
    return site.contract.expects in _RAW or site.contract == intent.site.contract


def _where(use: Use) -> str:
    row = use.tree.text.count("\n", 0, use.node.span.start) + 1
    return f"{use.tree.path.rpartition('/')[2]}:{row}"


def _half(use: Use) -> ir.Const | None:
    op: Node = use.tree.parent(use.node)
    other = next(o for o in op.operands if o is not use.node)
    return other if isinstance(other, ir.Const) and other.value == 0.5 else None


def wrapped(program: Program, use: Use, origin: Origin, key: Spot) -> list[Edit]:
    """The activation applied where its output is used. Raises `Refusal` for one that cannot be spelled there."""
    tree, node = use.tree, use.node
    if is_store(tree, node) or origin.name not in _SPELLED or ("softmax" in origin.name and origin.dim is None):
        raise Refusal(f"{_where(use)} needs the {origin.name} itself")
    callee, imports = reached(tree, _SPELLED[origin.name])
    dim = f", dim={origin.dim}" if "softmax" in origin.name else ""
    return [Edit(tree.path, node.span, f"{callee}({tree.source(node.span)}{dim})"), *imports]


def removed(program: Program, key: Spot) -> list[Edit]:
    """An activation taken away: its call, its place among the layers, or its whole statement."""
    tree, call = program.call(key)
    if program.flow.applied.get(key, set()) != {key}:
        return _layer_removed(tree, call)
    edit = without_call(program, tree, call)
    statement = tree.statement(call)
    layer = _unused_layer(program, tree, call)
    if isinstance(statement, ir.ExprStmt | ir.Assign) and statement.value is call and _is_nothing(statement, operand(program, tree, call)):
        return [_line(tree, statement.span), *layer]
    return [edit, *layer]


def _is_nothing(statement: ir.ExprStmt | ir.Assign, value: Node) -> bool:
    """Whether a statement does nothing once its value is only this expression: `x` or `x = x`."""
    if isinstance(statement, ir.ExprStmt):
        return isinstance(value, ir.Name | ir.Attr)
    target = statement.targets[0]
    return len(statement.targets) == 1 and isinstance(value, ir.Name) and isinstance(target, ir.Name) and value.id == target.id


def operand(program: Program, tree: Tree, call: ir.Call) -> Node:
    """The tensor that an activation is applied to."""
    names = program.flow.called.get((tree.path, call.span), set())
    if isinstance(call.func, ir.Attr) and any(name.startswith(".") for name in names):
        return call.func.value
    plain = [arg for arg in call.args if not arg.stars and arg.keyword in (None, "input", "logits")]
    if not plain or any(arg.stars for arg in call.args):
        raise Refusal("the activation's argument is not written out")
    return plain[0].value


def without_call(program: Program, tree: Tree, call: ir.Call) -> Edit:
    """The operand in the place of an activation's call; comments inside the call stay."""
    value = operand(program, tree, call)
    method = isinstance(call.func, ir.Attr) and value is call.func.value
    inside, inner = tree.inside(call), tree.outer(value)
    text = tree.source(inner)
    before, after = tree.text[call.span.start : inner.start], tree.text[inner.end : call.span.end]
    if has_comment(before + after) or "\\" in before + after:
        if method:
            raise Refusal("a comment stands inside the activation's call")
        return Edit(tree.path, call.span, f"({tree.text[inside.start : inner.start]}{text}{comments(after[:-1])})")
    return Edit(tree.path, call.span, fitting(tree, call, value, text))


def _layer_removed(tree: Tree, call: ir.Call) -> list[Edit]:
    """A layer taken out of a container: the last one goes, another becomes `nn.Identity()`, so that the others keep their names."""
    around = tree.parent(call)
    statement = tree.statement(call)
    if isinstance(around, ir.Call) and around.func is not call:
        arg = next(a for a in around.args if a.value is call)
        if arg is around.args[-1] and len(around.args) > 1 and arg.keyword is None and _constructs(around):
            return [removal(tree, around, arg)]
        if isinstance(statement, ir.ExprStmt) and isinstance(around.func, ir.Attr) and around.func.name in ("append", "add_module"):
            return [_line(tree, statement.span)]
    if isinstance(around, ir.Call | ir.Build | ir.Dict):
        name, imports = reached(tree, "torch.nn.Identity")
        return [Edit(tree.path, call.span, f"{name}()"), *imports]
    raise Refusal("the layer is not written out in its container")


def _constructs(call: ir.Call) -> bool:
    name = call.func.name if isinstance(call.func, ir.Attr) else call.func.id if isinstance(call.func, ir.Name) else ""
    return name == "Sequential"


def _line(tree: Tree, span: Span) -> Edit:
    """A statement taken away with its line. Raises `Refusal` unless it stands alone there."""
    line = tree.logical_line(span.start)
    start = tree.line_start(span.start)
    if tree.text[start : span.start].strip() or tree.text[span.end : line.end].strip():
        raise Refusal("the statement does not stand alone on its line")
    if _siblings(tree, span) == 1:
        return Edit(tree.path, span, "pass")
    return Edit(tree.path, Span(start, line.end), "")


def _siblings(tree: Tree, span: Span) -> int:
    """How many statements a statement's block holds, itself included."""
    node = next(n for n in tree.by_span[span] if isinstance(n, ir.Stmt.__args__))
    parent = tree.parent(node) or tree.module
    bodies = [getattr(parent, name) for name in ("body", "orelse", "final") if hasattr(parent, name)]
    bodies += [handler.body for handler in getattr(parent, "handlers", ())]
    return next((len(body) for body in bodies if any(one is node for one in body)), 1)


def _unused_layer(program: Program, tree: Tree, call: ir.Call) -> list[Edit]:
    """The statement that makes an attribute's layer goes too, when nothing else reads the attribute."""
    if not isinstance(call.func, ir.Attr) or not isinstance(call.func.value, ir.Name) or call.func.value.id != "self":
        return []
    name = call.func.name
    owner = next((one for one in tree.around(call) if isinstance(one, ir.ClassDef)), None)
    nodes = [n for t in program.trees() for n in t.nodes if isinstance(n, ir.Attr) and n.name == name and _of_object(n)]
    stores = [n for n in nodes if is_store(tree, n) and owner in tree.around(n)]
    if len(nodes) != 2 or len(stores) != 1 or re.search(rf"""["']{re.escape(name)}["']""", tree.text):
        return []
    statement = tree.statement(stores[0])
    if not isinstance(statement, ir.Assign) or len(statement.targets) != 1:
        return []
    try:
        return [_line(tree, statement.span)]
    except Refusal:
        return []


def _of_object(attr: ir.Attr) -> bool:
    """Whether an attribute may be one of an object's, not of a torch module's."""
    return not (isinstance(attr.value, ir.Name) and attr.value.id in ("torch", "F", "nn"))


def _exchanged(program: Program, key: Spot, origin: Origin) -> list[Edit]:
    """`softmax` → `log_softmax` in the user's own spelling."""
    tree, call = program.call(key)
    if origin.name != "softmax":
        raise Refusal(f"a {origin.name} has no logarithm over classes")
    if program.flow.applied.get(key, set()) != {key} or not isinstance(call.func, ir.Attr):
        return (
            list(renamed(tree, call.func, "Softmax", "LogSoftmax"))
            if key not in program.flow.applied.get(key, ())
            else list(renamed(tree, call.func, "softmax", "log_softmax"))
        )
    if call.func.name != "softmax":
        raise Refusal("the softmax is a layer that others may share")
    return list(renamed(tree, call.func, "softmax", "log_softmax"))


def _bypass(program: Program, trace: Trace, origin: Origin) -> tuple[list[Edit], str]:
    """The loss gets what the activation gets; the activation stays for the others."""
    losses = [use for use in trace.uses if use.kind is Kind.LOSS]
    loss, (tree, call) = losses[0], program.call(trace.key)
    statement = tree.statement(call)
    named = isinstance(statement, ir.Assign) and statement.value is call and isinstance(loss.node, ir.Name)
    if not named or len(losses) > 1 or tree.function(loss.node) is not tree.function(call) or loss.tree is not tree:
        raise Refusal(f"the output of the {origin.name} has other users in the function")
    if not only_binding(tree, loss.node, statement):
        raise Refusal(f"`{loss.node.id}` may hold other values")
    text, edits = raw(tree, operand(program, tree, call), statement, loss.node)
    return [Edit(tree.path, loss.node.span, text), *edits], f"Give the loss what the {origin.name} gets"


def _retyped_alone(program: Program, intent: FixIntent, sites: list[LossSite]) -> Rewrite:
    """Another loss for the values that are given."""
    if any(x.domain is not Domain.LOGITS for site in sites for x in site.input):
        raise Refusal("what the values are meant for cannot be told")
    losses = {}
    for site in sites:
        losses[loss_of(site)] = callers = program.losses.get(loss_of(site), [site])
        if loss_of(site) in program.chosen:
            raise Refusal("which loss is used is chosen elsewhere")
        for caller in callers:
            if not caller.input or any(x.domain is not Domain.LOGITS for x in caller.input):
                raise Refusal(f"the loss is shared: {_at(caller)} gives it other values")
    return Rewrite(level(intent), f"Use `{intent.what}`", tuple(_retyped(program, losses, intent.what)))


def _retyped(program: Program, losses: dict[Spot, list[LossSite]], name: str) -> list[Edit]:
    """Another loss where each of some losses is chosen."""
    wanted = MODULES[f"torch.nn.{name}"]
    edits: list[Edit] = []
    for place, sites in sorted(losses.items()):
        tree, call = program.call(place)
        contract, functional = sites[0].contract, sites[0].made is None
        old = contract.functional if functional else contract.module
        new = wanted.functional if functional else wanted.module
        if old is None or new is None or not _same_order(contract, wanted, functional):
            raise Refusal(f"`{name}` takes other arguments")
        if not functional:
            _stays_here(program, place)
        edits += renamed(tree, call.func, old.rpartition(".")[2], new.rpartition(".")[2])
    return edits


def _same_order(old: Contract, new: Contract, functional: bool) -> bool:
    """Whether what fits the one loss's parameters fits the other's."""
    before, after = (c.function if functional else c.init for c in (old, new))
    return before is not None and after is not None and [p.name for p in after[: len(before)]] == [p.name for p in before]


def _stays_here(program: Program, made: Spot) -> None:
    """Raises `Refusal` when a loss object is given to somebody who was not followed."""
    for (path, span), objects in sorted(program.flow.objects.items()):
        if made in objects:
            tree = program.tree(path)
            if any(escapes(program, tree, node) for node in tree.by_span.get(span, ())):
                raise Refusal(f"the loss is given to `{tree.source(span)}`'s caller, where it cannot be followed")
