"""`torch.nn` modules: construction, containers, and application to an input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.domain.values import (
    NONE,
    TOP,
    ClassV,
    FunctionV,
    Ref,
    Seq,
    Table,
    Value,
    const,
    join,
    join_tagged,
    tagged,
)
from bce_lint.analysis.models import (
    activations,
    collections,
    conversions,
    layer_shapes,
    losses,
    tensor_ops,
    thresholds,
    trainers,
)
from bce_lint.analysis.models.model import Model, each
from bce_lint.analysis.state import cells, class_model, containers, objects
from bce_lint.analysis.state.frames import MAX_RECURSION, Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog import activations as activation_rows
from bce_lint.catalog import layers as layer_rows
from bce_lint.catalog import losses as loss_rows
from bce_lint.catalog.collections import COLLECTIONS
from bce_lint.catalog.schema import Activation, Contract, Kind, Transfer
from bce_lint.catalog.wrappers import CONTAINERS, WRAPPERS

MAX_NESTED = 100
"""How deeply containers are followed into containers."""


def construct_layer(m: Machine, frame: Frame, name: str, args: Args, node: ir.Call) -> Value:
    """A layer of the catalogue."""
    row = layer_rows.LAYERS[name]
    ref = m.new_ref(frame, node.span, "layer", row, name)
    m.made_layer(ref.address, name)
    conversions.constructed(m, frame, ref, args)
    given = ((p, args.get(i, p)) for i, p in enumerate(row.params))
    place = Place(frame.unit.path, node.span)
    m.write(ref.address, cells.ARGS, Table(tuple((p, layer_shapes.sized(p, v, place)) for p, v in given if v is not None)))
    return ref


def construct_container(m: Machine, frame: Frame, kind: str, args: Args, node: ir.Call) -> Value:
    """`nn.Sequential(...)`, `nn.ModuleList([...])`, `nn.ModuleDict({...})`."""
    ref = m.new_ref(frame, node.span, "container", kind, kind)
    fill_container(m, frame, ref, kind, args, node)
    return ref


def fill_container(m: Machine, frame: Frame, ref: Ref, kind: str, args: Args, node: ir.Call) -> None:
    """Gives a container its modules, by position and by name."""
    first = args.get(0, "modules")
    table = containers.table_of(m, first) if first is not None else None
    if kind == "dict":
        m.write(ref.address, cells.ITEMS, Table() if first is None else collections.table_of_pairs(m, frame, first, node))
    elif kind == "list":
        m.write(ref.address, cells.ITEMS, Seq() if first is None else m.interpreter.elements(m, frame, first, node.span))
    elif table is not None:
        m.write(ref.address, cells.ITEMS, Seq(tuple(v for _, v in table.entries), table.rest))
        for key, value in table.entries:
            m.write(ref.address, str(key), value)
    elif args.open:
        m.write(ref.address, cells.ITEMS, args.unpacked if args.unpacked is not None else containers.ANYTHING)
    else:
        m.write(ref.address, cells.ITEMS, Seq(args.pos))


def apply(m: Machine, frame: Frame, callee: Ref, args: Args, node: ir.Call, via: Place | None = None) -> Value:
    """Calls a module or an instance; `via` is where a container's element was made, for naming it."""
    previous = trainers.enter_forward(m, callee)
    result = _apply(m, frame, callee, args, node, via)
    if previous is not None:
        trainers.leave_forward(m, previous)
    return result


def _apply(m: Machine, frame: Frame, callee: Ref, args: Args, node: ir.Call, via: Place | None) -> Value:
    match callee.what:
        case Contract() as contract:
            return losses.call_module(m, frame, callee, contract, args, node)
        case Activation() as row:
            return activations.apply_module(m, frame, callee, row, args, node, via)
        case Transfer() as row:
            return layer_call(m, frame, callee, row, args, node, via)
        case ClassV() as cls:
            return _instance(m, frame, callee, cls, args, node, via)
    if callee.kind == "container":
        return _sequence(m, frame, callee, args, node) if callee.what == "sequential" else TOP
    if callee.kind == "context":
        return args.pos[0] if args.pos and type(args.pos[0]) is FunctionV else TOP
    return m.fresh(frame, node.span)


def _sequence(m: Machine, frame: Frame, callee: Ref, args: Args, node: ir.Call) -> Value:
    items = m.read(callee.address, cells.ITEMS)
    within = m.applying
    deep = len(within) >= MAX_NESTED or within.count(callee.address) >= MAX_RECURSION
    if type(items) is not Seq:
        return TOP
    if deep or callee.address in m.oversized:
        m.not_replayed()
        return TOP
    if not within:
        m.applied_floor = m.applicable // 2
    if m.trace is not None:
        m.trace.containers[callee.address] = None
        if len(within) > MAX_NESTED // 2:
            m.trace.lose()
    within.append(callee.address)
    result = _through(m, frame, items, args.get(0, "input") or TOP, node)
    within.pop()
    if m.applicable > m.applied_floor:
        return result
    if not within:
        m.oversized.add(callee.address)
    return TOP


