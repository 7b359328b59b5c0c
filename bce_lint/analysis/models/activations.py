"""Activations: constructed, called as functions, and applied to tensors."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import mapped, mapped_present
from bce_lint.analysis.domain.shapes import implicit_dim, rank
from bce_lint.analysis.domain.tensor import Origin, Place, Tensor, dtype_at
from bce_lint.analysis.domain.values import (
    NONE,
    TOP,
    Constant,
    Ref,
    Value,
    const,
    tensors,
)
from bce_lint.analysis.models import autocast, dtype_rules, gradients, idioms, losses, tensor_ops
from bce_lint.analysis.models.keywords import either
from bce_lint.analysis.models.model import Model, each
from bce_lint.analysis.sites import ActivationSite
from bce_lint.analysis.state import cells, handed
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog import activations as rows
from bce_lint.catalog.dtypes import FLOATS
from bce_lint.catalog.schema import ACTIVATED, Activation, Kind, Param, Transfer
from bce_lint.records import changed

MISSING = const("missing")


def construct_activation(m: Machine, frame: Frame, row: Activation, args: Args, node: ir.Call) -> Value:
    """`nn.Sigmoid()`, `nn.Softmax(dim=1)`: notes a missing dimension and tensors where none belongs."""
    ref = m.new_ref(frame, node.span, "activation", row, row.name)
    first = args.get(0, row.init[0].name if row.init else "")
    if first is not None and tensors(first):
        losses.constructor_misuse(m, row, frame.place(node.span, node.func.span), "it takes no tensor")
    dim = dimension(row, args, row.init or ())
    m.write(ref.address, cells.DIM, dim if dim is not None else MISSING)
    if row.implicit_dim:
        record_dim(m, frame, row, frame.place(node.span, node.func.span), dim)
    return ref


def dimension(row: Activation, args: Args, params: tuple[Param, ...]) -> Value | None:
    """The value given for the activation's dimension parameter, None when it was left out; unknown where the call raises."""
    if row.dim is None:
        return None
    names = [p.name for p in params]
    value = either(args, names.index(row.dim), row.dim)
    if value is None and args.kw and not args.kw.keys() <= {*names, "dtype"}:
        return TOP
    return None if value is NONE else value


def record_dim(m: Machine, frame: Frame, row: Activation, place: Place, dim: Value | None, given: Value | None = None) -> None:
    """Notes a softmax-like call with the dimension that it was given; one that is only constructed is given no input."""
    constant = dim.value if type(dim) is Constant and isinstance(dim.value, int) else None
    found = tensors(given) if given is not None else ()
    known = "missing" if dim is None else constant
    m.record(ActivationSite(row, place.text, place, known, found, handed.arms(m, frame, *found), given is not None))


def implied(row: Activation, value: Value) -> int | None:
    """The dimension that torch takes where none is given, if it is the same for all that can arrive."""
    found = {implicit_dim(rank(t.shape)) for t in tensors(value)} if row.implicit_dim else set()
    return found.pop() if len(found) == 1 else None


def apply_module(m: Machine, frame: Frame, callee: Ref, row: Activation, args: Args, node: ir.Call, via: Place | None) -> Value:
    """A constructed activation applied to its input; `via` names it by where it was made, as the element of a container."""
    value = args.get(0, "input") or TOP
    stored = m.read(callee.address, cells.DIM)
    dim = stored.value if type(stored) is Constant and isinstance(stored.value, int | str) else None
    if stored == MISSING and row.implicit_dim and callee.place is not None:
        named = callee.place._replace(text=callee.place.text.partition("(")[0])
        record_dim(m, frame, row, named, None, value)
        taken = implied(row, value)
        dim = taken if taken is not None else dim
    made = callee.place if via is not None else None
    return activate(m, frame, row, value, node, dim, made)


def activation_call(
    m: Machine, frame: Frame, row: Activation, args: Args, node: ir.Call, inplace: bool = False, method: bool = False
) -> Value:
    """`torch.sigmoid(x)`, `F.softmax(x, dim=1)`, `x.sigmoid_()`."""
    value = args.get(0, row.params[0].name) or TOP
    dim = dimension(row, args, row.params)
    place = frame.place(node.span, node.func.span)
    if row.dim is not None and (dim is not None or row.implicit_dim or (row.requires_dim and (not method or tensors(value)))):
        record_dim(m, frame, row, place, dim, value)
    constant: int | str | None = dim.value if type(dim) is Constant and isinstance(dim.value, int) else None
    if dim is None:
        taken = implied(row, value)
        constant = taken if taken is not None else "missing"
    result = activate(m, frame, row, value, node, constant, None)
    dtype = dtype_at(dtype_rules.cast(args, Transfer(Kind.KEEP)), dtype_rules.asked_at(node, place))
    if dtype is not None or dtype_rules.is_unknown(args):
        result = mapped(result, lambda one: changed(one, dtype=dtype) if type(one) is Tensor else one)
    if inplace:
        target = node.func.value if method and isinstance(node.func, ir.Attr) else node.args[0].value if node.args else None
        if target is not None:
            m.interpreter.write_back(m, frame, target, result if type(result) is Tensor else Tensor())
    return tensor_ops._into(m, frame, args, node, result)


def activate(
    m: Machine, frame: Frame, row: Activation, value: Value, node: ir.Call, dim: int | str | None, place: Place | None
) -> Value:
    """The tensor in the activation's domain; activations below it are remembered. `dim` is a word where it was left out."""
    where = place or frame.place(node.span, node.func.span)
    if m.observer is not None:
        m.observer.apply(frame, where, node)
    constant = row.fixed_dim if row.fixed_dim is not None else dim if isinstance(dim, int) else None
    origin = Origin(row.name, row.domain, where, constant, ... if constant is not None else None)
    identity = m.number(frame, node.span, where.span)
    recording = autocast.has_grad(m)
    form = idioms.activated(m, row, value, recording)

    def _one(option: Value) -> Value:
        told = origin if constant is not None or dim is None else origin._replace(over=_left_out(option))
        return changed(activated(option, row, told, identity), form=form, gradient=gradients.of_activation(m, option, recording))

    return mapped_present(value, _one)


def _left_out(value: Value) -> int:
    """The dimension that torch takes where none is given; where the rank is not known, that of a matrix."""
    return 0 if type(value) is Tensor and rank(value.shape) in (0, 1, 3) else 1


def activated(value: Value, row: Activation, origin: Origin, identity: int) -> Tensor:
    """The output of an activation; one below it is remembered."""
    if type(value) is not Tensor:
        return Tensor(row.domain, row.range, origin=(origin,), identity=identity)
    below = value.origin if value.domain in ACTIVATED else ()
    return Tensor(
        row.domain, row.range, value.dtype if value.dtype in FLOATS else None,
        value.shape, (origin,), below, identity, value.model, value.literal, given=value.given,
    )  # fmt: skip


def _call_in_place(m: Machine, frame: Frame, row: Activation, args: Args, node: ir.Call) -> Value:
    return activation_call(m, frame, row, args, node, inplace=True)


MODELS: dict[str, Model] = {
    **each(construct_activation, rows.MODULES),
    **each(activation_call, {name: row for name, row in rows.FUNCTIONS.items() if name not in rows.INPLACE}),
    **each(_call_in_place, {name: row for name, row in rows.FUNCTIONS.items() if name in rows.INPLACE}),
}
"""The activations, as classes and as functions."""
