"""Trainers that open autocast themselves: where their contexts begin, and what they hand back."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.values import NONE, TOP, Constant, FunctionV, Ref, Seq, Value, options
from bce_lint.analysis.models import autocast
from bce_lint.analysis.models.model import Model, each
from bce_lint.analysis.state import cells, objects
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.contexts import ARGUMENT_TRAINERS, BANNING_DEVICES, PRECISIONS, STEP_METHODS
from bce_lint.catalog.schema import Precision
from bce_lint.catalog.wrappers import PREPARE_METHODS

_FED = {
    ("fit", "training_step"): (1, "train_dataloaders"),
    ("fit", "validation_step"): (2, "val_dataloaders"),
    ("validate", "validation_step"): (1, "dataloaders"),
    ("test", "test_step"): (1, "dataloaders"),
}

_LOADERS = {"training_step": "train_dataloader", "validation_step": "val_dataloader", "test_step": "test_dataloader"}


def construct(m: Machine, frame: Frame, name: str, args: Args, node: ir.Call) -> Value:
    """The trainer object; its `what` is the name, its cell `$region` the autocast region that its precision opens."""
    ref = m.new_ref(frame, node.span, "trainer", name)
    if name in ARGUMENT_TRAINERS:
        _enter_model(m, frame, args, ARGUMENT_TRAINERS[name], node)
    else:
        m.write(ref.address, cells.REGION, _region(m, frame, name, args, node))
    return ref


def _enter_model(m: Machine, frame: Frame, args: Args, params: tuple[str, ...], node: ir.Call) -> None:
    """A trainer whose settings are another object: its region covers the forward of the model."""
    model, settings = (args.get(params.index(p), p) for p in ("model", "args"))
    region = m.read(settings.address, cells.REGION) if type(settings) is Ref else None
    if region is not None and region is not NONE and type(model) is Ref:
        m.write(model.address, cells.FORWARD, region)
        m.interpreter.call(m, frame, model, Args(), node)


def _region(m: Machine, frame: Frame, name: str, args: Args, node: ir.Call) -> Value:
    row = PRECISIONS[name]
    if _elsewhere(row, args):
        return NONE
    for option, values in row.options.items():
        value = args.get(row.params.index(option), option) if option in row.params else args.kw.get(option)
        if value is None:
            if args.open:
                return TOP
            continue
        if type(value) is not Constant:
            return TOP
        if any(value.value == v and type(value.value) is type(v) for v in values):
            return autocast.on(m, frame.place(node.span, node.func.span))
    return NONE


def _elsewhere(row: Precision, args: Args) -> bool:
    """True if the trainer runs on a device that bans nothing, or under a strategy with a precision of its own."""
    device = args.kw.get(row.device_option) if row.device_option else None
    if type(device) is Constant and device.value in row.devices and row.devices[device.value] not in BANNING_DEVICES:
        return True
    for option, names in row.unless.items():
        value = args.kw.get(option)
        if value is not None and (type(value) is not Constant or str(value.value).startswith(tuple(names))):
            return True
    return False


def call_method(m: Machine, frame: Frame, trainer: Ref, name: str, args: Args, node: ir.Call) -> Value:
    """A trainer's method: `fit` runs the steps of the model, `prepare` and `setup` hand back what they were given."""
    region = m.read(trainer.address, cells.REGION) or NONE
    kind = PREPARE_METHODS.get(str(trainer.what), {}).get(name)
    if kind is not None:
        for value in args.pos:
            objects.mark_wrapped(m, value)
            if type(value) is Ref and region is not NONE:
                m.write(value.address, cells.FORWARD, region)
        if kind == "first" or (len(args.pos) == 1 and not args.open):
            return args.pos[0] if args.pos else TOP
        return Seq(args.pos, TOP if args.open else None)
    if name == "autocast" and region is not NONE:
        return autocast.context(m, frame, region, node)
    model = args.get(0, "model") if name in ("fit", "validate", "test") else None
    if model is not None:
        fed = {step: args.get(*given) for (method, step), given in _FED.items() if method == name}
        fed = {step: _own_loader(m, frame, step, model, args, node) if loader in (None, NONE) else loader for step, loader in fed.items()}
        _run_steps(m, frame, model, region, {step: _batch(m, loader) for step, loader in fed.items()}, node)
    return m.fresh(frame, node.span)


def _own_loader(m: Machine, frame: Frame, step: str, model: Value, args: Args, node: ir.Call) -> Value | None:
    """The loader of a step where `fit` is given none: what a method of the data module makes, or else one of the model."""
    module = args.kw.get("datamodule", NONE)
    owner = model if module is NONE else module
    method = _LOADERS.get(step)
    if method is None or type(owner) is not Ref or args.open or type(objects.class_attribute(m, owner, method)) is not FunctionV:
        return None
    return m.interpreter.call_attribute(m, frame, owner, method, Args(), node.span)


def _batch(m: Machine, loader: Value | None) -> Value:
    """What a loader gives in one step."""
    return m.read(loader.address, cells.ITEM) or TOP if type(loader) is Ref and loader.kind == "data" else TOP


def _run_steps(m: Machine, frame: Frame, model: Value, region: Value, batches: dict[str, Value], node: ir.Call) -> None:
    for option in options(model):
        if type(option) is not Ref:
            continue
        for step in STEP_METHODS:
            if type(objects.class_attribute(m, option, step)) is FunctionV:
                previous = autocast.state(m)
                if region is not NONE:
                    m.write(0, cells.AUTOCAST, region)
                m.interpreter.call_attribute(m, frame, option, step, Args((batches.get(step, TOP), TOP)), node.span)
                autocast.leave(m, previous)


def enter_forward(m: Machine, callee: Ref) -> Seq | None:
    """Enters the region that a trainer put around a model's forward; None where there is none."""
    region = m.read(callee.address, cells.FORWARD) if callee.kind in ("instance", "container", "layer") else None
    if region is None:
        return None
    previous = autocast.state(m)
    m.write(0, cells.AUTOCAST, region)
    return previous


def leave_forward(m: Machine, previous: Seq) -> None:
    """Leaves it."""
    autocast.leave(m, previous)


MODELS: dict[str, Model] = each(construct, {name: name for name in (*PRECISIONS, *PREPARE_METHODS, *ARGUMENT_TRAINERS)})
"""Trainers, and the settings of one."""
