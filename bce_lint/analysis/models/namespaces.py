"""Objects that are nothing but their attributes: `SimpleNamespace`, `Namespace`."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.values import External, ModuleV, Value
from bce_lint.analysis.models.model import Model
from bce_lint.analysis.state import objects
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.python import NAMESPACES


def make(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`SimpleNamespace(name=value, …)`: an object with those attributes, and others that are assigned to it."""
    if args.open or args.pos:
        return m.fresh(frame, node.span)
    ref = m.new_ref(frame, node.span, "namespace")
    for name, value in args.kw.items():
        objects.set_attribute(m, ref, name, value)
    return ref


def vars_of(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`vars(namespace)`: a dict that what is written into reaches the namespace; `vars(module)` is asked for a name."""
    if len(args.pos) == 1 and isinstance(args.pos[0], ModuleV | External):
        return m.interpreter.attribute(m, frame, args.pos[0], "__dict__", node.span)
    for value in args.pos[:1]:
        objects.forget_namespace(m, value)
    return m.fresh(frame, node.span)


MODELS: dict[str, Model] = {**dict.fromkeys(NAMESPACES, make), "builtins.vars": vars_of}
"""Namespaces, and what reaches into them."""
