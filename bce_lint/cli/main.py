"""The command line: `bce-lint [check] PATH…`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bce_lint import terminal
from bce_lint.cli import options as command_line
from bce_lint.cli.kernels import tell_languages
from bce_lint.cli.reporting import report, sink
from bce_lint.cli.sink import Unwritten
from bce_lint.cli.ticker import ticking
from bce_lint.config.problem import ConfigError
from bce_lint.diagnostic import CRASH, UNNAMED
from bce_lint.progress import PROGRESS

if TYPE_CHECKING:
    from bce_lint.asked_fixes import ForOthers
    from bce_lint.cli.adoption import Adopted
    from bce_lint.cli.run import Run
    from bce_lint.compare import WitnessReport
    from bce_lint.config.project_settings import Settings
    from bce_lint.diagnostic import Diagnostic
    from bce_lint.findings import Inspect
    from bce_lint.rules.by_file import FileRules

CLEAN, FINDINGS, ERROR, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and returns its exit status. What goes wrong is one line on standard error, never a traceback."""
    terminal.accept_any_text()
    PROGRESS.restart()
    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        status = _serve(words[1:]) if words[:1] == ["server"] else _run(command_line.parse(words))
        terminal.flush()
        return status
    except BrokenPipeError:
        terminal.nobody_reads()
        return ERROR
    except Unwritten as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except ConfigError as error:
        return _fail(str(error))
    except Exception as error:
        return _fail(f"internal error: {type(error).__name__}: {' '.join(str(error).split())}")


def _run(options: Namespace) -> int:
    if options.list_rules or options.explain is not None:
        return _show_rules(options)
    if options.print_completion is not None:
        return _print_completion(options.print_completion)
    if options.reveal is not None:
        return _reveal(options)
    if problem := command_line.problem(options):
        return _fail(problem)
    try:
        if options.verify and not options.paths:
            return _verify_rules(options)
        settings = _settings(options)
        if options.show_settings or options.show_files:
            return _show_settings(options, settings)
        if problem := command_line.output_problem(options):
            return _fail(problem)
        if options.losses:
            return _losses(options, settings)
        inspect = _verifier(options) if options.verify else None
        witnessed = _witnessed(options)
        adopted = _adopted(options, settings)
    except ImportError as error:
        return _fail(f"--verify needs PyTorch ({error}); install it with `pip install torch`")
    except ValueError as error:
        return _fail(str(error))
    if adopted is not None and (options.fix or inspect is not None):
        inspect = adopted.inspect(inspect)
    counted = options.statistics and not options.fix
    fixes = not counted if adopted is None or counted else adopted.fixes()
    on = _run_on_text if options.paths == ["-"] else _run_on_files
    unreadable = ""
    with ticking(options.quiet):
        run = on(options, settings, inspect, fixes)
        try:
            run = run if witnessed is None else _compared(witnessed, run, settings, options.related)
            run = run if adopted is None else adopted.without_known(run)
        except ValueError as error:
            unreadable = str(error)
    if unreadable:
        for problem in (*run.problems, unreadable):
            _fail(problem)
        return ERROR
    if run.interrupted:
        terminal.complain(run.interrupted)
    run = run if options.add_noqa is None or run.interrupted else _silenced(options, run)
    run = run._replace(left=[one if one.code in _rules_of(settings, one).fixable else one.without_fix() for one in run.left])
    for reason in _in_vain(options, settings, run):
        terminal.complain(reason)
    for problem in run.problems:
        _fail(problem)
    report(options, run)
    for line in run.revealed:
        terminal.write(f"{terminal.one_line(line)}\n", error=True)
    if run.afterwards is not None:
        terminal.flush()
        with suppress(KeyboardInterrupt):  # all is told
            run.afterwards()
    return _status(options, run)


def _serve(words: Sequence[str]) -> int:
    from bce_lint.lsp.command import serve

    return serve(words)


