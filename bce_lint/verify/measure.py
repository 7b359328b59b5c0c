"""Losses run on logits: values and gradients, and how far two of them are apart."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from bce_lint.verify.verdict import PARTED


class Raised(Exception):
    """A loss raised; the text is the exception's type and message."""


class Measured(NamedTuple):
    """A loss's value and the gradient of its sum, in float64. A loss that gives no gradient has that of a constant."""

    value: Tensor
    gradient: Tensor


def run(loss: Callable[[Tensor], Tensor], logits: Tensor) -> Measured:
    """A loss of logits and its gradient. Raises `Raised` when it does not compute."""
    x = logits.detach().clone().requires_grad_()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = loss(x)
            slope = torch.autograd.grad(value.sum(), x, allow_unused=True)[0] if value.requires_grad else None
        except Exception as error:
            raise Raised(f"{type(error).__name__}: {without_trace(str(error))}") from error
    return Measured(value.detach().double().cpu(), (torch.zeros_like(x) if slope is None else slope).double().cpu())


def without_trace(message: str) -> str:
    """An exception's message without the C++ frames that some builds of torch add."""
    return message.split("\nException raised from")[0].strip()


def apart(one: Tensor, other: Tensor) -> Tensor:
    """How far two tensors are apart, element by element; infinitely where either is no number and the other is."""
    same = (one == other) | (one.isnan() & other.isnan())
    return (one - other).abs().nan_to_num(nan=torch.inf, posinf=torch.inf).masked_fill(same, 0.0)


def from_reference(one: Tensor, reference: Tensor) -> Tensor:
    """How far a tensor is from a finite reference, element by element."""
    return (one - reference).abs().nan_to_num(nan=torch.inf, posinf=torch.inf)


def scale(tensor: Tensor) -> Tensor:
    """max(1, |x|), element by element."""
    return tensor.abs().clamp_min(1.0)


def largest(tensor: Tensor) -> float:
    """The largest element."""
    return float(tensor.max())


def parting(before: Measured, after: Measured, at: Tensor, dtype: str) -> float | None:
    """The smallest logit of a grid, by size, at which two losses or their gradients part; None where they never do."""
    parted = torch.zeros(len(at), dtype=torch.bool)
    for one, other in zip(before, after, strict=True):
        parted |= (apart(one, other) > PARTED[dtype] * scale(other)).reshape(len(at), -1).any(1)
    found = at[parted]
    return float(found[found.abs().argmin()]) if len(found) else None
