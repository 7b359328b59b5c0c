"""Which files import which, and in what order they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from bce_lint.analysis.project import index
from bce_lint.analysis.project.index import FileSummary, relevant_words
from bce_lint.analysis.project.lazy import lazy

MANY: Final = 500
"""In a project of so many files it is found out which of them meet; in a larger one that would take too long."""


class Graph:
    """The import graph of a project's files."""

    def __init__(self, files: dict[str, FileSummary], resolve: index.Resolve, before: Graph | None = None) -> None:
        """`before` is the graph of another state of the project: where it had the same files, what has not changed imports the same."""
        self.files = files
        self.resolve = resolve
        self.importers: dict[str, set[str]] = {path: set() for path in files}
        known = index.unchanged(before.imports, before.files, files) if before is not None and before.files.keys() == files.keys() else {}
        self.imports: dict[str, list[tuple[str, index.Import, str]]] = {
            path: known[path] if path in known else [t for t in self._targets(summary) if t[0] in files] for path, summary in files.items()
        }
        for path, targets in self.imports.items():
            for target, _, _ in targets:
                self.importers[target].add(path)
        self._met: dict[str, set[str]] = {}

    def _targets(self, summary: FileSummary) -> Iterator[tuple[str, index.Import, str]]:
        """(file, import, name bound to the file itself or empty)."""
        for item in summary.imports:
            target = self.resolve(summary.path, item.module, item.level)
            if target is None:
                yield from self._members(summary, item)
                continue
            yield target, item, item.bound
            for name, bound in item.names:
                inner = self.resolve(target, name, 1) if target.endswith("__init__.py") else None
                if inner is not None:
                    yield inner, item, bound

    def _members(self, summary: FileSummary, item: index.Import) -> Iterator[tuple[str, index.Import, str]]:
        """The modules that `from folder import module` names where the folder is a namespace package."""
        for name, bound in item.names:
            inner = self.resolve(summary.path, f"{item.module}.{name}".strip("."), item.level)
            if inner is not None:
                yield inner, item, bound

    def closure(self, paths: Iterable[str]) -> set[str]:
        """The files and all that import them, however far."""
        found: set[str] = set()
        waiting = [p for p in paths if p in self.files]
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                waiting.extend(self.importers[path] - found)
        return found

    def meet(self, path: str, other: str) -> bool:
        """True if some file imports both, however far, or is one of them: what the one makes may come to the other. In a project of
        more than `MANY` files it is enough that imports join them in any direction."""
        if len(self.files) > MANY:
            return self._islands[path] == self._islands[other]
        if path not in self._met:
            found: set[str] = set()
            waiting = list(self.closure((path,)))
            while waiting:
                one = waiting.pop()
                if one not in found:
                    found.add(one)
                    waiting += [target for target, _, _ in self.imports[one]]
            self._met[path] = found
        return other in self._met[path]

    @lazy
    def _islands(self) -> dict[str, int]:
        """A number for each file, the same for those that imports join."""
        found: dict[str, int] = {}
        for number, start in enumerate(self.files):
            waiting = [start]
            while waiting:
                path = waiting.pop()
                if path not in found:
                    found[path] = number
                    waiting += [*self.importers[path], *(target for target, _, _ in self.imports[path])]
        return found

    @lazy
    def irrelevant(self) -> frozenset[str]:
        """The files that have no word that matters, nor has any that imports join to them."""
        relevant: set[int] = set()
        for path, island in self._islands.items():
            if island not in relevant and relevant_words(self.files[path]):
                relevant.add(island)
        return frozenset(path for path, island in self._islands.items() if island not in relevant)

    @lazy
    def order(self) -> dict[str, int]:
        """A rank for each file: importers before what they import, circles by path."""
        return {path: i for i, path in enumerate(_importers_first(self.importers))}


def _importers_first(importers: dict[str, set[str]]) -> list[str]:
    """Depth-first: a file after all its importers; a circle is broken where the path order enters it."""
    done: dict[str, None] = {}
    entered: set[str] = set()
    for start in sorted(importers):
        stack = [(start, iter(sorted(importers[start])))] if start not in entered else []
        entered.add(start)
        while stack:
            path, rest = stack[-1]
            following = next((p for p in rest if p not in entered), None)
            if following is None:
                done[path] = None
                stack.pop()
            else:
                entered.add(following)
                stack.append((following, iter(sorted(importers[following]))))
    return list(done)