def _through(m: Machine, frame: Frame, items: Seq, value: Value, node: ir.Call) -> Value:
    """A value that has passed the modules of a container, one behind the other."""
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
    m.applicable -= 1
    if m.trace is not None:
        m.trace.steps += 1
    if m.applicable <= m.applied_floor:
        m.not_replayed()
        return TOP
    args = Args((value,), spans=(None,))
    results = []
    for option, when in tagged(layer):
        given = args if not when else args._replace(pos=(m.without(value, when),))
        if type(option) is Ref:
            results.append((apply(m, frame, option, given, node, option.place), when))
        elif option is not NONE:
            results.append((m.interpreter.call_one(m, frame, option, given, node), when))
    return join_tagged(results) if results else TOP


def _instance(m: Machine, frame: Frame, callee: Ref, cls: ClassV, args: Args, node: ir.Call, via: Place | None) -> Value:
    for name in ("__call__", "forward"):
        own = m.read(callee.address, name)
        found = own if own is not None else objects.class_attribute(m, callee, name)
        if type(found) is FunctionV and own is None:
            result = m.interpreter.call_function(m, frame, found, args.prepend(callee), node.span)
            return tensor_ops.modelled(m, result) if name == "forward" else result
        if found is not None:
            return m.interpreter.call(m, frame, found, args, node)
    outside = class_model.outside_base(m, cls)
    return apply_outside(m, frame, callee, outside, args, node, via)


def layer_call(m: Machine, frame: Frame, callee: Ref, row: Transfer, args: Args, node: ir.Call, via: Place | None) -> Value:
    """A layer applied to its input."""
    value = args.get(0, "input") or TOP
    where = callee.place if via is not None and callee.place is not None else frame.place(node.span, node.func.span)
    if row.kind is Kind.LOGITS:
        thresholds.applied(m, callee, where)
    result = tensor_ops.transfer(m, frame, row, value, args, node, "layer", (callee.address, where))
    return tensor_ops.modelled(m, result) if row.kind in (Kind.LOGITS, Kind.RECURRENT) else result


class Inherited(NamedTuple):
    """What a class of the project has from a class of torch: its constructor and its `forward`, both given the row of that class."""

    row: Any
    initialise: Callable[[Machine, Frame, Ref, Any, Args, ir.Call], None]
    forward: Callable[[Machine, Frame, Ref, Any, Args, ir.Call, Place | None], Value]


def _keep_dimension(m: Machine, frame: Frame, ref: Ref, row: Activation, args: Args, node: ir.Call) -> None:
    m.write(ref.address, cells.DIM, activations.dimension(row, args, row.init or ()) or const("missing"))


def _keep_nothing(m: Machine, frame: Frame, ref: Ref, row: Transfer, args: Args, node: ir.Call) -> None:
    """The options of a layer say nothing of an instance of a subclass."""


def _compute_loss(m: Machine, frame: Frame, ref: Ref, row: Contract, args: Args, node: ir.Call, via: Place | None) -> Value:
    return losses.call_module(m, frame, ref, row, args, node)


def _run_container(m: Machine, frame: Frame, ref: Ref, kind: str, args: Args, node: ir.Call, via: Place | None) -> Value:
    return _sequence(m, frame, ref, args, node) if kind == "sequential" else m.fresh(frame, node.span)


INHERITED: dict[str, Inherited] = {
    **{name: Inherited(row, losses.check_constructor, _compute_loss) for name, row in loss_rows.MODULES.items()},
    **{name: Inherited(row, _keep_dimension, activations.apply_module) for name, row in activation_rows.MODULES.items()},
    **{name: Inherited(row, _keep_nothing, layer_call) for name, row in layer_rows.LAYERS.items()},
    **{name: Inherited(kind, fill_container, _run_container) for name, kind in CONTAINERS.items()},
    **{name: Inherited(kind, collections.fill, _run_container) for name, kind in COLLECTIONS.items()},
}
"""The classes of torch, and of Python, of which it is known what their subclasses inherit."""


def initialise(m: Machine, frame: Frame, ref: Ref, outside: str | None, args: Args, node: ir.Call) -> None:
    """The inherited constructor of a class outside the project, run on an instance of a project class."""
    known = INHERITED.get(outside or "")
    if known is not None:
        m.placed(ref.address)
        known.initialise(m, frame, ref, known.row, args, node)


def apply_outside(m: Machine, frame: Frame, callee: Ref, outside: str | None, args: Args, node: ir.Call, via: Place | None = None) -> Value:
    """The inherited `forward` of a class outside the project."""
    known = INHERITED.get(outside or "")
    if known is None:
        return m.fresh(frame, node.span)
    m.placed(callee.address)
    return known.forward(m, frame, callee, known.row, args, node, via)


def _wrap(m: Machine, frame: Frame, index: int, args: Args, node: ir.Call) -> Value:
    """`nn.DataParallel(model)`: the module behind the wrapper."""
    wrapped = args.get(index, "module")
    if wrapped is None:
        wrapped = args.get(index, "model")
    objects.mark_wrapped(m, wrapped)
    return wrapped if wrapped is not None else TOP


MODELS: dict[str, Model] = {
    **each(construct_layer, {name: name for name in layer_rows.LAYERS}),
    **each(construct_container, CONTAINERS),
    **each(_wrap, WRAPPERS),
}
"""Layers, containers and wrappers of `torch.nn`."""
