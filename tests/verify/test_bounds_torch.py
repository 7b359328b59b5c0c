"""A trial asks torch for nothing above a limit: sizes are known before anything is made."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from bce_lint.verify import verify_source  # noqa: E402
from bce_lint.verify.site import Verifier  # noqa: E402
from bce_lint.verify.site.bounds import MOST, Bounded, TooManyElements  # noqa: E402

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
LOSSES = {
    "zeros": "nn.BCEWithLogitsLoss(weight=torch.zeros(10**6, 10**6))(torch.sigmoid(x), y)",
    "pos_weight": "nn.BCEWithLogitsLoss(pos_weight=torch.ones(10**10))(torch.sigmoid(x), y)",
    "expand": "nn.BCEWithLogitsLoss()(torch.sigmoid(x).expand(10**6, 10**6), y)",
    "repeat": "nn.BCEWithLogitsLoss()(torch.sigmoid(x).repeat(10**6), y)",
    "repeated repeats": "nn.BCEWithLogitsLoss()(torch.sigmoid(x).repeat(1000, 1).repeat(1000, 1).repeat(1000, 1), y)",
    "arange": "nn.BCEWithLogitsLoss()(torch.sigmoid(x), y * torch.arange(10**12))",
    "one_hot": "nn.BCEWithLogitsLoss()(torch.sigmoid(x), F.one_hot(y, num_classes=10**12).float())",
    "outer sum": "nn.BCEWithLogitsLoss()(torch.sigmoid(x), y + torch.ones(3000, 1) + torch.ones(3000))",
    "product": "nn.BCEWithLogitsLoss()(torch.sigmoid(x), torch.ones(3000, 100) @ torch.ones(100, 3000))",
    "many of them": "nn.BCEWithLogitsLoss()(torch.sigmoid(x), y + " + "+".join(f"torch.ones({900_000 + n}).sum()" for n in range(9)) + ")",
}
ASKED = ("zeros", "pos_weight", "expand", "repeat", "repeated repeats", "product")
"""Those in which the size stands between the activation and the loss, or in an option; targets are samples."""


class Sizes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the most elements that an operation made."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.most = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        found = func(*args, **(kwargs or {}))
        if isinstance(found, torch.Tensor) and not found.is_meta:
            self.most = max(self.most, found.numel())
        return found


@pytest.mark.parametrize("name", LOSSES)
def test_nothing_above_the_limit_is_asked_of_torch(name: str) -> None:
    source = f"{HEAD}def step(x, y):\n    return {LOSSES[name]}\n"
    with Sizes() as sizes:
        verified = [one.verification for one in verify_source(source, select=["BCE103"]) if one.verification is not None]
    assert sizes.most <= MOST
    assert len(verified) == 1
    assert verified[0].verdict == ("not verifiable" if name in ASKED else "intended change")


@pytest.mark.parametrize("name", ["zeros", "pos_weight", "repeat"])
def test_the_reason_says_what_is_needed_and_what_the_limit_is(name: str) -> None:
    source = f"{HEAD}def step(x, y):\n    return {LOSSES[name]}\n"
    reasons = [one.verification.reason for one in verify_source(source, select=["BCE103"]) if one.verification is not None]
    assert len(reasons) == 1
    assert "elements, the limit is 4,000,000" in reasons[0]


def test_what_fits_is_verified_beside_what_does_not() -> None:
    small = "def small(x, y):\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n"
    source = f"{HEAD}def big(x, y):\n    return {LOSSES['zeros']}\n{small}"
    verdicts = [one.verification.verdict for one in verify_source(source, select=["BCE103"]) if one.verification is not None]
    assert verdicts == ["not verifiable", "intended change"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.nn.Linear(10**6, 10**6),
        lambda: torch.nn.Embedding(10**9, 100),
        lambda: torch.zeros(10**7),
        lambda: torch.rand(3000, 3000),
        lambda: torch.full((10**12,), 1.0),
        lambda: torch.eye(10**5),
        lambda: torch.diag_embed(torch.ones(4000)),
        lambda: torch.ones(4000).diag(),
        lambda: torch.nn.functional.pdist(torch.ones(4000, 2)),
        lambda: torch.nn.functional.pad(torch.ones(2, 2), (0, 10**9)),
        lambda: torch.ones(2, 1, 1).expand(2, 10**5, 10**5),
        lambda: torch.nn.functional.conv1d(torch.ones(1, 1, 3), torch.ones(1, 1, 3), padding=10**8),
        lambda: torch.nn.functional.interpolate(torch.ones(1, 1, 4), scale_factor=10.0**8),
        lambda: torch.kron(torch.ones(3000), torch.ones(3000)),
        lambda: torch.ones(1, 1, 2, 2).repeat(1, 1, 2000, 2000),
        lambda: torch.ones(10).repeat_interleave(torch.full((10,), 10**9)),
        lambda: torch.bincount(torch.tensor([10**9])),
        lambda: torch.nn.functional.pad(torch.ones(3), (10**9, 10**9)),
        lambda: torch.nn.functional.interpolate(torch.ones(1, 1, 3), scale_factor=10**8),
        lambda: torch.ones(3, requires_grad=True).expand(10**8, 3).sum(),
        lambda: torch.linspace(0, 1, 10**9),
        lambda: torch.ones(5000, 1).matmul(torch.ones(1, 5000)),
        lambda: torch.cdist(torch.ones(5000, 2), torch.ones(5000, 2)),
    ],
)
def test_an_operation_is_refused_before_it_runs(make) -> None:  # type: ignore[no-untyped-def]
    with Bounded(), pytest.raises(TooManyElements):  # type: ignore[no-untyped-call]
        make()


def test_what_is_small_runs_as_ever() -> None:
    with Bounded():  # type: ignore[no-untyped-call]
        x = torch.arange(12.0).reshape(3, 4).requires_grad_()
        torch.nn.Linear(4, 2)(x).relu().sum().backward()
        assert x.grad is not None
        assert torch.masked_select(x, x > 3).numel() == 8
        assert torch.rand(3, generator=torch.Generator().manual_seed(1)).shape == (3,)
    assert Verifier("cpu").device.type == "cpu"
