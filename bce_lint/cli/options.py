"""The command line's options, spelled as ruff spells them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final

from bce_lint import __version__, terminal
from bce_lint.cli.words import joined
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
        usage="bce-lint [check] [OPTIONS] [PATH ...]\n       bce-lint server [--help]",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    build.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; `-` reads standard input (default: .)")
    build.add_argument("--stdin-filename", metavar="PATH", help="read standard input, as the text of this file")
    _add_selection(build)
    _add_adoption(build)
    _add_fixes(build)
    _add_verification(build)
    _add_comparison(build)
    _add_output(build)
    _add_losses(build)
    _add_reveal(build)
    _add_files(build)
    _add_configuration(build)
    build.add_argument("-n", "--no-cache", action="store_true", help="analyse everything anew, and keep nothing")
    about = "lint up to N projects at a time, each in a process of its own, at most as many as there are cores; 0 is so many (default: 0)"
    build.add_argument("-j", "--jobs", type=int, metavar="N", help=about)
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


    group.add_argument("--extend-ignore", action="append", default=[], metavar="RULES", help="the same as --ignore")
    about = "PATTERN:RULES, as in `tests/:BCE5`: do not report these rules in the files, or below the folders, that the pattern names"
    group.add_argument("--per-file-ignores", action="append", metavar="IGNORES", help=about)
    about = "give rules another severity: error, warning or info"
    group.add_argument("--severity", action="append", metavar="RULE=LEVEL", help=about)
    about = "report as well what is wrong under a condition only, and say under which"
    group.add_argument("--possible", action=argparse.BooleanOptionalAction, help=about)


def _add_adoption(build: argparse.ArgumentParser) -> None:
    about = "a path that is named selects the findings whose place lies in it"
    group = build.add_argument_group("scope and adoption", about)
    group.add_argument("--related", action="store_true", help="add those that have a label there")
    group.add_argument("--new-from", metavar="REV", help="leave out what the files of a git revision had, such as HEAD or main")
    group.add_argument("--baseline", metavar="FILE", help="leave out the findings that FILE lists")
    group.add_argument("--update-baseline", action="store_true", help="write the findings into the file of --baseline, and stop")
    about = "silence each finding by a comment, `# noqa: BCE103 REASON`, and stop; with --diff, show them"
    group.add_argument("--add-noqa", nargs="?", const="", metavar="=REASON", help=about)


def _add_files(build: argparse.ArgumentParser) -> None:
    group = build.add_argument_group("files", "patterns as in .gitignore, comma-separated, from the working folder")
    about = "leave these files and folders out in place of the usual build and environment folders"
    group.add_argument("--exclude", action="append", metavar="PATTERNS", help=about)
    group.add_argument("--extend-exclude", action="append", metavar="PATTERNS", help="leave these files and folders out as well")
    about = "leave out excluded and ignored files, even those that are named"
    group.add_argument("--force-exclude", action=argparse.BooleanOptionalAction, help=about)
    about = "look imports up in these folders in place of the project's folder and the `src` in it"
    group.add_argument("--src", action="append", metavar="FOLDERS", help=about)
    group.add_argument("--show-files", action="store_true", help="print the files that would be linted, and stop")


def _add_configuration(build: argparse.ArgumentParser) -> None:
    group = build.add_argument_group("configuration", "bce-lint.toml, or [tool.bce-lint] in pyproject.toml: the nearest above each file")
    about = "take this file in place of the nearest ones; or give a setting as TOML, which goes before those of files"
    group.add_argument("--config", action="append", default=[], metavar="FILE|KEY=VALUE", help=about)
    group.add_argument("--isolated", action="store_true", help="read no configuration of the project")
    group.add_argument("--show-settings", action="store_true", help="print the settings of the first file, each with its origin, and stop")


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
    about = "take unsafe fixes of these rules for safe; without RULES, of those that the configuration has under this name"
    group.add_argument("--extend-safe-fixes", action="append", nargs="?", const="", metavar="RULES", help=about)
    about = "take safe fixes of these rules for unsafe"
    group.add_argument("--extend-unsafe-fixes", action="append", default=[], metavar="RULES", help=about)


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


def _add_losses(build: argparse.ArgumentParser) -> None:
    about = "print every loss with what reaches it and a verdict (right, wrong, possible, unknown and why), and stop"
    build.add_argument("--losses", action="store_true", help=about)


def _add_output(build: argparse.ArgumentParser) -> None:
    group = build.add_argument_group("output")
    group.add_argument("--output-format", choices=tuple(FORMATS), help="default: full")
    about = "write what would go to standard output into FILE, whole and at once"
    group.add_argument("-o", "--output-file", metavar="FILE", help=about)
    about = "default: auto, on a terminal; NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE are read"
    group.add_argument("--color", choices=("auto", "always", "never"), default="auto", help=about)
    about = "count the findings of each rule instead of showing them, and list the functions that were not analysed completely"
    group.add_argument("--statistics", action="store_true", help=about)
    about = "exit with 1 for possible findings, too, where they are reported"
    group.add_argument("--exit-non-zero-on-possible", action=argparse.BooleanOptionalAction, help=about)
    group.add_argument("--exit-zero", action="store_true", help="exit with 0 even when there are findings")
    about = "list on standard error which functions were not analysed completely, and where time went, by file"
    group.add_argument("-v", "--verbose", action="store_true", help=about)
    group.add_argument("-q", "--quiet", action="store_true", help="print the findings only, without a summary")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parses a command line; like argparse, it exits with 2 and a line on standard error where it cannot."""
    build = parser()
    options = build.parse_intermixed_args(joined(arguments[1:] if arguments[:1] == ["check"] else arguments))
    if "-" in options.paths or options.stdin_filename is not None:
        if options.paths not in ([], ["-"]):
            build.error("standard input is read alone: give either `-` or paths")
        options.paths = ["-"]
    options.paths = options.paths or ([] if options.verify or options.reveal is not None else ["."])
    options.fix = options.fix or (options.diff and options.add_noqa is None) or options.fix_only
    return options


