"""The change of one file as a unified diff that `git apply -p0` and `patch -p0` take, as long as it can be printed as it is."""

from __future__ import annotations

import codecs
import difflib
import os
import re
from typing import Final

from bce_lint.report.paths import relative
from bce_lint.source.documents import decode
from bce_lint.source.text import SourceError
from bce_lint.terminal import is_harmful, printable

_LINE: Final = re.compile(rb"[^\n]*\n|[^\n]+")
_COMMAND: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]|\r(?!\n)")
_QUOTED: Final = re.compile(rb'[\x00-\x1f"\\\x7f]')
_USUAL: Final = frozenset("\n\t\r\x0c") | frozenset(map(chr, range(0xDCA0, 0xDD00)))
"""What many a program has and no terminal takes for a command: line ends of two characters, form feeds, names that are not UTF-8."""
_FOREIGN: Final = re.compile(rb'[\x00-\x1f"\\\x7f-\xff]')
_MARK: Final = re.compile("^([ +-])\ufeff", re.MULTILINE)
UNENDED: Final = b"\n\\ No newline at end of file\n"


def diff(path: str, before: bytes, after: bytes) -> bytes:
    """What turns one text into the other, with three lines of context; nothing where they are equal.

    The lines are the file's own bytes, whatever its encoding and line ends: patch tools compare bytes.
    """
    name = _name(path)
    lines = difflib.diff_bytes(difflib.unified_diff, _LINE.findall(before), _LINE.findall(after), name, name)
    return b"".join(line if line.endswith(b"\n") else line + UNENDED for line in lines)


def readable(path: str, before: bytes, after: bytes) -> str:
    """The same for a person: decoded, and with every character written out that a terminal would not draw."""
    return printable(_decoded(path, before, after).replace("\r\n", "\n"))


def is_plain(path: str, before: bytes, after: bytes) -> bool:
    """True if nothing in the diff could play tricks on a terminal. A byte order mark that begins a file is usual, too."""
    raw = diff(path, before, after)
    if _COMMAND.search(raw):
        return False
    text = _decoded(path, before, after)
    marked = before.startswith(codecs.BOM_UTF8)
    return text.isascii() or not any(is_harmful(char) for char in set(_MARK.sub("", text) if marked else text) - _USUAL)


def _decoded(path: str, before: bytes, after: bytes) -> str:
    try:
        encoding = decode(before, path).encoding
    except SourceError:
        encoding = "utf-8"
    head, *rest = diff(path, before, after).split(b"\n@@", 1)
    return "\n@@".join((os.fsdecode(head), *(part.decode(encoding, "backslashreplace") for part in rest)))


def _name(path: str) -> bytes:
    """A path as git writes it: quoted where it must be, and with a tab behind it where a space could end it."""
    plain = relative(path).replace(os.sep, "/")
    name = os.fsencode(plain)
    if any(is_harmful(char) for char in set(plain) - _USUAL):
        return b'"' + _FOREIGN.sub(lambda found: b"\\%03o" % found[0][0], name) + b'"'
    if _QUOTED.search(name):
        return b'"' + _QUOTED.sub(lambda found: b"\\%03o" % found[0][0], name) + b'"'
    return name + b"\t" * (b" " in name)
