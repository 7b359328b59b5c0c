"""`owner[key]`, on each kind of owner."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import mapped
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import (
    NONE,
    TOP,
    Constant,
    External,
    Ref,
    Seq,
    Table,
    Union,
    Unknown,
    Value,
    tagged,
)  # fmt: skip
from bce_lint.analysis.interpreter import calls
from bce_lint.analysis.models import tensor_ops
from bce_lint.analysis.state import assumptions, cells, containers, handed, identities, objects
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.records import changed


def item(m: Machine, frame: Frame, owner: Value, key: Value, span: ir.Span) -> Value:
    """`owner[key]`, on each alternative of the owner and of a key that tells when it can be there; alternatives that raise are dropped."""
    if type(key) is Union and key.tags:
        return mapped(key, lambda one: item(m, frame, owner, one, span))
    if type(owner) is not Union:
        one = None if owner is NONE else _item(m, frame, owner, key, span)
        return TOP if one is None else identities.materialize(m, frame, m.here(_taken(m, frame, owner, one)), span)
    parts = [(_item(m, frame, option, key, span), option, when) for option, when in tagged(owner) if option is not NONE]
    found = [(_taken(m, frame, option, part), when) for part, option, when in parts if part is not None]
    return identities.materialize(m, frame, assumptions.met(m, owner, found), span)


def _taken(m: Machine, frame: Frame, owner: Value, value: Value) -> Value:
    return handed.taken(m, frame, owner, value) if type(owner) is Ref and owner.address in frame.params else value


def _item(m: Machine, frame: Frame, owner: Value, key: Value, span: ir.Span) -> Value | None:
    match owner:
        case Tensor():
            return tensor_ops.index(m, frame, owner, key, span)
        case Seq():
            return containers.element(m, owner, key)
        case Ref(kind="instance") if objects.class_attribute(m, owner, "__getitem__") is not None:
            return calls.call_attribute(m, frame, owner, "__getitem__", Args((key,)), span)
        case Ref(kind="data"):
            return m.read(owner.address, cells.ITEM) or TOP
        case Ref():
            return _stored(m, frame, owner, key, span)
        case Unknown() if type(key) is Constant and owner.identity:
            return assumptions.part(m, owner, "item", key)
        case Unknown() if owner.identity:
            return m.fresh(frame, span)
        case External():
            return owner
    return TOP


def _stored(m: Machine, frame: Frame, owner: Ref, key: Value, span: ir.Span) -> Value | None:
    items = m.read(owner.address, cells.ITEMS)
    items = identities.summarize(m, items) if items is not None and m.is_summary(owner.address) else items
    if type(items) is Table:
        return containers.lookup(m, items, key)
    if type(items) is Seq:
        found = containers.element(m, items, key)
        if type(found) is Seq and containers.is_slice(key) and owner.kind != "instance":
            plain = owner.kind != "container"
            return containers.new_list(m, frame, span, found, owner.kind) if plain else _subcontainer(m, frame, owner, found, span)
        return found
    return TOP


def _subcontainer(m: Machine, frame: Frame, owner: Ref, items: Seq, span: ir.Span) -> Ref:
    ref = changed(m.new_ref(frame, span, "container", owner.what), place=owner.place)
    m.write(ref.address, cells.ITEMS, items)
    return ref
