"""The bodies of modules, as imports run them: each once, in the store that all entry points see."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from bce_lint.analysis.interpreter import entry_points, statements
from bce_lint.analysis.project.rebound import alone_differs, note
from bce_lint.analysis.project.reuse import Memos, ModuleMemo, Reuse
from bce_lint.analysis.state.answers import EntryAnswer, Extent
from bce_lint.analysis.state.dependencies import Loaded
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.analysis.state.machine import ENTRY_FUEL, Machine
from bce_lint.analysis.state.store import ASSUMED_CELL, State
from bce_lint.analysis.state.unfinished import MODULE, SPENT


class _Loading(NamedTuple):
    """A module that is being loaded, what it has written so far, and the modules being loaded that were asked for meanwhile."""

    path: str
    written: State
    waited: set[str]


class ModuleLoads:
    """The modules that are loaded. `counted` is told what was met on the way."""

    def __init__(self, machine: Machine, unit: Callable[[str], LoweredFile | None], counted: EntryAnswer, memos: Memos) -> None:
        self._machine, self._unit, self._counted, self._memos = machine, unit, counted, memos
        self._loaded: set[str] = set()
        self._loading: list[_Loading] = []
        self._as_it_was: dict[str, bool] = {}
        self._writer: dict[int, str] = {}
        self.reuse: Reuse | None = None
        self.extents: dict[str, Extent] = {}
        """How far the bodies of modules came as they were loaded."""
        self.contesting: set[str] = set()
        """The modules that write into what others have made."""

    def is_loaded(self, path: str) -> bool:
        """True if some import has run a module's body, or runs it."""
        return path in self._loaded

    def again(self, loaded: Loaded) -> bool:
        """Loads a module, if it is not; True if that gave what an earlier state of the project was given."""
        known = self._as_it_was.get(loaded.path)
        if known is not None:
            return known
        unit = self._unit(loaded.path)
        if unit is None:
            return True
        with self._machine.journal.search(loaded.searched):
            self.load(unit)
        return self._as_it_was.get(loaded.path, False)

    def load(self, unit: LoweredFile) -> None:
        """Runs a module's body, unless it has run, or runs."""
        path = unit.path
        if path in self._loaded:
            if path not in self._as_it_was:
                self._wait_for(path)
            return
        self._loaded.add(path)
        below = self._loading[-1].written if self._loading else self._machine.base
        self._loading.append(_Loading(path, below.fork(), set()))
        try:
            memo = before = self._memos.modules.get(path)
            taken = memo is not None and self._holds(memo)
            if memo is None or not taken:
                memo = self._run(unit)
                taken = before is not None and self._gave_the_same(unit, before, memo)
                memo = memo if before is None or not taken else memo._replace(outcome=before.outcome)
        finally:
            self._loading.pop()
            self._as_it_was[path] = False
        self._machine.base.put_all(memo.cells)
        for one in self._loading:  # which has it from the time before, if it has it
            one.written.cells.update({cell: value for cell, value in memo.cells.items() if cell in one.written.cells})
        if self._machine.journal.noting:
            memo = self._memos.keep_module(path, memo, not taken)
        else:
            self._machine.imported.append(memo.cells)
        self._note_contested(unit, memo)
        self.extents[path] = memo.answer.extent
        self._counted.add(memo.answer)
        for number, test in memo.answer.tests.items():
            self._machine.loaded_tests.setdefault(number, test)
        self._as_it_was[path] = taken

    def _wait_for(self, path: str) -> None:
        """Notes with each module that is loaded inside another that it has met that one unfinished."""
        for one in reversed(self._loading):
            one.waited.add(path)
            if one.path == path:
                break

    def _holds(self, memo: ModuleMemo) -> bool:
        """True if what a module wrote holds; loads what it loads."""
        loading = {one.path for one in self._loading}
        if self.reuse is None or memo.searched != self._machine.journal.searching or not memo.waited <= loading:
            return False
        return self.reuse.holds(memo.needs) and self._loads_as_before(memo) and self._machine.walks.repeat(memo.needs.took)

    def _loads_as_before(self, memo: ModuleMemo) -> bool:
        """True if the modules that a module has loaded are as they were, those around it apart, which it has met unfinished."""
        loading = {one.path for one in self._loading}
        for effect in memo.needs.effects:
            if not isinstance(effect, Loaded) or (effect.path in loading and effect.path not in memo.waited):
                return False
            if effect.path not in loading and not self.again(effect):
                return False
        return True

    def _gave_the_same(self, unit: LoweredFile, before: ModuleMemo, now: ModuleMemo) -> bool:
        """True if all that is another than before are names that are bound at the top of the module."""
        if (before.needs.effects, before.waited, before.searched) != (now.needs.effects, now.waited, now.searched):
            return False
        needs, stored = (before.needs, now.needs), ([before.cells], [now.cells])
        same = self.reuse is not None and alone_differs(unit, self._machine.key_of, self.reuse.holds, needs, stored)
        return same and self._loads_as_before(before)

    def _run(self, unit: LoweredFile) -> ModuleMemo:
        machine, path = self._machine, unit.path
        loading, answer, written = self._loading[-1], EntryAnswer(), {unit.address, *machine.written_modules}
        before = machine.aside(state=loading.written, below_entry=machine.base, written_modules=written, stack=[], catching=0, thrown=[])
        run = machine.aside(answer=answer, fuel=ENTRY_FUEL * machine.fuel_factor, reads=None, ended=False, unroll_floor=0)
        asking = machine.walks.start(path)
        try:
            aside = machine.aside(suppress_sites=machine.suppress_sites + 1)
            with machine.unwatched(), machine.journal.unit() as needs, before, run, aside:
                if machine.journal.noting:
                    needs.files[path] = unit.address
                    note(unit, needs)
                statements.run(machine, entry_points.module_frame(unit, main=False), unit.module.body)
                assert loading.written.parent is not None
                cells = dict(machine.state.delta(loading.written.parent))
                cells.pop(ASSUMED_CELL, None)  # who imports it, and when, is nothing that others may build on
                if machine.fuel < 0:
                    answer.leave_unfinished(path, 0, MODULE, SPENT)
        finally:
            machine.walks.start(asking)
        return ModuleMemo(needs, cells, answer, frozenset(loading.waited), machine.journal.searching)

    def _note_contested(self, unit: LoweredFile, memo: ModuleMemo) -> None:
        """Notes what a module writes into what another one has made: from here on others see that."""
        mine = (cell for cell in memo.cells if self._writer.setdefault(cell[0], unit.path) != unit.path or cell[0] == 0)
        if found := tuple(mine):
            self.contesting.add(unit.path)
            journal = self._machine.journal
            journal.contested = self._machine.intern(("contested", journal.contested, unit.address, found, memo.outcome))
