"""What a trial may ask of torch: each operation is tried without memory first, and refused where its result would be too large."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from math import prod
from typing import Any, Final

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from bce_lint.fixes.terms import Unsuitable

MOST: Final = 4_000_000
"""The most elements that one operation of a trial, and all values of one computation together, may have."""
_SPARE: Final = 16
"""How far a product of numbers must be from the limit, since borders and steps add to it."""
_DIMS: Final = 200
_LOSSES: Final = frozenset(
    f"{name}{end}"
    for name in ("binary_cross_entropy", "log_sigmoid", "mse_loss", "nll_loss", "smooth_l1_loss", "soft_margin_loss")
    for end in ("", "_forward", "_backward")
) | {"binary_cross_entropy_with_logits", "_log_softmax_backward_data", "_softmax_backward_data"}
"""Operations whose results have at most the shape that those of their arguments have together, besides those that torch says it of."""
_PRINTED: Final = 10**18


class TooManyElements(Unsuitable):
    """An operation that would make too many elements; `count` of them, of what no text says (`named` is False) until someone knows."""

    def __init__(self, count: int, text: str = "") -> None:
        needed = f"{count:,}" if count <= _PRINTED else f"more than {_PRINTED:,}"
        super().__init__(f"{text or 'an operation'} needs {needed} elements, the limit is {MOST:,}")
        self.count, self.named = count, bool(text)


class Bounded(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees every operation before it runs, those of gradients and of constructors among them. Raises `TooManyElements` in its place."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """False: torch would load its compiler, which takes seconds and makes a folder, for code that is never compiled."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None) -> Any:
        """Runs an operation whose results are small enough."""
        given = dict(kwargs or {})
        count = 0 if _is_small(func, args, given) else _needed(func, args, given)
        if count > MOST:
            raise TooManyElements(count)
        return func(*args, **given)


def _is_small(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """True if no result of an operation can be large: all that its arguments have and say, multiplied, is far from the limit.

    It saves asking torch, which for that loads its compiler, in seconds and with a folder for it.
    """
    values = (*args, *kwargs.values())
    shapes = [one.shape for one in _tensors(values)]
    one_by_one: bool = torch.Tag.pointwise in func.tags or func._schema.name.removeprefix("aten::") in _LOSSES
    if one_by_one and sum(map(len, shapes)) < _DIMS:
        return bool(prod(map(max, zip_longest(*(reversed((1, *shape)) for shape in shapes), fillvalue=1))) <= MOST)
    factors = [1.0, *_factors(values)]
    return prod(factors) * max(factors) <= MOST // _SPARE  # once more the largest: a matrix may be made of a diagonal


def _factors(values: Any) -> Iterator[float]:
    """The numbers by which the arguments of an operation could make its result larger."""
    for value in values:
        if isinstance(value, Tensor):
            yield max(1, *_numbers((value,)))
        elif isinstance(value, list | tuple):
            yield from _factors(value)
        elif isinstance(value, int | float):
            yield min(max(value, 1.0), MOST + 1.0)


def _needed(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """How many elements the largest result of an operation has; where torch cannot tell beforehand, the largest number in it."""
    options = {name: _without_memory(value) for name, value in kwargs.items() if name != "generator"}
    if any(argument.name == "device" for argument in func._schema.arguments):
        options["device"] = torch.device("meta")
    try:
        found = func(*map(_without_memory, args), **options)
    except Exception:
        return max(_numbers((*args, *kwargs.values())), default=0)
    return max((prod(one.shape) for one in _tensors(found)), default=0)


def _without_memory(value: Any) -> Any:
    if isinstance(value, Tensor):
        return torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device="meta")
    if isinstance(value, list | tuple):
        return type(value)(map(_without_memory, value))
    return None if isinstance(value, torch.Generator) else value


def _tensors(found: Any) -> Iterator[Tensor]:
    if isinstance(found, Tensor):
        yield found
    elif isinstance(found, list | tuple):
        for one in found:
            yield from _tensors(one)


def _numbers(values: tuple[Any, ...]) -> Iterator[int]:
    """The whole numbers among arguments; of a tensor of them their sum, and the number of its elements."""
    for value in values:
        if isinstance(value, list | tuple):
            yield from _numbers(tuple(value))
        elif isinstance(value, Tensor):
            yield value.numel()
            if value.numel() and not (value.is_floating_point() or value.is_complex() or value.is_meta):
                yield int(value.detach().double().abs().sum())
        elif isinstance(value, int):
            yield abs(value)
