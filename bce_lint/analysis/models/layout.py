"""What is asked of a tensor's layout: its rank, its sizes, how many values it has, and its dtype."""

from __future__ import annotations

from math import prod

from bce_lint.analysis.domain.constants import INT
from bce_lint.analysis.domain.constants import known as kept
from bce_lint.analysis.domain.shapes import rank
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import TOP, External, Seq, Unknown, Value, const
from bce_lint.analysis.models.dtype_rules import dtype_of
from bce_lint.analysis.state import symbolic_sizes
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.dtypes import FLOATS, TENSOR_TYPES, WIDTHS
from bce_lint.catalog.tensors import PARAMETER

_OF_DTYPES = frozenset({"is_floating_point", "is_complex", "is_signed", "itemsize", "kind", "name", "char"})


def answer(m: Machine, question: str, tensor: Tensor) -> Value:
    """What a tensor tells of itself: its `sizes`, its `rank`, the `count` of its values, or whether it is `floating` or `complex`."""
    match question:
        case "sizes":
            return sizes(m, tensor)
        case "rank":
            return _number(m, tensor, question, rank(tensor.shape))
        case "count":
            return _number(m, tensor, question, _count(tensor.shape))
        case "floating":
            return TOP if tensor.dtype is None else const(tensor.dtype in FLOATS)
    return TOP if tensor.dtype is None else const(tensor.dtype not in WIDTHS)


def _number(m: Machine, tensor: Tensor, question: str, known: int | None) -> Value:
    return symbolic_sizes.counted(m, symbolic_sizes.of_tensor(m, tensor), question) if known is None else kept(known)


def _count(shape: Shape | None) -> int | None:
    """The number of values: 0 as soon as one dimension is empty."""
    if shape is None:
        return None
    numbers = [s for s in shape if isinstance(s, int)]
    return 0 if 0 in numbers else prod(numbers) if len(numbers) == len(shape) else None


def sizes(m: Machine, tensor: Tensor) -> Value:
    """The sizes of a tensor as a sequence of numbers; where not even the rank is known, they are told apart from the end."""
    shape = tensor.shape
    if shape is None:
        return symbolic_sizes.of_tensor(m, tensor)
    at = 0 if rank(shape) is not None else -len(shape)
    symbols = symbolic_sizes.of_tensor(m, tensor) if None in shape else None
    numbers = tuple(
        const(s) if isinstance(s, int) else symbolic_sizes.size_at(m, symbols, const(at + i)) if symbols else Unknown(kind=INT)
        for i, s in enumerate(shape) if s is not ...
    )  # fmt: skip
    return Seq(numbers) if at == 0 else Seq((), Unknown(kind=INT), numbers)


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
