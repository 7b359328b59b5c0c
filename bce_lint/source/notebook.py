"""A notebook as a program: its cells of Python in order, each with its own rows, and back into the JSON.

The text of the program has a line of its own between two cells, and signs in place of what is no Python (`cell_code.py`). So any new text
is split into cells again with certainty, or refused.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Final, NamedTuple

from bce_lint.diagnostic import Edit, Location, Position, shortened
from bce_lint.ir import Span
from bce_lint.source.cell_code import CellCode, Signs, cell_code, closed, imported_names, lost_names
from bce_lint.source.notebook_json import NotebookCell, NotebookJson, place_of, read_notebook, respelled, same_ends
from bce_lint.source.text import BrokenCell, SourceError, SourceText, content, holds_notebook, lines_of
from bce_lint.syntax.parse import ParseFailure, TooLarge, check

_PYTHON: Final = re.compile(r"i?python[\d.]*|xpython", re.IGNORECASE)
_NAMED: Final = re.compile(rb'"(?:name|language)"\s*:\s*"python"')
"""What a notebook of Python says of itself, most of the time."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LONGEST: Final = 40
"""The most characters of the name of a language."""
_KEPT: Final = 256
"""How many notebooks are remembered as they were read."""


class _ProgramCell(NamedTuple):
    """A cell of the program: the cell in the JSON, what is read of it, where it stands in the text, its first row there and how many it
    has."""

    cell: NotebookCell
    code: CellCode
    start: int
    row: int
    rows: int

    @property
    def as_written(self) -> bool:
        """True if its text stands in the program as it is."""
        return self.rows > 0 and not self.code.hidden


class _Program(NamedTuple):
    """The text of a notebook's program, its cells, the signs in it, and the cells that are not."""

    text: str
    cells: tuple[_ProgramCell, ...]
    signs: Signs
    broken: tuple[BrokenCell, ...]


_KNOWN: Final[dict[bytes, _Program]] = {}


