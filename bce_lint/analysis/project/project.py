"""A project: its files, how imports find them, and the run of the machine over them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.interpreter import callbacks, entry_points, statements
from bce_lint.analysis.models import losses, thresholds
from bce_lint.analysis.project.attribute_stores import AttributeStores, ClassKey
from bce_lint.analysis.project.constructions import Constructions
from bce_lint.analysis.project.exchanges import Exchanges
from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.index import same_files
from bce_lint.analysis.project.problems import Problem
from bce_lint.analysis.project.project_files import ProjectFiles
from bce_lint.analysis.project.reachability import Reachability, TargetReachability
from bce_lint.analysis.project.registrations import Registrations
from bce_lint.analysis.project.search_paths import AddedFolders
from bce_lint.analysis.project.tensor_words import TensorWords
from bce_lint.analysis.project.visits import Visits
from bce_lint.analysis.sites import Site, places
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.machine import ENTRY_FUEL, Default, Machine, RecordingObserver
from bce_lint.analysis.state.store import ASSUMED_CELL, State
from bce_lint.analysis.state.unfinished import MODULE, SPENT
from bce_lint.diagnostic import CRASH, Sinks
from bce_lint.progress import FOLLOWING, PROGRESS, READING, RECORDING
from bce_lint.source.projects import ImportFolders

RECURSION = 20_000


class Project(ProjectFiles):
    """The files under a root, read on demand; one machine runs over them and keeps what it has seen.

    `before` is an earlier state of the same project: files that have not changed since are not parsed again, and where none has,
    what is known of all of them stays.
    `imports` says where imports are looked up, else `before` does. `others` have looked at it for this one, and may have read more.
    With an `observer`, which records, the functions are run that lead into its targets, whether to a loss or not; where it has none, those
    of a plain run.
    """

    def __init__(
        self,
        root: str,
        files: Iterable[str],
        texts: Mapping[str, bytes] | None = None,
        observer: RecordingObserver | None = None,
        before: Project | None = None,
        imports: ImportFolders | None = None,
    ) -> None:
        super().__init__(root, files, texts, before, imports)
        self.others: list[Project] = []
        self.interrupted = False
        """True if its run was stopped by the user: what was met until then is all that is known."""
        self._imports.added = AddedFolders(root, self.summaries)
        self._registrations = Registrations(self.summaries)
        same = before if before is not None and same_files(self.summaries, before.summaries) else None
        self._same = same
        self.graph: Graph = same.graph if same is not None else Graph(self.summaries, partial(type(self).resolve, self))
        known = same.reachability if same is not None else None
        towards = None if observer is None or not observer.targets else TargetReachability(self.graph, observer.targets, known)
        self.reachability: Reachability = Reachability(self.graph) if towards is None else towards
        self.answer = EntryAnswer()
        """What the entry points found that count: each answers for itself, and they are taken in the order of the graph."""
        self.machine = Machine(self, callbacks) if observer is None else Machine(self, callbacks, observer, observer.fuel_factor)
        self._loaded: set[str] = set()
        self._bodies: dict[str, State] = {}
        self._finished: set[str] = set()
        self._by_path: dict[str, list[int]] = {}
        self._takers: thresholds.Takers = {}
        self._indexed = 0
        self._ran: set[str] = set()
        self._inherited: set[str] = set()
        self._reopened: set[str] = set()
        self._visits = Visits(self.reachability)
        self._bases: frozenset[str] | None = None

    def _address(self, path: str) -> int:
        return self.machine.intern(("module", path))

    def sites_in(self, wanted: set[str]) -> list[Site]:
        """The sites that mention one of the files, in the order met."""
        found = self._sites_in(wanted)
        unseen = thresholds.makers(found, self.machine.applied_at) - self._ran
        if unseen and not self.interrupted:  # whoever takes the same output as logits imports the file of its layer
            self.run(unseen)
            found = self._sites_in(wanted)
        return [thresholds.linked(site, self._takers, self.machine.applied_at) for site in found]

    def all_sites(self) -> list[Site]:
        """The sites that were met so far, wherever they are."""
        self._sites_in(set())
        return [thresholds.linked(site, self._takers, self.machine.applied_at) for site in self.answer.sites]

    def _sites_in(self, wanted: set[str]) -> list[Site]:
        sites = self.answer.sites
        for number in range(self._indexed, len(sites)):
            thresholds.add_takers(sites[number], self._takers)
            for path in {place.path for place in places(sites[number])}:
                self._by_path.setdefault(path, []).append(number)
        self._indexed = len(sites)
        return [sites[number] for number in sorted({n for path in wanted for n in self._by_path.get(path, ())})]

    def load(self, machine: Machine, path: str) -> LoweredFile | None:
        """Runs a module's body once in the base store, as an import does."""
        unit = self.unit(path)
        if unit is None or path in self._loaded:
            return unit
        self._loaded.add(path)
        answer, written = EntryAnswer(), {unit.address, *machine.written_modules}
        before = machine.aside(state=machine.base, below_entry=machine.base, written_modules=written, stack=[], catching=0, thrown=[])
        run = machine.aside(answer=answer, fuel=ENTRY_FUEL * machine.fuel_factor, reads=None, ended=False, unroll_floor=0)
        asking = machine.walks.start(path)
        try:
            with machine.unwatched(), before, run, machine.aside(suppress_sites=machine.suppress_sites + 1):
                statements.run(machine, entry_points.module_frame(unit, main=False), unit.module.body)
                machine.base.cells.update(machine.state.delta(machine.base))
                machine.base.cells.pop(ASSUMED_CELL, None)  # who imports it, and when, is nothing that others may build on
                if machine.fuel < 0:
                    answer.leave_unfinished(path, 0, MODULE, SPENT)
        finally:
            self.answer.add(answer)
            machine.walks.start(asking)
        return unit

    def default_dtype(self) -> str | None:
        """The dtype of new floating point tensors; None where some file of the project changes it."""
        return None if self._words.default_dtype else "float32"

    def converts(self) -> bool:
        """True if some file of the project may give its modules another dtype."""
        return self._words.converting

    def freezes(self) -> bool:
        """True if some file of the project may keep parameters from being trained."""
        return self._words.freezing

    @cached_property
    def _words(self) -> TensorWords:
        return TensorWords(self.summaries)

    def may_store(self, name: str, classes: frozenset[ClassKey]) -> bool:
        """True if something may give an attribute to an instance of a class; `classes` are it and its bases, by file and place."""
        return self._stores.may_store(name, classes)

    def may_exchange(self, name: str, classes: frozenset[ClassKey]) -> bool:
        """True if something else may store an attribute on an instance of a class; `classes` are it and its bases."""
        return self._exchanges.may_exchange(name, classes)

    def none_has(self, default: Default) -> bool:
        """True if a class is constructed, and never with a parameter of its constructor at its default."""
        return self._constructions.none_has(default)

    @cached_property
    def _constructions(self) -> Constructions:
        return Constructions(self.summaries, self._readable, self.resolve) if self._same is None else self._same._constructions

    def registering(self, names: frozenset[str], key: str | None) -> tuple[str, ...]:
        """The files that may add an entry to what the names stand for, under a key if it is known."""
        return self._registrations.filling(names, key)

    @cached_property
    def _stores(self) -> AttributeStores:
        return AttributeStores(self.summaries, self._readable) if self._same is None else self._same._stores

    @cached_property
    def _exchanges(self) -> Exchanges:
        return Exchanges(self.graph, self._readable) if self._same is None else self._same._exchanges

    def base_names(self) -> frozenset[str]:
        """The names that stand among the bases of the project's classes."""
        if self._bases is None:
            self._bases = frozenset().union(*(f.bases for f in self.summaries.values()))
        return self._bases

    def listed(self) -> dict[str, frozenset[str]]:
        """The folders that were looked at so far, with the names found there."""
        return {folder: names for one in (self, *self.others) for folder, names in one._imports.folders.items()}

    def texts_read(self) -> dict[str, bytes]:
        """The files that were decoded so far, with their contents."""
        return {path: source.data for one in (self, *self.others) for path, source in one.sources.items()}

    def run(self, paths: Iterable[str]) -> None:
        """Runs everything that can reach the given files: bodies first, then the functions that no call reached."""
        missing = set(paths) - self._ran
        if not missing:
            return
        closure = self.graph.closure(missing)
        self._ran |= closure | missing
        limit, collecting = sys.getrecursionlimit(), gc.isenabled()
        sys.setrecursionlimit(max(limit, RECURSION))
        gc.disable()  # what the run makes has no cycles worth a walk over every node of the program
        try:
            order = self.graph.order
            starts = [p for p in sorted(closure, key=order.__getitem__) if self.reachability.file(p)]
            doing = FOLLOWING if self.machine.observer is None else RECORDING
            for path in PROGRESS.over(READING, starts):
                self._run_body(path)
            for path in PROGRESS.over(doing, starts):
                self._run_functions(path)
            for path in PROGRESS.over(doing, starts):
                self._run_inherited(path)
            for path in PROGRESS.over(doing, starts):
                self._run_unvisited(path)
            self._judge_constructions()
        finally:
            sys.setrecursionlimit(limit)
            if collecting:
                gc.enable()

    def _run_body(self, path: str) -> None:
        unit = self.unit(path) if path not in self._bodies else None
        if unit is not None:
            self._bodies[path] = self.machine.base.fork()
            action = partial(entry_points.run_body, self.machine, unit) if self.reachability.body(path) else partial(self._load_body, path)
            self._bodies[path] = self._guarded(path, 0, MODULE, action) or self.machine.base.fork()

    def _load_body(self, path: str) -> State:
        self.load(self.machine, path)
        return self.machine.base.fork()

    def _run_functions(self, path: str) -> None:
        unit = self.unit(path)
        if unit is None or path in self._finished:
            return
        self._finished.add(path)
        for candidate in entry_points.candidates(unit, self.reachability):
            if (path, candidate.function.span) not in self.answer.reached:
                action = partial(entry_points.run_candidate, self.machine, unit, self._bodies[path], candidate)
                self._guarded(path, candidate.function.span.start, candidate.name, action)

    def _run_inherited(self, path: str) -> None:
        unit = self.unit(path)
        if unit is None or path in self._inherited:
            return
        self._inherited.add(path)
        run = partial(entry_points.run_inherited, self.machine, unit, self.reachability, self._bodies[path])
        for statement in unit.module.body:
            if isinstance(statement, ir.ClassDef) and statement.bases:
                self._guarded(path, statement.span.start, statement.name, partial(run, statement, self.answer))

    def _run_unvisited(self, path: str) -> None:
        """Runs the functions again in which no run came to some sink."""
        unit = self.unit(path)
        if unit is None or path in self._reopened:
            return
        self._reopened.add(path)
        for candidate in self._visits.reopened(unit, self.summaries[path], self.answer):
            action = partial(entry_points.run_open, self.machine, unit, self._bodies[path], candidate)
            self._guarded(path, candidate.function.span.start, candidate.name, action)

    def visited(self, wanted: Iterable[str]) -> tuple[Sinks, list[Place]]:
        """How many of the sinks in some files were visited, and the others."""
        ran = ((self._units[path], self.summaries[path]) for path in sorted(self._reopened.intersection(wanted)))
        return self._visits.count([(unit, summary) for unit, summary in ran if unit is not None], self.answer)

    def _judge_constructions(self) -> None:
        """Tells losses that were constructed with what they have no use for, now that all is seen that became of them."""
        self.answer.sites += losses.misused(self.answer)
        self.answer.constructed.clear()

    def _guarded(self, path: str, start: int, name: str, action: Callable[[], State | None]) -> State | None:
        """Runs one entry point and counts its answer; one that recurses too deeply finds nothing, and is noted."""
        machine = self.machine
        machine.answer = EntryAnswer()
        try:
            after = action()
            self.answer.add(machine.answer)
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
