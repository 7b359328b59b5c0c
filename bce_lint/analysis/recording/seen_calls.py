"""Who calls the functions of a project, as far as a run has followed the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bce_lint.analysis.domain.tensor import Place, SourceRange

if TYPE_CHECKING:
    from bce_lint import ir
    from bce_lint.analysis.domain.values import FunctionV
    from bce_lint.analysis.state.frames import Frame


class SeenCalls:
    """The calls of each function, one for each function that calls it."""

    def __init__(self) -> None:
        self._calls: dict[SourceRange, dict[SourceRange | str, Place]] = {}

    def enter(self, frame: Frame, function: FunctionV, call: ir.Span | None) -> None:
        """A function was entered, by a call or as an entry point."""
        if call is not None:
            caller = frame.unit.path if frame.function is None else (frame.unit.path, frame.function.span)
            calls = self._calls.setdefault((function.path, function.node.span), {})
            if caller not in calls:
                calls[caller] = frame.place(call)

    def from_outside(self, function: SourceRange) -> Place | None:
        """A call in another file that leads into a function of a file: of itself, else of what calls it there."""
        waiting, seen = [function], {function}
        for one in waiting:  # grows as callers are found
            calls = self._calls.get(one, {})
            outside = next((place for place in calls.values() if place.path != function[0]), None)
            if outside is not None:
                return outside
            inside = [caller for caller in calls if isinstance(caller, tuple) and caller not in seen]
            seen.update(inside)
            waiting += inside
        return None
