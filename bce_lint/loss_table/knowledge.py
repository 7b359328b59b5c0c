"""What must be known of a loss before it may be called right, and what is not."""

from __future__ import annotations

from typing import Final

from bce_lint.analysis.domain.shapes import rank
from bce_lint.analysis.domain.tensor import Place, Tensor
from bce_lint.analysis.recording.describe import facts
from bce_lint.analysis.recording.loss_calls import LossCalls
from bce_lint.analysis.recording.reasons import Reason
from bce_lint.analysis.sites import Alternatives, LossSite
from bce_lint.catalog.schema import ACTIVATED, LOGITS, Domain, Expects, ShapeRelation, Target
from bce_lint.records import changed
from bce_lint.rules.reach import Reach, classify

NO_RULE: Final = "values that no rule judges"
DTYPE: Final = "a dtype"
SHAPE: Final = "a shape"

_LOGARITHMS: Final = (Expects.LOG_PROBABILITIES, Expects.KL_LOG_PROBABILITIES)
_FITTING: Final = {
    **dict.fromkeys(LOGITS, frozenset({Reach.LOGITS})),
    **dict.fromkeys(_LOGARITHMS, frozenset({Reach.LOG_SOFTMAX})),
    Expects.PROBABILITY: frozenset({Reach.SIGMOID, Reach.SOFTMAX, Reach.UNIT}),
}
"""What each loss is made for. Of other values rules may say nothing, which does not make them right."""
_SILENT_BROADCASTS: Final = frozenset({ShapeRelation.BROADCAST, ShapeRelation.BROADCAST_WARNS})
_FLOATING: Final = ACTIVATED | {Domain.LOGITS}


def missing(site: LossSite, calls: LossCalls) -> Reason | None:
    """Why a loss at which no rule speaks cannot be called right all the same, if it cannot."""
    found = (input_lacks(site, calls), target_lacks(site, calls), _unfit(site), _autocast(site), _weight(site), _shapes(site))
    return next((one for one in found if one is not None), None)


def input_lacks(site: LossSite, calls: LossCalls) -> Reason | None:
    """Why it is not known what a loss's input means, if it is not."""
    if site.input and all(_is_known(site, one) for one in site.input):
        return None
    return calls.why(site.input_place) or _no_tensor(site, "input", site.input, site.input_place)


def _is_known(site: LossSite, one: Tensor) -> bool:
    return site.contract.expects is Expects.ANY or one.domain is not Domain.UNKNOWN or one.range.tight or one.literal


def target_lacks(site: LossSite, calls: LossCalls) -> Reason | None:
    """Why it is not known what a loss's target is, if it is not: a tensor, and where the loss asks for a dtype, one that has it."""
    asked = site.contract.target is not Target.ANY
    if site.target and not (asked and any(one.dtype is None and one.domain not in _FLOATING for one in site.target)):
        return None
    reason = calls.why(site.target_place)
    if reason is not None and all(one.domain is Domain.UNKNOWN and not one.literal for one in site.target):
        return reason
    if site.target:
        return Reason("the dtype of its target is not known", site.target_place or site.call, DTYPE)
    return _no_tensor(site, "target", site.target, site.target_place)


def _no_tensor(site: LossSite, role: str, found: Alternatives, place: Place | None) -> Reason:
    if place is None:
        return Reason(f"its {role} is not written at the call", site.call, "unpacked arguments")
    if found:
        return Reason(f"what its {role} means is not known", place, "alternatives")
    return Reason(f"its {role} `{place.text}` is no tensor that is known", place, "no tensor")


def _unfit(site: LossSite) -> Reason | None:
    """Values that a loss is not made for, and of which no rule speaks."""
    fitting = _FITTING.get(site.contract.expects)
    other = next((one for one in site.input if fitting is not None and classify(one) not in fitting), None)
    if other is None:
        return None
    text = f"no rule says whether {in_words((other,))} fits a loss that expects {site.contract.expects.value}"
    return Reason(text, site.input_place or site.call, NO_RULE)


def _autocast(site: LossSite) -> Reason | None:
    if site.contract.autocast == "banned" and site.autocast == "maybe":
        return Reason("it is not known whether it runs under autocast", site.autocast_place or site.call, "autocast")
    return None


def _weight(site: LossSite) -> Reason | None:
    place = site.weight_place
    if place is None or (site.weight and all(one.dtype is not None for one in site.weight)):
        return None
    return Reason("the dtype of its class weight is not known", place, DTYPE)


def _shapes(site: LossSite) -> Reason | None:
    """Where shapes that do not fit raise nothing, they must be known."""
    if site.contract.shape not in _SILENT_BROADCASTS or all(rank(one.shape) is not None for one in (*site.input, *site.target)):
        return None
    side, found = ("input", site.input) if any(rank(one.shape) is None for one in site.input) else ("target", site.target)
    place = (site.input_place if found is site.input else site.target_place) or site.call
    return Reason(f"the shape of its {side} is not known, and it would broadcast without an error", place, SHAPE)


def in_words(values: Alternatives) -> str:
    """What arrives, briefly; `?` where nothing is known."""
    said = dict.fromkeys(", ".join(facts(changed(one, model=False))) or "a tensor" for one in values)
    return " | ".join(said) or "?"
