"""What autograd remembers of a tensor: a check of what the witness remembers, never a finding of its own.

Autograd misses what runs without gradients, and sees what the mode is blind to (scripted code, kernels called in C++).
"""

from __future__ import annotations

from typing import Any, Final

import torch

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.catalog.schema import Domain

_APPLIED: Final = {
    "SigmoidBackward": Domain.PROBABILITY,
    "SoftmaxBackward": Domain.CATEGORICAL,
    "LogSigmoidBackward": Domain.LOG_PROBABILITY,
    "LogSoftmaxBackward": Domain.LOG_CATEGORICAL,
}
_KEEPS: Final = frozenset(
    f"{name}Backward"
    for name in (
        "Alias", "Clone", "Expand", "Permute", "ReshapeAlias", "Select", "Slice", "Squeeze", "T", "ToCopy", "Transpose", "Unsqueeze",
        "UnsafeView", "View",
    )
)  # fmt: skip
_FAR: Final = 8


def missed(tensor: Any, mark: Tensor) -> str:
    """The activation that autograd has for a tensor where its mark has another one or none; an empty text where they agree."""
    name = _applied(tensor) if isinstance(tensor, torch.Tensor) else ""
    return name if name and _APPLIED[name] is not mark.domain else ""


def _applied(tensor: torch.Tensor) -> str:
    """The activation that a tensor came out of, views and casts apart."""
    node: Any = tensor.grad_fn
    for _ in range(_FAR):
        name = "" if node is None else node.name().rstrip("0123456789")
        if name in _APPLIED:
            return name
        if name not in _KEEPS:
            return ""
        node = node.next_functions[0][0]
    return ""
