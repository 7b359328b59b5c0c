"""Definitions read off the index: functions, methods and classes as their words, and what the names of a file stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bce_lint.analysis.project.code import in_one_line
from bce_lint.analysis.project.index import Block, FileSummary, blocks_in, blocks_of, may_name_sink, relevant_words
from bce_lint.analysis.project.lazy import lazy, slotted
from bce_lint.analysis.project.lexical import compares, names_sink, takes_logarithm, words_of

_MANY = 16
"""How many definitions of one name are told from one another."""
_CLASS = re.compile(rb"^class[ \t]", re.M)
_DEF = re.compile(rb"^([ \t]+)(?:async[ \t]+)?def[ \t]", re.M)
_STORE = re.compile(
    rb"^([ \t]+)self\.([\w\x80-\xff]+)[ \t]*(?::[^=\n]*)?=(?!=)(?![ \t]*self\.[\w\x80-\xff]+[ \t]*=(?!=))[^\n]*\n"
    rb"((?:\1[ \t][^\n]*\n|[ \t]*[)\]}][^\n]*\n|\n)*)",
    re.M,
)
_STATEMENT = re.compile(
    rb"^([ \t]+)(?!(?:if|for|while|with|try|else|elif|except|finally|def|class|async|return|raise|assert|del|pass|yield)\b|[@\"'#])"
    rb"(\S[^\n]*\n(?:(?:\1[ \t][^\n]*|[ \t]*[)\]}][^\n]*|[ \t]*)\n)*)",
    re.M,
)
_TARGETS = re.compile(rb"(?:[\[(]?[\w\x80-\xff.,*\s]+(?:[\])]\s*)?(?::[^=\n]*)?=(?!=)\s*(?!\s))+")
_FIRST = re.compile(rb"\A[^\w\x80-\xff]*(?:self\.)?[\w\x80-\xff]*")
_OWN_CALL = re.compile(rb"(?:self|super\(\))\.([\w\x80-\xff]+)\(|[\w\x80-\xff.]+\([\s(]*self\b")
_GIVEN_SELF = re.compile(rb"=[\s(]*[\w\x80-\xff.]+\([\s(]*self\b(?!\s*\.)")
"""A call with the instance itself, whose result somebody keeps."""
_BINDING = re.compile(
    rb"^(?=[^\n]*\n)[ \t]+"
    rb"(?:(?:async[ \t]+)?(?:for|with)\b|(?:if|elif|else|try|except|finally|while)\b[^\n]*:[ \t]*[^\s#])[^\n]*\n",
    re.M,
)
"""What binds names or has a statement on its own line: loops, contexts, and the arms of one line."""
_PARAMETER = re.compile(rb"(?<![\w\x80-\xff])([\w\x80-\xff]+)[ \t]*(?=[:=])")
FILLS = re.compile(
    rb"\b([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*(?:\[[^\n\[\]]*\]\s*=(?!=)|\.(?:append|update|add|setdefault|extend|insert|register\w*)\()"
)


@slotted("whole", "path", "parts", "besides", "without", "method")
class Fragment:
    """Some source that runs as a whole; what is to be known of it is found out when it is asked for.

    It is part of a file, or of a `whole` that is a definition itself. `besides` are words that it has from elsewhere, `without` those that
    do not count. Of a `method`, the statements that only set an attribute stand apart.
    """

    whole: FileSummary | Definition
    path: str

    def __init__(
        self,
        whole: FileSummary | Definition,
        *parts: bytes,
        besides: frozenset[bytes] = frozenset(),
        without: frozenset[bytes] = frozenset(),
        method: bool = False,
    ) -> None:
        self.whole = whole
        self.path = whole.path
        self.parts = parts
        self.besides = besides
        self.without = without
        self.method = method

    @property
    def summary(self) -> FileSummary:
        """The file that it stands in."""
        return self.whole if isinstance(self.whole, FileSummary) else self.whole.summary

    @property
    def says(self) -> tuple[object, ...]:
        """What it says: two that are equal in that lead to the same in the same file."""
        return self.parts, self.besides, self.without, self.method

    @lazy
    def _texts(self) -> tuple[bytes, ...]:
        return tuple(_STORE.sub(b"", text) for text in self.parts) if self.stores else self.parts

    @lazy
    def words(self) -> frozenset[bytes]:
        """The names in it."""
        return self.besides.union(*(words_of(text) for text in self._texts)) - self.without

    @lazy
    def sink(self) -> bool:
        """True if it names a sink."""
        return may_name_sink(self.summary) and any(_has_sink(self.summary, text, words_of(text)) for text in self._texts)

    @lazy
    def stores(self) -> tuple[tuple[bytes, Fragment], ...]:
        """The statements that only set an attribute: they matter where that attribute is named."""
        if not self.method or b"self." not in self.parts[0]:
            return ()
        found = _STORE.finditer(self.parts[0])
        return tuple((match[2], Fragment(self, match[0], without=frozenset({match[2], b"self"}))) for match in found)

    @lazy
    def fills(self) -> frozenset[bytes]:
        """The names that it puts something into."""
        return frozenset(name for text in self.parts for name in FILLS.findall(text))

    @lazy
    def logs(self) -> bool:
        """True if it takes a logarithm, its stores included."""
        return b"log" in relevant_words(self.summary) and any(takes_logarithm(text, words_of(text)) for text in self.parts)

    @lazy
    def compares(self) -> bool:
        """True if it compares with a threshold, its stores included."""
        return any(compares(text) for text in self.parts)


@slotted("whole", "path", "block")
class Class:
    """A class at the top of a file: what is to be known of it is found out when it is asked for."""

    def __init__(self, whole: FileSummary, block: Block) -> None:
        self.whole = whole
        self.path = whole.path
        self.block = block

    @property
    def summary(self) -> FileSummary:
        """The file that it stands in."""
        return self.whole

    @property
    def says(self) -> tuple[object, ...]:
        """What it says: two that are equal in that lead to the same in the same file."""
        return (self.block.text,)

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
        for member in members:
            member.text = _without_margins(member.text)
        return blocks_in(text[start.start() : end].replace(b"\n", b" ")), members

    @property
    def heading(self) -> list[Block]:
        """The header, as statements."""
        return self._split[0]

    @property
    def members(self) -> list[Block]:
        """The statements of its body."""
        return self._split[1]

    @lazy
    def header(self) -> frozenset[bytes]:
        """The words of its header."""
        return frozenset[bytes]().union(*(part.words for part in self._split[0]))

    @lazy
    def head(self) -> Fragment:
        """What runs when it is defined."""
        header, members = self._split
        parts = (part.text for part in (*header, *(member for member in members if member.name is None)))
        return Fragment(self, *parts, besides=self.block.decorators)

    @lazy
    def methods(self) -> dict[bytes, list[Fragment]]:
        """Its methods and attributes by name."""
        found: dict[bytes, list[Fragment]] = {}
        for member in self._split[1]:
            if member.name is not None:
                found.setdefault(member.name.encode(), []).append(Fragment(self, member.text, method=member.kind == "definition"))
        return found

    @lazy
    def settings(self) -> list[tuple[bytes, Fragment]]:
        """The statements of its methods that give an instance what it holds, with the attribute or local name that each changes
        (empty for a call, whose arguments may be kept). They matter where that name is named."""
        return [found for member in self._split[1] if member.kind == "definition" for found in settings_in(self, member.text)]

    @property
    def units(self) -> list[Fragment]:
        """All that it consists of."""
        methods = [unit for units in self.methods.values() for unit in units]
        return [self.head, *methods, *(unit for _, unit in self.settings)]


Definition = Fragment | Class


class Names(NamedTuple):
    """What the names at the top of a file stand for: definitions, (file, name) pairs imported, files.

    `code` are the statements that define nothing and the variables, `stars` the files imported whole.
    """

    own: dict[bytes, list[Definition]]
    variables: dict[bytes, list[Definition]]
    code: list[Fragment]
    taken: dict[bytes, list[tuple[str, bytes]]]
    files: dict[bytes, list[str]]
    stars: list[str]


def is_class(block: Block) -> bool:
    """True if a statement defines a class."""
    return block.kind == "definition" and _CLASS.search(block.text) is not None


def defaults_of(summary: FileSummary, block: Block) -> Iterator[Fragment]:
    """The parameters of the functions in a definition that names a sink, where they have defaults: those are made where it stands."""
    if may_name_sink(summary) and _has_sink(summary, block.text, block.words):
        for found in _headers(block.text):
            if b"=" in found.parameters:
                yield Fragment(summary, found.parameters)


def add_definitions(summary: FileSummary, names: Names) -> None:
    """Adds what the statements of a file define."""
    for block in blocks_of(summary):
        definition = Class(summary, block) if is_class(block) else Fragment(summary, block.text)
        if isinstance(definition, Fragment) and block.kind in ("code", "variable"):
            names.code.append(definition)
        elif block.kind == "definition":
            names.code.extend(defaults_of(summary, block))
        for name in {*block.binds, *((block.name,) if block.name is not None else ())}:
            names.own.setdefault(name.encode(), []).append(definition)
            if block.kind == "variable":
                names.variables.setdefault(name.encode(), []).append(definition)
    for table in (names.own, names.variables):
        for name, found in table.items():
            table[name] = _bundled(summary, found, _MANY)
    names.code[:] = (one for one in _bundled(summary, names.code, _MANY * _MANY) if isinstance(one, Fragment))
    for alias in summary.aliases:
        names.own.setdefault(alias, []).append(Fragment(summary, alias, without=frozenset({alias})))


def _bundled(summary: FileSummary, found: Sequence[Definition], most: int) -> list[Definition]:
    """Definitions of one name, or code; where they are many, as one: that each names all others costs the square of their number."""
    if len(found) <= most:
        return [*found]
    parts = (part for one in found for part in ((one.block.text,) if isinstance(one, Class) else one.parts))
    decorators = (one.block.decorators if isinstance(one, Class) else one.besides for one in found)
    return [Fragment(summary, *parts, besides=frozenset[bytes]().union(*decorators))]


_DEF_HEAD = re.compile(rb"\bdef [\w\x80-\xff]+\(")
_DEF_END = re.compile(rb"\)\s*(?:->[^:\n]{0,400})?:")


class _Header(NamedTuple):
    """The parameters of a function, and where its first line ends."""

    parameters: bytes
    end: int


_NO_HEADER = _Header(b"", 0)


def _headers(text: bytes) -> Iterator[_Header]:
    """The headers of the functions in some source: the defaults of parameters are made where the definition stands."""
    heads = list(_DEF_HEAD.finditer(text))
    for head, limit in zip(heads, [*(one.start() for one in heads[1:]), len(text)][: len(heads)], strict=True):
        end = _DEF_END.search(text, head.end(), limit)
        if end is not None:
            yield _Header(text[head.end() : end.start()], end.end())


def _without_margins(text: bytes) -> bytes:
    """A function whose statements stand in one line as far as their brackets go, if a line in brackets begins before the body does."""
    header = next(_headers(text), _NO_HEADER)
    body = _BODY.search(text, header.end) if header.end else None
    if body is None or re.compile(rb"\n[ \t]{0,%d}[^\s)\]}]" % (len(body[1]) - 1)).search(text, body.end()) is None:
        return text
    return text[: header.end] + in_one_line(text[header.end :])


_BODY = re.compile(rb"\n([ \t]+)[^\s)\]}]")


def _has_sink(summary: FileSummary, text: bytes, words: frozenset[bytes]) -> bool:
    return names_sink(text, words) or not summary.aliases.isdisjoint(words)


def settings_in(whole: FileSummary | Definition, text: bytes) -> Iterator[tuple[bytes, Fragment]]:
    """The statements of a method that give an instance what it holds: see `Class.settings`."""
    header = next(_headers(text), _NO_HEADER)
    if b"=" in header.parameters:
        yield from _changing(whole, header.parameters, frozenset(_PARAMETER.findall(header.parameters)))
    if header.end and (body := text[header.end :].partition(b"\n")[0]).strip():
        yield from _changing(whole, body, words_of(body) - {b"self"})
        yield from _set_in(whole, body)
    for line in _BINDING.finditer(text):
        yield from _changing(whole, line[0], words_of(line[0]) - {b"self"})
        yield from _set_in(whole, line[0].partition(b":")[2])
    for match in _STATEMENT.finditer(text, header.end):
        yield from _set_in(whole, match[2])


def _set_in(whole: FileSummary | Definition, line: bytes) -> Iterator[tuple[bytes, Fragment]]:
    """What the simple statements of a line give an instance."""
    for statement in line.split(b";"):
        if statement.strip():
            yield from _setting(whole, statement.strip() + b"\n")


def _setting(whole: FileSummary | Definition, statement: bytes) -> Iterator[tuple[bytes, Fragment]]:
    """What a simple statement gives an instance."""
    targets, call = _TARGETS.match(statement), _OWN_CALL.match(statement)
    if call is None and targets is not None and _GIVEN_SELF.search(statement) is not None:
        yield b"", Fragment(whole, statement, without=frozenset({b"self"}))
    if call is not None:
        yield b"", Fragment(whole, statement, without=frozenset({call[1] or b"self", b"self"}))
        return
    named = targets[0] if targets is not None else _FIRST.findall(statement)[0]
    yield from _changing(whole, statement, words_of(named) - {b"self"})


def _changing(whole: FileSummary | Definition, text: bytes, names: frozenset[bytes]) -> Iterator[tuple[bytes, Fragment]]:
    """Source that gives some names their values."""
    unit = Fragment(whole, text, without=names | {b"self"})
    yield from ((name, unit) for name in names)
