"""A project that stays while its files change: each state of it goes on from the one before, and runs what has changed alone."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from bce_lint.source.projects import project_files, usual
from bce_lint.source.text import content

if TYPE_CHECKING:
    from bce_lint.analysis.project.project import Project
    from bce_lint.source.projects import ImportFolders, Root

_SHARE: Final = 50
"""How many times as long as it takes to look whether files have changed it is taken for granted that they have not."""
_Stamps: TypeAlias = dict[str, tuple[int, int]]
"""When files were last written (nanoseconds) and their sizes (bytes), by path."""


class StayingProject:
    """The project of some files, as it is on the disk but for texts that are given. Where it is not `expected` to change, what is noted for
    later states is noted from the first change on: a run that notes takes longer. `before` is a state to go on from. Files that are given
    another text, or are written, or were `written` last, are those that somebody works on: their functions are told apart."""

    def __init__(
        self,
        root: Root,
        imports: ImportFolders = usual,
        expected: bool = True,
        before: Project | None = None,
        written: Collection[str] = (),
    ) -> None:
        self._root, self.imports, self._expected, self._written = root, imports, expected, written
        self._known = self._before = before
        self._stamps: _Stamps = {}
        self._trusted_until = 0.0

    def around(self, path: str, data: bytes) -> Project:
        """The project with a file of it that has a text, which may be another than on the disk."""
        return self.state(path, {} if content(path) == data else {path: data}, data)

    def state(self, path: str, texts: Mapping[str, bytes], data: bytes | None = None) -> Project:
        """The project with a file of it, in which some files have other texts than on the disk; `data` is what that file has, if known."""
        from bce_lint.analysis.project.project import Project

        known = self._known if self._known is not None and not self._known.interrupted else None
        about = None if known is None else known.summaries.get(path)
        if known is not None and about is not None and known.texts == texts and data in (None, about.raw) and not self._changed(path):
            return known
        stamps = self._look(path)
        missing = path not in stamps and path not in texts and os.path.exists(path)
        files, stays = [*stamps, *([path] if missing else [])], self._expected or known is not None
        written = self._written if known is None else ()
        made = Project(self._root.path, files, texts, before=known, imports=self.imports, stays=stays, edits=True, written=written)
        if not missing:  # else it would not be the same whichever file was asked about before
            self._known, self._stamps = made, stamps
            if known is not None and known is self._before:
                self._before = None
                gc.unfreeze()  # what it was read as is garbage now
            elif known is not None and made.machine is not known.machine:
                _let_go(known)
        return made

    def look_again(self) -> None:
        """Takes nothing for granted of the files on the disk when a state is asked for next."""
        self._trusted_until = 0.0

    def _changed(self, path: str) -> bool:
        """True if files came, went or were written since they were read, as far as that was looked at."""
        start = time.monotonic()
        if start < self._trusted_until:
            return False
        changed = self._look(path) != self._stamps
        end = time.monotonic()
        self._trusted_until = end + _SHARE * (end - start)
        return changed

    def _look(self, path: str) -> _Stamps:
        """The files of the project as they are on the disk."""
        found: _Stamps = {}
        for file in project_files(self._root, [path], self.imports):
            try:
                about = os.stat(file)
            except OSError:
                found[file] = (0, 0)
            else:
                found[file] = (about.st_mtime_ns, about.st_size)
        return found


def _let_go(state: Project) -> None:
    """Lets go of what the next state of a project has taken over or will not need: what is left only says what imports name. That all of it
    is garbage in circles would be found out late."""
    from bce_lint.analysis.project.project_files import RESOLVING

    state.loads.reuse = None
    for one in (state.machine.project, state):
        left = {name: vars(one)[name] for name in RESOLVING}
        vars(one).clear()
        vars(one).update(left)
