"""Operators on constants, containers and tensors."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from bce_lint import ir
from bce_lint.analysis.domain import sequences
from bce_lint.analysis.domain.alternatives import mapped
from bce_lint.analysis.domain.constants import INT, MAX_TEXT, SIZES, folded, is_number
from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.intervals import add_range, multiply_range, negate_range
from bce_lint.analysis.domain.partitions import Tag
from bce_lint.analysis.domain.tensor import Origin, Place, PlacedDtype, Tensor, dtype_at, outermost
from bce_lint.analysis.domain.values import (
    MODULE_KINDS,
    NONE,
    TOP,
    Constant,
    Ref,
    Seq,
    Union,
    Unknown,
    Value,
    const,
    join_tagged,
    number_kind,
    tagged,
)
from bce_lint.analysis.models import (
    conversions,
    dtype_rules,
    equality,
    gradients,
    idioms,
    losses,
    picked_values,
    shape_rules,
    thresholds,
    written_out,
)  # fmt: skip
from bce_lint.analysis.state import assumptions, containers, objects, registries
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import ANY, REAL, Domain, Range
from bce_lint.catalog.tensors import PARAMETER
from bce_lint.records import changed

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "&": operator.and_, "|": operator.or_, "^": operator.xor,
}  # fmt: skip
_INSIDE: dict[str, Callable[[str, str], bool]] = {"in": lambda a, b: a in b, "not in": lambda a, b: a not in b}
_UNARY: dict[str, Callable[[Any], Any]] = {"neg": operator.neg, "pos": operator.pos, "invert": operator.invert}
MAX_REPEATED = 64
_WHOLE = frozenset({"+", "-", "*", "//", "%"})
COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})


def unary(m: Machine, frame: Frame, op: str, value: Value, span: ir.Span) -> Value:
    """A unary operator, on each alternative."""
    return mapped(value, lambda option: _unary(m, frame, op, option, span))


def _unary(m: Machine, frame: Frame, op: str, value: Value, span: ir.Span) -> Value:
    if op == "not":
        outcome = objects.truth(m, value)
        return assumptions.negated(m, value) if outcome is None else const(not outcome)
    if type(value) is Constant and isinstance(value.value, int | float):
        return folded(_UNARY[op], value)
    if type(value) is Tensor:
        if op == "pos":
            return value
        if op == "neg":
            known = written_out.negated(value, _plain(m, frame, value, span), lambda: frame.place(span))
            if known is not None:
                return known
            return changed(negate(m, frame, value, span), form=idioms.negated(value))
        return changed(_plain(m, frame, value, span), dtype=value.dtype)
    if type(value) is Ref and value.kind == "loss":
        losses.used_as_tensor(m, value, frame.place(span))
    if type(value) is Unknown and op == "neg":
        return changed(m.fresh(frame, span), form=idioms.negated(value))
    return TOP


def negate(m: Machine, frame: Frame, value: Tensor, span: ir.Span) -> Tensor:
    """The negative of logits is logits; of anything else, a number in the mirrored range."""
    return negative(value, _plain(m, frame, value, span))


def negative(value: Tensor, plain: Tensor) -> Tensor:
    """What `negate` makes of a value, given a new tensor that is in no domain."""
    domain = Domain.LOGITS if value.domain is Domain.LOGITS else Domain.UNKNOWN
    origin = value.origin if domain is Domain.LOGITS else ()
    return changed(plain, domain=domain, origin=origin, range=negate_range(value.range), dtype=value.dtype)


def _plain(m: Machine, frame: Frame, value: Tensor, span: ir.Span) -> Tensor:
    """A new tensor of the same shape that is in no domain."""
    return Tensor(
        shape=value.shape, identity=m.number(frame, span), model=value.model, literal=value.literal, array=value.array, given=value.given,
        gradient=gradients.recorded(m, value.carried),
    )  # fmt: skip


def binary(m: Machine, frame: Frame, op: str, left: Value, right: Value, span: ir.Span) -> Value:
    """A binary operator or comparison, on each pair of alternatives."""
    if op in thresholds.ORDER:
        thresholds.compared(m, frame, left, right, span)
    if type(left) is not Union and type(right) is not Union:
        return _binary(m, frame, op, left, right, span)
    pairs = [(a, b, x | y) for a, x in tagged(left) for b, y in tagged(right)]
    return join_tagged([(_binary(m, frame, op, a, b, span), when) for a, b, when in pairs])


def _binary(m: Machine, frame: Frame, op: str, a: Value, b: Value, span: ir.Span) -> Value:
    if type(a) is Constant and type(b) is Constant:
        return _constants(op, a, b)
    if op in ("==", "!=", "is", "is not"):
        return _identical(m, frame, op, a, b, span)
    if op in ("in", "not in"):
        return _contains(m, frame, op, a, b)
    for side in (a, b):
        if type(side) is Ref and side.kind == "loss":
            losses.used_as_tensor(m, side, frame.place(span))
    if type(a) is Tensor or type(b) is Tensor:
        return _tensors(m, frame, op, a, b, span)
    if op == "+" and type(a) in (Seq, Ref) and type(b) in (Seq, Ref):
        return _concatenated(m, frame, a, b, span)
    if op == "|" and type(a) is Ref and type(b) is Ref and (table := containers.table_of(m, a)) is not None:
        other = containers.table_of(m, b)
        return TOP if other is None else containers.new_dict(m, frame, span, containers.update_table(table, other))
    if op == "*":
        for items, times in ((a, b), (b, a)):
            if type(times) in (Constant, Unknown) and type(items) in (Seq, Ref) and _is_count(m, times, items):
                return _repeated(m, frame, items, times, span)
        if type(b) is Constant and isinstance(b.value, int) and not is_number(a):
            return TOP
    if op in COMPARISONS:
        return _asked(m, frame, Tensor(dtype=_truth(frame, span)), assumptions.compared(m, op, a, b), span)
    if Unknown in (type(a), type(b)) and {type(a), type(b)} <= {Unknown, Constant}:
        return changed(m.fresh(frame, span), form=idioms.combined(m, frame, op, a, b, span), kind=_counted(op, a, b))
    return TOP


def _is_count(m: Machine, value: Value, items: Value) -> bool:
    """True if a value says how often a list is repeated: a whole number, or what a list of modules or of None is multiplied with."""
    if type(value) is Constant:
        return isinstance(value.value, int)
    parts = containers.content(m, items)
    modules = parts is not None and all(one is NONE or (type(one) is Ref and one.kind in MODULE_KINDS) for one in parts)
    return modules or (type(value) is Unknown and value.kind == "int")


def _counted(op: str, a: Value, b: Value) -> str:
    """Says that whole numbers give a whole number, where they do."""
    return INT if op in _WHOLE and number_kind(a) == number_kind(b) == INT else ""


def _truth(frame: Frame, span: ir.Span) -> PlacedDtype:
    """The dtype of a comparison's truth values."""
    return PlacedDtype.at("bool", Place(frame.unit.path, span))


