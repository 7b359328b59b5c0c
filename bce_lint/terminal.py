"""The one way out: whatever is printed goes through here, so that no text of a linted project can play tricks on a terminal.

A character that moves the cursor, changes colours, turns the direction of writing, hides or ends a line is written as Python would
write it in a string: `\\x1b`, `\\u202e`. Text that JSON or a patch tool reads is not changed by that, or is written as bytes.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from functools import cache
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

HARMFUL: Final = (
    "\x00-\x1f\x7f-\x9f"  # what terminals take for commands
    "\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"  # what is not seen, ends a line, or turns the direction of what follows
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""The characters that are never printed as they are, as the inside of a class of a regular expression."""

_SPACES: Final = dict.fromkeys(map(ord, "\t\r\n"), " ")
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """Lines of text with every harmful character written out; line feeds and tabs stay."""
    return text if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable() else _known("\n\t").sub(_escape, text)


def one_line(text: str) -> str:
    """A name or another piece of text that stays on its line: line ends are written out, too."""
    return text if text.isprintable() and text.isascii() else _known().sub(_escape, text)


def flowing(text: str) -> str:
    """A sentence on one line: what stands on several is joined by spaces."""
    return one_line(" ".join(filter(None, text.translate(_SPACES).split(" "))))


@cache
def _known(but: str = "") -> re.Pattern[str]:
    """The harmful characters but for some; few runs meet one."""
    return re.compile(f"(?![{but}])[{HARMFUL}]" if but else f"[{HARMFUL}]")


def _escape(found: re.Match[str]) -> str:
    return escaped(found[0])


def escaped(char: str) -> str:
    """A character as Python writes it in a string."""
    number = ord(char)
    return _SHORT.get(char) or (f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}")


def is_harmful(char: str) -> bool:
    """True if a character is never printed as it is."""
    return _known().match(char) is not None


_status_width = 0
"""How many characters of the line that `status` shows have to be drawn over."""


def write(text: str, *, error: bool = False) -> None:
    """Prints lines of text on standard output, or on standard error."""
    _stream(error).write(printable(text))


def complain(message: str) -> None:
    """Prints one line of this program on standard error."""
    write(f"bce-lint: {one_line(message)}\n", error=True)


def put(data: bytes) -> None:
    """Writes bytes to standard output: as they are into a file or a pipe, as lines of text on a terminal."""
    if sys.stdout.isatty():
        write(data.decode("utf-8", "surrogateescape").replace("\r\n", "\n"))
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def is_terminal(*, error: bool = False) -> bool:
    """True if a person reads standard output, or standard error."""
    return _stream(error).isatty()


def status(text: str) -> None:
    """Shows a line on a terminal's standard error in place of the one shown before; nothing takes it away."""
    global _status_width
    try:
        width = os.get_terminal_size(sys.stderr.fileno()).columns
    except (OSError, ValueError):
        width = 0
    line = one_line(text)[: (width or 80) - 1]  # not every terminal says how wide it is
    if not line and not _status_width:
        return
    sys.stderr.write(f"\r{line:{_status_width}}\r")
    sys.stderr.flush()
    _status_width = len(line)


def flush() -> None:
    """Brings out what was printed."""
    sys.stdout.flush()
    sys.stderr.flush()


def accept_any_text() -> None:
    """Keeps a terminal of a small character set from stopping the output."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def nobody_reads() -> None:
    """Lets what is left of standard output go nowhere: its other end was closed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stream(error: bool) -> IO[str]:
    return sys.stderr if error else sys.stdout


class Parser(argparse.ArgumentParser):
    """A parser of a command line whose words may be the names of files of the project."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.color = False  # newer Pythons would put commands for the terminal into the help

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, and ends the program with 2."""
        super().error(one_line(message))

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        if message:
            write(message, error=file is sys.stderr or file is None)
