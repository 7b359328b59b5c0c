"""Decisions on the output of a layer: which losses are told with one, and which files it comes from."""

from __future__ import annotations

from bce_lint.analysis.domain.tensor import Origin, Place, Tensor
from bce_lint.analysis.models import thresholds
from bce_lint.analysis.models.thresholds import Taker, Takers
from bce_lint.analysis.sites import LossSite, ThresholdSite
from bce_lint.catalog.losses import MODULES
from bce_lint.catalog.schema import Domain
from bce_lint.ir import Span
from bce_lint.records import changed


def at(number: int, path: str = "a.py") -> Place:
    """A place by number."""
    return Place(path, Span(number, number + 1))


def logits(identity: int, *places: Place) -> Tensor:
    """What some layers return."""
    return Tensor(Domain.LOGITS, origin=tuple(Origin("Linear", Domain.LOGITS, place) for place in places), identity=identity)


WITH_LOGITS, PLAIN = MODULES["torch.nn.BCEWithLogitsLoss"], MODULES["torch.nn.BCELoss"]
ONE, OTHER = logits(1, at(1)), logits(2, at(2))


def loss(number: int, *given: Tensor, contract: object = WITH_LOGITS) -> LossSite:
    """A loss that is given some values."""
    assert contract in (WITH_LOGITS, PLAIN)
    return LossSite(WITH_LOGITS if contract is WITH_LOGITS else PLAIN, "loss", at(number), at(number), (), given, ())


def threshold(*given: Tensor) -> ThresholdSite:
    """A comparison of one of some values."""
    return ThresholdSite(">", at(50), 0.5, given)


def takers_of(*sites: LossSite) -> Takers:
    """What is noted of some losses."""
    found: Takers = {}
    for site in sites:
        thresholds.add_takers(site, found)
    return found


def test_losses_of_logits_are_noted() -> None:
    assert takers_of(loss(10, ONE)) == {at(1): {at(10): Taker(WITH_LOGITS, frozenset({1}))}}
    assert takers_of(loss(10, ONE, contract=PLAIN)) == takers_of(loss(10, ONE, Tensor())) == takers_of(loss(10)) == {}
    assert takers_of(loss(10, ONE), loss(10, changed(ONE, identity=3))) == {at(1): {at(10): Taker(WITH_LOGITS, frozenset({1, 3}))}}
    assert takers_of(loss(10, changed(ONE, identity=0))) == {at(1): {at(10): Taker(WITH_LOGITS, frozenset())}}
    both = takers_of(loss(10, ONE, OTHER))
    assert both == {at(1): {at(10): Taker(WITH_LOGITS, frozenset({1, 2}))}, at(2): {at(10): Taker(WITH_LOGITS, frozenset({1, 2}))}}
    assert takers_of(loss(11, ONE), loss(10, ONE)).keys() == {at(1)} and len(takers_of(loss(11, ONE), loss(10, ONE))[at(1)]) == 2


def linked(site: ThresholdSite, *sites: LossSite) -> list[Place]:
    """The places of the losses that a threshold is told with."""
    found = thresholds.linked(site, takers_of(*sites))
    assert isinstance(found, ThresholdSite)
    return [place for _, place in found.takers]


def test_a_threshold_is_told_with_the_losses_of_its_layer() -> None:
    assert linked(threshold(ONE), loss(10, ONE)) == [at(10)]
    assert linked(threshold(ONE), loss(10, OTHER)) == linked(threshold(ONE)) == linked(threshold()) == []
    assert linked(threshold(changed(ONE, identity=9)), loss(11, ONE), loss(10, ONE)) == [at(10), at(11)]
    assert linked(threshold(ONE), loss(10, changed(ONE, identity=9)), loss(11, ONE)) == [at(11)]
    assert linked(threshold(ONE, OTHER), loss(10, ONE), loss(11, OTHER)) == []
    assert linked(threshold(ONE, OTHER), loss(10, ONE, OTHER), loss(11, OTHER)) == [at(10)]
    assert linked(threshold(logits(1, at(1), at(2))), loss(10, ONE), loss(11, changed(OTHER, identity=1))) == [at(10), at(11)]
    site = loss(10, ONE)
    assert thresholds.linked(site, {}) is site


def test_the_files_of_the_layers() -> None:
    far = logits(3, at(1, "b.py"), at(2, "c.py"))
    assert thresholds.makers([threshold(ONE), threshold(far)]) == {"a.py", "b.py", "c.py"}
    assert thresholds.makers([loss(10, ONE), threshold(changed(far, domain=Domain.PROBABILITY))]) == set()


def test_what_was_squashed_twice() -> None:
    sigmoid = Origin("sigmoid", Domain.PROBABILITY, at(1))
    once = Tensor(Domain.PROBABILITY, origin=(sigmoid,))
    assert not thresholds.is_squashed_twice(once) and thresholds.is_squashed_twice(changed(once, inner=(sigmoid,)))
    softmax = sigmoid._replace(domain=Domain.CATEGORICAL)
    assert not thresholds.is_squashed_twice(changed(once, inner=(softmax,)))
    assert thresholds.is_squashed_twice(changed(once, inner=(softmax, sigmoid)))
    assert not thresholds.is_squashed_twice(changed(once, domain=Domain.CATEGORICAL, inner=(sigmoid,)))
