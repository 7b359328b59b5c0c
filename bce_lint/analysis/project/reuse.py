"""What an earlier state of a project has found, taken over where all that it depends on is as it was.

The units of work are those of `state/dependencies.py`. Each is run or taken over in the place where a run without an earlier state would
run it, so that what all units share (which modules are loaded, what is left of budgets) is the same there, and so are the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from bce_lint.analysis.domain.values import Value
from bce_lint.analysis.project.inquiries import Inquiries
from bce_lint.analysis.project.rebound import LOADED
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.dependencies import Dependencies, Effect, Granted, Inquiry, Loaded, Spent
from bce_lint.analysis.state.generics import BuiltWith, Generics
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.store import Cell, State

RunKey: TypeAlias = tuple[str, str, int]
"""How an entry point is run, its file, and where it stands there."""


class ModuleMemo(NamedTuple):
    """What the body of a module wrote and met as it was loaded, and which modules it asked for that were being loaded around it;
    `searched` says that it was in a search for what fills a registry, `outcome` tells it from what came of modules before."""

    needs: Dependencies
    cells: Mapping[Cell, Value]
    answer: EntryAnswer
    waited: frozenset[str]
    searched: bool
    outcome: int = 0


class EntryMemo(NamedTuple):
    """What an entry point met; of a module's body, what it wrote as well, a layer above the other."""

    needs: Dependencies
    answer: EntryAnswer
    layers: tuple[Mapping[Cell, Value], ...]

    def state(self, base: State) -> State:
        """What a module's body wrote, on top of a state."""
        state = base
        for cells in self.layers:
            state = state.fork()
            state.cells.update(cells)
        return state


class Memos:
    """What is known of the units that ran, some of them in an earlier state. `outcomes` counts what came of modules otherwise than before.

    What was not asked for in a state says nothing of it: it is let go of where something that it has seen came out otherwise there."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleMemo] = {}
        self.entries: dict[RunKey, EntryMemo] = {}
        self.outcomes = 0
        self._met: set[str | RunKey] = set()
        self._otherwise: set[str] = set()
        self._bodies_otherwise: set[str] = set()

    def add(self, before: Memos, version: Callable[[str], int]) -> None:
        """Takes over what is known of files that are as they were."""
        self.outcomes = before.outcomes
        same = {path: version(path) for path in before.modules.keys() | {key[1] for key in before.entries}}
        loaders = _Loaders(before._otherwise)
        for path, module in before.modules.items():
            if module.needs.files.get(path) == same[path] and (path in before._met or not loaders.by(module.needs)):
                self.modules[path] = module
        for key, one in before.entries.items():
            held = key in before._met or not (key[1] in before._bodies_otherwise or loaders.by(one.needs))
            if held and one.needs.files.get(key[1]) == same[key[1]]:
                self.entries[key] = one

    def keep_module(self, path: str, memo: ModuleMemo, otherwise: bool) -> ModuleMemo:
        """Notes what came of a module, `otherwise` than before or as it was."""
        self._met.add(path)
        if otherwise:
            self._otherwise.add(path)
            self.outcomes += 1
            memo = memo._replace(outcome=self.outcomes)
        self.modules[path] = memo
        return memo

    def keep(self, key: RunKey, memo: EntryMemo, otherwise: bool = False) -> None:
        """Notes what came of an entry point; `otherwise` where that is a module's body that gave something else than before."""
        self._met.add(key)
        if otherwise:
            self._bodies_otherwise.add(key[1])
        self.entries[key] = memo


class _Loaders:
    """Which units have loaded some modules, in those that ran inside them as well."""

    def __init__(self, modules: set[str]) -> None:
        self._modules = modules
        self._known: dict[int, bool] = {}

    def by(self, needs: Dependencies) -> bool:
        """True if a unit has."""
        if not self._modules:
            return False
        known = self._known.get(id(needs))
        if known is None:
            self._known[id(needs)] = known = any(map(self._in, needs.effects))
        return known

    def _in(self, effect: Effect) -> bool:
        if isinstance(effect, Loaded):
            return effect.path in self._modules
        return isinstance(effect, BuiltWith) and self.by(effect.needs)


