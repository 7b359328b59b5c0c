"""Definitions read off the index: functions, methods and classes as their words, and what the names of a file stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bce_lint.analysis.index import Block, Facts, blocks_in, blocks_of, decorators_in, words_of
from bce_lint.analysis.lazy import lazy
from bce_lint.analysis.sinks import children, compares, mattering, may_name_sink, names_sink, takes_logarithm

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
_LOCAL = re.compile(rb"(?<![\w.\x80-\xff])[A-Za-z_\x80-\xff][\w\x80-\xff]*")
_SETS = re.compile(rb"(?<![\w.])self\.\w+[ \t]*(?:,[^=\n]*|[)\]][)\], \t]*)?(?::[^=\n]*)?(?:[-+*/%@&|^]|//|\*\*|<<|>>)?=(?!=)")
_FIRST = re.compile(rb"\A\W*(?:self\.)?\w*")
_OWN_CALL = re.compile(rb"(?:self|super\(\))\.(\w+)\(")
_ATTRIBUTE = re.compile(rb"(?:(?<![\w.])self|\bsuper\(\))\s*\.\s*([A-Za-z_\x80-\xff][\w\x80-\xff]*)")
_HELD = re.compile(rb"(?<![\w.])self\s*\.\s*([A-Za-z_\x80-\xff][\w\x80-\xff]*)\b(?!\s*\()")
_QUOTED = re.compile(rb"(['\"])([A-Za-z_]\w*)\1")
BARE = b"(self)"
"""The name under which stands what whoever uses an instance itself can reach."""
_ITSELF = re.compile(
    rb"\bdef\s+\w+\s*\(\s*self\b|\bsuper\(\)\s*\."
    rb"|((?<![\w.])self\b(?!\s*\.\s*[A-Za-z_\x80-\xff])|\bsuper\b|\b__call__\b|\b__class__\b(?!\s*\.))"
)
_RECEIVER = re.compile(rb"\bdef\s+\w+\s*\(\s*(\w*)")
FILLS = re.compile(
    rb"\b([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?:\[[^\n\]]*\]\s*=(?!=)|\.(?:append|update|add|setdefault|extend|insert|register\w*)\()"
)


class Unit:
    """Some source that runs as a whole; what is to be known of it is found out when it is asked for.

    `besides` are words that it has from elsewhere, `without` those that do not count. Of a `method`, the statements that only set
    an attribute stand apart. What is `shared` gives the instances of a class an attribute.
    """

    def __init__(
        self,
        facts: Facts,
        *parts: bytes,
        besides: frozenset[bytes] = frozenset(),
        without: frozenset[bytes] = frozenset(),
        method: bool = False,
        shared: bool = False,
    ) -> None:
        self.facts = facts
        self.path = facts.path
        self.parts = parts
        self.besides = besides
        self.without = without
        self.method = method
        self.shared = shared

    @lazy
    def _texts(self) -> tuple[bytes, ...]:
        return tuple(_STORE.sub(b"", text) for text in self.parts) if self.stores else self.parts

    @lazy
    def words(self) -> frozenset[bytes]:
        """The names in it."""
        return self.besides.union(*(words_of(text) for text in self._texts)) - self.without

    @lazy
    def bare(self) -> bool:
        """Whether it does something with the instance itself, not only with its attributes: calls it, indexes it, hands it on."""
        if self.method and not _takes_self(self.parts[0]):
            return True
        if any(match[1] for text in self._texts for match in _ITSELF.finditer(text)):
            return True
        return not self.asks.isdisjoint(children())

    @lazy
    def asks(self) -> frozenset[bytes]:
        """The attributes of the instance that it names, but for those that do not count."""
        return frozenset(name for text in self._texts for name in _ATTRIBUTE.findall(text)) - self.without

    @lazy
    def decorators(self) -> frozenset[bytes]:
        """The words that name its decorators."""
        return decorators_in(self.parts[0]) if self.parts else frozenset()

    @lazy
    def sink(self) -> bool:
        """Whether it names a sink."""
        return may_name_sink(self.facts) and any(_has_sink(self.facts, text, words_of(text)) for text in self._texts)

    @lazy
    def stores(self) -> tuple[tuple[bytes, Unit], ...]:
        """The statements that only set an attribute: they matter where that attribute is named."""
        if not self.method or b"self." not in self.parts[0]:
            return ()
        found = _STORE.finditer(self.parts[0])
        return tuple((match[2], Unit(self.facts, match[0], without=frozenset({match[2], b"self"}))) for match in found)

    @lazy
    def fills(self) -> frozenset[bytes]:
        """The names that it puts something into."""
        return frozenset(name for text in self.parts for name in FILLS.findall(text))

    @lazy
    def logs(self) -> bool:
        """Whether it takes a logarithm, its stores included."""
        return b"log" in mattering(self.facts) and any(takes_logarithm(text, words_of(text)) for text in self.parts)

    @lazy
    def compares(self) -> bool:
        """Whether it compares with a threshold, its stores included."""
        return any(compares(text) for text in self.parts)


def _takes_self(text: bytes) -> bool:
    receiver = _RECEIVER.search(text)
    return receiver is not None and receiver[1] == b"self"


class Class:
    """A class: what is to be known of it is found out when it is asked for."""

    def __init__(self, facts: Facts, block: Block) -> None:
        self.facts = facts
        self.block = block

    @lazy
    def _split(self) -> tuple[list[Block], list[Block]]:
        """The header, and the members: they are the blocks of the body, the indent taken off."""
        text = self.block.text
        start = _CLASS.search(text)
        assert start is not None
        indents = [match[1] for match in _DEF.finditer(text, start.end())]
        indent = min(indents, key=len, default=b"")
        first = re.compile(rb"^" + indent + rb"(?=[^\s#)\]}])", re.M).search(text, start.end()) if indent else None
        end = first.start() if first is not None else len(text)
        members = blocks_in(text[end:].removeprefix(indent).replace(b"\n" + indent, b"\n"))
        return blocks_in(text[start.start() : end].replace(b"\n", b" ")), members

    @lazy
    def header(self) -> frozenset[bytes]:
        """The words of its header."""
        return frozenset[bytes]().union(*(part.words for part in self._split[0]))

    @lazy
    def head(self) -> Unit:
        """What runs when it is defined."""
        header, members = self._split
        parts = (part.text for part in (*header, *(member for member in members if member.name is None)))
        return Unit(self.facts, *parts, besides=self.block.decorators)

    @lazy
    def methods(self) -> dict[bytes, list[Unit]]:
        """Its methods and attributes by name."""
        found: dict[bytes, list[Unit]] = {}
        for member in self._split[1]:
            if member.name is not None:
                method = member.kind == "definition"
                unit = Unit(self.facts, member.text, method=method, shared=not method)
                found.setdefault(member.name.encode(), []).append(unit)
        return found

    @lazy
    def settings(self) -> dict[bytes, list[Setting]]:
        """By method, the statements that give an instance what it holds."""
        found: dict[bytes, list[Setting]] = {}
        for member in self._split[1]:
            if member.name is not None and member.kind == "definition":
                found.setdefault(member.name.encode(), []).extend(_settings(self.facts, member.text))
        return found

    @lazy
    def setters(self) -> frozenset[bytes]:
        """The methods that may assign attributes of their first parameter."""
        members = ((member.name, member.text) for member in self._split[1] if member.kind == "definition")
        return frozenset(
            name.encode() for name, text in members if name is not None and (_SETS.search(text) is not None or not _takes_self(text))
        )


class Setting(NamedTuple):
    """A statement that changes what an instance holds, with the attributes that it changes; it matters where they are named.

    Of a call of the instance's own method `callee`, whose arguments may be kept, they are those that it gives as text; `above` says
    that it is that of a base class.
    """

    attributes: frozenset[bytes]
    unit: Unit
    callee: bytes = b""
    above: bool = False


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
        definition = Class(facts, block) if is_class else unit_of(facts, block)
        if isinstance(definition, Unit) and block.kind in ("code", "variable"):
            names.code.append(definition)
        elif block.kind == "definition" and may_name_sink(facts) and _has_sink(facts, block.text, block.words):
            names.code.extend(Unit(facts, match[1]) for match in _DEFAULTS.finditer(block.text) if b"=" in match[1])
        for name in {*block.binds, *((block.name,) if block.name is not None else ())}:
            names.own.setdefault(name.encode(), []).append(definition)
            if block.kind == "variable":
                names.variables.setdefault(name.encode(), []).append(definition)
    for alias in facts.aliases:
        names.own.setdefault(alias, []).append(Unit(facts, alias, without=frozenset({alias})))


def unit_of(facts: Facts, block: Block) -> Unit:
    """A statement as a unit."""
    return Unit(facts, block.text)


_DEFAULTS = re.compile(rb"\bdef \w+\(([^\0]*?)\)\s*(?:->[^:\n]*)?:")
"""The parameters of functions, whose defaults are made where the definition stands."""


def _has_sink(facts: Facts, text: bytes, words: frozenset[bytes]) -> bool:
    return names_sink(text, words) or not facts.aliases.isdisjoint(words)


class _Statement(NamedTuple):
    """A statement of a method, and the names that it changes: attributes and locals. `names` are those that are no attributes."""

    text: bytes
    attributes: frozenset[bytes]
    locals: frozenset[bytes] = frozenset()
    callee: bytes = b""
    binds: bool = False
    names: frozenset[bytes] = frozenset()


def _settings(facts: Facts, text: bytes) -> Iterator[Setting]:
    statements = list(_statements(text))
    for one in statements:
        parts, attributes = _with_locals(one, statements), one.attributes
        if one.callee:
            unit = Unit(facts, *parts, without=frozenset({one.callee, b"self"}))
            yield Setting(attributes, unit, one.callee, one.text.startswith(b"super"))
            continue
        if one.locals and not one.binds:
            attributes |= _behind(one.locals, statements)
        if attributes:
            yield Setting(attributes, Unit(facts, *parts, without=one.attributes | {b"self"}))


def _behind(names: frozenset[bytes], statements: list[_Statement]) -> frozenset[bytes]:
    """The attributes that may be what some locals stand for."""
    known, attributes = set(names), set[bytes]()
    rest = [other for other in statements if other.binds]
    while taken := [other for other in rest if not known.isdisjoint(other.locals)]:
        rest = [other for other in rest if known.isdisjoint(other.locals)]
        attributes.update(*(_HELD.findall(other.text) for other in taken))
        known.update(*(other.names for other in taken))
    return frozenset(attributes)


def _with_locals(one: _Statement, statements: list[_Statement]) -> list[bytes]:
    """The text of a statement, and that of those that make what is in the locals that it names."""
    parts, names = [one.text], set(one.names)
    rest = [other for other in statements if other.locals and other is not one]
    while taken := [other for other in rest if not names.isdisjoint(other.locals)]:
        rest = [other for other in rest if names.isdisjoint(other.locals)]
        parts.extend(other.text for other in taken)
        names.update(*(other.names for other in taken))
    return parts


def _statements(text: bytes) -> Iterator[_Statement]:
    found = [(match[2], _TARGET.match(match[2])) for match in _STATEMENT.finditer(text)]
    nested = len(_DEF.findall(b" " + text)) > 1  # its locals may be those of another function
    own = frozenset(name for _, target in found if target is not None and not nested for name in _LOCAL.findall(target[0])) - {b"self"}
    for statement, target in found:
        call = _OWN_CALL.match(statement)
        names = frozenset(_LOCAL.findall(statement)) if own else own
        if call is not None:
            yield _Statement(statement, frozenset(name for _, name in _QUOTED.findall(statement)), callee=call[1], names=names)
            continue
        place = target[0] if target is not None else _FIRST.findall(statement)[0]
        changed = words_of(place) - {b"self"}
        local = own.intersection(_LOCAL.findall(place))
        yield _Statement(statement, changed - local, local, binds=target is not None and changed == local, names=names)


def attributes_of(unit: Unit) -> frozenset[bytes]:
    """The attributes of the instance that a method names."""
    return frozenset(name for text in unit.parts for name in _ATTRIBUTE.findall(text))
