"""The witness's report, read from JSON: every field is checked, because the file may be any file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from bce_lint.diagnostic import Diagnostic, Label, Location, Position, RunTime
from bce_lint.rules.runtime_places import LOSS, OPERATION
from bce_lint.source import text

_T = TypeVar("_T")
_OLD: Final = ("places", "files", "run")
_LONGEST: Final = 64_000_000
"""Bytes beyond which a report is not read."""
ALONE: Final = "only at run time"


@dataclass(frozen=True, slots=True)
class Seen:
    """A place that a run looked at `count` times. Of a loss: `caller` led into its function, `calls` lead from `location` to the
    catalogue's loss, the last of them; `reached` is what reached it. `unknown` and `labels` say how often nothing was known of the
    input, and how often it was labels; `codes` are all that the rules say of it, with how often."""

    kind: str
    location: Location
    count: int
    unknown: int = 0
    labels: int = 0
    codes: Mapping[str, int] = field(default_factory=dict)
    caller: Location | None = None
    calls: tuple[Location, ...] = ()
    reached: tuple[tuple[str, int], ...] = ()
    devices: tuple[str, ...] = ()


class Witnessed(NamedTuple):
    """A report: `columns` says whether its places have any, `digests` are those of the files by path."""

    findings: tuple[Diagnostic, ...]
    places: tuple[Seen, ...]
    notes: tuple[str, ...]
    digests: Mapping[str, str]
    columns: bool
    ended_by: str | None


class _Wrong(ValueError):
    """A field that is missing or of another type; the text is its way from the top."""


def read(path: Path) -> Witnessed:
    """Reads a report; `ValueError` says in a line why it cannot be."""
    try:
        told = json.loads(text.read(str(path), _LONGEST))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ValueError(f"{path}: not JSON; `python -m bce_lint.witness --output-format json --output-file FILE` writes it") from None
    if isinstance(told, dict) and {"findings", "losses"} <= told.keys() and not told.keys() >= set(_OLD):
        raise ValueError(f"{path}: written by an older bce_lint.witness, without the places that it looked at; run it again")
    try:
        return _witnessed(_Node(told, ""))
    except _Wrong as wrong:
        raise ValueError(f"{path}: not a report of bce_lint.witness: {wrong}") from None


class _Node:
    """A part of the report, and the way to it."""

    def __init__(self, value: Any, way: str) -> None:
        self.value, self.way = value, way

    def __getitem__(self, key: str) -> _Node:
        fields = self.of(dict, "an object")
        if key not in fields:
            raise _Wrong(f"no `{key}`{f' in `{self.way}`' if self.way else ''}")
        return _Node(fields[key], f"{self.way}.{key}" if self.way else key)

    def of(self, kind: type[_T], name: str) -> _T:
        """The value, if it is of a type."""
        if not isinstance(self.value, kind) or (isinstance(self.value, bool) and kind is not bool):
            raise _Wrong(f"`{self.way or 'the whole'}` is not {name}")
        return self.value

    def text(self) -> str:
        """A text."""
        return self.of(str, "a text")

    def number(self) -> int:
        """A whole number that is not negative."""
        number = self.of(int, "a number")
        if number < 0:
            raise _Wrong(f"`{self.way}` is negative")
        return number

    def each(self) -> list[_Node]:
        """The elements of a list."""
        return [_Node(one, f"{self.way}[{index}]") for index, one in enumerate(self.of(list, "a list"))]

    def optional(self) -> _Node | None:
        """Itself, or nothing where it is null."""
        return None if self.value is None else self


def _witnessed(top: _Node) -> Witnessed:
    ended = top["run"]["ended_by"].optional()
    return Witnessed(
        tuple(_finding(one) for one in top["findings"].each()),
        tuple(_seen(one) for one in top["places"].each()),
        tuple(one.text() for one in top["notes"].each()),
        {one["filename"].text(): one["sha256"].text() for one in top["files"].each()},
        top["run"]["columns"].of(bool, "true or false"),
        None if ended is None else ended.text(),
    )


def _finding(row: _Node) -> Diagnostic:
    labels = tuple(Label(one["message"].text(), _location(one)) for one in row["labels"].each())
    seen = RunTime(ALONE, count=row["count"].number())
    code, name, message, severity = (row[name].text() for name in ("code", "name", "message", "severity"))
    return Diagnostic(code, name, message, _location(row), severity, labels, run_time=seen)


def _seen(row: _Node) -> Seen:
    seen = Seen(row["kind"].text(), _location(row), row["count"].number())
    if seen.kind == OPERATION:
        return seen
    seen = replace(seen, unknown=row["unknown"].number(), codes=_codes(row["codes"]))
    return _way(row, seen) if seen.kind == LOSS else seen


def _way(row: _Node, seen: Seen) -> Seen:
    caller = row["caller"].optional()
    return replace(
        seen,
        labels=row["labels"].number(),
        caller=None if caller is None else _location(caller),
        calls=tuple(_location(one) for one in row["calls"].each()),
        reached=tuple((one["what"].text(), one["count"].number()) for one in row["reached"].each()),
        devices=tuple(one.text() for one in row["devices"].each()),
    )


def _codes(node: _Node) -> dict[str, int]:
    return {code: node[code].number() for code in node.of(dict, "an object")}


def _location(row: _Node) -> Location:
    start, end = (Position(row[name]["row"].number(), row[name]["column"].number()) for name in ("location", "end_location"))
    return Location(row["filename"].text(), start, end)
