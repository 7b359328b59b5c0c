"""The command line: `bce-lint [check] PATH…`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bce_lint import terminal
from bce_lint.cli import options as command_line
from bce_lint.diagnostic import CRASH

if TYPE_CHECKING:
    from bce_lint.cache import Cache
    from bce_lint.cli.run import Run
    from bce_lint.compare import WitnessReport
    from bce_lint.engine import LintResult
    from bce_lint.findings import Inspect

CLEAN, FINDINGS, ERROR, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit status. What goes wrong is one line on standard error, never a traceback."""
    terminal.accept_any_text()
    try:
        status = _run(command_line.parse(sys.argv[1:] if arguments is None else list(arguments)))
        terminal.flush()
        return status
    except BrokenPipeError:
        terminal.nobody_reads()
        return ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _fail(f"internal error: {type(error).__name__}: {' '.join(str(error).split())}")


def _run(options: Namespace) -> int:
    if options.list_rules or options.explain is not None:
        return _show_rules(options)
    if options.reveal is not None:
        return _reveal(options)
    if problem := command_line.problem(options):
        return _fail(problem)
    try:
        if options.verify and not options.paths:
            return _verify_rules(options)
        codes, fixable = _rules(options)
        inspect = _verifier(options) if options.verify else None
        report = _witnessed(options)
    except ImportError as error:
        return _fail(f"--verify needs PyTorch ({error}); install it with `pip install torch`")
    except ValueError as error:
        return _fail(str(error))
    on = _run_on_text if options.paths == ["-"] else _run_on_files
    run = on(options, codes, fixable, inspect)
    if report is not None:
        try:
            run = _compared(report, run, codes)
        except ValueError as error:
            for problem in run.problems:
                _fail(problem)
            return _fail(str(error))
    run = run._replace(left=[one if one.code in fixable else one.without_fix() for one in run.left])
    for problem in run.problems:
        _fail(problem)
    _report(options, run)
    for line in run.revealed:
        terminal.write(f"{terminal.one_line(line)}\n", error=True)
    return _status(options, run)


def _tell_unread(folders: Iterable[str]) -> None:
    """Says of each configuration that files of some folders have that it is not read."""
    from bce_lint.report.paths import shown
    from bce_lint.source.configuration import unread

    for file in unread(folders):
        terminal.complain(f"{shown(file)}: [tool.bce-lint] is not read yet; give options on the command line")


def _reveal(options: Namespace) -> int:
    from bce_lint.cli.reveal import reveal

    try:
        terminal.write(reveal(options.reveal, options.paths))
    except ValueError as error:
        return _fail(str(error))
    return CLEAN


def _show_rules(options: Namespace) -> int:
    from bce_lint.cli.explain import explain, listing

    try:
        terminal.write(listing() if options.list_rules else explain(options.explain))
    except ValueError as error:
        return _fail(str(error))
    return CLEAN


def _verify_rules(options: Namespace) -> int:
    """Tries the rewrites of the selected rules, of all where none is selected: one that is off by default has a fix, too."""
    from bce_lint.rules.selection import choose, split

    codes = choose(split(options.select or ["BCE"]), split(options.ignore), split(options.extend_select))
    from bce_lint.verify import verify_rules
    from bce_lint.verify.table import as_json, table

    drawn = _draw(options, codes) if options.plot is not None else ""
    results = verify_rules(codes, options.device or "cpu")
    as_text = options.output_format != "json"
    terminal.write(table(results, options.quiet) + drawn if as_text else as_json(results))
    return CLEAN if all(one.holds for one in results) else FINDINGS


def _draw(options: Namespace, codes: frozenset[str]) -> str:
    """Draws the selected rewrites, and says how many pictures there are."""
    from bce_lint.verify.plot import draw

    count = len(draw(codes, Path(options.plot), options.device or "cpu"))
    return "" if options.quiet else f"pictures written to {options.plot}: {count}\n"


def _verifier(options: Namespace) -> Inspect:
    from bce_lint.verify.site import Verifier

    return Verifier(options.device or "cpu")


def _rules(options: Namespace) -> tuple[frozenset[str], frozenset[str]]:
    """The rules that run, and those whose fixes are wanted."""
    from bce_lint.rules.selection import choose, split

    select = None if options.select is None else split(options.select)
    fixable = ["BCE"] if options.fixable is None else split(options.fixable)
    return choose(select, split(options.ignore), split(options.extend_select)), choose(fixable, split(options.unfixable), ())


def _witnessed(options: Namespace) -> WitnessReport | None:
    """The report of a run that the findings are to be held against."""
    if options.compare is None:
        return None
    from bce_lint.compare import read_report

    return read_report(options.compare)


def _compared(report: WitnessReport, run: Run, codes: frozenset[str]) -> Run:
    """The findings with what a run says of them, and those that only it has."""
    from bce_lint.compare import compare

    compared = compare(report, run.files, run.left, codes)
    return run._replace(left=compared.findings, sources={**compared.sources, **run.sources}, lines=compared.lines)


