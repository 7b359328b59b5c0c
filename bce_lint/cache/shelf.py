"""The file that holds the answers about one state of a project: a line for each, with its question and a checksum in front."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from typing import Final

KEPT: Final = 16
"""How many states of a project are kept; the ones that were not used for longest go first."""
LIMIT: Final = 1 << 24
"""How many bytes a file may have: one that is larger was not written by a run or two, and is begun anew."""
_STATE: Final = re.compile(r"[0-9a-f]{32}\.answers")
_BESIDE: Final = {
    ".gitignore": b"*\n",
    ".hgignore": b"syntax: glob\n**\n",
    "CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of bce-lint; it can be removed at any time.\n",
}
_PLAIN: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""A file of ours is never a link, and never one that waits for somebody at its other end."""


class Shelf:
    """The answers about one state. Whatever goes wrong with its file, an answer is right or there is none.

    A folder that somebody has put a link in the place of is left alone.
    """

    def __init__(self, folder: str, project: str, state: str) -> None:
        self._top = folder
        self._folder = os.path.join(folder, project)
        self._path = os.path.join(self._folder, f"{state}.answers")
        self._lines = {} if self._linked() else dict(_lines(self._path))

    def _linked(self) -> bool:
        return os.path.islink(self._top) or os.path.islink(self._folder)

    def get(self, question: str) -> str | None:
        """The answer to a question; None where there is none, or where its line is damaged. Raises ValueError where it is no text."""
        checked, _, answer = self._lines.get(question.encode(), b"").partition(b" ")
        return answer.decode() if checked and checked == _checksum(question.encode(), answer) else None

    def put(self, question: str, answer: str) -> None:
        """Adds an answer, which has no line end in it, in one write: other processes may do the same at the same time."""
        name, text = question.encode(), answer.encode()
        line = _checksum(name, text) + b" " + text
        self._lines[name] = line
        if self._linked():
            return
        with suppress(OSError):
            if not os.path.exists(self._path):
                _prepare(self._top, self._folder)
            _append(self._path, name + b" " + line + b"\n")


def _lines(path: str) -> Iterator[tuple[bytes, bytes]]:
    try:
        handle = os.open(path, os.O_RDONLY | _PLAIN)
    except OSError:
        return
    with open(handle, "rb") as stream:
        about = os.fstat(handle)
        content = stream.read() if stat.S_ISREG(about.st_mode) and about.st_size <= LIMIT else b""
    with suppress(OSError):
        os.utime(path)
    for line in content.split(b"\n"):
        name, _, rest = line.partition(b" ")
        yield name, rest


def _checksum(question: bytes, answer: bytes) -> bytes:
    return blake2b(question + answer, digest_size=8).hexdigest().encode()


def _append(path: str, line: bytes, how: int = 0) -> int:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _PLAIN | how, 0o666)
    try:
        if os.fstat(handle).st_size > LIMIT:
            os.truncate(handle, 0)
        return os.write(handle, line)
    finally:
        os.close(handle)


def _prepare(top: str, folder: str) -> None:
    """Makes the folders, with what keeps version control and backups out of them, and room for one more state."""
    os.makedirs(folder, exist_ok=True)
    for name, content in _BESIDE.items():
        if not _holds(path := os.path.join(top, name), content):
            _place(path, content)
    with os.scandir(folder) as found:
        states = [(entry.stat(follow_symlinks=False).st_mtime_ns, entry.path) for entry in found if _STATE.fullmatch(entry.name)]
    for _, path in sorted(states, reverse=True)[KEPT - 1 :]:
        with suppress(OSError):
            os.remove(path)


def _holds(path: str, content: bytes) -> bool:
    try:
        with open(os.open(path, os.O_RDONLY | _PLAIN), "rb") as stream:
            return stream.read(len(content) + 1) == content
    except OSError:
        return False


def _place(path: str, content: bytes) -> None:
    """Puts a whole file in place: half of it would stay for ever."""
    beside = f"{path}.{os.getpid()}"
    try:
        if _append(beside, content, os.O_EXCL) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.replace(beside, path)
    except OSError:
        with suppress(OSError):
            os.remove(beside)
        raise
