"""The file that holds the answers about one state of a project: a line for each, with its question and a checksum in front."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from typing import Final

KEPT: Final = 64
"""How many states a folder holds; the ones that were not used for longest go first."""
_ENDING: Final = ".answers"
_BESIDE: Final = {
    ".gitignore": b"*\n",
    "CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of bce-lint; it can be removed at any time.\n",
}


class Shelf:
    """The answers about one state. Whatever goes wrong with its file, an answer is right or there is none."""

    def __init__(self, folder: str, state: str) -> None:
        self._folder = folder
        self._path = os.path.join(folder, state + _ENDING)
        self._lines = dict(_lines(self._path))

    def get(self, question: str) -> str | None:
        """The answer to a question; None where there is none, or where its line is damaged."""
        checked, _, answer = self._lines.get(question.encode(), b"").partition(b" ")
        return answer.decode() if checked and checked == _checksum(question.encode(), answer) else None

    def put(self, question: str, answer: str) -> None:
        """Adds an answer, which has no line end in it, in one write: other processes may do the same at the same time."""
        name, text = question.encode(), answer.encode()
        line = _checksum(name, text) + b" " + text
        self._lines[name] = line
        with suppress(OSError):
            if not os.path.exists(self._path):
                _prepare(self._folder)
            _append(self._path, name + b" " + line + b"\n")


def _lines(path: str) -> Iterator[tuple[bytes, bytes]]:
    try:
        with open(path, "rb") as stream:
            lines = stream.read().split(b"\n")
        os.utime(path)
    except OSError:
        return
    for line in lines:
        name, _, rest = line.partition(b" ")
        yield name, rest


def _checksum(question: bytes, answer: bytes) -> bytes:
    return blake2b(question + answer, digest_size=8).hexdigest().encode()


def _append(path: str, line: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    try:
        os.write(handle, line)
    finally:
        os.close(handle)


def _prepare(folder: str) -> None:
    """Makes the folder, with what keeps version control and backups out of it, and room for one more state."""
    os.makedirs(folder, exist_ok=True)
    for name, content in _BESIDE.items():
        if not os.path.exists(path := os.path.join(folder, name)):
            _append(path, content)
    with os.scandir(folder) as found:
        states = [(entry.stat().st_mtime_ns, entry.path) for entry in found if entry.name.endswith(_ENDING)]
    for _, path in sorted(states, reverse=True)[KEPT - 1 :]:
        with suppress(OSError):
            os.remove(path)
