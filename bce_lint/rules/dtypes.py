"""Dtypes as rules ask for them: integer, floating point, unlike the input's."""

from __future__ import annotations

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog.dtypes import FLOATS, INTEGERS


def is_integer(dtype: str | None) -> bool:
    """True if a dtype is known and holds integers or truth values."""
    return dtype in INTEGERS


def is_floating(dtype: str | None) -> bool:
    """True if a dtype is known and floating point."""
    return dtype in FLOATS


def clashes(tensor: Tensor, site: LossSite) -> bool:
    """True if a tensor certainly has another floating point dtype than the input of a loss that wants the same.

    Autocast makes the narrower ones one float32; it leaves float64 alone.
    """
    return bool(site.input) and all(_differ(tensor.dtype, value.dtype, site.autocast) for value in site.input)


def _differ(a: str | None, b: str | None, autocast: str) -> bool:
    return a != b and is_floating(a) and is_floating(b) and (autocast == "off" or "float64" in (a, b))
