"""The byte-scanned index of a project: who imports whom, and which definitions can lead to a loss.

Nothing is parsed here. A definition is *hot* when its text names a loss or another sink of the catalogue, or a hot name
that the file defines or imports; analysis starts at the hot definitions.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|(?:[^\n;#\\]|\\\r?\n)*)|import[ \t]+((?:[\w., \t]|\\\r?\n)+))",
    re.M,
)
_BLOCK = re.compile(
    rb"^(?:((?:@[^\n]*\n(?:[ \t)\]}][^\n]*\n|\n)*)+)?(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)"
    rb"|([A-Za-z_]\w*)[ \t]*(?::[^=\n]*)?=|[^\s#)\]}])",
    re.M,
)
_BASES = re.compile(rb"^[ \t]*class[ \t]+\w+[ \t]*\(([^)]*)\)", re.M)
_WORD = re.compile(rb"[A-Za-z_]\w*")

Resolve = Callable[[str, str, int], "str | None"]


class Import(NamedTuple):
    """One import: `names` are (name, bound) pairs, empty for `import module`; `bound` is what that binds."""

    level: int
    module: str
    names: tuple[tuple[str, str], ...]
    bound: str


class Block(NamedTuple):
    """A top-level statement: the name it defines, if any, its text, and the decorators above a definition."""

    name: str | None
    text: bytes
    decorators: bytes


@dataclass(slots=True)
class Facts:
    """What the scan says of one file. `hot` are its hot top-level names, `hot_code` whether other top-level code is hot."""

    path: str
    raw: bytes
    data: bytes
    sink: bool
    imports: tuple[Import, ...]
    bases: frozenset[str]
    hot: set[str] = field(default_factory=set)
    hot_code: bool = False
    blocks: list[tuple[Block, frozenset[bytes]]] | None = None
    seeds: set[str] = field(default_factory=set)
    stars: bool = False

    @property
    def start(self) -> bool:
        """Whether analysis starts in this file."""
        return bool(self.hot) or self.hot_code


@cache
def sinks() -> re.Pattern[bytes]:
    """The names of the losses and of the other operations that rules look at."""
    from bce_lint.catalog import activations, losses

    names = {name.rpartition(".")[2] for table in (losses.MODULES, losses.FUNCTIONS) for name in table}
    names |= {
        name.rpartition(".")[2] for table in (activations.MODULES, activations.FUNCTIONS) for name, row in table.items() if row.implicit_dim
    }
    return re.compile(rb"\b(?:" + b"|".join(sorted(n.encode() for n in names)) + rb")\b")


def scan(path: str, raw: bytes) -> Facts:
    """Reads the imports, the bases and the sinks off a file's bytes."""
    data = raw
    if b"\r" in data or b"\x0c" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\x0c", b"")
    imports = tuple(_imports(data)) if b"import" in data else ()
    bases = frozenset(w.decode() for m in _BASES.finditer(data) for w in _WORD.findall(m[1])) if b"class" in data else frozenset()
    facts = Facts(path, raw, data, sinks().search(data) is not None, imports, bases)
    if facts.sink:
        facts.seeds |= {bound for item in imports for name, bound in item.names if name != bound and sinks().fullmatch(name.encode())}
    return facts


def _imports(data: bytes) -> Iterator[Import]:
    for match in _IMPORT.finditer(data):
        if match[4] is not None:
            for part in match[4].replace(b"\\", b" ").split(b","):
                words = part.split()
                if words:
                    module = words[0].decode()
                    yield Import(0, module, (), words[2].decode() if len(words) == 3 else module.split(".")[0])
        elif match[3] is not None:
            text = re.sub(rb"#[^\n]*", b"", match[3]).replace(b"\\", b" ").strip(b"() \t\r\n")
            parts = (p.split() for p in text.split(b","))
            names = tuple((w[0].decode(), w[-1].decode()) for w in parts if w)
            yield Import(len(match[1]), match[2].decode(), names, "")


