"""Whether a value carries a gradient."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Gradient(Enum):
    """What is certain of the gradient of a value. That it carries none is told in two: it never did, or it was taken from it."""

    UNKNOWN = "may carry a gradient"
    SOME = "carries a gradient"
    STOPPED = "carries no gradient any more"
    DATA = "never carried a gradient"

    @property
    def none(self) -> bool:
        """True if there certainly is no gradient."""
        return self is Gradient.DATA or self is Gradient.STOPPED


def join_gradient(a: Gradient, b: Gradient) -> Gradient:
    """What holds on both ways."""
    return a if a is b else Gradient.UNKNOWN


def together(parts: Iterable[Gradient]) -> Gradient:
    """What a value carries that is computed from others: what any of them does."""
    result = Gradient.DATA
    for one in parts:
        if one is Gradient.SOME:
            return one
        if one is Gradient.UNKNOWN or (one is Gradient.STOPPED and result is Gradient.DATA):
            result = one
    return result
