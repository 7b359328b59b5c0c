"""Attributes by their names: `getattr` and what else is given a name as text."""

from __future__ import annotations

from functools import reduce

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import answered, mapped
from bce_lint.analysis.domain.values import NONE, TOP, BuiltinMethod, ClassV, Constant, Ref, Union, Value, const, join, options
from bce_lint.analysis.models.model import Model
from bce_lint.analysis.state import absence, assumptions, class_model, objects, store
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.modules import MODULE, MODULE_ATTRIBUTES


def _getattr(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    if len(args.pos) < 2:
        return TOP
    found: list[Value] = []
    for name in options(args.pos[1]):
        if type(name) is not Constant or not isinstance(name.value, str):
            return TOP
        found.append(_or_default(m, frame, args, name.value, node))
    return reduce(join, found)


def _or_default(m: Machine, frame: Frame, args: Args, name: str, node: ir.Call) -> Value:
    owner = args.pos[0]
    if len(args.pos) >= 3 and type(owner) is Union:
        return mapped(owner, lambda option: _or_default(m, frame, args._replace(pos=(option, *args.pos[1:])), name, node))
    if len(args.pos) >= 3 and owner is NONE and not absence.is_dunder(name):
        return args.pos[2]
    if len(args.pos) < 3 or type(owner) is not Ref:
        return m.interpreter.attribute(m, frame, owner, name, node.span)
    default = args.pos[2]
    if _lacks(m, owner, name):
        return default
    value = m.interpreter.attribute(m, frame, owner, name, node.span)
    if type(value) is BuiltinMethod and not _is_of_base(m, owner, name):
        return TOP
    maybe = m.read(*store.unbound_cell((owner.address, name))) is not None
    return default if value == TOP else join(value, default) if maybe else value


def _is_of_base(m: Machine, owner: Ref, name: str) -> bool:
    """True if the class outside the project that an object inherits from may have an attribute."""
    outside = class_model.outside_base(m, owner.what) if isinstance(owner.what, ClassV) else None
    return outside != MODULE or name in MODULE_ATTRIBUTES or absence.is_dunder(name)


def _lacks(m: Machine, owner: Ref, name: str) -> bool:
    """True if an object certainly has no such attribute."""
    if not isinstance(owner.what, ClassV) or m.read(owner.address, name) is not None:
        return False
    return objects.class_attribute(m, owner, name) is None and absence.is_absent(m, owner, owner.what, name)


def _setattr(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    if len(args.pos) == 3 and type(args.pos[1]) is Constant:
        objects.set_attribute(m, args.pos[0], str(args.pos[1].value), args.pos[2])
    elif len(args.pos) == 3:
        objects.forget_settings(m, args.pos[0])
    if len(args.pos) == 3:
        assumptions.mark_changed(m, frame, args.pos[0], node.span)
    return NONE


def _delattr(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    if len(args.pos) == 2 and type(args.pos[1]) is Constant:
        objects.mark_unbound(m, args.pos[0], str(args.pos[1].value))
    return NONE


def _hasattr(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    if len(args.pos) != 2 or type(args.pos[1]) is not Constant:
        return TOP
    name = str(args.pos[1].value)
    return answered(args.pos[0], lambda owner: _has(m, owner, name))


def _has(m: Machine, owner: Value, name: str) -> Value:
    """Whether an object has an attribute."""
    if type(owner) is not Ref:
        return assumptions.outcome_value(m, assumptions.asked(m, ("hasattr", name), owner))
    if objects.is_certain(m, owner, name):
        return const(True)
    return const(False) if _lacks(m, owner, name) else TOP


MODELS: dict[str, Model] = {
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.hasattr": _hasattr,
    "builtins.delattr": _delattr,
}
"""Python's functions on attributes."""
