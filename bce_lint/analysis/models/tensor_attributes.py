"""Attributes of tensors: views, sizes, dtype."""

from __future__ import annotations

from typing import TypeVar

from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import TOP, BuiltinMethod, External, Unknown, Value
from bce_lint.analysis.models import gradients, idioms, layout, softmax_dims
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import ANY, Domain
from bce_lint.catalog.tensors import ATTRIBUTES
from bce_lint.records import changed


def tensor_attribute(m: Machine, owner: Tensor, name: str) -> Value:
    """`tensor.name`."""
    view = ATTRIBUTES.get(name)
    if view is not None:
        if name == "data":
            return changed(owner, form=idioms.detached(owner.form), gradient=gradients.stopped(owner.carried))
        if view.shape == "same":
            return owner
        return softmax_dims.viewed(changed(owner, shape=_reversed(owner.shape), turned=True), owner, name)
    if name == "dtype":
        return External("torch." + owner.dtype) if owner.dtype else TOP
    if name == "shape":
        return layout.sizes(m, owner)
    if name == "ndim":
        return layout.answer(m, "rank", owner)
    return BuiltinMethod(owner, name)


def _reversed(shape: Shape | None) -> Shape | None:
    return shape[::-1] if shape is not None and len(shape) <= 2 and shape[:1] != (...,) else None


V = TypeVar("V", bound=Tensor | Unknown)


def trained(value: V) -> V:
    """A tensor whose gradient is asked for, detached before or not."""
    return changed(value, form=value.form._replace(detached=False)) if value.form is not None and value.form.detached else value


def fixed(value: Tensor) -> Tensor:
    """A tensor that is no longer trained, or whose data was replaced: a parameter's values may then lie anywhere, for a reason."""
    return changed(value, domain=Domain.UNKNOWN, range=ANY, origin=(), inner=(), form=None) if value.domain is Domain.LOGITS else value
