"""Text to IR: a text that is too large is refused before the parse, and one that does not parse is reported with its place.

Python's own parser takes a tenth of LibCST's time, and both readers give the same IR. LibCST is also slow to import. So it reads
only what Python's parser refuses (syntax newer than the running Python) or does not tell enough of.
"""

from __future__ import annotations

import ast
import gc
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bce_lint import ir
from bce_lint.syntax.native.statements import lower_native
from bce_lint.syntax.prescan import refusal

if TYPE_CHECKING:
    import libcst as cst

# Two Python frames a link in LibCST's code generator and three in a reader, for chains the scan lets through. Before 3.11 a Python
# call takes space on the C stack.
_FRAMES = 6_000 if sys.version_info >= (3, 11) else 4_000
_PLACE = re.compile(r"error at (\d+):(\d+)")


class ParseFailure(Exception):
    """Text that is not Python; `row` and `column` count from 1."""

    def __init__(self, message: str, row: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column


class TooLarge(Exception):
    """Text too long, too dense or nested too deeply to be analysed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Pauses the collector (it costs a third of the parse and the trees hold no cycles) and allows deeper recursion."""
    collecting, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    # The C stack is small outside the main thread.
    if sys.version_info >= (3, 11) or threading.current_thread() is threading.main_thread():
        sys.setrecursionlimit(max(limit, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def _parse(text: str) -> cst.Module:
    import libcst as cst

    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        raise _failure(text, error.message) from None
    except (cst.CSTValidationError, UnicodeError) as error:
        raise _failure(text, str(error)) from None
    except BaseException as error:
        # LibCST's native parser panics on some malformed texts, with an exception outside `Exception`.
        if type(error).__name__ == "PanicException":
            raise _failure(text, "") from None
        raise


def _failure(text: str, message: str) -> ParseFailure:
    """What is wrong and where: Python's own words where it refuses the text too, for LibCST's places are rough."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except SyntaxError as error:
            return ParseFailure(error.msg, max(error.lineno or 1, 1), max(error.offset or 1, 1))
        except (ValueError, RecursionError, MemoryError):
            pass
    place = _PLACE.search(message)
    row, column = (int(place[1]), int(place[2])) if place else (1, 1)
    expected = place is not None or not message
    return ParseFailure("invalid syntax" if expected else message.partition("\n")[0], max(row, 1), max(column, 1))


def round_trips(text: str) -> bool:
    """True if LibCST gives a text back as it was: not with a form feed before a statement or a lone carriage return at the end."""
    import libcst as cst

    with _deep_recursion():
        try:
            return cst.parse_module(text).code == text
        except (cst.ParserSyntaxError, RecursionError, MemoryError):
            return False


def lower(text: str, *, max_bytes: int = 1_000_000, max_depth: int = 1_000) -> ir.Module:
    """Parses and lowers a file's text; raises ParseFailure or TooLarge."""
    if reason := refusal(text, max_bytes, max_depth):
        raise TooLarge(reason)
    with _deep_recursion():
        try:
            return lower_native(text) or lower_full(text)
        except (RecursionError, MemoryError):
            raise TooLarge("nested too deeply") from None


def lower_full(text: str) -> ir.Module:
    """The IR of a text by LibCST alone."""
    from bce_lint.syntax.cst.statements import lower_module

    return lower_module(_parse(text), text)
