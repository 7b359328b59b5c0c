"""The command line's options, spelled as ruff spells them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final

from bce_lint import __version__
from bce_lint.report import FORMATS

DESCRIPTION: Final = "Finds PyTorch losses that do not fit the values that reach them, without running the code."
EPILOG: Final = """\
A rule is selected by its code (BCE103), a code prefix (BCE1) or its name (sigmoid-before-bce-with-logits).
exit status: 0 nothing found; 1 findings (a file that is not Python among them); 2 a usage error, a path that does
not exist, or an internal error (BCE900)."""


def parser() -> argparse.ArgumentParser:
    """The parser of everything after an optional leading `check`."""
    build = argparse.ArgumentParser(
        prog="bce-lint",
        usage="bce-lint [check] [OPTIONS] [PATH ...]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    build.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; `-` reads standard input (default: .)")
    build.add_argument("--stdin-filename", metavar="PATH", help="read standard input, as the text of this file")
    _add_selection(build)
    _add_output(build)
    build.add_argument("--isolated", action="store_true", help="ignore configuration files (none are read yet)")
    build.add_argument("-n", "--no-cache", action="store_true", help="do not use a cache (none is kept yet)")
    build.add_argument("--explain", metavar="RULE", help="print the page of a rule, given by code or name, and stop")
    build.add_argument("--list-rules", action="store_true", help="print a line for each rule, and stop")
    build.add_argument("--version", action="version", version=f"bce-lint {__version__}")
    return build


def _add_selection(build: argparse.ArgumentParser) -> None:
    group = build.add_argument_group("rule selection", "comma-separated; the more exact selector wins, then --ignore")
    group.add_argument("--select", action="append", metavar="RULES", help="report these rules instead of the default ones")
    group.add_argument("--ignore", action="append", default=[], metavar="RULES", help="do not report these rules")
    group.add_argument("--extend-select", action="append", default=[], metavar="RULES", help="report these rules as well")


def _add_output(build: argparse.ArgumentParser) -> None:
    group = build.add_argument_group("output")
    group.add_argument("--output-format", choices=tuple(FORMATS), default="full", help="default: full")
    group.add_argument("--statistics", action="store_true", help="count the findings of each rule instead of showing them")
    group.add_argument("--exit-zero", action="store_true", help="exit with 0 even when there are findings")
    group.add_argument("-q", "--quiet", action="store_true", help="print the findings only, without a summary")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parses a command line; like argparse, it exits with 2 and a line on standard error where it cannot."""
    build = parser()
    options = build.parse_intermixed_args(arguments[1:] if arguments[:1] == ["check"] else arguments)
    if "-" in options.paths or options.stdin_filename is not None:
        if options.paths not in ([], ["-"]):
            build.error("standard input is read alone: give either `-` or paths")
        options.paths = ["-"]
    options.paths = options.paths or ["."]
    return options