def _adopted(options: Namespace, settings: Settings) -> Adopted | None:
    """What the command says of findings that were there before; None where it says nothing."""
    if options.baseline is None and options.new_from is None:
        return None
    from bce_lint.cli.adoption import Adopted

    return Adopted(options, settings)


def _silenced(options: Namespace, run: Run) -> Run:
    from bce_lint.cli.add_noqa import add_noqa

    return add_noqa(options, run)


def _settings(options: Namespace) -> Settings:
    from bce_lint.cli.configured import settings

    return settings(options)


def _show_settings(options: Namespace, settings: Settings) -> int:
    from bce_lint.cli.show import files, settings_of

    found, problems = (files if options.show_files else settings_of)(options.paths, options.stdin_filename, settings)
    terminal.write(found)
    for problem in problems:
        _fail(problem)
    return ERROR if problems else CLEAN


def _rules_of(settings: Settings, one: Diagnostic) -> FileRules:
    """The rules of the file that a finding's place lies in."""
    path = one.location.path
    return settings.here.unnamed if path == UNNAMED else settings.rules(os.path.abspath(path))


def _in_vain(options: Namespace, settings: Settings, run: Run) -> list[str]:
    """What configurations ask of fixes in vain, where fixes are made."""
    if not options.fix or options.unsafe_fixes:
        return []
    from bce_lint.cli.configured import in_vain

    return in_vain(settings, run.left)


def _reveal(options: Namespace) -> int:
    from bce_lint.cli.reveal import reveal

    try:
        terminal.write(reveal(options.reveal, options.paths, _settings(options).imports))
    except ValueError as error:
        return _fail(str(error))
    return CLEAN


def _losses(options: Namespace, settings: Settings) -> int:
    from bce_lint.cli.losses import losses

    with ticking(options.quiet):
        problems = losses(options, settings)
    for problem in problems:
        _fail(problem)
    return ERROR if problems else CLEAN


def _show_rules(options: Namespace) -> int:
    from bce_lint.cli.explain import explain, listing

    try:
        terminal.write(listing() if options.list_rules else explain(options.explain))
    except ValueError as error:
        return _fail(str(error))
    return CLEAN


def _print_completion(shell: str) -> int:
    from bce_lint.cli.completion import NoCompletion, completion

    try:
        terminal.write(completion(shell))
    except NoCompletion as error:
        return _fail(str(error))
    return CLEAN


def _verify_rules(options: Namespace) -> int:
    """Tries the rewrites of the selected rules, of all where none is selected: one that is off by default has a fix, too."""
    from bce_lint.rules.selection import choose, split

    codes = choose(split(options.select or ["BCE"]), split(options.ignore), split(options.extend_select))
    from bce_lint.report import FORMATS
    from bce_lint.verify import verify_rules
    from bce_lint.verify.table import as_json, table

    drawn = _draw(options, codes) if options.plot is not None else ""
    results = verify_rules(codes, options.device or "cpu")
    with sink(options) as out:
        out.write(table(results, options.quiet) + drawn if FORMATS[options.output_format or "full"].is_text else as_json(results))
    return CLEAN if all(one.holds for one in results) else FINDINGS


def _draw(options: Namespace, codes: frozenset[str]) -> str:
    """Draws the selected rewrites, and says how many pictures there are."""
    from bce_lint.verify.plot import draw

    count = len(draw(codes, Path(options.plot), options.device or "cpu"))
    return "" if options.quiet else f"pictures written to {options.plot}: {count}\n"


def _verifier(options: Namespace) -> Inspect:
    from bce_lint.verify.site import Verifier

    return Verifier(options.device or "cpu")


def _witnessed(options: Namespace) -> WitnessReport | None:
    """The report of a run that the findings are to be held against."""
    if options.compare is None:
        return None
    from bce_lint.compare import read_report

    return read_report(options.compare)


