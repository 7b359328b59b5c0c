"""The byte-scanned index of a project: who imports whom, and which definitions can lead to a loss.

Nothing is parsed here. A definition is *hot* when its text names a loss or another sink of the catalogue, or a hot name
that the file defines or imports; analysis starts at the hot definitions.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*)[ \t]*([\w.\x80-\xff]*)[ \t]+import[ \t]*"
    rb"(\([^)]*\)|(?:[^\n;#\\]|\\\r?\n)*)|import[ \t]+((?:[\w., \t\x80-\xff]|\\\r?\n)+))",
    re.M,
)
_BLOCK = re.compile(
    rb"^(?:((?:@[^\n]*\n(?:[ \t)\]}][^\n]*\n|\n)*)+)?(?:async[ \t]+)?(?:def|class)[ \t]+([\w\x80-\xff]+)"
    rb"|([A-Za-z_\x80-\xff][\w\x80-\xff]*)[ \t]*(?::[^=\n]*)?=|[^\s#)\]}])",
    re.M,
)
_BASES = re.compile(rb"^[ \t]*class[ \t]+[\w\x80-\xff]+[ \t]*\(([^)]*)\)", re.M)
_WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")

_BOUND = re.compile(
    rb"^[ \t]*(?:(?:async[ \t]+)?(?:def|class)[ \t]+[\w\x80-\xff]+|[\w\x80-\xff., \t\[\]'\"*():=]*(?<![=!<>])=(?!=))", re.M
)
_NO_CODE = (b"import ", b"from ", b'"', b"'", b'r"', b"__all__")

MAX_BYTES = 1_000_000

Resolve = Callable[[str, str, int], "str | None"]


class Import(NamedTuple):
    """One import: `names` are (name, bound) pairs, empty for `import module`; `bound` is what that binds."""

    level: int
    module: str
    names: tuple[tuple[str, str], ...]
    bound: str


class Block(NamedTuple):
    """A top-level statement: the name it defines, if any, and the words in it.

    `kind` is definition, variable, import or code; `decorators` are the words above a definition; `sink` says that it names one;
    `binds` are the names that code binds, indented code included.
    """

    name: str | None
    kind: str
    words: frozenset[bytes]
    decorators: frozenset[bytes]
    sink: bool
    binds: frozenset[str]


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
    blocks: list[Block] | None = None
    cold: list[Block] | None = None
    seeds: set[str] = field(default_factory=set)

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
    """Reads the imports, the bases and the sinks off a file's bytes; of a file too large to analyse, only the sinks."""
    if len(raw) > MAX_BYTES:
        sink = sinks().search(raw) is not None
        return Facts(path, raw, b"", sink, (), frozenset(), hot_code=sink)
    data = raw
    if b"\r" in data or b"\x0c" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\x0c", b"")
    imports = tuple(_imports(data)) if b"import" in data else ()
    bases = (
        frozenset(w.decode("utf-8", "replace") for m in _BASES.finditer(data) for w in _WORD.findall(m[1]))
        if b"class" in data
        else frozenset()
    )
    facts = Facts(path, raw, data, sinks().search(data) is not None, imports, bases)
    if facts.sink:
        renamed = ((name, bound) for item in imports for name, bound in item.names if name != bound)
        facts.seeds |= {bound for name, bound in renamed if sinks().fullmatch(name.encode())}
    return facts


def _imports(data: bytes) -> Iterator[Import]:
    for match in _IMPORT.finditer(data):
        if match[4] is not None:
            for part in match[4].replace(b"\\", b" ").split(b","):
                words = part.split()
                if words:
                    module = words[0].decode("utf-8", "replace")
                    yield Import(0, module, (), words[2].decode("utf-8", "replace") if len(words) == 3 else module.split(".")[0])
        elif match[3] is not None:
            text = re.sub(rb"#[^\n]*", b"", match[3]).replace(b"\\", b" ").strip(b"() \t\r\n")
            parts = (p.split() for p in text.split(b","))
            names = tuple((w[0].decode("utf-8", "replace"), w[-1].decode("utf-8", "replace")) for w in parts if w)
            yield Import(len(match[1]), match[2].decode("utf-8", "replace"), names, "")


def blocks_of(facts: Facts) -> list[Block]:
    """The top-level statements of a file."""
    if facts.blocks is None:
        marks = list(_BLOCK.finditer(facts.data))
        ends = [*(m.start() for m in marks[1:]), len(facts.data)][: len(marks)]
        facts.blocks = [_block(m, facts.data[m.start() : end]) for m, end in zip(marks, ends, strict=True)]
    return facts.blocks


