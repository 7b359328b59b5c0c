"""Attributes: of instances by Python's lookup, of modules, classes, tensors and names outside the project."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import (
    MODULE_KINDS,
    NONE,
    TOP,
    TRUE,
    BuiltinMethod,
    ClassV,
    Constant,
    External,
    FunctionV,
    MethodV,
    ModuleV,
    Ref,
    Seq,
    SuperV,
    Table,
    Union,
    Unknown,
    Value,
    const,
    tagged,
)  # fmt: skip
from bce_lint.analysis.interpreter import calls, expressions, imports, statements
from bce_lint.analysis.models import gradients, layer_shapes, layout, losses, tensor_attributes
from bce_lint.analysis.state import absence, assumptions, cells, class_model, containers, handed, identities, objects, symbolic_sizes
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.names import canonical
from bce_lint.catalog.schema import ANY, Domain
from bce_lint.records import changed

TENSOR_ERRORS = frozenset({"backward", "item", "detach", "cpu", "data"})


def attribute(m: Machine, frame: Frame, owner: Value, name: str, span: ir.Span) -> Value:
    """`owner.name` on each alternative; alternatives that raise (None) are dropped, and where all do the path ends."""
    if type(owner) is not Union:
        value = get(m, frame, owner, name, span)
        m.ended = m.ended or value is None
        return value or TOP
    found = [(v, t) for o, t in tagged(owner) if o is not NONE and (v := get(m, frame, o, name, span)) is not None]
    m.ended = m.ended or not found
    return assumptions.met(m, owner, found)


def get(m: Machine, frame: Frame, owner: Value, name: str, span: ir.Span) -> Value | None:
    """`owner.name` for one alternative."""
    match owner:
        case Tensor():
            return tensor_attributes.tensor_attribute(m, owner, name)
        case Ref():
            return _ref_attribute(m, frame, owner, name, span)
        case ModuleV() if name == "__dict__":
            return BuiltinMethod(owner, name)
        case ModuleV():
            return imports.member(m, owner.path, name)
        case External():
            return layout.of_dtype(owner, name) or External(canonical(f"{owner.name}.{name}"))
        case ClassV():
            return _class_member(m, owner, name)
        case SuperV():
            return _super_attribute(m, owner, name)
        case Unknown() if name == "shape":
            return symbolic_sizes.shape_of(m, owner)
        case Unknown() if name == "ndim":
            return symbolic_sizes.counted(m, symbolic_sizes.shape_of(m, owner), "rank")
        case Unknown():
            return assumptions.part(m, owner, "attr", name) if owner.identity else TOP
        case Seq(prefix=(values, indices), rest=None) if name in ("values", "indices"):
            return values if name == "values" else indices
        case Seq() | Table() | Constant():
            return BuiltinMethod(owner, name)
        case FunctionV() | MethodV() if name in ("__name__", "__doc__"):
            return TOP
    return TOP


def _ref_attribute(m: Machine, frame: Frame, owner: Ref, name: str, span: ir.Span) -> Value | None:
    found = m.read(owner.address, name)
    if found is not None and m.is_summary(owner.address):
        return identities.materialize(m, frame, identities.summarize(m, found), span)
    if found is not None:
        return handed.taken(m, frame, owner, found) if owner.address in frame.params and type(found) is Tensor else found
    if name == "__dict__":
        objects.forget_namespace(m, owner)
        return m.fresh(frame, span)
    if owner.kind == "instance":
        return _instance_attribute(m, frame, owner, name, span)
    if owner.kind == "device":
        return const(owner.what) if name == "type" and owner.what is not None else TOP
    if owner.kind == "loss" and name in TENSOR_ERRORS:
        losses.used_as_tensor(m, owner, frame.place(span))
    items = m.read(owner.address, cells.ITEMS)
    if type(items) is Table and owner.kind == "container" and (entry := items.get(name)) is not None:
        return entry
    if owner.kind in MODULE_KINDS and name in ("weight", "bias"):
        shape = layer_shapes.of_weight(m, owner.address) if name == "weight" else None
        return Tensor(shape=shape, identity=m.intern((owner.address, name)))
    if owner.kind == "container" and name == "training":
        return TRUE
    return BuiltinMethod(owner, name)


def _instance_attribute(m: Machine, frame: Frame, owner: Ref, name: str, span: ir.Span) -> Value | None:
    assert isinstance(owner.what, ClassV)
    if name == "__class__":
        return owner.what
    found = objects.class_attribute(m, owner, name)
    if type(found) is FunctionV:
        return bind(m, frame, owner, found, span)
    if found is not None:
        return found
    if absence.is_absent(m, owner, owner.what, name):
        return None
    m.left_incomplete()
    if (computed := _computed(m, frame, owner, name, span)) is not None:
        return computed
    if class_model.outside_base(m, owner.what) is not None:
        return BuiltinMethod(owner, name)
    return TOP


def _computed(m: Machine, frame: Frame, owner: Ref, name: str, span: ir.Span) -> Value | None:
    """An attribute that no cell and no class has: an entry, where the entries are the attributes, or what `__getattr__` gives."""
    if owner.address in m.own_tables and (table := containers.table_of(m, owner)) is not None and table.get(name) is not None:
        return containers.lookup(m, table, const(name))
    getter = objects.class_attribute(m, owner, "__getattr__")
    if getter is None or absence.is_dunder(name):
        return None
    return calls.call(m, frame, getter, Args((owner, const(name)), spans=(None, None)), ir.Call(span, ir.Name(span, "__getattr__"), ()))


def bind(m: Machine, frame: Frame, owner: Value, found: FunctionV, span: ir.Span) -> Value:
    """A function found on the class, as seen through an instance."""
    if found.flavour == "property":
        return calls.call(m, frame, found, Args((owner,)), ir.Call(span, ir.Name(span, found.node.name), ()))
    if found.flavour == "static":
        return found
    receiver = owner.what if found.flavour == "class" and type(owner) is Ref and isinstance(owner.what, ClassV) else owner
    return MethodV(receiver, found)


def _class_member(m: Machine, owner: ClassV, name: str) -> Value:
    if name == "__name__":
        return const(owner.name)
    found = objects.find_in(m, class_model.mro(m, owner), name)
    if type(found) is FunctionV and found.flavour == "class":
        return MethodV(owner, found)
    if found is not None:
        return found
    outside = class_model.outside_base(m, owner)
    return External(f"{outside}.{name}") if outside else TOP


def _super_attribute(m: Machine, owner: SuperV, name: str) -> Value:
    start = owner.receiver.what if type(owner.receiver) is Ref else owner.receiver
    order = class_model.mro(m, start) if isinstance(start, ClassV) else class_model.mro(m, owner.owner)
    after = order[order.index(owner.owner) + 1 :] if owner.owner in order else class_model.mro(m, owner.owner)[1:]
    for base in after:
        if type(base) is ClassV and (found := m.read_global(base.address, name)) is not None:
            if type(found) is FunctionV and found.flavour != "static":
                return MethodV(owner.receiver, found)
            return found
        if type(base) is External:
            return BuiltinMethod(owner, name)
    return BuiltinMethod(owner, name)


def attribute_written(m: Machine, frame: Frame, target: ir.Attr, owner: Value, value: Value) -> None:
    """`owner.name = value`; of a tensor, its data and whether it is trained."""
    if not _set_by_class(m, frame, owner, target, value):
        objects.set_attribute(m, owner, target.name, value)
    assumptions.mark_changed(m, frame, owner, target.span)
    if type(owner) is Tensor and target.name == "data":
        write_back(m, frame, target.value, _refilled(owner, value))
    elif type(owner) is Tensor and target.name == "requires_grad":
        told = tensor_attributes.fixed(owner) if value != TRUE else tensor_attributes.trained(owner)
        write_back(m, frame, target.value, gradients.asked(told, value))
    elif target.name == "requires_grad" and type(owner) is Unknown:
        write_back(m, frame, target.value, tensor_attributes.trained(owner))


def _set_by_class(m: Machine, frame: Frame, owner: Value, target: ir.Attr, value: Value) -> bool:
    """Has the `__setattr__` of a dict of the project store an attribute; True if it is seen where."""
    if type(owner) is not Ref or owner.kind != "instance" or (table := containers.table_of(m, owner)) is None:
        return False
    setter = objects.class_attribute(m, owner, "__setattr__")
    if setter is None:
        return False
    before = m.read(owner.address, target.name)
    call = ir.Call(target.span, ir.Name(target.span, "__setattr__"), ())
    calls.call(m, frame, setter, Args((owner, const(target.name), value), spans=(None, None, None)), call)
    return m.read(owner.address, target.name) is not before or containers.table_of(m, owner) is not table


def _refilled(owner: Tensor, value: Value) -> Tensor:
    """A tensor whose data was replaced: of its numbers nothing is known, whatever they were before."""
    shape, dtype = (value.shape, value.dtype) if type(value) is Tensor else (None, None)
    return changed(
        owner, domain=Domain.UNKNOWN, range=ANY, origin=(), inner=(), form=None, one_hot=False, model=False, shape=shape, dtype=dtype,
        turned=True,
    )


def write_back(m: Machine, frame: Frame, target: ir.Expr, value: Tensor | Unknown) -> None:
    """Writes the result of an in-place operation back to the name or attribute that held the tensor."""
    if isinstance(target, ir.Name | ir.Attr | ir.Item):
        written = changed(value)
        if m.observer is not None:
            m.observer.same(value, written)
        if isinstance(target, ir.Attr):
            statements.store_attribute(m, frame, target, _holder(m, frame, target.value), written)
        elif isinstance(target, ir.Name):
            statements.rebind(m, frame, target, written)
        else:
            statements.assign(m, frame, target, written)


def _holder(m: Machine, frame: Frame, node: ir.Expr) -> Value:
    """The object that an attribute was read from, once more: what evaluating it does has been done."""
    plain = node
    while isinstance(plain, ir.Attr):
        plain = plain.value
    if isinstance(plain, ir.Name):
        return expressions.evaluate(m, frame, node)
    before, ended = m.state, m.ended
    m.state = before.fork()
    m.suppress_sites += 1
    value = expressions.evaluate(m, frame, node)
    m.suppress_sites -= 1
    m.state, m.ended = before, ended
    return value
