"""A project: its files, how imports find them, and the run of the machine over them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import TypeVar

from bce_lint import ir
from bce_lint.analysis.interpreter import callbacks, entry_points, statements
from bce_lint.analysis.models import thresholds
from bce_lint.analysis.project.attribute_stores import AttributeStores, ClassKey
from bce_lint.analysis.project.constructions import Constructions
from bce_lint.analysis.project.exchanges import Exchanges
from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.imported_files import ImportedFiles
from bce_lint.analysis.project.index import FileSummary, is_python, same_files, scan
from bce_lint.analysis.project.problems import Problem, unread
from bce_lint.analysis.project.reachability import Reachability, TargetReachability
from bce_lint.analysis.sites import Site, places
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.machine import ENTRY_FUEL, Default, Machine, RecordingObserver
from bce_lint.analysis.state.store import State
from bce_lint.analysis.state.unfinished import MODULE, SPENT
from bce_lint.diagnostic import CRASH, TOO_LARGE, UNREADABLE
from bce_lint.progress import FOLLOWING, PROGRESS, READING, RECORDING
from bce_lint.source.projects import ImportFolders, usual
from bce_lint.source.text import SourceError, SourceText, decode, read

RECURSION = 20_000
T = TypeVar("T")


class Project:
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
        self.root = root
        self.import_folders: ImportFolders = imports or (usual if before is None else before.import_folders)
        self._modules: dict[tuple[str, str], ir.Module] = {} if before is None else before._modules
        self._sound: dict[str, FileSummary] = {} if before is None else before._sound
        self._before: Mapping[str, FileSummary] = {} if before is None else before.summaries
        self.texts = dict(texts or {})
        self.problems: dict[str, Problem] = {}
        self.others: list[Project] = []
        self.interrupted = False
        """True if its run was stopped by the user: what was met until then is all that is known."""
        self._imports = ImportedFiles(root, self.import_folders)
        scanned = {path: self._scan(path) for path in sorted({*files, *self.texts})}
        self.summaries: dict[str, FileSummary] = {path: summary for path, summary in scanned.items() if summary is not None}
        same = before if before is not None and same_files(self.summaries, before.summaries) else None
        self._same = same
        self.graph: Graph = same.graph if same is not None else Graph(self.summaries, partial(type(self).resolve, self))
        known = same.reachability if same is not None else None
        towards = None if observer is None or not observer.targets else TargetReachability(self.graph, observer.targets, known)
        self.reachability: Reachability = Reachability(self.graph) if towards is None else towards
        self.machine = Machine(self, callbacks) if observer is None else Machine(self, callbacks, observer, observer.fuel_factor)
        self.sources: dict[str, SourceText] = {}
        self._units: dict[str, LoweredFile | None] = {}
        self._parsed: list[str] = []
        self._loaded: set[str] = set()
        self._bodies: dict[str, State] = {}
        self._finished: set[str] = set()
        self._by_path: dict[str, list[int]] = {}
        self._takers: thresholds.Takers = {}
        self._indexed = 0
        self._ran: set[str] = set()
        self._inherited: set[str] = set()
        self._bases: frozenset[str] | None = None

    def _scan(self, path: str) -> FileSummary | None:
        try:
            raw = self.texts[path] if path in self.texts else read(path)
            known = self._before.get(path)
            return known if known is not None and known.raw == raw else scan(path, raw)
        except OSError as error:
            self.problems[path] = unread(error, "cannot be read: ")
            return None

    def source(self, path: str) -> SourceText | None:
        """The decoded text of a file, or None with the problem noted."""
        if path not in self.sources and path not in self.problems:
            summary = self.summaries.get(path)
            try:
                self.sources[path] = decode(summary.raw if summary is not None else read(path), path)
            except OSError as error:
                self.problems[path] = unread(error, "")
            except SourceError as error:
                self.problems[path] = Problem(UNREADABLE, error.message, error.row, 1)
        return self.sources.get(path)

    def unit(self, path: str) -> LoweredFile | None:
        """The lowered file, or None when it cannot be analysed."""
        if path not in self._units:
            self._units[path] = unit = self._noting(path, partial(self._lower, path))
            self._parsed += [path] * (unit is not None)
        return self._units[path]

    def _lower(self, path: str) -> LoweredFile | None:
        source = self.source(path)
        if source is None:
            return None
        from bce_lint.syntax.parse import lower

        key = (path, source.text)
        if key not in self._modules:
            self._modules[key] = lower(source.text)
        return LoweredFile(path, source.text, self._modules[key], self.machine.intern(("module", path)))

    def check_syntax(self, path: str) -> None:
        """Notes what is wrong with a file that the analysis had no need to read."""
        summary = self.summaries.get(path)
        if summary is None or path in self._units or path in self.problems or self._sound.get(path) is summary:
            return
        if self._noting(path, partial(is_python, summary)):
            self._sound[path] = summary

    def _noting(self, path: str, action: Callable[[], T]) -> T | None:
        """What an action gives; None where the file is no Python, with the problem noted."""
        from bce_lint.syntax.parse import ParseFailure, TooLarge

        try:
            return action()
        except SourceError as error:
            self.problems[path] = Problem(UNREADABLE, error.message, error.row, 1)
        except ParseFailure as error:
            self.problems[path] = Problem(UNREADABLE, error.message, error.row, error.column)
        except TooLarge as error:
            self.problems[path] = Problem(TOO_LARGE, error.message, 1, 1)
        return None

    def parsed(self, after: int = 0) -> tuple[str, ...]:
        """The files that were parsed so far, but for some that were first."""
        return tuple(self._parsed[after:])

    def sites_in(self, wanted: set[str]) -> list[Site]:
        """The sites that mention one of the files, in the order met."""
        found = self._sites_in(wanted)
        unseen = thresholds.makers(found) - self._ran
        if unseen and not self.interrupted:  # whoever takes the same output as logits imports the file of its layer
            self.run(unseen)
            found = self._sites_in(wanted)
        return [thresholds.linked(site, self._takers) for site in found]

    def all_sites(self) -> list[Site]:
        """The sites that were met so far, wherever they are."""
        self._sites_in(set())
        return [thresholds.linked(site, self._takers) for site in self.machine.sites]

    def _sites_in(self, wanted: set[str]) -> list[Site]:
        sites = self.machine.sites
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
        kept = machine.state, machine.reads, machine.fuel, machine.stack, machine.below_entry, machine.written_modules
        raised, machine.ended = machine.ended, False
        asking = machine.walks.start(path)
        floor, machine.unroll_floor = machine.unroll_floor, 0
        machine.state, machine.reads, machine.fuel, machine.stack = machine.base, None, ENTRY_FUEL * machine.fuel_factor, []
        machine.below_entry, machine.written_modules = machine.base, {unit.address, *machine.written_modules}
        machine.suppress_sites += 1
        try:
            statements.run(machine, entry_points.module_frame(unit, main=False), unit.module.body)
            machine.base.cells.update(machine.state.delta(machine.base))
            if machine.fuel < 0:
                machine.leave_unfinished(path, 0, MODULE, SPENT)
        finally:
            machine.suppress_sites -= 1
            machine.walks.start(asking)
            machine.ended, machine.unroll_floor = raised, floor
            machine.state, machine.reads, machine.fuel, machine.stack, machine.below_entry, machine.written_modules = kept
        return unit

    def default_dtype(self) -> str | None:
        """The dtype of new floating point tensors; None where some file of the project changes it."""
        return None if self._changes_default else "float32"

    @cached_property
    def _changes_default(self) -> bool:
        return any(b"set_default_" in (summary.data or summary.raw) for summary in self.summaries.values())

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

    @cached_property
    def _stores(self) -> AttributeStores:
        return AttributeStores(self.summaries, self._readable) if self._same is None else self._same._stores

    @cached_property
    def _exchanges(self) -> Exchanges:
        return Exchanges(self.graph, self._readable) if self._same is None else self._same._exchanges

    def _readable(self, path: str) -> ir.Module | None:
        """A file as IR, without a word where it has none."""
        unit = self._units.get(path)
        if unit is not None:
            return unit.module
        from bce_lint.syntax.parse import ParseFailure, TooLarge, lower

        try:
            text = decode(self.summaries[path].raw, path).text
            if (path, text) not in self._modules:
                self._modules[path, text] = lower(text)
            return self._modules[path, text]
        except (SourceError, ParseFailure, TooLarge):
            return None

    def base_names(self) -> frozenset[str]:
        """The names that stand among the bases of the project's classes."""
        if self._bases is None:
            self._bases = frozenset().union(*(f.bases for f in self.summaries.values()))
        return self._bases

    def resolve(self, importer: str, module: str, level: int) -> str | None:
        """The file that an import names, None outside the project."""
        return self._imports.file(importer, module, level)

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
            action = partial(entry_points.run_candidate, self.machine, unit, self._bodies[path], candidate)
            self._guarded(path, candidate.function.span.start, candidate.name, action)
        entry_points.finish(self.machine)

    def _run_inherited(self, path: str) -> None:
        unit = self.unit(path)
        if unit is None or path in self._inherited:
            return
        self._inherited.add(path)
        run = partial(entry_points.run_inherited, self.machine, unit, self.reachability, self._bodies[path])
        for statement in unit.module.body:
            if isinstance(statement, ir.ClassDef) and statement.bases:
                self._guarded(path, statement.span.start, statement.name, partial(run, statement))

    def _guarded(self, path: str, start: int, name: str, action: Callable[[], State | None]) -> State | None:
        """Runs one entry point; one that recurses too deeply finds nothing, leaves the machine usable, and is noted."""
        machine = self.machine
        sites, reached = len(machine.sites), len(machine.reached)
        try:
            return action()
        except KeyboardInterrupt:  # what was finished before may be told
            del machine.sites[sites:]
            raise
        except RecursionError:
            del machine.sites[sites:]
            entry_points.give_up(machine, path, start, name, reached)
            return None
        except Exception as error:  # a failure of the analysis is reported at its file, and everything else goes on
            del machine.sites[sites:]
            text = " ".join(f"{type(error).__name__}: {error}".split())
            self.problems[path] = Problem(CRASH, f"internal error in the analysis: {text}", 1, 1)
            return None
        finally:
            machine.reads, machine.suppress_sites, machine.stack, machine.pending, machine.ended = None, 0, [], [], False
