"""The findings of a revision: its Python files are written into a folder that is removed again, and linted there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from bce_lint.adoption.git import Repository, TreeEntry, repository_of
from bce_lint.adoption.known import KnownFinding, KnownFindings
from bce_lint.adoption.written_tree import WrittenTree, scratch, write_tree
from bce_lint.diagnostic import CRASH, Diagnostic
from bce_lint.source.projects import MARKERS, ImportFolders, by_root, project_files, usual
from bce_lint.source.text import SourceText, content

FindingsWithTexts: TypeAlias = "tuple[Sequence[Diagnostic], Mapping[str, SourceText]]"
Lint: TypeAlias = "Callable[[Sequence[Path], WrittenTree], FindingsWithTexts]"
_PYTHON: Final = (".py", ".pyi", ".pyw", ".pyt", ".gyp", ".gypi", ".ipynb")
_DECIDING: Final = frozenset((*MARKERS, "bce-lint.toml", ".gitignore"))
"""The files beside Python's that decide what a project is, and what of it is linted."""


class LineStore(Protocol):
    """Where a line of text is kept, if it can be."""

    def get(self) -> str | None:
        """The text, None where there is none."""

    def put(self, text: str, /) -> None:
        """Keeps a text."""


class FindingsAt:
    """The findings that some files had in a revision; they are looked for when they are first asked about.

    A file that is gone since is linted with them: its findings may be those of a file that is new, as its folder was renamed.
    `lint` gives the findings of files, and `kept` a place for those of files of a commit, where they may be kept; `texts` stand for what is
    on the disk. Raises `ValueError` where there is no such revision.
    """

    def __init__(
        self,
        revision: str,
        files: Sequence[Path],
        lint: Lint,
        *,
        on_disk: bool = True,
        imports: ImportFolders = usual,
        kept: Callable[[str, Sequence[str]], LineStore | None] = lambda commit, files: None,
    ) -> None:
        self._files = [os.path.abspath(file) for file in files]
        self._folder = _repository(revision, self._files)
        self._repository = Repository(self._folder)
        self.commit = self._repository.commit(revision)
        self._lint = lint
        self._on_disk = on_disk
        self._imports = imports
        self._kept = kept

    def are_known(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText], part: str = "") -> list[bool]:
        """For each finding whether the revision had it."""
        if not diagnostics:
            return []
        known = self._known
        return [one.code != CRASH for one in diagnostics] if known is None else known.are_known(diagnostics, sources, part)

    def surely(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText]) -> list[bool]:
        """For each finding whether the revision had it in the file where it is now."""
        if not diagnostics:
            return []
        known = self._known
        return [one.code != CRASH for one in diagnostics] if known is None else known.surely(diagnostics, sources)

    @cached_property
    def _known(self) -> KnownFindings | None:
        """The findings of the revision; None where no file differs, and they are those of today."""
        tree = self._repository.tree(self.commit)
        roots = [(root.path, project_files(root, paths, self._imports)) for root, paths in by_root(self._files)]
        if self._on_disk and all(self._is_same(tree, root, files) for root, files in roots):
            return None
        named = {_below(file, self._folder) for file in self._files}
        counting = {path: one for path, one in tree.items() if _counts(path) or path in named}
        there = [path for path in sorted(counting) if path in named or self._is_gone(path, [root for root, _ in roots])]
        store = self._kept(self.commit, [os.path.join(self._folder, path) for path in there])
        entries = None if store is None or (line := store.get()) is None else [KnownFinding(*one) for one in json.loads(line)]
        if entries is None:
            entries = self._found(counting, there)
            if store is not None and all(one.code != CRASH for one in entries):
                store.put(json.dumps(entries))
        return KnownFindings(entries, self._folder)

    def _found(self, tree: Mapping[str, TreeEntry], files: Iterable[str]) -> list[KnownFinding]:
        with scratch() as folder:
            write_tree(self._repository, tree, folder)
            there = [Path(folder, path) for path in files if os.path.isfile(os.path.join(folder, path))]
            return KnownFindings((), folder).today(*self._lint(there, WrittenTree(folder, self._folder)))

    def _is_gone(self, path: str, roots: Iterable[str]) -> bool:
        full = os.path.join(self._folder, path)
        return path.endswith(_PYTHON) and not os.path.lexists(full) and any(full.startswith(os.path.join(root, "")) for root in roots)

    def _is_same(self, tree: Mapping[str, TreeEntry], root: str, files: Iterable[str]) -> bool:
        """True if the files of a project, and what decides about them, are to the byte those of the revision."""
        inside = os.path.join(root, "")
        mine = {path for path in tree if _counts(path) and os.path.join(self._folder, path).startswith(inside)}
        today = {_below(file, self._folder) for file in (*files, *self._files)}
        return all(path in tree for path in today) and all(self._holds(path, tree[path]) for path in {*mine, *today})

    def _holds(self, path: str, entry: TreeEntry) -> bool:
        full = os.path.join(self._folder, path)
        if entry.is_link or os.path.islink(full):
            return entry.is_link and os.path.islink(full) and _digest(os.fsencode(os.readlink(full)), entry.digest) == entry.digest
        raw = content(full)
        return raw is not None and _digest(raw, entry.digest) == entry.digest


def _repository(revision: str, files: Sequence[str]) -> str:
    first = repository_of(files[0] if files else os.getcwd())
    if first is None:
        raise ValueError(f"--new-from {revision}: {files[0] if files else os.getcwd()} lies in no git repository")
    for file in files:
        if not file.startswith(os.path.join(first, "")):
            raise ValueError(f"--new-from {revision}: {file} does not lie in the git repository {first}; give its paths alone")
    return first


def _counts(path: str) -> bool:
    return path.endswith(_PYTHON) or path.rpartition("/")[2] in _DECIDING


def _below(path: str, folder: str) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")


def _digest(raw: bytes, like: str) -> str:
    """The digest by which git knows a content, of the kind that another one is."""
    made = hashlib.sha256() if len(like) == 64 else hashlib.sha1(usedforsecurity=False)
    made.update(b"blob %d\0" % len(raw))
    made.update(raw)
    return made.hexdigest()
