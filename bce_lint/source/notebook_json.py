"""The JSON of a notebook: where the text of each cell is spelled in it, and how it is spelled once the text is another one.

Nothing is written anew but what changes: the rest keeps its indent, its order, its escapes and its line ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from bce_lint.source.text import SourceError, lines_of

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_SPELLED: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\\"]", re.DOTALL
)
_ESCAPED: Final = re.compile(r"\\u(?!00[0-7])[0-9a-fA-F]{4}")
_DECODER: Final = json.JSONDecoder(parse_int=float)  # which takes numbers of any length


class SpelledString(NamedTuple):
    """A string of the JSON: its value, and where it stands with its quotes."""

    value: str
    start: int
    end: int


class NotebookCell(NamedTuple):
    """A cell: its number among all cells, its kind, its metadata, and the strings that its text is spelled as; `start` and `end` are
    those of the text or of the list of strings."""

    number: int
    kind: str
    metadata: Mapping[str, Any]
    strings: tuple[SpelledString, ...]
    start: int
    end: int

    @property
    def source(self) -> str:
        """The text of the cell."""
        return "".join(one.value for one in self.strings)


class NotebookJson(NamedTuple):
    """What is read of a notebook: its cells, and what is said of it as a whole."""

    cells: tuple[NotebookCell, ...]
    metadata: Mapping[str, Any]


class Respelling(NamedTuple):
    """A range of the JSON and what takes its place."""

    start: int
    end: int
    text: str


def read_notebook(text: str) -> NotebookJson:
    """The cells of a notebook. Raises `SourceError` where a text is no JSON, or no notebook."""
    try:
        return _Scanner(text).notebook()
    except json.JSONDecodeError as error:
        raise SourceError(f"not JSON, so no notebook: {error.msg}", row_of(text, error.pos)) from None
    except RecursionError:
        raise SourceError("a notebook that is nested too deeply") from None


def row_of(text: str, offset: int) -> int:
    """The row of a place in the JSON."""
    return len(lines_of(text[:offset] + " "))


class _Scanner:
    """Goes through the JSON of a notebook and keeps the places of what is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.cells: list[NotebookCell] = []
        self.found: dict[str, Any] = {}

    def notebook(self) -> NotebookJson:
        """The whole text."""
        start = self._skip(0)
        if self.text[start : start + 1] != "{":
            self._value(start)
            raise self._wrong("not a notebook: no JSON object", start)
        end = self._skip(self._members(start, self._top))
        if end < len(self.text):
            raise json.JSONDecodeError("Extra data", self.text, end)
        if "cells" not in self.found:
            raise SourceError(
                "a notebook of an older format, nbformat 3 or less; `jupyter nbconvert --to notebook` makes a newer one of it"
                if "worksheets" in self.found
                else "not a notebook: it has no cells"
            )
        metadata = self.found.get("metadata")
        return NotebookJson(tuple(self.cells), metadata if isinstance(metadata, dict) else {})

    def _top(self, key: str, at: int) -> int:
        if key != "cells":
            self.found[key], end = self._value(at)
            return end
        self.found[key] = None
        if self.text[at : at + 1] != "[":
            self._value(at)
            raise self._wrong("not a notebook: its cells are no list", at)
        return self._elements(at, self._cell)

    def _cell(self, at: int) -> int:
        found: dict[str, Any] = {}
        places: dict[str, tuple[int, int]] = {}

        def _member(key: str, place: int) -> int:
            found[key], end = self._value(place)
            places[key] = place, end
            return end

        if self.text[at] != "{":
            self._value(at)
            raise self._wrong(f"not a notebook: cell {len(self.cells) + 1} is no JSON object", at)
        end = self._members(at, _member)
        kind, source, metadata = found.get("cell_type"), found.get("source"), found.get("metadata")
        lines = source if isinstance(source, list) else [source]
        if not isinstance(kind, str) or not all(isinstance(one, str) for one in lines):
            missing = "source" if isinstance(kind, str) else "cell_type"
            raise self._wrong(f"not a notebook: cell {len(self.cells) + 1} has no {missing} as text", at)
        where = places["source"]
        strings = tuple(self._strings(where[0]) if isinstance(source, list) else [SpelledString(str(source), *where)])
        self.cells.append(NotebookCell(len(self.cells) + 1, kind, metadata if isinstance(metadata, dict) else {}, strings, *where))
        return end

    def _strings(self, at: int) -> list[SpelledString]:
        found: list[SpelledString] = []

        def _string(place: int) -> int:
            value, end = self._value(place)
            found.append(SpelledString(value, place, end))
            return end

        self._elements(at, _string)
        return found

    def _members(self, at: int, take: Callable[[str, int], int]) -> int:
        """The end of an object, whose members are taken one by one; none of them may stand twice."""
        seen: set[str] = set()
        at = self._skip(at + 1)
        while self.text[at : at + 1] != "}":
            if self.text[at : at + 1] != '"':
                raise json.JSONDecodeError("Expecting property name enclosed in double quotes", self.text, at)
            key, end = self._value(at)
            if key in seen:
                raise self._wrong(f"not a notebook that can be read with certainty: {json.dumps(key[:40])} stands twice", at)
            seen.add(key)
            place = self._skip(self._expect(self._skip(end), ":"))
            at = self._next(self._skip(take(key, place)), "}")
        return at + 1

    def _elements(self, at: int, take: Callable[[int], int]) -> int:
        """The end of a list, whose elements are taken one by one."""
        at = self._skip(at + 1)
        while self.text[at : at + 1] != "]":
            if at >= len(self.text):
                raise json.JSONDecodeError("Expecting value", self.text, at)
            at = self._next(self._skip(take(at)), "]")
        return at + 1

    def _next(self, at: int, closing: str) -> int:
        """Where the next member begins, or the bracket that closes all; a comma before that is an error."""
        if self.text[at : at + 1] == closing:
            return at
        at = self._skip(self._expect(at, ","))
        if self.text[at : at + 1] == closing:
            raise json.JSONDecodeError("Illegal trailing comma", self.text, at)
        return at

    def _expect(self, at: int, sign: str) -> int:
        if self.text[at : at + 1] != sign:
            raise json.JSONDecodeError(f"Expecting '{sign}' delimiter", self.text, at)
        return at + 1

    def _value(self, at: int) -> tuple[Any, int]:
        return _DECODER.raw_decode(self.text, at)

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return at if found is None else found.end()

    def _wrong(self, message: str, at: int) -> SourceError:
        return SourceError(message, row_of(self.text, at))


