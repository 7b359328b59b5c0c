"""Which functions can lead to a loss: rapid type analysis on the words of the index, before anything is parsed.

A search starts at a function and follows what its words can name: definitions of its file, what the file imports, the classes
among them, their bases, and those methods of the classes reached so far whose names occur somewhere on the way (Bacon and
Sweeney 1996, on words instead of calls). It reaches what the names can, often more. A search that ends without a loss shows
that nothing it visited leads to one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bce_lint.analysis.index import Block, Facts, Graph, blocks_in, blocks_of, names_sink, words_of
from bce_lint.analysis.trainers import STEPS

_CLASS = re.compile(rb"^class[ \t]", re.M)
_DEF = re.compile(rb"^([ \t]+)(?:async[ \t]+)?def[ \t]", re.M)
_STORE = re.compile(
    rb"^([ \t]+)self\.(\w+)[ \t]*(?::[^=\n]*)?=(?!=)(?![ \t]*self\.\w+[ \t]*=(?!=))[^\n]*\n"
    rb"((?:\1[ \t]+[^\n]*\n|[ \t]*[)\]}][^\n]*\n|\n)*)",
    re.M,
)
_FILLS = re.compile(
    rb"\b([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?:\[[^\n\]]*\]\s*=(?!=)|\.(?:append|update|add|setdefault|extend|insert|register\w*)\()"
)
_UNNAMED = frozenset({b"forward", *(step.encode() for step in STEPS)})


@dataclass(frozen=True, eq=False, slots=True)
class Unit:
    """Some source that runs as a whole: its file, its words, whether it names a sink, and the names that it puts something into.

    `stores` are the statements that only set an attribute: they matter where that attribute is named.
    """

    path: str
    words: frozenset[bytes]
    sink: bool
    fills: frozenset[bytes] = frozenset()
    stores: tuple[tuple[bytes, Unit], ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Class:
    """A class: what runs when it is defined, the words of its header, its methods by name.

    `setters` are those that set attributes, without the sinks that they name elsewhere.
    """

    head: Unit
    header: frozenset[bytes]
    methods: dict[bytes, list[Unit]]
    setters: list[Unit]


Definition = Unit | Class


class Names(NamedTuple):
    """What the names at the top of a file stand for: definitions, (file, name) pairs imported, files; `stars` are the files imported whole."""

    own: dict[bytes, list[Definition]]
    variables: dict[bytes, list[Definition]]
    taken: dict[bytes, list[tuple[str, bytes]]]
    files: dict[bytes, list[str]]
    stars: list[str]


class Relevance:
    """Answers whether the functions, methods and module bodies of a project can lead to a loss."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._names: dict[str, Names] = {}
        self._found: dict[tuple[str, bytes], list[Definition | str]] = {}
        self._targets: dict[Unit, list[Definition]] = {}
        self._barren: dict[Definition, set[Definition]] = {}
        self._lines: dict[Class, list[Class]] = {}
        self._files: dict[str, bool] = {}
        self._bodies: dict[str, bool] = {}
        self._filled: dict[Definition, list[Definition]] | None = None

    def file(self, path: str) -> bool:
        """Whether anything in a file can."""
        if path not in self._files:
            own = self.names(path).own.values()
            self._files[path] = self.body(path) or any(self._whole(definition) for found in own for definition in found)
        return self._files[path]

    def _whole(self, definition: Definition) -> bool:
        if isinstance(definition, Unit):
            return self._leads([definition])
        return self._bound(definition, [unit for units in definition.methods.values() for unit in units])

    def body(self, path: str) -> bool:
        """Whether the code of a file that is no definition can."""
        if path not in self._bodies:
            facts = self.graph.files[path]
            self._bodies[path] = any(self._leads([_unit(facts, b)]) for b in blocks_of(facts) if b.kind in ("code", "variable"))
        return self._bodies[path]

    def function(self, path: str, name: str) -> bool:
        """Whether a function at the top of a file can."""
        return any(self._leads([definition]) for definition in self.names(path).own.get(name.encode(), ()))

    def method(self, path: str, owner: str, name: str) -> bool:
        """Whether a method can that a class at the top of a file has or inherits, on an instance whose attributes are set."""
        found = self.names(path).own.get(owner.encode(), ())
        return any(self._inherited(d, name.encode()) if isinstance(d, Class) else self._leads([d]) for d in found)

    def _inherited(self, cls: Class, name: bytes) -> bool:
        return self._bound(cls, [unit for c in self._line(cls) for unit in c.methods.get(name, ())])

    def _bound(self, cls: Class, methods: list[Unit]) -> bool:
        line = self._line(cls)
        return self._leads(methods, [*line, *(unit for c in line for unit in c.setters)])

    def _line(self, cls: Class) -> list[Class]:
        if cls not in self._lines:
            line = self._lines[cls] = [cls]
            for current in line:  # grows as bases are found
                bases = self._mentioned(current.head.path, current.header)
                line.extend(dict.fromkeys(base for base in bases if isinstance(base, Class) and base not in line))
        return self._lines[cls]

    def _leads(self, start: Sequence[Definition], around: Sequence[Definition] = ()) -> bool:
        """Searches from definitions that run whole, with others around them; if in vain, that answers for all that start inside."""
        inside = [*start, *around, *(unit for d in start if isinstance(d, Unit) for _, unit in d.stores)]
        barren = self._barren.get(inside[0]) if inside else None
        if barren is not None and barren.issuperset(inside):
            return False
        found, seen = self._search(inside)
        if not found:
            self._barren.update(dict.fromkeys(seen, seen))
        return found

    def _search(self, start: Sequence[Definition]) -> tuple[bool, set[Definition]]:
        seen: set[Definition] = set()
        named: set[bytes] = set()
        unnamed: dict[bytes, list[Definition]] = {}
        waiting: list[Definition] = [*start]
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            if isinstance(current, Class):
                waiting.append(current.head)
                for name, units in current.methods.items():
                    known = name in named or name in _UNNAMED or name.startswith(b"__")
                    (waiting if known else unnamed.setdefault(name, [])).extend(units)
            elif current.sink:
                return True, seen
            else:
                for name, unit in current.stores:
                    (waiting if name in named else unnamed.setdefault(name, [])).append(unit)
                for name in unnamed.keys() & current.words:
                    waiting.extend(unnamed.pop(name))
                named |= current.words
                waiting.extend(self._reached(current))
        return False, seen

    def _reached(self, unit: Unit) -> list[Definition]:
        if unit not in self._targets:
            self._targets[unit] = [*dict.fromkeys(self._mentioned(unit.path, unit.words)), *self._registered().get(unit, ())]
        return self._targets[unit]

    def _registered(self) -> dict[Definition, list[Definition]]:
        """What decorators and code put into a variable, in whatever file."""
        if self._filled is None:
            self._filled = {}
            for path, facts in self.graph.files.items():
                for block in blocks_of(facts):
                    if block.decorators or (block.kind == "code" and not block.text.startswith(b"if __name__")):
                        self._register(path, facts, block)
        return self._filled

    def _register(self, path: str, facts: Facts, block: Block) -> None:
        assert self._filled is not None
        acting = block.decorators or block.words
        named = block.decorators or frozenset(_FILLS.findall(block.text))
        holders = self._variables(path, named)
        for definition in self._mentioned(path, acting):
            if isinstance(definition, Unit):
                holders += self._variables(definition.path, definition.fills)
            elif block.decorators:
                holders.append(definition.head)
        if holders:
            mine = self.names(path).own.get(block.name.encode(), []) if block.name is not None else [_unit(facts, block)]
            for holder in holders:
                self._filled.setdefault(holder, []).extend(mine)

    def _variables(self, path: str, names: frozenset[bytes]) -> list[Definition]:
        """The variables that some names of a file stand for."""
        known = self.names(path)
        found = [d for name in known.variables.keys() & names for d in known.variables[name]]
        for name in known.taken.keys() & names:
            for file, original in known.taken[name]:
                found += self.names(file).variables.get(original, ())
        return found

    def _mentioned(self, path: str, words: frozenset[bytes]) -> Iterator[Definition]:
        """The definitions that some words of a file can name; they are tried as attributes of the files that they name, too."""
        waiting = [path]
        for file in waiting:  # grows as files are named
            names = self.names(file)
            found: list[Definition | str] = [d for name in names.own.keys() & words for d in names.own[name]]
            for name in names.taken.keys() & words:
                for target in names.taken[name]:
                    found += self._lookup(*target)
            for name in names.files.keys() & words:
                found += names.files[name]
            yield from (item for item in found if not isinstance(item, str))
            files = (*(item for item in found if isinstance(item, str)), *names.stars)
            waiting.extend(f for f in dict.fromkeys(files) if f not in waiting)

    def _lookup(self, path: str, name: bytes) -> list[Definition | str]:
        """What a name of a file stands for, through the imports that pass it on: definitions and files."""
        if (path, name) not in self._found:
            found: list[Definition | str] = []
            waiting = [(path, name)]
            for file, wanted in waiting:  # grows as imports pass the name on
                names = self.names(file)
                found += [*names.own.get(wanted, ()), *names.files.get(wanted, ())]
                passed = [*names.taken.get(wanted, ()), *((star, wanted) for star in names.stars)]
                waiting.extend(p for p in dict.fromkeys(passed) if p not in waiting)
            self._found[path, name] = found
        return self._found[path, name]

    def names(self, path: str) -> Names:
        """The names at the top of a file."""
        if path not in self._names:
            names = self._names[path] = Names({}, {}, {}, {}, [])
            _add_definitions(self.graph.files[path], names)
            self._add_imports(path, names)
        return self._names[path]

    def _add_imports(self, path: str, names: Names) -> None:
        for target, item, bound in self.graph.imports[path]:
            if bound:
                names.files.setdefault(bound.encode(), []).append(target)
                continue
            for name, alias in item.names:
                if name == "*":
                    names.stars.append(target)
                else:
                    names.taken.setdefault(alias.encode(), []).append((target, name.encode()))


