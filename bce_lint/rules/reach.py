"""What reaches a loss, and which rule has something to say about it.

One table for all rules of the 1xx block. A value is classified by its domain and, where it has none, by its range; a code
is certain at a site when the table gives it for every value that can arrive there.
"""

from __future__ import annotations

from enum import Enum
from math import inf

from bce_lint.analysis.domain.shapes import least_rank, rank
from bce_lint.analysis.domain.tensor import Origin, Shape, Tensor
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog.schema import Contract, Domain, Expects, Range, ShapeRelation, Target
from bce_lint.rules.dtypes import is_floating


class Reach(Enum):
    """A row of the table: what a value looks like to a loss."""

    LOGITS = "logits"
    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"
    LOG_SIGMOID = "log-sigmoid"
    LOG_SOFTMAX = "log-softmax"
    SIGNED = "values below 0, bounded above"
    WIDE = "values above 1, without a log"
    UNIT = "values in [0, 1]"
    UNKNOWN = "unknown"


_COLUMNS = (
    Expects.PROBABILITY,
    Expects.LOGITS,
    Expects.CLASS_LOGITS,
    Expects.LOG_PROBABILITIES,
    Expects.KL_LOG_PROBABILITIES,
    Expects.MARGIN_LOGITS,
)
_ROWS = {
    Reach.LOGITS: ("BCE105", "", "", "BCE122", "BCE131", ""),
    Reach.SIGMOID: ("BCE101", "BCE103", "BCE112", "BCE121", "BCE131", "BCE132"),
    Reach.SOFTMAX: ("", "BCE104", "BCE111", "BCE121", "BCE131", "BCE132"),
    Reach.LOG_SIGMOID: ("BCE105", "BCE103", "BCE112", "", "", "BCE132"),
    Reach.LOG_SOFTMAX: ("BCE105", "BCE104", "BCE113", "BCE123", "", "BCE132"),
    Reach.SIGNED: ("BCE105", "", "", "", "", ""),
    Reach.WIDE: ("BCE105", "", "", "BCE122", "BCE131", ""),
    Reach.UNIT: ("", "", "", "BCE121", "BCE131", ""),
}
_TABLE = {(reach, expects): code for reach, codes in _ROWS.items() for expects, code in zip(_COLUMNS, codes, strict=True)}
_ROUNDING = 1e-4
_LITTLE_ABOVE_0 = 0.01
"""Up to where the logarithm of a probability gets that a constant was added to."""
_RIGHT = frozenset({"", "BCE101", "BCE113", "BCE123"})
_DOMAINS = {
    Domain.LOGITS: Reach.LOGITS,
    Domain.PROBABILITY: Reach.SIGMOID,
    Domain.CATEGORICAL: Reach.SOFTMAX,
    Domain.LOG_PROBABILITY: Reach.LOG_SIGMOID,
    Domain.LOG_CATEGORICAL: Reach.LOG_SOFTMAX,
}


def classify(tensor: Tensor) -> Reach:
    """Classifies a tensor. Constant data and bounds that are merely sound say nothing."""
    if tensor.domain is Domain.LOGITS and within_unit(tensor.range):
        return Reach.UNIT
    if tensor.domain in _DOMAINS:
        return _DOMAINS[tensor.domain]
    if tensor.domain is Domain.LABEL or tensor.literal or not tensor.range.tight or tensor.range.low == tensor.range.high:
        return Reach.UNKNOWN
    return _by_range(tensor.range)


def within_unit(range_: Range) -> bool:
    """True if all values are possible probabilities, rounding apart."""
    return range_.low >= 0.0 and range_.high <= 1.0 + _ROUNDING


def in_log_space(tensor: Tensor) -> bool:
    """True if a tensor certainly holds logarithms of probabilities: below 0, but for rounding and a constant added before."""
    if (reach := classify(tensor)) in (Reach.LOG_SIGMOID, Reach.LOG_SOFTMAX):
        return True
    return reach is Reach.SIGNED and tensor.range.high <= _LITTLE_ABOVE_0


def in_unit(tensor: Tensor) -> bool:
    """True if a tensor certainly holds probabilities."""
    return classify(tensor) in (Reach.SIGMOID, Reach.SOFTMAX, Reach.UNIT)


def _by_range(range_: Range) -> Reach:
    if range_.low >= -_ROUNDING and range_.high <= 1.0 + _ROUNDING:
        return Reach.UNIT  # it may be left by rounding alone
    return Reach.WIDE if range_.high > 1.0 and (range_.low >= 0.0 or range_.high == inf) else Reach.SIGNED


def certain_code(site: LossSite) -> str:
    """The code that is certain of a loss's input, or an empty string.

    Values that are wrong in different ways are certainly wrong: the lowest of their codes speaks for all.
    """
    codes = {_TABLE.get((classify(tensor), site.contract.expects), "") for tensor in site.input}
    if len(codes) == 1:
        return codes.pop()
    return "" if codes & _RIGHT else min(codes, default="")


def rank_at(site: LossSite, tensor: Tensor) -> int | None:
    """The number of dimensions of an input; where it is not known from the input alone, what the targets ask for."""
    own = rank(tensor.shape)
    if own is not None or not site.target:
        return own
    found = {_asked_by(site.contract, target) for target in site.target}
    return found.pop() if len(found) == 1 else None


def _asked_by(contract: Contract, target: Tensor) -> int | None:
    """The number of dimensions of an input that a target fits: one more than class indices have, as many as anything else has."""
    known = rank(target.shape)
    if known is None or contract.shape not in (ShapeRelation.EQUAL, ShapeRelation.CLASS_DIM):
        return None
    if contract.shape is ShapeRelation.EQUAL:
        return known
    if contract.target is not Target.CLASS_INDEX:
        return known + 1
    return None if target.dtype is None else known if is_floating(target.dtype) else known + 1


def over_classes(site: LossSite, tensor: Tensor) -> bool:
    """True if the last softmax may have run over the class dimension: dim 1, or the last of at most two."""
    return all(_may_be_over_classes(origin, tensor.shape, rank_at(site, tensor)) for origin in tensor.origin)


def _may_be_over_classes(origin: Origin, shape: Shape | None, known: int | None) -> bool:
    if origin.along is None or known == 0:
        return origin.over is not None  # where the dimension may have moved, or is chosen elsewhere, it cannot be told
    if known is None:
        return origin.along == 1 or (origin.along == -1 and least_rank(shape) <= 2)
    classes = min(known - 1, 1)
    return origin.along in (classes, classes - known)
