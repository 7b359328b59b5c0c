"""Who finds no answer first looks for it, and others who ask the same wait for what that process keeps: a lock, which is a file beside
the answers.

It is there to save time. Where it cannot be made, or is lost, each process looks for itself, and the answers are the same.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    import threading

    from bce_lint.cache.shelf import Shelf

T = TypeVar("T")

BEAT: Final = 0.5
"""After how many seconds who holds a lock makes it longer, which says that it is alive."""
GIVEN_UP: Final = 3.0
"""After how many seconds without that a lock is taken for one that was left over. They are the waiting process's own: no time that
somebody wrote down is trusted."""
PATIENCE: Final = 600.0
"""How many seconds a process waits, even for one that is alive."""
LOCK: Final = ".lock"
_LOOK: Final = 0.02
"""Seconds between two looks at a lock."""
_HEAD: Final = 200
"""How many bytes of a lock are read."""
_CAN_ASK: Final = hasattr(os, "geteuid")
"""Elsewhere than on POSIX there is no signal that only asks."""


class Lock:
    """A lock about some questions, in the folder of the answers to them."""

    def __init__(self, shelf: Shelf, name: str) -> None:
        self._shelf = shelf
        self._name = name + LOCK
        self._handle: int | None = None
        self._left: threading.Event | None = None
        self._beating: threading.Thread | None = None

    @property
    def is_ours(self) -> bool:
        """True if this process holds it."""
        return self._handle is not None

    def after(self, look: Callable[[], T | None]) -> T | None:
        """What `look` finds while another process holds the lock; None where it is this one's turn, or no lock can be had."""
        with suppress(OSError):
            return self._wait(look)
        return None

    def _wait(self, look: Callable[[], T | None]) -> T | None:
        begun = changed = time.monotonic()
        last: SeenLock | None = None
        while time.monotonic() - begun < PATIENCE:
            held = self._held()
            if held is None and self._take():
                self._shelf.read()
                found = look()
                if found is not None:
                    self.leave()
                return found
            if self._shelf.read() and (found := look()) is not None:
                return found
            if held != last:
                last, changed = held, time.monotonic()
            elif held is not None and (held.is_dead() or time.monotonic() - changed > GIVEN_UP):
                self._take_away(held)
            time.sleep(_LOOK)
        return None

    def _take(self) -> bool:
        """Makes the file; False where there is one. Raises OSError where none can be made."""
        with self._shelf.inside(make=True) as inside:
            try:
                handle = inside.open(self._name, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL)
            except FileExistsError:
                return False
        self._handle = handle
        try:
            os.write(handle, f"{os.getpid()} {_machine()} {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode())
        except OSError:
            self.leave()
            raise
        self._live(handle)
        return True

    def _live(self, handle: int) -> None:
        """Makes the file longer now and then."""
        import threading

        left = self._left = threading.Event()

        def _beat() -> None:
            while not left.wait(BEAT):
                with suppress(OSError):
                    os.write(handle, b".")

        self._beating = threading.Thread(target=_beat, name="bce-lint: lock", daemon=True)
        self._beating.start()

    def leave(self) -> None:
        """Removes the file, unless another process took it for left over and has its own there."""
        if self._left is not None and self._beating is not None:
            self._left.set()
            self._beating.join()
        if self._handle is not None:
            ours = os.fstat(self._handle).st_ino
            os.close(self._handle)
            self._handle = None
            with suppress(OSError):
                held = self._held()
                if held is not None and held.file == ours:
                    self._remove()

    def _held(self) -> SeenLock | None:
        """The lock as it is now; None where there is none. Raises OSError where what is there is no file of ours."""
        try:
            with self._shelf.inside() as inside:
                handle = inside.open(self._name, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            about = os.fstat(handle)
            return SeenLock(about.st_ino, about.st_size, os.read(handle, _HEAD).partition(b"\n")[0])
        finally:
            os.close(handle)

    def _take_away(self, held: SeenLock) -> None:
        """Removes a lock that was left over, if it is still that one. Raises OSError where that is not possible."""
        if self._held() == held:
            self._remove()
            if self._held() == held:
                raise PermissionError

    def _remove(self) -> None:
        with self._shelf.inside() as inside:
            inside.remove(self._name)


def _machine() -> str:
    """The name of this machine; `platform`, which knows it too, imports much."""
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")


class SeenLock(NamedTuple):
    """A lock that somebody holds: which file it is, how long it has become, and who made it."""

    file: int
    size: int
    maker: bytes

    def is_dead(self) -> bool:
        """True if its maker is no process of this machine any more, as far as can be told: where another machine has the same name, a
        process of it is taken for dead, and both look for answers."""
        pid, _, rest = self.maker.partition(b" ")
        if not _CAN_ASK or not pid.isdigit() or not rest.startswith(_machine().encode() + b" "):
            return False
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            return False
        return False


class AnswerTurn:
    """The turn of a process at questions that others ask as well: it is taken where an answer is missed first. `about` gives these
    questions a name; nothing where there are no others."""

    def __init__(self, about: Callable[[], str]) -> None:
        self.about = about
        self._lock: Lock | None = None

    def __enter__(self) -> AnswerTurn:
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.leave()

    @property
    def is_ours(self) -> bool:
        """True if others wait for what this process finds out."""
        return self._lock is not None and self._lock.is_ours

    def wait(self, lock: Lock, look: Callable[[], T | None]) -> T | None:
        """What `look` finds while it is another's turn; None where it is ours until this one ends, or no turns can be taken."""
        self._lock = lock
        return lock.after(look)