def problem(options: argparse.Namespace) -> str:
    """What a command line asks for that does not go together, or nothing."""
    problems = (_empty, _comparison_problem, verify_problem, _adoption_problem, _losses_problem, output_problem)
    return next(filter(None, (one(options) for one in problems)), "")


def _empty(options: argparse.Namespace) -> str:
    """A file that has no name."""
    given = {"--baseline": options.baseline, "--output-file": options.output_file}
    return next((f"{name} needs the name of a file" for name, value in given.items() if value == ""), "")


def output_problem(options: argparse.Namespace) -> str:
    """A format without a form for what is not a finding; one that no option names is known when the configuration is read."""
    asked = {
        "--losses": options.losses, "--statistics": options.statistics, "--verify without a path": options.verify and not options.paths
    }  # fmt: skip
    other = next((name for name, given in asked.items() if given), "")
    if not other or options.output_format in (None, "json") or FORMATS[options.output_format].is_text:
        return ""
    return f"{other} prints text or json: --output-format {options.output_format} holds findings only"


def _losses_problem(options: argparse.Namespace) -> str:
    """What is asked for beside the table of losses, which takes the place of the findings."""
    if not options.losses:
        return ""
    if options.paths == ["-"]:
        return "--losses reads files: give paths, not standard input"
    others = ("fix", "add_noqa", "verify", "compare", "baseline", "new_from")
    other = next((name for name in others if getattr(options, name) not in (None, False)), None)
    return "" if other is None else f"--losses and --{other.replace('_', '-')} do not go together: it shows losses, not findings"


def _adoption_problem(options: argparse.Namespace) -> str:
    if options.new_from is not None and options.paths == ["-"] and options.stdin_filename is None:
        return "--new-from needs to know which file it reads: give --stdin-filename"
    if options.update_baseline and options.baseline is None:
        return "--update-baseline goes with --baseline FILE"
    if options.add_noqa is not None:
        from bce_lint.adoption.silencing import reason_problem

        if options.paths == ["-"]:
            return "--add-noqa writes into files: give paths, not standard input"
        return _alone(options, "add_noqa", "update_baseline") or reason_problem(options.add_noqa)
    return _alone(options, "update_baseline", "new_from") if options.update_baseline else ""


def _alone(options: argparse.Namespace, option: str, other: str) -> str:
    """What is asked for beside an option that writes down what is found, or nothing."""
    asked = (name for name in ("fix", "verify", "statistics", "compare", other) if getattr(options, name) not in (None, False))
    names = [f"--{name.replace('_', '-')}" for name in (option, *asked)]
    return f"{names[0]} and {names[1]} do not go together" if len(names) > 1 else ""


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
