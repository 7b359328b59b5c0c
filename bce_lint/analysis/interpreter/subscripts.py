"""`owner[key]`, on each kind of owner."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import mapped
from bce_lint.analysis.domain.constants import SIZES
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import (
    NONE,
    TOP,
    BuiltinMethod,
    Constant,
    External,
    ModuleV,
    Ref,
    Seq,
    Table,
    Union,
    Unknown,
    Value,
    const,
    join,
    join_all,
    options,
    tagged,
)  # fmt: skip
from bce_lint.analysis.interpreter import attributes, calls
from bce_lint.analysis.models import tensor_items
from bce_lint.analysis.state import assumptions, cells, containers, handed, identities, objects, registries, symbolic_sizes
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


def _named(m: Machine, frame: Frame, owner: Value, key: Value, span: ir.Span) -> Value | None:
    """`module.__dict__["name"]`, and the program by `sys.modules`; None of anything else."""
    if owner == External("sys.modules") and key == const("__main__") and m.runs_as_main(frame):
        return ModuleV(frame.unit.path)
    holder: Value | None = None
    if type(owner) is BuiltinMethod and owner.name == "__dict__" and type(owner.receiver) is ModuleV:
        holder = owner.receiver
    elif type(owner) is External and owner.name.endswith(".__dict__"):
        holder = External(owner.name.removesuffix(".__dict__"))
    names = [one.value for one in options(key) if type(one) is Constant and isinstance(one.value, str)]
    if holder is None or len(names) < len(options(key)):
        return None if holder is None else TOP
    return join_all(attributes.attribute(m, frame, holder, name, span) for name in names)


def _item(m: Machine, frame: Frame, owner: Value, key: Value, span: ir.Span) -> Value | None:
    match owner:
        case Tensor():
            return tensor_items.index(m, frame, owner, key, span)
        case Seq():
            return containers.element(m, owner, key)
        case Ref(kind="instance") if objects.class_attribute(m, owner, "__getitem__") is not None:
            return calls.call_attribute(m, frame, owner, "__getitem__", Args((key,)), span)
        case Ref(kind="data"):
            return m.read(owner.address, cells.ITEM) or TOP
        case Ref():
            return _stored(m, frame, owner, key, span)
        case Unknown() if owner.kind == SIZES:
            return symbolic_sizes.size_at(m, owner, key)
        case Unknown() if type(key) is Constant and owner.identity:
            return assumptions.part(m, owner, "item", key)
        case Unknown() if owner.identity:
            return m.fresh(frame, span)
        case External() | BuiltinMethod():
            found = _named(m, frame, owner, key, span)
            return found if found is not None else owner if type(owner) is External else TOP
    return TOP


def _stored(m: Machine, frame: Frame, owner: Ref, key: Value, span: ir.Span) -> Value | None:
    items = m.read(owner.address, cells.ITEMS)
    items = identities.summarize(m, items) if items is not None and m.is_summary(owner.address) else items
    if type(items) is Table:
        items = registries.completed(m, frame, owner, items, key)
        made = _made(m, frame, owner, items, key, span)
        found = containers.lookup(m, items, key)
        return found if made is None else made if found is None else join(found, made)
    if type(items) is Seq:
        found = containers.element(m, items, key)
        if type(found) is Seq and containers.is_slice(key) and owner.kind != "instance":
            plain = owner.kind != "container"
            return containers.new_list(m, frame, span, found, owner.kind) if plain else _subcontainer(m, frame, owner, found, span)
        return found
    return TOP


def _made(m: Machine, frame: Frame, owner: Ref, items: Table, key: Value, span: ir.Span) -> Value | None:
    """What a `defaultdict` makes for a key that it may lack; it has it then."""
    if containers.is_certain(items, key) or (factory := m.read(owner.address, cells.FACTORY)) in (None, NONE):
        return None
    made = calls.call(m, frame, factory, Args(), ir.Call(span, ir.Name(span, "default_factory"), ()))
    containers.set_missing(m, owner, key, made)
    return made


def _subcontainer(m: Machine, frame: Frame, owner: Ref, items: Seq, span: ir.Span) -> Ref:
    m.placed(owner.address)
    ref = changed(m.new_ref(frame, span, "container", owner.what), place=owner.place)
    m.write(ref.address, cells.ITEMS, items)
    return ref
