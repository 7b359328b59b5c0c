"""What a watched run showed: findings with the linter's codes, and every loss that was seen."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bce_lint.analysis.domain.tensor import Place
from bce_lint.diagnostic import Diagnostic, Label, Location
from bce_lint.records import changed
from bce_lint.report import FORMATS, WITNESS_FORMATS
from bce_lint.report.paths import shown
from bce_lint.report.summary import count, found
from bce_lint.report.told import Told
from bce_lint.source.suppress import suppressed
from bce_lint.source.text import SourceText
from bce_lint.terminal import one_line, printable
from bce_lint.witness.places import RuntimePlaces
from bce_lint.witness.record import Counted, Recorder
from bce_lint.witness.written import Ran, file_rows, finding_rows, place_row, row_of, run_row, seen_rows


@dataclass(frozen=True, slots=True)
class WitnessedLoss:
    """A loss at one place: how often it was called, and what reached it, each with how often.

    `right` says that no finding lies at this place, and that autograd knows of no activation there that was not seen.
    """

    name: str
    contract: str
    location: Location
    count: int
    reached: tuple[tuple[str, int], ...]
    right: bool


class Report:
    """What was seen so far; it can be read while the run goes on and after it."""

    def __init__(self, record: Recorder, places: RuntimePlaces, sample: int = 1) -> None:
        self._record, self._places = record, places
        self.steps = (0, 0)
        """How many steps were watched, of how many."""
        self.sample = sample
        self.ended_by: str | None = None
        """What ended the run before its end: the name of an exception, or `--steps`."""

    @property
    def findings(self) -> tuple[Diagnostic, ...]:
        """The findings, once for each place and code, in order."""
        return tuple(one for one, _ in self._findings())

    @property
    def losses(self) -> tuple[WitnessedLoss, ...]:
        """Every loss that was called, right ones included, in order of their places."""
        wrong = {one.judged.place.range for one in self._record.findings()}
        seen = sorted(self._record.losses.values(), key=lambda one: (one.place, one.contract))
        return tuple(
            WitnessedLoss(
                one.name,
                one.contract,
                self._location(one.place),
                one.count,
                (*one.reached.items(), *((("other shapes", one.more),) if one.more else ())),
                one.place.range not in wrong and not one.missed,
            )
            for one in seen
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What ran and could not be seen."""
        return tuple(f"not seen: {text}" for text in self._record.notes)

    def text(self, output_format: str = "full") -> str:
        """The report in one of the linter's output formats: `full`, `concise` or `json`."""
        if output_format == "json":
            return self._json()
        if output_format not in WITNESS_FORMATS:
            raise ValueError(f"no output format is called {output_format!r}; there are {', '.join(WITNESS_FORMATS)}")
        findings = [changed(one, message=f"{one.message} ({_times(counted.count)})") for one, counted in self._findings()]
        lines = (found(findings, ()), *map(one_line, (*self._listed(), *self.notes, *self._sampled())))
        return printable(FORMATS[output_format](Told(findings, self._sources())) + "".join(f"{line}\n" for line in lines))

    def _findings(self) -> list[tuple[Diagnostic, Counted]]:
        told = [(self._diagnostic(one), one) for one in self._record.findings() if not self._silenced(one)]
        return sorted(told, key=lambda pair: pair[0].sort_key)

    def _silenced(self, counted: Counted) -> bool:
        """True if a `# noqa` comment speaks for the place."""
        place = counted.judged.place
        source = self._places.sources[place.path]
        return suppressed(source, source.position(place.span.start).row, counted.judged.rule.code)

    def _diagnostic(self, counted: Counted) -> Diagnostic:
        judged = counted.judged
        labels = tuple(Label(text, self._location(place)) for text, place in judged.labels)
        return Diagnostic(judged.rule.code, judged.rule.name, judged.message, self._location(judged.place), judged.severity, labels)

    def _location(self, place: Place) -> Location:
        return self._places.sources[place.path].location(place.span)._replace(path=_named(place.path))

    def _sources(self) -> Mapping[str, SourceText]:
        return {_named(path): source for path, source in self._places.sources.items()}

    def _listed(self) -> Iterator[str]:
        losses = self.losses
        yield f"{count(sum(one.count for one in losses), 'loss call')} seen at {count(len(losses), 'place')}{':' if losses else '.'}"
        for one in losses:
            row, column = one.location.start
            name = one.contract if one.contract == one.name else f"{one.name} ({one.contract})"
            yield f"  {shown(one.location.path)}:{row}:{column}: {name}, {_times(one.count)}{', nothing wrong seen' if one.right else ''}"
            yield from (f"    {text}" + (f" ({_times(number)})" if len(one.reached) > 1 else "") for text, number in one.reached)

    def _sampled(self) -> Iterator[str]:
        watched, total = self.steps
        if watched < total:
            yield f"not seen: {total - watched} of {total} steps, left out by sampling"

    def _json(self) -> str:
        told = {
            "findings": finding_rows(self._findings(), self._places, self._sources()),
            "losses": [self._loss(one) for one in self.losses],
            "notes": [*self.notes, *self._sampled()],
            "run": run_row(Ran(self.sample, self.steps, self.ended_by)),
            "places": seen_rows(self._record, self._places),
            "files": list(file_rows(self._places)),
        }
        return json.dumps(told, indent=2) + "\n"

    def _loss(self, one: WitnessedLoss) -> dict[str, Any]:
        reached = [{"what": text, "count": number} for text, number in one.reached]
        callers = self._record.callers.get(self._place(one), {})
        return {
            "name": one.name,
            "loss": one.contract,
            **row_of(one.location),
            "count": one.count,
            "right": one.right,
            "reached": reached,
            "callers": [place_row(self._places, place) for place in callers],
        }

    def _place(self, one: WitnessedLoss) -> Place:
        return next(
            seen.place
            for seen in self._record.losses.values()
            if seen.contract == one.contract and self._location(seen.place) == one.location
        )


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _named(path: str) -> str:
    """A path as the linter prints it: relative where it lies below the working folder."""
    if not os.path.isabs(path):
        return path
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative
