"""What an editor has open: texts that count in place of those on the disk."""

from __future__ import annotations

import codecs
import json
import os
import tokenize
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias

from bce_lint.lsp.positions import TextLines
from bce_lint.source.documents import decode, readable
from bce_lint.source.text import SourceText, content, is_notebook

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
        """True if it is a text to be linted: of Python, or a notebook as it is written."""
        path = self.path or ""
        return self.language == PYTHON or is_notebook(path) or (self.language in ("", "plaintext") and path.endswith(_SUFFIXES))

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


class CellText(NamedTuple):
    """A cell of a notebook that is open: its address, whether it is code, in which language, and its text."""

    uri: str
    is_code: bool
    language: str
    version: int
    lines: TextLines


class OpenNotebook:
    """A notebook that an editor has open cell by cell."""

    def __init__(self, uri: str, path: str, version: int, cells: tuple[CellText, ...]) -> None:
        self.uri, self.path, self.version, self.cells = uri, path, version, cells

    @property
    def is_python(self) -> bool:
        """True: which of its cells are Python, the cells say."""
        return True

    def cell(self, number: int | None) -> CellText | None:
        """A cell by its number, counted from 1; the first where what is told is told of the whole."""
        at = 0 if number is None else number - 1
        return self.cells[at] if 0 <= at < len(self.cells) else None

    def number(self, uri: str) -> int | None:
        """The number of a cell by its address."""
        return next((at for at, one in enumerate(self.cells, 1) if one.uri == uri), None)

    @cached_property
    def data(self) -> bytes:
        """The notebook as it would be written, without what does not count."""
        cells = [_written(one) for one in self.cells]
        return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1).encode()


def _written(cell: CellText) -> dict[str, Any]:
    if not cell.is_code:
        return {"cell_type": "markdown", "metadata": {}, "source": cell.lines.text}
    metadata = {} if cell.language == PYTHON else {"vscode": {"languageId": cell.language}}
    return {"cell_type": "code", "execution_count": None, "metadata": metadata, "outputs": [], "source": cell.lines.text}


AnyOpen: TypeAlias = OpenText | OpenNotebook


class Snapshot(NamedTuple):
    """What is open at a moment: the texts of files by their paths."""

    texts: Mapping[str, AnyOpen]
    encoding: str

    def data(self, path: str) -> bytes:
        """The bytes of a file, as an editor has it open, else as it is on the disk; none where it is not there."""
        text = self.texts.get(path)
        return text.data if text is not None else content(path) or b""

    def source(self, path: str) -> SourceText:
        """The text of a file as the analysis reads it."""
        return readable(self.data(path), path)

    def lines(self, path: str) -> TextLines:
        """The lines of a file as editors show it: of a notebook, those of the JSON."""
        text = self.texts.get(path)
        if isinstance(text, OpenText):
            return text.lines
        return disk_lines(self.data(path), path, self.encoding)


def disk_lines(data: bytes, path: str, encoding: str) -> TextLines:
    """The lines of a file as editors show it, which keep a byte order mark to themselves."""
    if is_notebook(path):
        return TextLines(data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace"), encoding)
    return TextLines(readable(data, path).text, encoding)


def shown_text(data: bytes, path: str) -> str:
    """A file's text as an editor would show it. Raises `SourceError` where it cannot be read."""
    return data.removeprefix(codecs.BOM_UTF8).decode() if is_notebook(path) else decode(data, path).text


def cell_sources(data: bytes) -> list[str]:
    """The texts of the cells of a notebook."""
    sources = [one["source"] for one in json.loads(data)["cells"]]
    return ["".join(one) for one in sources]


def normal(path: str) -> str:
    """A path as files are known by."""
    return os.path.abspath(path)
