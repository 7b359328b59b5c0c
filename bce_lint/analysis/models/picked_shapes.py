"""Shapes of what is picked along one dimension: a part of it, or one place."""

from __future__ import annotations

from collections.abc import Callable
from types import EllipsisType

from bce_lint.analysis.domain.shapes import has_dim, rank
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import NONE, Value
from bce_lint.analysis.models.keywords import whole
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine


def cut(size: int | EllipsisType | None, ends: tuple[Value, ...]) -> int | None:
    """How much of a size a slice with constant ends leaves."""
    numbers = [None if end is NONE else whole(end) for end in ends]
    if not isinstance(size, int) or any(n is None and end is not NONE for n, end in zip(numbers, ends, strict=True)) or numbers[2:] == [0]:
        return None
    return len(range(*slice(*numbers).indices(size)))


def _dim(args: Args, index: int, default: int | None = None) -> int | None:
    value = args.get(index, "dim")
    return default if value is None else whole(value)


def _resized_along(shape: Shape | None, dim: int | None, new: int | None) -> Shape | None:
    """A shape with another size in one dimension."""
    if shape is None or dim is None or not has_dim(shape, dim):
        return None
    return (*shape[:dim], new, *shape[dim:][1:])


def _select(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return _without(shape, _dim(args, 1))


def _unbind(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return _without(shape, _dim(args, 1, 0))


def _without(shape: Shape | None, dim: int | None) -> Shape | None:
    return (*shape[:dim], *shape[dim:][1:]) if shape is not None and dim is not None and has_dim(shape, dim) else None


def _narrow(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return _resized_along(shape, _dim(args, 1), whole(args.get(3, "length")))


def _index(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    index = args.get(2, "index")
    count = index.shape[0] if type(index) is Tensor and index.shape is not None and rank(index.shape) == 1 else None
    return _resized_along(shape, _dim(args, 1), count if isinstance(count, int) else None)


def _topk(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return _resized_along(shape, _dim(args, 2, -1), whole(args.get(1, "k")))


RULES: dict[str, Callable[[Machine, Shape | None, Args], Shape | None]] = {
    "select": _select,
    "unbind": _unbind,
    "narrow": _narrow,
    "index": _index,
    "topk": _topk,
}
"""The rules, which are given the shape of their tensor."""
