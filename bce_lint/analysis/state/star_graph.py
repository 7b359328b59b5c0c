"""Which files star-import which: read off their statements before any of them runs, so that each name is searched for once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bce_lint import ir
from bce_lint.analysis.state.components import components
from bce_lint.analysis.state.dependencies import Journal
from bce_lint.analysis.state.frames import LoweredFile
from bce_lint.ir.walk import AnyNode, below, children

EVERYTHING = "*"
EXPORTS = "__all__"
UnitOf = Callable[[str], "LoweredFile | None"]
FindImport = Callable[[str, str, int], "str | None"]


class _StarRing:
    """Files that star-import one another: the names that they bind, the packages among them that list theirs, and the groups that
    these files star-import. It `lists` where there is such a package among them or below."""

    def __init__(self, names: frozenset[str], listing: tuple[str, ...], below: tuple[int, ...], lists: bool) -> None:
        self.names, self.listing, self.below, self.lists = names, listing, below, lists


class StarGraph:
    """Answers whether a name may come by a star import, whatever order the files run in; `unit` and `resolve` are a project's."""

    def __init__(self, unit: UnitOf, resolve: FindImport, journal: Journal) -> None:
        self._journal = journal
        self._run: set[tuple[int, object]] = set()
        self.used = False
        """True if some star import has run."""
        self._unit, self._resolve = unit, resolve
        self._sources: dict[str, tuple[str, ...]] = {}
        self._group_of: dict[str, int] = {}
        self._groups: list[_StarRing] = []
        self._names: set[str] = set()  # of all groups: most names that are asked for in vain are bound by none
        self._absent: dict[str, set[int]] = {}
        self._present: dict[str, set[int]] = {}
        self._prepared: set[str] = set()

    def is_first(self, address: int, source: object) -> bool:
        """True if no star import of a module had run before in the file of some address; notes that one has."""
        before = len(self._run)
        self._run.add((address, source))
        self.used = True
        return len(self._run) > before

    def sources(self, path: str) -> tuple[str, ...]:
        """The files that a file imports whole, each once."""
        if path not in self._sources:
            unit = self._unit(path)
            found = () if unit is None else (self._resolve(path, node.module, node.level) for node in _stars(unit.module))
            self._sources[path] = tuple(dict.fromkeys(one for one in found if one is not None))
        return self._sources[path]

    def go_on(self, before: StarGraph) -> None:
        """What has run elsewhere has run."""
        self._run = set(before._run)

    def may_have(self, path: str, name: str) -> bool:
        """True if a file may bind a name, or one that it imports whole, however far."""
        found = self._may_have(path, name)
        self._journal.current.answered(("may_have", path, name), found)
        return found

    def _may_have(self, path: str, name: str) -> bool:
        first = self._group(path)
        if name not in self._names and not self._groups[first].lists:
            return False
        absent, present = self._absent.setdefault(name, set()), self._present.setdefault(name, set())
        if first in absent or first in present:
            return first in present
        waiting: list[tuple[int, int | None]] = [(first, None)]
        seen: dict[int, int | None] = {}
        while waiting:
            current, before = waiting.pop()
            if current in seen or current in absent:
                continue
            seen[current] = before
            if current in present or self._binds(self._groups[current], name):
                way: int | None = current
                while way is not None:
                    present.add(way)
                    way = seen[way]
                return True
            waiting.extend((below, current) for below in self._groups[current].below)
        absent.update(seen)
        return False

    def brought(self, path: str, names: Iterable[str]) -> list[str]:
        """Those of some names that a star import of a file may bring."""
        return [name for name in names if self.may_have(path, name)]

    def unprepared(self, path: str) -> list[str]:
        """The files that a file gets names from by stars and that were not given here before, each behind those that it needs."""
        found: list[str] = []
        for files in components(path, self.sources, self._prepared):
            self._prepared.update(files)
            found += files
        return found

    def _group(self, path: str) -> int:
        if path not in self._group_of:
            for files in components(path, self.sources, self._group_of):
                number = len(self._groups)
                self._group_of.update(dict.fromkeys(files, number))
                names = [self._bound(file) for file in files]
                listing = (file for file, bound in zip(files, names, strict=True) if EXPORTS in bound and file.endswith("__init__.py"))
                below = dict.fromkeys(self._group_of[source] for file in files for source in self.sources(file))
                self._groups.append(self._ring(frozenset().union(*names), tuple(listing), tuple(one for one in below if one != number)))
        return self._group_of[path]

    def _ring(self, names: frozenset[str], listing: tuple[str, ...], below: tuple[int, ...]) -> _StarRing:
        self._names |= names
        return _StarRing(names, listing, below, bool(listing) or any(self._groups[one].lists for one in below))

    def _bound(self, path: str) -> frozenset[str]:
        unit = self._unit(path)
        return frozenset() if unit is None else _bound(unit)

    def _binds(self, group: _StarRing, name: str) -> bool:
        if name in group.names or not group.listing:
            return name in group.names
        return any(self._resolve(package, name, 1) is not None for package in group.listing)


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
            waiting.extend(reversed(children(node)))
    return found
