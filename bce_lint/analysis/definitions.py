"""Definitions read off the index: functions, methods and classes as their words, and what the names of a file stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bce_lint.analysis.index import Block, Facts, blocks_in, blocks_of, words_of
from bce_lint.analysis.sinks import names_sink
from bce_lint.ir.record import changed, record

_CLASS = re.compile(rb"^class[ \t]", re.M)
_DEF = re.compile(rb"^([ \t]+)(?:async[ \t]+)?def[ \t]", re.M)
_STORE = re.compile(
    rb"^([ \t]+)self\.(\w+)[ \t]*(?::[^=\n]*)?=(?!=)(?![ \t]*self\.\w+[ \t]*=(?!=))[^\n]*\n"
    rb"((?:\1[ \t]+[^\n]*\n|[ \t]*[)\]}][^\n]*\n|\n)*)",
    re.M,
)
_STATEMENT = re.compile(
    rb"^([ \t]+)(?!(?:if|for|while|with|try|else|elif|except|finally|def|class|async|return|raise|assert|del|pass|yield)\b|[@\"'#])"
    rb"(\S[^\n]*\n(?:(?:\1[ \t]+[^\n]*|[ \t]*[)\]}][^\n]*|[ \t]*)\n)*)",
    re.M,
)
_TARGET = re.compile(rb"\(?[\w.,* \t]+\)?(?=(?::[^=\n]*)?=(?!=))")
_FIRST = re.compile(rb"\A\W*(?:self\.)?\w*")
_OWN_CALL = re.compile(rb"(?:self|super\(\))\.(\w+)\(")
FILLS = re.compile(
    rb"\b([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?:\[[^\n\]]*\]\s*=(?!=)|\.(?:append|update|add|setdefault|extend|insert|register\w*)\()"
)


@record(frozen=True, eq=False, slots=True)
class Unit:
    """Some source that runs as a whole: its file, its words, whether it names a sink, and the names that it puts something into.

    `stores` are the statements that only set an attribute: they matter where that attribute is named. `hints` are those of a
    function or method as a whole, its stores included.
    """

    path: str
    words: frozenset[bytes]
    sink: bool
    fills: frozenset[bytes] = frozenset()
    stores: tuple[tuple[bytes, Unit], ...] = ()
    hints: int = 0


@record(frozen=True, eq=False, slots=True)
class Class:
    """A class: what runs when it is defined, the words of its header, its methods by name.

    `settings` are the statements of its methods that give an instance what it holds, with the attribute or local name that each
    of them changes (empty for a call, whose arguments may be kept). They matter where that name is named.
    """

    head: Unit
    header: frozenset[bytes]
    methods: dict[bytes, list[Unit]]
    settings: list[tuple[bytes, Unit]]


Definition = Unit | Class


class Names(NamedTuple):
    """What the names at the top of a file stand for: definitions, (file, name) pairs imported, files.

    `code` are the statements that define nothing and the variables, `stars` the files imported whole.
    """

    own: dict[bytes, list[Definition]]
    variables: dict[bytes, list[Definition]]
    code: list[Unit]
    taken: dict[bytes, list[tuple[str, bytes]]]
    files: dict[bytes, list[str]]
    stars: list[str]


def add_definitions(facts: Facts, names: Names) -> None:
    """Adds what the statements of a file define."""
    for block in blocks_of(facts):
        is_class = block.kind == "definition" and _CLASS.search(block.text) is not None
        definition = _class(facts, block) if is_class else unit_of(facts, block)
        if isinstance(definition, Unit) and block.kind in ("code", "variable"):
            names.code.append(definition)
        elif block.kind == "definition" and _has_sink(facts, block):
            names.code.extend(_piece(facts, match[1]) for match in _DEFAULTS.finditer(block.text) if b"=" in match[1])
        for name in {*block.binds, *((block.name,) if block.name is not None else ())}:
            names.own.setdefault(name.encode(), []).append(definition)
            if block.kind == "variable":
                names.variables.setdefault(name.encode(), []).append(definition)
    for alias in facts.aliases:
        names.own.setdefault(alias, []).append(Unit(facts.path, frozenset(), True))


def unit_of(facts: Facts, block: Block) -> Unit:
    """A statement as a unit."""
    fills = frozenset[bytes](FILLS.findall(block.text)) if block.kind == "definition" else frozenset[bytes]()
    return Unit(facts.path, block.words, _has_sink(facts, block), fills, hints=block.hints)


_DEFAULTS = re.compile(rb"\bdef \w+\(([^\0]*?)\)\s*(?:->[^:\n]*)?:")
"""The parameters of functions, whose defaults are made where the definition stands."""


def _has_sink(facts: Facts, block: Block) -> bool:
    return block.sink or not facts.aliases.isdisjoint(block.words)


def _class(facts: Facts, block: Block) -> Class:
    """A class by its text: the members are the blocks of its body, the indent taken off."""
    header, members = _split(block.text)
    methods: dict[bytes, list[Unit]] = {}
    settings: list[tuple[bytes, Unit]] = []
    shared = [*header]
    for member in members:
        if member.name is None:
            shared.append(member)
            continue
        unit = _method(facts, member)
        methods.setdefault(member.name.encode(), []).append(unit)
        if member.kind == "definition":
            settings.extend(_settings(facts, member.text))
    words = block.decorators.union(*(part.words for part in shared))
    head = Unit(facts.path, words, any(_has_sink(facts, part) for part in shared))
    return Class(head, frozenset[bytes]().union(*(part.words for part in header)), methods, settings)


def _piece(facts: Facts, text: bytes, without: frozenset[bytes] = frozenset()) -> Unit:
    """Some source of a method as a unit, a few of its words apart."""
    words = words_of(text)
    return Unit(facts.path, words - without, names_sink(text, words) or not facts.aliases.isdisjoint(words))


def _method(facts: Facts, member: Block) -> Unit:
    stores = list(_STORE.finditer(member.text))
    if member.kind != "definition" or not stores:
        return unit_of(facts, member)
    parts = tuple((match[2], _piece(facts, match[0], frozenset({match[2], b"self"}))) for match in stores)
    return changed(_piece(facts, _STORE.sub(b"", member.text)), stores=parts, hints=member.hints)


def _settings(facts: Facts, text: bytes) -> Iterator[tuple[bytes, Unit]]:
    for match in _STATEMENT.finditer(text):
        statement = match[2]
        target, call = _TARGET.match(statement), _OWN_CALL.match(statement)
        if call is not None:
            yield b"", _piece(facts, statement, frozenset({call[1], b"self"}))
            continue
        changed = words_of(target[0] if target is not None else _FIRST.findall(statement)[0]) - {b"self"}
        unit = _piece(facts, statement, changed | {b"self"})
        yield from ((name, unit) for name in changed)


def _split(text: bytes) -> tuple[list[Block], list[Block]]:
    """The header of a class, and its members."""
    start = _CLASS.search(text)
    assert start is not None
    indents = [match[1] for match in _DEF.finditer(text, start.end())]
    indent = min(indents, key=len, default=b"")
    first = re.compile(rb"^" + indent + rb"(?=[^\s#)\]}])", re.M).search(text, start.end()) if indent else None
    end = first.start() if first is not None else len(text)
    members = blocks_in(text[end:].removeprefix(indent).replace(b"\n" + indent, b"\n"))
    return blocks_in(text[start.start() : end].replace(b"\n", b" ")), members
