"""What a run says of a finding: whether the places that it names ran, and whether the rules said the same of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bce_lint.catalog.contexts import BANNING_DEVICES
from bce_lint.compare.located import Located
from bce_lint.compare.reading import Seen
from bce_lint.diagnostic import Diagnostic, Location, RunTime
from bce_lint.records import changed
from bce_lint.report.paths import shown
from bce_lint.rules.messages import CALLED_FROM, COMPUTED, LOGARITHM_TAKEN, MADE_BY, TAKEN_BY
from bce_lint.rules.precedence import Precedence, Subject
from bce_lint.rules.registry import BY_CODE
from bce_lint.rules.runtime_places import LOSS, SUM

CONFIRMED: Final = "confirmed"
CONTRADICTED: Final = "contradicted"
NOT_EXECUTED: Final = "not executed"
NOT_WATCHED: Final = "not watched"
CHANGED: Final = "changed since the run"
_MAX_REACHED: Final = 4

_Mark = tuple[str, int, int]


class Judge:
    """Holds findings against one report."""

    def __init__(self, located: Located) -> None:
        self.located = located
        self._by_end: dict[_Mark, list[Seen]] = {}
        for one in located.witnessed.places:
            for place in {located.key(place) for place in (one.location, *one.calls[-1:])}:
                self._by_end.setdefault(place, []).append(one)
        self._ran = {located.key(place) for one in located.witnessed.places for place in _places(one)}

    def verdict(self, one: Diagnostic) -> RunTime:
        """What the run says of a finding of the linter."""
        if not BY_CODE[one.code].places:
            return RunTime(NOT_WATCHED, f"no run can tell of {one.code}")
        if self.located.is_changed(one.location):
            return RunTime(CHANGED)
        seen = self._joined(one)
        calls, count = sum(place.count for place in seen), sum(place.codes.get(one.code, 0) for place in seen)
        if count:
            return RunTime(CONFIRMED, "", count, calls, codes=_others(seen, one.code))
        if changed := [label.location for label in one.labels if self.located.is_changed(label.location)]:
            return RunTime(CHANGED, f"it names {self._listed(changed)}")
        return self._unconfirmed(one, seen, calls)

    def _unconfirmed(self, one: Diagnostic, seen: Sequence[Seen], calls: int) -> RunTime:
        """The verdict where the rules said nothing like it."""
        if not seen:
            return self._nothing(one)
        here = [place for place in seen if self._is_way(one, place)]
        if here:
            return self._against(one, here)
        named = self._listed(_labels(one, CALLED_FROM))
        return RunTime(NOT_EXECUTED, f"{_times(calls, 'call')} seen, none of them from {named}", 0, calls)

    def _joined(self, one: Diagnostic) -> list[Seen]:
        """The places of the report that are the finding's own: at its place, or at the same loss, with its place on the way there."""
        key, meant = self.located.key, BY_CODE[one.code].places
        mine = key(one.location)
        computed = {key(place) for place in _labels(one, COMPUTED)} or {mine}
        candidates = {id(seen): seen for place in (mine, *computed) for seen in self._by_end.get(place, ()) if seen.kind in meant}
        return [seen for seen in candidates.values() if key(seen.location) == mine or self._leads(seen, mine, computed)]

    def _leads(self, seen: Seen, mine: _Mark, computed: set[_Mark]) -> bool:
        """True if a way passes a place and comes to one of some losses."""
        key = self.located.key
        return key(seen.calls[-1]) in computed and mine in {key(place) for place in _places(seen)} if seen.calls else False

    def _is_way(self, one: Diagnostic, seen: Seen) -> bool:
        """True if a loss was reached from where the finding says; it may say nothing of that."""
        callers = {self.located.key(place) for place in _labels(one, CALLED_FROM)}
        return seen.kind != LOSS or not callers or bool(callers & {self.located.key(place) for place in _places(seen)})

    def _nothing(self, one: Diagnostic) -> RunTime:
        """The verdict where the report has nothing at the finding's place."""
        if BY_CODE[one.code].places == (SUM,) and self._has_run(_labels(one, LOGARITHM_TAKEN)):
            return RunTime(NOT_WATCHED, "its logarithms ran, but what became of them was not seen")
        return RunTime(NOT_EXECUTED, f"no {_what(one.code)} was seen here")

    def _against(self, one: Diagnostic, here: Sequence[Seen]) -> RunTime:
        """The verdict where the finding's place ran on its way, and nothing like it was said there."""
        calls = sum(place.count for place in here)
        reached, codes = _reached(here), _others(here, one.code)
        if reason := self._unwatched(one, here):
            return RunTime(NOT_WATCHED, reason, 0, calls, reached, codes)
        for ending in (MADE_BY, TAKEN_BY):
            named = _labels(one, ending)
            if named and not self._has_run(named):
                return RunTime(NOT_EXECUTED, f"it ran, but {self._listed(named)} did not", 0, calls, reached, codes)
        return RunTime(CONTRADICTED, "", 0, calls, reached, codes)

    def _unwatched(self, one: Diagnostic, here: Iterable[Seen]) -> str:
        """Why a run in which nothing was said is no evidence."""
        rule = BY_CODE[one.code]
        if rule.precedence is Precedence.AUTOCAST:
            devices = {device for place in here for device in place.devices}
            return "" if BANNING_DEVICES & devices else f"it ran on {' and '.join(sorted(devices))}, where autocast does not ban it"
        if rule.subject is not Subject.VALUES:
            return ""
        unknown = sum(place.unknown + (place.labels if rule.precedence is Precedence.SWAPPED else 0) for place in here)
        return f"nothing is known of the values of {_times(unknown, 'call')}" if unknown else ""

    def _has_run(self, places: Iterable[Location]) -> bool:
        return any(self.located.key(place) in self._ran for place in places)

    def _listed(self, places: Iterable[Location]) -> str:
        return ", ".join(f"{shown(place.path)}:{place.start.row}" for place in places)

    def alone(self, judged: Sequence[Diagnostic], related: bool) -> Iterator[Diagnostic]:
        """The findings of the run that the linter does not have, and whose place lies in a linted file, or with `related` a label.

        Where a rule that goes before has spoken and is not contradicted, the linter would not have said them.
        """
        key = self.located.key
        known: dict[_Mark, list[Diagnostic]] = {}
        for one in judged:
            for place in {key(place) for place in (one.location, *(seen.location for seen in self._joined(one)))}:
                known.setdefault(place, []).append(one)
        for one in self.located.witnessed.findings:
            linted = any(self.located.is_linted(path) for path in (self.located.paths(one) if related else (one.location.path,)))
            if linted and not any(_covers(other, one) for other in known.get(key(one.location), ())):
                yield self._dated(one)

    def _dated(self, one: Diagnostic) -> Diagnostic:
        """A finding of the run that says so where its file has changed."""
        if one.run_time is None or not any(map(self.located.is_changed, (one.location, *(label.location for label in one.labels)))):
            return one
        return changed(one, run_time=changed(one.run_time, reason="its lines are those of the run, and have changed since", stale=True))