def _run_on_files(options: Namespace, codes: frozenset[str], fixable: frozenset[str], inspect: Inspect | None) -> Run:
    from bce_lint import engine
    from bce_lint.cache import cache
    from bce_lint.cli.fix import fix_files
    from bce_lint.report.paths import shown
    from bce_lint.source.discover import discover

    found = discover(map(Path, options.paths), options.force_exclude)
    for path, reason in found.unread:
        terminal.complain(f"{path}: {reason}")
    for path in () if options.quiet else engine.stand_ins(found.files):
        terminal.complain(f"{shown(path)}: Python takes it for PyTorch in files beside it, so what they do with PyTorch is not known")
    if not found.files and not found.failures and not options.quiet:
        terminal.complain("no Python files under the given paths")
    if not options.isolated:
        _tell_unread([*filter(os.path.isdir, options.paths), *{os.path.dirname(file) for file in found.files}])
    if options.fix:
        from bce_lint.findings import FixOptions

        run = fix_files(found.files, codes, FixOptions(options.unsafe_fixes, fixable, inspect, tuple(options.paths)), options.diff)
    else:
        kept = cache(options.no_cache, options.cache_dir)
        run = _linted(engine.check(found.files, codes, not options.statistics, inspect, kept), kept)._replace(files=found.files)
    problems = (*(f"{path}: {reason}" for path, reason in found.failures), *run.problems)
    return run._replace(problems=problems, nothing=not found.files)


def _run_on_text(options: Namespace, codes: frozenset[str], fixable: frozenset[str], inspect: Inspect | None) -> Run:
    from bce_lint import engine
    from bce_lint.cache import cache
    from bce_lint.cli.fix import fix_text
    from bce_lint.cli.run import Run
    from bce_lint.source.discover import excluded, notebook

    data, name = sys.stdin.buffer.read(), options.stdin_filename
    if not options.isolated:
        _tell_unread([os.path.dirname(name or "")])
    if options.force_exclude and name is not None and excluded(Path(name)):
        if options.fix and not options.diff:
            terminal.put(data)
        return Run((), {})
    if name is not None and (reason := notebook(Path(name))):
        if options.fix and not options.diff:
            terminal.put(data)
        return Run((), {}, problems=(f"{name}: {reason}",))
    if options.fix:
        from bce_lint.findings import FixOptions

        return fix_text(data, name, codes, FixOptions(options.unsafe_fixes, fixable, inspect), options.diff)
    kept = cache(options.no_cache, options.cache_dir)
    return _linted(engine.check_text(data, name, codes, fixes=not options.statistics, inspect=inspect, cache=kept), kept)


def _linted(result: LintResult, kept: Cache | None) -> Run:
    from bce_lint.cli.run import Run
    from bce_lint.report.paths import shown

    unkept = (
        ()
        if kept is None
        else (
            *(f"no key for the cache, so findings are not kept: {reason}" for reason in kept.problems),
            *(f"findings are not kept in {shown(folder)}: {reason}" for folder, reason in kept.unwritten.items()),
        )
    )
    return Run(result.diagnostics, result.sources, revealed=result.revealed, unanalysed=result.unanalysed, unkept=unkept)


def _report(options: Namespace, run: Run) -> None:
    """Prints the findings and what they come to; standard output is left to a diff or a mended text."""
    from bce_lint.report import FORMATS, summary
    from bce_lint.report.run_time import summary as verdicts
    from bce_lint.report.statistics import statistics, unanalysed

    out = partial(terminal.write, error=options.diff or (options.fix and options.paths == ["-"]))
    unsafe, as_text, written = options.unsafe_fixes, options.output_format != "json", not options.diff
    if options.diff or options.fix_only:
        _report_crashes(run)
        lines = [summary.fixed(run.left, run.mended, unsafe, written=written)]
    elif options.statistics:
        out(statistics(run.left, as_text=as_text))
        lines = []
    else:
        out(FORMATS[options.output_format](run.left, run.sources, unsafe))
        lines = [*_count(run), summary.fixable(run.left, unsafe, options.fix)]
    for reason in run.unkept if options.verbose else ():
        terminal.complain(reason)
    if options.verbose or (options.statistics and run.unanalysed):
        (out if options.statistics and as_text else partial(terminal.write, error=True))(unanalysed(run.unanalysed))
    lines += [verdicts(run.left), *run.lines]
    if as_text and not options.quiet:
        listing = summary.listing(run.mended, written=written) if options.show_fixes else ""
        out(listing + "".join(f"{line}\n" for line in lines if line))


def _count(run: Run) -> list[str]:
    """How many findings there were; nothing where there were none and something went wrong, or nothing was read."""
    from bce_lint.report import summary

    return [] if (run.problems or run.nothing) and not run.left and not run.mended else [summary.found(run.left, run.mended)]


def _report_crashes(run: Run) -> None:
    for one in run.left:
        if one.code == CRASH:
            _fail(f"{one.location.path}: {one.code} {one.message}")


def _status(options: Namespace, run: Run) -> int:
    if run.problems or any(one.code == CRASH for one in run.left):
        return ERROR
    changed = bool(run.mended) and (options.diff or options.exit_non_zero_on_fix)
    reported = bool(run.left) and not options.diff and not options.fix_only
    return FINDINGS if (changed or reported) and not options.exit_zero else CLEAN


def _fail(message: str) -> int:
    terminal.complain(message)
    return ERROR
