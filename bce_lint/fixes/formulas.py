"""Formulas that torch has a function for: the logarithm of an activation, a cross entropy that is written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Origin
from bce_lint.analysis.sites import HandWrittenSite, LogSite
from bce_lint.catalog.consumers import LINEAR
from bce_lint.catalog.schema import Domain
from bce_lint.fixes import dimension
from bce_lint.fixes.calls import level
from bce_lint.fixes.edit import Edit, Fix, Refusal, trust
from bce_lint.fixes.foreseen import not_clamped
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.fixes.last_readers import without_activation
from bce_lint.fixes.logit_operand import logit_operand, only_binding
from bce_lint.fixes.meeting import in_place
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.spelling import reached
from bce_lint.fixes.tree import PRIMARY, Node, Tree, constant, has_comment, stands_open
from bce_lint.ir import Span
from bce_lint.ir.walk import children

_BCE = "torch.nn.functional.binary_cross_entropy"
_BANNED = "CUDA autocast refuses `binary_cross_entropy`: run it in `torch.autocast(..., enabled=False)`, on `.float()` of input and target"
_NAN = frozenset({"sqrt", "rsqrt", "div", "true_divide", "reciprocal", "acos", "asin", "inf", "Inf", "log"})
_OUTSIDE = "its input is not certain to lie in [0, 1], outside of which `binary_cross_entropy` raises: use that where you know it to"
_METHODS = ("softmax", "sigmoid")


def logarithm(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """`log(softmax(x, 1))` → `log_softmax(x, 1)` in the user's spelling, `log(1 - sigmoid(x))` → `F.logsigmoid(-x)`."""
    intent = intents[0]
    site = intent.site
    assert isinstance(site, LogSite)
    tree, log = project.call(site.primary)
    sites = [intent.site for intent in intents if isinstance(intent.site, LogSite)]
    origins = {origin for one in sites for x in one.input for origin in x.origin}
    if len(origins) != 1:
        raise Refusal("several activations can arrive here")
    origin = origins.pop()
    core = _mendable(tree, log, site, origin)
    if isinstance(core, ir.Call):
        text, edits = _logarithm_of(tree, core, origin, site.complement)
        return Fix(level(intent), _title(intent), (tree.edit(log.span, text), *edits))
    if isinstance(core, ir.Name):
        return Fix(level(intent), _title(intent), tuple(_through_name(project, tree, log, core, origin, intent)))
    raise Refusal("the activation is not applied in the formula itself")


def _mendable(tree: Tree, log: ir.Call, site: LogSite, origin: Origin) -> Node | None:
    """The core of a logarithm that may be written otherwise. Raises `Refusal` for another one."""
    if in_place(log) or any(arg.keyword == "out" for arg in log.args):
        raise Refusal("the logarithm is written into a tensor")
    core = _core(tree, taken(tree, log), site, origin)
    if has_comment(tree.source(log.span)):
        raise Refusal("a comment stands inside the formula")
    return core


def _core(tree: Tree, node: Node | None, site: LogSite, origin: Origin) -> Node | None:
    """The activation's call, or the name of its output, in what a logarithm is taken of."""
    if isinstance(node, ir.Op) and node.op == "+" and site.eps:
        return next((core for operand in node.operands if (core := _core(tree, operand, site, origin)) is not None), None)
    node = complement_of(node) if site.complement else node
    call = isinstance(node, ir.Call) and (tree.path, node.span) == origin.place.range
    return node if call or (isinstance(node, ir.Name) and _made_by(tree, node, origin) is not None) else None


def _made_by(tree: Tree, name: ir.Name, origin: Origin) -> ir.Assign | None:
    """The only assignment to a name, if it is that of an activation's output."""
    call = tree.at(origin.place.span, ir.Call) if origin.place.path == tree.path else None
    statement = tree.parent(call) if call is not None else None
    return statement if isinstance(statement, ir.Assign) and only_binding(tree, name, statement) else None


def _title(intent: FixIntent) -> str:
    return f"Use `{intent.what}`"


def taken(tree: Tree, log: ir.Call) -> Node:
    """What a logarithm is taken of."""
    if isinstance(log.func, ir.Attr) and not names_module(tree, log.func.value):
        return log.func.value
    if len(log.args) != 1 or log.args[0].keyword or log.args[0].stars:
        raise Refusal("the logarithm's argument is not written out")
    return log.args[0].value


