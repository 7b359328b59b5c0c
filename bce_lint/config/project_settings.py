"""The settings of every file that a run meets."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from bce_lint.config.layers import NOTHING, Layers
from bce_lint.config.nearest import Configurations
from bce_lint.config.problem import ConfigError
from bce_lint.config.reading import Configuration
from bce_lint.config.resolving import Resolved
from bce_lint.config.settings import BY_KEY
from bce_lint.rules.by_file import FileRules, Files, Selection
from bce_lint.source.exclusion import Exclusion


class Settings:
    """The settings of files, by what the configuration nearest to each says, what `--config` gives, and the options."""

    def __init__(self, configurations: Configurations, inline: Configuration = NOTHING, options: Configuration = NOTHING) -> None:
        self._configurations = configurations
        self._inline, self._options = inline, options
        self._resolved: dict[int, Resolved] = {}
        self._rules: dict[str, FileRules] = {}

    def folder(self, folder: str) -> Resolved:
        """What holds in a folder. Raises `ConfigError` where its configuration cannot be followed."""
        found = self._configurations.of(folder)
        if id(found) not in self._resolved:
            self._resolved[id(found)] = Resolved(Layers(found, self._inline, self._options))
        return self._resolved[id(found)]

    def file(self, path: str) -> Resolved:
        """What holds for a file."""
        return self.folder(os.path.dirname(path))

    def rules(self, path: str) -> FileRules:
        """The rules of a file."""
        if path not in self._rules:
            self._rules[path] = self.file(path).rules(path)
        return self._rules[path]

    def exclusion(self, folder: str) -> Exclusion:
        """What is left out of a folder."""
        return self.folder(folder).exclusion

    def force_exclude(self, path: str) -> bool:
        """True if a path that is named is left out where it is excluded."""
        return self.folder(path if os.path.isdir(path) else os.path.dirname(path)).force_exclude

    def imports(self, folder: str) -> tuple[str, ...] | None:
        """Where the imports of the files in a folder are looked up. What is wrong there is told where its files are linted."""
        try:
            return self.folder(folder).src
        except ConfigError:
            return None

    def selection(self, files: Iterable[str | os.PathLike[str]]) -> Selection:
        """The rules of files that are linted, and of those that are not: none where settings leave a file out. Raises `ConfigError`
        where the configuration of a file that is linted cannot be followed."""
        linted = {os.path.abspath(file) for file in files}
        for folder in {os.path.dirname(path) for path in linted}:
            self.folder(folder)

        def _of(path: str) -> FileRules:
            return self.rules(path) if path in linted or not self.exclusion(os.path.dirname(path)).names(path) else _SILENT

        return Selection(_of, self._name, self.imports)

    @property
    def unnamed(self) -> Selection:
        """The rules of a text that has no name: those of the working folder."""
        return Selection.alike(self.here.unnamed, self.imports)

    def _name(self, files: Files) -> object:
        """All that the rules of a project's files depend on: not how a run prints what it finds."""
        folders = {os.path.dirname(path) for path in files()}
        return _of_files(self._inline), _of_files(self._options), sorted({self._said(folder) for folder in folders})

    def _said(self, folder: str) -> str:
        try:
            found = self._configurations.of(folder)
            return repr(found and _of_files(found))
        except ConfigError as error:
            return str(error)

    @property
    def here(self) -> Resolved:
        """What holds in the working folder."""
        return self.folder(str(Path.cwd()))


_SILENT = FileRules(frozenset())


def _of_files(found: Configuration) -> Configuration:
    """What a configuration says of files, and not of a whole run."""
    return found._replace(values={key: value for key, value in found.values.items() if not BY_KEY[key].whole_run})
