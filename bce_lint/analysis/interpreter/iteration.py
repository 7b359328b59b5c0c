"""What iterating over a value yields: a prefix, any number of a summary, a suffix."""

from __future__ import annotations

from functools import reduce

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import TOP, Const, Ref, Seq, Table, Unknown, Value, const, join_all, join_seq, options
from bce_lint.analysis.interpreter import attributes, calls
from bce_lint.analysis.state.identities import of_many
from bce_lint.analysis.state.machine import Args, Frame, Machine
from bce_lint.records import changed

ANYTHING = Seq((), TOP)
MAX_RANGE = 8


def summary(m: Machine, seq: Seq) -> Value | None:
    """One value above all elements, None when there is none."""
    found = join_all(seq)
    return found if found is None or seq.exact else of_many(m, found)


def concatenate(a: Seq, b: Seq) -> Seq:
    """One sequence behind the other."""
    if a.exact and not a.suffix:
        return Seq(a.prefix + b.prefix, b.rest, b.suffix)
    if b.exact:
        return Seq(a.prefix, a.rest, a.suffix + b.prefix + b.suffix)
    return Seq(a.prefix, join_all([*([a.rest] if a.rest is not None else []), *a.suffix, *b.prefix, b.rest or TOP]), b.suffix)


def elements(m: Machine, frame: Frame, value: Value, span: ir.Span) -> Seq:
    """The elements of an iterable; an unknown one yields any number of unknowns."""
    result: Seq | None = None
    for option in options(value):
        part = _elements(m, frame, option, span)
        result = part if result is None else join_seq(result, part)
    return result or ANYTHING


def _elements(m: Machine, frame: Frame, value: Value, span: ir.Span) -> Seq:
    match value:
        case Seq():
            return value
        case Const(value=str() as text):
            return Seq(tuple(const(c) for c in text)) if len(text) <= MAX_RANGE else Seq((), TOP)
        case Ref(kind="list" | "set" | "container"):
            content = m.read(value.address, "$items")
            if type(content) is Seq:
                return content
            return (
                _keys(content) if type(content) is Table else ANYTHING
            )
        case Ref(kind="dict"):
            table = m.read(value.address, "$items")
            if type(table) is Table:
                return _keys(table)
        case Ref(kind="data"):
            return Seq((), m.read(value.address, "$item") or TOP)
        case Ref(kind="instance"):
            return _instance(m, frame, value, span)
        case Tensor():
            return Seq((), of_many(m, changed(value, shape=value.shape[1:] if value.shape else None)))
    return ANYTHING


def _keys(table: Table) -> Seq:
    keys = tuple(const(k) for k, _ in table.entries)
    return Seq((), TOP) if table.maybe else Seq(keys, None if table.rest is None else TOP)


def _instance(m: Machine, frame: Frame, value: Ref, span: ir.Span, asked: frozenset[int] = frozenset()) -> Seq:
    content = m.read(value.address, "$items")
    if type(content) is Seq:
        return content
    if attributes.class_attribute(m, value, "__iter__") is not None:
        iterators = options(calls.call_attribute(m, frame, value, "__iter__", Args(), span))
        return reduce(join_seq, [_produced(m, frame, iterator, span, asked | {value.address}) for iterator in iterators])
    if attributes.class_attribute(m, value, "__getitem__") is not None:
        return Seq((), calls.call_attribute(m, frame, value, "__getitem__", Args((Unknown(kind="int"),)), span))
    return ANYTHING


def _produced(m: Machine, frame: Frame, iterator: Value, span: ir.Span, asked: frozenset[int]) -> Seq:
    """What an iterator yields: one of the project by its `__next__`. Without it, it may be what `iter` was given, which is not
    asked twice: Python raises there."""
    if type(iterator) is not Ref or iterator.kind != "instance":
        return _elements(m, frame, iterator, span)
    if attributes.class_attribute(m, iterator, "__next__") is not None:
        return Seq((), of_many(m, calls.call_attribute(m, frame, iterator, "__next__", Args(), span)))
    return ANYTHING if iterator.address in asked else _instance(m, frame, iterator, span, asked)
