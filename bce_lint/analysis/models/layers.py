"""`torch.nn` modules: construction, containers, and application to an input."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place, Tensor
from bce_lint.analysis.domain.values import NONE, TOP, ClassV, Const, FunctionV, Ref, Seq, Table, Value, const, join, options, tensors
from bce_lint.analysis.interpreter import attributes, calls, classes, iteration, subscripts
from bce_lint.analysis.models import losses, tensor_ops, trainers
from bce_lint.analysis.sites import ActivationSite
from bce_lint.analysis.state.machine import Args, Frame, Machine
from bce_lint.catalog import activations, layers
from bce_lint.catalog import losses as loss_rows
from bce_lint.catalog.schema import Activation, Contract, Transfer
from bce_lint.catalog.wrappers import CONTAINERS
from bce_lint.records import changed


def construct_activation(m: Machine, frame: Frame, row: Activation, args: Args, node: ir.Call) -> Value:
    """`nn.Sigmoid()`, `nn.Softmax(dim=1)`: notes a missing dimension and tensors where none belongs."""
    ref = m.new_ref(frame, node.span, "activation", row, row.name)
    first = args.get(0, row.init[0].name if row.init else "")
    if first is not None and tensors(first):
        losses.constructor_misuse(m, row, frame.place(node.span, node.func.span), "it takes no tensor")
    dim = dimension(row, args, row.init or (), 0)
    m.write(ref.address, "$dim", dim if dim is not None else const("missing"))
    if row.implicit_dim:
        record_dim(m, row, frame.place(node.span, node.func.span), dim, ())
    return ref


def dimension(row: Activation, args: Args, params: tuple[object, ...], offset: int) -> Value | None:
    """The value given for the activation's dimension parameter, None when it was left out."""
    if row.dim is None:
        return None
    names = [p.name for p in params]  # type: ignore[attr-defined]
    index = names.index(row.dim) - offset if row.dim in names else 99
    value = args.get(index, row.dim)
    if value is None and "axis" in args.kw:
        value = args.kw["axis"]
    return None if value is NONE else value


def record_dim(m: Machine, row: Activation, place: Place, dim: Value | None, found: tuple[Tensor, ...]) -> None:
    """Notes a softmax-like call with the dimension that it was given."""
    constant = dim.value if type(dim) is Const and isinstance(dim.value, int) else None
    m.record(ActivationSite(row, place.text, place, "missing" if dim is None else constant, found))


def construct_layer(m: Machine, frame: Frame, name: str, row: Transfer, args: Args, node: ir.Call) -> Value:
    """A layer of the catalogue."""
    ref = m.new_ref(frame, node.span, "layer", row, name)
    m.layers[ref.address] = name
    m.write(ref.address, "$args", Table(tuple((p, v) for i, p in enumerate(row.params) if (v := args.get(i, p)) is not None)))
    return ref


def construct_container(m: Machine, frame: Frame, kind: str, args: Args, node: ir.Call) -> Value:
    """`nn.Sequential(...)`, `nn.ModuleList([...])`, `nn.ModuleDict({...})`."""
    ref = m.new_ref(frame, node.span, "container", kind, kind)
    fill_container(m, frame, ref, kind, args, node)
    return ref


def fill_container(m: Machine, frame: Frame, ref: Ref, kind: str, args: Args, node: ir.Call) -> None:
    """Gives a container its modules, by position and by name."""
    from bce_lint.analysis.interpreter.expressions import star_layers

    first = args.get(0, "modules")
    table = subscripts.table_of(m, first) if first is not None else None
    if kind == "dict":
        m.write(ref.address, "$items", table if table is not None else Table((), TOP if first is not None else None))
    elif kind == "list":
        m.write(ref.address, "$items", Seq() if first is None else iteration.elements(m, frame, first, node.span))
    elif table is not None and len(args.pos) == 1:
        m.write(ref.address, "$items", Seq(tuple(v for _, v in table.entries), table.rest))
        for key, value in table.entries:
            m.write(ref.address, str(key), value)
    elif args.open:
        layers_ = star_layers(m, frame, node.args)
        m.write(ref.address, "$items", layers_ if layers_ is not None else iteration.ANYTHING)
    else:
        m.write(ref.address, "$items", Seq(args.pos))


def initialise(m: Machine, frame: Frame, ref: Ref, outside: str, args: Args, node: ir.Call, name: str) -> None:
    """The inherited constructor of a catalogue class, run on an instance of a project class."""
    if outside in CONTAINERS:
        fill_container(m, frame, ref, CONTAINERS[outside], args, node)
    elif outside in loss_rows.MODULES and isinstance(ref.what, ClassV):
        losses.check_constructor(m, frame, ref, loss_rows.MODULES[outside], args, node)
    elif outside in activations.MODULES:
        row = activations.MODULES[outside]
        m.write(ref.address, "$dim", dimension(row, args, row.init or (), 0) or const("missing"))


