"""Static against run time: each finding of the linter beside what `bce_lint.witness` wrote down of a run. Nothing is run, and torch is
not imported."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from bce_lint.compare.located import Located, locate
from bce_lint.compare.reading import Witnessed, read
from bce_lint.compare.verdicts import Judge
from bce_lint.diagnostic import Diagnostic
from bce_lint.records import changed
from bce_lint.report.paths import shown
from bce_lint.rules.by_file import Asked, Selection, selection
from bce_lint.source.text import SourceText
from bce_lint.terminal import flowing

__all__ = ["Comparison", "WitnessReport", "compare", "read_report"]


class WitnessReport(NamedTuple):
    """A witness's report as it was read, and the name of its file."""

    name: str
    witnessed: Witnessed


class Comparison(NamedTuple):
    """The findings, each with what the run says of it, those of the run alone among them; their texts; and what is to be known of the
    run, a line each."""

    findings: tuple[Diagnostic, ...]
    sources: dict[str, SourceText]
    lines: tuple[str, ...]


def read_report(path: str) -> WitnessReport:
    """Reads a report; one that cannot be read or is none raises `ValueError`, with one line that says why."""
    return WitnessReport(path, read(Path(path)))


def compare(
    report: WitnessReport, files: Iterable[Path], static: Sequence[Diagnostic], asked: Asked, related: bool = False
) -> Comparison:
    """Judges the linter's findings in some files by a run. Of the findings of the run alone, those that their files select are given whose
    place lies in the files; with `related`, those that have a label there as well. Raises `ValueError` where the report speaks of none of
    these files."""
    selected = selection(asked)
    located = locate(report.witnessed, [str(file) for file in files], report.name)
    judge = Judge(located)
    judged = [changed(one, run_time=judge.verdict(one)) for one in static]
    told = (one for one in judge.alone(judged, related) if selected.tells(os.path.abspath(one.location.path), one.code))
    alone = [_weighed(one, selected) for one in told]
    whole = sorted((*judged, *alone), key=lambda one: one.sort_key)
    sources = {path: text for one in alone for path in located.paths(one) if (text := located.source(path)) is not None}
    return Comparison(tuple(whole), sources, tuple(_lines(located)))


def _weighed(one: Diagnostic, selected: Selection) -> Diagnostic:
    """A finding as bad as its file says."""
    return changed(one, severity=selected.of(os.path.abspath(one.location.path)).severity.get(one.code, one.severity))


def _lines(located: Located) -> list[str]:
    """What keeps a comparison from being whole: files that changed, an end before the end, and what could not be seen."""
    ended = located.witnessed.ended_by
    changed = [f"changed since the run: {shown(path)}" for path in located.changed]
    unseen = [f"not seen: what comes after the run was ended ({ended})"] if ended else []
    return [*changed, *map(flowing, (*unseen, *located.witnessed.notes))]
