"""A project: its files, how imports find them, and the run of the machine over them."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from time import process_time

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.interpreter import callbacks, entry_points
from bce_lint.analysis.models import losses, thresholds
from bce_lint.analysis.project.alike import ProjectWords
from bce_lint.analysis.project.call_stack import in_one_piece
from bce_lint.analysis.project.editing import Edition
from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.index import same_files
from bce_lint.analysis.project.inquiries import Inquiries
from bce_lint.analysis.project.module_loads import ModuleLoads
from bce_lint.analysis.project.open_files import OpenFiles
from bce_lint.analysis.project.problems import Problem
from bce_lint.analysis.project.project_questions import ProjectQuestions
from bce_lint.analysis.project.reachability import Reachability
from bce_lint.analysis.project.rebound import LOADED, alone_differs, note
from bce_lint.analysis.project.registrations import Registrations
from bce_lint.analysis.project.reuse import EntryMemo, Memos, Reuse, RunKey
from bce_lint.analysis.project.sites_by_file import SitesByFile
from bce_lint.analysis.project.target_reachability import TargetReachability
from bce_lint.analysis.project.visits import Visits
from bce_lint.analysis.project.walked_files import WalkedFiles
from bce_lint.analysis.sites import Site
from bce_lint.analysis.state.answers import EntryAnswer, Extent
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.machine import Machine, RecordingObserver
from bce_lint.analysis.state.number_tables import NumberTables
from bce_lint.analysis.state.store import State
from bce_lint.analysis.state.unfinished import MODULE
from bce_lint.diagnostic import CRASH, Sinks
from bce_lint.ir.recursion import room
from bce_lint.progress import FOLLOWING, PROGRESS, READING, RECORDING
from bce_lint.source.projects import ImportFolders

RECURSION = 20_000
FEW = 4
"""Up to how many files a run is not worth a stack in one piece, which takes some milliseconds to set up."""


class Project(ProjectQuestions):
    """The files under a root, read on demand; one machine runs over them and keeps what it has seen.

    `before` is an earlier state of the same project: files that have not changed since are not parsed again, and where none has,
    what is known of all of them stays.
    `imports` says where imports are looked up, else `before` does. `others` have looked at it for this one, and may have read more.
    With an `observer`, which records, the functions are run that lead into its targets, whether to a loss or not; where it has none, those
    of a plain run. Of one that `stays`, from which another state goes on, it is noted what its entry points depend on; no call is replayed.
    One that `edits` tells the functions of files apart that are worked on.
    """

    def __init__(
        self,
        root: str,
        files: Iterable[str],
        texts: Mapping[str, bytes] | None = None,
        observer: RecordingObserver | None = None,
        before: Project | None = None,
        imports: ImportFolders | None = None,
        stays: bool = False,
        edits: bool = False,
        written: Collection[str] = (),
    ) -> None:
        super().__init__(root, files, texts, before, imports, edits, written)
        from_there = before if before is not None and observer is None and stays and edits and before.stays else None
        if from_there is not None and "answer" in vars(from_there) and self.moved_alone(from_there, from_there._registrations.found()):
            # It stands where it stood; a state that was read back has found nothing yet.
            vars(self).update({name: one for name, one in vars(from_there).items() if name not in vars(self)})
            return
        self.stays: bool = stays
        self.others: list[Project] = []
        self.seconds = 0.0
        """What its runs took of the processor's time."""
        self.interrupted = False
        """True if its run was stopped by the user: what was met until then is all that is known."""
        self._registrations: Registrations = Registrations(self.summaries, None if before is None else before._registrations)
        same = before if before is not None and same_files(self.summaries, before.summaries) else None
        earlier_graph = None if before is None else before.graph
        self.graph: Graph = same.graph if same is not None else Graph(self.summaries, partial(type(self).resolve, self), earlier_graph)
        earlier = before if observer is None and before is not None and before.stays else None
        self._words_known: ProjectWords = ProjectWords() if before is None else before._words_known
        going_on = None if earlier is None else earlier.reachability.now(self.summaries, self._words_known)
        self.reachability: Reachability = going_on or self._leading(observer, before, same)
        self.answer = EntryAnswer()
        """What the entry points found that count: each answers for itself, and they are taken in the order of the graph."""
        factor, noting = 1 if observer is None else observer.fuel_factor, stays or earlier is not None
        self.machine: Machine = Machine(self, callbacks, observer, factor, None if earlier is None else earlier.machine, noting)
        self.memos = Memos()
        walked = None if before is None else before._walked
        self._walked: WalkedFiles = WalkedFiles(self.graph, self._walk, walked) if same is None else same._walked
        if earlier is not None:
            self._modules = self._still_read(earlier)
            self.memos.add(earlier.memos, self._version)
        self.loads = ModuleLoads(self.machine, self.unit, self.answer, self.memos)
        self._reuse = Reuse(self.machine, self._version, self._inquiries(), self.loads.again)
        self.loads.reuse = None if earlier is None else self._reuse
        self._bodies_as_before: set[str] = set()
        self._bodies: dict[str, State] = {}
        self._finished: set[str] = set()
        self._sites = SitesByFile(self.answer)
        self._ran, self._inherited, self._reopened = set[str](), set[str](), set[str]()
        self._visits = Visits(self.reachability)
        self.extents: dict[RunKey, Extent] = {}
        """How far the runs of entry points came."""
        if earlier is not None:
            self._visits.go_on(earlier._visits, partial(self._is_as_in, earlier))
        self._open_files = None if observer is not None or noting else OpenFiles(self._text)
        self._tables = NumberTables(self.machine, self.answer, self._bodies.values, self._units.values)

    def _leading(self, observer: RecordingObserver | None, before: Project | None, same: Project | None) -> Reachability:
        """What leads to a loss, or into the files that are asked for."""
        found = Reachability(self.graph)
        if observer is not None and observer.targets:
            found = self._towards(observer.targets, None if same is None else same.reachability)
        if before is not None:
            found.go_on(before.reachability)
        return found

    def _towards(self, targets: frozenset[str], known: Reachability | None) -> TargetReachability:
        """What leads into some files."""
        return TargetReachability(self.graph, targets, known)

    def _inquiries(self) -> Inquiries:
        return Inquiries(self.unit, self.answer, {
            "resolve": self.resolve, "has_subclass": self.has_subclass, "default_dtype": self.default_dtype, "converts": self.converts,
            "freezes": self.freezes, "none_has": self.none_has, "registering": self.registering, "may_exchange": self.may_exchange,
            "may_store": self.may_store, "may_have": self.machine.stars.may_have, "method": self.reachability.method,
            LOADED: self.loads.is_loaded,
        })  # fmt: skip

    def _address(self, path: str, edited: Edition | None = None) -> int:
        if edited is not None:
            return self.machine.intern(("module", path, "edited", edited.anchor.serial))
        summary = self.summaries.get(path)
        return self.machine.intern(("module", path, self._decoded[path] if summary is None else summary.raw))

    def _version(self, path: str) -> int:
        """The address of a file's module, which is another one where its text is."""
        if path in self.summaries and path not in self._units and not self.works_on(path):
            return self._address(path)
        unit = self.unit(path)
        return 0 if unit is None else unit.address

    def _is_as_in(self, before: Project, path: str) -> bool:
        """True if a file is as it was in another state, was read there, and leads where it did."""
        summary, unit = self.summaries.get(path), before._units.get(path)
        same = unit is not None and summary is before.summaries.get(path) and (unit.edited is not None) == self.works_on(path)
        return same and path not in self.reachability.otherwise

    def sites_in(self, wanted: set[str]) -> list[Site]:
        """The sites that mention one of the files, in the order met."""
        found = self._sites.of(wanted)
        unseen = thresholds.makers(found, self.answer.applied) - self._ran
        if unseen and not self.interrupted:  # whoever takes the same output as logits imports the file of its layer
            self.run(unseen)
            found = self._sites.of(wanted)
        return self.real.of(self._sites.linked(found))

    def all_sites(self) -> list[Site]:
        """The sites that were met so far, wherever they are."""
        self._sites.of(())
        return self.real.of(self._sites.linked(self.answer.sites))

    def load(self, path: str) -> LoweredFile | None:
        """Runs a module's body once in the base store, as an import does."""
        unit = self.unit(path)
        if unit is not None:
            self.loads.load(unit)
        return unit

    def listed(self) -> dict[str, frozenset[str]]:
        """The folders that were looked at so far, with the names found there."""
        return {folder: names for one in (self, *self.others) for folder, names in one._imports.folders.items()}

    def texts_read(self) -> dict[str, bytes]:
        """The files that were decoded so far, with their contents."""
        return {path: data for one in (self, *self.others) for path, data in one._decoded.items()}

    def run(self, paths: Iterable[str]) -> None:
        """Runs everything that can reach the given files: bodies first, then the functions that no call reached."""
        missing = set(paths) - self._ran
        if not missing:
            return
        closure = self.graph.closure(missing)
        self._ran |= closure | missing
        start = process_time()
        try:
            with room(max(sys.getrecursionlimit(), RECURSION)):
                order = self.graph.order
                starts = [p for p in sorted(closure, key=order.__getitem__) if self.reachability.file(p)]
                run = partial(self._run_starts, starts)
                in_one_piece(run) if len(starts) > FEW else run()
        finally:
            self.seconds += process_time() - start
            if self.stays:
                self.machine.kept.clear()  # a later state has a machine of its own

    def _run_starts(self, starts: list[str]) -> None:
        doing = FOLLOWING if self.machine.observer is None else RECORDING
        for path in PROGRESS.over(READING, self._first_bodies(starts)):
            self._run_body(path)
        for path in PROGRESS.over(doing, starts):
            self._run_functions(path)
        for path in PROGRESS.over(doing, starts):
            self._run_inherited(path)
        for path in PROGRESS.over(doing, starts):
            self._run_unvisited(path)
        self._judge_constructions()

    def _first_bodies(self, starts: list[str]) -> list[str]:
        """The files whose bodies run before any function does."""
        return starts

    def _passes_over(self, kind: str, path: str, start: int) -> bool:
        """True if an entry point need not run."""
        return False

    def _below(self, path: str) -> State:
        """The state on top of which the functions of a file run."""
        if path not in self._bodies:
            self._run_body(path)
        return self._bodies[path]

    def _run_body(self, path: str) -> None:
        unit = self.unit(path) if path not in self._bodies else None
        if unit is not None:
            self._bodies[path] = self.machine.base.fork()
            action = partial(entry_points.run_body, self.machine, unit) if self.reachability.body(path) else partial(self._load_body, path)
            self._bodies[path] = self._guarded(path, 0, MODULE, action, self.machine.base) or self.machine.base.fork()

    def _load_body(self, path: str) -> State:
        self.machine.program.load(path)
        return self.machine.base.fork()

    def _run_functions(self, path: str) -> None:
        unit = self.unit(path)
        if unit is None or path in self._finished:
            return
        self._finished.add(path)
        for candidate in self._visits.candidates(unit):
            start = candidate.function.span.start
            if (path, candidate.function.span) not in self.answer.reached and not self._passes_over("run_candidate", path, start):
                action = partial(entry_points.run_candidate, self.machine, unit, self._below(path), candidate)
                self._guarded(path, start, candidate.name, action, self._bodies[path])

    def _run_inherited(self, path: str) -> None:
        unit = self.unit(path)
        if unit is None or path in self._inherited:
            return
        self._inherited.add(path)
        for one in unit.module.body:
            if isinstance(one, ir.ClassDef) and one.bases and not self._passes_over("run_inherited", path, one.span.start):
                run = partial(entry_points.run_inherited, self.machine, unit, self.reachability, self._below(path), one, self.answer)
                self._guarded(path, one.span.start, one.name, run, self._bodies[path])

    def _run_unvisited(self, path: str) -> None:
        """Runs the functions again in which no run came to some sink."""
        unit = self.unit(path)
        if unit is None or path in self._reopened:
            return
        self._reopened.add(path)
        for candidate in self._visits.reopened(unit, self.summaries[path], self.answer):
            start = candidate.function.span.start
            if not self._passes_over("run_open", path, start):
                action = partial(entry_points.run_open, self.machine, unit, self._below(path), candidate)
                self._guarded(path, start, candidate.name, action, self._bodies[path])

    def visited(self, wanted: Iterable[str]) -> tuple[Sinks, list[Place]]:
        """How many of the sinks in some files were visited, and the others."""
        ran = ((self.unit(path), self.summaries[path]) for path in sorted(self._reopened.intersection(wanted)))
        return self._visits.count([(unit, summary) for unit, summary in ran if unit is not None], self.answer)

    def _judge_constructions(self) -> None:
        """Tells losses that were constructed with what they have no use for, now that all is seen that became of them."""
        self.answer.sites += losses.misused(self.answer)
        self.answer.constructed.clear()

    def _guarded(self, path: str, start: int, name: str, action: partial[State] | partial[None], below: State) -> State | None:
        """Runs one entry point on top of a state and counts its answer, or takes over what an earlier state of the project has found; one
        that recurses too deeply finds nothing, and is noted."""
        machine, key = self.machine, (action.func.__name__, path, start)
        if self._open_files is not None:
            self._tables.tidy()
            self._open_files.tidy()
        machine.answer = EntryAnswer()
        before, of_body = self.memos.entries.get(key), below is machine.base
        memo = self._known_of(key, below)
        self.extents[key] = Extent()
        if memo is not None:
            self._count(key, memo.answer)
            return memo.state(machine.base)
        try:
            with machine.journal.unit() as needs:
                if self.stays:
                    needs.files[path] = self._version(path)
                    if of_body and (unit := self.unit(path)) is not None:
                        note(unit, needs, self.loads.is_loaded(path))
                after: State | None = action()
            self._count(key, machine.answer)
            if self.stays:
                now = EntryMemo(needs, machine.answer, () if after is None else after.layers(machine.base))
                same = of_body and before is not None and self._names_alone_differ(path, before, now)
                self.memos.keep(key, now, of_body and not same)
                self._bodies_as_before.update([path] * same)
            return after
        except RecursionError:
            self.answer.add(entry_points.give_up(machine, self.answer, path, start, name))
            return None
        except Exception as error:  # a failure of the analysis is reported at its file, and everything else goes on
            text = " ".join(f"{type(error).__name__}: {error}".split())
            self.problems[path] = Problem(CRASH, f"internal error in the analysis: {text}", 1, 1)
            return None
        finally:
            machine.watch(None)
            machine.floors = []
            machine.reads, machine.suppress_sites, machine.stack, machine.pending, machine.ended = None, 0, [], [], False

    def _names_alone_differ(self, path: str, before: EntryMemo, now: EntryMemo) -> bool:
        """True if a module's body gave what it gave before, but for names that are bound otherwise."""
        unit, reuse = self.unit(path), self.loads.reuse
        if unit is None or reuse is None or not reuse.loads(before.needs):
            return False
        return alone_differs(unit, self.machine.key_of, reuse.holds, (before.needs, now.needs), (before.layers, now.layers))

    def _count(self, key: RunKey, answer: EntryAnswer) -> None:
        """Counts the answer of an entry point."""
        self.answer.add(answer)
        self.extents[key] = answer.extent

    def _known_of(self, key: RunKey, below: State) -> EntryMemo | None:
        """What an earlier state of the project has found at an entry point, if it holds for this one."""
        kind, path, _ = key
        memo = self.memos.entries.pop(key, None)
        of_body = below is self.machine.base
        if memo is None or self.loads.reuse is None or not (of_body or path in self._bodies_as_before):
            return None
        if not self._reuse.take(memo, below, self.machine.open_generics if kind == "run_open" else self.machine.generics):
            return None
        self.memos.keep(key, memo)
        if of_body:
            self._bodies_as_before.add(path)
        return memo
