"""What a fix brings: the findings of a fixed text that the unfixed one would not give, whichever of its rules spoke there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
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


class Heard(NamedTuple):
    """The rules on all sites of a run, whatever is selected or silenced: who spoke, and who would have with precedence off."""

    spoken: tuple[Judged, ...] = ()
    possible: tuple[Judged, ...] = ()


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

    def images(self, path: str, offset: int) -> frozenset[int]:
        """Where an offset of the old text may lie in the new one: nowhere inside what is replaced, on both sides of what is put in."""
        shift = 0
        both: list[int] = []
        for span, new, length, _ in self.pieces.get(path, ()):
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

    def __init__(self, known: Iterable[_Possible]) -> None:
        self._possible = list(known)

    @classmethod
    def of(cls, heard: Heard, sources: Sources) -> Ground:
        """The ground of a text that was not rewritten yet."""
        places = dict.fromkeys((one.rule.code, *one.place.range) for one in heard.possible)
        return cls(_Possible(code, path, frozenset((span.start,)), _text(sources, path, span)) for code, path, span in places)

    def rewritten(self, rewrite: Rewrite, mended: Iterable[Judged], heard: Heard, sources: Sources) -> tuple[Ground, list[Judged]]:
        """The ground of the text after a rewrite that mended some findings, and what was heard in it and has no ground.

        Each finding has its own ground: one of its code where it stood before, or one that the same edit rewrote, or one with
        the same text that an edit has put elsewhere. What comes out at a call that was none before may be anything.
        """
        made = [_Possible("", one.place.path, frozenset((one.place.span.start,)), "") for one in mended if _is_call(one)]
        moved = [(one, self._moved(one, rewrite)) for one in (*self._possible, *made)]
        left: dict[tuple[str, str], list[tuple[_Possible, _Possible]]] = {}
        for before, after in moved:
            left.setdefault((after.code, after.path), []).append((before, after))
        rest = [one for one in heard.spoken if not _taken(left, one, lambda _, after, start: start in after.starts)]
        brought, found = [], []
        for one in rest:
            text = _text(sources, *one.place.range)
            if _taken(left, one, _carried(rewrite, one.place.path, text)):
                found.append(_Possible(one.rule.code, one.place.path, frozenset((one.place.span.start,)), text))
            else:
                brought.append(one)
        return Ground([*found, *(after for _, after in moved)]), brought

    @staticmethod
    def _moved(known: _Possible, rewrite: Rewrite) -> _Possible:
        starts = frozenset().union(*(rewrite.images(known.path, start) for start in known.starts))
        return known._replace(starts=starts)


_Fits = Callable[[_Possible, _Possible, int], bool]


def _taken(left: dict[tuple[str, str], list[tuple[_Possible, _Possible]]], one: Judged, fits: _Fits) -> bool:
    """True if a finding has its ground, which is then no other's."""
    start, path = one.place.span.start, one.place.path
    if any(place.span.start in after.starts for place in _calls(one) for _, after in left.get(("", place.path), ())):
        return True
    pairs = left.get((one.rule.code, path), [])
    for number, (before, after) in enumerate(pairs):
        if fits(before, after, start):
            del pairs[number]
            return True
    return False


def _carried(rewrite: Rewrite, path: str, text: str) -> _Fits:
    """Asks whether a finding stands in what the edits of its file have rewritten."""

    def _fits(before: _Possible, _: _Possible, start: int) -> bool:
        olds = {number for number, span in enumerate(rewrite.old.get(path, ())) for at in before.starts if span.start <= at < span.end}
        news = {number for number, span in enumerate(rewrite.new.get(path, ())) if span.start <= start < span.end}
        return bool(olds & news) or bool(olds and news and before.text == text)

    return _fits


def _calls(one: Judged) -> Iterator[Place]:
    """Where a finding is reported, and where its loss is called, be it inside the function that was given the values."""
    yield one.place
    yield from (intent.site.call for intent in one.intents if isinstance(intent.site, LossSite))


def _is_call(one: Judged) -> bool:
    return any(intent.change is Change.CALL for intent in one.intents)


def _text(sources: Sources, path: str, span: Span) -> str:
    source = sources.get(path)
    return source.text[span.start : span.end] if source is not None else ""
