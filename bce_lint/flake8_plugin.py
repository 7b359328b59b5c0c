"""The flake8 plugin. It never raises: flake8 would stop at the first file that does."""

from __future__ import annotations

import argparse
import gc
import tokenize
from collections.abc import Iterator, Sequence
from os.path import normpath
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from bce_lint import __version__

if TYPE_CHECKING:
    from bce_lint.cache import Cache
    from bce_lint.diagnostic import Diagnostic

Row: TypeAlias = tuple[int, int, str, type[Any]]

_UNNAMED = frozenset(("-", "stdin", "(none)", ""))


class _UnknownRule(Exception):
    """The plugin's option names a rule that does not exist."""


class Checker:
    """Checks one file of a flake8 run: `flake8.extension` entry point `BCE`."""

    name: ClassVar[str] = "bce-lint"
    version: ClassVar[str] = __version__
    extend_select: ClassVar[tuple[str, ...]] = ()
    no_cache: ClassVar[bool] = False
    cache_dir: ClassVar[str | None] = None
    caches: ClassVar[dict[tuple[bool, str | None], Cache | None]] = {}
    settled: ClassVar[bool] = False

    def __init__(self, tree: object, lines: Sequence[str], filename: str = "-") -> None:
        """flake8 passes the tree to what it takes for a plugin of syntax trees; only the lines are read."""
        self.lines = lines
        self.filename = filename

    @classmethod
    def add_options(cls, manager: Any) -> None:
        """Adds the options: rules which are off by default, and what is kept."""
        manager.add_option(
            "--bce-extend-select",
            default=(),
            comma_separated_list=True,
            parse_from_config=True,
            metavar="RULES",
            help="bce-lint rules to report besides the default ones, for instance BCE123 (flake8's own --select does not do that)",
        )
        manager.add_option(
            "--bce-no-cache", action="store_true", parse_from_config=True, help="let bce-lint analyse everything anew, and keep nothing"
        )
        manager.add_option(
            "--bce-cache-dir",
            parse_from_config=True,
            normalize_paths=True,
            metavar="DIR",
            help="where bce-lint keeps its findings (default: .bce_lint_cache in the project)",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Takes the options that flake8 read."""
        cls.extend_select = tuple(options.bce_extend_select or ())
        cls.no_cache = bool(options.bce_no_cache)
        cls.cache_dir = options.bce_cache_dir

    def run(self) -> Iterator[Row]:
        """The findings of this file as flake8 wants them: row from 1, column from 0, text, type."""
        try:
            rows = [self._row(one) for one in self._diagnostics()]
        except _UnknownRule as error:
            rows = [(1, 0, f"BCE900 --bce-extend-select: {error}", type(self))]
        except Exception as error:
            rows = [(1, 0, f"BCE900 internal error: {type(error).__name__}: {_one_line(str(error))}", type(self))]
        yield from rows

    def _codes(self) -> frozenset[str]:
        from bce_lint.selection import choose

        try:
            return choose(None, (), self.extend_select)
        except ValueError as error:
            raise _UnknownRule(str(error)) from None

    def _cache(self) -> Cache | None:
        """The one cache of the run: it knows the projects that were looked at."""
        wanted = self.no_cache, self.cache_dir
        if wanted not in self.caches:
            from bce_lint.cache import cache

            self.caches[wanted] = cache(*wanted)
        return self.caches[wanted]

    def _diagnostics(self) -> list[Diagnostic]:
        from bce_lint.engine import check_text

        name = None if self.filename in _UNNAMED else self.filename
        found = check_text(_bytes(self.lines, name), name, self._codes(), cache=self._cache()).diagnostics
        if not Checker.settled:
            Checker.settled = True
            gc.freeze()  # what is known of the project stays to the end: flake8's collections need not walk over it
        return [one for one in found if name is None or normpath(one.location.path) == normpath(name)]

    def _row(self, one: Diagnostic) -> Row:
        row, column = one.location.start
        return row, column - 1, f"{one.code} {_one_line(one.message)}{_first_label(one)}", type(self)


def _first_label(one: Diagnostic) -> str:
    if not one.labels:
        return ""
    message, location = one.labels[0]
    return f" ({_one_line(message)}: {location.path}:{location.start.row})"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _bytes(lines: Sequence[str], name: str | None) -> bytes:
    """The bytes of the lines: those on the disk where they read as these lines, whose ends flake8 has made all the same."""
    from bce_lint.source.text import SourceError, decode

    if name is not None:
        try:
            with open(name, "rb") as stream:
                data = stream.read()
            if _ends_alike(decode(data, name).text) == _ends_alike("".join(lines)):
                return data
        except (OSError, SourceError):
            pass
    return _encode(lines)


def _ends_alike(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n") if "\r" in text or text[:1] == "\ufeff" else text


def _encode(lines: Sequence[str]) -> bytes:
    """The bytes whose decoding gives the lines again: a PEP 263 comment in them names the encoding."""
    text = "".join(lines)
    first = iter([line.encode("utf-8", "replace") for line in lines[:2]])
    try:
        encoding = tokenize.detect_encoding(lambda: next(first, b""))[0]
        return text.encode(encoding)
    except (SyntaxError, UnicodeError):
        return text.encode("utf-8", "surrogatepass")
