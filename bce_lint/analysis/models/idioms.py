"""Formulas that are written out: logarithms of probabilities, binary cross entropies.

Each value carries how it was written (`domain.tensor.Formula`), so the parts of a formula may stand in different statements.
"""

from __future__ import annotations

from collections.abc import Callable
from math import log
from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.intervals import is_unit
from bce_lint.analysis.domain.shapes import outgrow
from bce_lint.analysis.domain.tensor import Formula, Origin, Place, Shape, Tensor
from bce_lint.analysis.domain.values import Constant, Unknown, Value, identity_of, options, tensors
from bce_lint.analysis.models import autocast
from bce_lint.analysis.sites import HandWrittenSite, LogSite
from bce_lint.analysis.state import handed
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import ACTIVATED, PROBABLE, Activation, Domain, Range
from bce_lint.records import changed

SMALL = 0.01
_LOG_SMALL = log(SMALL)
_TERMS = frozenset({"log", "term"})
MAX_FACTORS = 6
MAX_WEIGHTS = 64


def formula_of(value: Value) -> Formula | None:
    """How a value was written, if that is known."""
    return value.form if type(value) is Tensor or type(value) is Unknown else None


def kind_of(value: Value) -> str:
    """The kind of that form, or an empty string."""
    form = formula_of(value)
    return form.kind if form is not None else ""


def combined(m: Machine, frame: Frame, op: str, a: Value, b: Value, span: ir.Span) -> Formula | None:
    """How the result of an operator was written; a sum that is a binary cross entropy is recorded."""
    if op in ("+", "-") and (parts := cross_entropy(a, b)) is not None:
        arms = handed.arms(m, frame, *tensors(a), *tensors(b))
        m.record(HandWrittenSite(frame.place(span), *parts, autocast.describe(m)[0], arms))
    return written(op, a, b)


def written(op: str, a: Value, b: Value) -> Formula | None:
    """How the result of an operator was written."""
    if op == "-" and type(a) is Constant and isinstance(a.value, int | float) and 1 <= a.value <= 1 + SMALL:
        return _complement(b, eps=a.value != 1)
    if op == "+" and (is_small(a) or is_small(b)):
        nudged = b if is_small(a) else a
        if kind_of(nudged) == "sumexp":
            return formula_of(nudged)
        inner = _value(nudged)
        return inner._replace(eps=True) if inner is not None else None
    if op == "*":
        return _product(a, b)
    if op == "**":
        return Formula("power")
    return formula_of(a) if op == "/" and type(b) is Constant and kind_of(a) == "term" else None


def activated(m: Machine, row: Activation, value: Value, recording: bool) -> Formula | None:
    """The output of an activation: the same value wherever it is applied to the same input. `recording`: a gradient may be recorded."""
    identity = identity_of(value)
    detached = all(is_detached(option) for option in options(value)) or not recording
    return Formula("value", m.intern((row.name, identity)), domain=row.domain, detached=detached) if identity else None


def clamped(value: Value, result: Tensor, ends: Range | None) -> Formula | None:
    """How a value was written that is kept away from 0 and 1, or a logarithm that is kept finite, given the bounds; of other bounds
    the result is a value of its own."""
    form, otherwise = formula_of(value), result.form
    if ends is None:
        return otherwise
    if form is not None and form.kind == "log":
        return form if ends.low <= _LOG_SMALL and ends.high >= 0 else otherwise
    inner = _value(value) if ends.low <= SMALL and ends.high >= 1 - SMALL else None
    if inner is None:
        return otherwise
    plain = inner.complement or inner.eps
    unit, origin = (inner.unit, inner.origin) if plain else (is_unit(result.range), result.origin)
    return inner._replace(domain=Domain.UNKNOWN, unit=unit, origin=origin)


def is_detached(value: Value) -> bool:
    """True if a value certainly has no gradient."""
    form = formula_of(value)
    return form is not None and form.detached


def detached(form: Formula | None) -> Formula:
    """How a value was written, and that it has no gradient."""
    return Formula("detached", detached=True) if form is None else form._replace(detached=True)


def negated(value: Value) -> Formula | None:
    """How `-value` was written: the sign of a factor is of no interest."""
    form = formula_of(value)
    if form is not None and form.kind in ("log", "term", "power"):
        return form
    factors = _factors(value)
    inner = value.origin if type(value) is Tensor and value.domain in ACTIVATED else ()
    return Formula("product", factors=factors, inner=inner) if factors else None


def reduced(value: Value) -> Formula | None:
    """How the sum or the mean of a value was written."""
    return formula_of(value) if kind_of(value) in ("log", "term") else None


def is_small(value: Value) -> bool:
    """True if a value is a constant that is added to keep a logarithm finite."""
    return type(value) is Constant and isinstance(value.value, int | float) and 0 < value.value <= SMALL


def _value(value: Value) -> Formula | None:
    """A value as it would be written inside a formula."""
    form = formula_of(value)
    tensor = value if type(value) is Tensor else Tensor()
    if form is not None and form.kind == "value":
        return form if form.eps or form.complement else form._replace(unit=is_unit(tensor.range), origin=tensor.origin)
    if not isinstance(value, Tensor | Unknown) or not value.identity:
        return None
    domain = tensor.domain if kind_of(value) != "clamped" else Domain.UNKNOWN
    detached = form is not None and form.detached
    return Formula("value", value.identity, domain=domain, unit=is_unit(tensor.range), origin=tensor.origin, detached=detached)


def _unnamed(value: Tensor) -> Formula | None:
    """A value of which it is known what it is, but not which one."""
    return Formula("value", domain=value.domain) if value.form is None and value.domain in PROBABLE else None


