"""Which files of a project may define a class below another one: by the names among the bases, and by where these come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.index import FileSummary
from bce_lint.analysis.project.lazy import lazy

_UNKNOWN: Final = frozenset[str | None]({None})
_MAX_DEPTH: Final = 8


class Subclasses:
    """Answers whether a class may have another one below it: a base of its name, unless that certainly stands for a class of another
    file, or of the name by which a file imports it."""

    def __init__(self, files: Mapping[str, FileSummary], graph: Graph) -> None:
        self._files, self._graph = files, graph
        self._known: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}

    def of(self, name: str, path: str) -> tuple[tuple[str, str], ...]:
        """The files in which a base may be a class of a file, each with the name that it has there."""
        if (name, path) not in self._known:
            self._known[name, path] = tuple(self._found(name, path))
        return self._known[name, path]

    def _found(self, name: str, path: str) -> Iterator[tuple[str, str]]:
        for file, own in self._naming.get(name, ()):
            sources = self._sources(file, own, 0)
            if path in sources or (own == name and (file == path or None in sources)):
                yield file, own

    @lazy
    def _naming(self) -> dict[str, list[tuple[str, str]]]:
        """The files with a base of each name, and that by which they know it; of a class with another name in a file, by its own."""
        found: dict[str, list[tuple[str, str]]] = {}
        for file, summary in sorted(self._files.items()):
            if summary.bases:
                for base in summary.bases:
                    found.setdefault(base, []).append((file, base))
                renamed = (pair for item in summary.imports for pair in item.names if pair[0] != pair[1] and pair[1] in summary.bases)
                for name, own in renamed:
                    found.setdefault(name, []).append((file, own))
        return found

    def _sources(self, file: str, name: str, depth: int) -> frozenset[str | None]:
        """The files in which what a name stands for in a file may be defined; None among them where that is not known."""
        summary = self._files.get(file)
        if summary is None or depth > _MAX_DEPTH:
            return _UNKNOWN
        found: set[str | None] = set()
        for item in summary.imports:
            for inner, bound in item.names:
                if bound == name:
                    source = self._graph.resolve(file, item.module, item.level)
                    found |= _UNKNOWN if source is None else self._sources(source, inner, depth + 1)
        if re.search(rb"^[ \t]*class[ \t]+%s\b" % re.escape(name.encode()), summary.data, re.M):
            found.add(file)
        return frozenset(found) or _UNKNOWN
