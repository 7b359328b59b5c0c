"""`--add-noqa`: comments that silence what is found."""

from __future__ import annotations

import os
from argparse import Namespace
from collections import defaultdict
from typing import TYPE_CHECKING

from bce_lint import terminal
from bce_lint.adoption.silencing import NotSilenced, silenced
from bce_lint.diagnostic import CRASH, TOO_LARGE, UNREADABLE
from bce_lint.report import summary
from bce_lint.report.paths import shown
from bce_lint.source.projects import by_root, leading_out
from bce_lint.source.write import FileChange, Refused, write_all

if TYPE_CHECKING:
    from bce_lint.cli.run import Run
    from bce_lint.diagnostic import Diagnostic
    from bce_lint.source.text import SourceText

_NEVER = (CRASH, UNREADABLE, TOO_LARGE)


def add_noqa(options: Namespace, run: Run) -> Run:
    """Writes a comment for each finding of a run, or shows it; what a comment cannot silence is left, with why."""
    by_file: defaultdict[str, list[Diagnostic]] = defaultdict(list)
    for one in run.left:
        if one.code not in _NEVER:
            by_file[one.location.path].append(one)
    out = _out(by_file, options.paths)
    problems, changes, count = list(run.problems), list[FileChange](), 0
    done: set[tuple[str, bytes, bytes]] = set()
    for path, found in sorted(by_file.items()):
        try:
            if os.path.abspath(path) in out:
                raise NotSilenced("a link out of the project, which is written only where it is named")
            source = run.sources[path]
            data, number = silenced(source, _rows(source, found), options.add_noqa)
            change = FileChange(path, source.data, data)
            changes.append(change)
            once = (os.path.realpath(path), source.data, data)
            if once in done:
                continue  # a link to a file that has the comments is written with it
            if not options.diff:
                write_all([change])
            done.add(once)
            count += number
        except (NotSilenced, Refused) as refused:
            problems.append(f"{path}: no `# noqa` is added: {refused.reason if isinstance(refused, Refused) else refused}")
    if options.diff:
        _show(changes)
    unsilenced = [one for one in run.left if one.code in _NEVER[1:]]
    left = [one for one in run.left if one.code == CRASH]
    return run._replace(left=left, problems=tuple(problems), lines=tuple(_lines(count, unsilenced, written=not options.diff)))


def _rows(source: SourceText, found: list[Diagnostic]) -> dict[int, frozenset[str]]:
    rows: defaultdict[int, set[str]] = defaultdict(set)
    for one in found:
        rows[source.inner(one.location).start.row].add(one.code)
    return {row: frozenset(codes) for row, codes in rows.items()}


def _out(files: dict[str, list[Diagnostic]], named: list[str]) -> set[str]:
    roots = by_root(os.path.abspath(path) for path in files)
    return {path for root, paths in roots for path in leading_out(root, paths, named)}


def _show(changes: list[FileChange]) -> None:
    from bce_lint.cli.fix import show_changes

    show_changes(changes)


def _lines(count: int, unsilenced: list[Diagnostic], *, written: bool) -> list[str]:
    told = f"{'Added' if written else 'Would add'} {summary.count(count, '`# noqa` comment')}."
    rest = [f"{shown(one.location.path)}: {one.code} is not silenced by a comment" for one in unsilenced]
    return [told, *map(terminal.one_line, rest)]