def _constants(op: str, a: Constant, b: Constant) -> Value:
    if op in ("is", "is not", "==", "!="):
        same = a.value == b.value
        return const(same if op in ("is", "==") else not same)
    if op in ("in", "not in") and isinstance(a.value, str) and isinstance(b.value, str):
        return folded(_INSIDE[op], a, b)
    both_text = isinstance(a.value, str) and isinstance(b.value, str)
    numbers = isinstance(a.value, int | float) and isinstance(b.value, int | float)
    if op not in _BINARY or not (numbers or (both_text and op in ("+", "<", ">", "<=", ">="))):
        return TOP
    return folded(_BINARY[op], a, b)


def _identical(m: Machine, frame: Frame, op: str, a: Value, b: Value, span: ir.Span) -> Value:
    if type(a) is Tensor or type(b) is Tensor:
        if op in ("is", "is not"):
            return const(op == "is not") if type(a) is not type(b) and Unknown not in (type(a), type(b)) else TOP
        return Tensor(dtype=_truth(frame, span), shape=shape_rules.of_operator(a, b), identity=m.number(frame, span))
    if Unknown in (type(a), type(b)):
        if a == b and type(a) is Unknown and a.identity > 0 and a.kind in (INT, SIZES):
            return const(op in ("==", "is"))
        number = any(type(v) is Constant and v.kind in ("int", "float") for v in (a, b)) and op in ("==", "!=")
        test = assumptions.compared(m, op, *((b, a) if type(a) is Constant else (a, b)))
        return _asked(m, frame, Tensor(dtype=_truth(frame, span)), test, span) if number else assumptions.outcome_value(m, test)
    same = equality.equal(m, a, b) if op in ("==", "!=") else equality.identical(m, a, b)
    return assumptions.outcome_value(m, assumptions.compared(m, op, a, b)) if same is None else const(same == (op in ("==", "is")))


