"""Where names stand: what is read, what is written to, what stands around, and what a callee is called."""

from __future__ import annotations

from typing import cast

import pytest

from bce_lint import ir
from bce_lint.analysis.models import surroundings
from bce_lint.analysis.state.frames import Frame, LoweredFile
from bce_lint.analysis.state.machine import Machine
from bce_lint.syntax.parse import lower

TEXT = """
import torch
import torch.nn.functional
import torch.nn.functional as F
from torch import mean as average
from .torch import log
from . import own

shadowed = print

def f(a, print):
    b = a
    c, *d = a
    b += 1
    e: int
    for g in a:
        pass
    with a as h, a as (k, l):
        pass
    n = [o for o in a]
    del b
    a[b] = a.b = 2
    return lambda: a
"""
MODULE = lower(TEXT)


NO_MACHINE = cast(Machine, None)


def frame_of(function: ir.Function | None = None) -> Frame:
    """A frame that runs the module, or a function of it."""
    return Frame(LoweredFile("a.py", TEXT, MODULE, 1), 2, 3, function)


FUNCTION = next(one.function for one in MODULE.body if isinstance(one, ir.FunctionDef))


@pytest.mark.parametrize(
    ("name", "stores", "reads"),
    [("a", 0, 9), ("b", 3, 1), ("c", 1, 0), ("d", 1, 0), ("e", 1, 0), ("g", 1, 0), ("h", 1, 0), ("k", 1, 0), ("l", 1, 0), ("n", 1, 0),
     ("o", 1, 1), ("nothing", 0, 0)],
)  # fmt: skip
def test_what_is_written_to_and_what_is_read(name: str, stores: int, reads: int) -> None:
    frame = frame_of(FUNCTION)
    assert len(surroundings.stores_of(NO_MACHINE, frame, name)) == stores
    assert len(list(surroundings.reads_of(NO_MACHINE, frame, name))) == reads


def test_imports_at_the_top() -> None:
    assert surroundings.imports_of(MODULE) == {
        "torch": "torch", "F": "torch.nn.functional", "average": "torch.mean",
    }  # fmt: skip


def callee(text: str) -> ir.Expr:
    """An expression as it is written."""
    return cast(ir.ExprStmt, lower(text).body[0]).value


@pytest.mark.parametrize(
    ("text", "name", "in_function"),
    [
        ("torch.mean", "torch.mean", "torch.mean"), ("F.relu", "torch.nn.functional.relu", "torch.nn.functional.relu"),
        ("average", "torch.mean", "torch.mean"), ("torch.nn.functional.relu", "torch.nn.functional.relu", "torch.nn.functional.relu"),
        ("print", "builtins.print", ""), ("len", "builtins.len", "builtins.len"), ("shadowed", "", ""),
        ("log", "", ""), ("own.log", "", ""),
        ("len.x", "", ""),
        ("f", "", ""), ("f()", "", ""), ("f().x", "", ""), ("a", "builtins.a", ""), ("a.mean", "", ""),
    ],
)  # fmt: skip
def test_what_a_callee_is_called(text: str, name: str, in_function: str) -> None:
    assert surroundings.qualified(frame_of(), callee(text)) == name
    assert surroundings.qualified(frame_of(FUNCTION), callee(text)) == in_function


def test_what_stands_around() -> None:
    parents = surroundings.parents_in(FUNCTION)
    inner = [one for one in surroundings.names_in(FUNCTION)["a"] if any(isinstance(at, ir.Lambda) for at in
             surroundings.around(parents, one, FUNCTION))]  # fmt: skip
    assert len(inner) == 1
    kinds = [type(one).__name__ for one in surroundings.around(parents, inner[0], FUNCTION)]
    assert kinds[-1] == "Return" and "Lambda" in kinds and "Function" in kinds
    lambdas = [one for one in surroundings.nodes_in(FUNCTION) if isinstance(one, ir.Lambda)]
    made = surroundings.lambda_of(frame_of(FUNCTION), lambdas[0].function)
    assert made is not None and surroundings.lambda_of(frame_of(), FUNCTION) is None
    assert surroundings.scope_of(frame_of()) is MODULE and surroundings.scope_of(frame_of(FUNCTION)) is FUNCTION
    calls = surroundings.calls_in(lower("f(1)\nf(2)"))
    assert [len(one) for one in calls.values()] == [1, 1]
