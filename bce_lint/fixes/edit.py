"""Edits on text, and the fixes that they make up."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from bce_lint.ir import Span
from bce_lint.records import record


class Applicability(IntEnum):
    """How far a fix may be trusted; the least of its parts is that of the whole."""

    DISPLAY_ONLY = 0
    UNSAFE = 1
    SAFE = 2

    def __str__(self) -> str:
        return self.name.lower().replace("_", "-")


class Edit(NamedTuple):
    """Replaces a span of one file's text; a span of no length inserts."""

    path: str
    span: Span
    text: str


@record(frozen=True, slots=True)
class Rewrite:
    """A change that is made whole or not at all. One without edits says why nothing can be done by machine."""

    applicability: Applicability
    title: str
    edits: tuple[Edit, ...] = ()

    def shown_only(self, title: str) -> Rewrite:
        """The same change for a person to decide on."""
        return Rewrite(Applicability.DISPLAY_ONLY, title, self.edits)

    @property
    def paths(self) -> frozenset[str]:
        """The files that it changes."""
        return frozenset(edit.path for edit in self.edits)


class Refusal(Exception):
    """Why a fix cannot be made by machine: one clause for people."""


def tidy(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Edits in order, each once. Raises `Refusal` where two of them meet, unless one lies inside a deletion."""
    kept: list[Edit] = []
    for edit in sorted(set(edits), key=lambda e: (e.path, e.span.start, -e.span.end)):
        last = kept[-1] if kept else None
        if last is None or last.path != edit.path or not meet(last.span, edit.span):
            kept.append(edit)
        elif last.text or not last.span.start <= edit.span.start <= edit.span.end <= last.span.end:
            raise Refusal("its changes would overlap")
    return tuple(kept)


def meet(a: Span, b: Span) -> bool:
    """Whether two changes touch: they share text, or one inserts where the other begins."""
    return (a.start < b.end and b.start < a.end) or a.start == b.start


def changed(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits that do not meet; everything outside them stays as it is."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: e.span):
        parts += (text[at : edit.span.start], edit.text)
        at = edit.span.end
    return "".join((*parts, text[at:]))