def _covers(static: Diagnostic, one: Diagnostic) -> bool:
    """True if a finding of the linter says what one of the run at its place says, or goes before it."""
    if static.code == one.code:
        return True
    first, second = (rule.precedence if (rule := BY_CODE.get(code)) is not None else None for code in (static.code, one.code))
    before = first is not None and second is not None and first < second
    return before and static.run_time is not None and static.run_time.verdict != CONTRADICTED


def _places(one: Seen) -> tuple[Location, ...]:
    """The places that a row of the report says have run."""
    return (one.location, *one.calls, *((one.caller,) if one.caller is not None else ()))


def _labels(one: Diagnostic, endings: str | tuple[str, ...]) -> list[Location]:
    return [label.location for label in one.labels if label.message.endswith(endings)]


def _others(seen: Iterable[Seen], code: str) -> tuple[str, ...]:
    return tuple(sorted({other for place in seen for other in place.codes} - {code}))


def _reached(seen: Iterable[Seen]) -> tuple[tuple[str, int], ...]:
    total = Counter[str]()
    for place in seen:
        total.update(dict(place.reached))
    return tuple(total.most_common(_MAX_REACHED))


def _what(code: str) -> str:
    names = [kind for kind in BY_CODE[code].places if kind != "options"]
    return " or ".join(names) + (" call" if names == [LOSS] else "")


def _times(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
