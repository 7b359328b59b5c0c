"""Diagnostics as text and back: JSON, which cannot run anything when it is read."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from bce_lint.diagnostic import Diagnostic, Edit, Fix, Label, Location, Position, Sinks, Unanalysed


class Answer(NamedTuple):
    """Findings, what they depend on that is no part of the project (digests by path), the files whose text they are told with, the
    functions that were not analysed completely, how many of the losses were come to, and how many possible findings are left out."""

    diagnostics: tuple[Diagnostic, ...]
    outside: dict[str, str]
    shown: tuple[str, ...] = ()
    unanalysed: tuple[Unanalysed, ...] = ()
    sinks: Sinks = Sinks()
    unshown: int = 0


def encode(answer: Answer) -> str:
    """One line of text. What verification and runs add to a finding is not part of it."""
    return json.dumps([[_row(one) for one in answer.diagnostics], *answer[1:]], separators=(",", ":"))


def decode(text: str) -> Answer:
    """The findings out of a line. Raises ValueError, TypeError, KeyError, IndexError or RecursionError where it is none of ours."""
    rows, outside, shown, unanalysed, sinks, unshown = json.loads(text)
    found, left = (_diagnostic(*row) for row in rows), (Unanalysed(*one) for one in unanalysed)
    return Answer(tuple(found), dict(outside), tuple(shown), tuple(left), Sinks(*sinks), int(unshown))


def _row(one: Diagnostic) -> list[Any]:
    labels = [[label.message, _place(label.location)] for label in one.labels]
    fix = one.fix and [one.fix.applicability, one.fix.message, [[_place(edit.location), edit.content] for edit in one.fix.edits]]
    return [one.code, one.name, one.message, _place(one.location), one.severity, labels, fix, one.condition]


def _place(location: Location) -> list[Any]:
    return [location.path, *location.start, *location.end, *(() if location.cell is None else (location.cell,))]


def _diagnostic(
    code: str, name: str, message: str, place: list[Any], severity: str, labels: list[Any], fix: list[Any] | None, condition: str
) -> Diagnostic:
    known = tuple(Label(text, _location(*where)) for text, where in labels)
    mended = None if fix is None else _fix(*fix)
    return Diagnostic(code, name, message, _location(*place), severity, known, mended, condition=condition)


def _location(path: str, row: int, column: int, last_row: int, last_column: int, cell: int | None = None) -> Location:
    return Location(path, Position(row, column), Position(last_row, last_column), cell)


def _fix(applicability: str, message: str, edits: list[Any]) -> Fix:
    return Fix(applicability, message, tuple(Edit(_location(*place), content) for place, content in edits))
