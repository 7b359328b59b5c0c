"""Which file of a project an import names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from bce_lint.source.projects import ImportFolders, entries, usual


class ImportedFiles:
    """Looks imports up in the folders of a project, and in those that its settings name; in those that a file adds itself
    (`added`), too. `folders` are those that were looked at so far, with the names found there on the disk; the files that are `given` are
    there as well."""

    def __init__(self, root: str, settings: ImportFolders = usual, given: Iterable[str] = ()) -> None:
        self.root = root
        self.added: Callable[[str], tuple[str, ...]] = lambda path: ()
        self.settings = settings
        self.folders: dict[str, frozenset[str]] = {}
        self._found: dict[tuple[str, str, int], str | None] = {}
        self._given: dict[str, set[str]] = {}
        for path in given:
            while len(path) > len(root):
                path, name = os.path.split(path)
                self._given.setdefault(path, set()).add(name)

    def go_on(self, before: ImportedFiles) -> None:
        """Takes over what another one has found, where all folders that it has looked at have the names that they had."""
        if (self.root, self.settings, self._given) == (before.root, before.settings, before._given):
            folders = {folder: entries(folder) for folder in before.folders}
            if folders == before.folders:
                self.folders, self._found = folders, dict(before._found)

    def file(self, importer: str, module: str, level: int) -> str | None:
        """The file that an import names: from the importer's folder, its packages, the folders of its settings or else the root and
        `src`, and from around a folder of that name in which the importer stands; None outside the project."""
        folder = os.path.dirname(importer)
        key = (folder, module, level)
        if key not in self._found:
            self._found[key] = self._resolve(folder, module, level)
        found = self._found[key]
        parts = module.split(".")
        if found == importer and not level:  # a file has no use for itself: it means another of its name, where there is one
            return next((file for file in self._named(folder, parts) if file != importer), importer)
        if found is None and not level:
            found = next((file for start in self.added(importer) if (file := self._file(start, parts)) is not None), None)
        return found

    def _resolve(self, folder: str, module: str, level: int) -> str | None:
        parts = module.split(".") if module else []
        if level:
            for _ in range(level - 1):
                folder = os.path.dirname(folder)
            return self._file(folder, parts)
        return next(self._named(folder, parts), None)

    def _named(self, folder: str, parts: list[str]) -> Iterator[str]:
        """The files that an absolute import may name, the one that it does name first."""
        for start in (*self._search(folder), *self._around(folder, parts[0] if parts else "")):
            if parts[:1] == ["torch"] and start != self.root and "__init__.py" in self._listing(start):
                continue  # Python looks here for a script beside it alone, to which a `torch.py` that imports torch gives itself
            found = self._file(start, parts)
            if found is not None:
                yield found

    def _search(self, folder: str) -> Iterable[str]:
        last = self.settings(folder)
        yield folder
        while folder != self.root and "__init__.py" in self._listing(folder) and len(folder) > len(self.root):
            folder = os.path.dirname(folder)
            yield folder
        yield from (self.root, os.path.join(self.root, "src")) if last is None else last

    def _around(self, folder: str, name: str) -> Iterable[str]:
        """The folders in which one called `name` lies that is the importer's, or is above it: the script of a namespace package."""
        while len(folder) > len(self.root):
            above, own = os.path.split(folder)
            if own == name:
                yield above
            folder = above

    def _listing(self, folder: str) -> frozenset[str]:
        if folder not in self.folders:
            self.folders[folder] = entries(folder)
        more = self._given.get(folder)
        return self.folders[folder] | more if more else self.folders[folder]

    def _file(self, folder: str, parts: list[str]) -> str | None:
        for index, part in enumerate(parts):
            names = self._listing(folder)
            if index == len(parts) - 1 and part + ".py" in names and not self._is_package(folder, part):
                return os.path.join(folder, part + ".py")
            if part not in names:
                return None
            folder = os.path.join(folder, part)
        return os.path.join(folder, "__init__.py") if "__init__.py" in self._listing(folder) else None

    def _is_package(self, folder: str, part: str) -> bool:
        return part in self._listing(folder) and "__init__.py" in self._listing(os.path.join(folder, part))