def _asked(m: Machine, frame: Frame, made: Tensor, test: Tag | None, span: ir.Span) -> Tensor:
    """The result of a comparison that may be one of numbers, and then is the outcome of a test."""
    identity = m.number(frame, span)
    assumptions.note(m, identity, test)
    return changed(made, identity=identity)


def _contains(m: Machine, frame: Frame, op: str, a: Value, b: Value) -> Value:
    found: bool | None = None
    table, items = containers.table_of(m, b), containers.content(m, b)
    if table is not None:
        table = registries.completed(m, frame, b, table, a) if type(b) is Ref else table
        if type(a) is Constant and (table.has(a.value) or (table.rest is None and table.get(a.value) is None)):
            found = table.has(a.value)
    elif items is not None and items.exact:
        answers = [equality.equal(m, a, item) for item in items.prefix]
        found = True if True in answers else None if None in answers else False
        if found is None:
            return assumptions.outcome_value(m, assumptions.contained(m, op, a, items.prefix))
    return TOP if found is None else const(found == (op == "in"))


def _concatenated(m: Machine, frame: Frame, a: Value, b: Value, span: ir.Span) -> Value:
    x, y = containers.content(m, a), containers.content(m, b)
    if x is None or y is None:
        return TOP
    joined = containers.concatenate(x, y)
    return joined if type(a) is Seq else containers.new_list(m, frame, span, joined, "list")


def _repeated(m: Machine, frame: Frame, a: Value, times: Value, span: ir.Span) -> Value:
    items = containers.content(m, a)
    if items is None:
        return TOP
    joined = sequences.several(items, times.value if type(times) is Constant and isinstance(times.value, int) else None, MAX_REPEATED)
    return joined if type(a) is Seq else containers.new_list(m, frame, span, joined, "list")


def number_range(value: Value) -> Range:
    """The bounds of a number."""
    return _number(value) or ANY


def _number(value: Value) -> Range | None:
    if type(value) is Constant and isinstance(value.value, int | float):
        return Range(float(value.value), float(value.value), True)
    return value.range if type(value) is Tensor else None


