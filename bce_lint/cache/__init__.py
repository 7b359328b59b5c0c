"""What earlier runs found: an answer holds as long as everything that it was made from is the same, to the byte.

Answers lie in `.bce_lint_cache` in the project's folder, signed with a key of the user's. Whatever is wrong with that folder, or comes
from elsewhere, costs time and changes nothing else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import WeakKeyDictionary

from bce_lint.cache import answers
from bce_lint.cache.key import Signer, find_key, key_folder
from bce_lint.cache.shelf import Shelf
from bce_lint.cache.state import ProjectState, digest, outside, program, read, same
from bce_lint.cache.turn import AnswerTurn, Lock
from bce_lint.diagnostic import CRASH, Sinks
from bce_lint.source.documents import readable
from bce_lint.source.projects import package_of, usual
from bce_lint.source.text import content

if TYPE_CHECKING:
    from bce_lint.analysis.project.project import Project
    from bce_lint.diagnostic import Diagnostic, Unanalysed
    from bce_lint.source.projects import ImportFolders, Root
    from bce_lint.source.text import SourceText

FOLDER: Final = ".bce_lint_cache"
OFF, WHERE = "BCE_LINT_NO_CACHE", "BCE_LINT_CACHE_DIR"
_WORTH: Final = 0.3
"""Seconds: what was found out in less is found out again."""
_LARGE: Final = 10_000_000
"""How many bytes the files of a project may have together for its state to be kept: a run that notes what it depends on has all of it in
memory."""
_DAMAGE: Final = (ValueError, TypeError, KeyError, IndexError, RecursionError)


class WarmStart(NamedTuple):
    """A state of a project from which a run can go on, if one is kept; `worth` says that what the run finds is kept for later ones.
    Where none is, `written` are the files that were written since the project was asked about before."""

    project: Project | None = None
    worth: bool = False
    written: tuple[str, ...] = ()


class Recalled(NamedTuple):
    """An answer, and the texts that it is told with, by the names that the user gave the files."""

    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, SourceText]
    unanalysed: tuple[Unanalysed, ...] = ()
    sinks: Sinks = Sinks()
    unshown: int = 0


class Slot(NamedTuple):
    """The place of one answer."""

    shelf: Shelf
    question: str

    def get(self) -> str | None:
        """The answer; None where there is none."""
        try:
            return self.shelf.get(self.question)
        except ValueError:
            return None

    def put(self, answer: str) -> None:
        """Keeps the answer, a line of text, if that can be done."""
        self.shelf.put(self.question, answer)


def cache(off: bool = False, folder: str | None = None) -> Cache | None:
    """The cache that options and the environment ask for; None where they want none, or where this program cannot be told from another."""
    if off or os.environ.get(OFF) or program() is None:
        return None
    return Cache(folder or os.environ.get(WHERE) or None)


def question(*parts: object) -> str:
    """A name for what is asked: all that an answer depends on besides the contents of the project."""
    return blake2b(repr((os.getcwd(), *parts)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Cache:
    """The answers kept for the projects that a run meets. A project's files are read once, when it is first asked about.

    `folder` takes the place of the projects' own folders, and of the current one. Without a key nothing is kept.
    """

    def __init__(self, folder: str | None = None, key: Signer | None = None) -> None:
        self._folder = folder
        self._given = key
        self.problems: dict[str, None] = {}
        """Why there is no key, once each."""
        self.unwritten: dict[str, str] = {}
        """Why answers are not kept, by the folders that they would lie in."""
        self._trusted: dict[str, bool] = {}
        self._states: dict[tuple[Root, str], ProjectState] = {}
        self._analysed: WeakKeyDictionary[Project, ProjectState] = WeakKeyDictionary()
        self._shelves: dict[str, Shelf] = {}
        self._seen: dict[str, str] = {}
        self._due: list[tuple[Root, str, Project]] = []
        self._elsewhere: list[Callable[[], None]] = []
        self._fixed: dict[tuple[Root, str], tuple[Project, float]] = {}
        """Projects with the files as they were fixed, and the seconds that it took until then."""
        self._cost: dict[str, float] = {}
        """How many seconds it takes to keep a state, by its key."""

    def find(
        self,
        root: Root,
        files: Callable[[], Iterable[str]],
        asked: str,
        text: tuple[str, bytes] | None = None,
        imports: ImportFolders = usual,
    ) -> Recalled | None:
        """The answer to a question; None where there is none, or where `text` is not what the project has under that path."""
        folder = self._place(root)
        if folder is None or (text is not None and content(text[0]) != text[1]):
            return None
        part = root, "" if text is None else package_of(root, text[0])
        if part not in self._states:
            self._states[part] = ProjectState(root.path, read(sorted(set(files()))), imports=imports)
        state = self._states[part]
        if text is not None and not state.has(*text):
            return None
        try:
            kept = self._shelf(folder, state).get(asked)
            return None if kept is None else self._told(state, answers.decode(kept))
        except _DAMAGE:
            return None

    def knows(self, root: Root, text: tuple[str, bytes]) -> bool:
        """True if answers about a file, which has this text, may be kept with those to what was asked of its project before."""
        return self._shelf_of(root, text) is not None

    def wait(self, turn: AnswerTurn, root: Root, text: tuple[str, bytes], look: Callable[[], Recalled | None]) -> Recalled | None:
        """What another process keeps whose turn it is, where `look` has found nothing yet; None where there is no such process."""
        shelf = self._shelf_of(root, text)
        about = "" if shelf is None else turn.about()
        return turn.wait(Lock(shelf, question(about, shelf.state)), look) if shelf is not None and about else None

    def _shelf_of(self, root: Root, text: tuple[str, bytes]) -> Shelf | None:
        """Where answers about a file lie, if they are kept."""
        folder, state = self._place(root), self._states.get((root, package_of(root, text[0])))
        if folder is None or state is None or not state.has(*text) or content(text[0]) != text[1]:
            return None
        return self._shelf(folder, state)

    def _told(self, state: ProjectState, found: answers.Answer) -> Recalled | None:
        """An answer, if all that it depends on is as it was."""
        if not all(same(path, known, self._seen, state.imports) for path, known in found.outside.items()):
            return None
        sources = {}
        for name in found.shown:
            path = os.path.abspath(name)
            raw = content(path)
            if raw is None or digest(raw) not in (state.digests.get(path), found.outside.get(path)):
                return None
            sources[name] = readable(raw, path)
        return Recalled(found.diagnostics, sources, found.unanalysed, found.sinks, found.unshown)

    def keep(
        self,
        root: Root,
        project: Project,
        asked: str,
        diagnostics: Sequence[Diagnostic],
        shown: Iterable[str],
        unanalysed: Sequence[Unanalysed] = (),
        sinks: Sinks = Sinks(),  # noqa: B008 - immutable
        unshown: int = 0,
    ) -> None:
        """Keeps an answer, with the names of the files whose text it shows.

        Not one that a failure of the analysis is part of, nor one on files that cannot be read again: a text that is not on the
        disk, a pipe, a file that is locked.
        """
        folder, asking = self._place(root), {one.key for one in self._states.values()}
        unread = project.problems.keys() - project.summaries.keys()
        if folder is None or project.texts or unread or any(one.code == CRASH for one in diagnostics):
            return
        state = self._analysed.get(project)
        if state is None:
            contents = ((path, summary.raw) for path, summary in project.summaries.items())
            state = self._analysed[project] = ProjectState(root.path, contents, project.listed(), project.import_folders)
        if state.key in asking:
            left, shown = tuple(unanalysed), tuple(sorted(shown))
            answer = answers.Answer(tuple(diagnostics), outside(state, project), shown, left, sinks, unshown)
            shelf = self._shelf(folder, state)
            shelf.put(asked, answers.encode(answer))
            if shelf.problem:
                self.unwritten[folder] = shelf.problem

    def earlier(self, root: Root, part: str, imports: ImportFolders = usual, keeps: bool = True) -> WarmStart:
        """The state of a project, or of a part of it, that was kept last. Nothing is kept for the first question about a project, nor for a
        text that is not on the disk, nor for a run that `keeps` nothing."""
        folder, state = self._place(root), self._states.get((root, part))
        if folder is None:
            return WarmStart()
        small = state is not None and state.size <= _LARGE
        if (root, part) in self._fixed:
            return WarmStart(self._fixed[root, part][0], keeps and small)
        from bce_lint.cache import snapshot_file

        shelf = self._new_shelf(folder, root.path, "") if state is None else self._shelf(folder, state)
        stored = snapshot_file.read(shelf, self._state_name(part))
        if stored is None or not stored.holds(imports):
            if not keeps or state is None or not small:
                return WarmStart()
            asked = shelf.asked_before()
            written = () if asked is None else tuple(_written_since(asked, state.digests))
            return WarmStart(None, asked is not None or shelf.has_answers, written)
        from pickle import UnpicklingError

        from bce_lint.analysis.project.snapshots import restored

        self._cost[shelf.state] = stored.cost
        try:
            return WarmStart(restored(stored.snapshot, imports, _as_it_was), True)
        except (*_DAMAGE, LookupError, UnpicklingError, EOFError, ImportError, AttributeError):
            return WarmStart(None, small)

    def go_on_from(self, root: Root, project: Project, seconds: float) -> None:
        """What is asked of a project from here on is asked of its files as they were fixed, which goes on from there; until then it took so
        many seconds."""
        self._seen.clear()
        self._states.clear()
        self._fixed[root, ""] = project, seconds

    def keep_state(self, root: Root, part: str, project: Project) -> None:
        """Has the state of a project kept, once there is time for it."""
        if (root, part, project) not in self._due:
            self._due.append((root, part, project))

    def wait_for(self, others: Callable[[], None]) -> None:
        """Has it waited for other processes that keep states, once there is time for it."""
        self._elsewhere.append(others)

    def settle(self) -> None:
        """Keeps the states that are to be kept: that takes longer than an answer, so it is done once all is told."""
        while self._due:
            self._keep_state(*self._due.pop())
        while self._elsewhere:
            self._elsewhere.pop()()

    def _keep_state(self, root: Root, part: str, project: Project) -> None:
        """Keeps the state of a project that stays for later runs, once runs have spent as long on what has changed since one was kept as
        it takes to write one down; where a file begins anew, the next run would take as long again."""
        folder, state = self._place(root), self._analysed.get(project)
        if folder is None or state is None or not project.stays or project.texts:
            return
        if any(one.code == CRASH for one in project.problems.values()):
            return
        from bce_lint.cache import snapshot_file

        shelf, name = self._shelf(folder, state), self._state_name(part)
        cost = self._cost.get(state.key)
        _, until_fixed = self._fixed.get((root, part), (None, 0.0))
        if cost is None and project.seconds + until_fixed < _WORTH:
            return
        spent, again, project.seconds = project.seconds, project.seconds if project.begun else 0.0, 0.0
        if cost is not None and (spent := spent + snapshot_file.spent(shelf, name)) + again < max(cost, _WORTH):
            snapshot_file.spend(shelf, name, spent)
            return
        from bce_lint.analysis.project.snapshots import taken

        start = time.process_time()
        snapshot = taken(project, digest)
        if snapshot is None:
            return
        imports = {one: project.import_folders(one) for one in project.listed()}
        took = time.process_time() - start
        with suppress(OSError):
            self._cost[state.key] = snapshot_file.write(shelf, name, snapshot_file.Stored(snapshot, imports, took))

    def lasting(self, root: Root, about: str, asked: Sequence[object]) -> Slot | None:
        """Where the answer lies to what was asked about something that never changes, such as a commit, by its name."""
        folder = self._place(root)
        return None if folder is None else Slot(self._new_shelf(folder, root.path, self._state_name(f"about {about}")), question(*asked))

    def _state_name(self, part: str) -> str:
        return digest(f"{program()}\0{part}".encode("utf-8", "surrogatepass"))

    def _place(self, root: Root) -> str | None:
        """The folder for a project; files that belong to none have it in the current folder, if they are in there."""
        if root.path not in self._trusted:
            self._trusted[root.path] = not self._ships_its_key(root) and bool(self._key.secret)
        if not self._trusted[root.path]:
            return None
        here = os.getcwd()
        inside = (root.path + os.sep).startswith(here.rstrip(os.sep) + os.sep)
        above = self._folder or (root.path if root.marked else here if inside else None)
        return None if above is None else os.path.join(os.path.abspath(above), FOLDER)

    def _ships_its_key(self, root: Root) -> bool:
        """True if the key lies in the project itself, and could have come with it."""
        folder = key_folder() if self._given is None else self._given.folder
        inside = bool(folder) and os.path.realpath(folder).startswith(os.path.join(os.path.realpath(root.path), ""))
        if inside:
            self.problems["the state folder of bce-lint lies in the project"] = None
        return inside

    @cached_property
    def _key(self) -> Signer:
        """The key, which is made if there is none; not before it is known that it is not made in a project."""
        found = find_key() if self._given is None else self._given
        if found.problem:
            self.problems[found.problem] = None
        return found

    def _shelf(self, folder: str, state: ProjectState) -> Shelf:
        shelf = self._shelves.get(state.key)
        if shelf is None:
            shelf = self._shelves[state.key] = self._new_shelf(folder, state.root, state.key)
        return shelf

    def _new_shelf(self, folder: str, root: str, state: str) -> Shelf:
        return Shelf(folder, digest(root.encode("utf-8", "surrogatepass")), state, self._key)


def _written_since(when: int, files: Iterable[str]) -> Iterator[str]:
    """The files that were written after some time (nanoseconds)."""
    for path in files:
        with suppress(OSError):
            if os.stat(path).st_mtime_ns > when:
                yield path


def _as_it_was(path: str, known: str) -> bytes | None:
    """The content of a file, if it has this digest."""
    raw = content(path)
    return raw if raw is not None and digest(raw) == known else None
