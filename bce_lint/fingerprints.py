"""What a finding is known by from one revision to the next: no path and no line is part of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from bce_lint import ir
from bce_lint.diagnostic import UNREADABLE, Diagnostic
from bce_lint.ir.walk import AnyNode, children
from bce_lint.source.text import SourceText
from bce_lint.syntax.parse import ParseFailure, TooLarge, lower

_LONGEST: Final = 10_000
"""Characters of a place that count."""
_TOKEN: Final = re.compile(
    r"(?P<blank>\s+|\\(?=[\r\n])|#[^\r\n]*)"
    r"|(?P<prefix>[A-Za-z]{0,2})(?P<string>\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''"
    r"|\"(?:\\.|[^\"\\\r\n])*\"|'(?:\\.|[^'\\\r\n])*')"
    r"|\w+|.",
    re.DOTALL,
)
"""The tokens of any Python: what the running one takes for one must not count, or 3.12 would know no finding of 3.11."""
_CLOSING: Final = frozenset((")", "]", "}"))


class FindingIdentity(NamedTuple):
    """What a finding is known by, and the qualified name of the function or class that it stands in."""

    fingerprint: str
    qualified: str


def fingerprints(diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText]) -> list[str]:
    """A fingerprint for each finding: 16 hexadecimal digits of its code, name, qualified name, source, and place among its equals."""
    return [one.fingerprint for one in identities(diagnostics, sources)]


def identities(diagnostics: Sequence[Diagnostic], sources: Mapping[str, SourceText]) -> list[FindingIdentity]:
    """What each finding is known by; among equals in a file it is their order there, whichever order they are given in."""
    known = {path: _Definitions(sources[path]) for path in {one.location.path for one in diagnostics} & sources.keys()}
    found: dict[int, FindingIdentity] = {}
    equals = Counter[tuple[str, tuple[str, ...]]]()
    for number in sorted(range(len(diagnostics)), key=lambda number: diagnostics[number].sort_key):
        one = diagnostics[number]
        source, definitions = sources.get(one.location.path), known.get(one.location.path)
        qualified = "" if source is None or definitions is None else definitions.around(source.span(one.location).start)
        name = f"{one.name} (possible)" if one.condition else one.name  # one that has become certain is another
        parts = one.code, name, qualified, "" if source is None else _said(one, source)
        equal = one.location.path, parts
        at = equals[equal]
        equals[equal] += 1
        digest = blake2b("\0".join((*parts, str(at))).encode("utf-8", "surrogatepass"), digest_size=8)
        found[number] = FindingIdentity(digest.hexdigest(), qualified)
    return [found[number] for number in range(len(diagnostics))]


def _said(one: Diagnostic, source: SourceText) -> str:
    """The source of a place; of a file that is no Python the line, as it cannot be taken apart."""
    if one.code == UNREADABLE:
        row, lines = one.location.start.row, source.part(one.location).lines
        return " ".join(lines[row - 1].split()) if 0 < row <= len(lines) else ""
    span = source.span(one.location)
    return normalised(source.text[span.start : min(span.end, span.start + _LONGEST)])


def normalised(text: str) -> str:
    """The tokens of a text, joined by one space: without comments, line breaks, the last comma before a bracket, and the kind of quotes."""
    tokens: list[str] = []
    for found in _TOKEN.finditer(text):
        if found["blank"] is not None:
            continue
        token = found[0] if found["string"] is None else found["prefix"].lower() + _quoted(found["string"])
        while token in _CLOSING and tokens and tokens[-1] == ",":
            tokens.pop()
        tokens.append(token)
    return " ".join(tokens)


def _quoted(string: str) -> str:
    body = string[1:-1]
    return string if any(char in body for char in "\"'\\") else f'"{body}"'


class _Definition(NamedTuple):
    start: int
    end: int
    name: str
    outer: int


class _Definitions:
    """The functions and classes of a file, by where they lie; none where the file is no Python."""

    def __init__(self, source: SourceText) -> None:
        try:
            found = list(_definitions(lower(source.text)))
        except (ParseFailure, TooLarge):
            found = []
        order = sorted(range(len(found)), key=lambda number: (found[number].start, -found[number].end, number))
        moved = {old: new for new, old in enumerate(order)}
        self._found = [found[old]._replace(outer=moved.get(found[old].outer, -1)) for old in order]
        self._starts = [one.start for one in self._found]

    def around(self, offset: int) -> str:
        """The qualified name of the innermost one around an offset; empty at the top of the file."""
        at = bisect_right(self._starts, offset) - 1
        while at >= 0 and self._found[at].end <= offset:
            at = self._found[at].outer
        names: list[str] = []
        while at >= 0:
            names.append(self._found[at].name)
            at = self._found[at].outer
        return ".".join(reversed(names))


def _definitions(module: ir.Module) -> Iterator[_Definition]:
    """The definitions of a module in any order, each outer one before those in it, with the extent of what belongs to it."""
    names, outer, extents = list[str](), list[int](), list[tuple[int, int]]()
    waiting: list[tuple[AnyNode, int]] = [(statement, -1) for statement in module.body]
    while waiting:
        node, inside = waiting.pop()
        if inside >= 0 and hasattr(node, "span"):
            extents[inside] = min(extents[inside][0], node.span.start), max(extents[inside][1], node.span.end)
        if isinstance(node, ir.FunctionDef | ir.ClassDef):
            names.append(node.function.name if isinstance(node, ir.FunctionDef) else node.name)
            outer.append(inside)
            extents.append(node.span)
            inside = len(names) - 1
        waiting += [(one, inside) for one in children(node)]
    for number in range(len(names) - 1, -1, -1):
        if outer[number] >= 0:
            around, own = extents[outer[number]], extents[number]
            extents[outer[number]] = min(around[0], own[0]), max(around[1], own[1])
    return (_Definition(*extent, name, at) for extent, name, at in zip(extents, names, outer, strict=True))