def _complement(value: Value, eps: bool) -> Formula | None:
    inner = _value(value)
    if inner is None or inner.complement:
        return None
    return inner._replace(complement=True, eps=eps or inner.eps, unit=inner.unit and not inner.eps)


def _factors(value: Value) -> frozenset[tuple[int, bool]] | None:
    """The values that a value is the product of; None when that is not known or a power is among them."""
    if type(value) is Constant:
        return frozenset()
    form = formula_of(value)
    if form is not None and form.kind in ("power", "log", "term"):
        return None
    if form is not None and form.kind == "product":
        return form.factors | ({(value.identity, False)} if type(value) is Tensor and value.identity else set())
    inner = _value(value)
    return frozenset({(inner.of, inner.complement)}) if inner is not None and not inner.eps else frozenset()


def _product(a: Value, b: Value) -> Formula | None:
    for logarithm, other in ((a, b), (b, a)):
        form = formula_of(logarithm)
        if form is not None and form.kind in ("log", "term"):
            factors = _factors(other)
            shapes = form.shapes or _outgrown(logarithm, other)
            if factors is None or len(form.factors | factors) > MAX_WEIGHTS:
                return Formula("power")
            return form._replace(kind="term", factors=form.factors | factors, shapes=shapes)
    x, y = _factors(a), _factors(b)
    if x is None or y is None:
        return Formula("power")
    return Formula("product", factors=x | y) if x | y and len(x | y) <= MAX_FACTORS else None


def _outgrown(logarithm: Value, factor: Value) -> tuple[Shape, Shape] | None:
    """The shapes of two tensors that certainly broadcast to one larger than either."""
    x, y = (v.shape if type(v) is Tensor else None for v in (logarithm, factor))
    return (x, y) if x is not None and y is not None and outgrow(x, y) else None


class Written(NamedTuple):
    """A binary cross entropy that is written out: the fields of a `HandWrittenSite`."""

    logs: tuple[Place, ...]
    domain: Domain
    shapes: tuple[Shape, Shape] | None
    unit: bool
    origin: tuple[Origin, ...]


def cross_entropy(a: Value, b: Value) -> Written | None:
    """The binary cross entropy that the sum of two values is, if it is one."""
    x, y = formula_of(a), formula_of(b)
    if x is None or y is None or not x.kind == y.kind == "term":
        return None
    positive, negative = (y, x) if x.complement else (x, y)
    if any(of == x.of for of, _ in positive.factors | negative.factors):
        return None  # the loss is focal, or an entropy
    labels = {of for of, complement in positive.factors if not complement and (of, True) in negative.factors}
    if x.of != y.of or positive.complement or not negative.complement or len(labels) != 1:
        return None
    shapes, unit = positive.shapes or negative.shapes, positive.unit and negative.unit
    return Written((*positive.logs, *negative.logs), positive.domain, shapes, unit, positive.origin)


def choice(m: Machine, frame: Frame, parts: list[Value], span: ir.Span) -> None:
    """Records `where(y == 1, log(p), log(1 - p))`, which is a binary cross entropy with what is asked for as its labels."""
    a, b = parts
    x, y = formula_of(a), formula_of(b)
    if x is None or y is None or x.kind not in _TERMS or y.kind not in _TERMS or x.of != y.of or x.complement == y.complement:
        return
    if any(of == x.of for of, _ in x.factors | y.factors):
        return
    positive, negative = (y, x) if x.complement else (x, y)
    found = Written((*positive.logs, *negative.logs), positive.domain, None, positive.unit and negative.unit, positive.origin)
    arms = handed.arms(m, frame, *tensors(a), *tensors(b))
    m.record(HandWrittenSite(frame.place(span), *found, autocast.describe(m)[0], arms, chosen=True))


def logarithm(m: Machine, frame: Frame, value: Value, node: ir.Call) -> None:
    """Records `log(p)`, `log(p + eps)` or `log(1 - p)`, unless `p` is constant data."""
    parts = logarithm_of(value)
    if parts is not None:
        inputs, eps, complement, _ = parts
        place = frame.place(node.span, node.func.span)
        grad = autocast.has_grad(m) and not parts.detached
        if grad and all(one.domain in PROBABLE for one in inputs):
            from bce_lint.analysis.models.consumption import Taken, way_of

            taken, called, returned = way_of(m, frame, node)
            m.record(LogSite(place.text, place, inputs, eps, complement, taken is not Taken.SPARED, called, returned))
        else:
            m.record(LogSite(place.text, place, inputs, eps, complement, grad))


class Logged(NamedTuple):
    """The values that a logarithm is taken of, whether each is `p + eps`, whether it is `1 - p`, and whether it has no gradient."""

    inputs: tuple[Tensor, ...]
    eps: bool
    complement: bool
    detached: bool


def logarithm_of(value: Value) -> Logged | None:
    """What a logarithm is taken of."""
    found = [
        (option, form)
        for option in options(value)
        if type(option) is Tensor and not option.literal and (form := _value(option) or _unnamed(option)) is not None
    ]
    complements = {form.complement for _, form in found}
    if len(found) != len(options(value)) or len(complements) != 1:
        return None
    inputs = tuple(changed(option, domain=form.domain) for option, form in found)
    detached = all(form.detached or option.carried is Gradient.STOPPED for option, form in found)
    return Logged(inputs, all(form.eps for _, form in found), complements.pop(), detached)


def logged(frame: Frame, value: Value, node: ir.Call) -> Formula | None:
    """How the logarithm of a value was written."""
    return logged_at(value, lambda: frame.place(node.span, node.func.span))


def logged_at(value: Value, place: Callable[[], Place]) -> Formula | None:
    """How the logarithm that is taken of a value at some place was written."""
    inner = _value(value)
    return inner._replace(kind="log", logs=(place(),)) if inner is not None else None
