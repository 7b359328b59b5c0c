"""The ways out of the middle of a loop: `break`, `raise`, and `return` where a function around sees what is left."""

from __future__ import annotations

from collections.abc import Mapping

from bce_lint.analysis.domain.values import Value, join
from bce_lint.analysis.state.frames import Frame, Loop
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.store import Cell, State, apply_delta


class Exits:
    """The ways out of the middle of a round: what leaves a loop by one may have been through other rounds before."""

    def __init__(self, m: Machine, frame: Frame, loop: Loop) -> None:
        self.m, self.frame, self.loop, self.outside = m, frame, loop, len(loop.breaks)
        self.returned = len(frame.returns)
        self.thrown = [(states, len(states)) for _, states in m.thrown]

    def leave(self, kept: Mapping[Cell, Value]) -> None:
        """Gives what was met on each of them what a round before the last may have left."""
        if not kept:
            return
        if any(len(states) > before for states, before in self.thrown):
            self.m.not_replayed()  # what was raised is another state now
        for states, before in (*self.thrown, (self.loop.breaks, self.outside)):
            states[before:] = [of_any_round(state, kept) for state in states[before:]]
        if self.frame.captured:  # of a variable that nothing captured nobody asks behind a `return`
            returns = self.frame.returns
            returns[self.returned :] = [(of_any_round(state, kept), value) for state, value in returns[self.returned :]]


def of_any_round(state: State, kept: Mapping[Cell, Value]) -> State:
    """A state in which the last round ended, with what a round before it may have left."""
    return apply_delta(state, {cell: value if (own := state.find(cell)) is None else join(own, value) for cell, value in kept.items()})
