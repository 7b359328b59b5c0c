"""Where the parts of a text lie once edits are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.recording.terms import Input
from bce_lint.fixes.edit import Edit, spans
from bce_lint.ir import Span
from bce_lint.source.text import SourceText

_NEAR = 80


class Moved:
    """Places before some edits, as places after them."""

    def __init__(self, edits: Sequence[Edit], sources: Mapping[str, SourceText]) -> None:
        self._edits = {path: spans(source, [e for e in edits if e.location.path == path]) for path, source in sources.items()}
        self._texts = {path: source.text for path, source in sources.items()}

    def spots(self, spot: SourceRange) -> list[SourceRange]:
        """Where an expression may lie, changed or not: what is inserted right before or behind it may belong to it or not."""
        path, span = spot
        edits = self._edits.get(path, [])
        starts = dict.fromkeys((self._shifted(edits, span.start, before=False), self._shifted(edits, span.start, before=True)))
        lead = next((len(e.content) - len(e.content.lstrip()) for cut, e in edits if cut.start == span.start and e.content), 0)
        starts.update(dict.fromkeys([start + lead for start in starts]))
        written = max((len(e.content) for cut, e in edits if cut.end == span.start and cut != span), default=0)
        starts.update(dict.fromkeys(range(max(starts) - min(written, _NEAR), max(starts))))
        ends = dict.fromkeys((self._shifted(edits, span.end, before=False), self._shifted(edits, span.end, before=True)))
        return [(path, Span(start, end)) for start in starts for end in ends]

    def again(self, spot: SourceRange) -> list[SourceRange]:
        """Where the same text stands afterwards: where it stood, or in what the nearest edit writes."""
        path, span = spot
        edits = self._edits.get(path, [])
        if not any(meets(cut, span) for cut, _ in edits):
            return self.spots(spot)
        text = self._texts[path][span.start : span.end] if path in self._texts else ""
        places = [(number, at) for number, (_, edit) in enumerate(edits) if text for at in _places(text, edit.content)]
        if not places:
            return self.spots(spot)
        number, at = min(places, key=lambda place: abs(edits[place[0]][0].start - span.start))
        cut = edits[number][0]
        start = self._shifted(edits, cut.start, before=False) + sum(len(e.content) for other, e in edits[:number] if other == cut)
        return [(path, Span(start + at, start + at + len(text)))]

    def _shifted(self, edits: Sequence[tuple[Span, Edit]], at: int, before: bool) -> int:
        """An offset after the edits that end before it; `before` counts an insertion right at it."""
        counted = [(cut, e) for cut, e in edits if cut.end < at or (cut.end == at and (before or cut.start < at))]
        into = [cut for cut, _ in edits if cut.start < at < cut.end]
        return at + sum(len(e.content) - (cut.end - cut.start) for cut, e in counted) - sum(at - cut.start for cut in into)

    def follows(self, before: Input, after: Input) -> bool:
        """True if an input after the edits is that of before."""
        return after.text == before.text and (not before.spot[0] or after.spot in self.again(before.spot))


def meets(edit: Span, span: Span) -> bool:
    """True if an edit takes some of a span away."""
    return edit.start < span.end and span.start < edit.end


def _places(text: str, new: str) -> list[int]:
    found, at = [], new.find(text)
    while at >= 0:
        found.append(at)
        at = new.find(text, at + 1)
    return found
