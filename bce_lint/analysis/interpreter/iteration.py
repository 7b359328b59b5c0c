"""What iterating over a value yields: a prefix, any number of a summary, a suffix."""

from __future__ import annotations

from functools import partial, reduce

from bce_lint import ir
from bce_lint.analysis.domain.constants import INT, SIZES
from bce_lint.analysis.domain.shapes import rank, row
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import TOP, Constant, Ref, Seq, Table, Unknown, Value, const, join_seq, options
from bce_lint.analysis.interpreter import calls
from bce_lint.analysis.state import cells, containers, handed, objects
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.identities import summarize
from bce_lint.analysis.state.machine import Machine
from bce_lint.records import changed


def elements(m: Machine, frame: Frame, value: Value, span: ir.Span) -> Seq:
    """The elements of an iterable; an unknown one yields any number of unknowns."""
    result: Seq | None = None
    for option in options(value):
        part = _elements(m, frame, option, span)
        if type(option) is Ref and option.address in frame.params:
            part = part.map(partial(handed.taken, m, frame, option))
        result = part if result is None else join_seq(result, part)
    return result or containers.ANYTHING


def _elements(m: Machine, frame: Frame, value: Value, span: ir.Span) -> Seq:
    match value:
        case Seq():
            return value
        case Constant(value=str() as text):
            return Seq(tuple(const(c) for c in text)) if len(text) <= containers.MAX_RANGE else Seq((), TOP)
        case Unknown() if value.kind == SIZES:
            return Seq((), Unknown(kind=INT))
        case Ref(kind="list" | "set" | "container"):
            content = m.read(value.address, cells.ITEMS)
            if type(content) is Seq:
                return content
            return (
                containers.keys_of(content) if type(content) is Table else containers.ANYTHING
            )
        case Ref(kind="dict"):
            table = m.read(value.address, cells.ITEMS)
            if type(table) is Table:
                return containers.keys_of(table)
        case Ref(kind="data"):
            return Seq((), m.read(value.address, cells.ITEM) or TOP)
        case Ref(kind="instance"):
            return _instance(m, frame, value, span)
        case Tensor():
            return Seq((), summarize(m, changed(value, shape=row(value.shape), one_hot=value.one_hot and rank(value.shape) != 1)))
    return containers.ANYTHING


def _instance(m: Machine, frame: Frame, value: Ref, span: ir.Span, asked: frozenset[int] = frozenset()) -> Seq:
    if objects.class_attribute(m, value, "__iter__") is not None:
        iterators = options(calls.call_attribute(m, frame, value, "__iter__", Args(), span))
        return reduce(join_seq, [_produced(m, frame, iterator, span, asked | {value.address}) for iterator in iterators])
    content = m.read(value.address, cells.ITEMS)
    if type(content) is Seq:
        return content
    if type(content) is Table:
        return containers.keys_of(content)
    if objects.class_attribute(m, value, "__getitem__") is not None:
        return Seq((), calls.call_attribute(m, frame, value, "__getitem__", Args((Unknown(kind="int"),)), span))
    return containers.ANYTHING


def _produced(m: Machine, frame: Frame, iterator: Value, span: ir.Span, asked: frozenset[int]) -> Seq:
    """What an iterator yields: one of the project by its `__next__`. Without it, it may be what `iter` was given, which is not
    asked twice: Python raises there."""
    if type(iterator) is not Ref or iterator.kind != "instance":
        return _elements(m, frame, iterator, span)
    if objects.class_attribute(m, iterator, "__next__") is not None:
        return Seq((), summarize(m, calls.call_attribute(m, frame, iterator, "__next__", Args(), span)))
    return containers.ANYTHING if iterator.address in asked else _instance(m, frame, iterator, span, asked)
