"""What a loss's constant options mean: the old ones, and those that stand in the wrong place."""

from __future__ import annotations

from typing import Final

from bce_lint.analysis.domain.tensor import Place
from bce_lint.catalog.schema import Contract

Option = tuple[str, object, Place]

OLD_MEAN = "elementwise_mean"
OLD: Final = ("size_average", "reduce")
REDUCING: Final = (*OLD, "reduction")
_REDUCTIONS = ("none", "mean", "sum")
_WORDS = (*_REDUCTIONS, "batchmean")


def reductions(contract: Contract) -> tuple[str, ...]:
    """The values of `reduction` that the loss computes."""
    return _WORDS if contract.name == "KLDivLoss" else _REDUCTIONS


def is_old(option: Option) -> bool:
    """True if an option is one that `reduction` has replaced."""
    name, value, _ = option
    return (name in OLD and value is not None) or (name == "reduction" and value == OLD_MEAN)


def misplaced(contract: Contract, option: Option) -> str:
    """What is wrong with an option's value, or an empty string."""
    name, value, _ = option
    if name in OLD:
        if value is None or value in (True, False):
            return ""
        reading = f"`{value!r}` as `{name}`, which torch reads as {bool(value)}"
        return reading + (f"; say `reduction={value!r}`" if value in _WORDS else "")
    if name == "reduction":
        known = (*reductions(contract), OLD_MEAN)
        return f"`reduction={value!r}`, which raises an error when it is called" if isinstance(value, str) and value not in known else ""
    return f"`{value!r}` as `{name}`; say `reduction={value!r}`" if value in _WORDS else ""


def reduction(options: tuple[Option, ...]) -> str:
    """The reduction that old options stand for."""
    given = {name: value for name, value, _ in options if value is not None}
    if given.get("reduce", True):
        return "mean" if given.get("size_average", True) else "sum"
    return "none"
