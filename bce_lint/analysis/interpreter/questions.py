"""Tests that only ask tensors for their shape, size or dtype: they can be asked again without a trace."""

from __future__ import annotations

from functools import lru_cache

from bce_lint import ir
from bce_lint.catalog.schema import QUESTIONS
from bce_lint.catalog.tensors import METHODS

_ATTRIBUTES = frozenset({"shape", "ndim", "dtype", "is_floating_point"})
_FUNCTIONS = frozenset({"len", "tuple", "isinstance"})


@lru_cache(maxsize=4096)
def subjects(test: ir.Expr) -> tuple[ir.Expr, ...]:
    """The names and attributes that a test asks; none if it does anything else, or nothing but compare them. Each
    arm of each run asks for those of its test again."""
    found: list[ir.Expr] = []
    asks = isinstance(test, ir.Op | ir.Call) and _asks(test, found)
    return tuple(found) if asks else ()


def only_asks(expression: ir.Expr) -> bool:
    """True if an expression does nothing else."""
    return _asks(expression, []) is not None


def _asks(test: ir.Expr | None, found: list[ir.Expr]) -> bool | None:
    """True if a test asks for a shape, size or dtype, None if it does anything else; what it reads is added to `found`."""
    match test:
        case None | ir.Const() | ir.Attr(value=ir.Name(id="torch")):
            return False
        case ir.Attr(value=inner, name=name) if name in _ATTRIBUTES:
            return _question((inner,), found)
        case ir.Name() | ir.Attr(value=ir.Name()):
            found.append(test)
            return False
        case ir.Item(value=inner, index=index):
            return _together((inner, index), found)
        case ir.Slice():
            return _together((test.lower, test.upper, test.step), found)
        case ir.Op(operands=parts) | ir.Build(items=parts):
            return _together(parts, found)
        case ir.Call():
            return _called(test, found)
    return None


def _called(call: ir.Call, found: list[ir.Expr]) -> bool | None:
    args = tuple(arg.value for arg in call.args)
    match call.func:
        case ir.Name(id=name) if name in _FUNCTIONS:
            return _question(args[:1], found)
        case ir.Attr(value=owner, name=name) if (row := METHODS.get(name)) is not None and row.result in QUESTIONS:
            return _question((owner, *args), found)
    return None


def _question(parts: tuple[ir.Expr | None, ...], found: list[ir.Expr]) -> bool | None:
    return None if _together(parts, found) is None else True


def _together(parts: tuple[ir.Expr | None, ...], found: list[ir.Expr]) -> bool | None:
    """True if one of some parts asks, None if one does anything else."""
    asks = False
    for part in parts:
        one = _asks(part, found)
        if one is None:
            return None
        asks = asks or one
    return asks
