"""What a command prints: the findings in the format that was asked for, and what they come to."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from functools import partial

from bce_lint import terminal
from bce_lint.cli.run import Run
from bce_lint.cli.sink import Sink
from bce_lint.diagnostic import CRASH, Diagnostic
from bce_lint.progress import PROGRESS
from bce_lint.report import FORMATS
from bce_lint.report.told import RulePage, Told


def report(options: Namespace, run: Run) -> None:
    """Prints the findings and what they come to; standard output is left to a diff or a mended text. Raises `Unwritten`."""
    from bce_lint.report import summary
    from bce_lint.report.run_time import summary as verdicts
    from bce_lint.report.spent import spent
    from bce_lint.report.statistics import statistics, unanalysed, visited

    unsafe, written = options.unsafe_fixes, not options.diff
    as_text = FORMATS[options.output_format].is_text
    with sink(options, error=options.diff or (options.fix and options.paths == ["-"])) as out:
        if options.update_baseline or options.add_noqa is not None:
            _report_crashes(run)
            lines = []
        elif options.diff or options.fix_only:
            _report_crashes(run)
            lines = [summary.fixed(run.left, run.mended, unsafe, written=written)]
        elif options.statistics:
            out.write(statistics(run.left, as_text=as_text))
            lines = []
        else:
            out.write(FORMATS[options.output_format](told(options, run, out)))
            lines = [*_count(run), summary.fixable(run.left, unsafe, options.fix), summary.unshown(run.unshown)]
        for reason in run.unkept if options.verbose else ():
            terminal.complain(reason)
        if options.verbose or (options.statistics and run.unanalysed):
            put = out.write if options.statistics and as_text else partial(terminal.write, error=True)
            put(unanalysed(run.unanalysed))
        if options.statistics and as_text:
            out.write(visited(run.sinks))
        if options.verbose:
            terminal.write(spent(PROGRESS.seconds), error=True)
        lines += [verdicts(run.left), *run.lines]
        if as_text and not options.quiet:
            listing = summary.listing(run.mended, written=written) if options.show_fixes else ""
            out.write(listing + "".join(f"{line}\n" for line in lines if line))


def sink(options: Namespace, *, error: bool = False) -> Sink:
    """Where the output of a command goes."""
    return Sink(options.output_file, error=error, colour=options.color)


def told(options: Namespace, run: Run, out: Sink) -> Told:
    """What the formats are given."""
    from bce_lint.rules.value_ways import value_ways

    return Told(
        run.left,
        run.sources,
        options.unsafe_fixes,
        partial(_fingerprints, run),
        page_of,
        value_ways,
        failed=(*run.problems, *([run.interrupted] if run.interrupted else ())),
        colour=out.colour,
        width=out.width,
        notes=not options.quiet,
    )


def _fingerprints(run: Run) -> Sequence[str]:
    from bce_lint.fingerprints import fingerprints

    return fingerprints(run.left, run.sources)


def page_of(code: str) -> RulePage | None:
    """What the page of a rule says; None where no rule has the code."""
    from bce_lint.rules.pages import page, sections
    from bce_lint.rules.registry import BY_CODE

    rule = BY_CODE.get(code)
    if rule is None:
        return None
    summary = " ".join(rule.doc.strip().partition("\n\n")[0].split())
    return RulePage(rule.name, rule.severity, summary, sections(rule).get("What it does", ""), page(rule))


def _count(run: Run) -> list[str]:
    """How many findings there were; nothing where there were none and something went wrong, or nothing was read."""
    from bce_lint.report import summary

    return [] if (run.problems or run.nothing) and not run.left and not run.mended else [summary.found(run.left, run.mended)]


def _report_crashes(run: Run) -> None:
    for one in run.left:
        if one.code == CRASH:
            terminal.complain(crashed(one))


def crashed(one: Diagnostic) -> str:
    """A failure of the analysis on one line."""
    return f"{one.location.path}: {one.code} {one.message}"
