"""Autocast callables, decorators and neutral contexts against the installed torch."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch

from bce_lint.catalog.contexts import AUTOCAST, BANNING_DEVICES, CUSTOM_BWD, CUSTOM_FWD, NEUTRAL_CONTEXTS
from bce_lint.catalog.schema import REQUIRED
from tests.catalog.probes import autocast, fails, resolve

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


@pytest.mark.parametrize("name", sorted(CUSTOM_FWD))
@pytest.mark.parametrize("cast", [None, torch.float32])
def test_custom_fwd_lifts_the_ban_when_it_casts(name: str, cast: torch.dtype | None) -> None:
    options: dict[str, Any] = {"cast_inputs": cast} if name.startswith("torch.cuda.") else {"cast_inputs": cast, "device_type": "cuda"}

    @resolve(name)(**options)  # type: ignore[untyped-decorator]
    def forward(ctx: object) -> torch.Tensor:
        return _loss()

    class Context:
        _dtype: object = None
        _fwd_used_autocast = False

    with autocast("cuda"):
        message = fails(lambda: forward(Context()))
    assert ("unsafe to autocast" in (message or "")) == (cast is None)


@pytest.mark.parametrize("name", sorted(CUSTOM_BWD))
def test_custom_bwd_restores_the_forwards_autocast(name: str) -> None:
    decorator = resolve(name) if name.startswith("torch.cuda.") else resolve(name)(device_type="cuda")

    class Context:
        _dtype = torch.float16
        _fwd_used_autocast = False

    with autocast("cuda"):
        message = fails(lambda: decorator(lambda ctx: _loss())(Context()))
    assert message is None, "the forward ran without autocast"


@pytest.mark.parametrize("name", sorted(name for name in NEUTRAL_CONTEXTS if "profile" not in name))
def test_neutral_contexts_leave_the_ban(name: str) -> None:
    arguments = (True,) if name.endswith(("set_grad_enabled", "set_detect_anomaly")) else ()
    with autocast("cuda"), resolve(name)(*arguments):
        message = fails(_loss)
    assert "unsafe to autocast" in (message or "")
    with resolve(name)(*arguments):
        assert fails(_loss) is None
