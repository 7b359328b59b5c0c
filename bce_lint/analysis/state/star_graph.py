"""Which files star-import which: read off their statements before any of them runs, so that each name is searched for once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bce_lint import ir
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.ir.walk import AnyNode, below, children

EVERYTHING = "*"
EXPORTS = "__all__"
Unit = Callable[[str], "LoweredFile | None"]
Resolve = Callable[[str, str, int], "str | None"]


class StarGraph:
    """Answers whether a name may come by a star import, whatever order the files run in; `unit` and `resolve` are a project's."""

    def __init__(self, unit: Unit, resolve: Resolve) -> None:
        self._run: set[tuple[int, object]] = set()
        self._unit, self._resolve = unit, resolve
        self._sources: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._absent: dict[str, set[str]] = {}
        self._present: dict[str, set[str]] = {}
        self._prepared: set[str] = set()

    @property
    def used(self) -> bool:
        """True if some star import has run."""
        return bool(self._run)

    def is_first(self, address: int, source: object) -> bool:
        """True if no star import of a module had run before in the file of some address; notes that one has."""
        before = len(self._run)
        self._run.add((address, source))
        return len(self._run) > before

    def sources(self, path: str) -> tuple[str, ...]:
        """The files that a file imports whole, each once."""
        if path not in self._sources:
            unit = self._unit(path)
            found = () if unit is None else (self._resolve(path, node.module, node.level) for node in _stars(unit.module))
            self._sources[path] = tuple(dict.fromkeys(one for one in found if one is not None))
        return self._sources[path]

    def may_have(self, path: str, name: str) -> bool:
        """True if a file may bind a name, or one that it imports whole, however far."""
        absent, present = self._absent.setdefault(name, set()), self._present.setdefault(name, set())
        waiting: list[tuple[str, str | None]] = [(path, None)]
        seen: dict[str, str | None] = {}
        while waiting:
            current, before = waiting.pop()
            if current in seen or current in absent:
                continue
            seen[current] = before
            if current in present or self._binds(current, name):
                way: str | None = current
                while way is not None:
                    present.add(way)
                    way = seen[way]
                return True
            waiting.extend((source, current) for source in self.sources(current))
        absent |= seen.keys()
        return False

    def brought(self, path: str, names: Iterable[str]) -> list[str]:
        """Those of some names that a star import of a file may bring."""
        if self.sources(path):
            return [name for name in names if self.may_have(path, name)]
        return [name for name in names if self._binds(path, name)]

    def unprepared(self, path: str) -> list[str]:
        """The files that a file gets names from by stars and that were not given here before, each behind those that it needs."""
        found: list[str] = []
        waiting = [(path, iter(self.sources(path)))] if path not in self._prepared else []
        self._prepared.add(path)
        while waiting:
            current, rest = waiting[-1]
            following = next((one for one in rest if one not in self._prepared), None)
            if following is None:
                found.append(current)
                waiting.pop()
            else:
                self._prepared.add(following)
                waiting.append((following, iter(self.sources(following))))
        return found[:-1]

    def _binds(self, path: str, name: str) -> bool:
        if path not in self._names:
            unit = self._unit(path)
            self._names[path] = frozenset() if unit is None else _bound(unit)
        names = self._names[path]
        return name in names or (EXPORTS in names and path.endswith("__init__.py") and self._resolve(path, name, 1) is not None)


def _bound(unit: LoweredFile) -> frozenset[str]:
    """The names of a module's globals, those that its functions declare as such included."""
    if "global" not in unit.text:
        return unit.module.bound
    declared = (one.globals for one in below(unit.module) if isinstance(one, ir.Function))
    return unit.module.bound.union(*declared)


def _stars(module: ir.Module) -> list[ir.ImportName]:
    """The star imports of a module: they stand in no function and no class."""
    found: list[ir.ImportName] = []
    waiting: list[AnyNode] = list(reversed(module.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ir.ImportName):
            found += [node] if node.name == EVERYTHING else []
        elif isinstance(node, ir.If | ir.Try | ir.With | ir.For | ir.While):
            waiting.extend(reversed(list(children(node))))
    return found