class NotebookText(SourceText):
    """The program of a notebook. Its rows go through all cells; what a user is told are those of a cell (`told`, `inner`)."""

    def __init__(self, path: str, data: bytes, program: _Program) -> None:
        super().__init__(path, data, program.text, "utf-8", data.startswith(codecs.BOM_UTF8))
        self._program = program

    @property
    def broken(self) -> tuple[BrokenCell, ...]:
        """The cells of Python that cannot be read."""
        return self._program.broken

    def position(self, offset: int) -> Position:
        """The row and column (from 1) of an offset, with the columns that a cell has."""
        row, column = super().position(offset)
        for start, shift in self._shifts.get(row, ()):
            column += shift if column > start else 0
        return Position(row, column)

    def offset(self, row: int, column: int) -> int:
        """The offset of a row and column (from 1), clipped to the text."""
        for start, shift in self._shifts.get(row, ()):
            column = max(column - shift, start) if column > start else column
        return super().offset(row, column)

    @cached_property
    def _shifts(self) -> dict[int, list[tuple[int, int]]]:
        """By row, the column from which on columns of the text are others than those of the cell, and by how many."""
        found: dict[int, list[tuple[int, int]]] = {}
        for one in self._program.cells:
            for start, end, sign in () if one.code.closed else one.code.hidden:
                before = one.cell.source[:start]
                row = one.row + len(lines_of(before + " ")) - 1
                column = len(before) - max(before.rfind("\n"), before.rfind("\r"))
                if not sign.endswith(("\n", "\r", "#")):
                    found.setdefault(row, []).append((column, end - start - len(sign)))
        return found

    def told(self, location: Location) -> Location:
        """A range of the program as a user is told it: the cell, and the rows in it."""
        if location.cell is not None or not self._program.cells:
            return location
        cell = self._at(location.start.row)
        return Location(location.path, _in_cell(location.start, cell), _in_cell(location.end, cell), cell.cell.number)

    def told_edit(self, edit: Edit) -> Edit:
        """An edit as a user is told it, within the text of its cell: what the program has between two cells is none of that."""
        span, where = self.span(edit.location), self.told(edit.location)
        cell = self._at(self.position(span.start).row) if self._program.cells else None
        if cell is None or (cell.as_written and cell.start <= span.start <= span.end <= cell.start + len(cell.cell.source)):
            return Edit(where, edit.content)
        try:
            touched = list(self._touched(f"{self.text[: span.start]}{edit.content}{self.text[span.end :]}"))
        except SourceError:
            return Edit(where, edit.content)  # nobody makes it
        return _within(self.part, where, *touched[0]) if len(touched) == 1 else Edit(where, edit.content)

    def inner(self, location: Location) -> Location:
        """A range as a user is told it, in rows of the program."""
        cell = next((one for one in self._program.cells if one.cell.number == location.cell), None)
        if cell is None:
            return location
        start, end = (Position(place.row + cell.row - 1, place.column) for place in location[1:3])
        return Location(location.path, start, end)

    def span(self, location: Location) -> Span:
        """The offsets of a range, in rows of a cell or of the program."""
        return super().span(self.inner(location))

    def part(self, location: Location) -> SourceText:
        """The text that the rows of a told range count in: that of its cell as it is written."""
        return self._parts.get(location.cell, self)

    @cached_property
    def _parts(self) -> dict[int | None, SourceText]:
        numbers = {one.cell.number for one in self._program.cells} | {one.number for one in self.broken}
        cells = self._json.cells if numbers else ()
        return {one.number: SourceText(self.path, self.data, one.source, "utf-8", False) for one in cells if one.number in numbers}

    def in_file(self, location: Location) -> Location:
        """Where a told range stands in the JSON, for programs that know no cells."""
        cell = next((one for one in self._json.cells if one.number == location.cell), None)
        if cell is None:
            return location
        part = SourceText(self.path, self.data, cell.source, "utf-8", False)
        start, end = (self._file.position(place_of(self._file.text, cell, part.offset(*place))) for place in location[1:3])
        return Location(location.path, start, max(start, end))

    @cached_property
    def _file(self) -> SourceText:
        """The JSON as a text with rows."""
        return SourceText(self.path, self.data, _json_text(self.data), "utf-8", False)

    def _at(self, row: int) -> _ProgramCell:
        """The cell of a row; the line between two cells belongs to the one before it."""
        found = bisect_right(self._program.cells, row, key=lambda one: one.row) - 1
        return self._program.cells[max(found, 0)]

    @cached_property
    def _json(self) -> NotebookJson:
        return read_notebook(self._file.text)

    def encoded(self, text: str) -> bytes:
        """The notebook with another program: only the cells that change are spelled anew. Raises `SourceError` where a text is not split
        into these cells with certainty."""
        changes = [change for one, new in self._touched(text) for change in respelled(self._file.text, one, new)]
        parts, at = list[str](), 0
        for start, end, spelled in sorted(changes):
            parts += (self._file.text[at:start], spelled)
            at = end
        return codecs.BOM_UTF8 * self.bom + "".join((*parts, self._file.text[at:])).encode()

    def _touched(self, text: str) -> Iterator[tuple[NotebookCell, str]]:
        """The cells that have another text in another program, with that."""
        between, new = self._split(text)
        known, old = self._split(self.text)
        first = len(old) - len(self._program.cells)  # a line of ours stands before a first cell that is indented
        if between != known or new[:first] != old[:first]:
            raise SourceError("it would change more than the cells of the notebook")
        for one, was, now in zip(self._program.cells, old[first:], new[first:], strict=True):
            if was != now:
                yield one.cell, _restored(one, now)

    def _split(self, text: str) -> tuple[list[str], list[str]]:
        """The lines of ours in a text, and what stands between them."""
        parts = re.split(rf"(?m)^([^\r\n]*?{re.escape(self._program.signs.boundary)})\n", text)
        return parts[1::2], parts[::2]


def _within(part: Callable[[Location], SourceText], where: Location, cell: NotebookCell, new: str) -> Edit:
    """The edit that gives a cell another text, without what stays at both ends."""
    before, behind = same_ends(cell.source, new)
    place = where._replace(cell=cell.number)
    changed = part(place).location(Span(before, len(cell.source) - behind))
    return Edit(changed._replace(cell=cell.number), new[before : len(new) - behind])


def _in_cell(place: Position, cell: _ProgramCell) -> Position:
    return Position(min(max(place.row - cell.row + 1, 1), cell.rows + 1), place.column)


def _restored(one: _ProgramCell, code: str) -> str:
    """The text of a cell whose code is another one: what was hidden stands in it again."""
    old = one.code.code(one.cell.source)
    text = code.removesuffix("\n")
    if one.code.closed and text != old:
        raise SourceError("it would change a cell that is not read")
    for start, end, sign in one.code.hidden:
        parts = re.split(re.escape(sign) + r"(?!\d)", text)
        if len(parts) != 2:
            raise SourceError("it would change what IPython reads")
        text = one.cell.source[start:end].join(parts)
    return text


def decode_notebook(data: bytes, path: str) -> NotebookText:
    """Reads a notebook. Raises `SourceError` where it is none; cells that are no Python are `broken`, and the others are read."""
    return NotebookText(path, data, _program(data))


def encode_notebook(source: SourceText, text: str) -> bytes:
    """The notebook of a program once its text is `text`."""
    assert isinstance(source, NotebookText), "a notebook was read as one"
    if text == source.text:
        return source.data
    data = source.encoded(text)
    if decode_notebook(data, source.path).text != text:
        raise SourceError("the new text would not be read back from the notebook as it is")
    return data


