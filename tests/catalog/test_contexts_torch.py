"""Autocast callables, decorators and neutral contexts against the installed torch."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch

from bce_lint.catalog.contexts import AUTOCAST, BANNING_DEVICES
from bce_lint.catalog.schema import REQUIRED
from tests.catalog.probes import resolve

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:.*deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:.*is deprecated:UserWarning"),
    pytest.mark.filterwarnings("ignore:CUDA is not available:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*Disabling autocast:UserWarning"),
    pytest.mark.filterwarnings("ignore:Anomaly Detection has been enabled:UserWarning"),
]


def _loss() -> torch.Tensor:
    return torch.nn.functional.binary_cross_entropy(torch.rand(4), torch.rand(4))


def _plain(default: object) -> object:
    return (
        REQUIRED
        if default is inspect.Parameter.empty
        else str(default).removeprefix("torch.")
        if isinstance(default, torch.dtype)
        else default
    )


@pytest.mark.parametrize("name", AUTOCAST)
def test_autocast_signatures(name: str) -> None:
    found = inspect.signature(resolve(name)).parameters.values()
    assert [(p.name, _plain(p.default)) for p in found] == [(p.name, p.default) for p in AUTOCAST[name].params]


@pytest.mark.parametrize("name", AUTOCAST)
def test_autocast_devices(name: str) -> None:
    form = AUTOCAST[name]
    context: Any = resolve(name)() if form.device else resolve(name)("cpu")
    assert context.device == (form.device or "cpu")


@pytest.mark.parametrize("device", ["cpu", "xpu", "mtia", "mps"])
def test_autocast_switches_one_device(device: str) -> None:
    with torch.autocast(device):
        assert torch.is_autocast_enabled(device)
        assert not torch.is_autocast_enabled("cuda")
        with torch.autocast(device, enabled=False):
            assert not torch.is_autocast_enabled(device)
    assert device in BANNING_DEVICES or device in {"cpu", "mps"}
