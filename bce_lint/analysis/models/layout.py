"""What is asked of a tensor's layout: its rank, its sizes, how many values it has, and its dtype."""

from __future__ import annotations

from math import prod

from bce_lint.analysis.domain.constants import known as kept
from bce_lint.analysis.domain.shapes import rank
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import TOP, External, Seq, Unknown, Value, const
from bce_lint.analysis.models.dtype_rules import dtype_of
from bce_lint.catalog.dtypes import FLOATS, TENSOR_TYPES, WIDTHS
from bce_lint.catalog.tensors import PARAMETER

_OF_DTYPES = frozenset({"is_floating_point", "is_complex", "is_signed", "itemsize", "kind", "name", "char"})


def answer(question: str, tensor: Tensor) -> Value:
    """What a tensor tells of itself: its `sizes`, its `rank`, the `count` of its values, or whether it is `floating` or `complex`."""
    match question:
        case "sizes":
            return sizes(tensor.shape)
        case "rank":
            return _number(rank(tensor.shape))
        case "count":
            return _number(_count(tensor.shape))
        case "floating":
            return TOP if tensor.dtype is None else const(tensor.dtype in FLOATS)
    return TOP if tensor.dtype is None else const(tensor.dtype not in WIDTHS)


def _number(known: int | None) -> Value:
    return Unknown(kind="int") if known is None else kept(known)


def _count(shape: Shape | None) -> int | None:
    """The number of values: 0 as soon as one dimension is empty."""
    if shape is None:
        return None
    numbers = [s for s in shape if isinstance(s, int)]
    return 0 if 0 in numbers else prod(numbers) if len(numbers) == len(shape) else None


def sizes(shape: Shape | None) -> Value:
    """The sizes of a shape as a sequence of numbers."""
    if shape is None:
        return TOP
    numbers = tuple(const(s) if isinstance(s, int) else Unknown(kind="int") for s in shape if s is not ...)
    return Seq(numbers) if len(numbers) == len(shape) else Seq((), TOP, numbers)


def of_dtype(owner: External, name: str) -> Value | None:
    """An attribute of a dtype."""
    dtype = dtype_of(owner) if name in _OF_DTYPES else None
    if dtype is None:
        return None
    return const(dtype in FLOATS) if name == "is_floating_point" else TOP


def same_dtype(a: External, b: External) -> bool | None:
    """Whether two names stand for one dtype; None where one of them stands for none."""
    x, y = dtype_of(a), dtype_of(b)
    return None if x is None or y is None else x == y


def is_of_type(tensor: Tensor, name: str) -> bool | None:
    """Whether a tensor, or an array, is an instance of a class outside the project."""
    if name in ("torch.Tensor", "numpy.ndarray") and tensor.array:
        return None
    dtype = TENSOR_TYPES.get(name.removeprefix("torch.cuda.").removeprefix("torch."))
    if dtype is not None:
        return None if tensor.dtype in (None, dtype) else False
    if name.startswith(("collections.abc.", "typing.")):
        return None  # a tensor has a length and elements
    return True if name == "torch.Tensor" else None if name == PARAMETER else False
