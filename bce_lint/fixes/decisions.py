"""Decisions on logits that were written for probabilities: thresholds, and roundings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log

from bce_lint import ir
from bce_lint.analysis.sites import ThresholdSite
from bce_lint.catalog.schema import Domain
from bce_lint.fixes.calls import level, suffixed
from bce_lint.fixes.edit import Edit, Fix, Refusal
from bce_lint.fixes.intent import FixIntent
from bce_lint.fixes.places import at_place
from bce_lint.fixes.recorded_project import RecordedProject
from bce_lint.fixes.tree import PRIMARY, Node, Tree, constant


def threshold(project: RecordedProject, intents: Sequence[FixIntent]) -> Fix:
    """`logits > 0.5` → `logits > 0`; a rounding gets the sigmoid that it takes for granted, of an array it becomes a comparison."""
    intent = intents[0]
    site = intent.site
    assert isinstance(site, ThresholdSite)
    tree = project.tree(site.primary.path)
    domains = {kind for node in _compared(tree, site) for kind in project.uses.domains.get((tree.path, node.span), ())}
    if domains != {Domain.LOGITS}:
        raise Refusal(f"{at_place(project.analysed, site.primary)} gets other values too")
    if site.threshold is None:
        return Fix(level(intent), *_rounded(tree, site))
    node: Node = tree.at(site.primary.span, ir.Op) or tree.at(site.primary.span, ir.Call)
    parts = () if node is None else node.operands if isinstance(node, ir.Op) else tuple(arg.value for arg in node.args)
    found = next((part for part in parts if isinstance(part, ir.Const) and part.value == site.threshold), None)
    if found is None or id(node) in tree.shared:
        raise Refusal("the threshold is not written out")
    if 0 < log(site.threshold / (1 - site.threshold)) < 1:  # it would look like a probability again
        if _is_array(site):
            raise Refusal("an array of NumPy has no sigmoid")
        others = [part for part in (*parts, *_compared(tree, site)) if part is not found]
        return Fix(level(intent), "Compare probabilities", (suffixed(tree, others[-1], ".sigmoid()"),))
    return Fix(level(intent), "Compare with the same threshold on logits", (tree.edit(found.span, logit(site.threshold)),))


def _is_array(site: ThresholdSite) -> bool:
    """True if the values may be an array of NumPy, which has no sigmoid, and which torch's functions do not take."""
    return any(x.array for x in site.input)


def _rounded(tree: Tree, site: ThresholdSite) -> tuple[str, tuple[Edit, ...]]:
    call = tree.call(site.primary.span)
    method = isinstance(call.func, ir.Attr) and all(constant(arg.value) == 0 for arg in call.args)
    value = call.func.value if method and isinstance(call.func, ir.Attr) else call.args[0].value if call.args else None
    rest = call.args if method else call.args[1:]
    if value is None or any(arg.stars or arg.keyword not in (None, "decimals") or constant(arg.value) != 0 for arg in rest):
        raise Refusal("what is rounded is not written out")
    if _is_array(site):
        return "Compare with the same threshold on logits", (_compared_instead(tree, site, call, value),)
    return "Round probabilities", (suffixed(tree, value, ".sigmoid()"),)


def _compared_instead(tree: Tree, site: ThresholdSite, call: ir.Call, value: Node) -> Edit:
    """An array's rounding as a comparison, in the type that the rounding had."""
    text = tree.source(value.span)
    after = tree.parent(call)
    compared = f"({text if isinstance(value, PRIMARY) else f'({text})'} > 0)"
    if isinstance(after, ir.Attr) and after.name == "astype" and isinstance(tree.parent(after), ir.Call):
        return tree.edit(call.span, compared)
    dtypes = {x.dtype for x in site.input}
    repeated = _is_repeatable(value)
    if not repeated and (None in dtypes or len(dtypes) > 1):
        raise Refusal("the type of the rounded array is not known")
    dtype = f"{text}.dtype" if repeated else f'"{dtypes.pop()}"'
    return tree.edit(call.span, f"{compared}.astype({dtype})")


def _is_repeatable(value: Node) -> bool:
    """True if an expression may be evaluated twice: a name, or an attribute of one."""
    return isinstance(value, ir.Name) or (isinstance(value, ir.Attr) and _is_repeatable(value.value))


def _compared(tree: Tree, site: ThresholdSite) -> list[Node]:
    """The operands of a comparison or a rounding that are no constants."""
    node: Node = tree.at(site.primary.span, ir.Op) or tree.call(site.primary.span)
    if isinstance(node, ir.Op):
        return [operand for operand in node.operands if not isinstance(operand, ir.Const)]
    values = [arg.value for arg in node.args if not isinstance(arg.value, ir.Const)]
    return values or [node.func.value] if isinstance(node.func, ir.Attr) else values


def logit(threshold_: float) -> str:
    """The logit of a probability, as source."""
    value = f"{log(threshold_ / (1 - threshold_)):.6g}"
    return "0" if re.fullmatch(r"-?0(\.0*)?", value) else value
