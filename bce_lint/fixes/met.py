"""Files that can meet: some file of the project imports both, however far."""

from __future__ import annotations

from collections.abc import Iterable

from bce_lint.analysis.project.import_graph import Graph


class MeetingFiles:
    """Says which files a file can meet; files below the same importers share the answer."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[str, frozenset[str]] = {}
        self._below: dict[frozenset[str], frozenset[str]] = {}

    def of(self, path: str) -> frozenset[str]:
        """The files that some file imports together with one: all that its importers import."""
        if path not in self._known:
            near = frozenset(self._graph.closure((path,)))
            found = self._imported(one for one in near if not self._graph.importers[one])
            self._known[path] = found if near <= found else self._imported(near)
        return self._known[path]

    def _imported(self, paths: Iterable[str]) -> frozenset[str]:
        start = frozenset(paths)
        if start not in self._below:
            found: set[str] = set()
            waiting = list(start)
            while waiting:
                path = waiting.pop()
                if path not in found:
                    found.add(path)
                    waiting += [target for target, _, _ in self._graph.imports[path]]
            self._below[start] = frozenset(found)
        return self._below[start]
