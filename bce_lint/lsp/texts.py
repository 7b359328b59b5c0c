"""What an editor has open: texts that count in place of those on the disk."""

from __future__ import annotations

import codecs
import os
import tokenize
from collections.abc import Mapping
from functools import cached_property
from typing import Final, NamedTuple

from bce_lint.lsp.positions import TextLines
from bce_lint.source.text import SourceError, content, decode, readable

PYTHON: Final = "python"
_SUFFIXES: Final = (".py", ".pyi", ".pyw")
_MARK: Final = "\ufeff"


class OpenText:
    """A text that an editor has open: its address, its file where it has one, and the version that the editor counts."""

    def __init__(self, uri: str, path: str | None, language: str, version: int, lines: TextLines, marked: bool = False) -> None:
        self.uri, self.path, self.language, self.version, self.lines = uri, path, language, version, lines
        self._marked = marked

    def changed(self, version: int, lines: TextLines) -> OpenText:
        """The text after a change."""
        return OpenText(self.uri, self.path, self.language, version, lines, self._marked)

    @property
    def is_python(self) -> bool:
        """True if it is a text to be linted."""
        return self.language == PYTHON or (self.language in ("", "plaintext") and (self.path or "").endswith(_SUFFIXES))

    @cached_property
    def data(self) -> bytes:
        """Its bytes as they would be written: in the encoding that it names, with the byte order mark that its file has."""
        return _encoded(self.lines.text, self._marked)


def opened(uri: str, path: str | None, language: str, version: int, lines: TextLines) -> OpenText:
    """A text that is opened now. Most editors keep the byte order mark of a file to themselves."""
    raw = None if path is None else content(path)
    return OpenText(uri, path, language, version, lines, raw is not None and raw.startswith(codecs.BOM_UTF8))


def _encoded(text: str, marked: bool) -> bytes:
    first = iter([line.encode("utf-8", "replace") for line in text.removeprefix(_MARK).split("\n", 2)[:2]])
    try:
        encoding = tokenize.detect_encoding(lambda: next(first, b""))[0]
        data = text.encode("utf-8" if encoding == "utf-8-sig" else encoding)
    except (SyntaxError, UnicodeError):
        data = text.encode("utf-8", "surrogatepass")
    return codecs.BOM_UTF8 + data if marked and not text.startswith(_MARK) else data


class Snapshot(NamedTuple):
    """What is open at a moment: the texts of files by their paths."""

    texts: Mapping[str, OpenText]
    encoding: str

    def lines(self, path: str) -> TextLines:
        """The lines of a file, as an editor has it open, else as it is on the disk; none where it is not there."""
        if path in self.texts:
            return self.texts[path].lines
        return disk_lines(content(path) or b"", path, self.encoding)


def disk_lines(data: bytes, path: str, encoding: str) -> TextLines:
    """The lines of a file as editors show it."""
    try:
        text = decode(data, path).text
    except SourceError:
        text = readable(data, path).text
    return TextLines(text, encoding)


def normal(path: str) -> str:
    """A path as files are known by."""
    return os.path.normpath(os.path.abspath(path))
