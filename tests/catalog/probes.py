"""What the torch tests of the catalogue share: looking names up, sample tensors, simulated autocast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

NOT_INSTALLED = ("torchvision.", "torch_scatter.", "einops.", "sklearn.")
"""Name spaces of the tables whose packages the tests do not install."""

KEYS = {"cuda": "CUDA", "xpu": "XPU", "cpu": "CPU", "mps": "MPS"}
"""Devices whose autocast dispatch key Python can name."""


def resolve(qualname: str) -> Any:
    """The object that a qualified name stands for."""
    parts = qualname.split(".")
    found: Any = import_module(parts[0])
    for position, part in enumerate(parts[1:], 1):
        if not hasattr(found, part):
            parent = import_module(".".join(parts[:position]))
            found = getattr(parent, part) if hasattr(parent, part) else import_module(".".join(parts[: position + 1]))
        else:
            found = getattr(found, part)
    return found


@contextmanager
def autocast(device: str) -> Iterator[None]:
    """Real CPU tensors through the autocast kernels of `device`."""
    key = getattr(torch._C.DispatchKey, f"Autocast{KEYS[device]}")
    with _enabled(device, torch.bfloat16), torch._C._IncludeDispatchKeyGuard(key):
        yield


@contextmanager
def _enabled(device: str, dtype: torch.dtype) -> Iterator[None]:
    """Autocast of a device set, and put back as it was."""
    before, own = torch.is_autocast_enabled(device), torch.get_autocast_dtype(device)
    torch.set_autocast_enabled(device, True)
    torch.set_autocast_dtype(device, dtype)
    try:
        yield
    finally:
        torch.set_autocast_enabled(device, before)
        torch.set_autocast_dtype(device, own)
        torch.clear_autocast_cache()


@contextmanager
def fake_autocast(device: str) -> Iterator[None]:
    """Tensors without data on a device that need not exist, without gradients, under its autocast."""
    with _enabled(device, torch.float16), FakeTensorMode(), torch.no_grad():
        yield


def fails(call: Callable[[], object]) -> str | None:
    """The message of the exception that `call` ends in, or None."""
    try:
        call()
    except Exception as error:
        return str(error) or type(error).__name__
    return None


def reals(*shape: int) -> torch.Tensor:
    """Numbers from everywhere on the real line, all different, in no order."""
    count = torch.Size(shape).numel()
    order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
    return torch.linspace(-30.0, 31.0, count)[order].reshape(shape)


def values(tensor: torch.Tensor) -> set[float]:
    """The different values of a tensor."""
    return set(tensor.detach().double().flatten().tolist())
