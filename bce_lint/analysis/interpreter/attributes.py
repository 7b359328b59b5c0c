"""Attributes: of instances by Python's lookup, of modules, classes, tensors and names outside the project."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import (
    NONE,
    TOP,
    TRUE,
    BuiltinMethod,
    ClassV,
    Const,
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
    join,
    join_all,
    options,
)  # fmt: skip
from bce_lint.analysis.interpreter import calls, classes, imports
from bce_lint.analysis.models import losses
from bce_lint.analysis.state import identities, store
from bce_lint.analysis.state.machine import Args, Frame, Machine
from bce_lint.catalog.names import canonical
from bce_lint.catalog.schema import ANY, Domain
from bce_lint.catalog.tensors import ATTRIBUTES
from bce_lint.records import changed

TENSOR_ERRORS = frozenset({"backward", "item", "detach", "cpu", "data"})


def attribute(m: Machine, frame: Frame, owner: Value, name: str, span: ir.Span) -> Value:
    """`owner.name` on each alternative; alternatives that raise (None) are dropped."""
    if type(owner) is not Union:
        return get(m, frame, owner, name, span) or TOP
    found = [get(m, frame, option, name, span) for option in owner.options if option is not NONE]
    return join_all(v for v in found if v is not None) or TOP


def get(m: Machine, frame: Frame, owner: Value, name: str, span: ir.Span) -> Value | None:
    """`owner.name` for one alternative."""
    match owner:
        case Tensor():
            return _tensor_attribute(m, owner, name)
        case Ref():
            return _ref_attribute(m, frame, owner, name, span)
        case ModuleV():
            return imports.member(m, owner.path, name)
        case External():
            return External(canonical(f"{owner.name}.{name}"))
        case ClassV():
            return _class_member(m, owner, name)
        case SuperV():
            return _super_attribute(m, owner, name)
        case Unknown():
            return Unknown(m.intern(("attr", owner.identity, name))) if owner.identity else TOP
        case Seq(prefix=(values, indices), rest=None) if name in ("values", "indices"):
            return values if name == "values" else indices
        case Seq() | Table() | Const():
            return BuiltinMethod(owner, name)
        case FunctionV() | MethodV() if name in ("__name__", "__doc__"):
            return TOP
    return TOP


def _tensor_attribute(m: Machine, owner: Tensor, name: str) -> Value:
    view = ATTRIBUTES.get(name)
    if view is not None:
        return owner if view.shape == "same" else changed(owner, shape=_reversed(owner.shape))
    if name == "dtype":
        return External("torch." + owner.dtype) if owner.dtype else TOP
    if name == "shape":
        return sizes(owner.shape)
    return BuiltinMethod(owner, name)


def _reversed(shape: Shape | None) -> Shape | None:
    return shape[::-1] if shape is not None and len(shape) <= 2 and shape[:1] != (...,) else None


def sizes(shape: Shape | None) -> Value:
    """The sizes of a shape as a sequence of numbers."""
    if shape is None:
        return TOP
    numbers = tuple(const(s) if isinstance(s, int) else Unknown(kind="int") for s in shape if s is not ...)
    return Seq(numbers) if len(numbers) == len(shape) else Seq((), TOP, numbers)


def _ref_attribute(m: Machine, frame: Frame, owner: Ref, name: str, span: ir.Span) -> Value | None:
    found = m.read(owner.address, name)
    if found is not None and m.is_many(owner.address):
        return identities.told_apart(m, frame, identities.of_many(m, found), span)
    if found is not None:
        return found
    if name == "__dict__":
        forget_namespace(m, owner)
        return m.fresh(frame, span)
    if owner.kind == "instance":
        return _instance_attribute(m, frame, owner, name, span)
    if owner.kind == "device":
        return const(owner.what) if name == "type" and owner.what is not None else TOP
    if owner.kind == "loss" and name in TENSOR_ERRORS:
        losses.used_as_tensor(m, owner, frame.place(span))
    items = m.read(owner.address, "$items")
    if type(items) is Table and owner.kind == "container" and (entry := items.get(name)) is not None:
        return entry
    if owner.kind in ("layer", "activation", "loss", "container") and name in ("weight", "bias"):
        return Tensor(identity=m.intern((owner.address, name)))
    if owner.kind == "container" and name == "training":
        return TRUE
    return BuiltinMethod(owner, name)


def _instance_attribute(m: Machine, frame: Frame, owner: Ref, name: str, span: ir.Span) -> Value:
    assert isinstance(owner.what, ClassV)
    if name == "__class__":
        return owner.what
    found = class_attribute(m, owner, name)
    if type(found) is FunctionV:
        return bind(m, frame, owner, found, span)
    if found is not None:
        return found
    m.incomplete.update(m.stack)
    if classes.outside_base(m, owner.what) is not None:
        return BuiltinMethod(owner, name)
    return TOP


def bind(m: Machine, frame: Frame, owner: Value, found: FunctionV, span: ir.Span) -> Value:
    """A function found on the class, as seen through an instance."""
    if found.flavour == "property":
        return calls.call(m, frame, found, Args((owner,)), ir.Call(span, ir.Name(span, found.node.name), ()))
    if found.flavour == "static":
        return found
    receiver = owner.what if found.flavour == "class" and type(owner) is Ref and isinstance(owner.what, ClassV) else owner
    return MethodV(receiver, found)


def class_attribute(m: Machine, owner: Ref, name: str) -> Value | None:
    """An attribute found on the project classes of an instance."""
    return _in_mro(m, classes.mro(m, owner.what), name) if isinstance(owner.what, ClassV) else None


def _in_mro(m: Machine, order: tuple[Value, ...], name: str) -> Value | None:
    for base in order:
        if type(base) is ClassV:
            found = m.read_global(base.address, name)
            if found is not None:
                return found
    return None


def _class_member(m: Machine, owner: ClassV, name: str) -> Value:
    if name == "__name__":
        return const(owner.name)
    found = _in_mro(m, classes.mro(m, owner), name)
    if type(found) is FunctionV and found.flavour == "class":
        return MethodV(owner, found)
    if found is not None:
        return found
    outside = classes.outside_base(m, owner)
    return External(f"{outside}.{name}") if outside else TOP


def _super_attribute(m: Machine, owner: SuperV, name: str) -> Value:
    start = owner.receiver.what if type(owner.receiver) is Ref else owner.receiver
    order = classes.mro(m, start) if isinstance(start, ClassV) else classes.mro(m, owner.owner)
    after = order[order.index(owner.owner) + 1 :] if owner.owner in order else classes.mro(m, owner.owner)[1:]
    for base in after:
        if type(base) is ClassV and (found := m.read_global(base.address, name)) is not None:
            if type(found) is FunctionV and found.flavour != "static":
                return MethodV(owner.receiver, found)
            return found
        if type(base) is External:
            return BuiltinMethod(owner, name)
    return BuiltinMethod(owner, name)


def set_attribute(m: Machine, owner: Value, name: str, value: Value) -> None:
    """`owner.name = value`: strong on one object, weak where several are possible."""
    alternatives = options(owner)
    for option in alternatives:
        if type(option) is Ref:
            weak = len(alternatives) > 1 or m.is_many(option.address)
            old = m.state.find((option.address, name)) if weak else None
            m.write(option.address, name, value if old is None else join(old, value))
            items = m.read(option.address, "$items") if option.kind == "container" else None
            if type(items) is Table:
                m.write(option.address, "$items", items.put(name, value))
        elif type(option) is ClassV:
            m.touched.add(option.address)
            m.write(option.address, name, value)
        elif type(option) is ModuleV:
            m.touched.add(imports.address(m, option.path))
            m.write(imports.address(m, option.path), name, value)


def doubt(m: Machine, owner: Value, name: str) -> None:
    """The attribute may be gone, as after `del owner.name`."""
    for option in options(owner):
        if type(option) is Ref:
            m.write(*store.doubt((option.address, name)), TRUE)


def is_certain(m: Machine, owner: Value, name: str) -> bool:
    """Whether an object certainly has an attribute."""
    if type(owner) is not Ref:
        return False
    own = m.read(owner.address, name) is not None and m.read(*store.doubt((owner.address, name))) is None
    return own or class_attribute(m, owner, name) is not None


def forget_namespace(m: Machine, value: Value) -> None:
    """Somebody may change the attributes of a namespace by names that are not seen: nothing is known of them then."""
    for option in options(value):
        if type(option) is Ref and option.kind == "namespace":
            for name in m.state.names(option.address):
                if not name.startswith("$"):
                    m.write(option.address, name, TOP)


def forget_settings(m: Machine, owner: Value) -> None:
    """Some attribute is set whose name is not known: constants, which settings are, become unknown; modules and functions stay."""
    for option in options(owner):
        if type(option) is not Ref:
            continue
        names = [(option.address, name) for name in m.state.names(option.address)]
        if isinstance(option.what, ClassV):
            bases = [base for base in classes.mro(m, option.what) if type(base) is ClassV]
            names = [(base.address, name) for base in reversed(bases) for name in m.state.names(base.address)] + names
        for address, name in names:
            if not name.startswith(("$", "__")) and type(m.read(address, name)) is Const:
                m.write(option.address, name, TOP)


def fixed(value: Tensor) -> Tensor:
    """A tensor that is no longer trained, or whose data was replaced: a parameter's values may then lie anywhere, for a reason."""
    return changed(value, domain=Domain.UNKNOWN, range=ANY, origin=(), inner=(), form=None) if value.domain is Domain.LOGITS else value


def attribute_written(m: Machine, frame: Frame, target: ir.Attr, owner: Value, value: Value) -> None:
    """`owner.name = value`; of a tensor, its data and whether it is trained."""
    set_attribute(m, owner, target.name, value)
    if type(owner) is Tensor and target.name == "data":
        shape, dtype = (value.shape, value.dtype) if type(value) is Tensor else (None, None)
        tensor_written(m, frame, target.value, changed(fixed(owner), shape=shape, dtype=dtype))
    elif type(owner) is Tensor and target.name == "requires_grad" and value != TRUE:
        tensor_written(m, frame, target.value, fixed(owner))


def tensor_written(m: Machine, frame: Frame, target: ir.Expr, value: Tensor) -> None:
    """Writes the result of an in-place operation back to the name or attribute that held the tensor."""
    from bce_lint.analysis.interpreter import statements

    if isinstance(target, ir.Name | ir.Attr):
        written = changed(value)
        if m.flow is not None:
            m.flow.same(value, written)
        statements.assign(m, frame, target, written)
