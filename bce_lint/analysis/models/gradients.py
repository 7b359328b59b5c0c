"""Which values carry a gradient: what operations, layers and calls leave of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from bce_lint.analysis.domain.gradient import Gradient, join_gradient, together
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import NONE, TRUE, Constant, External, Ref, Seq, Union, Unknown, Value, const, number_kind
from bce_lint.analysis.models import autocast, dtype_rules
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import Kind, Transfer
from bce_lint.records import changed

_MADE = frozenset({Kind.LABEL, Kind.BOOL})
_OF_THE_FIRST = frozenset({Kind.KEEP, Kind.ROUND, Kind.MONOTONE, Kind.SIGN, Kind.EXP, Kind.LOG, Kind.BLEND})
"""The operations whose result is made of the values of one tensor, whatever else they are told; so are those that pick some."""
_TRAINED = frozenset({Kind.LOGITS, Kind.RECURRENT})
_OF_A_TENSOR = ("input",)


def carried(value: Value) -> Gradient:
    """Whether a value carries a gradient; what is no tensor never did."""
    match value:
        case Tensor():
            return value.carried
        case Unknown():
            stopped = value.form is not None and value.form.detached
            return Gradient.DATA if number_kind(value) else Gradient.STOPPED if stopped else Gradient.UNKNOWN
        case Union():
            return reduce(join_gradient, map(carried, value.options))
        case Seq():
            return together(map(carried, value)) if value.exact else Gradient.UNKNOWN
        case Constant() | External():
            return Gradient.DATA
        case Ref(kind="device"):
            return Gradient.DATA
    return Gradient.UNKNOWN


def recorded(m: Machine, found: Gradient) -> Gradient:
    """What is left of a gradient in a result that is computed here."""
    if found is not Gradient.SOME or (recording := autocast.records(m)) is True:
        return found
    return Gradient.UNKNOWN if recording is None else Gradient.STOPPED


def of_operands(m: Machine, operands: Iterable[Value]) -> Gradient:
    """What the result of an operation on several values carries."""
    return recorded(m, together(map(carried, operands)))


def of_activation(m: Machine, value: Value, recording: bool) -> Gradient:
    """What the output of an activation carries; `recording` says whether gradients may be recorded here."""
    found = carried(value)
    return recorded(m, found) if recording else found if found is Gradient.DATA else Gradient.STOPPED


def after(m: Machine, row: Transfer, tensor: Tensor, args: Args, name: str) -> Gradient:
    """What the result of an operation of the catalogue carries, given one alternative of its tensor."""
    kind = row.kind
    if name.startswith(dtype_rules.ARRAYS):
        return stopped(tensor.carried) if tensor.carried is Gradient.SOME or tensor.carried is Gradient.STOPPED else Gradient.DATA
    if kind in _MADE:
        return recorded(m, _rounded(tensor.carried)) if row.inplace else Gradient.DATA
    if kind is Kind.PARAMETER or (name == "layer" and _has_parameters(row)):
        return _of_parameters(m, row, tensor)
    ends = row.gradient in ("stopped", "none")
    if ends or (kind is Kind.FACTORY and not row.inplace and not _is_drawn(row)):
        return stopped(tensor.carried) if ends else Gradient.DATA
    if (kind in _OF_THE_FIRST or row.use == "picked") and not row.inplace:
        return recorded(m, _rounded(tensor.carried) if kind is Kind.ROUND else tensor.carried)
    return recorded(m, together((tensor.carried, *map(carried, args.pos[1:]), *map(carried, args.kw.values()))))


def _has_parameters(row: Transfer) -> bool:
    """True if a layer has parameters, unless its constructor is told otherwise."""
    return row.kind in _TRAINED or row.gradient == "affine" or row.gradient == "trained"


def _is_drawn(row: Transfer) -> bool:
    """True if a new tensor is drawn from the numbers of another, whose gradient goes on as zeros."""
    alone = row.params == _OF_A_TENSOR or (not row.params and row.shape == "same")
    return alone and row.use != "layout"


def _rounded(found: Gradient) -> Gradient:
    """Rounding hands on a gradient of zeros: there is one, and nothing is learnt from it."""
    return Gradient.UNKNOWN if found is Gradient.SOME else found


def _of_parameters(m: Machine, row: Transfer, tensor: Tensor) -> Gradient:
    """What a parameter carries, and what a layer with parameters returns: a gradient, unless somebody stops their training."""
    recording = True if row.kind is Kind.PARAMETER else autocast.records(m)
    if recording is not True:
        return Gradient.UNKNOWN if recording is None else Gradient.STOPPED
    if tensor.carried is not Gradient.SOME and (row.gradient == "affine" or m.program.freezes()):
        return Gradient.UNKNOWN
    return Gradient.SOME


def kept(value: Value, row: Transfer) -> Gradient:
    """What a view or a cast of something unknown carries."""
    return Gradient.DATA if row.gradient == "none" else carried(value)


def stopped(found: Gradient) -> Gradient:
    """What is left where the gradient is taken away."""
    return found if found is Gradient.DATA else Gradient.STOPPED


def asked(value: Tensor, wanted: Value | None) -> Tensor:
    """A tensor of which it is said whether it carries a gradient: by `requires_grad`, with this value."""
    if wanted is None or wanted is TRUE or wanted == TRUE:
        return changed(value, gradient=Gradient.SOME)
    return changed(value, gradient=stopped(value.gradient) if wanted == const(False) else Gradient.UNKNOWN)


def given(value: Value, wanted: Value | None) -> Value:
    """A new tensor, with the gradient that its `requires_grad=` asks for."""
    return value if wanted in (None, NONE) or type(value) is not Tensor else asked(value, wanted)
