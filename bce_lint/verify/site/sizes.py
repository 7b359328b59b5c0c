"""How large the results of an operation may be, as far as its arguments tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from math import prod
from typing import Any, Final

import torch
from torch import Tensor

_SPARE: Final = 16
"""How far a product of numbers must be from the limit, since borders and steps add to it."""
_DIMS: Final = 200
_LOSSES: Final = frozenset(
    f"{name}{end}"
    for name in ("binary_cross_entropy", "log_sigmoid", "mse_loss", "nll_loss", "smooth_l1_loss", "soft_margin_loss")
    for end in ("", "_forward", "_backward")
) | {"binary_cross_entropy_with_logits", "_log_softmax_backward_data", "_softmax_backward_data"}
"""Operations whose results have at most the shape that those of their arguments have together, besides those that torch says it of."""


def is_small(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], most: int) -> bool:
    """True if no result of an operation can be large: all that its arguments have and say, multiplied, is far from the limit.

    It saves asking torch, which for that loads its compiler, in seconds and with a folder for it.
    """
    values = (*args, *kwargs.values())
    shapes = [one.shape for one in tensors(values)]
    one_by_one = torch.Tag.pointwise in func.tags or func._schema.name.removeprefix("aten::") in _LOSSES
    if one_by_one and sum(map(len, shapes)) < _DIMS:
        sizes: Iterator[int] = map(max, zip_longest(*(reversed((1, *shape)) for shape in shapes), fillvalue=1))
        return prod(sizes) <= most
    factors = [1.0, *_factors(values, most)]
    return prod(factors) * max(factors) <= most // _SPARE  # once more the largest: a matrix may be made of a diagonal


def _factors(values: Any, most: int) -> Iterator[float]:
    """The numbers by which the arguments of an operation could make its result larger."""
    for value in values:
        if isinstance(value, Tensor):
            yield max(1, *numbers((value,)))
        elif isinstance(value, list | tuple):
            yield from _factors(value, most)
        elif isinstance(value, int | float):
            yield min(max(value, 1.0), most + 1.0)


def tensors(found: Any) -> Iterator[Tensor]:
    """The tensors among values."""
    if isinstance(found, Tensor):
        yield found
    elif isinstance(found, list | tuple):
        for one in found:
            yield from tensors(one)


def numbers(values: tuple[Any, ...]) -> Iterator[int]:
    """The whole numbers among arguments; of a tensor of them their sum, and the number of its elements."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from numbers(tuple(value))
        elif isinstance(value, Tensor):
            yield value.numel()
            if value.numel() and not (value.is_floating_point() or value.is_complex() or value.is_meta):
                yield int(value.detach().double().abs().sum())
        elif isinstance(value, int):
            yield abs(value)
