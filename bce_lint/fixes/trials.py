"""The search for the fixes at fault, where a gate refuses some together: by halves, and in a bounded number of trials."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from bce_lint.records import record

_FIRST = 48
_EACH = 8
G = TypeVar("G")
S = TypeVar("S")


@record(frozen=True)
class Searched(Generic[G, S]):
    """The state after what passed, the fixes that are refused alone with the reason, and those of which it is not known."""

    after: S | None
    refused: list[tuple[G, str]]
    untried: list[G]


class Trials:
    """The trials that are left to all rounds. A round may take half of them: what is refused now may pass after another fix."""

    def __init__(self, fixes: int) -> None:
        self._left = _FIRST + _EACH * fixes.bit_length()
        self.made = 0

    @property
    def over(self) -> bool:
        """True if none is left."""
        return self._left <= 0

    def search(self, groups: Sequence[G], attempt: Callable[[Sequence[G]], tuple[S | None, str]]) -> Searched[G, S]:
        """Tries fixes together, and where that fails in halves, the larger ones first; then all that passed apart.

        Where those do not pass together, the most that did are what is made, and the others are for another round.
        """
        spare = self._left // 2
        refused: dict[int, str] = {}
        passed: list[range] = []
        best: tuple[int, S] | None = None
        waiting = deque([range(len(groups))])
        while waiting and self._left > spare:
            part = waiting.popleft()
            self._left -= 1
            self.made += 1
            after, reason = attempt(groups[part.start : part.stop])
            if after is not None:
                passed.append(part)
                best = max(best or (0, after), (len(part), after), key=lambda one: one[0])
            elif len(part) == 1:
                refused[part.start] = reason
            else:
                middle = len(part) // 2
                waiting += (part[:middle], part[middle:])
        good = sorted(number for part in passed for number in part)
        if len(passed) > 1 and len(good) < len(groups):
            together, _ = attempt([groups[number] for number in good])
            best = best if together is None else (len(good), together)
        untried = [groups[number] for number in sorted(number for part in waiting for number in part)]
        return Searched(None if best is None else best[1], [(groups[number], refused[number]) for number in sorted(refused)], untried)
