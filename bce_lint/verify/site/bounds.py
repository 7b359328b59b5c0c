"""What a trial may ask of torch: each operation is tried without memory first, and refused where its result would be too large."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any, Final

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from bce_lint.fixes.terms import Unsuitable
from bce_lint.verify.site.sizes import is_small, numbers, tensors

MOST: Final = 4_000_000
"""The most elements that one operation of a trial, and all values of one computation together, may have."""
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
        count = 0 if is_small(func, args, given, MOST) else _needed(func, args, given)
        if count > MOST:
            raise TooManyElements(count)
        return func(*args, **given)


def _needed(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> int:
    """How many elements the largest result of an operation has; where torch cannot tell beforehand, the largest number in it."""
    options = {name: _without_memory(value) for name, value in kwargs.items() if name != "generator"}
    if any(argument.name == "device" for argument in func._schema.arguments):
        options["device"] = torch.device("meta")
    try:
        found = func(*map(_without_memory, args), **options)
    except Exception:
        return max(numbers((*args, *kwargs.values())), default=0)
    return max((prod(one.shape) for one in tensors(found)), default=0)


def _without_memory(value: Any) -> Any:
    if isinstance(value, Tensor):
        return torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device="meta")
    if isinstance(value, list | tuple):
        return type(value)(map(_without_memory, value))
    return None if isinstance(value, torch.Generator) else value
