"""The report as JSON: findings, losses and notes for people's own tools; the places, files and the run for `bce-lint --compare`."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bce_lint import __version__
from bce_lint.analysis.domain.tensor import Place
from bce_lint.diagnostic import Diagnostic, Location
from bce_lint.report.json import location_row
from bce_lint.report.json import rows as rows_of
from bce_lint.report.told import Told
from bce_lint.rules.runtime_places import LOSS, OPERATION
from bce_lint.source.text import SourceText
from bce_lint.witness.places import RuntimePlaces
from bce_lint.witness.record import Counted, Looked, Recorder, Way

COLUMNS = sys.version_info >= (3, 11)
"""Whether an instruction has columns; without them a place is a line."""


class Ran(NamedTuple):
    """How a run went: one step in `sample` was watched, `steps` of how many; what ended it before its end, if something did."""

    sample: int = 1
    steps: tuple[int, int] = (0, 0)
    ended_by: str | None = None


def finding_rows(
    told: Sequence[tuple[Diagnostic, Counted]], places: RuntimePlaces, sources: Mapping[str, SourceText]
) -> list[dict[str, Any]]:
    """The linter's rows, each with how often it was met and from where."""
    rows: list[dict[str, Any]] = list(rows_of(Told([one for one, _ in told], sources)))
    for row, (_, counted) in zip(rows, told, strict=True):
        row["count"] = counted.count
        row["callers"] = [place_row(places, place) for place in counted.callers]
    return rows


def seen_rows(record: Recorder, places: RuntimePlaces) -> list[dict[str, Any]]:
    """Every place that was looked at: the ways to the losses first, then the others by kind."""
    looked, ways = record.judged()
    losses = [_way(places, way, one) for way, one in ways.items() if _has_text(places, way.primary)]
    others = [
        {"kind": kind, **place_row(places, place), "count": one.count, "unknown": one.unknown, "codes": one.codes}
        for (kind, place), one in looked.items()
        if _has_text(places, place)
    ]
    ran = [
        {"kind": OPERATION, **place_row(places, place), "count": count} for place, count in places.ran.items() if _has_text(places, place)
    ]
    return sorted(losses, key=_order) + sorted(others, key=_order) + sorted(ran, key=_order)


def _has_text(places: RuntimePlaces, place: Place) -> bool:
    return place.path in places.sources


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["kind"], row["filename"], *row["location"].values(), *row["end_location"].values()


def _way(places: RuntimePlaces, way: Way, one: Looked) -> dict[str, Any]:
    return {
        "kind": LOSS,
        **place_row(places, way.primary),
        "caller": None if way.caller is None else place_row(places, way.caller),
        "calls": [place_row(places, place) for place in way.calls],
        "count": one.count,
        "unknown": one.unknown,
        "labels": one.labels,
        "codes": one.codes,
        "reached": [{"what": text, "count": number} for text, number in one.reached.items()],
        "devices": list(one.devices),
    }


def file_rows(places: RuntimePlaces) -> Iterator[dict[str, str]]:
    """The files that were read, each with the digest of its bytes."""
    for path, source in sorted(places.sources.items()):
        if os.path.isabs(path):
            yield {"filename": path, "sha256": hashlib.sha256(source.data).hexdigest()}


def run_row(ran: Ran) -> dict[str, Any]:
    """How the run went."""
    watched, total = ran.steps
    steps = {"watched": watched, "total": total}
    return {"bce_lint": __version__, "columns": COLUMNS, "sample": ran.sample, "steps": steps, "ended_by": ran.ended_by}


def place_row(places: RuntimePlaces, place: Place) -> dict[str, Any]:
    """A place as the linter's JSON has it."""
    return row_of(places.sources[place.path].location(place.span))


def row_of(location: Location) -> dict[str, Any]:
    """A location as the linter's JSON has it; the name of code without a file stays as it is."""
    row = location_row(location)
    return {**row, "filename": location.path} if location.path.startswith("<") else row
