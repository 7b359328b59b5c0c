"""What is known of Python's plain values: all, or nothing but which number it is. What would be too large to keep is not known."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Final

from bce_lint.analysis.domain.tensor import Assumed, Formula, PlacedSize
from bce_lint.ir import MAX_BITS
from bce_lint.records import record

MAX_TEXT = 1_000
"""The longest text that is known of what is computed."""
MAX_WORK = 1_000_000
"""What the lengths of texts that an operation is given may come to, multiplied: no result is longer."""


@record(frozen=True, slots=True)
class Unknown:
    """Any value. A non-zero `identity` still says that two unknowns are the same one; `form` says how it was written,
    `kind` which of Python's numbers it is (`int`, `float`, `bool`), that it is the `sizes` of a tensor, or that it was `turned`: it has
    the identity of what it is a view of, but may have another shape."""

    identity: int = 0
    form: Formula | None = None
    kind: str = ""


TOP = Unknown()
INT, SIZES, TURNED = "int", "sizes", "turned"
NUMBERS = frozenset({INT, "float", "bool"})
"""The kinds of values that are numbers, known or not."""


@record(frozen=True, slots=True)
class Constant:
    """A Python constant; `kind` keeps 1, 1.0 and True apart."""

    value: object
    kind: str = ""


NONE = Constant(None, "NoneType")
NEVER = Constant(None, "never")  # what a call gives after which no statement runs


_PLACED = (Assumed, PlacedSize)


def const(value: object) -> Constant:
    """Wraps a Python constant of moderate size; None is always the same object."""
    return NONE if value is None else Constant(value, "int" if type(value) in _PLACED else type(value).__name__)


TRUE = const(True)


def known(value: object) -> Constant | Unknown:
    """A constant of any size, as far as it is kept: of a number that is too large, only its kind is known."""
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return Unknown(kind="int")
    return const(value)


def folded(operation: Callable[..., object], *operands: Constant) -> Constant | Unknown:
    """What an operation of Python makes of constants; not known where it raises, or where much memory might be needed."""
    values = [operand.value for operand in operands]
    if prod(len(v) + 1 for v in values if isinstance(v, str | bytes)) > MAX_WORK:
        return TOP
    try:
        result = operation(*values)
    except (ArithmeticError, TypeError, ValueError):
        return TOP
    return TOP if isinstance(result, str | bytes) and len(result) > MAX_TEXT else known(result)


def is_number(value: object) -> bool:
    """True if a value is not known, but certainly a number."""
    return type(value) is Unknown and value.kind in NUMBERS


def some_number(*values: object) -> Unknown:
    """What is left of values that are not all known: which number they are, if they are all of one kind."""
    kind = ""
    for one in values:
        its = one.kind if type(one) is Constant or type(one) is Unknown else ""
        if its not in NUMBERS or (kind and its != kind):
            return TOP
        kind = its
    return _SOME[kind] if kind else TOP


_SOME: Final = {kind: Unknown(kind=kind) for kind in NUMBERS}


def number_kind(value: object) -> str:
    """Which of Python's numbers a value is, known or not: `int`, `float` or `bool`; other kinds of constants have their own name."""
    return value.kind if type(value) is Constant or type(value) is Unknown else ""