def _tensors(m: Machine, frame: Frame, op: str, a: Value, b: Value, span: ir.Span) -> Value:
    first = a if type(a) is Tensor else b
    assert type(first) is Tensor
    shape = shape_rules.of_matmul(a, b) if op == "@" else shape_rules.of_operator(a, b)
    both = [v for v in (a, b) if type(v) is Tensor]
    compared = op in COMPARISONS
    dtype = conversions.of_product(m, a, b) if op == "@" else dtype_rules.promoted(a, b, op, m.program.default_dtype())
    plain = changed(
        _plain(m, frame, first, span), shape=shape, array=any(v.array for v in both), given=outermost(*[v.given for v in both]),
        model=not compared and any(v.model for v in both), literal=both_literal(a, b),
        gradient=Gradient.DATA if compared else gradients.of_operands(m, (a, b)),
        dtype=dtype_at("bool" if compared else dtype, Place(frame.unit.path, span)),
    )  # fmt: skip
    if compared:
        return plain
    if op == "@" and (_is_parameter(a) or _is_parameter(b)) and not is_mixture(a, b):
        return changed(plain, domain=Domain.LOGITS, range=REAL, origin=(Origin("matmul", Domain.LOGITS, frame.place(span)),), model=True)
    activation = written_out.activation(op, a, b, plain, lambda: frame.place(span))
    if activation is not None:
        return activation
    form = idioms.combined(m, frame, op, a, b, span)
    return changed(combine(op, a, b, plain), form=picked_values.product(a, b, form) if op == "*" else form)


def _is_parameter(value: Value) -> bool:
    """True if a value is a parameter of a module, or a view of one."""
    return type(value) is Tensor and value.domain is Domain.LOGITS and bool(value.origin) and value.origin[0].name == PARAMETER


def is_mixture(*operands: Value) -> bool:
    """True if a product of matrices may be a mean of probabilities, whose weights are a parameter."""
    return any(type(v) is Tensor and v.domain in (Domain.PROBABILITY, Domain.CATEGORICAL) for v in operands)


def combine(op: str, a: Value, b: Value, plain: Tensor) -> Tensor:
    """The result of an arithmetic operator: the domain it keeps, else the range that follows."""
    kept = _shifted(op, a, b, plain)
    if kept is not None:
        return kept
    x, y = _number(a), _number(b)
    if x is None or y is None:
        return plain
    nudged = op == "+" and (idioms.is_small(a) or idioms.is_small(b))
    first = a if type(a) is Tensor else b
    origin = first.origin if nudged and type(first) is Tensor else ()
    return changed(plain, range=_arithmetic(op, x, y), origin=origin)


def both_literal(a: Value, b: Value) -> bool:
    """True if an operator's result is constant data: both operands are."""
    return all((type(v) is Tensor and v.literal) or type(v) is Constant for v in (a, b))


def _arithmetic(op: str, x: Range, y: Range) -> Range:
    match op:
        case "+":
            return add_range(x, y)
        case "-":
            return add_range(x, negate_range(y))
        case "*":
            return multiply_range(x, y)
        case "/" if y.low == y.high != 0:
            return multiply_range(x, Range(1 / y.low, 1 / y.low, True))
    return ANY


def _shifted(op: str, a: Value, b: Value, plain: Tensor) -> Tensor | None:
    """Operations that keep a domain: `1 - p`, and affine maps of logits by constants, temperatures or logits."""
    if type(b) is Tensor and b.domain in (Domain.PROBABILITY, Domain.CATEGORICAL) and op == "-" and a in (const(1), const(1.0)):
        return changed(b, identity=plain.identity) if b.domain is Domain.PROBABILITY else None
    logits = [v for v in (a, b) if type(v) is Tensor and v.domain is Domain.LOGITS]
    if not logits or op not in ("+", "-", "*", "/"):
        return None
    both = len(logits) == 2 and op in ("+", "-")
    scale = type(a) is Tensor and type(b) is Constant and b.value not in (0, 0.0)
    scale = scale or (op in ("+", "-", "*") and type(b) is Tensor and type(a) is Constant and a.value not in (0, 0.0))
    if both or scale:
        first = logits[0]
        return changed(plain, domain=Domain.LOGITS, range=first.range, origin=first.origin)
    return None


def format_string(parts: list[Value]) -> Value:
    """An f-string of constants is a constant."""
    known = [part for part in parts if type(part) is Constant]
    return folded(_written_out, *known) if len(known) == len(parts) else TOP


def _written_out(*parts: object) -> str:
    """The text of values behind one another, or more of it than is kept."""
    text = ""
    for part in parts:
        if len(text) <= MAX_TEXT:
            text += str(part)
    return text
