"""What walks through large values may take together, by file: an operation on a list of a thousand costs as much, however short it is."""

from __future__ import annotations

from collections.abc import Mapping

from bce_lint.analysis.domain.bulk import Nesting
from bce_lint.analysis.domain.values import TOP, Seq, Table, Value, join_all
from bce_lint.analysis.state.dependencies import Journal

LARGE = 32
"""Above which bulk a value is large. What smaller ones cost is no more than what the text costs that names them."""
FIRST, LAST = 8, 4
"""How many elements are left at either end of one that is asked for once too often."""
MOST = 60_000
"""The bulk of the large values that the code of a file may ask for. Behind that it gets their ends and a summary."""
MOST_ROUND = 100_000
"""The evaluations in loops that go round for each element, by file, where real files come to 70,000. Behind that a loop is met by any
number of elements."""


class Walks:
    """What was asked for by each file. Of a large value that is asked for once too often, less is known from there on."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.path = ""
        self._journal = journal or Journal()
        self._taken: dict[str, int] = {}
        self._round: dict[str, int] = {}
        self._briefs: dict[int, tuple[Value, Value]] = {}

    def start(self, path: str) -> str:
        """From here on it is code of this file that asks; returns the file before."""
        before, self.path = self.path, path
        return before

    def go_round(self, evaluations: int) -> None:
        """A loop has taken so many evaluations."""
        self._round[self.path] = self._round.get(self.path, 0) + max(evaluations, 0)
        self._journal.current.take(self.path, 0, max(evaluations, 0))

    @property
    def went_round_enough(self) -> bool:
        """True if the loops of the file have taken what they may."""
        enough = self._round.get(self.path, 0) > MOST_ROUND
        self._journal.current.limited |= enough
        return enough

    def repeat(self, took: Mapping[str, tuple[int, int]]) -> bool:
        """Takes once more what a run took that met no limit, by file; False where it would meet one now."""
        after = {path: (self._taken.get(path, 0) + bulk, self._round.get(path, 0) + spent) for path, (bulk, spent) in took.items()}
        if any(bulk > MOST or spent > MOST_ROUND for bulk, spent in after.values()):
            return False
        for path, (bulk, spent) in after.items():
            self._taken[path], self._round[path] = bulk, spent
        return True

    @property
    def rounds(self) -> int:
        """What the loops of the file have taken."""
        return self._round.get(self.path, 0)

    @property
    def taken(self) -> int:
        """The bulk of the large values that the file has asked for."""
        return self._taken.get(self.path, 0)

    def take(self, bulk: int) -> None:
        """Large values of so much bulk were asked for, none of them too much."""
        self._taken[self.path] = self.taken + bulk
        self._journal.current.take(self.path, bulk, 0)

    def ask(self, value: Seq | Table) -> Seq | Table:
        """A large value, or what is left of it."""
        taken = self._taken.get(self.path, 0)
        if taken <= MOST:
            self._taken[self.path] = taken + value.bulk
            self._journal.current.take(self.path, value.bulk, 0)
            return value
        self._journal.current.limited = True
        known = self._briefs.get(id(value))
        if known is None:
            known = self._briefs[id(value)] = (value, _brief(value))  # the value is kept: its id is not given to another
        found = known[1]
        assert isinstance(found, Seq | Table)
        return found


def _brief(value: Seq | Table) -> Seq | Table:
    """The ends of a value, and one for what stands between them; where these nest too much, nothing is known of those that do."""
    brief = _ends(value)
    return brief if brief.bulk <= LARGE else _ends(value.map(lambda part: TOP if isinstance(part, Nesting) else part))


def _ends(value: Seq | Table) -> Seq | Table:
    if type(value) is Table:
        kept, left = value.entries[:FIRST], [v for _, v in value.entries[FIRST:]]
        return Table(kept, _together(left, value.rest), value.maybe & {k for k, _ in kept})
    assert type(value) is Seq
    if value.exact and len(value.prefix) <= FIRST + LAST:
        return value
    last = value.prefix[-LAST:] if value.exact else value.suffix[-LAST:]
    left = [*value.prefix[FIRST : len(value.prefix) - LAST if value.exact else None], *value.suffix[:-LAST]]
    return Seq(value.prefix[:FIRST], _together(left, value.rest), last)


def _together(left: list[Value], rest: Value | None) -> Value | None:
    return join_all(left if rest is None else [rest, *left])
