"""`--fix` and `--diff`: what the engine changed is written, or shown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bce_lint import terminal
from bce_lint.cli.run import Run

if TYPE_CHECKING:
    from bce_lint.cache import Cache
    from bce_lint.diagnostic import Diagnostic
    from bce_lint.fix_options import FixOptions
    from bce_lint.fixes.outcome import Outcome
    from bce_lint.rules.by_file import Asked
    from bce_lint.source.text import SourceText
    from bce_lint.source.write import FileChange


def fix_files(files: Sequence[Path], asked: Asked, options: FixOptions, diff: bool, kept: Cache | None) -> Run:
    """Mends files, or shows how it would. Files that could not be written are read again, for what is left in them."""
    from bce_lint import engine
    from bce_lint.cli.linting import unkept

    outcome, sources = engine.fix(files, asked, options, kept)
    run = _came_to(outcome, sources)
    if kept is not None:
        run = run._replace(unkept=unkept(kept), afterwards=kept.settle)
    if diff:
        show(outcome)
        return run
    unwritten, problems = write(outcome)
    if not problems:
        if kept is not None and outcome.groups and options.inspect is None:
            return run._replace(afterwards=partial(_keep_what_is_left, files, asked, options, kept))
        return run
    now = engine.check(files, asked, fixes=True, inspect=options.inspect, related=options.related)
    mended = [one for one in outcome.applied if unwritten.isdisjoint(_changed_for(one))]
    return Run(now.diagnostics, now.sources, mended, (*outcome.refused, *problems), unanalysed=now.unanalysed, unshown=now.unshown)


def _keep_what_is_left(files: Sequence[Path], asked: Asked, options: FixOptions, kept: Cache) -> None:
    """Has the cache know what the next run finds in the files that were written."""
    from bce_lint import engine

    engine.check(files, asked, fixes=True, cache=kept, related=options.related)
    kept.settle()


def fix_text(data: bytes, name: str | None, asked: Asked, options: FixOptions, diff: bool, kept: Cache | None) -> Run:
    """Mends one text and gives it to standard output, or shows how it would."""
    from bce_lint import engine

    outcome, sources = engine.fix_text(data, name, asked, options, kept)
    if diff:
        show(outcome)
    else:
        terminal.put(next((changed.after for changed in _changes(outcome)), data))
    return _came_to(outcome, sources)


def _came_to(outcome: Outcome, sources: Mapping[str, SourceText]) -> Run:
    return Run(outcome.left, sources, outcome.applied, outcome.refused, unanalysed=outcome.unanalysed, unshown=outcome.unshown)


def write(outcome: Outcome) -> tuple[set[str], tuple[str, ...]]:
    """Writes each group whatever becomes of the others; the files of those that could not be written, and the reasons."""
    from bce_lint.source.write import Refused, write_all

    unwritten: set[str] = set()
    problems: list[str] = []
    done: set[tuple[str, bytes, bytes]] = set()
    for group in outcome.groups:
        changes = {(os.path.realpath(changed.path), changed.before, changed.after): changed for changed in group}
        try:
            write_all([changed for change, changed in changes.items() if change not in done])
            done.update(changes)  # a link to a file that was mended is mended
        except Refused as refused:
            unwritten.update(changed.path for changed in group)
            problems.append(str(refused))
    return unwritten, tuple(problems)


def show(outcome: Outcome) -> None:
    """Prints the changes of fixes by file."""
    show_changes(_changes(outcome))


def show_changes(changes: Iterable[FileChange]) -> None:
    """Prints changes by file: as bytes for a patch tool, as text for a person or where bytes could play tricks on a terminal."""
    from bce_lint.report.diff import diff, is_plain, readable

    for changed in _once(changes):
        if terminal.is_terminal():
            terminal.write(readable(*changed))
        elif is_plain(*changed):
            terminal.put(diff(*changed))
        else:
            terminal.put(readable(*changed).encode("utf-8", "backslashreplace"))
            terminal.complain(f"{changed.path}: its diff has control characters written out and is for reading only; --fix keeps them")


def _once(changes: Iterable[FileChange]) -> list[FileChange]:
    """Changes by file, each file under the name that is no link, where it has one among them: no patch tool writes through a link."""
    found: dict[tuple[str, bytes, bytes], FileChange] = {}
    for changed in sorted(changes, key=lambda one: (os.path.islink(one.path), one)):
        found.setdefault((os.path.realpath(changed.path), changed.before, changed.after), changed)
    return sorted(found.values())


def _changes(outcome: Outcome) -> Iterator[FileChange]:
    return (changed for group in outcome.groups for changed in group)


def _changed_for(one: Diagnostic) -> set[str]:
    """The files that the fix of a finding changes; for a finding that went with another, the file that it was in."""
    return {edit.location.path for edit in one.fix.edits} if one.fix is not None and one.fix.edits else {one.location.path}
