"""What a fix brings: the findings of a fixed text that the unfixed one would not give, whichever of its rules spoke there."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import NamedTuple

from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.sites import LossSite
from bce_lint.diagnostic import Edit
from bce_lint.fixes.edit import spans
from bce_lint.fixes.intent import Change
from bce_lint.ir import Span
from bce_lint.rules.judge import Judged
from bce_lint.source.text import SourceText

_TOKEN = re.compile(r"\w+|\s+|.", re.DOTALL)
_MANY = 400
Sources = Mapping[str, SourceText]


def _no_further() -> tuple[Judged, ...]:
    """What is heard in a run that came to its end everywhere."""
    return ()


class Heard(NamedTuple):
    """The rules on all sites of a run, whatever is selected or silenced: who spoke, and who would have with precedence off. Where the
    run came to no end, `further` gives what is possible on the sites of a run of the same text that had more to spend."""

    spoken: tuple[Judged, ...] = ()
    possible: tuple[Judged, ...] = ()
    further: Callable[[], tuple[Judged, ...]] = _no_further


def nothing() -> Heard:
    """What is heard where nobody listens to all rules."""
    return Heard()


class Piece(NamedTuple):
    """A part of a text that is replaced; the new one begins at `new` and has this `length`. Pieces of one edit have its `number`."""

    span: Span
    new: int
    length: int
    number: int


class _Possible(NamedTuple):
    """What may be found in the text: a code (any, where a call is made that was none), where its place may begin, and how it reads."""

    code: str
    path: str
    starts: frozenset[int]
    text: str


class Rewrite(NamedTuple):
    """Edits of some files, as pieces that are as small as their tokens allow, and the ranges of the whole edits before and after."""

    pieces: Mapping[str, list[Piece]]
    old: Mapping[str, list[Span]]
    new: Mapping[str, list[Span]]

    @classmethod
    def of(cls, sources: Sources, edits: Mapping[str, Sequence[Edit]]) -> Rewrite:
        """The edits of some files."""
        pieces: dict[str, list[Piece]] = {}
        old: dict[str, list[Span]] = {}
        new: dict[str, list[Span]] = {}
        for path, own in edits.items():
            shift = 0
            for number, (span, edit) in enumerate(spans(sources[path], own)):
                start = span.start + shift
                old.setdefault(path, []).append(span)
                new.setdefault(path, []).append(Span(start, start + len(edit.content)))
                parts = _parts(sources[path].text[span.start : span.end], edit.content)
                pieces.setdefault(path, []).extend(
                    Piece(Span(span.start + low, span.start + high), start + at, length, number) for low, high, at, length in parts
                )
                shift += len(edit.content) - (span.end - span.start)
        return cls(pieces, old, new)

    def edit_before(self, path: str, offset: int) -> int | None:
        """The number of the edit that an offset of the old text lies in."""
        return _holding(self.old.get(path, []), offset)

    def edit_after(self, path: str, offset: int) -> int | None:
        """The number of the edit that an offset of the new text lies in."""
        return _holding(self.new.get(path, []), offset)

    def images(self, path: str, offset: int) -> frozenset[int]:
        """Where an offset of the old text may lie in the new one: nowhere inside what is replaced, on both sides of what is put in."""
        shift = 0
        both: list[int] = []
        pieces = self.pieces.get(path, [])
        first = max(0, bisect_left(pieces, offset, key=lambda piece: piece.span.end) - 1)
        for span, new, length, _ in islice(pieces, first, None):
            if span.end <= offset and span.start < offset:
                shift = new + length - span.end
            elif span.start == span.end == offset:
                both.append(new)
                shift = new + length - offset
            elif span.start == offset:
                return frozenset((*both, new))
            elif span.start < offset < span.end:
                return frozenset()
            else:
                break
        return frozenset((*both, offset + shift))


def _holding(spans: Sequence[Span], offset: int) -> int | None:
    """The number of the span that holds an offset, of some in order that do not meet."""
    at = bisect_right(spans, offset, key=lambda span: span.start) - 1
    return at if at >= 0 and offset < spans[at].end else None


def _parts(old: str, new: str) -> Iterator[tuple[int, int, int, int]]:
    """The parts of a replaced text whose tokens change: start, end, and the start and length of what stands there then."""
    before, after = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(before) > _MANY or len(after) > _MANY:
        yield 0, len(old), 0, len(new)
        return
    at_old, at_new = _offsets(before), _offsets(after)
    for tag, low, high, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield at_old[low], at_old[high], at_new[first], at_new[last] - at_new[first]


def _offsets(tokens: Sequence[str]) -> list[int]:
    found = [0]
    for token in tokens:
        found.append(found[-1] + len(token))
    return found


class Ground:
    """What a text may give: the findings that it would give with precedence off, moved along as it is rewritten."""

    def __init__(self, known: Iterable[_Possible], further: Callable[[], Iterable[_Possible]] = tuple) -> None:
        self._possible = list(known)
        self._further = further

    @classmethod
    def of(cls, heard: Heard, sources: Sources) -> Ground:
        """The ground of a text that was not rewritten yet."""
        return cls(_possible(heard.possible, sources), lambda: _possible(heard.further(), sources))

    def rewritten(self, rewrite: Rewrite, mended: Sequence[Judged], heard: Heard, sources: Sources) -> tuple[Ground, list[Judged]]:
        """The ground of the text after a rewrite that mended some findings, and what was heard in it and has no ground.

        Each finding has its own ground: one of its code where it stood before, or one that the same edit rewrote, or one with
        the same text that an edit has put elsewhere. What comes out at a call that was none before may be anything. A shorter
        text is followed further with the same budget: what is found there has its ground in what was there before, too.
        """
        after, brought = self._after(self._possible, rewrite, mended, heard, sources)
        if brought and (further := {*self._further()}.difference(self._possible)):
            known = [*self._possible, *sorted(further, key=lambda one: (one.path, min(one.starts), one.code))]
            return self._after(known, rewrite, mended, heard, sources)
        return after, brought

    def _after(
        self, known: Sequence[_Possible], rewrite: Rewrite, mended: Iterable[Judged], heard: Heard, sources: Sources
    ) -> tuple[Ground, list[Judged]]:
        made = [_Possible("", one.place.path, frozenset((one.place.span.start,)), "") for one in mended if _is_call(one)]
        moved = [(one, self._moved(one, rewrite)) for one in (*known, *made)]
        left = _Left(moved, rewrite)
        rest = [one for one in heard.spoken if not left.stayed(one)]
        brought, found = [], []
        for one in rest:
            text = _text(sources, *one.place.range)
            if left.carried(one, text):
                found.append(_Possible(one.rule.code, one.place.path, frozenset((one.place.span.start,)), text))
            else:
                brought.append(one)
        return Ground([*found, *(after for _, after in moved)]), brought

    @staticmethod
    def _moved(known: _Possible, rewrite: Rewrite) -> _Possible:
        starts = frozenset().union(*(rewrite.images(known.path, start) for start in known.starts))
        return known._replace(starts=starts)


def _possible(found: Iterable[Judged], sources: Sources) -> list[_Possible]:
    places = dict.fromkeys((one.rule.code, *one.place.range) for one in found)
    return [_Possible(code, path, frozenset((span.start,)), _text(sources, path, span)) for code, path, span in places]


class _Left:
    """The grounds that no finding has taken yet: by where they may stand now, and by what was edited around them or how they read."""

    def __init__(self, moved: Sequence[tuple[_Possible, _Possible]], rewrite: Rewrite) -> None:
        self._rewrite = rewrite
        self._gone: set[int] = set()
        self._calls: set[tuple[str, int]] = set()
        self._stayed: dict[tuple[str, str, int], deque[int]] = {}
        self._edited: dict[tuple[str, str, int], deque[int]] = {}
        self._texts: dict[tuple[str, str, str], deque[int]] = {}
        for number, (before, after) in enumerate(moved):
            code, path = after.code, after.path
            if not code:
                self._calls.update((path, start) for start in after.starts)
                continue
            for start in after.starts:
                self._stayed.setdefault((code, path, start), deque()).append(number)
            edits = {rewrite.edit_before(path, at) for at in before.starts} - {None}
            for edit in edits:
                self._edited.setdefault((code, path, edit or 0), deque()).append(number)
            if edits:
                self._texts.setdefault((code, path, before.text), deque()).append(number)

    def stayed(self, one: Judged) -> bool:
        """True if a finding has its ground where it stands, which is then no other's."""
        path, start = one.place.path, one.place.span.start
        return self._is_call(one) or self._take(self._stayed.get((one.rule.code, path, start)))

    def carried(self, one: Judged, text: str) -> bool:
        """True if a finding stands in what the edits of its file have rewritten, and has its ground there."""
        code, path = one.rule.code, one.place.path
        edit = self._rewrite.edit_after(path, one.place.span.start)
        if self._is_call(one):
            return True
        return edit is not None and self._take(self._edited.get((code, path, edit)), self._texts.get((code, path, text)))

    def _is_call(self, one: Judged) -> bool:
        return any((one.place.path, place.span.start) in self._calls for place in _calls(one))

    def _take(self, *waiting: deque[int] | None) -> bool:
        first: list[int] = []
        for numbers in filter(None, waiting):
            while numbers and numbers[0] in self._gone:
                numbers.popleft()
            first += islice(numbers, 1)
        self._gone.update(sorted(first)[:1])
        return bool(first)


def _calls(one: Judged) -> Iterator[Place]:
    """Where a finding is reported, and where its loss is called, be it inside the function that was given the values."""
    yield one.place
    yield from (intent.site.call for intent in one.intents if isinstance(intent.site, LossSite))


def _is_call(one: Judged) -> bool:
    return any(intent.change is Change.CALL for intent in one.intents)


def _text(sources: Sources, path: str, span: Span) -> str:
    source = sources.get(path)
    return source.text[span.start : span.end] if source is not None else ""