class Reuse:
    """Says which memos hold for a project, and takes them over. `version` gives the number of the state that a file is in;
    `inquiries` answer questions anew; `load` loads a module, and says whether it is as it was."""

    def __init__(
        self,
        machine: Machine,
        version: Callable[[str], int],
        inquiries: Inquiries,
        load: Callable[[Loaded], bool],
    ) -> None:
        self._machine, self._version, self._load = machine, version, load
        self._body, self._ask = inquiries.body, inquiries.ask
        self._answers: dict[Inquiry, Any] = {}
        self._inner: dict[int, bool] = {}
        self._loaded: set[int] = set()

    def holds(self, needs: Dependencies, but: Collection[Inquiry] = ()) -> bool:
        """True if all that a unit has read is as it was, as far as no other unit made it, and `but` for some questions."""
        if needs.limited or needs.contested != self._machine.journal.contested:
            return False
        return self._unchanged(needs, but) and all(self._inner_holds(one) for one in needs.effects if isinstance(one, BuiltWith))

    def _unchanged(self, needs: Dependencies, but: Collection[Inquiry] = ()) -> bool:
        files = all(self._version(path) == number for path, number in needs.files.items())
        same = files and all(self._body(path, function) == number for function, (path, number) in needs.bodies.items())
        return same and all(question in but or self._answer(question) == answer for question, answer in needs.asked.items())

    def _inner_holds(self, one: BuiltWith) -> bool:
        known = self._inner.get(id(one))
        if known is None:
            inner = (effect for effect in one.needs.effects if isinstance(effect, BuiltWith))
            known = not one.needs.limited and self._unchanged(one.needs) and all(map(self._inner_holds, inner))
            self._inner[id(one)] = known
        return known

    def _answer(self, question: Inquiry) -> Any:
        if question[0] in ("settled", LOADED):  # what has been run until now says so
            return self._ask(question)
        if question not in self._answers:
            self._answers[question] = self._ask(question)
        return self._answers[question]

    def take(self, memo: EntryMemo, below: State, generics: Generics) -> bool:
        """Does to what all units share what an entry point did; False, and it has to run, where it would not do the same."""
        machine = self._machine
        if not self.holds(memo.needs) or not self.loads(memo.needs):
            return False
        machine.written_modules = set()
        machine.generics.start()
        machine.open_generics.start()
        built: list[BuiltWith] = []
        budgets: list[Granted | Spent] = []
        for effect in memo.needs.effects:
            if isinstance(effect, Granted | Spent):
                budgets.append(effect)
            elif isinstance(effect, BuiltWith):
                budgets.extend(generics.missing(below, effect, built))
        spent = machine.waste.spent
        if not machine.waste.repeat(budgets):
            return False
        if not machine.walks.repeat(_together([memo.needs, *(one.needs for one in built)])):
            machine.waste.spent = spent
            return False
        for one in built:
            generics.keep(one)
        return True

    def loads(self, needs: Dependencies) -> bool:
        """Loads the modules that a unit has loaded; True if all of them are as they were."""
        for effect in needs.effects:
            if isinstance(effect, Loaded) and not self._load(effect):
                return False
            if isinstance(effect, BuiltWith) and id(effect) not in self._loaded:
                if not self.loads(effect.needs):
                    return False
                self._loaded.add(id(effect))
        return True


def _together(units: Iterable[Dependencies]) -> dict[str, tuple[int, int]]:
    """What some units took by file."""
    found: dict[str, tuple[int, int]] = {}
    for one in units:
        for path, (bulk, evaluations) in one.took.items():
            before = found.get(path, (0, 0))
            found[path] = before[0] + bulk, before[1] + evaluations
    return found
