"""One table from qualified name to model: what a call of a name outside the project gives."""

from __future__ import annotations

from typing import Final

from bce_lint import ir
from bce_lint.analysis.domain.values import Value
from bce_lint.analysis.models import (
    activations,
    arrays,
    attribute_functions,
    autocast,
    builtins,
    class_questions,
    collections,
    conversions,
    copies,
    datasets,
    devices,
    iterators,
    layers,
    losses,
    namespaces,
    tensor_literals,
    tensor_ops,
    trainers,
)
from bce_lint.analysis.models.model import Model
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.dtypes import DTYPES
from bce_lint.catalog.names import canonical

OWNERS: Final = (
    activations, arrays, attribute_functions, autocast, builtins, class_questions, collections, copies, datasets, devices, iterators,
    layers, losses, namespaces, tensor_literals, tensor_ops, trainers,
)  # fmt: skip
"""The files that own names; none has two owners."""

MODELS: Final[dict[str, Model]] = {name: model for owner in OWNERS for name, model in owner.MODELS.items()}
"""Every model, by the canonical name of what it answers for."""


def is_known(name: str) -> bool:
    """True if something is known of a canonical name: it has a model, or is a dtype."""
    return name in MODELS or name in DTYPES


def call(m: Machine, frame: Frame, name: str, args: Args, node: ir.Call) -> Value:
    """The result of calling a name outside the project; unknown, but the same in one context, where nothing is known of it."""
    model = MODELS.get(canonical(name))
    if model is None:
        conversions.escaped(m, args)
        return m.fresh(frame, node.span)
    return model(m, frame, args, node)
