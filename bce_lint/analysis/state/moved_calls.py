"""A call that a summary stands for: how it differs from the call of which the summary was made by where it is."""

from __future__ import annotations

from typing import NamedTuple

from bce_lint.analysis.domain.tensor import Place, SourceRange
from bce_lint.analysis.sites import UndecidedArm


class Unequal(Exception):
    """Values are not equal under any renaming that goes on from this one."""


class MovedCall(NamedTuple):
    """A call that stands for another one: the place of that, and of the one; the calls that led there, and that lead here; the depths of
    the two frames that call."""

    caller: Place
    other: Place
    calls: tuple[SourceRange, ...]
    others: tuple[SourceRange, ...]
    depth: int
    other_depth: int

    def arm(self, one: UndecidedArm) -> UndecidedArm:
        """An undecided test below the call, as it is met by way of the other one."""
        below = len(one.test) - len(self.calls)
        return one._replace(test=one.test[:below] + self.others) if below > 0 and one.test[below:] == self.calls else one

    def frame_at(self, depth: int) -> int:
        """The depth of a frame: one below the call is as far below the other one, one around both has the same."""
        if depth > self.depth:
            return depth + self.other_depth - self.depth
        if depth > self.other_depth:
            raise Unequal
        return depth
