"""What settings leave out of a walk: names of folders, and patterns as in `.gitignore` that start from a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

from bce_lint.source.patterns import Patterns

SKIPPED_FOLDERS: Final = frozenset(
    (
        ".bce_lint_cache", ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox",
        ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".virtual_documents", ".vscode",
        "__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules", "site-packages", "venv",
    )
)  # fmt: skip
"""Folders that hold no code of the project's own: ruff's list, and caches."""


class Anchored(NamedTuple):
    """Patterns, and the folder that those with a slash start from; those without one match names anywhere."""

    base: str
    patterns: Patterns

    def verdict(self, path: str, folder: bool) -> bool | None:
        """Whether the last pattern that matches an absolute path names it, None where none does."""
        return self.patterns.verdict(below(path, self.base), folder)

    def names(self, path: str) -> bool:
        """True if a file, or a folder that it lies in, is what a pattern says."""
        return self.patterns.within(below(path, self.base))


class Exclusion(NamedTuple):
    """What is left out of the folders that one configuration holds for: folders with some names, and what patterns name, the last
    one that matches deciding."""

    folders: frozenset[str] = SKIPPED_FOLDERS
    patterns: tuple[Anchored, ...] = ()

    def verdict(self, path: str, folder: bool) -> bool:
        """True if the patterns leave an absolute path out; what it lies in has been asked about before."""
        return next((found for one in reversed(self.patterns) if (found := one.verdict(path, folder)) is not None), False)

    def names(self, path: str) -> bool:
        """True if the patterns leave out a file, or a folder around it that their own folders hold."""
        if not self.patterns:
            return False
        around, above = [], os.path.dirname(path)
        while any(above.startswith(os.path.join(one.base, "")) for one in self.patterns):
            around.append(above)
            above = os.path.dirname(above)
        return any(self.verdict(one, True) for one in reversed(around)) or self.verdict(path, os.path.isdir(path))


Excluding: TypeAlias = Callable[[str], Exclusion]
"""What is left out of a folder, by its absolute path."""


def built_in(folder: str) -> Exclusion:
    """What is left out where no settings say so."""
    return _BUILT_IN


_BUILT_IN: Final = Exclusion()


def anchored(base: str, lines: Iterable[str]) -> Anchored:
    """Patterns that start from a folder."""
    return Anchored(base, Patterns(os.fsencode(line.removeprefix("./")).decode("latin-1") for line in lines))


def below(path: str, base: str) -> str:
    """A path as patterns read it, from a folder."""
    return os.path.relpath(path, base).replace(os.sep, "/")
