"""Where a command's standard output goes: to standard output, or whole and at once into the file that `--output-file` names."""

from __future__ import annotations

import os
import stat
from types import TracebackType

from bce_lint import terminal


class Unwritten(Exception):
    """A file that could not be written; the text says which and why."""


class Sink:
    """Takes lines of text until it is closed. `error` sends those without a file to standard error."""

    def __init__(self, file: str | None, *, error: bool = False, colour: str = "auto") -> None:
        self.file = file
        self.colour = file is None and terminal.wants_colour(colour, error=error)
        self.width = terminal.width() if file is None and not error else None
        self._error = error
        self._lines: list[str] = []

    def write(self, text: str) -> None:
        """Takes some lines."""
        if self.file is None:
            terminal.write(text, error=self._error, colour=self.colour)
        else:
            self._lines.append(terminal.printable(text))

    def __enter__(self) -> Sink:
        """The sink itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Writes the file, unless something went wrong. Raises `Unwritten`."""
        if self.file is not None and kind is None:
            _put(self.file, "".join(self._lines).encode("utf-8", "backslashreplace"))


def _put(path: str, data: bytes) -> None:
    """Writes a file whole or not at all; a link is replaced, not followed. Raises `Unwritten`."""
    from bce_lint.source.write import Refused, write_one

    try:
        if _is_stream(path):
            with open(path, "wb") as stream:
                stream.write(data)
        else:
            write_one(path, data)
    except OSError as error:
        raise Unwritten(f"{path}: {error.strerror or error}") from error
    except Refused as refused:
        raise Unwritten(str(refused)) from refused


def _is_stream(path: str) -> bool:
    """True for a pipe or a device, which is written as it is."""
    if os.path.dirname(os.path.abspath(path)) in ("/dev", "/dev/fd", "/proc/self/fd"):
        return True
    return os.path.exists(path) and stat.S_ISFIFO(os.lstat(path).st_mode)
