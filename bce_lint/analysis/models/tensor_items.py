"""Items of tensors: `t[key]`."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place, Tensor, shape_at
from bce_lint.analysis.domain.values import Constant, Seq, Unknown, Value
from bce_lint.analysis.models import gradients, shape_rules, softmax_dims, written_out
from bce_lint.analysis.state import containers
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.records import changed


def index(m: Machine, frame: Frame, owner: Tensor, key: Value, span: ir.Span) -> Value:
    """`t[key]`: some of the values; a slice of everything keeps the identity."""
    constant = owner.identity and _is_constant(key)
    identity = m.intern(("index", owner.identity, key)) if constant else m.number(frame, span, "index")
    form = owner.form and written_out.indexed(owner.form, key, identity)
    shape, gradient = shape_at(shape_rules.indexed(owner.shape, key), Place(frame.unit.path, span)), gradients.recorded(m, owner.gradient)
    found = changed(owner, identity=identity, shape=shape, one_hot=_rows_left(owner, key), form=form, gradient=gradient)
    return softmax_dims.indexed(found, owner, key)


def _rows_left(owner: Tensor, key: Value) -> bool:
    """True if whole one-hot rows are left by an index into the first dimension of several."""
    number = type(key) in (Constant, Unknown) and key.kind == "int"  # type: ignore[union-attr]
    rows = type(key) is Tensor and key.dtype == "int64"
    return owner.one_hot and (number or rows or containers.is_slice(key)) and owner.shape is not None and len(owner.shape) > 1


def _is_constant(key: Value) -> bool:
    return type(key) is Constant or (type(key) is Seq and key.exact and all(_is_constant(part) for part in key.prefix))