def names_module(tree: Tree, node: Node) -> bool:
    """True if an expression is the name of an imported module, or of a module in it."""
    while isinstance(node, ir.Attr):
        node = node.value
    return isinstance(node, ir.Name) and node.id in tree.once(_imported)


def _imported(tree: Tree) -> frozenset[str]:
    return frozenset(node.bound for node in tree.of(ir.ImportModule, ir.ImportName))


def without_constant(node: Node | None) -> Node | None:
    """An expression without a constant that is added to it."""
    if isinstance(node, ir.Op) and node.op == "+":
        kept = [operand for operand in node.operands if not isinstance(operand, ir.Const)]
        return kept[0] if len(kept) == 1 else None
    return node


def complement_of(node: Node | None) -> Node | None:
    """`x` of `1 - x`."""
    if isinstance(node, ir.Op) and node.op == "-" and len(node.operands) == 2:
        one, other = node.operands
        return other if isinstance(one, ir.Const) and one.value == 1 else None
    return None


class _Applied(NamedTuple):
    """An activation's call taken apart: the operand, and the text before and after it when it is spelled as a function."""

    value: Node
    method: bool


def _applied(tree: Tree, call: ir.Call) -> _Applied:
    options_only = not call.args or call.args[0].keyword is not None or constant(call.args[0].value) is not None
    if isinstance(call.func, ir.Attr) and call.func.name in _METHODS and options_only and not names_module(tree, call.func.value):
        return _Applied(call.func.value, True)
    plain = [arg for arg in call.args if not arg.stars and arg.keyword in (None, "input")]
    if not plain or any(arg.stars for arg in call.args):
        raise Refusal("the activation's argument is not written out")
    return _Applied(plain[0].value, False)


def _logarithm_of(tree: Tree, call: ir.Call, origin: Origin, complement: bool, instead: str = "") -> tuple[str, tuple[Edit, ...]]:
    """The source of an activation's logarithm (of `instead`, if given, in the place of its operand), and the imports that it needs."""
    value, method = _applied(tree, call)
    text = instead or tree.source(value.span)
    if origin.name == "sigmoid":
        name, edits = reached(tree, "torch.nn.functional.logsigmoid")
        tight = isinstance(value, PRIMARY) or bool(instead)
        return f"{name}({'-' * complement}{text if tight or not complement else f'({text})'})", edits
    if origin.name != "softmax" or complement:
        raise Refusal(f"torch has no logarithm of {origin.name}")
    spelled = call.func.name if isinstance(call.func, ir.Attr) else ""
    if spelled == "softmax" and (method or names_module(tree, call.func)):
        end = call.func.span.end
        before = tree.text[call.span.start : end - len("softmax")]
        after = _options(tree, call, origin, method, (value.span, instead) if instead and not method else None)
        return (f"{instead}." if instead and method else before) + f"log_softmax{after}", ()
    if origin.dim is None:
        raise Refusal("the softmax does not say its dimension")
    name, edits = reached(tree, "torch.log_softmax")
    return f"{name}({text}, dim={origin.dim})", edits


def _options(tree: Tree, call: ir.Call, origin: Origin, method: bool, operand: tuple[Span, str] | None) -> str:
    """The parenthesis of a softmax's call, with another operand in it if one is given, and the dimension that torch takes if none is."""
    changes = [operand] if operand is not None else []
    if not dimension.is_said(call, int(not method)):
        if origin.dim is None:
            raise Refusal("the softmax does not say its dimension")
        changes.append(dimension.said(tree, call, str(origin.dim), int(not method)))
    text, at = "", call.func.span.end
    for span, new in sorted(changes):
        text, at = text + tree.text[at : span.start] + new, span.end
    return text + tree.text[at : call.span.end]


