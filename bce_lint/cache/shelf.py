"""The file that holds the answers about one state of a project: a line for each, with its question and a signature in front.

A file or folder in its place that is none of ours (a link, a hard link, a pipe, a file of somebody else) is neither read nor written.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bce_lint.cache.key import Signer

KEPT: Final = 16
"""How many states of a project are kept; the ones that were not used for longest go first."""
LIMIT: Final = 1 << 24
"""How many bytes a file may have: one that is larger was not written by a run or two, and is begun anew."""
MANY: Final = 100_000
"""How many lines a file may have."""
_STATE: Final = re.compile(r"[0-9a-f]{32}\.answers")
_LOCK: Final = re.compile(r"[0-9a-f]{32}\.lock")
"""What a process that was killed has left; it is removed by who asks the same, or by the many that come after it."""
_BESIDE: Final = {
    ".gitignore": b"*\n",
    ".hgignore": b"syntax: glob\n**\n",
    "CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of bce-lint; it can be removed at any time.\n",
}
_PLAIN: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""A file of ours is never a link, and never one that waits for somebody at its other end."""
_POSIX: Final = os.stat in os.supports_dir_fd and hasattr(os, "geteuid")


class Shelf:
    """The answers about one state. Whatever goes wrong with its file, an answer is right or there is none.

    A signature is over the project and its state, too: a line that was moved here from another file is none.
    """

    def __init__(self, folder: str, project: str, state: str, key: Signer) -> None:
        self._top = folder
        self._project = project
        self.state = state
        self._name = f"{state}.answers"
        self._about = (project.encode(), state.encode())
        self._key = key
        self._spoiled = False
        self.problem = ""
        """Why an answer could not be kept."""
        self._lines: dict[bytes, bytes] = {}
        self._end = 0
        self.read()

    def get(self, question: str) -> str | None:
        """The answer to a question; None where there is none, or where its line is not signed. Raises ValueError where it is no text."""
        signed, _, answer = self._lines.get(question.encode(), b"").partition(b" ")
        return answer.decode() if signed and signed == self.signature(question.encode(), answer) else None

    def signature(self, question: bytes, answer: bytes) -> bytes:
        """What only this user's key makes of an answer to a question about this state."""
        return self._key.signature(*self._about, question, answer)

    def sign(self, name: bytes, content: bytes) -> bytes:
        """What only this user's key makes of something kept about this project, whatever state it is in."""
        return self._key.signature(self._about[0], b"state", name, content)

    @property
    def has_answers(self) -> bool:
        """True if there are answers to questions about this state."""
        return bool(self._lines)

    def asked_before(self) -> int | None:
        """When answers about another state of the project were last kept or asked for (nanoseconds); None where there are none."""
        with suppress(OSError), self.inside() as inside:
            return next((when for when, name in inside.newest(_STATE) if name != self._name), None)
        return None

    def put(self, question: str, answer: str) -> None:
        """Adds an answer, which has no line end in it, in one write: other processes may do the same at the same time."""
        name, text = question.encode(), answer.encode()
        line = self.signature(name, text) + b" " + text
        self._lines[name] = line
        try:
            if not os.path.isdir(above := os.path.dirname(self._top)):
                os.makedirs(above, exist_ok=True)
            with self.inside(make=True) as inside:
                if self._spoiled:
                    inside.remove(self._name)
                    self._spoiled = False
                inside.append(self._name, name + b" " + line + b"\n")
        except OSError as error:
            self.problem = error.strerror or str(error)

    @contextmanager
    def inside(self, make: bool = False) -> Iterator[Folder]:
        """The folder of the project's answers, made and prepared where `make` says so, but for what lies above the folder of all answers:
        a new folder there may be part of the state. Raises OSError where there is none."""
        with _folder(self._top, None, make) as top, _folder(self._project, top, make) as inside:
            if make and not inside.has(self._name):
                _prepare(top, inside)
            yield inside

    def read(self) -> bool:
        """Reads what the file holds, or what has come to it since it was read; True if that is anything."""
        content = b""
        with suppress(OSError), self.inside() as inside:
            content = inside.content(self._name, LIMIT, start=self._end, used=not self._end)
        whole = content[: content.rfind(b"\n") + 1]
        self._spoiled = self._spoiled or len(self._lines) + whole.count(b"\n") > MANY
        if self._spoiled:
            return False
        self._end += len(whole)
        self._lines.update((name, rest) for name, _, rest in (line.partition(b" ") for line in whole.split(b"\n")[:-1]))
        return bool(whole)


