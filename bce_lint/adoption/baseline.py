"""The file of a baseline: the findings that a project had when it began, an entry a line, so that a change of it is easy to read and to
merge."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any, Final

from bce_lint.adoption.known import KnownFinding
from bce_lint.source.text import read
from bce_lint.source.write import write_one

VERSION: Final = 1
_LONGEST: Final = 64_000_000
"""Bytes beyond which a baseline is not read."""


def folder_of(path: str) -> str:
    """The folder that a baseline's paths are relative to."""
    return os.path.dirname(os.path.abspath(path))


def load(path: str) -> list[KnownFinding]:
    """The entries of a baseline. Raises `FileNotFoundError`, or `ValueError` with one line that says what is wrong with it."""
    try:
        told = json.loads(read(path, _LONGEST))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise ValueError(f"{path}: not JSON, so no baseline; `--update-baseline` writes one where there is no file") from None
    version = told.get("version") if isinstance(told, dict) else None
    if type(version) is int and version > VERSION:
        raise ValueError(f"{path}: a baseline of version {version}; this bce-lint reads version {VERSION}")
    if version != VERSION or not isinstance(told.get("findings"), list):
        raise ValueError(f"{path}: not a baseline of bce-lint; `--update-baseline` writes one where there is no file")
    return [_entry(path, number, one) for number, one in enumerate(told["findings"], 1)]


def _entry(path: str, number: int, one: Any) -> KnownFinding:
    values = [one.get(name) for name in KnownFinding._fields] if isinstance(one, dict) else [None]
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"{path}: entry {number} is not one of a baseline: it has no {', '.join(KnownFinding._fields)} as texts")
    return KnownFinding(*values)


def save(path: str, entries: Iterable[KnownFinding]) -> None:
    """Writes a baseline, whole or not at all. Raises `Refused`."""
    lines = ",\n".join(f"    {json.dumps(one._asdict())}" for one in sorted(entries))
    text = f'{{\n  "version": {VERSION},\n  "findings": [{f"{chr(10)}{lines}{chr(10)}  " if lines else ""}]\n}}\n'
    write_one(path, text.encode())
