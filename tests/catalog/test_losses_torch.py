"""Every contract against the installed torch: signature, domain, target dtype, shapes, autocast."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch

from bce_lint.catalog import losses
from bce_lint.catalog.contexts import BANNING_DEVICES
from bce_lint.catalog.schema import REQUIRED, Contract, Expects, Param, ShapeRelation, Target
from tests.catalog.probes import KEYS, NOT_INSTALLED, autocast, fails, fake_autocast, resolve

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:.NLLLoss2d. has been deprecated:FutureWarning"),
]

INSTALLED = [c for c in losses.CONTRACTS if not (c.functional or "").startswith(NOT_INSTALLED)]
N, C = 4, 3
Call = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def _id(contract: Contract) -> str:
    return contract.functional or contract.name


def _builtin(contract: Contract) -> bool:
    return contract.module is None


def _signature(params: tuple[Param, ...]) -> list[tuple[str, object, bool]]:
    return [(p.name, p.default, p.positional) for p in params]


def _inspected(target: Callable[..., object]) -> list[tuple[str, object, bool]]:
    parameters = [p for p in inspect.signature(target).parameters.values() if p.name != "self"]
    return [(p.name, REQUIRED if p.default is p.empty else p.default, p.kind is not p.KEYWORD_ONLY) for p in parameters]


def _options(contract: Contract) -> dict[str, Any]:
    if contract.name == "LinearCrossEntropyLoss":
        return {"in_features": C, "num_classes": C}
    if contract.name == "AdaptiveLogSoftmaxWithLoss":
        return {"in_features": C, "n_classes": 5, "cutoffs": [2], "div_value": 1.0}
    return {}


def _loss(contract: Contract) -> Call:
    """The loss as a function of two tensors, unreduced where it can be."""
    rest: tuple[Any, ...] = ()
    if contract.name == "GaussianNLLLoss":
        rest = (0.5,)
    if _builtin(contract):
        function = resolve(contract.functional or "")
        rest = (True, False, 1e-8, 0) if contract.name == "PoissonNLLLoss" else rest
        return lambda x, t: function(x, t, *rest)
    assert contract.module and contract.init is not None
    options = _options(contract)
    if any(p.name == "reduction" for p in contract.init):
        options["reduction"] = "none"
    module = resolve(contract.module)(**options)
    if contract.name == "AdaptiveLogSoftmaxWithLoss":
        return lambda x, t: module(x, t).loss
    return lambda x, t: module(x, t, *rest)


PAIRED = [c for c in INSTALLED if len(c.call) == 2 or c.name == "GaussianNLLLoss"]


def _input(contract: Contract, *shape: int) -> torch.Tensor:
    return torch.rand(*shape) if contract.expects is Expects.PROBABILITY else torch.randn(*shape).log_softmax(-1)


@pytest.mark.parametrize("contract", [c for c in INSTALLED if c.module], ids=_id)
def test_class_signature(contract: Contract) -> None:
    cls = resolve(contract.module or "")
    assert contract.init is not None
    assert _inspected(cls.__init__) == _signature(contract.init)
    assert tuple(inspect.signature(cls.forward).parameters)[1:] == contract.call


@pytest.mark.parametrize("contract", [c for c in INSTALLED if c.functional and not _builtin(c)], ids=_id)
def test_function_signature(contract: Contract) -> None:
    assert contract.function is not None
    assert _inspected(resolve(contract.functional or "")) == _signature(contract.function)


def test_every_loss_class_is_known() -> None:
    classes = {f"torch.nn.{name}" for name in dir(torch.nn) if name.endswith(("Loss", "Loss2d")) or name.endswith("WithLoss")}
    assert set(losses.MODULES) == classes


def test_every_loss_function_is_known() -> None:
    endings = ("_loss", "cross_entropy", "kl_div", "with_logits")
    names = {f"torch.{n}" for n in dir(torch) if n.endswith(endings) and not n.startswith(("_", "miopen_"))}
    names |= {f"torch.nn.functional.{n}" for n in dir(torch.nn.functional) if n.endswith(endings) and not n.startswith("_")}
    assert {name for name in losses.FUNCTIONS if not name.startswith(NOT_INSTALLED)} == names


def _sample(param: Param, contract: Contract) -> Any:
    if contract.name == "CTCLoss":
        return {
            "log_probs": torch.zeros(5, N, C).log_softmax(-1),
            "targets": torch.ones(N, 2, dtype=torch.long),
            "input_lengths": torch.full((N,), 5),
            "target_lengths": torch.full((N,), 2),
        }.get(param.name, param.default)
    if contract.name == "CosineEmbeddingLoss" and param.name == "target":
        return torch.ones(N)
    if param.tensor and param.default == REQUIRED:
        return torch.full((N, C), 0.5)
    required = {"log_input": True, "full": False, "eps": 1e-8, "reduction": 0}
    return required[param.name] if param.default == REQUIRED else param.default


@pytest.mark.parametrize("contract", [c for c in INSTALLED if _builtin(c)], ids=_id)
def test_builtin_signature(contract: Contract) -> None:
    function = resolve(contract.functional or "")
    params = contract.function or ()
    arguments = {p.name: _sample(p, contract) for p in params}
    required = {p.name: arguments[p.name] for p in params if p.default == REQUIRED}
    by_position = [arguments[p.name] for p in params if p.positional]
    expected = function(**arguments)
    assert torch.equal(function(**required), expected), "the defaults are right"
    assert torch.equal(function(*by_position), expected), "the order is right"
    if len(by_position) < len(params):
        assert fails(lambda: function(*by_position, *[arguments[p.name] for p in params if not p.positional]))
    for p in params:
        if p.default == REQUIRED:
            assert fails(lambda p=p: function(**{k: v for k, v in arguments.items() if k != p.name}))  # type: ignore[misc]
    assert function(**required).numel() > 1 or contract.name == "CTCLoss", "unreduced"


@pytest.mark.parametrize("contract", [c for c in INSTALLED if any(p.tensor and p.default is None for p in c.init or ())], ids=_id)
def test_tensor_slots_refuse_numbers(contract: Contract) -> None:
    for p in contract.init or ():
        message = fails(lambda p=p: resolve(contract.module or "")(**_options(contract), **{p.name: 2.0}))  # type: ignore[misc]
        assert not p.tensor or any(text in (message or "") for text in ("cannot assign 'float' object", "has no attribute 'shape'"))


@pytest.mark.parametrize("contract", PAIRED, ids=_id)
def test_expected_domain(contract: Contract) -> None:
    if contract.expects is Expects.ANY:
        return
    DOMAIN_PROBES[contract.expects](_loss(contract))


def _wants_probabilities(loss: Call) -> None:
    target = torch.ones(1)
    assert fails(lambda: loss(torch.tensor([1.01]), target))
    assert fails(lambda: loss(torch.tensor([-0.01]), target))
    assert torch.allclose(loss(torch.tensor([0.25]), target), -torch.tensor([0.25]).log())


def _wants_logits(loss: Call) -> None:
    x = torch.linspace(-9, 9, 7)
    assert torch.allclose(loss(x, torch.ones(7)), -torch.nn.functional.logsigmoid(x), atol=1e-6)


def _wants_class_logits(loss: Call) -> None:
    x, target = torch.randn(N, C), torch.tensor([0, 1, 2, 0])
    assert torch.allclose(loss(x, target), loss(x + 7, target), atol=1e-5)
    assert torch.allclose(loss(x, target), loss(x.log_softmax(1), target), atol=1e-5)


def _wants_log_probabilities(loss: Call) -> None:
    x, target = torch.randn(N, C), torch.tensor([0, 1, 2, 0])
    assert torch.equal(loss(x, target), -x.gather(1, target[:, None]).squeeze(1))


def _wants_kl_log_probabilities(loss: Call) -> None:
    p = torch.randn(N, C).softmax(1)
    assert torch.allclose(loss(p.log(), p), torch.zeros(N, C), atol=1e-6)
    assert not torch.allclose(loss(p, p).sum(), torch.zeros(()), atol=1e-1)


def _wants_margin_logits(loss: Call) -> None:
    scores = torch.linspace(-9, 9, 7).reshape(7, 1)
    found = loss(scores, torch.ones(7, 1)).flatten()
    assert torch.allclose(found, -torch.nn.functional.logsigmoid(scores).flatten(), atol=1e-5)


DOMAIN_PROBES: dict[Expects, Callable[[Call], None]] = {
    Expects.PROBABILITY: _wants_probabilities,
    Expects.LOGITS: _wants_logits,
    Expects.CLASS_LOGITS: _wants_class_logits,
    Expects.LOG_PROBABILITIES: _wants_log_probabilities,
    Expects.KL_LOG_PROBABILITIES: _wants_kl_log_probabilities,
    Expects.MARGIN_LOGITS: _wants_margin_logits,
}

FLOATS = {torch.float16, torch.bfloat16, torch.float32, torch.float64}
WHOLE = {torch.int64, torch.int32, torch.uint8, torch.bool}
INDEX = {torch.int64, torch.uint8}
DENSE_DTYPES: dict[Target, set[torch.dtype]] = {
    Target.FLOAT: FLOATS,
    Target.FLOAT_AS_INPUT: {torch.float32},
    Target.CLASS_INDEX: FLOATS,
    Target.INDEX_ONLY: set(),
}
INDEX_DTYPES: dict[Target, set[torch.dtype]] = {
    Target.CLASS_INDEX: INDEX,
    Target.INDEX_ONLY: INDEX,
    Target.INT64_ONLY: {torch.int64},
}


def _accepted(loss: Call, x: torch.Tensor, target: torch.Tensor) -> set[torch.dtype]:
    return {dtype for dtype in FLOATS | WHOLE if fails(partial(loss, x, target.to(dtype))) is None}


@pytest.mark.parametrize("contract", PAIRED, ids=_id)
def test_target_dtypes(contract: Contract) -> None:
    loss, x = _loss(contract), _input(contract, N, C)
    if contract.name == "LinearCrossEntropyLoss":
        assert _accepted(loss, x, torch.tensor([0, 1, 2, 0])) == INDEX
        return
    if contract.target is Target.ANY and contract.name != "AdaptiveLogSoftmaxWithLoss":
        assert {torch.float32, torch.int64} <= _accepted(loss, x, torch.ones(N, C))
    if contract.target in DENSE_DTYPES:
        assert _accepted(loss, x, torch.eye(C)[[0, 1, 2, 0]]) == DENSE_DTYPES[contract.target]
    if contract.target in INDEX_DTYPES:
        index = torch.tensor([0, 1, 2, 0])
        target = index if contract.shape is ShapeRelation.CLASS_DIM else index[:, None].expand(N, C).contiguous()
        assert _accepted(loss, x, target) == INDEX_DTYPES[contract.target]


def _grown(loss: Call, x: torch.Tensor, target: torch.Tensor) -> tuple[str | None, bool]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        message = fails(lambda: loss(x, target))
    return message, any("target size" in str(w.message) for w in caught)


@pytest.mark.parametrize("contract", PAIRED, ids=_id)
def test_shapes(contract: Contract) -> None:
    loss = _loss(contract)
    column, row = _input(contract, N, 1), torch.ones(N)
    message, warned = _grown(loss, column, row)
    match contract.shape:
        case ShapeRelation.EQUAL | ShapeRelation.NO_GROWTH:
            assert message
            target = torch.zeros(1, 1) if contract.target is not Target.INT64_ONLY else torch.zeros(1, 1, dtype=torch.long)
            assert (_grown(loss, column, target)[0] is None) == (contract.shape is ShapeRelation.NO_GROWTH)
        case ShapeRelation.BROADCAST:
            assert (message, warned) == (None, False)
        case ShapeRelation.BROADCAST_WARNS:
            assert (message, warned) == (None, True)
        case ShapeRelation.CLASS_DIM:
            index = torch.tensor([0, 1, 2, 0])
            assert _grown(loss, _input(contract, N, C), index) == (None, False)
            assert _grown(loss, _input(contract, N, C), index[:, None])[0]
        case ShapeRelation.ANY:
            assert contract.expects is Expects.ANY or _builtin(contract)
        case _:
            pytest.fail(f"no probe for {contract.shape}")


@pytest.mark.parametrize("device", KEYS)
@pytest.mark.parametrize("contract", [c for c in INSTALLED if c.expects is not Expects.ANY], ids=_id)
def test_autocast_ban(contract: Contract, device: str) -> None:
    loss = _loss(contract)
    index = contract.target in INDEX_DTYPES
    x = torch.rand(N, C).float()
    target = torch.tensor([0, 1, 2, 0]) if index else torch.rand(N, C)
    with autocast(device):
        message = fails(lambda: loss(x, target))
    banned = contract.autocast == "banned" and device in BANNING_DEVICES
    assert ("unsafe to autocast" in (message or "")) == banned


@pytest.mark.parametrize("device", ["cuda", "xpu", "mtia", "cpu", "mps"])
@pytest.mark.parametrize("inner", [True, False])
def test_the_ban_by_device(device: str, inner: bool) -> None:
    """Tensors of each device; a nested context for the same device lifts the ban, one for another device does not."""
    with fake_autocast(device):
        p = torch.zeros(N, device=device)
        other = "cpu" if device != "cpu" else "xpu"
        message = fails(lambda: _nested(device if inner else other, p))
    assert ("unsafe to autocast" in (message or "")) == (device in BANNING_DEVICES and not inner)


def _nested(device: str, p: torch.Tensor) -> torch.Tensor:
    enabled = torch.is_autocast_enabled(device)
    torch.set_autocast_enabled(device, False)
    try:
        return torch.nn.functional.binary_cross_entropy(p, p)
    finally:
        torch.set_autocast_enabled(device, enabled)


@pytest.mark.parametrize("contract", [c for c in PAIRED if c.autocast != "banned"], ids=_id)
def test_autocast_dtype(contract: Contract) -> None:
    """On cuda, half inputs: `float32` losses come out in float32. Tensors without data stand for those of a device."""
    if contract.name in {"AdaptiveLogSoftmaxWithLoss", "LinearCrossEntropyLoss"}:
        assert contract.autocast == "any"
        return
    shape = (N,) if contract.shape is ShapeRelation.CLASS_DIM else (N, C)
    dtype = torch.int64 if contract.target in INDEX_DTYPES else torch.float16
    with fake_autocast("cuda"):
        x = torch.zeros(N, C, device="cuda", dtype=torch.float16)
        found = _loss(contract)(x, torch.zeros(*shape, device="cuda", dtype=dtype))
    assert (found.dtype == torch.float32) == (contract.autocast == "float32")
