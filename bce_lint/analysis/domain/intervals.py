"""Arithmetic of ranges."""

from __future__ import annotations

from math import inf, isinf
from typing import Final

from bce_lint.catalog.schema import Range

ROUNDING: Final = 2.0**-20
"""How far sums and means are held to leave the bounds of their terms: what counts is that a bound is left at all."""


def widened(a: Range) -> Range:
    """A range whose bounds rounding may leave by a hair. A sum of what is never below 0 is not below 0."""
    return a._replace(low=a.low - abs(a.low) * ROUNDING, high=a.high + abs(a.high) * ROUNDING)


def scaled(a: Range) -> Range:
    """Each value multiplied by a number from 0 on: only the signs are left."""
    wide = a._replace(low=-inf if a.low < 0 else 0.0, high=inf if a.high > 0 else 0.0)
    return wide._replace(tight=a.tight and (wide == a or a.low < 0))


def is_unit(a: Range) -> bool:
    """True if all values certainly lie in [0, 1], after rounding too."""
    return a.low >= 0.0 and a.high <= 1.0


def join_range(a: Range, b: Range) -> Range:
    """The hull of two ranges; tight when both are."""
    return Range(min(a.low, b.low), max(a.high, b.high), a.tight and b.tight)


def meet_range(a: Range, b: Range) -> Range:
    """Clips `a` to the bounds of `b` (as clamp and relu do); tightness is the clipped input's."""
    return Range(min(max(a.low, b.low), b.high), min(max(a.high, b.low), b.high), a.tight)


def add_range(a: Range, b: Range) -> Range:
    """Interval sum; only a sum with a constant stays tight, and within its bounds when it is rounded."""
    low, high = a.low + b.low, a.high + b.high
    tight = (a.tight and b.low == b.high) or (b.tight and a.low == a.high)
    found = Range(-inf if low != low else low, inf if high != high else high, tight)
    return found if a.low == a.high or b.low == b.high else widened(found)


def negate_range(a: Range) -> Range:
    """Interval negation."""
    return Range(-a.high, -a.low, a.tight)


def _product(x: float, y: float) -> float:
    return 0.0 if x == 0 or y == 0 else x * y


def multiply_range(a: Range, b: Range) -> Range:
    """Interval product; only a product with a non-zero constant stays tight."""
    corners = [_product(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    constant = (a.tight and b.low == b.high != 0) or (b.tight and a.low == a.high != 0)
    return Range(min(corners), max(corners), constant and not isinf(b.low if b.low == b.high else a.low))
