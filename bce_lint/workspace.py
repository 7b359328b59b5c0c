"""Projects that stay while somebody works on them: for editors, and for programs that ask more than once."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, finalize

from bce_lint.engine import judge_files
from bce_lint.rules.by_file import selection
from bce_lint.rules.selection import choose
from bce_lint.source.projects import package_of, root_of
from bce_lint.source.text import content
from bce_lint.staying import StayingProject

if TYPE_CHECKING:
    from bce_lint.analysis.project.project import Project
    from bce_lint.diagnostic import Diagnostic, JudgedLoss


class Workspace:
    """The files below a folder, as they are on the disk but for those that `update` has given another text.

    What is asked is answered for the state that the files are in; what has not changed since the last question, and depends on nothing
    that has, is not analysed again. The answers are those of a run that knows nothing of what was asked before. No configuration is read.
    """

    def __init__(self, root: str | PathLike[str], *, select: Sequence[str] | None = None, extend_select: Sequence[str] = ()) -> None:
        """`select` and `extend_select` take codes, code prefixes and rule names; an unknown one raises `ValueError`. A folder that does not
        exist raises `FileNotFoundError`."""
        self.root = os.path.abspath(root)
        if not os.path.isdir(self.root):
            raise FileNotFoundError(f"{os.fspath(root)}: no such folder")
        self._selected = selection(choose(select, (), extend_select))
        self._texts: dict[str, bytes] = {}
        self._projects: dict[tuple[str, str], StayingProject] = {}
        self._frozen = False
        self._losses: WeakKeyDictionary[Project, dict[tuple[str, str], tuple[JudgedLoss, ...]]] = WeakKeyDictionary()

    def update(self, path: str | PathLike[str], text: str | bytes | None) -> None:
        """Gives a file a text that is not on the disk; with None it is again what the disk has, which may be nothing. Relative paths are
        seen from the folder of the workspace."""
        name = self._path(path)
        if text is None:
            self._texts.pop(name, None)
        else:
            self._texts[name] = text.encode() if isinstance(text, str) else text

    def findings(self, path: str | PathLike[str]) -> tuple[Diagnostic, ...]:
        """The findings whose place lies in a file, with its path as `update` would be given it. A file that is neither on the disk nor
        has a text raises `FileNotFoundError`."""
        name, project = self._project(path)
        found = judge_files(project, [name], {name: os.fspath(path)}, self._selected).diagnostics
        if not self._frozen:
            gc.freeze()  # most of what is known by now stays: to look through it for garbage takes longer than an answer
            finalize(self, gc.unfreeze)
            self._frozen = True
        return found

    def losses(self, path: str | PathLike[str]) -> tuple[JudgedLoss, ...]:
        """Every loss in a file with what is known of it, as `bce-lint --losses` tells it, with its path as `update` would be given it. They
        are told from a run of its own, which is made once for a state of the files. Raises `FileNotFoundError` as `findings` does."""
        from bce_lint.loss_table.table import losses_in

        name, project = self._project(path)
        known = self._losses.setdefault(project, {})
        asked = name, os.fspath(path)
        if asked not in known:
            known[asked] = losses_in(project, name, self._selected, {name: os.fspath(path)})
        return known[asked]

    def _project(self, path: str | PathLike[str]) -> tuple[str, Project]:
        """A file's absolute path, and its project in the state that it is in."""
        name = self._path(path)
        if name not in self._texts and content(name) is None:
            raise FileNotFoundError(f"{os.fspath(path)}: no such file, or it cannot be read")
        root = root_of(name)
        texts = {one: text for one, text in self._texts.items() if root_of(one) == root}
        staying = self._projects.setdefault((root.path, package_of(root, name)), StayingProject(root, edits=True))
        return name, staying.state(name, texts)

    def _path(self, path: str | PathLike[str]) -> str:
        return os.path.normpath(os.path.join(self.root, path))