def _add_definitions(facts: Facts, names: Names) -> None:
    for block in blocks_of(facts):
        is_class = block.kind == "definition" and _CLASS.search(block.text) is not None
        definition = _class(facts, block) if is_class else _unit(facts, block)
        for name in {*block.binds, *((block.name,) if block.name is not None else ())}:
            names.own.setdefault(name.encode(), []).append(definition)
            if block.kind == "variable":
                names.variables.setdefault(name.encode(), []).append(definition)
    for alias in facts.aliases:
        names.own.setdefault(alias, []).append(Unit(facts.path, frozenset(), True))


def _unit(facts: Facts, block: Block) -> Unit:
    fills = frozenset[bytes](_FILLS.findall(block.text)) if block.kind == "definition" else frozenset[bytes]()
    return Unit(facts.path, block.words, _has_sink(facts, block), fills)


def _has_sink(facts: Facts, block: Block) -> bool:
    return block.sink or not facts.aliases.isdisjoint(block.words)


def _class(facts: Facts, block: Block) -> Class:
    """A class by its text: the members are the blocks of its body, the indent taken off."""
    header, members = _split(block.text)
    methods: dict[bytes, list[Unit]] = {}
    setters = []
    shared = [*header]
    for member in members:
        if member.name is None:
            shared.append(member)
            continue
        unit = _method(facts, member)
        methods.setdefault(member.name.encode(), []).append(unit)
        if unit.stores:
            setters.append(Unit(facts.path, unit.words, False, stores=unit.stores))
    words = block.decorators.union(*(part.words for part in shared))
    head = Unit(facts.path, words, any(_has_sink(facts, part) for part in shared))
    return Class(head, frozenset[bytes]().union(*(part.words for part in header)), methods, setters)


def _method(facts: Facts, member: Block) -> Unit:
    stores = list(_STORE.finditer(member.text))
    if member.kind != "definition" or not stores:
        return _unit(facts, member)
    units = []
    for match in stores:
        words = words_of(match[0]) - {match[2], b"self"}
        units.append((match[2], Unit(facts.path, words, names_sink(match[0]) or not facts.aliases.isdisjoint(words))))
    rest = _STORE.sub(b"", member.text)
    words = words_of(rest)
    return Unit(facts.path, words, names_sink(rest) or not facts.aliases.isdisjoint(words), frozenset(_FILLS.findall(rest)), tuple(units))


def _split(text: bytes) -> tuple[list[Block], list[Block]]:
    """The header of a class, and its members."""
    start = _CLASS.search(text)
    assert start is not None
    indents = [match[1] for match in _DEF.finditer(text, start.end())]
    indent = min(indents, key=len, default=b"")
    first = re.compile(rb"^" + indent + rb"(?=[^\s#)\]}])", re.M).search(text, start.end()) if indent else None
    end = first.start() if first is not None else len(text)
    members = blocks_in(re.sub(rb"^" + indent, b"", text[end:], flags=re.M))
    return blocks_in(text[start.start() : end].replace(b"\n", b" ")), members
