"""The command line: `bce-lint [check] PATH…`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bce_lint import options as command_line

if TYPE_CHECKING:
    from bce_lint.diagnostic import Diagnostic
    from bce_lint.source.text import SourceText

CLEAN, FINDINGS, ERROR, INTERRUPTED = 0, 1, 2, 130
CRASH: Final = "BCE900"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit status. What goes wrong is one line on standard error, never a traceback."""
    _accept_any_text()
    try:
        status = _run(command_line.parse(sys.argv[1:] if arguments is None else list(arguments)))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _fail(f"internal error: {type(error).__name__}: {' '.join(str(error).split())}")


def _accept_any_text() -> None:
    """Keeps a terminal of a small character set, or a file name that is not text, from stopping the output."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _run(options: Namespace) -> int:
    if options.list_rules or options.explain is not None:
        return _show_rules(options)
    from bce_lint.selection import choose, split

    try:
        select = None if options.select is None else split(options.select)
        codes = choose(select, split(options.ignore), split(options.extend_select))
    except ValueError as error:
        return _fail(str(error))
    diagnostics, sources, failed = _check(options, codes)
    _report(options, diagnostics, sources)
    if failed or any(one.code == CRASH for one in diagnostics):
        return ERROR
    return FINDINGS if diagnostics and not options.exit_zero else CLEAN


def _show_rules(options: Namespace) -> int:
    from bce_lint.explain import explain, listing

    try:
        sys.stdout.write(listing() if options.list_rules else explain(options.explain))
    except ValueError as error:
        return _fail(str(error))
    return CLEAN


def _check(options: Namespace, codes: frozenset[str]) -> tuple[Sequence[Diagnostic], Mapping[str, SourceText], bool]:
    """The findings, the texts they are in, and whether a path could not be read."""
    from bce_lint import engine

    if options.paths == ["-"]:
        result = engine.check_text(sys.stdin.buffer.read(), options.stdin_filename, codes)
        return result.diagnostics, result.sources, False
    from bce_lint.source.discover import discover

    found = discover(map(Path, options.paths))
    for path, reason in found.failures:
        _fail(f"{path}: {reason}")
    if not found.files and not found.failures and not options.quiet:
        print("bce-lint: no Python files under the given paths", file=sys.stderr)
    result = engine.check(found.files, codes)
    return result.diagnostics, result.sources, bool(found.failures)


def _report(options: Namespace, diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText]) -> None:
    from bce_lint.report import FORMATS
    from bce_lint.report.statistics import statistics

    as_text = options.output_format != "json"
    if options.statistics:
        sys.stdout.write(statistics(diagnostics, as_text=as_text))
    else:
        sys.stdout.write(FORMATS[options.output_format](diagnostics, sources))
    if as_text and not options.quiet and not options.statistics:
        print(_summary(diagnostics))


def _summary(diagnostics: Sequence[Diagnostic]) -> str:
    if not diagnostics:
        return "No findings."
    files = len(Counter(one.location.path for one in diagnostics))
    return f"Found {_count(len(diagnostics), 'finding')} in {_count(files, 'file')}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _fail(message: str) -> int:
    print(f"bce-lint: {message}", file=sys.stderr)
    return ERROR
