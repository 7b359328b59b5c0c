"""The files of a report and those that are linted: the same ones by path, or those of another checkout; and which have changed."""

from __future__ import annotations

import hashlib
import ntpath
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from bce_lint.compare.reading import Seen, Witnessed
from bce_lint.diagnostic import Diagnostic, Label, Location
from bce_lint.records import changed
from bce_lint.report.paths import shown
from bce_lint.source.documents import decode
from bce_lint.source.text import SourceError, SourceText


class MovedFolder(NamedTuple):
    """The folder of a report's files, and the one that has them here; empty where they are where they were."""

    there: tuple[str, ...] = ()
    here: tuple[str, ...] = ()

    def path(self, path: str) -> str:
        """Where a file of the report is here."""
        parts = parts_of(path)
        if self == MovedFolder() or parts[: len(self.there)] != self.there:
            return os.path.realpath(path) if os.path.isabs(path) else path
        return os.path.join(*self.here, *parts[len(self.there) :])


@dataclass(frozen=True)
class Located:
    """A report whose files are those of this machine. `names` has the linted files by resolved path, as the user calls them."""

    witnessed: Witnessed
    names: Mapping[str, str]
    changed: Sequence[str]

    def key(self, location: Location) -> tuple[str, int, int]:
        """What two locations of one call have in common: its end. A run puts the start of a call that goes over several lines
        at the name of the method; without columns, a place is a line."""
        row, column = location.end if self.witnessed.columns else (location.start.row, 0)
        return resolved(location.path), row, column

    def is_linted(self, path: str) -> bool:
        """True if a file is one of those that are linted."""
        return resolved(path) in self.names

    def is_changed(self, location: Location) -> bool:
        """True if the file of a location is not what it was."""
        return resolved(location.path) in self.changed

    def paths(self, one: Diagnostic) -> list[str]:
        """The files that a finding has a part in."""
        return [one.location.path, *(label.location.path for label in one.labels)]

    def source(self, path: str) -> SourceText | None:
        """The text of a file as it was in the run; none where that is not known any more."""
        if resolved(path) in self.changed:
            return None
        try:
            return decode(Path(path).read_bytes(), path)
        except (OSError, SourceError):
            return None


def resolved(path: str) -> str:
    """A path without links and relative parts; of code without a file the name."""
    return path if path.startswith("<") else os.path.realpath(path)


def parts_of(path: str) -> tuple[str, ...]:
    """The parts of a path, also of one that was written on Windows."""
    windows = ntpath.splitdrive(path)[0] or "\\" in path
    return tuple(path.replace("\\", "/").split("/")) if windows else Path(path).parts


def locate(witnessed: Witnessed, files: Sequence[str], name: str) -> Located:
    """Finds the files of a report among some files; `ValueError` where none is among them, or where several could be meant."""
    names = {resolved(file): file for file in files}
    moved = _moved(list(witnessed.digests), names, name)
    where = {path: moved.path(path) for path in witnessed.digests}
    changed = sorted(here for path, here in where.items() if os.path.isfile(here) and _digest(here) != witnessed.digests[path])
    return Located(_there(witnessed, where, names), names, tuple(changed))


def _moved(paths: Sequence[str], names: Mapping[str, str], report: str) -> MovedFolder:
    if not paths or any(resolved(path) in names for path in paths):
        return MovedFolder()
    found = Counter(move for path in paths for move in _moves(path, names))
    best = [move for move, count in found.items() if count == max(found.values())]
    if not best:
        raise ValueError(f"{report}: none of its files lies under the given paths ({_few(paths)})")
    if len(best) > 1:
        there = ", ".join(sorted({shown(os.path.join(*move.here)) for move in best}))
        raise ValueError(f"{report}: its files are of another folder, and could be those of several here ({there}); give one of them")
    return best[0]


def _moves(path: str, names: Iterable[str]) -> list[MovedFolder]:
    """The ways to move a file onto those that are called the same, by the longest path that they have in common from the end."""
    parts = parts_of(path)
    found: dict[int, list[MovedFolder]] = {}
    for name in names:
        mine = Path(name).parts
        pairs = zip(reversed(parts), reversed(mine), strict=False)
        common = next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(parts), len(mine)))
        if common:
            found.setdefault(common, []).append(MovedFolder(parts[: len(parts) - common], mine[: len(mine) - common]))
    return found[max(found)] if found else []


def _few(paths: Sequence[str]) -> str:
    return ", ".join(sorted(paths)[:2]) + (", …" if len(paths) > 2 else "")


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


def _there(witnessed: Witnessed, where: Mapping[str, str], names: Mapping[str, str]) -> Witnessed:
    """A report with the paths of this machine, called as the user calls them."""

    def here(location: Location) -> Location:
        """A location in a file of this machine."""
        path = where.get(location.path, location.path)
        return location._replace(path=names.get(path, path))

    def finding(one: Diagnostic) -> Diagnostic:
        """A finding with such locations."""
        return changed(one, location=here(one.location), labels=tuple(Label(text, here(place)) for text, place in one.labels))

    def place(one: Seen) -> Seen:
        """A place with such locations."""
        caller = None if one.caller is None else here(one.caller)
        return replace(one, location=here(one.location), caller=caller, calls=tuple(map(here, one.calls)))

    return witnessed._replace(findings=tuple(map(finding, witnessed.findings)), places=tuple(map(place, witnessed.places)))
