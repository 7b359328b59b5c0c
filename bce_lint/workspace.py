"""Projects that stay while somebody works on them: for editors, and for programs that ask more than once."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Sequence
from os import PathLike
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, finalize

from bce_lint.engine import judge_files
from bce_lint.rules.by_file import selection
from bce_lint.rules.selection import choose
from bce_lint.source.projects import leading_out, package_of, root_of, usual
from bce_lint.source.text import content
from bce_lint.staying import StayingProject

if TYPE_CHECKING:
    from bce_lint.analysis.project.project import Project
    from bce_lint.diagnostic import Diagnostic, JudgedLoss
    from bce_lint.fix_options import FixOptions
    from bce_lint.fixes.outcome import Outcome
    from bce_lint.lint_result import LintResult
    from bce_lint.rules.by_file import Selection
    from bce_lint.source.projects import ImportFolders


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
        chosen = selection(choose(select, (), extend_select))
        self._selected: Callable[[str], Selection] = lambda _: chosen
        self._imports: ImportFolders = usual
        self._texts: dict[str, bytes] = {}
        self._projects: dict[tuple[str, str], StayingProject] = {}
        self._frozen = False
        self._losses: WeakKeyDictionary[Project, dict[tuple[str, str], tuple[JudgedLoss, ...]]] = WeakKeyDictionary()

    def follow(self, selected: Callable[[str], Selection], imports: ImportFolders) -> None:
        """From now on each file, by its absolute path, is told what a selection says of it and of the files around it. Where imports are
        looked up elsewhere than before, what is known is to be forgotten as well."""
        self._selected, self._imports = selected, imports
        self._losses = WeakKeyDictionary()

    def look_again(self) -> None:
        """Has the files on the disk looked at again when something is asked next, however shortly ago they were."""
        for staying in self._projects.values():
            staying.look_again()

    def forget(self) -> None:
        """Forgets what is known of all files; their texts stay."""
        self._projects.clear()

    def update(self, path: str | PathLike[str], text: str | bytes | None) -> None:
        """Gives a file a text that is not on the disk; with None it is again what the disk has, which may be nothing. Relative paths are
        seen from the folder of the workspace."""
        name = self._path(path)
        if text is None:
            self._texts.pop(name, None)
        else:
            self._texts[name] = text.encode() if isinstance(text, str) else text

    def findings(self, path: str | PathLike[str], *, related: bool = False) -> tuple[Diagnostic, ...]:
        """The findings whose place lies in a file, with its path as `update` would be given it; `related` adds those elsewhere that have a
        label in it. A file that is neither on the disk nor has a text raises `FileNotFoundError`."""
        name, project = self._project(path)
        found = judge_files(project, [name], {name: os.fspath(path)}, self._selected(name), related=related).diagnostics
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
            known[asked] = losses_in(project, name, self._selected(name), {name: os.fspath(path)})
        return known[asked]

    def with_fixes(self, path: str | PathLike[str]) -> LintResult:
        """The findings of a file with their fixes, which may change any file of its project that is linted. Raises `FileNotFoundError` as
        `findings` does."""
        name, project = self._project(path)
        selected = self._selected(name)
        out = leading_out(root_of(name), project.summaries)
        shown = {one: one for one in project.summaries if one == name or (one not in out and selected.of(one).codes)}
        return judge_files(project, [name], {**shown, name: os.fspath(path)}, selected, fixes=True)

    def fixed(self, path: str | PathLike[str], options: FixOptions, others: Iterable[str] = ()) -> Outcome:
        """What becomes of a file, and of others of its project, by the fixes that `options` allow, as `bce-lint --fix` mends them. Raises
        `FileNotFoundError` as `findings` does."""
        from bce_lint.fix_rounds import FirstLint, fix_root

        name, project = self._project(path)
        paths = sorted({name, *others})
        shown = {**{one: one for one in paths}, name: os.fspath(path)}
        files = [*project.summaries]
        outcome, _ = fix_root(project.root, files, paths, shown, self._selected(name), options, {**project.texts}, FirstLint(project))
        return outcome

    def recording(self, path: str | PathLike[str]) -> tuple[str, Project]:
        """A file's absolute path, and its project for those who let it run once more and record. Raises `FileNotFoundError` as `findings`
        does."""
        return self._project(path)

    def _project(self, path: str | PathLike[str]) -> tuple[str, Project]:
        """A file's absolute path, and its project in its state."""
        name = self._path(path)
        if name not in self._texts and content(name) is None:
            raise FileNotFoundError(f"{os.fspath(path)}: no such file, or it cannot be read")
        root = root_of(name)
        texts = {one: text for one, text in self._texts.items() if root_of(one) == root}
        key = root.path, package_of(root, name)
        if key not in self._projects:
            self._projects[key] = StayingProject(root, self._imports)
        staying = self._projects[key]
        return name, staying.state(name, texts)

    def _path(self, path: str | PathLike[str]) -> str:
        return os.path.normpath(os.path.join(self.root, path))