def blocks_of(facts: Facts) -> list[tuple[Block, frozenset[bytes]]]:
    """The top-level statements of a file with the words in each."""
    if facts.blocks is None:
        marks = list(_BLOCK.finditer(facts.data))
        ends = [*(m.start() for m in marks[1:]), len(facts.data)][: len(marks)]
        found = [
            Block((m[2] or m[3] or b"").decode() or None, facts.data[m.start() : end], m[1] or b"")
            for m, end in zip(marks, ends, strict=True)
        ]
        facts.blocks = [(b, frozenset(_WORD.findall(b.text))) for b in found]
    return facts.blocks


def spread(facts: Facts) -> bool:
    """Marks what is hot in one file, given the sinks in it and the hot names it imports; whether its hot names grew."""
    before = len(facts.hot)
    pattern = sinks()
    fresh = True
    while fresh:
        fresh = False
        words = {n.encode() for n in facts.hot | facts.seeds}
        for block, tokens in blocks_of(facts):
            if block.name is not None and block.name in facts.hot:
                continue
            if not (words & tokens or pattern.search(block.text)):
                continue
            if block.name is None:
                facts.hot_code = facts.hot_code or not _only_import(block)
            else:
                facts.hot |= {block.name, *_registries(facts, block)}
                fresh = True
    return len(facts.hot) > before


def _registries(facts: Facts, block: Block) -> set[str]:
    """The file's own variables into which a decorator of a definition may put it."""
    if not block.decorators:
        return set()
    heads = {word.decode() for word in _WORD.findall(block.decorators)}
    variables = {
        b.name.encode() for b, _ in blocks_of(facts) if b.name and not b.text.lstrip().startswith((b"def", b"class", b"async", b"@"))
    }
    return {name.decode() for b, tokens in blocks_of(facts) if b.name in heads for name in tokens & variables}


def _only_import(block: Block) -> bool:
    return block.text.startswith((b"import ", b"from ", b'"', b"'", b'r"', b"__all__"))


class Graph:
    """The import graph of a project's files."""

    def __init__(self, files: dict[str, Facts], resolve: Resolve) -> None:
        self.files = files
        self.resolve = resolve
        self.edges: dict[str, list[tuple[str, Import, str]]] = {}
        self.importers: dict[str, set[str]] = {path: set() for path in files}
        for path, facts in files.items():
            self.edges[path] = list(self._targets(facts))
            for target, _, _ in self.edges[path]:
                if target in self.importers:
                    self.importers[target].add(path)
        self._spread()

    def _targets(self, facts: Facts) -> Iterator[tuple[str, Import, str]]:
        """(file, import, name bound to the file itself or empty)."""
        for item in facts.imports:
            target = self.resolve(facts.path, item.module, item.level)
            if target is None:
                continue
            yield target, item, item.bound
            for name, bound in item.names:
                inner = self.resolve(target, name, 1) if target.endswith("__init__.py") else None
                if inner is not None:
                    yield inner, item, bound

    def _spread(self) -> None:
        waiting = [path for path, facts in self.files.items() if facts.sink]
        for path in waiting:
            spread(self.files[path])
        while waiting:
            path = waiting.pop()
            for importer in sorted(self.importers[path]):
                if self._inherit(importer, path):
                    waiting.append(importer)

    def _inherit(self, importer: str, path: str) -> bool:
        """Takes over the hot names that one file imports from another; whether its own hot names grew."""
        facts, source = self.files[importer], self.files[path]
        seeds, hot = len(facts.seeds), len(facts.hot)
        for target, item, bound in self.edges[importer]:
            if target != path or not source.hot:
                continue
            if bound:
                facts.seeds.add(bound)
            for name, alias in item.names:
                if name == "*":
                    facts.seeds |= source.hot
                    facts.hot |= source.hot
                elif name in source.hot:
                    facts.seeds.add(alias)
                    facts.hot |= {alias} if importer.endswith("__init__.py") else set()
        if len(facts.seeds) > seeds or len(facts.hot) > hot:
            spread(facts)
        return len(facts.hot) > hot

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

    @property
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


def absolute(path: str | os.PathLike[str]) -> str:
    """The one spelling of a path that the index uses."""
    return os.path.abspath(path)
