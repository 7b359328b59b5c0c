"""The one way out: whatever is printed goes through here, so that no text of a linted project can play tricks on a terminal.

A character that moves the cursor, changes colours, turns the direction of writing, hides or ends a line is written as Python would
write it in a string: `\\x1b`, `\\u202e`. Text that JSON or a patch tool reads is not changed by that, or is written as bytes.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from functools import cache
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, NoReturn

if TYPE_CHECKING:
    import logging

    from _typeshed import SupportsWrite

HARMFUL: Final = (
    "\x00-\x1f\x7f-\x9f"  # what terminals take for commands
    "\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb"  # what is not seen, ends a line, or turns what follows around
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""The characters that are never printed as they are, as the inside of a class of a regular expression."""


class Colour(Enum):
    """What a piece of text is drawn as. The value stands before it in text that is painted: a character that no text may have."""

    ERROR = "\ufdd1"
    WARNING = "\ufdd2"
    FRAME = "\ufdd3"
    HELP = "\ufdd4"
    STRONG = "\ufdd5"
    REMOVED = "\ufdd6"
    ADDED = "\ufdd7"


_END: Final = "\ufdd0"
_COMMANDS: Final = {
    _END: "\x1b[0m",
    Colour.ERROR.value: "\x1b[1;91m",
    Colour.WARNING.value: "\x1b[1;33m",
    Colour.FRAME.value: "\x1b[1;94m",
    Colour.HELP.value: "\x1b[1;96m",
    Colour.STRONG.value: "\x1b[1m",
    Colour.REMOVED.value: "\x1b[31m",
    Colour.ADDED.value: "\x1b[32m",
}
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


def painted(colour: Colour, text: str) -> str:
    """A piece of text in a colour, for `write` to draw; `text` has no harmful characters."""
    return f"{colour.value}{text}{_END}" if text else ""


def write(text: str, *, error: bool = False, colour: bool = False) -> None:
    """Prints lines of text on standard output, or on standard error. With `colour` what was `painted` is drawn in its colour."""
    _stream(error).write(_drawn(text) if colour else printable(text))


def _drawn(text: str) -> str:
    """Lines of text in which nothing but the colours of this module is a command for the terminal."""
    marks = "".join(_COMMANDS)
    return re.sub(f"[{marks}]", lambda found: _COMMANDS[found[0]], _known(f"\n\t{marks}").sub(_escape, text))


def wants_colour(choice: str, *, error: bool = False) -> bool:
    """True if text is to be painted: `always`, or `auto` where the environment asks for it or a person reads and nothing speaks against it.

    The environment is read as ruff reads it: NO_COLOR speaks first, then FORCE_COLOR and CLICOLOR_FORCE; CLICOLOR=0 and TERM=dumb
    want none. The console of Windows draws colours where its program says so; its mode is left as it is.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE", "0") not in ("", "0"):
        return True
    known = sys.platform != "win32" or any(name in os.environ for name in ("WT_SESSION", "ANSICON", "ConEmuANSI", "TERM"))
    return known and os.environ.get("CLICOLOR") != "0" and os.environ.get("TERM") != "dumb" and _stream(error).isatty()


def width() -> int | None:
    """How many cells a line of the terminal has; None where standard output is none, or does not say."""
    if not sys.stdout.isatty():
        return None
    given = os.environ.get("COLUMNS", "")
    return int(given) if given.isdecimal() and int(given) else _columns()


def _columns(*, error: bool = False) -> int | None:
    try:
        return os.get_terminal_size(_stream(error).fileno()).columns or None
    except (OSError, ValueError):
        return None


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
    line = one_line(text)[: (_columns(error=True) or 80) - 1]  # not every terminal says how wide it is
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


def log() -> logging.Logger:
    """Where a program that stays says what it does, to people who look for what went wrong."""
    import logging

    return logging.getLogger("bce_lint.lsp")


def log_into(file: str | None, verbose: int) -> None:
    """Has the log written into a file, or to standard error: warnings alone, unless somebody wants more; of a library that the program
    stands on, what it says itself where most is wanted. Raises OSError where the file cannot be written."""
    import logging

    class _Lines(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            """A line of the log, with every harmful character written out."""
            return printable(super().format(record))

    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    handler = logging.StreamHandler(sys.stderr) if file is None else logging.FileHandler(file, encoding="utf-8")
    handler.setFormatter(_Lines("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for name, own in (("bce_lint", True), ("pygls", verbose > 1), ("asyncio", verbose > 1)):
        logger = logging.getLogger(name)
        logger.addHandler(handler if own else logging.NullHandler())
        logger.setLevel(level)
        logger.propagate = False


@contextmanager
def alone() -> Iterator[BinaryIO]:
    """Standard output for one writer: what anybody else prints there meanwhile goes to standard error."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        yield out
