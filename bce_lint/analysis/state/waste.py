"""What the runs of a file may take together that come to no end, or late: many of them cost no more than a few."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bce_lint.analysis.state.dependencies import Granted, Journal, Spent

MOST = 200_000
"""The evaluations that a file's unfinished runs may come to at their full budgets, with what others take beyond `FREE`. Files of real
packages come to 175,000: with less, what their callers do with a result is not seen, and findings come."""
FREE = 500
"""What a run that comes to its end takes for nothing: most take less."""
MOST_RECORDED = 100_000
"""What `MOST` is in a run that records, of which an evaluation costs several times as much. Real files come to 50,000 there, since its runs
get so many times as much that most come to their end. They do so until half of it is spent."""
LEAST = 50
"""Behind that each gets at least this part of its budget, as its own statements and a call or two need."""


class Waste:
    """What was spent in vain or at length, by file. A run that soon comes to its end costs nothing here, however many there are."""

    def __init__(self, factor: int, journal: Journal) -> None:
        self.factor = factor
        self._journal = journal
        self.spent: dict[str, int] = {}

    def grant(self, path: str, budget: int) -> int:
        """What is given of a budget to a run that starts in a file."""
        given = self._given(self.spent, path, budget)
        self._journal.current.given(Granted(path, budget, given))
        return given

    def _given(self, all_spent: Mapping[str, int], path: str, budget: int) -> int:
        spent, most = all_spent.get(path, 0), MOST if self.factor == 1 else MOST_RECORDED
        wanted = budget if 2 * spent > most else min(budget * self.factor, max(budget, most // 2))
        return min(wanted, max(budget // LEAST, most - spent))

    def repeat(self, effects: Iterable[Granted | Spent]) -> bool:
        """Gives and takes what another run was given and took; False, and nothing is changed, where it would be given something else."""
        spent = dict(self.spent)
        for effect in effects:
            if isinstance(effect, Spent):
                spent[effect.path] = spent.get(effect.path, 0) + effect.evaluations
            elif self._given(spent, effect.path, effect.budget) != effect.given:
                return False
        self.spent = spent
        return True

    def note(self, path: str, evaluations: int) -> None:
        """A run has taken so many evaluations and was not finished."""
        self.spent[path] = self.spent.get(path, 0) + evaluations
        self._journal.current.given(Spent(path, evaluations))

    def note_finished(self, path: str, evaluations: int) -> None:
        """A run has come to its end with so many evaluations."""
        if evaluations > FREE:
            self.note(path, evaluations - FREE)
