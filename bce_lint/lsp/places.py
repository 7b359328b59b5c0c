"""Where things are for a client: addresses, ranges and versions of the files of a moment."""

from __future__ import annotations

from typing import Final

from lsprotocol import types
from pygls.uris import from_fs_path, to_fs_path

from bce_lint.diagnostic import UNNAMED, Location
from bce_lint.lsp.positions import Point, Stretch, TextLines
from bce_lint.lsp.texts import Snapshot, normal

_SCHEMES: Final = ("file", "untitled")


def key_of(uri: str) -> str | None:
    """What a text is known by: the path of its file, its address where it has none yet; None for what is nobody's to lint, such as the
    other side of a comparison."""
    scheme = uri.partition(":")[0]
    if scheme not in _SCHEMES:
        return None
    path = to_fs_path(uri) if scheme == "file" else None
    return normal(path) if path else uri if scheme == "untitled" else None


class ClientPlaces:
    """The places of a snapshot, seen from one of its texts: one that has no file is called alike in all that is told of it."""

    def __init__(self, snapshot: Snapshot, here: str) -> None:
        self.snapshot, self.here = snapshot, here
        self._lines: dict[str, TextLines] = {}

    def _known(self, path: str) -> str:
        return self.here if path == UNNAMED else path if path in self.snapshot.texts else normal(path)

    def lines(self, path: str) -> TextLines:
        """The lines of a file."""
        path = self._known(path)
        if path not in self._lines:
            self._lines[path] = self.snapshot.lines(path)
        return self._lines[path]

    def uri(self, path: str) -> str:
        """The address of a file, as the client has it where it has the file open."""
        path = self._known(path)
        text = self.snapshot.texts.get(path)
        return text.uri if text is not None else from_fs_path(path) or path

    def version(self, path: str) -> int | None:
        """The version of a file that is open."""
        text = self.snapshot.texts.get(self._known(path))
        return None if text is None else text.version

    def range(self, location: Location) -> types.Range:
        """The range of a location."""
        return as_range(self.lines(location.path).stretch(location))

    def location(self, location: Location) -> types.Location:
        """A location with its address."""
        return types.Location(self.uri(location.path), self.range(location))


def as_range(stretch: Stretch) -> types.Range:
    """A range in the protocol's type."""
    return types.Range(types.Position(*stretch.start), types.Position(*stretch.end))


def as_stretch(given: types.Range) -> Stretch:
    """A range that a client gives."""
    return Stretch(as_point(given.start), as_point(given.end))


def as_point(given: types.Position) -> Point:
    """A position that a client gives."""
    return Point(given.line, given.character)
