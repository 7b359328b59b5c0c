"""What decorators and code put into the variables of a project, in whatever file: registries, and tables of functions."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import NamedTuple

from bce_lint.analysis.project.definitions import FILLS, Definition, Fragment
from bce_lint.analysis.project.file_names import FileNames
from bce_lint.analysis.project.index import Block, blocks_of, unchanged


class _Filling(NamedTuple):
    """What the code of a file puts into variables, and the words by which it does."""

    words: frozenset[bytes]
    pairs: list[tuple[Definition, list[Definition]]]


class FilledVariables:
    """The definitions that something is put into, with what that is. Files that are `apart` are not looked at. What `before` knows of
    files that are as they were is taken over, where they do it by no name that is `otherwise`."""

    def __init__(
        self, known: FileNames, apart: frozenset[str], before: FilledVariables | None = None, otherwise: Set[bytes] = frozenset()
    ) -> None:
        self._known = known
        files = {path: summary for path, summary in known.graph.files.items() if path not in apart}
        known_there = {} if before is None else unchanged(before._fillings, before._known.graph.files, files)
        same = {path: one for path, one in known_there.items() if otherwise.isdisjoint(one.words)}
        self._fillings: dict[str, _Filling] = {path: same[path] if path in same else self._filling(path) for path in files}
        self.found: dict[Definition, list[Definition]] = {}
        for filling in self._fillings.values():
            for holder, put in filling.pairs:
                self.found.setdefault(holder, []).extend(put)

    def others(self, before: FilledVariables) -> set[Definition]:
        """What something else is put into than in another state of the project."""
        return {one for one in {**self.found, **before.found} if self.found.get(one) != before.found.get(one)}

    def _filling(self, path: str) -> _Filling:
        words: set[bytes] = set()
        pairs = [pair for block in blocks_of(self._known.graph.files[path]) for pair in self._put(path, block, words)]
        return _Filling(frozenset(words), pairs)

    def _put(self, path: str, block: Block, words: set[bytes]) -> Iterator[tuple[Definition, list[Definition]]]:
        """What a statement puts into variables; the words that say so are added."""
        if not block.decorators and (block.kind != "code" or block.text.startswith(b"if __name__")):
            return
        acting = block.decorators or block.words
        named = block.decorators or frozenset(FILLS.findall(block.text))
        words |= acting | named
        holders = self._variables(path, named)
        for definition in self._known.mentioned(path, acting):
            if isinstance(definition, Fragment):
                words |= definition.fills
                holders += self._variables(definition.path, definition.fills)
            elif block.decorators:
                holders.append(definition.head)
        if holders:
            put: list[Definition] = [self._code(path, block)]
            if block.name is not None:
                put = self._known.of(path).own.get(block.name.encode(), [])
            yield from ((holder, put) for holder in holders)

    def _code(self, path: str, block: Block) -> Fragment:
        """A statement that defines nothing."""
        there = (one for one in self._known.of(path).code if one.parts == (block.text,))
        return next(there, None) or Fragment(self._known.graph.files[path], block.text)

    def _variables(self, path: str, names: frozenset[bytes]) -> list[Definition]:
        """The variables that some names of a file stand for."""
        known = self._known.of(path)
        found = [d for name in known.variables.keys() & names for d in known.variables[name]]
        for name in known.taken.keys() & names:
            for file, original in known.taken[name]:
                found += self._known.of(file).variables.get(original, ())
        return found
