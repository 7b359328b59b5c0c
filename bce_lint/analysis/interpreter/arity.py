"""Alternatives of a callee that certainly raise `TypeError` for the number of their arguments: where another takes them, it is that one."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.partitions import Tags
from bce_lint.analysis.domain.values import ClassV, FunctionV, MethodV, Ref, Value
from bce_lint.analysis.state import class_model, objects
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.modules import MODULE, is_module
from bce_lint.catalog.schema import Activation, Contract

LIGHTNING = "lightning.LightningModule"
_BINDING = frozenset({"staticmethod", "classmethod", "property"})


def fitting(m: Machine, callees: list[tuple[Value, Tags]], args: Args) -> list[tuple[Value, Tags]]:
    """The callees that may take some arguments; all of them where an error is caught, or where none of them may."""
    if len(callees) < 2 or args.open or m.catching:
        return callees
    left = [(callee, when) for callee, when in callees if _may_take(m, callee, args)]
    return left or callees


def _may_take(m: Machine, callee: Value, args: Args) -> bool:
    match callee:
        case FunctionV():
            return _binds(m, callee, len(args.pos), args)
        case MethodV(function=FunctionV() as function):
            return _binds(m, function, len(args.pos) + 1, args)
        case Ref(kind="instance") if callee.address not in m.any_of:
            return _applies(m, callee, args)
        case Ref(what=Contract() as contract) if contract.call:
            return len(args.pos) + len(args.kw) >= 2
        case Ref(what=Activation()) | Ref(kind="container", what="sequential"):
            return len(args.pos) + len(args.kw) == 1
    return True


def _applies(m: Machine, callee: Ref, args: Args) -> bool:
    """True if an instance may be called so: by its own `forward`, which nothing wraps."""
    if not isinstance(callee.what, ClassV) or m.read(callee.address, "forward") is not None:
        return True
    classes = [base for base in class_model.mro(m, callee.what) if type(base) is ClassV]
    outside = class_model.outside_base(m, callee.what) or MODULE
    if objects.class_attribute(m, callee, "__call__") is not None or any(base.node.decorators for base in classes):
        return True
    if not is_module(outside) and outside != LIGHTNING:
        return True
    forward = objects.class_attribute(m, callee, "forward")
    return not (type(forward) is FunctionV and not forward.flavour) or _binds(m, forward, len(args.pos) + 1, args)


def _binds(m: Machine, function: FunctionV, count: int, args: Args) -> bool:
    """True if the parameters of a function may take so many positional arguments, and the keywords."""
    node = m.latest(function.path, function.node)
    if any(not (isinstance(d, ir.Name) and d.id in _BINDING) for d in node.decorators):
        return True
    kinds = {param.kind for param in node.params}
    ordered = [param for param in node.params if param.kind in ("positional", "normal")]
    if count > len(ordered) and "*" not in kinds:
        return False
    named = {param.name for param in node.params if param.kind in ("normal", "keyword")}
    if "**" not in kinds and not args.kw.keys() <= named:
        return False
    left = [*ordered[count:], *(param for param in node.params if param.kind == "keyword")]
    return all(param.default is not None or param.name in args.kw for param in left)
