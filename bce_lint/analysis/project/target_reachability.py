"""Which functions can lead into some files, or to definitions in them, by the searches of `reachability`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from bce_lint.analysis.project.definitions import Class, Definition, Fragment
from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.reachability import Reachability


class TargetReachability(Reachability):
    """Answers whether something can lead into some files: for a run that wants to see everyone who uses what is made there.

    `other` has looked at the same files for another reason: what it found out of their names holds here, too. `within` names for some of
    the files the definitions at their top that matter; without, all that is in them does.
    """

    def __init__(
        self, graph: Graph, targets: frozenset[str], other: Reachability | None = None, within: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        super().__init__(graph)
        self.targets = targets
        self._far = graph.irrelevant if targets.isdisjoint(graph.irrelevant) else frozenset[str]()
        if other is not None:
            self.known, self._bases = other.known, other._bases
        if other is not None and self._far == graph.irrelevant:
            self._targets, self._filled = other._targets, other._filled
        named = [(path, [name.encode() for name in names]) for path, names in (within or {}).items()]
        self._within = {path: names for path, names in named if all(name in self.names(path).own for name in names)}

    def go_on(self, before: Reachability) -> None:
        """Takes over what another state of the project has read of its files: searches for something else found out other things."""
        if self.known is not before.known:
            self.known.go_on(before.known)

    def is_sink(self, unit: Fragment) -> bool:
        """True if a unit is what the searches look for."""
        return unit.path in self.targets and (unit.path not in self._within or unit in self._parts)

    @cached_property
    def _parts(self) -> set[Fragment]:
        """The functions and methods of the definitions that matter, and the parts of them that stand apart."""
        named = [d for path, names in self._within.items() for name in names for d in self.names(path).own[name]]
        found = {one for one in named if isinstance(one, Fragment)}
        for one in named:
            if isinstance(one, Class):
                found.update(unit for units in one.methods.values() for unit in units)
                found.update(unit for _, unit in one.settings)
        return found | {part for one in found for _, part in one.stores}

    def may_lead(self, path: str, owner: str, name: str) -> bool:
        """True if a method may, on an instance of a class at the top of a file; or a function or a class there, if every name counts as
        named. Also if there is none of this name."""
        found = self.names(path).own.get((owner or name).encode(), ())
        if not owner:
            return not found or not self._search_fails(found)
        lines = [self._line(one) if isinstance(one, Class) else [] for one in found]
        known = found and all(any(name.encode() in one.methods for one in line) for line in lines)
        return not known or self.method(path, owner, name)

    @property
    def apart(self) -> frozenset[str]:
        """A file may lead into any other, but for those that no imports join to it."""
        return self._far

    def hints(self, start: Iterable[Definition], cls: Class | None = None) -> int:
        """Nothing but the files matters."""
        return 0
