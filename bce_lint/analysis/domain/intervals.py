"""Arithmetic of ranges."""

from __future__ import annotations

from math import inf, isinf

from bce_lint.catalog.schema import Range


def join_range(a: Range, b: Range) -> Range:
    """The hull of two ranges; tight when both are."""
    return Range(min(a.low, b.low), max(a.high, b.high), a.tight and b.tight)


def meet_range(a: Range, b: Range) -> Range:
    """Clips `a` to the bounds of `b` (as clamp and relu do); tightness is the clipped input's."""
    return Range(min(max(a.low, b.low), b.high), min(max(a.high, b.low), b.high), a.tight)


def add_range(a: Range, b: Range) -> Range:
    """Interval sum; only a sum with a constant stays tight."""
    low, high = a.low + b.low, a.high + b.high
    tight = (a.tight and b.low == b.high) or (b.tight and a.low == a.high)
    return Range(-inf if low != low else low, inf if high != high else high, tight)


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
