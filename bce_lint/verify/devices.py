"""Where losses run: the CPU, a GPU, and CUDA autocast, real or simulated."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import torch
import torch.nn.functional as F

NAMES: Final = ("cpu", "cuda", "auto")
BAN: Final = "unsafe to autocast"


class NoDevice(ValueError):
    """The device that was asked for is not there."""


def resolve(name: str) -> torch.device:
    """The device of a name; `auto` is a GPU where there is one. Raises `NoDevice`."""
    if name not in NAMES:
        raise NoDevice(f"no device is called {name!r}; there are {', '.join(NAMES)}")
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise NoDevice(f"torch {torch.__version__} sees no CUDA device; use --device cpu, or auto")
    return torch.device("cuda" if there and name != "cpu" else "cpu")


@contextmanager
def one_thread() -> Iterator[None]:
    """The CPU's work on one thread: tensors are small, threads would wait for each other, and sums depend on their number."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def cuda_autocast(device: torch.device) -> Iterator[None]:
    """A region under CUDA autocast: the real one on a GPU, else CPU tensors through its kernels.

    A CPU-only torch silently ignores `torch.autocast("cuda")`; the simulation only leaves the casts out.
    """
    if device.type == "cuda":
        with torch.autocast("cuda", dtype=torch.float16):
            yield
        return
    enabled, dtype = torch.is_autocast_enabled("cuda"), torch.get_autocast_dtype("cuda")
    torch.set_autocast_enabled("cuda", True)
    torch.set_autocast_dtype("cuda", torch.float16)
    try:
        with torch._C._IncludeDispatchKeyGuard(torch._C.DispatchKey.AutocastCUDA):
            yield
    finally:
        torch.set_autocast_enabled("cuda", enabled)
        torch.set_autocast_dtype("cuda", dtype)
        torch.clear_autocast_cache()


def why_no_autocast(device: torch.device) -> str:
    """Why `cuda_autocast` proves nothing here, or nothing: the ban must be raised inside it, and only where it is enabled."""
    x, t = torch.zeros(2, device=device, requires_grad=True), torch.ones(2, device=device)
    try:
        with cuda_autocast(device), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.autograd.grad(F.binary_cross_entropy_with_logits(x, t), x)
            with torch.autocast("cuda", enabled=False):
                F.binary_cross_entropy(torch.sigmoid(x), t)
            try:
                F.binary_cross_entropy(torch.sigmoid(x), t)
            except RuntimeError as error:
                return "" if BAN in str(error) else f"CUDA autocast cannot be simulated: {error}"
    except Exception as error:
        return f"CUDA autocast cannot be simulated: {type(error).__name__}: {error}"
    return "CUDA autocast cannot be simulated: BCELoss is not refused under it"
