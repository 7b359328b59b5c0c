"""What a user is told: a code, a message and where; secondary places are labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Position(NamedTuple):
    """A row and a column, both counted from 1; columns are code points."""

    row: int
    column: int


class Location(NamedTuple):
    """A range of text in one file."""

    path: str
    start: Position
    end: Position


class Label(NamedTuple):
    """A secondary place that explains a diagnostic."""

    message: str
    location: Location


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `severity` is `error` or `warning`."""

    code: str
    name: str
    message: str
    location: Location
    severity: str = "error"
    labels: tuple[Label, ...] = ()

    @property
    def sort_key(self) -> tuple[str, int, int, str]:
        """Orders diagnostics by file, row, column and code."""
        return (self.location.path, self.location.start.row, self.location.start.column, self.code)
