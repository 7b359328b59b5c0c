"""What a run did not come to the end of: told to who asks, so that no finding is not taken for nothing wrong."""

from __future__ import annotations

from typing import Final, NamedTuple

MODULE: Final = "<module>"
"""The code of a file that is no function."""
SPENT: Final = "its budget of evaluations ran out"
CALLER_SPENT: Final = "the budget of the function around it ran out"
TOO_DEEP: Final = "it recurses too deeply"
NESTED: Final = "calls in it stand too deep in each other to be followed"
SETTING: Final = "the budget for what the methods of its class assign ran out"
DECORATING: Final = "the budget of a decorator ran out"
NO_CLASS: Final = "its class is not what its name holds"


class Unfinished(NamedTuple):
    """A function by its file, where its name stands, and its name; and what kept it from being analysed completely."""

    path: str
    start: int
    name: str
    reason: str
