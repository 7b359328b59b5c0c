"""What a tensor is taken to tell of its layout is what torch says."""

from __future__ import annotations

import pytest
import torch

from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import Constant, External, Unknown
from bce_lint.analysis.models import layout
from bce_lint.catalog.dtypes import DTYPES, TENSOR_TYPES, TORCH_DTYPES
from bce_lint.catalog.schema import QUESTIONS
from bce_lint.catalog.tensors import FUNCTIONS, METHODS
from tests.analysis.state.test_machine import machine

ASKED = sorted(name for name, row in METHODS.items() if row.result in QUESTIONS - {"sizes"})
SHAPES: list[tuple[int, ...]] = [(), (0,), (3,), (2, 0), (2, 3), (2, 3, 4)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", ASKED)
def test_answers_are_those_of_torch(name: str, shape: tuple[int, ...]) -> None:
    for dtype in ("float32", "float16", "int64", "bool"):
        real = torch.empty(shape, dtype=getattr(torch, dtype))
        known = layout.answer(machine(), METHODS[name].result, Tensor(shape=shape, dtype=dtype))
        assert known == Constant(getattr(real, name)(), type(getattr(real, name)()).__name__)
        if f"torch.{name}" in FUNCTIONS:
            assert FUNCTIONS[f"torch.{name}"].result == METHODS[name].result
            assert getattr(torch, name)(real) == getattr(real, name)()


@pytest.mark.parametrize("shape", [None, (..., 3), (None, 3)], ids=str)
def test_what_is_not_known_is_not_told(shape: Shape | None) -> None:
    assert isinstance(layout.answer(machine(), "count", Tensor(shape=shape)), Unknown)
    assert isinstance(layout.answer(machine(), "floating", Tensor(shape=shape)), Unknown)
    assert isinstance(layout.answer(machine(), "rank", Tensor(shape=shape)), Unknown) == (shape != (None, 3))


def test_an_empty_dimension_leaves_no_values() -> None:
    assert layout.answer(machine(), "count", Tensor(shape=(None, 0))) == Constant(0, "int")


@pytest.mark.parametrize("name", sorted(TORCH_DTYPES))
def test_dtypes_have_several_names(name: str) -> None:
    real = getattr(torch, name.removeprefix("torch."))
    for other in TORCH_DTYPES:
        assert layout.same_dtype(External(name), External(other)) == (real == getattr(torch, other.removeprefix("torch.")))
    assert layout.of_dtype(External(name), "is_floating_point") == Constant(real.is_floating_point, "bool")


@pytest.mark.parametrize("name", sorted(TENSOR_TYPES))
def test_tensor_types_are_asked_of_the_dtype(name: str) -> None:
    for dtype in ("float32", "int64", "uint8"):
        real = isinstance(torch.empty(2, dtype=getattr(torch, dtype)), getattr(torch, name))
        assert layout.is_of_type(Tensor(dtype=dtype), f"torch.{name}") is not (not real)
        assert real == (DTYPES[f"torch.{name}"] == dtype)
