"""Where the parts of a text lie once edits are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bce_lint.analysis.recording.terms import Input, Spot
from bce_lint.fixes.edit import Edit
from bce_lint.ir import Span

_NEAR = 80


class Moved:
    """Places before some edits, as places after them."""

    def __init__(self, edits: Sequence[Edit], texts: Mapping[str, str]) -> None:
        self._edits: dict[str, list[Edit]] = {}
        for edit in sorted(edits, key=lambda e: e.span):
            self._edits.setdefault(edit.path, []).append(edit)
        self._texts = texts

    def spots(self, spot: Spot) -> list[Spot]:
        """Where an expression may lie, changed or not: what is inserted right before or behind it may belong to it or not."""
        path, span = spot
        edits = self._edits.get(path, [])
        starts = dict.fromkeys((self._shifted(edits, span.start, before=False), self._shifted(edits, span.start, before=True)))
        lead = next((len(e.text) - len(e.text.lstrip()) for e in edits if e.span.start == span.start and e.text), 0)
        starts.update(dict.fromkeys([start + lead for start in starts]))
        written = max((len(e.text) for e in edits if e.span.end == span.start and e.span != span), default=0)
        starts.update(dict.fromkeys(range(max(starts) - min(written, _NEAR), max(starts))))
        ends = dict.fromkeys((self._shifted(edits, span.end, before=False), self._shifted(edits, span.end, before=True)))
        return [(path, Span(start, end)) for start in starts for end in ends]

    def again(self, spot: Spot) -> list[Spot]:
        """Where the same text stands afterwards: where it stood, or in what the nearest edit writes."""
        path, span = spot
        edits = self._edits.get(path, [])
        if not any(meets(edit.span, span) for edit in edits):
            return self.spots(spot)
        text = self._texts[path][span.start : span.end] if path in self._texts else ""
        places = [(edit, at) for edit in edits if text for at in _places(text, edit.text)]
        if not places:
            return self.spots(spot)
        edit, at = min(places, key=lambda place: abs(place[0].span.start - span.start))
        start = self._shifted(edits, edit.span.start, before=False) + sum(
            len(e.text) for e in edits[: edits.index(edit)] if e.span == edit.span
        )
        return [(path, Span(start + at, start + at + len(text)))]

    def _shifted(self, edits: Sequence[Edit], at: int, before: bool) -> int:
        """An offset after the edits that end before it; `before` counts an insertion right at it."""
        counted = [e for e in edits if e.span.end < at or (e.span.end == at and (before or e.span.start < at))]
        cut = [e for e in edits if e.span.start < at < e.span.end]
        return at + sum(len(e.text) - (e.span.end - e.span.start) for e in counted) - sum(at - e.span.start for e in cut)

    def follows(self, before: Input, after: Input) -> bool:
        """Whether an input after the edits is that of before."""
        return after.text == before.text and (not before.spot[0] or after.spot in self.again(before.spot))


def meets(edit: Span, span: Span) -> bool:
    """Whether an edit takes some of a span away."""
    return edit.start < span.end and span.start < edit.end


def _places(text: str, new: str) -> list[int]:
    found, at = [], new.find(text)
    while at >= 0:
        found.append(at)
        at = new.find(text, at + 1)
    return found
