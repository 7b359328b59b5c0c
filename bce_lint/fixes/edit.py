"""Edits on text: how far they may be trusted, which of them meet, and what they make of a text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bce_lint.diagnostic import DISPLAY_ONLY, SAFE, UNSAFE, Edit, Fix, Location
from bce_lint.ir import Span
from bce_lint.source.text import SourceText

__all__ = ["DISPLAY_ONLY", "SAFE", "UNSAFE", "Edit", "Fix", "Refusal", "changed", "meet", "moved", "spans", "tidy", "trust"]

_TRUST: Final = (DISPLAY_ONLY, UNSAFE, SAFE)


class Refusal(Exception):
    """Why a fix cannot be made by machine: one clause for people."""


def trust(applicability: str) -> int:
    """How far a fix may be trusted, as a number; the least of its parts is that of the whole."""
    return _TRUST.index(applicability)


def tidy(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits in order, each once. Raises `Refusal` where two of them meet, unless one lies inside a deletion."""
    kept: list[Edit] = []
    for edit in sorted(set(edits), key=_outer_first):
        last = kept[-1] if kept else None
        if last is None or not meet(last.location, edit.location):
            kept.append(edit)
        elif last.content or not last.location.start <= edit.location.start <= edit.location.end <= last.location.end:
            raise Refusal("its changes would overlap")
    return tuple(kept)


def _outer_first(edit: Edit) -> tuple[object, ...]:
    path, start, end, _ = edit.location
    return path, start, -end.row, -end.column


def meet(a: Location, b: Location) -> bool:
    """True if two changes touch: they share text, or one inserts where the other begins."""
    return a.path == b.path and ((a.start < b.end and b.start < a.end) or a.start == b.start)


def spans(source: SourceText, edits: Iterable[Edit]) -> list[tuple[Span, Edit]]:
    """The edits of a text, each with its range in offsets, in order."""
    found = [(source.span(edit.location), edit) for edit in edits]
    return sorted(found, key=lambda pair: pair[0])


def changed(source: SourceText, edits: Iterable[Edit]) -> str:
    """A text with edits that do not meet; everything outside them stays as it is."""
    parts: list[str] = []
    at = 0
    for span, edit in spans(source, edits):
        parts += (source.text[at : span.start], edit.content)
        at = span.end
    return "".join((*parts, source.text[at:]))


def moved(source: SourceText, edits: Sequence[Edit]) -> list[Span]:
    """Where the new texts of edits lie once all are made."""
    shift, found = 0, []
    for span, edit in spans(source, edits):
        start = span.start + shift
        found.append(Span(start, start + len(edit.content)))
        shift += len(edit.content) - (span.end - span.start)
    return found