class Folder:
    """A folder that is no link, and that is held: what is opened by its path is looked for in it, in case the way has become another."""

    def __init__(self, path: str, handle: int | None) -> None:
        self.path, self.handle = path, handle

    def at(self, name: str) -> str:
        """The path of a file."""
        return os.path.join(self.path, name)

    def has(self, name: str) -> bool:
        """True if there is something of that name."""
        try:
            self._about(name)
        except FileNotFoundError:
            return False
        return True

    def _about(self, name: str) -> os.stat_result:
        if self.handle is None:
            return os.stat(self.at(name), follow_symlinks=False)
        return os.stat(name, dir_fd=self.handle, follow_symlinks=False)

    def open(self, name: str, flags: int) -> int:
        """Opens a file of ours. Raises OSError where something else stands in its place."""
        handle = os.open(self.at(name), flags | _PLAIN, 0o666)
        try:
            about = os.fstat(handle)
            ours = stat.S_ISREG(about.st_mode) and about.st_nlink == 1 and (not _POSIX or about.st_uid == os.geteuid())
            if not ours or not os.path.samestat(about, self._about(name)):
                raise OSError(errno.EPERM, "it holds what is a link, no file, or no file of this user's alone")
        except OSError:
            os.close(handle)
            raise
        return handle

    def content(self, name: str, limit: int, *, start: int = 0, used: bool = False) -> bytes:
        """The bytes of a file from `start` on, none where it has more than `limit`; `used` has the file's time say so."""
        with open(self.open(name, os.O_RDONLY), "rb") as stream:
            stream.seek(start)
            found = stream.read(limit + 1 - start)
            with suppress(OSError):
                if used:
                    os.utime(stream.fileno() if os.utime in os.supports_fd else self.at(name))
        return found if start + len(found) <= limit else b""

    def append(self, name: str, line: bytes, how: int = 0) -> int:
        """Adds to a file in one write; one that is too large is begun anew."""
        handle = self.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | how)
        try:
            if os.fstat(handle).st_size > LIMIT:
                os.truncate(handle, 0)
            return os.write(handle, line)
        finally:
            os.close(handle)

    def replace(self, name: str, content: bytes) -> None:
        """Puts a whole file in place: half of it would stay for ever."""
        beside = f"{name}.{os.getpid()}"
        try:
            if self.append(beside, content, os.O_EXCL) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.replace(self.at(beside), self.at(name))
        except OSError:
            self.remove(beside)
            raise

    def remove(self, name: str) -> None:
        """Removes a file, if that is possible."""
        with suppress(OSError):
            os.remove(self.at(name))

    def oldest(self, kind: re.Pattern[str], kept: int) -> list[str]:
        """The files that look like ours of a kind, without those that were used last."""
        return [name for _, name in self.newest(kind)[kept:]]

    def newest(self, kind: re.Pattern[str]) -> list[tuple[int, str]]:
        """The files that look like ours of a kind, those that were used last first, each with when that was (nanoseconds)."""
        with os.scandir(self.path) as found:
            ours = [(entry.stat(follow_symlinks=False).st_mtime_ns, entry.name) for entry in found if kind.fullmatch(entry.name)]
        return sorted(ours, reverse=True)


@contextmanager
def _folder(name: str, above: Folder | None, make: bool = False) -> Iterator[Folder]:
    """A folder that is no link, made where `make` says so. Raises OSError where there is none."""
    path = name if above is None else above.at(name)
    if make and not os.path.lexists(path):
        with suppress(FileExistsError):
            os.mkdir(path)
    if not _POSIX:
        if os.path.islink(path):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        yield Folder(path, None)
        return
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield Folder(path, opened)
    finally:
        os.close(opened)


def _prepare(top: Folder, inside: Folder) -> None:
    """Puts down what keeps version control and backups out of the folders, and makes room for one more state."""
    for name, content in _BESIDE.items():
        if not _holds(top, name, content):
            top.replace(name, content)
    for name in (*inside.oldest(_STATE, KEPT - 1), *inside.oldest(_LOCK, KEPT)):
        inside.remove(name)


def _holds(top: Folder, name: str, content: bytes) -> bool:
    try:
        return top.content(name, len(content)) == content
    except OSError:
        return False