def _program(data: bytes) -> _Program:
    """The program of a notebook; a few hundred that were read last are remembered without what else they hold."""
    key = blake2b(data, digest_size=16).digest()
    if key not in _KNOWN:
        program = _read(data)
        for old in list(_KNOWN)[: max(len(_KNOWN) - _KEPT, 0)]:
            _KNOWN.pop(old, None)
        _KNOWN[key] = program
    return _KNOWN[key]


def _read(data: bytes) -> _Program:
    found = read_notebook(_json_text(data))
    cells = [] if _other_language(found) else [one for one in found.cells if one.kind == "code" and _is_python(one)]
    signs = Signs([one.source for one in found.cells])
    codes, broken = _codes([one.source for one in cells], signs)
    parts, placed = list[str](), list[_ProgramCell]()
    start, row, before = 0, 1, ""
    for cell, code in zip(cells, codes, strict=True):
        text = code.code(cell.source)
        indented = not code.closed and _is_indented(text)
        if parts or indented:
            parts.append(f"{'if True:' if indented else before}{signs.boundary}\n")
            start, row = start + len(parts[-1]), row + 1
        rows = len(lines_of(f"{text}\n")) if text else 0
        placed.append(_ProgramCell(cell, code, start, row, rows))
        parts.append(text and f"{text}\n")
        start, row, before = start + len(parts[-1]), row + rows, signs.losing(code.lost)
    numbered = tuple(one._replace(number=cells[one.number].number) for one in broken)
    return _Program("".join(parts), tuple(placed), signs, numbered)


def _codes(texts: Sequence[str], signs: Signs) -> tuple[list[CellCode], list[BrokenCell]]:
    """What is read of each cell, and those that cannot be, by their index."""
    codes, broken = list[CellCode](), list[BrokenCell]()
    importing = [imported_names(text) for text in texts]
    importers = Counter(name for names in importing for name in names)
    for index, text in enumerate(texts):
        code = cell_code(text, signs)
        problem = None if code.closed else _problem(index, text, code.code(text))
        if problem is not None:
            code = closed(text, signs, lost_names(text, importing[index], importers))
            broken.append(problem)
        codes.append(code)
    return codes, broken


def _problem(index: int, text: str, code: str) -> BrokenCell | None:
    """Why a cell cannot be read."""
    if (found := _SURROGATE.search(text)) is not None:
        return BrokenCell(index, "half of a surrogate pair, which no text of Python has", len(lines_of(text[: found.start()] + " ")))
    if "\0" in text:
        return BrokenCell(index, "source contains a NUL byte", len(lines_of(text[: text.index("\0")] + " ")))
    around = "if True:\n" if _is_indented(code) else ""
    try:
        check(around + code)
    except ParseFailure as error:
        return BrokenCell(index, error.message, max(error.row - bool(around), 1), error.column)
    except TooLarge as error:
        return BrokenCell(index, error.message, too_large=True)
    return None


def _is_indented(code: str) -> bool:
    """True for a cell whose first line of code is indented: IPython takes that away from all lines."""
    first = next((line for line in lines_of(code) if line.strip() and not line.lstrip().startswith("#")), "")
    return first[:1] in (" ", "\t")


def _other_language(found: NotebookJson) -> str:
    """The language of the kernel, where that is not Python; a notebook that names none is Python's."""
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        about = found.metadata.get(key)
        language = about.get(name) if isinstance(about, dict) else None
        if isinstance(language, str) and language:
            return "" if _PYTHON.fullmatch(language) else language
    return ""


def _is_python(cell: NotebookCell) -> bool:
    """True unless an editor has noted another language for a cell."""
    noted = cell.metadata.get("vscode")
    language = noted.get("languageId") if isinstance(noted, dict) else None
    return not isinstance(language, str) or language.lower() == "python"


def _json_text(data: bytes) -> str:
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        row = len(re.findall(rb"\r\n|\r|\n", body[: error.start])) + 1
        raise SourceError(f"not JSON, so no notebook: cannot decode as utf-8: {error.reason}", row) from None


def other_languages(notebooks: Mapping[str, bytes | None]) -> Iterator[tuple[str, str]]:
    """The notebooks whose kernel is not Python's, with its language; those whose content is not at hand are read."""
    for path, data in notebooks.items():
        raw = content(path) if data is None else data
        if raw is not None and holds_notebook(raw, path) and not _NAMED.search(raw):
            try:
                if language := _other_language(read_notebook(_json_text(raw))):
                    yield path, shortened(language, _LONGEST)
            except SourceError:
                continue