def _compared(report: WitnessReport, run: Run, settings: Settings, related: bool) -> Run:
    """The findings with what a run says of them, and those that only it has."""
    from bce_lint.compare import compare

    compared = compare(report, run.files, run.left, settings.selection(run.files), related)
    return run._replace(left=compared.findings, sources={**compared.sources, **run.sources}, lines=compared.lines)


def _run_on_files(options: Namespace, settings: Settings, inspect: Inspect | None, fixes: bool | ForOthers) -> Run:
    from bce_lint import engine
    from bce_lint.cache import cache
    from bce_lint.cli.fix import fix_files
    from bce_lint.cli.linting import linted
    from bce_lint.report.paths import shown
    from bce_lint.source.discover import discover

    found = discover(map(Path, options.paths), settings.force_exclude, settings.exclusion)
    selected = settings.selection(found.files)
    for path, reason in found.unread:
        terminal.complain(f"{path}: {reason}")
    for path in () if options.quiet else engine.stand_ins(found.files, selected.imports):
        terminal.complain(f"{shown(path)}: Python takes it for PyTorch in files beside it, so what they do with PyTorch is not known")
    tell_languages({} if options.quiet else dict.fromkeys(map(str, found.files)))
    if not found.files and not found.failures and not options.quiet:
        terminal.complain("no Python files under the given paths")
    kept = cache(options.no_cache, options.cache_dir)
    if options.fix:
        from bce_lint.fix_options import FixOptions
        from bce_lint.rules.by_file import EVERY

        how = FixOptions(options.unsafe_fixes, EVERY, inspect, tuple(options.paths), options.related, fixes=fixes)
        run = fix_files(found.files, selected, how, options.diff, kept)
    else:
        ask = partial(engine.check, found.files, selected, fixes, inspect, kept, options.related, options.jobs)
        run = linted(ask, kept)._replace(files=found.files)
    problems = (*(f"{path}: {reason}" for path, reason in found.failures), *run.problems)
    return run._replace(problems=problems, nothing=not found.files)


def _run_on_text(options: Namespace, settings: Settings, inspect: Inspect | None, fixes: bool | ForOthers) -> Run:
    from bce_lint import engine
    from bce_lint.cache import cache
    from bce_lint.cli.fix import fix_text
    from bce_lint.cli.linting import linted
    from bce_lint.cli.run import Run
    from bce_lint.source.discover import excluded

    data, name = sys.stdin.buffer.read(), options.stdin_filename
    selected = settings.unnamed if name is None else settings.selection([name])
    if name is not None and settings.force_exclude(os.path.abspath(name)) and excluded(Path(name), excluding=settings.exclusion):
        if options.fix and not options.diff:
            terminal.put(data)
        return Run((), {})
    tell_languages({} if name is None or options.quiet else {name: data})
    kept = cache(options.no_cache, options.cache_dir)
    if options.fix:
        from bce_lint.fix_options import FixOptions
        from bce_lint.rules.by_file import EVERY

        far = FixOptions(options.unsafe_fixes, EVERY, inspect, related=options.related, fixes=fixes)
        return fix_text(data, name, selected, far, options.diff, kept)
    how = {"fixes": fixes, "inspect": inspect, "cache": kept, "related": options.related}
    return linted(partial(engine.check_text, data, name, selected, **how), kept)


def _status(options: Namespace, run: Run) -> int:
    if run.interrupted:
        return INTERRUPTED
    if run.problems or any(one.code == CRASH for one in run.left):
        return ERROR
    changed = bool(run.mended) and (options.diff or options.exit_non_zero_on_fix)
    failing = any(not one.condition for one in run.left) or (bool(run.left) and options.exit_non_zero_on_possible)
    reported = failing and not options.diff and not options.fix_only
    return FINDINGS if (changed or reported) and not options.exit_zero else CLEAN


def _fail(message: str) -> int:
    terminal.complain(message)
    return ERROR