def apply(m: Machine, frame: Frame, callee: Ref, args: Args, node: ir.Call, via: Place | None = None) -> Value:
    """Calls a module or an instance; `via` is where a container's element was made, for naming it."""
    previous = trainers.enter_forward(m, callee)
    result = _apply(m, frame, callee, args, node, via)
    if previous is not None:
        trainers.leave_forward(m, previous)
    return result


def _apply(m: Machine, frame: Frame, callee: Ref, args: Args, node: ir.Call, via: Place | None) -> Value:
    match callee.what:
        case Contract() as contract if callee.kind == "loss":
            return losses.call_module(m, frame, callee, contract, args, node)
        case Activation() as row if callee.kind == "activation":
            return _activate(m, frame, callee, row, args, node, via)
        case Transfer() as row if callee.kind == "layer":
            return tensor_ops.layer_call(m, frame, callee, row, args, node, via)
    if callee.kind == "container":
        return _sequence(m, frame, callee, args, node) if callee.what == "sequential" else TOP
    if callee.kind == "instance" and isinstance(callee.what, ClassV):
        return _instance(m, frame, callee, callee.what, args, node, via)
    if callee.kind == "context":
        return args.pos[0] if args.pos and type(args.pos[0]) is FunctionV else TOP
    return m.fresh(frame, node.span)


def _activate(m: Machine, frame: Frame, callee: Ref, row: Activation, args: Args, node: ir.Call, via: Place | None) -> Value:
    value = args.get(0, "input")
    stored = m.read(callee.address, "$dim")
    dim = stored.value if type(stored) is Const and isinstance(stored.value, int) else None
    made = callee.place if via is not None else None
    return tensor_ops.activate(m, frame, row, value or TOP, node, dim, made)


def _sequence(m: Machine, frame: Frame, callee: Ref, args: Args, node: ir.Call) -> Value:
    items = m.read(callee.address, "$items")
    value = args.get(0, "input") or TOP
    if type(items) is not Seq:
        return TOP
    for layer in items.prefix:
        value = step(m, frame, layer, value, node)
    if items.rest is not None:
        value = join(value, step(m, frame, items.rest, value, node))
        value = join(value, step(m, frame, items.rest, value, node))
    for layer in items.suffix:
        value = step(m, frame, layer, value, node)
    return value


def step(m: Machine, frame: Frame, layer: Value, value: Value, node: ir.Call) -> Value:
    """One element of a sequential container applied to the value so far."""
    args = Args((value,), spans=(None,))
    results = []
    for option in options(layer):
        if type(option) is Ref:
            results.append(apply(m, frame, option, args, node, option.place))
        elif option is not NONE:
            results.append(calls.call_one(m, frame, option, args, node))
    if not results:
        return TOP
    result = results[0]
    for other in results[1:]:
        result = join(result, other)
    return result


def _instance(m: Machine, frame: Frame, callee: Ref, cls: ClassV, args: Args, node: ir.Call, via: Place | None) -> Value:
    for name in ("__call__", "forward"):
        own = m.read(callee.address, name)
        found = own if own is not None else attributes.class_attribute(m, callee, name)
        if type(found) is FunctionV and own is None:
            result = calls.call_function(m, frame, found, args.prepend(callee), node.span)
            return modelled(m, result) if name == "forward" else result
        if found is not None:
            return calls.call(m, frame, found, args, node)
    outside = classes.outside_base(m, cls)
    return apply_outside(m, frame, callee, outside, args, node, via)


def modelled(m: Machine, value: Value) -> Value:
    """The tensors that a module returns, marked as a model's output."""
    found = tuple(changed(v, model=True) if type(v) is Tensor and not v.model else v for v in options(value))
    if m.flow is not None:
        for old, new in zip(options(value), found, strict=True):
            m.flow.same(old, new)
    if len(found) == 1:
        return found[0]
    result = found[0]
    for other in found[1:]:
        result = join(result, other)
    return result


def apply_outside(m: Machine, frame: Frame, callee: Ref, outside: str | None, args: Args, node: ir.Call, via: Place | None = None) -> Value:
    """The inherited `forward` of a catalogue class."""
    if outside is None or outside == "?":
        return m.fresh(frame, node.span)
    if outside in loss_rows.MODULES:
        return losses.call_module(m, frame, callee, loss_rows.MODULES[outside], args, node)
    if outside in activations.MODULES:
        return _activate(m, frame, callee, activations.MODULES[outside], args, node, via)
    if outside in layers.LAYERS:
        return tensor_ops.layer_call(m, frame, callee, layers.LAYERS[outside], args, node, via)
    if CONTAINERS.get(outside) == "sequential":
        return _sequence(m, frame, callee, args, node)
    return m.fresh(frame, node.span)
