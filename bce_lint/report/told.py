"""What the formats are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from bce_lint.diagnostic import Diagnostic, Label, Location
from bce_lint.source.text import SourceText


class RulePage(NamedTuple):
    """What a rule's page says, for formats that hold it: one sentence, the section that follows it, and the whole page in Markdown."""

    name: str
    severity: str
    summary: str
    about: str
    page: str


def _no_fingerprints() -> Sequence[str]:
    return ()


def _no_page(_: str) -> RulePage | None:
    return None


def _no_ways(_: Diagnostic) -> Sequence[Sequence[Label]]:
    return ()


class Told(NamedTuple):
    """What a run came to, as each of the formats is given it. A format is a pure function of this and of the working folder."""

    findings: Sequence[Diagnostic]
    sources: Mapping[str, SourceText] = MappingProxyType({})
    """The texts that may be quoted, by the names that locations have."""
    unsafe: bool = False
    """Whether unsafe fixes count as fixes."""
    fingerprints: Callable[[], Sequence[str]] = _no_fingerprints
    """What tells the findings apart from one version of the files to the next, in the order of `findings`."""
    page: Callable[[str], RulePage | None] = _no_page
    """The page of the rule with a code."""
    ways: Callable[[Diagnostic], Sequence[Sequence[Label]]] = _no_ways
    """The ways that values go to a loss: the places in order, each with what happens there."""
    failed: Sequence[str] = ()
    """What went wrong besides, a line each."""
    colour: bool = False
    width: int | None = None
    """How many cells a line of the terminal has; None where there is no terminal."""
    notes: bool = False
    """Whether a person is told at the end where to read on."""

    def in_file(self, location: Location) -> Location:
        """Where a place stands in its file, for programs that know no cells of notebooks."""
        source = None if location.cell is None else self.sources.get(location.path)
        return location if source is None else source.in_file(location)