def _block(match: re.Match[bytes], text: bytes) -> Block:
    name = (match[2] or match[3] or b"").decode("utf-8", "replace") or None
    heads = frozenset(_WORD.findall(match[1])) if match[1] else frozenset()
    kind = "definition" if match[2] else "variable" if match[3] else "import" if text.startswith(_NO_CODE) else "code"
    return Block(name, kind, frozenset(_WORD.findall(text)), heads, sinks().search(text) is not None, _binds(kind, text))


def _binds(kind: str, text: bytes) -> frozenset[str]:
    if kind not in ("code", "variable"):
        return frozenset()
    return frozenset(word.decode("utf-8", "replace") for m in _BOUND.finditer(text) for word in _WORD.findall(m[0]))


def spread(facts: Facts, words: set[bytes]) -> set[str]:
    """Marks what words that became hot make hot in one file (the first time, also what names a sink); the names that did."""
    if facts.cold is None:
        facts.cold = blocks_of(facts)
    grown: set[str] = set()
    fresh = words
    first = True
    while fresh or first:
        left = []
        found: set[str] = set()
        for block in facts.cold:
            if not block.sink and fresh.isdisjoint(block.words):
                left.append(block)
            else:
                facts.hot_code = facts.hot_code or block.kind == "code"
                found |= block.binds | ({block.name, *_registries(facts, block)} if block.name is not None else set())
        facts.cold = left
        found -= facts.hot
        facts.hot |= found
        grown |= found
        fresh = {name.encode() for name in found}
        first = False
    return grown


def _registries(facts: Facts, block: Block) -> set[str]:
    """The file's own variables into which a decorator of a definition may put it."""
    if not block.decorators:
        return set()
    variables = {b.name.encode() for b in blocks_of(facts) if b.name and b.kind == "variable"}
    named = [b for b in blocks_of(facts) if b.name and b.name.encode() in block.decorators]
    return {word.decode("utf-8", "replace") for b in named for word in b.words & variables}


class Graph:
    """The import graph of a project's files."""

    def __init__(self, files: dict[str, Facts], resolve: Resolve) -> None:
        self.files = files
        self.resolve = resolve
        self.importers: dict[str, set[str]] = {path: set() for path in files}
        self.importing: dict[str, list[tuple[str, Import, str]]] = {path: [] for path in files}
        for path, facts in files.items():
            for target, item, bound in self._targets(facts):
                if target in self.importers:
                    self.importers[target].add(path)
                    self.importing[target].append((path, item, bound))
        self._spread()

    def _targets(self, facts: Facts) -> Iterator[tuple[str, Import, str]]:
        """(file, import, name bound to the file itself or empty)."""
        for item in facts.imports:
            target = self.resolve(facts.path, item.module, item.level)
            if target is None:
                yield from self._members(facts, item)
                continue
            yield target, item, item.bound
            for name, bound in item.names:
                inner = self.resolve(target, name, 1) if target.endswith("__init__.py") else None
                if inner is not None:
                    yield inner, item, bound

    def _members(self, facts: Facts, item: Import) -> Iterator[tuple[str, Import, str]]:
        """The modules that `from folder import module` names where the folder is a namespace package."""
        for name, bound in item.names:
            inner = self.resolve(facts.path, f"{item.module}.{name}".strip("."), item.level)
            if inner is not None:
                yield inner, item, bound

    def _spread(self) -> None:
        """Carries hot names along the imports, a round at a time, until none is new."""
        fresh = {path: spread(facts, {s.encode() for s in facts.seeds}) for path, facts in self.files.items() if facts.sink}
        passed: dict[str, set[str]] = {}
        while fresh or passed:
            arrived: dict[str, set[str]] = {}
            for path in sorted({*fresh, *passed}):
                for importer, item, bound in self.importing[path]:
                    taken = _inherited(item, bound, fresh.get(path, set())) | _inherited(item, "", passed.get(path, set()))
                    arrived.setdefault(importer, set()).update(taken)
            fresh, passed = {}, {}
            for importer in sorted(arrived):
                facts = self.files[importer]
                new = arrived[importer] - facts.seeds
                facts.seeds |= new
                grown = spread(facts, {name.encode() for name in new}) if new else set()
                if importer.endswith("__init__.py"):
                    grown |= new - facts.hot
                    facts.hot |= new
                if grown:
                    fresh[importer] = grown
                if new - facts.hot:
                    passed[importer] = new - facts.hot

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

    @cached_property
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


def _inherited(item: Import, bound: str, names: set[str]) -> set[str]:
    """The names that an import makes hot, given the names that became so in the file it names."""
    taken = {alias for name, alias in item.names if name in names}
    if any(name == "*" for name, _ in item.names):
        taken |= names
    return taken | {bound} if bound and names else taken


def absolute(path: str | os.PathLike[str]) -> str:
    """The one spelling of a path that the index uses."""
    return os.path.abspath(path)
