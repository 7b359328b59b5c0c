"""Where things are for a client: addresses, ranges and versions of the files of a moment."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from bce_lint.diagnostic import UNNAMED, Location
from bce_lint.lsp.positions import Point, Stretch, TextLines
from bce_lint.lsp.texts import OpenNotebook, Snapshot, normal
from bce_lint.source.text import SourceText, is_notebook, program_name

_SCHEMES: Final = ("file", "untitled")
_VIRTUAL: Final = ".virtual_documents"
_TOP: Final = Stretch(Point(0, 0), Point(0, 0))


def key_of(uri: str) -> str | None:
    """What a text is known by: the path of its file, its address where it has none yet; None for what is nobody's to lint, such as the
    other side of a comparison."""
    scheme = uri.partition(":")[0]
    if scheme not in _SCHEMES:
        return None
    path = to_fs_path(uri) if scheme == "file" else None
    return normal(path) if path else uri if scheme == "untitled" else None


def program_key(uri: str) -> str | None:
    """What a text of Python is known by that has the address of a notebook; None for any other address. jupyterlab-lsp gives the cells of
    a notebook as one text, in a folder beside the notebooks."""
    key = key_of(uri)
    return program_name(key.replace(f"{os.sep}{_VIRTUAL}{os.sep}", os.sep, 1)) if key is not None and is_notebook(key) else None


class ClientSpot(NamedTuple):
    """A place in what a client has: an address, and a range in its text."""

    uri: str
    stretch: Stretch

    @property
    def range(self) -> types.Range:
        """The range in the protocol's type."""
        return as_range(self.stretch)


class ClientPlaces:
    """The places of a snapshot, seen from one of its texts: one that has no file is called alike in all that is told of it."""

    def __init__(self, snapshot: Snapshot, here: str) -> None:
        self.snapshot, self.here = snapshot, here
        self._lines: dict[str, TextLines] = {}
        self._sources: dict[str, SourceText] = {}

    def known(self, path: str) -> str:
        """What the file of a location is known by."""
        return self.here if path == UNNAMED else path if path in self.snapshot.texts else normal(path)

    def lines(self, path: str) -> TextLines:
        """The lines of a file."""
        path = self.known(path)
        if path not in self._lines:
            self._lines[path] = self.snapshot.lines(path)
        return self._lines[path]

    def uri(self, path: str) -> str:
        """The address of a file, as the client has it where it has the file open."""
        path = self.known(path)
        text = self.snapshot.texts.get(path)
        return text.uri if text is not None else from_fs_path(path) or path

    def version(self, path: str) -> int | None:
        """The version of a file that is open."""
        text = self.snapshot.texts.get(self.known(path))
        return None if text is None else text.version

    def spot(self, location: Location) -> ClientSpot:
        """Where a location is: in a cell of a notebook that is open, else in a file."""
        path = self.known(location.path)
        text = self.snapshot.texts.get(path)
        if isinstance(text, OpenNotebook):
            cell = text.cell(location.cell)
            return ClientSpot(text.uri, _TOP) if cell is None else ClientSpot(cell.uri, cell.lines.stretch(location))
        if is_notebook(path):
            if path not in self._sources:
                self._sources[path] = self.snapshot.source(path)
            location = self._sources[path].in_file(location)
        return ClientSpot(self.uri(path), self.lines(path).stretch(location))

    def location(self, location: Location) -> types.Location:
        """A location in the protocol's type."""
        spot = self.spot(location)
        return types.Location(spot.uri, spot.range)

    def addresses(self) -> list[str]:
        """The addresses of the texts that are looked at as one: the cells of a notebook, else that of the file."""
        text = self.snapshot.texts.get(self.here)
        return [one.uri for one in text.cells] if isinstance(text, OpenNotebook) else [self.uri(self.here)]


def as_range(stretch: Stretch) -> types.Range:
    """A range in the protocol's type."""
    return types.Range(types.Position(*stretch.start), types.Position(*stretch.end))


def as_stretch(given: types.Range) -> Stretch:
    """A range that a client gives."""
    return Stretch(as_point(given.start), as_point(given.end))


def as_point(given: types.Position) -> Point:
    """A position that a client gives."""
    return Point(given.line, given.character)


def language_of(text: types.TextDocumentItem) -> str:
    """The language that a client says a text is in."""
    return str(getattr(text.language_id, "value", text.language_id))


def changed_lines(lines: TextLines, change: types.TextDocumentContentChangeEvent) -> TextLines:
    """A text after a change of it."""
    if isinstance(change, types.TextDocumentContentChangePartial):
        return lines.replaced(as_stretch(change.range), change.text)
    return TextLines(change.text, lines.encoding)
