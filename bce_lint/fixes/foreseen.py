"""What the rules would say of a loss after a fix, foreseen before a line is written: a fix that brings a finding is not offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Origin, Tensor
from bce_lint.analysis.sites import HandWrittenSite, LossSite
from bce_lint.catalog.losses import MODULES
from bce_lint.catalog.schema import ANY, Domain
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.tree import Node, Tree, name_of
from bce_lint.ir.walk import children
from bce_lint.records import changed
from bce_lint.rules.judge import run_rules, unranked

_CLAMPS: Final = frozenset({"clamp", "clamp_", "clip"})
_SIGMOIDS: Final = frozenset({"sigmoid", "sigmoid_", "expit"})
_LOGARITHMS: Final = {Domain.CATEGORICAL: Domain.LOG_CATEGORICAL, Domain.PROBABILITY: Domain.LOG_PROBABILITY}


def nothing_new(before: Iterable[LossSite], after: Iterable[LossSite]) -> None:
    """Raises `Refusal` when a rule has something against a loss after a fix, and nothing against the one before."""
    for old, new in zip(before, after, strict=True):
        known = {one.rule.code for one in unranked((old,))}
        found = {one.rule.code for one in run_rules(new) if one.rule.default} - known
        if found:
            raise Refusal(f"it would bring {min(found)}")


def retyped(sites: Iterable[LossSite], name: str) -> Iterator[LossSite]:
    """The losses as they are once they are others."""
    return (changed(site, contract=MODULES[f"torch.nn.{name}"]) for site in sites)


def fused(sites: Iterable[LossSite], name: str) -> Iterator[LossSite]:
    """Other losses on what their activations get."""
    return (changed(site, input=tuple(map(_below, site.input))) for site in retyped(sites, name))


def logarithms(sites: Iterable[LossSite]) -> Iterator[LossSite]:
    """The losses on the logarithms of what they get."""
    return (changed(site, input=tuple(map(_logarithm, site.input))) for site in sites)


def _logarithm(one: Tensor) -> Tensor:
    return _of(one, _LOGARITHMS.get(one.domain, one.domain), one.origin)


def _below(one: Tensor) -> Tensor:
    """What the activation before a value gets: the output of another one, or logits."""
    if not one.inner:
        return _of(one, Domain.LOGITS, ())
    return changed(_of(one, one.inner[0].domain, one.inner[:1]), inner=one.inner[1:])


def _of(one: Tensor, domain: Domain, origin: tuple[Origin, ...]) -> Tensor:
    return changed(one, domain=domain, range=ANY, origin=origin, form=None)


def not_clamped(tree: Tree, site: HandWrittenSite) -> None:
    """Raises `Refusal` when a formula's probability is a sigmoid's output that was clamped: a loss of it would bring BCE101, which
    cannot be mended across the clamp."""
    logs = [node for place in site.logs if place.path == tree.path and (node := tree.at(place.span, ir.Call)) is not None]
    names = {name_of(node) for log in logs for node in _made_of(tree, log) if isinstance(node, ir.Call)}
    if names & _CLAMPS and names & _SIGMOIDS:
        raise Refusal("it would bring BCE101, for which there is no fix across the clamp")


def _made_of(tree: Tree, start: Node) -> Iterator[Node]:
    """The nodes of an expression, and of what is assigned to its names in their function."""
    seen: set[int] = set()
    asked: set[tuple[str, int]] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        waiting += children(node)
        if isinstance(node, ir.Name) and (name := (node.id, id(tree.function(node)))) not in asked:
            asked.add(name)
            bound = map(tree.parent, tree.inside_of(node.id, tree.function(node)))
            waiting += [one.value for one in bound if isinstance(one, ir.Assign)]