def _through_name(project: RecordedProject, tree: Tree, log: ir.Call, name: ir.Name, origin: Origin, intent: FixIntent) -> Iterator[Edit]:
    """The logarithm of a variable that holds the activation's output: taken of what the activation got. Where logarithms alone read
    the variable, all of them that are findings are mended together, and the activation goes."""
    statement, call = _made_by(tree, name, origin), tree.call(origin.place.span)
    assert statement is not None and isinstance(intent.site, LogSite), "asked before"
    value, logs = _applied(tree, call).value, {log: intent.site.complement, **_alike(project, tree, (log, name), origin, intent)}
    alone = without_activation(tree, value, statement, list(logs))
    if alone is None:
        logs = {log: logs[log]}
    text, edits = alone or logit_operand(tree, value, statement, log)
    instead = "" if isinstance(value, ir.Name) and value.id == text else text
    for one, complement in logs.items():
        own, imports_ = _logarithm_of(tree, call, origin, complement, instead)
        yield from (tree.edit(one.span, own), *imports_)
    yield from edits


def _alike(project: RecordedProject, tree: Tree, own: tuple[ir.Call, ir.Name], origin: Origin, intent: FixIntent) -> dict[ir.Call, bool]:
    """The logarithms that may be mended together with that of a finding: those of one variable that are findings, and no less
    certain; each with whether it is that of 1 minus the variable."""
    found: dict[ir.Call, bool] = {}
    for other in project.intents(Change.LOG):
        site = other.site
        if not isinstance(site, LogSite) or site.primary.path != tree.path or trust(level(other)) < trust(level(intent)):
            continue
        with suppress(Refusal):
            call = tree.call(site.primary.span)
            core = _mendable(tree, call, site, origin) if {o for x in site.input for o in x.origin} == {origin} else None
            silenced = "noqa" in tree.source(tree.logical_line(call.span.start))
            if isinstance(core, ir.Name) and core.id == own[1].id and (call is own[0] or not silenced):
                found[call] = site.complement
    return found