def respelled(text: str, cell: NotebookCell, new: str) -> Iterator[Respelling]:
    """What changes in the JSON for a cell to have another text. Lines that stay are spelled as they were."""
    spell = _speller(text, cell)
    old_lines, new_lines = lines_of(cell.source), lines_of(new)
    if not old_lines:
        if new_lines:
            yield _filled(text, cell, new_lines, spell)
        return
    as_lines = text[cell.start] == "[" and [one.value for one in cell.strings] == old_lines
    spelled = None if as_lines else [part for one in cell.strings for part in _characters(text, one)]
    starts = _starts(old_lines)
    for tag, low, high, first, last in SequenceMatcher(None, old_lines, new_lines, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if spelled is None:
            yield from _other_lines(text, cell, (low, high), new_lines[first:last], spell)
        else:
            old = "".join(old_lines[low:high])
            yield from _other_characters(spelled, starts[low], old, "".join(new_lines[first:last]), spell)


def _filled(text: str, cell: NotebookCell, lines: Sequence[str], spell: Callable[[str], str]) -> Respelling:
    """The text of a cell that had none."""
    if text[cell.start] == "[":
        return Respelling(cell.start, cell.end, f"[{', '.join(f'{chr(34)}{spell(line)}{chr(34)}' for line in lines)}]")
    return Respelling(cell.start, cell.end, f'"{spell("".join(lines))}"')


def _other_lines(
    text: str, cell: NotebookCell, old: tuple[int, int], new: Sequence[str], spell: Callable[[str], str]
) -> Iterator[Respelling]:
    """Other lines in a list with a string for each."""
    (low, high), strings = old, cell.strings
    both = min(high - low, len(new))
    for one, line in zip(strings[low : low + both], new, strict=False):
        yield from _other_characters(_characters(text, one), 0, one.value, line, spell)
    at = low + both
    if more := new[both:]:
        between = text[strings[0].end : strings[1].start] if len(strings) > 1 else "," + text[cell.start + 1 : strings[0].start]
        quoted = [f'"{spell(line)}"' for line in more]
        if at:
            yield Respelling(strings[at - 1].end, strings[at - 1].end, "".join(between + one for one in quoted))
        else:
            yield Respelling(strings[0].start, strings[0].start, "".join(one + between for one in quoted))
    elif at < high:
        if at:
            yield Respelling(strings[at - 1].end, strings[high - 1].end, "")
        elif high < len(strings):
            yield Respelling(strings[0].start, strings[high].start, "")
        else:
            yield Respelling(cell.start, cell.end, "[]")


def _other_characters(
    spelled: Sequence[tuple[int, int]], at: int, old: str, new: str, spell: Callable[[str], str]
) -> Iterator[Respelling]:
    """Other characters where some stood; those at both ends that stay are spelled as they were."""
    before, behind = same_ends(old, new)
    gone = spelled[at + before : at + len(old) - behind]
    written = spell(new[before : len(new) - behind])
    if not gone:
        place = spelled[at + before - 1][1] if at + before else spelled[0][0]
        yield Respelling(place, place, written)
        return
    ranges = [[*gone[0]]]
    for start, end in gone[1:]:
        if start == ranges[-1][1]:
            ranges[-1][1] = end
        else:
            ranges.append([start, end])
    yield Respelling(ranges[0][0], ranges[0][1], written)
    yield from (Respelling(start, end, "") for start, end in ranges[1:])


def same_ends(old: str, new: str) -> tuple[int, int]:
    """How many characters at the beginning, and how many others at the end, two texts have in common."""
    most, before, behind = min(len(old), len(new)), 0, 0
    while before < most and old[before] == new[before]:
        before += 1
    while behind < most - before and old[-1 - behind] == new[-1 - behind]:
        behind += 1
    return before, behind


def _characters(text: str, one: SpelledString) -> list[tuple[int, int]]:
    """Where each character of a string is spelled."""
    return [found.span() for found in _SPELLED.finditer(text, one.start + 1, one.end - 1)]


def place_of(text: str, cell: NotebookCell, offset: int) -> int:
    """Where a character of a cell's text is spelled in the JSON; behind the last one, where its text ends."""
    for one in cell.strings:
        if offset < len(one.value):
            return _characters(text, one)[offset][0]
        offset -= len(one.value)
    return cell.strings[-1].end - 1 if cell.strings else cell.start


def _speller(text: str, cell: NotebookCell) -> Callable[[str], str]:
    """How this cell writes text down: what is not ASCII as it is, or escaped."""
    written = text[cell.start : cell.end]
    escapes = text.isascii() and _ESCAPED.search(text) is not None if cell.source.isascii() else written.isascii()
    return lambda new: json.dumps(new, ensure_ascii=escapes)[1:-1]


def _starts(lines: Sequence[str]) -> list[int]:
    found = [0]
    for line in lines:
        found.append(found[-1] + len(line))
    return found
