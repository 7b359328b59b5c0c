"""Text to IR: a text that is too large is refused before the parse, and one that does not parse is reported with its place.

Python's own parser takes a tenth of LibCST's time, and both readers give the same IR. LibCST is also slow to import. So it reads
only what Python's parser refuses (syntax newer than the running Python) or does not tell enough of. A text that one of the two
accepts is Python; one that neither does is read once more without its lines of IPython.
"""

from __future__ import annotations

import ast
import re
import symtable
import sys
import threading
import warnings
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from bce_lint import ir
from bce_lint.ir.recursion import room
from bce_lint.syntax.magics import without_magics
from bce_lint.syntax.native.lenient import lower_lenient
from bce_lint.syntax.native.statements import lower_native
from bce_lint.syntax.nested_patterns import too_costly
from bce_lint.syntax.prescan import refusal

if TYPE_CHECKING:
    import libcst as cst

# Two Python frames a link in LibCST's code generator and three in a reader, for chains the scan lets through. Before 3.11 a Python
# call takes space on the C stack.
_FRAMES = 6_000 if sys.version_info >= (3, 11) else 4_000
MAX_BYTES, MAX_DEPTH = 1_000_000, 1_000
_LONG = 200_000
"""Characters from which on a text that is only checked is scanned first: the parse of a dense one takes much memory."""
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


def _deep_recursion() -> AbstractContextManager[None]:
    """Pauses the collector (it costs a third of the parse and the trees hold no cycles) and allows deeper recursion."""
    # The C stack is small outside the main thread.
    deep = sys.version_info >= (3, 11) or threading.current_thread() is threading.main_thread()
    limit = sys.getrecursionlimit()
    return room(max(limit, _FRAMES) if deep else limit)


def _parse(text: str) -> cst.Module:
    import libcst as cst

    if too_costly(text):
        raise TooLarge("patterns nested too deeply")
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

    if too_costly(text):
        return False
    with _deep_recursion():
        try:
            return cst.parse_module(text).code == text
        except (cst.ParserSyntaxError, RecursionError, MemoryError):
            return False


def lower(text: str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> ir.Module:
    """Parses and lowers a file's text; raises ParseFailure or TooLarge."""
    if reason := refusal(text, max_bytes, max_depth):
        raise TooLarge(reason)
    try:
        with _deep_recursion():
            try:
                return lower_native(text) or lower_full(text)
            except (ParseFailure, TooLarge):
                found = lower_lenient(text)
                if found is not None:
                    return found
                if (code := without_magics(text)) == text:
                    raise
    except (RecursionError, MemoryError):
        raise TooLarge("nested too deeply") from None
    return lower(code, max_bytes=max_bytes, max_depth=max_depth)


def is_refused(text: str) -> bool:
    """True if a text is too large, too dense or nested too deeply to be read."""
    return refusal(text, MAX_BYTES, MAX_DEPTH) is not None


def lower_by_python(text: str) -> ir.Module | None:
    """The IR of a text by Python's own parser alone; None where that refuses it or does not tell enough, or where it is too large."""
    if is_refused(text):
        return None
    try:
        with _deep_recursion():
            return lower_native(text)
    except (RecursionError, MemoryError):
        return None


def lower_full(text: str) -> ir.Module:
    """The IR of a text by LibCST alone."""
    from bce_lint.syntax.cst.statements import lower_module

    return lower_module(_parse(text), text)


def against(text: str) -> str:
    """What LibCST has against a text, or nothing."""
    try:
        with _deep_recursion():
            lower_full(text)
    except (ParseFailure, TooLarge) as error:
        return error.message
    except (RecursionError, MemoryError):
        return "nested too deeply"
    return ""


def check(text: str) -> None:
    """Raises what `lower` raises, but makes nothing of the text; one that is too large to be read is not checked."""
    if len(text) > _LONG and refusal(text, MAX_BYTES, MAX_DEPTH):
        return
    if not _read_by_python(text):
        lower(text)


def code_of(text: str) -> str:
    """The text that is read: without its lines of IPython where it is no Python with them."""
    code = without_magics(text)
    if code == text or _read_by_python(text):
        return text
    try:
        lower_full(text)
    except (ParseFailure, TooLarge, RecursionError, MemoryError):
        return code
    return text


def _read_by_python(text: str) -> bool:
    """True if Python's parser accepts a text, and its table of names, too: both are in C and leave no tree."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            symtable.symtable(text, "<text>", "exec")
        except Exception:  # the readers of `lower` know what is wrong, if anything is
            return False
    return True
