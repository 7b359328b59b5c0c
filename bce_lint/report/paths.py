"""How a path is shown, and how other programs are told it."""

from __future__ import annotations

import os

from bce_lint.diagnostic import Label, Location
from bce_lint.terminal import flowing, one_line


def shown(path: str) -> str:
    """A path as people read it, on one line: relative to the working folder where it lies below it."""
    known = one_line(relative(path))
    return f"./{known}" if known.startswith("::") else known  # a line that begins so is a command where GitHub runs it


def relative(path: str) -> str:
    """A path relative to the working folder where it lies below it."""
    if not os.path.isabs(path):
        return path
    here = os.path.join(os.getcwd(), "")
    return path[len(here) :] if path.startswith(here) else path


def with_slashes(path: str) -> str:
    """A path for a program that knows the repository: relative to the working folder where it lies below it, with forward slashes."""
    return relative(os.path.normpath(path)).replace(os.sep, "/")


def in_cell(location: Location) -> str:
    """In which cell of a notebook a place lies, before a message that is told with a row of the file; nothing elsewhere."""
    return "" if location.cell is None else f"{location.line.replace(':', ', line ')}: "


def labelled(label: Label) -> str:
    """What a label says and where, on one line."""
    return f"{flowing(label.message)}: {one_line(with_slashes(label.location.path))}:{label.location.line}"


def uri(path: str) -> tuple[str, bool]:
    """A path as a URI, and whether it is one below the working folder; `file:` and absolute where it is not."""
    from urllib.parse import quote

    whole = os.path.abspath(path)
    inside = relative(whole)
    if inside != whole:
        return quote(os.fsencode(inside.replace(os.sep, "/"))), True
    return folder_uri(whole), False


def folder_uri(path: str) -> str:
    """An absolute path as a `file:` URI."""
    from pathlib import Path

    return Path(path).as_uri()
