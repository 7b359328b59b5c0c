"""What earlier runs found: an answer holds as long as everything that it was made from is the same, to the byte.

Answers lie in `.bce_lint_cache` in the project's folder. A file that is damaged, or a folder that cannot be written, costs time
and changes nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from bce_lint.cache import answers
from bce_lint.cache.shelf import Shelf
from bce_lint.cache.state import State, outside, read, same
from bce_lint.source.projects import package_of

if TYPE_CHECKING:
    from bce_lint.analysis.project import Project
    from bce_lint.diagnostic import Diagnostic
    from bce_lint.source.projects import Root

FOLDER: Final = ".bce_lint_cache"
OFF, WHERE = "BCE_LINT_NO_CACHE", "BCE_LINT_CACHE_DIR"
CRASH: Final = "BCE900"


def cache(off: bool = False, folder: str | None = None) -> Cache | None:
    """The cache that options and the environment ask for; None where they want none."""
    if off or os.environ.get(OFF):
        return None
    return Cache(folder or os.environ.get(WHERE) or None)


def question(*parts: object) -> str:
    """A name for what is asked: all that an answer depends on besides the contents of the project."""
    return blake2b(repr((os.getcwd(), *parts)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Cache:
    """The answers kept for the projects that a run meets. A project's files are read once, when it is first asked about.

    `folder` takes the place of the folders beside the projects.
    """

    def __init__(self, folder: str | None = None) -> None:
        self._folder = folder
        self._states: dict[tuple[Root, str], State] = {}
        self._analysed: WeakKeyDictionary[Project, State] = WeakKeyDictionary()
        self._shelves: dict[str, Shelf] = {}

    def find(
        self, root: Root, files: Callable[[], Iterable[str]], asked: str, text: tuple[str, bytes] | None = None
    ) -> tuple[Diagnostic, ...] | None:
        """The answer to a question; None where there is none, or where `text` is not what the project has under that path."""
        folder = self._place(root)
        if folder is None:
            return None
        part = root, "" if text is None else package_of(root, text[0])
        state = self._states.get(part)
        if state is None or (text is not None and text[0] not in state.digests):
            state = self._states[part] = State(root.path, read(sorted(set(files()))))
        if text is not None and not state.has(*text):
            return None
        kept = self._shelf(folder, state).get(asked)
        try:
            found = answers.decode(kept) if kept is not None else None
        except (ValueError, TypeError, KeyError, IndexError):
            return None
        return found.diagnostics if found is not None and all(same(*one) for one in found.outside.items()) else None

    def keep(self, root: Root, project: Project, asked: str, diagnostics: Sequence[Diagnostic]) -> None:
        """Keeps an answer; not one that a failure of the analysis is part of, nor one on a text that is not on the disk."""
        folder = self._place(root)
        if folder is None or project.texts or any(one.code == CRASH for one in diagnostics):
            return
        state = self._analysed.get(project)
        if state is None:
            contents = ((path, facts.raw) for path, facts in project.facts.items())
            state = self._analysed[project] = State(root.path, contents)
        self._shelf(folder, state).put(asked, answers.encode(diagnostics, outside(state, project)))

    def _place(self, root: Root) -> str | None:
        """The folder for a project; files that belong to none have it in the current folder, if they are in there."""
        if self._folder is not None:
            return self._folder
        if root.marked:
            return os.path.join(root.path, FOLDER)
        here = os.getcwd()
        inside = (root.path + os.sep).startswith(here.rstrip(os.sep) + os.sep)
        return os.path.join(here, FOLDER) if inside else None

    def _shelf(self, folder: str, state: State) -> Shelf:
        shelf = self._shelves.get(state.key)
        if shelf is None:
            shelf = self._shelves[state.key] = Shelf(folder, state.key)
        return shelf
