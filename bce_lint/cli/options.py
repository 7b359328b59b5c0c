"""The command line's options, spelled as ruff spells them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final

from bce_lint import __version__, terminal
from bce_lint.report import FORMATS

DESCRIPTION: Final = "Finds PyTorch losses that do not fit the values that reach them, without running the code."
EPILOG: Final = """\
A rule is selected by its code (BCE103), a code prefix (BCE1) or its name (sigmoid-before-bce-with-logits).
exit status: 0 nothing left; 1 findings left (a file that is not Python among them), or --diff would change something, or
something was fixed and --exit-non-zero-on-fix asks for it; 2 a usage error, a path that does not exist or names no Python file, an
internal error (BCE900), a fix that did not pass its checks, or a file that could not be written. With --verify and
no path: 0 every claim holds; 1 one does not; 2 a usage error, no PyTorch, no such device, or a picture that cannot be drawn."""


def parser() -> argparse.ArgumentParser:
    """The parser of everything after an optional leading `check`."""
    build = terminal.Parser(
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
    _add_fixes(build)
    _add_verification(build)
    _add_comparison(build)
    _add_output(build)
    _add_reveal(build)
    build.add_argument("--force-exclude", action="store_true", help="leave out ignored files, even those that are named")
    build.add_argument("--isolated", action="store_true", help="ignore configuration files (none are read yet)")
    build.add_argument("-n", "--no-cache", action="store_true", help="analyse everything anew, and keep nothing")
    build.add_argument("--cache-dir", metavar="DIR", help="keep findings in DIR/.bce_lint_cache (default: in the project's folder)")
    build.add_argument("--explain", metavar="RULE", help="print the page of a rule, given by code or name, and stop")
    build.add_argument("--list-rules", action="store_true", help="print a line for each rule, and stop")
    about = "print what the shell needs to complete this command line, and stop; needs shtab"
    build.add_argument("--print-completion", choices=("bash", "zsh"), help=about)
    build.add_argument("--version", action="version", version=f"bce-lint {__version__}")
    return build


def _add_selection(build: argparse.ArgumentParser) -> None:
    group = build.add_argument_group("rule selection", "comma-separated; the more exact selector wins, then --ignore")
    group.add_argument("--select", action="append", metavar="RULES", help="report these rules instead of the default ones")
    group.add_argument("--ignore", action="append", default=[], metavar="RULES", help="do not report these rules")
    group.add_argument("--extend-select", action="append", default=[], metavar="RULES", help="report these rules as well")


def _add_fixes(build: argparse.ArgumentParser) -> None:
    group = build.add_argument_group("fixes", "safe ones keep what the code computes, or mend what cannot run")
    group.add_argument("--fix", action="store_true", help="apply safe fixes, and report what is left")
    group.add_argument("--unsafe-fixes", action="store_true", help="with --fix, unsafe ones too: values change; alone, count them")
    group.add_argument("--diff", action="store_true", help="print what --fix would change as a diff, and write nothing")
    group.add_argument("--fix-only", action="store_true", help="apply fixes, and report nothing that is left")
    group.add_argument("--show-fixes", action="store_true", help="list what was fixed, by file and rule")
    group.add_argument("--exit-non-zero-on-fix", action="store_true", help="exit with 1 when something was fixed")
    group.add_argument("--fixable", action="append", metavar="RULES", help="fix these rules only (default: all)")
    group.add_argument("--unfixable", action="append", default=[], metavar="RULES", help="do not fix these rules")


def _add_verification(build: argparse.ArgumentParser) -> None:
    group = build.add_argument_group("verification", "needs PyTorch")
    about = "run the loss before and after each fix; without a PATH, the rewrites of the rules"
    group.add_argument("--verify", action="store_true", help=about)
    group.add_argument("--plot", metavar="DIR", help="with --verify: draw the losses before and after as SVG files; needs matplotlib")
    group.add_argument("--device", choices=("cpu", "cuda", "auto"), help="with --verify: where the losses run (default: cpu)")


def _add_comparison(build: argparse.ArgumentParser) -> None:
    group = build.add_argument_group("static against run time")
    about = "say of each finding what a run showed: FILE is the JSON that `python -m bce_lint.witness` wrote of it"
    group.add_argument("--compare", metavar="FILE", help=about)


def _add_reveal(build: argparse.ArgumentParser) -> None:
    about = "print what is known of the values at FILE:LINE[:COLUMN], and stop; ir:FILE:FUNCTION prints how a function is read"
    build.add_argument("--reveal", metavar="PLACE", help=about)


def _add_output(build: argparse.ArgumentParser) -> None:
    group = build.add_argument_group("output")
    group.add_argument("--output-format", choices=tuple(FORMATS), default="full", help="default: full")
    about = "count the findings of each rule instead of showing them, and list the functions that were not analysed completely"
    group.add_argument("--statistics", action="store_true", help=about)
    group.add_argument("--exit-zero", action="store_true", help="exit with 0 even when there are findings")
    group.add_argument("-v", "--verbose", action="store_true", help="list on standard error which functions were not analysed completely")
    group.add_argument("-q", "--quiet", action="store_true", help="print the findings only, without a summary")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parses a command line; like argparse, it exits with 2 and a line on standard error where it cannot."""
    build = parser()
    options = build.parse_intermixed_args(arguments[1:] if arguments[:1] == ["check"] else arguments)
    if "-" in options.paths or options.stdin_filename is not None:
        if options.paths not in ([], ["-"]):
            build.error("standard input is read alone: give either `-` or paths")
        options.paths = ["-"]
    options.paths = options.paths or ([] if options.verify or options.reveal is not None else ["."])
    options.fix = options.fix or options.diff or options.fix_only
    return options


def problem(options: argparse.Namespace) -> str:
    """What a command line asks for that does not go together, or nothing."""
    return _comparison_problem(options) or verify_problem(options)


def _comparison_problem(options: argparse.Namespace) -> str:
    if options.compare is None:
        return ""
    if options.fix:
        return "--compare and fixes do not go together: a fix moves the lines that the run is known by"
    if options.paths == ["-"]:
        return "--compare reads files: give paths, not standard input"
    return "" if options.paths else "--compare needs a path; --verify alone checks the rewrites of the rules"


def verify_problem(options: argparse.Namespace) -> str:
    """What a command line asks for that does not go with verification, or nothing."""
    for name, value in (("--device", options.device), ("--plot", options.plot)):
        if value is not None and not options.verify:
            return f"{name} goes with --verify"
    if options.plot is not None and options.paths:
        return "--plot draws the rewrites of the rules: give it without a path"
    if options.verify and options.statistics:
        return "--verify and --statistics do not go together: what was verified is said of each finding"
    if options.verify and options.fix and not options.paths:
        return "--fix --verify needs a path; --verify alone checks the rewrites of the rules"
    return ""
