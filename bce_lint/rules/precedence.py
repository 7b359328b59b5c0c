"""The order in which rules may speak at one place, and what they speak of."""

from __future__ import annotations

from enum import Enum, IntEnum


class Precedence(IntEnum):
    """Who speaks first: of the rules with a precedence, only the lowest speaks at a place.

    Below `CONFLICT` it also silences what is said of the target.
    """

    CONSTRUCTOR = 0
    SWAPPED = 1
    CONFLICT = 2
    AUTOCAST = 3
    TWICE = 4
    WRONG_INPUT = 5
    WRONG_RANGE = 6
    REDUNDANT = 7


class Subject(Enum):
    """What a rule speaks of."""

    VALUES = "what the values are: a run knows it only of those that it has seen being made"
    TARGET = "the target, or dtypes and shapes: nothing is said of it where the loss is not called at all, or with its arguments exchanged"
    CALL = "how something is called, which a run always sees"
    COMMENT = "a comment, which no run sees"
    ANALYSIS = "what kept a file from being analysed: reported whatever is selected"
