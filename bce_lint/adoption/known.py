"""Findings that were there before, and which of today's are among them: each of them stands for one finding."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Final, NamedTuple

from bce_lint.diagnostic import CRASH, UNREADABLE, Diagnostic
from bce_lint.fingerprints import identities
from bce_lint.source.documents import decode
from bce_lint.source.text import SourceError, SourceText, content

STDIN: Final = "<stdin>"
"""The path of a text that has none."""


class KnownFinding(NamedTuple):
    """A finding as it is remembered: `path` is relative to a folder, with forward slashes; `where` is the function, for people."""

    path: str
    code: str
    where: str
    fingerprint: str


class KnownFindings:
    """Findings that were there before, in files below a folder.

    One of a file that is still there stands for a finding in that file alone. One of a file that is gone, as its folder was renamed,
    stands for a finding in any file.
    """

    def __init__(self, entries: Iterable[KnownFinding], folder: str) -> None:
        self.entries = sorted(entries)
        self.folder = folder
        self._matched: set[int] = set()
        self._taken: dict[str, set[int]] = {}

    def are_known(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText], part: str = "") -> list[bool]:
        """For each finding whether it was there before. Findings of several `part`s, asked about one after another, share nothing."""
        today = self.today(diagnostics, sources)
        found: dict[int, int] = {}
        taken = {entry for other, entries in self._taken.items() if other != part for entry in entries}
        for key, eligible in ((_by_path, range(len(self.entries))), (_by_name, self._gone), (_by_source, self._gone)):
            free: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
            for entry in reversed(eligible):
                if entry not in taken:
                    free[key(self.entries[entry])].append(entry)
            for number, one in enumerate(today):
                if number not in found and one.code != CRASH and (left := free.get(key(one))):
                    found[number] = left.pop()
            taken.update(found.values())
        self._taken[part] = set(found.values())
        self._matched |= self._taken[part]
        return [number in found for number in range(len(today))]

    def surely(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText]) -> list[bool]:
        """For each finding whether it was there before, in the file where it is now: no other one may take its entry. Nothing is noted of
        it."""
        entries = set(map(_by_path, self.entries))
        return [one.code != CRASH and _by_path(one) in entries for one in self.today(diagnostics, sources)]

    @cached_property
    def _gone(self) -> list[int]:
        """The entries of files that are no more."""
        paths = {one.path for one in self.entries} - {STDIN}
        gone = {path for path in paths if not os.path.lexists(os.path.join(self.folder, path))}
        return [number for number, one in enumerate(self.entries) if one.path in gone]

    def today(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText]) -> list[KnownFinding]:
        """Findings as they would be remembered."""
        known = identities(diagnostics, {**_texts(diagnostics, sources), **sources})
        return [
            KnownFinding(self.path_of(one.location.path), one.code, known[at].qualified, known[at].fingerprint)
            for at, one in enumerate(diagnostics)
        ]

    def path_of(self, name: str) -> str:
        """The path of a file as entries have it."""
        if name == STDIN:
            return name
        path = os.path.abspath(name)
        with suppress(ValueError):  # another drive
            path = os.path.relpath(path, self.folder)
        return path.replace(os.sep, "/")

    def unmatched(
        self, files: Iterable[str], named: Iterable[str], runs: Callable[[str, str], bool]
    ) -> tuple[list[KnownFinding], list[KnownFinding]]:
        """The entries that stood for no finding so far: those of linted files, or of files that are gone from what was named, and of rules
        that ran, as `runs` says of an absolute path and a code; and the others."""
        linted, below = set(map(self.path_of, files)), set(map(self.path_of, named))
        looked_at = linted | {self.entries[number].path for number in self._gone if _lies_in(self.entries[number].path, below)}
        rest = [one for number, one in enumerate(self.entries) if number not in self._matched]
        gone = [one for one in rest if one.path in looked_at and runs(self._full(one.path), one.code)]
        return gone, sorted({*rest} - {*gone})

    def _full(self, path: str) -> str:
        return path if path == STDIN else os.path.abspath(os.path.join(self.folder, path))


def _texts(diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText]) -> dict[str, SourceText]:
    """The texts of files that are no Python: a run that has nothing to show of them does not hand them out."""
    found = {}
    for path in {one.location.path for one in diagnostics if one.code == UNREADABLE} - sources.keys():
        try:
            raw = content(path)
            if raw is not None:
                found[path] = decode(raw, path)
        except SourceError:
            continue
    return found


def _by_path(one: KnownFinding) -> tuple[str, str]:
    return one.path, one.fingerprint


def _by_name(one: KnownFinding) -> tuple[str, str]:
    return one.path.rpartition("/")[2], one.fingerprint


def _by_source(one: KnownFinding) -> tuple[str, str]:
    return "", one.fingerprint


def _lies_in(path: str, paths: Collection[str]) -> bool:
    parts = path.split("/")
    return "." in paths or any("/".join(parts[:length]) in paths for length in range(1, len(parts) + 1))
