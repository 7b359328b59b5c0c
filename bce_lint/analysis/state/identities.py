"""Which tensor is meant: a place that is passed many times makes another tensor each time.

An identity is the number of a place in a context, so two values that share one are the same tensor only where both came from one passing.
What outlives its passing, in a container of any number of elements or into the next round of a loop, loses it or gets another.
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import mapped
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import TOP, Ref, Seq, Table, Union, Unknown, Value, join_all, options
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.records import changed


def summarize(m: Machine, value: Value) -> Value:
    """One of any number of values: which one is not known."""
    return _followed(m, value, _renamed(value, {}))


def _followed(m: Machine, old: Value, new: Value) -> Value:
    """A value under another identity; who follows values is told."""
    if m.observer is None or new is old:
        return new
    if type(old) is Seq and type(new) is Seq:
        for one, other in zip(old, new, strict=True):
            _followed(m, one, other)
    elif type(new) is type(old):
        m.observer.same(old, new)
    return new


def age_identities(before: Value | None, after: Value) -> Value:
    """What a round of a loop leaves to the next one, which began with another value: the negative of a number is that of the last round.

    What was of the last round already is of one before it now, and not told apart any longer.
    """
    known = set() if before is None else set(_identities(before))
    return _renamed(after, {one: one if one in known else -one for one in _identities(after) if one > 0})


def materialize(m: Machine, frame: Frame, value: Value, span: ir.Span, tag: int = 0) -> Value:
    """An element that is taken out of a container: a tensor that is one of many is one from here on, in each round of a loop."""
    if type(value) is Seq and value.exact:
        return Seq(tuple(materialize(m, frame, part, span, tag * len(value.prefix) + i + 1) for i, part in enumerate(value.prefix)))
    found = options(value)
    if not any([type(option) is Tensor and not option.identity for option in found]):  # noqa: C419 - most are one
        return value
    own = m.intern(("element", frame.context, frame.unit.address, span, frame.unrolled_at, tag))
    return mapped(value, lambda o: _followed(m, o, changed(o, identity=own)) if type(o) is Tensor and not o.identity else o)


def told_apart(m: Machine, value: Tensor, place: tuple[object, ...]) -> Tensor:
    """A tensor that is one of several, or is written anew: from this place on it is one."""
    one = changed(value, identity=m.intern(("from", *place)))
    _followed(m, value, one)
    return one


def objects_in(value: Value) -> Iterator[Ref]:
    """The objects that a value is, or holds itself."""
    match value:
        case Ref():
            yield value
        case Seq():
            for part in value:
                yield from objects_in(part)
        case Table():
            for part in (*(v for _, v in value.entries), *([value.rest] if value.rest is not None else [])):
                yield from objects_in(part)
        case Union():
            for part in value.options:
                yield from objects_in(part)


def _identities(value: Value) -> Iterator[int]:
    match value:
        case Tensor() | Unknown():
            if value.identity:
                yield value.identity
            if value.form is not None:
                yield from ({value.form.of} - {0}) | {of for of, _ in value.form.factors if of}
                yield from value.form.filling.symbols if value.form.filling is not None else ()
        case Seq():
            for part in value:
                yield from _identities(part)
        case Table():
            for part in (*(v for _, v in value.entries), *([value.rest] if value.rest is not None else [])):
                yield from _identities(part)
        case Union():
            for part in value.options:
                yield from _identities(part)


def _renamed(value: Value, names: dict[int, int]) -> Value:
    """The value with other identities; those that have no name are lost, and with them what was written of them."""
    match value:
        case Tensor() | Unknown():
            if all(names.get(identity) == identity for identity in _identities(value)):
                return value
            form = value.form
            if form is not None and (
                not all(of in names for of in {form.of, *(of for of, _ in form.factors)} - {0})
                or (form.filling is not None and any(names.get(of) != of for of in form.filling.symbols))
            ):
                form = None
            elif form is not None:
                form = form._replace(of=names.get(form.of, 0), factors=frozenset((names.get(of, 0), c) for of, c in form.factors))
            return changed(value, identity=names.get(value.identity, 0), form=form)
        case Seq() | Table():
            return value.map(lambda part: _renamed(part, names))
        case Union():
            return join_all(_renamed(v, names) for v in value.options) or TOP
    return value
