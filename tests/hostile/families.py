"""A family of hostile programs: one for each size, and how its cost may grow with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple, TypeAlias

from tests.hostile.programs import Program

Growth: TypeAlias = Literal["linear", "spent"]
"""`linear`: twice the size at most doubles every count. `spent`: a budget is used up, and bounds what is done at any size."""


class Family(NamedTuple):
    """Programs by size. The counts of `small` and of twice `small` are compared; `full` is the size that has to stay in the bounds."""

    make: Callable[[int], Program]
    small: int
    full: int
    growth: Growth = "linear"
    codes: frozenset[str] = frozenset({"BCE103"})
    """The codes of which one must be found in each marked line."""


def spent(families: Mapping[str, Family], *names: str) -> dict[str, Family]:
    """Families of which some, or all where none is named, use up a budget."""
    return {name: one._replace(growth="spent") if not names or name in names else one for name, one in families.items()}
