"""Tests that only ask tensors for their shape, size or dtype: they can be asked again without a trace."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.catalog.schema import QUESTIONS
from bce_lint.catalog.tensors import METHODS

_ATTRIBUTES = frozenset({"shape", "ndim", "dtype", "is_floating_point"})
_FUNCTIONS = frozenset({"len", "tuple", "isinstance"})


def subjects(test: ir.Expr) -> tuple[ir.Expr, ...]:
    """The names and attributes that a test asks; none if it does anything else."""
    return tuple(_asked(test) or ()) if isinstance(test, ir.Op | ir.Call) else ()


def only_asks(expression: ir.Expr) -> bool:
    """True if an expression does nothing else."""
    return _asked(expression) is not None


def _asked(test: ir.Expr | None) -> list[ir.Expr] | None:
    match test:
        case None | ir.Const() | ir.Attr(value=ir.Name(id="torch")):
            return []
        case ir.Attr(value=inner, name=name) if name in _ATTRIBUTES:
            return _asked(inner)
        case ir.Name() | ir.Attr(value=ir.Name()):
            return [test]
        case ir.Item(value=inner, index=index):
            return _together((inner, index))
        case ir.Slice():
            return _together((test.lower, test.upper, test.step))
        case ir.Op(operands=parts) | ir.Build(items=parts):
            return _together(parts)
        case ir.Call():
            return _called(test)
    return None


def _called(call: ir.Call) -> list[ir.Expr] | None:
    args = tuple(arg.value for arg in call.args)
    match call.func:
        case ir.Name(id=name) if name in _FUNCTIONS:
            return _together(args[:1])
        case ir.Attr(value=owner, name=name) if (row := METHODS.get(name)) is not None and row.result in QUESTIONS:
            return _together((owner, *args))
    return None


def _together(parts: tuple[ir.Expr | None, ...]) -> list[ir.Expr] | None:
    """What all parts ask, each thing once."""
    found: list[ir.Expr] = []
    for part in parts:
        asked = _asked(part)
        if asked is None:
            return None
        found += asked
    return found
