"""The flake8 plugin. It never raises: flake8 would stop at the first file that does."""

from __future__ import annotations

import argparse
import codecs
import gc
import os
import sys
import tokenize
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from bce_lint import __version__
from bce_lint.diagnostic import CRASH
from bce_lint.terminal import flowing, one_line

if TYPE_CHECKING:
    from bce_lint.cache import Cache
    from bce_lint.config.project_settings import Settings
    from bce_lint.diagnostic import Diagnostic
    from bce_lint.lint_result import LintResult
    from bce_lint.rules.by_file import Selection

Reported: TypeAlias = tuple[int, int, str, type[Any]]

KEPT = 10_000
"""More new objects than this stand after a file only where the analysis has run."""

_UNNAMED = frozenset(("-", "stdin", "(none)", ""))


class Checker:
    """Checks one file of a flake8 run: `flake8.extension` entry point `BCE`."""

    name: ClassVar[str] = "bce-lint"
    version: ClassVar[str] = __version__
    extend_select: ClassVar[tuple[str, ...]] = ()
    no_cache: ClassVar[bool] = False
    cache_dir: ClassVar[str | None] = None
    isolated: ClassVar[bool] = False
    settings: ClassVar[dict[object, Settings]] = {}
    caches: ClassVar[dict[tuple[bool, str | None], Cache | None]] = {}
    checked: ClassVar[CheckedFiles | None] = None

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
            help="let bce-lint keep its findings in DIR/.bce_lint_cache (default: in the project's folder)",
        )

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Takes the options that flake8 read."""
        if cls.settings:  # a run before this one, in a process that stays
            from bce_lint.source.projects import look_again

            cls.settings, cls.caches = {}, {}
            look_again()
        cls.extend_select = tuple(options.bce_extend_select or ())
        cls.no_cache = bool(options.bce_no_cache)
        cls.isolated = _is_isolated(sys.argv[1:])
        cls.cache_dir = options.bce_cache_dir if _is_trusted(options.bce_cache_dir) else None
        cls.checked = CheckedFiles(options)
        if _forks():
            _load()

    def run(self) -> Iterator[Reported]:
        """The findings of this file as flake8 wants them: row from 1, column from 0, text, type."""
        from bce_lint.config.problem import ConfigError

        try:
            rows = [self._row(one) for one in self._diagnostics()]
        except ConfigError as error:
            rows = [(1, 0, f"{CRASH} {one_line(str(error))}", type(self))]
        except Exception as error:
            rows = [(1, 0, f"{CRASH} internal error: {type(error).__name__}: {flowing(str(error))}", type(self))]
        yield from rows

    def _settings(self) -> Settings:
        """The settings of the run: what it reads of configurations, it reads once."""
        wanted = os.getcwd(), self.extend_select, self.isolated
        if wanted not in self.settings:
            from bce_lint.config.nearest import Configurations
            from bce_lint.config.project_settings import Settings
            from bce_lint.config.reading import Configuration, check

            values = {"extend-select": list(self.extend_select)} if self.extend_select else {}
            check(values, "--bce-")
            options = Configuration(values, os.getcwd())
            self.settings[wanted] = Settings(Configurations(search=not self.isolated), options=options)
        return self.settings[wanted]

    def _cache(self) -> Cache | None:
        """The one cache of the run: it knows the projects that were looked at."""
        wanted = self.no_cache, self.cache_dir or self._settings().here.cache_dir
        if wanted not in self.caches:
            from bce_lint.cache import cache

            self.caches[wanted] = cache(*wanted)
        return self.caches[wanted]

    def _diagnostics(self) -> list[Diagnostic]:
        from bce_lint.engine import check_text

        name = None if self.filename in _UNNAMED else self.filename
        selected = self._selection(name)
        if selected is None:
            return []
        data, cache = _data(self.lines, name), self._cache()
        with _gc_paused():
            if cache is None or name is None:
                return _in_file(check_text(data, name, selected))
            from bce_lint.cache.turn import AnswerTurn

            with AnswerTurn(partial(self._about, name)) as turn:
                found = check_text(data, name, selected, cache=cache, turn=turn)
                if turn.is_ours:
                    self._keep_for_others(cache, name)
                cache.settle()
                return _in_file(found)

    def _about(self, name: str) -> str:
        """What processes have in common that are asked about the same files; nothing where this one is asked about one alone."""
        names = () if self.checked is None else self.checked.names
        return repr((names, self.extend_select, self.isolated)) if name in names and len(names) > 1 else ""

    def _keep_for_others(self, cache: Cache, name: str) -> None:
        """Has the cache know what will be asked of the other files of a file's project, for which other processes wait."""
        from bce_lint.engine import check_text
        from bce_lint.source.projects import package_of, root_of
        from bce_lint.source.text import content

        root = root_of(os.path.abspath(name))
        package = package_of(root, os.path.abspath(name))
        for other in () if self.checked is None else self.checked.names:
            path = os.path.abspath(other)
            if root_of(path) != root or package_of(root, path) != package or (data := content(path)) is None:
                continue
            with suppress(Exception):  # where that file is checked it is told
                selected = self._selection(other)
                if selected is not None and cache.knows(root, (path, data)):
                    check_text(data, other, selected, cache=cache)

    def _selection(self, name: str | None) -> Selection | None:
        """The rules of a file; None where its configuration leaves it out, as flake8 does not know."""
        from bce_lint.rules.by_file import Selection

        settings = self._settings()
        if name is None:
            return settings.unnamed
        path = os.path.abspath(name)
        left_out = settings.file(path).exclusion.names(path)
        return None if left_out else Selection.alike(settings.rules(path), settings.imports)

    def _row(self, one: Diagnostic) -> Reported:
        row, column = one.location.start
        return row, column - 1, f"{one.code} {flowing(one.message)}{_first_label(one)}", type(self)


