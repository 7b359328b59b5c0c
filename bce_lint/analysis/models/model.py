"""What a model is: the answer to a call of one name outside the project."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

from bce_lint import ir
from bce_lint.analysis.domain.values import Value
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine

RowT = TypeVar("RowT")
Model: TypeAlias = Callable[[Machine, Frame, Args, ir.Call], Value]
"""Gives the value of a call with these arguments in this frame; its effects are on the machine's state."""


def each(handler: Callable[[Machine, Frame, RowT, Args, ir.Call], Value], rows: Mapping[str, RowT]) -> dict[str, Model]:
    """The models of a table: for each name, the handler with the name's row."""
    return {name: _with_row(handler, row) for name, row in rows.items()}


def _with_row(handler: Callable[[Machine, Frame, RowT, Args, ir.Call], Value], row: RowT) -> Model:
    def _model(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
        return handler(m, frame, row, args, node)

    return _model
