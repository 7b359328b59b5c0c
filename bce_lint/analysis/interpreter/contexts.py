"""Contexts: what `with` enters and leaves, and the contexts of decorated functions and of generators."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.values import NONE, TOP, Ref, Seq, Value, join_all, options
from bce_lint.analysis.interpreter import calls
from bce_lint.analysis.models import autocast
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine


def enter(m: Machine, frame: Frame, manager: Value, span: ir.Span) -> tuple[Value, Seq]:
    """Enters a context; returns the value of `as` and the state to go back to."""
    previous, before = autocast.current(m), autocast.state(m)
    value: Value = TOP
    effects = []
    for option in options(manager):
        effect: Value = NONE
        if type(option) is Ref and option.kind == "context":
            effect = autocast.begun(m, option)
            value = m.read(option.address, cells.VALUE) or TOP
        elif type(option) is Ref and option.kind == "instance":
            value = calls.call_attribute(m, frame, option, "__enter__", Args(), span)
            after = autocast.current(m)
            effect = after if after != previous else NONE
        effects.append(previous if effect is NONE else effect)
    now = join_all(effects) or previous
    if now != previous:
        m.write(0, cells.AUTOCAST, now)
    return value, before


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
    ref = Ref(m.intern((frame.context, frame.unit.path, "generator-context")), "context", NONE if inherited else effect)
    m.write(ref.address, cells.VALUE, join_all(frame.yields) or TOP)
    return ref
