"""Autocast and `no_grad`: state of the machine, held in two cells, and the context objects that change it."""

from __future__ import annotations

from functools import reduce

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.domain.values import NONE, TOP, TRUE, Constant, Ref, Seq, Value, const, join, options
from bce_lint.analysis.models.model import Model, each
from bce_lint.analysis.models.surroundings import parents_in, scope_of
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.contexts import AUTOCAST, BANNING_DEVICES, EVALUATION_STEPS, GRADIENT, GRADIENT_BY_MODE, NO_GRADIENT
from bce_lint.catalog.schema import Autocast

OFF = const("off")


NO_GRAD, WITH_GRAD = const("no_grad"), const("with_grad")


def no_grad(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`torch.no_grad()`."""
    return Ref(m.intern(NO_GRAD), "context", NO_GRAD)


def with_grad(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`torch.enable_grad()`."""
    return Ref(m.intern(WITH_GRAD), "context", WITH_GRAD)


EITHER = const("either")
CASTS = const("casts")
"""What a context does to autocast that is on for a device that bans nothing."""


def set_grad(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`torch.set_grad_enabled(mode)`: a context, or as a statement of its own what holds from here on."""
    made = _by_mode(m, args.get(0, "mode"), WITH_GRAD, NO_GRAD)
    if isinstance(parents_in(scope_of(frame)).get(id(node)), ir.ExprStmt):
        begun(m, made)
    return made


def inference_mode(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`torch.inference_mode()`."""
    return _by_mode(m, args.get(0, "mode"), NO_GRAD, WITH_GRAD)


def _by_mode(m: Machine, mode: Value | None, on: Constant, off: Constant) -> Ref:
    what = on if mode is None or mode == TRUE else off if mode == const(False) else EITHER
    return Ref(m.intern(what), "context", what)


def records(m: Machine) -> bool | None:
    """Whether gradients are recorded here, if that is certain; a trainer's steps of evaluation record none."""
    found = m.read(0, cells.GRAD)
    if found == NO_GRAD:
        return False
    return True if found in (None, TRUE) and not any(one.name in EVALUATION_STEPS for one in m.stack) else None


def _nothing(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`contextlib.nullcontext(value)`: what `as` gets is what it was given."""
    ref = context(m, frame, NONE, node)
    m.write(ref.address, cells.VALUE, args.get(0, "enter_result") or NONE)
    return ref


def has_grad(m: Machine) -> bool:
    """True if gradients may be recorded here."""
    return m.read(0, cells.GRAD) != NO_GRAD


def make(m: Machine, frame: Frame, row: Autocast, args: Args, node: ir.Call) -> Value:
    """The context object that an autocast constructor returns; its `what` is what it does to the state."""
    params = [p.name for p in row.params]
    device: Value | None = const(row.device) if row.device else args.get(params.index("device_type"), "device_type")
    enabled = args.get(params.index("enabled"), "enabled")
    active = on(m, frame.place(node.span, node.func.span))
    effect = reduce(join, [_effect(d, e, active) for d in options(device or TOP) for e in options(enabled or TRUE)])
    return context(m, frame, CASTS if effect is NONE and enabled != const(False) else effect, node)


def context(m: Machine, frame: Frame, effect: Value, node: ir.Call) -> Ref:
    """The context object that a call makes; `effect` is what it does to autocast."""
    return Ref(m.intern((frame.context, frame.unit.address, node.span, "context")), "context", effect, frame.place(node.span))


def on(m: Machine, place: Place) -> Ref:
    """The value of the autocast cell inside a region that begins at a place."""
    return Ref(m.intern(("autocast", place.path, place.span)), "autocast", None, place)


def _effect(device: Value, enabled: Value, active: Ref) -> Value:
    """What the region does: `active`, off, nothing (None), or unknown."""
    if type(device) is Ref and device.kind == "device" and device.what is not None:
        device = const(device.what)
    if type(device) is not Constant or not isinstance(device.value, str):
        return NONE if enabled == const(False) else TOP
    if device.value.split(":")[0] not in BANNING_DEVICES:
        return NONE
    if type(enabled) is not Constant:
        return TOP
    return active if enabled.value else OFF


def current(m: Machine) -> Value:
    """The state of autocast: a reference to where it began, off, or alternatives."""
    return m.read(0, cells.AUTOCAST) or OFF


def begun(m: Machine, context: Ref) -> Value:
    """What a context does to autocast (None: nothing); one that stops gradients has begun to."""
    if context.what in (NO_GRAD, WITH_GRAD, EITHER):
        m.write(0, cells.GRAD, NO_GRAD if context.what == NO_GRAD else TRUE if context.what == WITH_GRAD else TOP)
        return NONE
    if context.what == CASTS:
        m.write(0, cells.CASTING, TRUE)
        return NONE
    return context.what if context.what is not None else NONE  # type: ignore[return-value]


def state(m: Machine) -> Seq:
    """What contexts change: autocast, here and on devices that ban nothing, and whether gradients are recorded."""
    return Seq((current(m), m.read(0, cells.GRAD) or TRUE, m.read(0, cells.CASTING) or NONE))


def leave(m: Machine, previous: Seq | None) -> None:
    """Restores the state from before a context."""
    if previous is not None:
        for cell, before, now in zip((cells.AUTOCAST, cells.GRAD, cells.CASTING), previous.prefix, state(m).prefix, strict=True):
            if now != before:
                m.write(0, cell, before)


def may_cast(m: Machine) -> bool:
    """True if some autocast may be on here."""
    return m.read(0, cells.CASTING) not in (None, NONE) or current(m) != OFF


def describe(m: Machine) -> tuple[str, Place | None]:
    """`on`, `maybe` or `off`, and where the region begins."""
    found = options(current(m))
    regions = [v for v in found if type(v) is Ref]
    if len(regions) == len(found):
        return "on", regions[0].place
    return ("off", None) if all(v == OFF for v in found) else ("maybe", None)


MODELS: dict[str, Model] = {
    **dict.fromkeys(NO_GRADIENT, no_grad),
    **dict.fromkeys(GRADIENT, with_grad),
    "torch.inference_mode": inference_mode,
    **dict.fromkeys(GRADIENT_BY_MODE, set_grad),
    **each(make, AUTOCAST),
    "contextlib.nullcontext": _nothing,
}
"""What makes contexts of autocast and of gradients."""
