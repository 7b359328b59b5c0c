"""Configuration that a project has and bce-lint does not read yet."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Final

from bce_lint.source.text import content

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE: Final = "pyproject.toml"
_LONGEST: Final = 1_000_000
"""Bytes beyond which a configuration is not read."""
_TABLE: Final = re.compile(rb"^[ \t]*\[+[ \t]*tool[ \t]*\.[ \t]*[\"']?bce-lint\b", re.M)


def unread(folders: Iterable[str]) -> list[str]:
    """For each folder the nearest `pyproject.toml`, in it or above it, with a table for bce-lint; each once, in order."""
    known: dict[str, str | None] = {}
    found = {_nearest(os.path.abspath(folder), known) for folder in folders}
    return sorted(path for path in found if path is not None)


def _nearest(folder: str, known: dict[str, str | None]) -> str | None:
    passed: list[str] = []
    found = None
    for here in _upwards(folder):
        if here in known:
            found = known[here]
            break
        passed.append(here)
        path = os.path.join(here, FILE)
        if _has_table(content(path, _LONGEST) or b""):
            found = path
            break
    known.update(dict.fromkeys(passed, found))
    return found


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def _has_table(raw: bytes) -> bool:
    if b"bce-lint" not in raw:
        return False
    try:
        tool = tomllib.loads(raw.decode("utf-8-sig")).get("tool")
    except (ValueError, RecursionError):  # no TOML: what it means to say is read off its lines
        return _TABLE.search(raw) is not None
    return isinstance(tool, dict) and "bce-lint" in tool