def _in_file(found: LintResult) -> list[Diagnostic]:
    """Findings at their places in the file: flake8 knows no cells of a notebook."""
    places = ((one, one.location, found.sources.get(one.location.path)) for one in found.diagnostics)
    return [one if where.cell is None or source is None else one.at(source.in_file(where)) for one, where, source in places]


class CheckedFiles:
    """The files that flake8 checks, by the names that it gives the plugin."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in flake8's order; none where this version of flake8 does not say."""
        try:
            from flake8.discover_files import expand_paths

            found = expand_paths(
                paths=self._options.filenames,
                stdin_display_name=self._options.stdin_display_name,
                filename_patterns=self._options.filename,
                exclude=(*self._options.exclude, *self._options.extend_exclude),
            )
            return tuple(dict.fromkeys(found))
        except (ImportError, AttributeError, TypeError):
            return ()


@contextmanager
def _gc_paused() -> Iterator[None]:
    """Keeps flake8's collections from walking over what is known of the project, which stays to the end."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > KEPT:
            gc.freeze()
        if collecting:
            gc.enable()


def _forks() -> bool:
    """True if flake8's processes will have what this one has imported."""
    import multiprocessing

    return (multiprocessing.get_start_method(allow_none=True) or multiprocessing.get_all_start_methods()[0]) == "fork"


def _load() -> None:
    """Imports what each process needs that finds its answers."""
    import bce_lint.cache.turn
    import bce_lint.config.project_settings
    import bce_lint.engine  # noqa: F401
    from bce_lint.cache.state import program

    program()


def _is_isolated(words: Sequence[str]) -> bool:
    """True if flake8 reads no configuration. It takes this word off its command line before it reads the options."""
    return any(word.startswith("--i") and "--isolated".startswith(word) for word in takewhile("--".__ne__, words))


def _is_trusted(cache_dir: str | None) -> bool:
    """True unless a configuration file, which may have come with the repository, leads out of the working folder."""
    if cache_dir is None or any(word.partition("=")[0] == "--bce-cache-dir" for word in sys.argv):
        return True
    return os.path.join(os.path.realpath(cache_dir), "").startswith(os.path.join(os.path.realpath(os.getcwd()), ""))


def _first_label(one: Diagnostic) -> str:
    if not one.labels:
        return ""
    message, location = one.labels[0]
    return f" ({flowing(message)}: {one_line(location.path)}:{location.line})"


def _data(lines: Sequence[str], name: str | None) -> bytes:
    """The bytes of a file; those on disk where flake8 read them: it drops byte order marks and how lines end, and takes for Latin-1 what
    it cannot decode."""
    from bce_lint.source.text import content

    data, raw = _encode(lines), None if name is None else content(name)
    if raw is None:
        return data
    as_read = _unmarked(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    return raw if as_read == _unmarked(data) or as_read == _unmarked(_as_latin(lines)) else data


def _unmarked(data: bytes) -> bytes:
    while data.startswith(codecs.BOM_UTF8):
        data = data.removeprefix(codecs.BOM_UTF8)
    return data


def _as_latin(lines: Sequence[str]) -> bytes:
    return "".join(lines).encode("latin-1", "backslashreplace")


def _encode(lines: Sequence[str]) -> bytes:
    """The bytes whose decoding gives the lines again: a PEP 263 comment in them names the encoding."""
    text = "".join(lines)
    first = iter([line.encode("utf-8", "replace") for line in lines[:2]])
    try:
        encoding = tokenize.detect_encoding(lambda: next(first, b""))[0]
        return text.encode(encoding)
    except (SyntaxError, UnicodeError):
        return text.encode("utf-8", "surrogatepass")
