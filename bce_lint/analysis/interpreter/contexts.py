"""Contexts: what `with` enters and leaves, and the contexts of decorated functions and of generators."""

from __future__ import annotations

from functools import reduce

from bce_lint import ir
from bce_lint.analysis.domain.values import NONE, TOP, Ref, Seq, Value, join, join_all, options
from bce_lint.analysis.interpreter import calls
from bce_lint.analysis.models import autocast
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine


def enter(m: Machine, frame: Frame, manager: Value, span: ir.Span) -> tuple[Value, Seq]:
    """Enters a context; returns the value of `as` and the state to go back to."""
    previous, before = autocast.current(m), autocast.state(m)
    values: list[Value] = []
    effects: list[Value] = []
    for option in options(manager):
        value: Value = TOP
        effect = previous
        if type(option) is Ref and option.kind == "context":
            begun = autocast.begun(m, option)
            effect = previous if begun is NONE else begun
            value = m.read(option.address, cells.VALUE) or TOP
        elif type(option) is Ref and option.kind == "instance":
            m.write(0, cells.AUTOCAST, previous)
            value = calls.call_attribute(m, frame, option, "__enter__", Args(), span)
            effect = autocast.current(m)
        values.append(value)
        effects.append(effect)
    m.write(0, cells.AUTOCAST, reduce(join, effects))
    return reduce(join, values), before


def leave_within(m: Machine, frame: Frame, loops: int) -> None:
    """Leaves the contexts that stand within so many loops: all of them where a function returns, those of a loop where it is left."""
    region = next((before for around, before in frame.regions if around >= loops), None)
    autocast.leave(m, region)


def stacked(outer: Value, inner: Value | None) -> Value:
    """The contexts of a function with one more decorator: they are entered in the order in which they are written."""
    return outer if inner is None else Seq((outer, *(inner.prefix if type(inner) is Seq else (inner,))))


def apply(m: Machine, context: Value | None) -> Seq | None:
    """Enters the contexts of a decorated function; None when it has none."""
    if context is None:
        return None
    previous = autocast.state(m)
    for one in context.prefix if type(context) is Seq else (context,):
        for option in options(one):
            if type(option) is Ref and option.kind == "context" and (effect := autocast.begun(m, option)) is not NONE:
                m.write(0, cells.AUTOCAST, effect)
    return previous


def from_generator(m: Machine, frame: Frame) -> Value:
    """The context object of a `@contextmanager` function: the autocast state at its `yield`, and the value yielded."""
    effect = join_all(v if v is not NONE else autocast.OFF for v in frame.yield_contexts)
    inherited = effect == autocast.current(m)
    ref = Ref(m.intern((frame.context, frame.unit.address, "generator-context")), "context", NONE if inherited else effect)
    m.write(ref.address, cells.VALUE, join_all(frame.yields) or TOP)
    return ref