def cross_entropy(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """`y * log(p) + (1 - y) * log(1 - p)` → `-F.binary_cross_entropy(p, y, reduction="none")`; of a sigmoid in sight, with logits."""
    intent = intents[0]
    site = intent.site
    assert isinstance(site, HandWrittenSite)
    tree = project.tree(site.primary.path)
    not_clamped(tree, site)
    node = tree.at(site.primary.span, ir.Op)
    if node is not None and any(isinstance(around, ir.Op) and around.op == "format" for around in tree.around(node)):
        raise Refusal("the formula stands inside an f-string")
    if node is None or node.op != "+" or len(node.operands) != 2 or has_comment(tree.source(node.span)):
        raise Refusal("the formula is not one sum of two products")
    found = [pair for a, b in (node.operands, node.operands[::-1]) if (pair := _parts(tree, a, b)) is not None]
    if len(found) != 1:
        raise Refusal("the formula has factors of its own")
    p, y = found[0]
    function, given, own_edits = _input(project, tree, node, p, site)
    name, edits = reached(tree, function)
    edits = (*own_edits, *edits)
    text = f'{name}({given}, {tree.source(y.span)}, reduction="none")'
    title = f"Use `{function.rpartition('.')[2]}`"
    own = tree.outer(node)
    negated = _negated(tree, node)
    if negated is not None:
        return Fix(level(intent), title, (_without_sign(tree, negated), tree.edit(own, text), *edits))
    bare = own != node.span or stands_open(tree, node)
    return Fix(level(intent), title, (tree.edit(node.span, f"-{text}" if bare else f"(-{text})"), *edits))


def _input(project: RecordedProject, tree: Tree, node: Node, p: Node, site: HandWrittenSite) -> tuple[str, str, tuple[Edit, ...]]:
    """The loss that a formula of `p` becomes, its input as source, and the edits that name it. Raises `Refusal` where it might raise."""
    sites = [site, *project.written.get(site.primary.range, ())]
    if None in project.uses.domains.get((tree.path, p.span), ()):
        raise Refusal(_OUTSIDE)
    if (logits := _logits(tree, node, p, sites)) is not None:
        return f"{_BCE}_with_logits", *logits
    if not all(one.unit for one in sites):
        raise Refusal(_OUTSIDE)
    if any(one.autocast != "off" for one in sites):
        raise Refusal(_BANNED)
    if any(map(_makes_nan, _made_of(tree, p))):
        raise Refusal("its input may be nan, for which `binary_cross_entropy` raises")
    return _BCE, tree.source(p.span), ()


def _made_of(tree: Tree, p: Node) -> Iterator[Node]:
    """The nodes of an expression, and of all that is assigned to its names in their function."""
    seen: set[str] = set()
    waiting = [p]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += children(node)
        if isinstance(node, ir.Name) and node.id not in seen:
            seen.add(node.id)
            statements = (tree.parent(one) for one in tree.names(node.id) if tree.function(one) is tree.function(node))
            waiting += [one.value for one in statements if isinstance(one, ir.Assign) and node.id in _bound(one)]


def _bound(statement: ir.Assign) -> Iterator[str]:
    return (target.id for target in statement.targets if isinstance(target, ir.Name))


def _makes_nan(node: Node) -> bool:
    """True if an operation may make nan of numbers: a division by what may be 0, a root, an infinity that a softmax may get alone."""
    if isinstance(node, ir.Op) and node.op == "/":
        return not any(isinstance(one, ir.Const) for one in node.operands)
    if isinstance(node, ir.Const):
        return isinstance(node.value, str) and node.value.strip("+-").lower() in ("inf", "infinity")
    last = node.name if isinstance(node, ir.Attr) else node.id if isinstance(node, ir.Name) else ""
    return last in _NAN


def _logits(tree: Tree, node: Node, p: Node, sites: Sequence[HandWrittenSite]) -> tuple[str, tuple[Edit, ...]] | None:
    """What a sigmoid got, as source where its output stands in a formula; None where that is out of sight."""
    origins = {origin for one in sites for origin in one.origin}
    origin = origins.pop() if len(origins) == 1 and all(one.domain is Domain.PROBABILITY for one in sites) else None
    if origin is None or origin.name != "sigmoid":
        return None
    if isinstance(p, ir.Call) and (tree.path, p.span) == origin.place.range:
        return tree.source(_applied(tree, p).value.span), ()
    statement = _made_by(tree, p, origin) if isinstance(p, ir.Name) else None
    if statement is None:
        return None
    try:
        value = _applied(tree, tree.call(origin.place.span)).value
        return without_activation(tree, value, statement, [node]) or logit_operand(tree, value, statement, node)
    except Refusal:
        return None


def _negated(tree: Tree, node: Node) -> ir.Op | None:
    """The minus that a sum stands under, with nothing but sums, means and views between them."""
    for around in tree.around(node):
        if isinstance(around, ir.Op):
            return around if around.op == "neg" else None
        name = (
            around.name
            if isinstance(around, ir.Attr)
            else around.func.name
            if isinstance(around, ir.Call) and isinstance(around.func, ir.Attr)
            else ""
        )
        if name not in LINEAR:
            return None
    return None


def _without_sign(tree: Tree, negated: ir.Op) -> Edit:
    start = negated.span.start
    joined = start > 0 and (tree.text[start - 1].isalnum() or tree.text[start - 1] == "_")
    return tree.edit(Span(start, start + 1), " " if joined else "")


def _parts(tree: Tree, with_p: Node, with_rest: Node) -> tuple[Node, Node] | None:
    """The probability and the target of the two products of a cross entropy."""
    first, second = _product(tree, with_p), _product(tree, with_rest)
    if first is None or second is None:
        return None
    p, y = without_constant(first[0]), first[1]
    q, z = complement_of(without_constant(second[0])), complement_of(second[1])
    if p is None or q is None or z is None or _text(tree, p) != _text(tree, q) or _text(tree, y) != _text(tree, z):
        return None
    return p, y


def _product(tree: Tree, node: Node) -> tuple[Node, Node] | None:
    """What the logarithm in a product of two is taken of, and the other factor."""
    if not (isinstance(node, ir.Op) and node.op == "*" and len(node.operands) == 2):
        return None
    for log, other in (node.operands, node.operands[::-1]):
        if isinstance(log, ir.Call) and _is_log(log):
            return taken(tree, log), other
    return None


def _is_log(call: ir.Call) -> bool:
    return (call.func.name if isinstance(call.func, ir.Attr) else getattr(call.func, "id", "")) == "log"


def _text(tree: Tree, node: Node) -> str:
    return "".join(tree.source(node.span).split())
