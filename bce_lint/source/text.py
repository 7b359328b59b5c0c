"""A file's text: bytes to code points and back to rows and columns."""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from bce_lint.diagnostic import Edit, Location, Position
from bce_lint.ir import Span
from bce_lint.records import record

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#|$)")
_BYTE_LINE = re.compile(rb"\r\n|\r|\n")
_PYTHON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[A-Za-z_#@%!(']")
"""How a text begins that is Python and certainly no notebook."""
_WIDE = {codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32", codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
"""Marks of encodings that no Python source has; the longer ones begin with the shorter ones."""
_SYSTEM = ("/proc/", "/sys/")
"""Where files are no files: to read one may take a message from the system, or the secrets of this process."""
LARGEST = 16_000_000
"""Bytes beyond which a file is not read."""
LARGEST_NOTEBOOK = 64_000_000
"""The same of a notebook: most of one are pictures."""


def lines_of(text: str) -> list[str]:
    """The physical lines of a text with their ends; only CRLF, LF and CR end a line."""
    return _LINE.findall(text)


def content(path: str, most: int | None = None) -> bytes | None:
    """The bytes of a file; None where it cannot be read, is larger than `most` or than any that is read, or is a pipe or a device."""
    try:
        return None if is_handed(path) else read(path, most)  # what is handed can be read once only
    except OSError:
        return None


def read(path: str, most: int | None = None) -> bytes:
    """The bytes of a file. Raises OSError for what is no file, a pipe among them unless it `is_handed`, and for one larger than `most`."""
    most = largest(path) if most is None else most
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(handle, "rb") as stream:
        status = os.fstat(handle)
        if stat.S_ISFIFO(status.st_mode) and is_handed(path):
            os.set_blocking(handle, True)
        elif not stat.S_ISREG(status.st_mode) or (status.st_size == 0 and os.path.realpath(path).startswith(_SYSTEM)):
            raise OSError(errno.EINVAL, "not a file")
        found = stream.read(most + 1) if status.st_size <= most else None
    if found is None or len(found) > most:  # its size is asked first, and it may grow
        raise OSError(errno.EFBIG, f"file larger than {most:,} bytes")
    return found


def is_notebook(path: str | os.PathLike[str]) -> bool:
    """True for a notebook, by its name."""
    return os.fspath(path).lower().endswith(".ipynb")


def holds_notebook(data: bytes, path: str) -> bool:
    """True if a text is that of a notebook, by its name: editors give the Python of one that name, too, which is no JSON."""
    return is_notebook(path) and _PYTHON.match(data) is None


def largest(path: str) -> int:
    """How many bytes of a file are read at most, by its name."""
    return LARGEST_NOTEBOOK if is_notebook(path) else LARGEST


def is_handed(path: str) -> bool:
    """True for what the caller of the command opened for it, as `bce-lint <(command)` does; no file of a project has such a path."""
    return os.path.dirname(path) in ("/dev/fd", "/proc/self/fd")


class SourceError(Exception):
    """A file that holds no readable text; `row` is where reading failed."""

    def __init__(self, message: str, row: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.row = row


class BrokenCell(NamedTuple):
    """A cell of a notebook that cannot be read: its number, why, where in it, and whether it is too large."""

    number: int
    message: str
    row: int = 1
    column: int = 1
    too_large: bool = False


@record(frozen=True)
class SourceText:
    """The decoded text of one file; offsets are code points in `text`, which excludes the byte order mark."""

    path: str
    data: bytes
    text: str
    encoding: str
    bom: bool

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The physical lines with their ends; only CRLF, LF and CR end a line."""
        return tuple(lines_of(self.text))

    @cached_property
    def _starts(self) -> list[int]:
        starts, offset = [0], 0
        for line in self.lines:
            offset += len(line)
            starts.append(offset)
        if self.lines and not self.lines[-1].endswith(("\r", "\n")):
            starts.pop()
        return starts

    def position(self, offset: int) -> Position:
        """The row and column (from 1) of an offset; one past the end is allowed."""
        offset = min(max(offset, 0), len(self.text))
        row = bisect_right(self._starts, offset)
        return Position(row, offset - self._starts[row - 1] + 1)

    def location(self, span: Span) -> Location:
        """The range of a span in this file."""
        return Location(self.path, self.position(span.start), self.position(span.end))

    def span(self, location: Location) -> Span:
        """The offsets of a range in this file."""
        return Span(self.offset(*location.start), self.offset(*location.end))

    def offset(self, row: int, column: int) -> int:
        """The offset of a row and column (from 1), clipped to the text."""
        if row > len(self._starts):
            return len(self.text)
        return min(self._starts[max(row, 1) - 1] + max(column, 1) - 1, len(self.text))

    @property
    def broken(self) -> tuple[BrokenCell, ...]:
        """The cells that cannot be read, of a notebook."""
        return ()

    def told(self, location: Location) -> Location:
        """A range as a user is told it: in a notebook by cell."""
        return location

    def told_edit(self, edit: Edit) -> Edit:
        """An edit as a user is told it."""
        return edit

    def inner(self, location: Location) -> Location:
        """A range that a user was told, in rows of this text."""
        return location

    def part(self, location: Location) -> SourceText:
        """The text that the rows of a range that a user was told count in."""
        return self

    def in_file(self, location: Location) -> Location:
        """Where a range that a user was told stands in the file, for programs that know no cells."""
        return location


def _declared(data: bytes) -> tuple[str | None, int]:
    """The encoding that a comment in the first two lines names (PEP 263), and its row."""
    for row, line in enumerate(_BYTE_LINE.split(data, maxsplit=2)[:2], start=1):
        if found := _COOKIE.match(line):
            return found.group(1).decode("ascii", "replace"), row
        if not _BLANK.match(line):
            break
    return None, 1


def _codec(name: str, row: int) -> str:
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        raise SourceError(f"unknown encoding: {name}", row) from None
    if not getattr(info, "_is_text_encoding", True):
        raise SourceError(f"not a text encoding: {name}", row)
    return info.name


def decode(data: bytes, path: str) -> SourceText:
    """Decodes a file as Python would: byte order mark, PEP 263 comment, else UTF-8."""
    if wide := next((name for mark, name in _WIDE.items() if data.startswith(mark)), ""):
        raise SourceError(f"encoded as {wide}, which Python does not read")
    bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if bom else data
    declared, row = _declared(body)
    encoding = _codec(declared, row) if declared else "utf-8"
    if bom and encoding != "utf-8":
        if encoding != "utf-8-sig":
            raise SourceError(f"encoding {declared} contradicts the byte order mark", row)
        encoding = "utf-8"
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(f"cannot decode as {encoding}: {error.reason}", _row(body, error.start)) from None
    except (UnicodeError, ValueError) as error:
        raise SourceError(f"cannot decode as {encoding}: {error}", row) from None
    if text.startswith("\ufeff"):  # Python's parser would drop it from a text, and every column with it
        raise SourceError("a second byte order mark" if bom else "a byte order mark in the text")
    if "\0" in text:
        raise SourceError("source contains a NUL byte", _text_row(text, text.index("\0")))
    return SourceText(path, data, text, encoding, bom)


def readable(data: bytes, path: str) -> SourceText:
    """The text of a file for people to read: what cannot be decoded is written out, as `\\xff`."""
    try:
        return decode(data, path)
    except SourceError:
        return SourceText(path, data, data.decode("utf-8", "backslashreplace"), "utf-8", False)


def encode(source: SourceText, text: str) -> bytes:
    """The bytes of a file once its text is `text`: the byte order mark and the encoding stay.

    A SourceError tells that the encoding cannot hold the text, or that bytes outside the change would not survive.
    """
    if text == source.text:
        return source.data
    # Some codecs write one text in many ways (utf-7, shift sequences): an edit would then reach beyond its span.
    if _to_bytes(source, source.text) != source.data:
        raise SourceError(f"{source.encoding} would change bytes outside the edit")
    data = _to_bytes(source, text)
    again = decode(data, source.path)
    # Shift-JIS writes a yen sign as a backslash, and a line put first can push the encoding comment out of sight.
    if (again.text, again.encoding) != (text, source.encoding):
        raise SourceError(f"the new text would not be read back from {source.encoding} as it is")
    return data


def _to_bytes(source: SourceText, text: str) -> bytes:
    # utf-8-sig would add a byte order mark to a file that declares it and has none.
    encoding = "utf-8" if source.encoding == "utf-8-sig" else source.encoding
    try:
        body = text.encode(encoding)
    except UnicodeEncodeError as error:
        raise SourceError(f"cannot encode {error.object[error.start]!r} as {encoding}", _text_row(text, error.start)) from None
    except (UnicodeError, ValueError) as error:
        raise SourceError(f"cannot encode as {encoding}: {error}") from None
    return codecs.BOM_UTF8 + body if source.bom else body


def _text_row(text: str, offset: int) -> int:
    return len(lines_of(text[:offset] + " "))


def _row(data: bytes, offset: int) -> int:
    return len(_BYTE_LINE.findall(data[:offset])) + 1
