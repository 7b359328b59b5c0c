"""Calls of names outside the project: the catalogue's rows, Python's builtins, and everything else unknown."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.values import TOP, Const, Ref, Value, const
from bce_lint.analysis.models import activations, autocast, builtins, datasets, layers, losses, tensor_ops, trainers
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog import activations as activation_rows
from bce_lint.catalog import layers as layer_rows
from bce_lint.catalog import losses as loss_rows
from bce_lint.catalog import tensors as tensor_rows
from bce_lint.catalog.contexts import NO_GRADIENT
from bce_lint.catalog.names import canonical
from bce_lint.catalog.python import NEVER_RETURN, TRANSPARENT_ITERATORS
from bce_lint.catalog.wrappers import CONTAINERS, WRAPPERS

_TRUE = frozenset({"torch.cuda.is_available"})


def is_catalogued(name: str) -> bool:
    """Whether the tables have a row for a canonical name."""
    tables = (
        loss_rows.MODULES,
        loss_rows.FUNCTIONS,
        activation_rows.MODULES,
        activation_rows.FUNCTIONS,
        layer_rows.LAYERS,
        tensor_rows.FUNCTIONS,
        CONTAINERS,
    )
    return any(name in table for table in tables)


def call(m: Machine, frame: Frame, name: str, args: Args, node: ir.Call) -> Value:
    """The result of calling an outside name."""
    name = canonical(name)
    if name.startswith("builtins.") or name in builtins.TABLE:
        handler = builtins.TABLE.get(name)
        return handler(m, frame, args, node) if handler is not None else m.fresh(frame, node.span)
    if name in loss_rows.MODULES:
        return losses.construct(m, frame, loss_rows.MODULES[name], args, node)
    if name in loss_rows.FUNCTIONS:
        return losses.call_functional(m, frame, loss_rows.FUNCTIONS[name], args, node)
    if name in activation_rows.MODULES:
        return activations.construct_activation(m, frame, activation_rows.MODULES[name], args, node)
    if name in activation_rows.FUNCTIONS:
        inplace = name in activation_rows.INPLACE
        return activations.activation_call(m, frame, activation_rows.FUNCTIONS[name], args, node, inplace=inplace)
    if name in layer_rows.LAYERS:
        return layers.construct_layer(m, frame, name, layer_rows.LAYERS[name], args, node)
    if name in CONTAINERS:
        return layers.construct_container(m, frame, CONTAINERS[name], args, node)
    return _other(m, frame, name, args, node)


def _other(m: Machine, frame: Frame, name: str, args: Args, node: ir.Call) -> Value:
    if name in WRAPPERS:
        wrapped = args.get(WRAPPERS[name], "module")
        if wrapped is None:
            wrapped = args.get(WRAPPERS[name], "model")
        return wrapped if wrapped is not None else TOP
    if name in tensor_rows.FUNCTIONS:
        return tensor_ops.function_call(m, frame, tensor_rows.FUNCTIONS[name], args, node, name)
    if name in NO_GRADIENT:
        return autocast.without_grad(m)
    if autocast.is_autocast(name):
        return autocast.make(m, frame, name, args, node)
    if name in _TRUE:
        return const(True)
    if name in NEVER_RETURN:
        return Const(None, "never")
    if name == "torch.device":
        return _device(m, args, node)
    if name in TRANSPARENT_ITERATORS:
        return args.get(0, "iterable") or TOP
    if datasets.is_data(name):
        return datasets.construct(m, frame, name, args, node)
    if trainers.is_trainer(name):
        return trainers.construct(m, frame, name, args, node)
    return m.fresh(frame, node.span)


def _device(m: Machine, args: Args, node: ir.Call) -> Value:
    wanted = args.get(0, "device") or args.get(0, "type")
    if type(wanted) is Const and isinstance(wanted.value, str):
        kind = wanted.value.split(":")[0]
        return Ref(m.intern(("device", kind)), "device", kind)
    return wanted if type(wanted) is Ref and wanted.kind == "device" else Ref(m.intern(("device", node.span)), "device")
