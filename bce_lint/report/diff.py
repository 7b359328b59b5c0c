"""The change of one file as a unified diff that `git apply -p0` and `patch -p0` take."""

from __future__ import annotations

import difflib
import os
import re
from typing import Final

from bce_lint.report.paths import shown
from bce_lint.source.text import SourceError, decode

_LINE: Final = re.compile(rb"[^\n]*\n|[^\n]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")
_QUOTED: Final = re.compile(rb'[\x00-\x1f"\\\x7f]')
UNENDED: Final = b"\n\\ No newline at end of file\n"


def diff(path: str, before: bytes, after: bytes) -> bytes:
    """What turns one text into the other, with three lines of context; nothing where they are equal.

    The lines are the file's own bytes, whatever its encoding and line ends: patch tools compare bytes.
    """
    name = _name(path)
    lines = difflib.diff_bytes(difflib.unified_diff, _LINE.findall(before), _LINE.findall(after), name, name)
    return b"".join(line if line.endswith(b"\n") else line + UNENDED for line in lines)


def readable(path: str, before: bytes, after: bytes) -> str:
    """The same for a terminal: decoded, and without the control characters that could play tricks on it."""
    try:
        encoding = decode(before, path).encoding
    except SourceError:
        encoding = "utf-8"
    head, *rest = diff(path, before, after).split(b"\n@@", 1)
    lines = (os.fsdecode(head), *(part.decode(encoding, "backslashreplace") for part in rest))
    return _CONTROL.sub(lambda found: chr(0x2400 + ord(found[0])), "\n@@".join(lines).replace("\r\n", "\n"))


def _name(path: str) -> bytes:
    """A path as git writes it: quoted where it must be, and with a tab behind it where a space could end it."""
    name = os.fsencode(shown(path).replace(os.sep, "/"))
    if _QUOTED.search(name):
        return b'"' + _QUOTED.sub(lambda found: b"\\%03o" % found[0][0], name) + b'"'
    return name + b"\t" * (b" " in name)
