"""The key that stored answers are signed with, so that those of another user, or that came with a repository, are none.

It comes from the environment or lies in the user's state folder, is made when it is needed first, and is never printed.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import blake2b
from typing import Final, NamedTuple

VARIABLE: Final = "BCE_LINT_CACHE_KEY"
FOLDER, FILE = "bce-lint", "cache.key"
_LETTERS: Final = 64
_PATIENCE, _STALE = 1.0, 5.0
"""Seconds to wait for a process that has begun a key; and after which it is taken for one that was killed."""
_OURS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_POSIX: Final = os.stat in os.supports_dir_fd and hasattr(os, "geteuid")


class Signer(NamedTuple):
    """A key, and the folder that it lies in; without a `secret`, `problem` says why."""

    secret: bytes
    folder: str = ""
    problem: str = ""

    def signature(self, *parts: bytes) -> bytes:
        """What only this key makes of some parts, in 32 letters."""
        whole = blake2b(key=self.secret, digest_size=16)
        for part in parts:
            whole.update(b"%d:" % len(part))
            whole.update(part)
        return whole.hexdigest().encode()


class _NoKey(Exception):
    """Why there is none."""


def key_folder(environment: Mapping[str, str] = os.environ) -> str:
    """Where the user's key lies or would; nothing where it comes from the environment, or there is no place for it."""
    with suppress(_NoKey):
        return "" if environment.get(VARIABLE) else os.path.join(_state(environment), FOLDER)
    return ""


def find_key(environment: Mapping[str, str] = os.environ) -> Signer:
    """The user's key: from the environment, else out of the state folder, where it is made if there is none."""
    if given := environment.get(VARIABLE):
        return Signer(blake2b(given.encode("utf-8", "surrogatepass")).digest())
    try:
        folder = os.path.join(_state(environment), FOLDER)
        with _opened(folder) as inside:
            return Signer(_kept(folder, inside), folder)
    except _NoKey as error:
        return Signer(b"", problem=str(error))
    except OSError as error:
        return Signer(b"", problem=f"the state folder of bce-lint: {error.strerror or error}")


def _state(environment: Mapping[str, str]) -> str:
    """The folder in which programs keep what belongs to this user. A name that is not absolute is none."""
    named = {"win32": "LOCALAPPDATA", "darwin": ""}.get(sys.platform, "XDG_STATE_HOME")
    if os.path.isabs(folder := environment.get(named, "")):
        return folder
    home = environment["HOME"] if "HOME" in environment else os.path.expanduser("~")
    if not os.path.isabs(home) or not os.path.isdir(home):
        raise _NoKey("there is no home folder")
    return os.path.join(home, *(("Library", "Application Support") if sys.platform == "darwin" else (".local", "state")))


@contextmanager
def _opened(folder: str) -> Iterator[int | None]:
    """The folder, made if it is not there, for files to be opened in: none that somebody else owns, may write to, or has linked."""
    _make(folder)
    if not _POSIX:
        yield None
        return
    inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        about = os.fstat(inside)
        if about.st_uid != os.geteuid() or about.st_mode & 0o022:
            raise _NoKey(f"the state folder {FOLDER} belongs to somebody else, or others may write to it")
        yield inside
    finally:
        os.close(inside)


def _make(folder: str) -> None:
    """Makes a folder below one that is this user's own."""
    missing = []
    while not os.path.lexists(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    if missing and _POSIX and os.stat(folder).st_uid != os.geteuid():
        raise _NoKey("the state folder would lie in a folder of somebody else")
    for one in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(one, 0o700)


def _kept(folder: str, inside: int | None) -> bytes:
    """The key in a folder: of two processes that find none, one makes it and both take it."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            if (found := _read(folder, inside)) is not None:
                return found
        except FileNotFoundError:
            with suppress(FileExistsError):
                _write(folder)
            continue
        if time.monotonic() > until:
            raise _NoKey(f"{FILE} in the state folder is empty")
        time.sleep(_PATIENCE / 50)


def _read(folder: str, inside: int | None) -> bytes | None:
    """The key; None where another process is about to write it. One that was given up is removed."""
    handle = os.open(os.path.join(folder, FILE), os.O_RDONLY | _OURS)
    try:
        about = os.fstat(handle)
        if inside is not None and not os.path.samestat(about, os.stat(FILE, dir_fd=inside, follow_symlinks=False)):
            raise _NoKey("the state folder has become another")
        private = not _POSIX or (about.st_uid == os.geteuid() and not about.st_mode & 0o077)
        if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1 or not private:
            raise _NoKey(f"{FILE} in the state folder is no file that is this user's alone")
        text = os.read(handle, _LETTERS + 2)
    finally:
        os.close(handle)
    if not text and time.time() - about.st_mtime < _STALE:
        return None
    if not text:
        os.remove(os.path.join(folder, FILE))
        return None
    with suppress(ValueError):
        if len(text.strip()) == _LETTERS:
            return bytes.fromhex(text.decode("ascii"))
    raise _NoKey(f"{FILE} in the state folder is no key; remove it to have a new one made")


def _write(folder: str) -> None:
    """Makes a key, in one write. Raises `FileExistsError` where another process was faster."""
    handle = os.open(os.path.join(folder, FILE), os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OURS, 0o600)
    try:
        os.write(handle, os.urandom(_LETTERS // 2).hex().encode() + b"\n")
    finally:
        os.close(handle)
