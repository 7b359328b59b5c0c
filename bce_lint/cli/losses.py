"""`--losses`: every loss with its verdict, in place of the findings."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bce_lint import terminal
from bce_lint.cli.sink import Sink
from bce_lint.report import FORMATS

if TYPE_CHECKING:
    from bce_lint.config.project_settings import Settings
    from bce_lint.loss_table.table import LossTable


def losses(options: Namespace, settings: Settings) -> tuple[str, ...]:
    """Prints the losses of the files that are named; what went wrong, a line each. Raises `Unwritten`."""
    from bce_lint.loss_table.table import losses_of
    from bce_lint.source.discover import discover

    found = discover(map(Path, options.paths), settings.force_exclude, settings.exclusion)
    for path, reason in found.unread:
        terminal.complain(f"{path}: {reason}")
    told = losses_of(found.files, settings.selection(found.files))
    for line in told.unread:
        terminal.complain(line)
    failures = tuple(f"{path}: {reason}" for path, reason in found.failures)
    if failures and not found.files:
        return failures
    with Sink(options.output_file, colour=options.color) as out:
        _print(options, told, out)
    return failures


def _print(options: Namespace, told: LossTable, out: Sink) -> None:
    from bce_lint.report.losses import as_json, beside, statistics, summary, table

    rows = told.losses
    if not FORMATS[options.output_format].is_text:
        out.write(as_json(rows, told.beside))
        return
    out.write(table(rows))
    out.write(beside(told.beside))
    if options.statistics:
        out.write(statistics(rows))
    if not options.quiet:
        out.write(f"{summary(rows)}\n")
