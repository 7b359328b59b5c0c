"""The order in which rules may speak at one place: the lowest rank speaks alone."""

from __future__ import annotations

from enum import IntEnum


class Rank(IntEnum):
    """Who speaks first. Below `CONFLICT` a finding also silences what is said of the target (3xx, 4xx and 702)."""

    CONSTRUCTOR = 0
    SWAPPED = 1
    CONFLICT = 2
    AUTOCAST = 3
    TWICE = 4
    WRONG_INPUT = 5
    WRONG_RANGE = 6
    REDUNDANT = 7
