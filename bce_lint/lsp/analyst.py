"""What is asked of the analysis, answered from one workspace: findings, fixes, comments that silence. Lives in one thread."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from bce_lint.adoption.silencing import NotSilenced, silenced
from bce_lint.config.nearest import Configurations
from bce_lint.config.project_settings import Settings
from bce_lint.diagnostic import CRASH, TOO_LARGE, UNNAMED, UNREADABLE, UNSAFE, Diagnostic
from bce_lint.engine import check_text, fix_text
from bce_lint.fix_options import FixOptions
from bce_lint.lsp.client_settings import ClientSettings, skipped
from bce_lint.lsp.texts import AnyOpen, Snapshot
from bce_lint.rules.by_file import EVERY
from bce_lint.source.documents import decode
from bce_lint.source.projects import look_again, project_files, root_of
from bce_lint.source.text import SourceError
from bce_lint.source.write import FileChange
from bce_lint.workspace import Workspace

if TYPE_CHECKING:
    from bce_lint.diagnostic import Edit, Fix, JudgedLoss, Location
    from bce_lint.fixes.outcome import Outcome
    from bce_lint.rules.by_file import FileRules, Selection

NEVER_SILENCED = (CRASH, UNREADABLE, TOO_LARGE)
"""The codes that no comment silences."""


class FileFindings(NamedTuple):
    """The findings of a file: those whose place lies in it, and those elsewhere that have a label in it."""

    here: tuple[Diagnostic, ...] = ()
    elsewhere: tuple[Diagnostic, ...] = ()


class Changes(NamedTuple):
    """The files that change together, each before and after; or why nothing is changed."""

    files: tuple[FileChange, ...] = ()
    problem: str = ""


class Analyst:
    """A workspace in the state that an editor has it in."""

    def __init__(self) -> None:
        self._workspace = Workspace(os.sep)
        self._snapshot = Snapshot({}, "utf-16")
        self._client: ClientSettings | None = None
        self._roots: tuple[str, ...] = ()
        self._settings = Settings(Configurations())
        self._looked_up: dict[str, tuple[str, ...] | None] = {}
        self._with_fixes: dict[str, tuple[Diagnostic, ...]] = {}
        self._workspace.follow(self._selection, self._imports)

    def take(self, snapshot: Snapshot, client: ClientSettings, roots: tuple[str, ...]) -> None:
        """What is asked from now on is asked of this state. Raises `ConfigError` where the client's settings cannot be followed."""
        if snapshot is not self._snapshot:
            for path in self._snapshot.texts.keys() - snapshot.texts.keys():
                self._update(path, self._snapshot.texts[path], None)
            for path, text in snapshot.texts.items():
                if self._snapshot.texts.get(path) is not text:
                    self._update(path, text, text.data)
            self._snapshot = snapshot
            self._with_fixes.clear()
        self._roots = roots
        if client is not self._client:
            self.configured(client)

    def _update(self, path: str, text: AnyOpen, data: bytes | None) -> None:
        if text.path is not None:
            self._workspace.update(path, data)

    def configured(self, client: ClientSettings) -> None:
        """Reads all configurations anew. Raises `ConfigError` where the client's settings cannot be followed."""
        self._client = client
        try:
            inline = client.inline()
        finally:
            self._settings = Settings(Configurations())
            self._changed_settings()
        self._settings = Settings(Configurations(), inline)
        self._changed_settings()

    def _changed_settings(self) -> None:
        self._with_fixes.clear()
        self._workspace.follow(self._selection, self._imports)
        before, self._looked_up = self._looked_up, {}
        if any(self._imports(folder) != found for folder, found in before.items()):
            self._workspace.forget()

    def look_again(self) -> None:
        """Forgets which projects there are, and what is known of them."""
        look_again()
        self._with_fixes.clear()
        self._workspace.forget()

    def disk_changed(self) -> None:
        """Files may be others than they were a moment ago."""
        self._with_fixes.clear()
        self._workspace.look_again()

    def _selection(self, path: str) -> Selection:
        return self._settings.selection([path])

    def _imports(self, folder: str) -> tuple[str, ...] | None:
        if folder not in self._looked_up:
            self._looked_up[folder] = self._settings.imports(folder)
        return self._looked_up[folder]

    def is_silent(self, path: str) -> bool:
        """True if a configuration, or where it lies, leaves a file out. Raises `ConfigError` where that cannot be followed."""
        exclusion = self._settings.file(path).exclusion
        return exclusion.names(path) or skipped(path, self._roots, exclusion.folders)

    def _open(self, path: str) -> AnyOpen | None:
        return self._snapshot.texts.get(path)

    def _is_unnamed(self, path: str) -> bool:
        text = self._open(path)
        return text is not None and text.path is None

    def rules(self, path: str) -> FileRules:
        """The rules of a file. Raises `ConfigError` where its configuration cannot be followed."""
        return self._settings.here.unnamed if self._is_unnamed(path) else self._settings.rules(path)

    def findings(self, path: str) -> FileFindings:
        """The findings of a file; none of one that is silent, or is not there. Raises `ConfigError` where its configuration cannot be
        followed."""
        text = self._open(path)
        if text is not None and not text.is_python:
            return FileFindings()
        if text is not None and text.path is None:
            return FileFindings(tuple(check_text(text.data, None, self._settings.unnamed).diagnostics))
        if self.is_silent(path):
            return FileFindings()
        try:
            found = self._workspace.findings(path, related=True)
        except FileNotFoundError:
            return FileFindings()
        here = tuple(one for one in found if one.location.path == path)
        return FileFindings(here, tuple(one for one in found if one.location.path != path))

    def with_fixes(self, path: str) -> tuple[Diagnostic, ...]:
        """The findings of a file, with the fixes that its configuration wants."""
        if path not in self._with_fixes:
            self._with_fixes[path] = tuple(self._told_with_fixes(path))
        return self._with_fixes[path]

    def _told_with_fixes(self, path: str) -> Iterable[Diagnostic]:
        text = self._open(path)
        if text is not None and not text.is_python:
            return ()
        if text is not None and text.path is None:
            found = check_text(text.data, None, self._settings.unnamed, fixes=True).diagnostics
        elif self.is_silent(path):
            return ()
        else:
            try:
                found = self._workspace.with_fixes(path).diagnostics
            except FileNotFoundError:
                return ()
        fixable = self.rules(path).fixable
        return (one if one.code in fixable else one.without_fix() for one in found)

    def fixed(self, path: str, fix: Fix) -> Changes:
        """The files as one fix of a finding leaves them, with what goes with it."""
        return _changes(self._outcome(path, FixOptions(fix.applicability == UNSAFE, EVERY, only=fix.edits), _paths(fix.edits) - {path}))

    def fixed_all(self, path: str) -> Changes:
        """A file as its safe fixes leave it, as `bce-lint --fix` makes them."""
        return _changes(self._outcome(path, FixOptions(False, EVERY), ()))

    def _outcome(self, path: str, options: FixOptions, others: Iterable[str]) -> Outcome:
        text = self._open(path)
        if text is not None and text.path is None:
            return fix_text(text.data, None, self._settings.unnamed, options)[0]
        return self._workspace.fixed(path, options, others)

    def silenced(self, path: str, location: Location, code: str) -> Changes:
        """A file with a comment that silences a code in a row."""
        data = self._snapshot.data(path)
        try:
            source = decode(data, path)
            row = source.inner(location).start.row
            return Changes((FileChange(path, data, silenced(source, {row: frozenset({code})}, "")[0]),))
        except SourceError as error:
            return Changes(problem=error.message)
        except NotSilenced as reason:
            return Changes(problem=str(reason))

    def losses(self, path: str) -> tuple[JudgedLoss, ...]:
        """Every loss in a file with what is known of it; none of a text that has no file."""
        if self._is_unnamed(path) or self.is_silent(path):
            return ()
        try:
            return self._workspace.losses(path)
        except FileNotFoundError:
            return ()

    def returned(self, path: str) -> tuple[tuple[Location, str], ...]:
        """What the models in a file return, each with the place of the value."""
        if self._is_unnamed(path) or self.is_silent(path):
            return ()
        from bce_lint.revealed import returned

        try:
            name, project = self._workspace.recording(path)
        except FileNotFoundError:
            return ()
        return returned(project, name)

    def files(self, roots: Iterable[str]) -> list[str]:
        """The Python files below some folders that no configuration leaves out."""
        found: dict[str, None] = {}
        for folder in roots:
            inside = os.path.join(folder, "")
            paths = project_files(root_of(os.path.join(folder, "any.py")), [os.path.join(folder, "any.py")])
            found.update(dict.fromkeys(path for path in paths if path.startswith(inside) and not self.is_silent(path)))
        return [*found]


def _paths(edits: Iterable[Edit]) -> frozenset[str]:
    return frozenset(edit.location.path for edit in edits) - {UNNAMED}


def _changes(outcome: Outcome) -> Changes:
    if not outcome.groups:
        return Changes(problem="; ".join(outcome.refused))
    return Changes(tuple(changed for group in outcome.groups for changed in group))

