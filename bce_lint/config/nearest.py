"""Which configuration holds for a file: the nearest in its folder or above it."""

from __future__ import annotations

import os

from bce_lint.config.problem import ConfigError
from bce_lint.config.reading import OWN, PYPROJECT, Configuration, own_file, table_of


class Configurations:
    """The configurations of folders, each folder looked at once. `fixed` holds for all of them, where it is given; without a search
    there are none."""

    def __init__(self, fixed: Configuration | None = None, *, search: bool = True) -> None:
        self._fixed = fixed
        self._search = search and fixed is None
        self._known: dict[str, Configuration | ConfigError | None] = {}

    def of(self, folder: str) -> Configuration | None:
        """What holds for the files in a folder. Raises `ConfigError` where that cannot be followed."""
        if not self._search:
            return self._fixed
        found = self._nearest(folder)
        if isinstance(found, ConfigError):
            raise found
        return found

    def _nearest(self, folder: str) -> Configuration | ConfigError | None:
        passed: list[str] = []
        while folder not in self._known:
            passed.append(folder)
            try:
                self._known[folder] = _here(folder)
            except ConfigError as error:
                self._known[folder] = error
            above = os.path.dirname(folder)
            if self._known[folder] is not None or above == folder:
                break
            del self._known[folder]
            folder = above
        found = self._known[folder]
        self._known.update(dict.fromkeys(passed, found))
        return found


def _here(folder: str) -> Configuration | None:
    own, shared = os.path.join(folder, OWN), os.path.join(folder, PYPROJECT)
    if os.path.lexists(own):
        return own_file(own)
    return table_of(shared) if os.path.lexists(shared) else None
