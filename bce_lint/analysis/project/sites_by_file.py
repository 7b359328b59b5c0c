"""The sites that were met so far, by the files that they mention."""

from __future__ import annotations

from collections.abc import Iterable

from bce_lint.analysis.models import thresholds
from bce_lint.analysis.sites import Site, places
from bce_lint.analysis.state.answers import EntryAnswer


class SitesByFile:
    """The sites of an answer that still grows."""

    def __init__(self, answer: EntryAnswer) -> None:
        self._answer = answer
        self._by_path: dict[str, list[int]] = {}
        self._takers: thresholds.Takers = {}
        self._indexed = 0

    def of(self, wanted: Iterable[str]) -> list[Site]:
        """Those that mention one of some files, in the order met."""
        sites = self._answer.sites
        for number in range(self._indexed, len(sites)):
            thresholds.add_takers(sites[number], self._takers)
            for path in {place.path for place in places(sites[number])}:
                self._by_path.setdefault(path, []).append(number)
        self._indexed = len(sites)
        return [sites[number] for number in sorted({n for path in wanted for n in self._by_path.get(path, ())})]

    def linked(self, sites: Iterable[Site]) -> list[Site]:
        """Sites as they are in sight of all of them: thresholds with the losses that take what they compare."""
        return [thresholds.linked(site, self._takers, self._answer.applied) for site in sites]
