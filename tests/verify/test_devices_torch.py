"""Devices, and CUDA autocast on a machine without CUDA."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from bce_lint.verify import Verdict, devices, verify_rule
from bce_lint.verify.devices import cuda_autocast, resolve, why_no_autocast

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:.*Disabling autocast:UserWarning")]

CPU = torch.device("cpu")
BAN = "torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast."


def _banned(dtype: torch.dtype = torch.float32) -> str:
    """How `BCELoss` raises, or nothing."""
    try:
        nn.BCELoss()(torch.rand(4, dtype=dtype), torch.rand(4, dtype=dtype))
    except RuntimeError as error:
        return str(error).splitlines()[0]
    return ""


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16])
def test_simulated_autocast_bans_bce_loss_and_nothing_else(dtype: torch.dtype) -> None:
    x = torch.zeros(4, dtype=dtype, requires_grad=True)
    with cuda_autocast(CPU):
        assert _banned(dtype) == BAN
        F.binary_cross_entropy_with_logits(x, torch.ones_like(x)).sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None and x.grad.tolist() == [-0.125] * 4
    assert _banned(dtype) == ""


def test_a_region_in_it_that_is_disabled_is_honoured() -> None:
    with cuda_autocast(CPU):
        with torch.autocast("cuda", enabled=False):
            assert _banned() == ""
        with torch.autocast("cpu", enabled=False):
            assert _banned() == BAN
        assert _banned() == BAN


def test_nothing_of_it_is_left_behind() -> None:
    before = torch.is_autocast_enabled("cuda"), torch.get_autocast_dtype("cuda")
    with pytest.raises(ZeroDivisionError), cuda_autocast(CPU):
        _ = 1 / 0
    assert (torch.is_autocast_enabled("cuda"), torch.get_autocast_dtype("cuda")) == before
    assert why_no_autocast(CPU) == ""


@contextmanager
def _nothing(device: torch.device):  # type: ignore[no-untyped-def]
    yield


def test_a_simulation_that_bans_nothing_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "cuda_autocast", _nothing)
    (one,) = verify_rule("BCE102")
    assert (one.verdict, one.holds) == (Verdict.NOT_VERIFIABLE, False)
    assert one.reason == "CUDA autocast cannot be simulated: BCELoss is not refused under it"


def test_a_torch_without_the_private_name_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch._C, "_IncludeDispatchKeyGuard")
    (one,) = verify_rule("BCE102")
    assert one.verdict is Verdict.NOT_VERIFIABLE
    assert one.reason.startswith("CUDA autocast cannot be simulated: AttributeError: ")
    assert not torch.is_autocast_enabled("cuda")


def test_names() -> None:
    assert resolve("cpu") == CPU
    assert resolve("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(devices.NoDevice, match="no device is called 'tpu'; there are cpu, cuda, auto"):
        resolve("tpu")


def test_a_gpu_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(devices.NoDevice, match=r"^torch \S+ sees no CUDA device; use --device cpu, or auto$"):
        verify_rule("BCE101", "cuda")
    assert resolve("auto") == CPU


def test_the_number_of_threads_comes_back() -> None:
    before = torch.get_num_threads()
    verify_rule("BCE601")
    assert torch.get_num_threads() == before


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_real_autocast_bans_bce_loss() -> None:
    cuda = torch.device("cuda")
    assert why_no_autocast(cuda) == ""
    assert {one.verdict for one in verify_rule("BCE102", "cuda")} == {Verdict.ERROR}
