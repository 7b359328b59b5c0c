"""Decorators: what is left of a function or class once they are applied."""

from __future__ import annotations

from typing import Final

from bce_lint import ir
from bce_lint.analysis.domain.values import (
    TOP,
    ClassV,
    Constant,
    External,
    FunctionV,
    MethodV,
    PartialV,
    Ref,
    Unknown,
    Value,
    join_all,
    options,
)  # fmt: skip
from bce_lint.analysis.interpreter import calls, contexts, expressions
from bce_lint.analysis.models import autocast, layers, registry
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.unfinished import DECORATING
from bce_lint.catalog.python import CALLED_BY_NAME, HARMLESS_DECORATORS, HARMLESS_PACKAGES
from bce_lint.records import changed

DECORATOR_FUEL = 400
FLAVOURS: Final = {
    "builtins.property": "property",
    "functools.cached_property": "property",
    "builtins.staticmethod": "static",
    "builtins.classmethod": "class",
    "contextlib.contextmanager": "contextmanager",
    "contextlib.asynccontextmanager": "contextmanager",
}
"""Decorators that say how a function is called."""


def decorate(m: Machine, frame: Frame, decorator: ir.Expr, value: Value) -> Value:
    """The value after one decorator, which gets little fuel; one that is not known is taken to leave the function as it is."""
    spare = max(m.fuel - DECORATOR_FUEL * m.fuel_factor, 0)
    m.fuel -= spare
    result = _decorated(m, frame, decorator, value)
    if m.fuel < 0:
        m.not_replayed()
    if spare and m.fuel < 0 and isinstance(value, FunctionV | ClassV):
        m.answer.leave_unfinished(value.path, value.node.span.start, value.node.name, DECORATING)
    m.fuel += spare
    return result


def _decorated(m: Machine, frame: Frame, decorator: ir.Expr, value: Value) -> Value:
    made = join_all(v for v in options(expressions.evaluate(m, frame, decorator)) if type(v) is not Constant) or TOP
    if type(made) is External and type(value) is FunctionV and made.name in FLAVOURS:
        return changed(value, flavour=FLAVOURS[made.name])
    if isinstance(decorator, ir.Attr) and decorator.name in ("setter", "getter", "deleter"):
        return expressions.evaluate(m, frame, decorator.value)
    if type(made) is External and type(value) is FunctionV and made.name in autocast.MODELS:
        made = registry.call(m, frame, made.name, Args(), ir.Call(decorator.span, decorator, ()))
    if type(made) is Ref and made.kind == "context" and type(value) is FunctionV:
        return changed(value, context=contexts.stacked(made, value.context))
    if type(made) in (FunctionV, MethodV, ClassV, PartialV):
        result = calls.call(m, frame, made, Args((value,), spans=(decorator.span,)), ir.Call(decorator.span, decorator, ()))
        return value if type(result) in (Unknown, Constant) else result
    if type(made) is Ref and made.kind == "instance":
        result = layers.apply(m, frame, made, Args((value,), spans=(decorator.span,)), ir.Call(decorator.span, decorator, ()))
        return value if type(result) in (Unknown, Constant) else result
    return value if _is_called_by_name(frame, value) or _harmless(m, frame, decorator, made) else TOP


def _is_called_by_name(frame: Frame, value: Value) -> bool:
    """True for a method that a framework calls by its name, and so in its own way: a decorator of which nothing is known is assumed to
    call it and to give what it gives."""
    return frame.owner is not None and frame.function is None and type(value) is FunctionV and value.node.name in CALLED_BY_NAME


def _harmless(m: Machine, frame: Frame, decorator: ir.Expr, made: Value) -> bool:
    """True if a decorator from outside is known to leave what the function returns as it is."""
    if type(made) is Ref:
        return made.kind in ("context", "trainer")
    head = expressions.evaluate(m, frame, decorator.func) if isinstance(decorator, ir.Call) else made
    return type(head) is External and (head.name in HARMLESS_DECORATORS or head.name.split(".")[0] in HARMLESS_PACKAGES)
