"""Which methods of a hot class can lead to a loss: by the words in their text, to a fixpoint over attributes and method names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.index import Facts, sinks
from bce_lint.analysis.machine import Unit

_WORD = re.compile(r"[A-Za-z_]\w*")
_OWN = re.compile(r"\bself\s*\.\s*(\w+)")


def hot_methods(unit: Unit, facts: Facts, node: ir.ClassDef) -> frozenset[ir.Function] | None:
    """The methods worth running as roots; None when the class inherits from a hot one, whose attributes are not seen here."""
    inherited = {n.id for a in node.bases for n in (a.value,) if isinstance(n, ir.Name)} | {
        a.value.name for a in node.bases if isinstance(a.value, ir.Attr)
    }
    if inherited & (facts.hot | facts.seeds):
        return None
    methods = [(function, _read(text)) for function, text in _methods(unit, node)]
    statements = [_read(text) for function, _ in methods for text in _simple(unit, function.body)]
    shared = [_read(text) for text in _simple(unit, tuple(s for s in node.body if not isinstance(s, ir.FunctionDef)))]
    hot = {name for name in facts.hot | facts.seeds if name != node.name}
    chosen: set[ir.Function] = set()
    while True:
        before = len(hot), len(chosen)
        for text in statements:
            if text.sink or not hot.isdisjoint(text.words):
                hot.update(text.own)
        hot |= {text.first for text in shared if text.sink or not hot.isdisjoint(text.words)}
        chosen |= {f for f, text in methods if text.sink or not hot.isdisjoint(text.words)}
        hot |= {f.name for f in chosen}
        if (len(hot), len(chosen)) == before:
            return frozenset(chosen)


class Text(NamedTuple):
    """The words of a piece of source: all, those after `self.`, the first, and whether a sink is among them."""

    words: frozenset[str]
    own: frozenset[str]
    first: str
    sink: bool


def _read(text: str) -> Text:
    words = _WORD.findall(text)
    own = _OWN.findall(text) if "self" in words else ()
    return Text(frozenset(words), frozenset(own), words[0] if words else "", sinks().search(text.encode()) is not None)


def _methods(unit: Unit, node: ir.ClassDef) -> Iterator[tuple[ir.Function, str]]:
    functions = [s.function for s in node.body if isinstance(s, ir.FunctionDef)]
    for function in functions:
        end = max((s.span.end for s in function.body), default=function.span.end)
        yield function, unit.text[function.span.start : _end(function.body, end)]


def _end(body: ir.Body, end: int) -> int:
    """Where a body ends: compound statements and definitions reach to the end of what they hold."""
    for statement in body:
        end = max(end, statement.span.end)
        for inner in _bodies(statement):
            end = _end(inner, end)
    return end


def _bodies(statement: ir.Stmt) -> tuple[ir.Body, ...]:
    match statement:
        case ir.If() | ir.For() | ir.While():
            return (statement.body, statement.orelse)
        case ir.With() | ir.ClassDef():
            return (statement.body,)
        case ir.Try():
            return (statement.body, *(h.body for h in statement.handlers), statement.orelse, statement.final)
        case ir.FunctionDef():
            return (statement.function.body,)
    return ()


def _simple(unit: Unit, body: ir.Body) -> Iterator[str]:
    for statement in body:
        inner = _bodies(statement)
        if not inner:
            yield unit.text[statement.span.start : statement.span.end]
        for part in inner:
            yield from _simple(unit, part)
