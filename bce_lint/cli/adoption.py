"""`--baseline` and `--new-from`: findings that were there before are not told, not counted and not fixed."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bce_lint.adoption.known import STDIN, KnownFinding, KnownFindings
from bce_lint.diagnostic import CRASH, TOO_LARGE, UNREADABLE
from bce_lint.progress import PROGRESS
from bce_lint.report import summary
from bce_lint.report.paths import shown

if TYPE_CHECKING:
    from bce_lint.adoption.revision import FindingsAt
    from bce_lint.adoption.written_tree import WrittenTree
    from bce_lint.asked_fixes import ForOthers
    from bce_lint.cache import Slot
    from bce_lint.cli.run import Run
    from bce_lint.config.project_settings import Settings
    from bce_lint.diagnostic import Diagnostic
    from bce_lint.findings import Inspect
    from bce_lint.source.text import SourceText

_NOT_ANALYSED: Final = frozenset((CRASH, UNREADABLE, TOO_LARGE))


class Adopted:
    """What a command leaves out: the findings of a baseline, and those of a revision. Raises `ValueError` where one cannot be read."""

    def __init__(self, options: Namespace, settings: Settings) -> None:
        self._options = options
        self._settings = settings
        self._baseline = None if options.baseline is None else _baseline(options.baseline, missing=options.update_baseline)
        self._revision = None if options.new_from is None else _revision(options, settings)
        self._inspected = False

    def inspect(self, further: Inspect | None) -> Inspect:
        """Looks at the findings of a project before they are fixed or verified, and leaves out those that were there before."""
        from bce_lint.engine import STDIN as TEXT
        from bce_lint.findings import leaving_out

        self._inspected = True
        return leaving_out(self._are_known, {TEXT: STDIN}, further)

    def fixes(self) -> ForOthers:
        """For which findings fixes are planned: for none that is known for sure, and for none where all are to be known."""
        from bce_lint.asked_fixes import FOR_NONE, ForOthers

        known = repr((self._baseline and (self._baseline.folder, self._baseline.entries), self._revision and self._revision.commit))
        name = f"those that are not in {known}"
        if self._options.update_baseline:
            return ForOthers(FOR_NONE, lambda diagnostics, *_: [True] * len(diagnostics), (name,))
        return ForOthers(name, self._surely_known, looked_up=self._revision is not None)

    def _surely_known(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText], _part: str) -> list[bool]:
        try:
            known = [source.surely(diagnostics, sources) for source in (self._baseline, self._revision) if source is not None]
        except ValueError:  # what is wrong with a revision is told by who looks at all findings
            return [False] * len(diagnostics)
        return [any(each) for each in zip(*known, strict=True)]

    def without_known(self, run: Run) -> Run:
        """A run without what was there before, and with what is to be said of the baseline; where it is to be written, that is done."""
        if self._options.update_baseline and not run.interrupted:
            return self._update(run)
        # what was fixed or verified was looked at: here are those of which there is nothing to look at
        asked = [one for one in run.left if not self._inspected or one.code in (UNREADABLE, TOO_LARGE)]
        known = {one for one, is_known in zip(asked, self._are_known(asked, run.sources, "<files>"), strict=True) if is_known}
        return run._replace(left=[one for one in run.left if one not in known], lines=(*run.lines, *self._stale(run)))

    def _are_known(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText], part: str) -> list[bool]:
        known = [source.are_known(diagnostics, sources, part) for source in (self._baseline, self._revision) if source is not None]
        return [any(each) for each in zip(*known, strict=True)]

    def _unmatched(self, baseline: KnownFindings, run: Run) -> tuple[list[KnownFinding], list[KnownFinding]]:
        """The entries that are gone, and those of which this run says nothing: of other files and rules, or of files that could not be
        analysed."""
        closed = {os.path.abspath(one.location.path) for one in run.left if one.code in _NOT_ANALYSED}

        def _runs(path: str, code: str) -> bool:
            rules = self._settings.here.unnamed if path == STDIN else self._settings.rules(path)
            return code in rules.codes and (path not in closed or code in _NOT_ANALYSED)

        return baseline.unmatched(map(str, run.files), self._options.paths, _runs)

    def _stale(self, run: Run) -> list[str]:
        if self._baseline is None or run.interrupted:
            return []
        gone, _ = self._unmatched(self._baseline, run)
        those = "it" if len(gone) == 1 else "them"
        return [f"{summary.count(len(gone), 'finding')} of the baseline {'is' if len(gone) == 1 else 'are'} gone: "
                f"`--update-baseline` forgets {those}."] if gone else []  # fmt: skip

    def _update(self, run: Run) -> Run:
        """Writes the findings of a run into the baseline, which keeps what it says of other files and rules."""
        from bce_lint.adoption.baseline import save
        from bce_lint.source.write import Refused

        assert self._baseline is not None, "the option goes with a baseline"
        listed = [one for one in run.left if one.code != CRASH]
        new = self._baseline.are_known(listed, run.sources).count(False)
        gone, kept = self._unmatched(self._baseline, run)
        entries = [*kept, *self._baseline.today(listed, run.sources)]
        run = run._replace(left=[one for one in run.left if one.code == CRASH])
        try:
            save(self._options.baseline, entries)
        except Refused as refused:
            return run._replace(problems=(*run.problems, str(refused)))
        told = summary.count(len(entries), "finding")
        return run._replace(lines=(f"Baseline {shown(self._options.baseline)}: {told} ({new} new, {len(gone)} gone).",))


def _baseline(path: str, *, missing: bool) -> KnownFindings:
    from bce_lint.adoption.baseline import folder_of, load

    try:
        return KnownFindings(load(path), folder_of(path))
    except FileNotFoundError:
        if missing:
            return KnownFindings((), folder_of(path))
        raise ValueError(f"{path}: no such baseline; `--update-baseline` writes one") from None


def _revision(options: Namespace, settings: Settings) -> FindingsAt:
    from bce_lint import engine
    from bce_lint.adoption.git import repository_of
    from bce_lint.adoption.revision import FindingsAt, FindingsWithTexts
    from bce_lint.cache import cache
    from bce_lint.rules.by_file import Selection
    from bce_lint.source.discover import discover
    from bce_lint.source.projects import root_of

    def _lint(files: Sequence[Path], written: WrittenTree) -> FindingsWithTexts:
        """Lints files of the revision as the same paths are linted now."""
        today = settings.selection(map(written.today, map(str, files)))

        def _imports(folder: str) -> tuple[str, ...] | None:
            folders = today.imports(written.today(folder))
            return None if folders is None else tuple(map(written.then, folders))

        selected = Selection(lambda path: today.of(written.today(path)), lambda _: None, _imports)
        with PROGRESS.naming(written.today):
            found = engine.check(files, selected, related=options.related)
        return found.diagnostics, found.sources

    def _kept(commit: str, files: Sequence[str]) -> Slot | None:
        """Where the findings of a commit lie; none are kept where imports are looked up outside of its repository."""
        store, repository = cache(options.no_cache, options.cache_dir), repository_of(files[0]) if files else None
        if store is None or repository is None:
            return None
        today, inside = settings.selection(files), os.path.join(repository, "")
        looked_up = [(folder, today.imports(folder)) for folder in sorted({os.path.dirname(file) for file in files})]
        if not all((one + os.sep).startswith(inside) for _, found in looked_up for one in found or ()):
            return None
        return store.lasting(root_of(files[0]), commit, ("revision", files, looked_up, today.name(lambda: files), options.related))

    text = options.paths == ["-"]
    files = [Path(options.stdin_filename)] if text else discover(map(Path, options.paths), settings.force_exclude, settings.exclusion).files
    return FindingsAt(options.new_from, files, _lint, on_disk=not text, imports=settings.imports, kept=_kept)
