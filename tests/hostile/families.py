"""A family of hostile programs: one for each size, and how its cost may grow with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias

from tests.hostile.programs import Program

Growth: TypeAlias = Literal["linear", "bounded"]
"""`linear`: twice the size at most doubles every count. `bounded`: from some size on no count grows, though the text may."""


class Family(NamedTuple):
    """Programs by size. The counts of `small` and of twice `small` are compared; `full` is the size that has to stay in the bounds."""

    make: Callable[[int], Program]
    small: int
    full: int
    growth: Growth = "linear"
    codes: frozenset[str] = frozenset({"BCE103"})
    """The codes of which one must be found in each marked line."""
