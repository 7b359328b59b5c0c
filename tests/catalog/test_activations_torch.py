"""Every spelling of an activation against the installed torch: signature, dimension, values, writing back."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
import torch

from bce_lint.catalog import activations
from bce_lint.catalog.schema import REQUIRED, Activation, Domain, Param
from tests.catalog.probes import fails, reals, resolve

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:Implicit dimension choice:UserWarning")]

REFERENCES: dict[str, Callable[[torch.Tensor, int], torch.Tensor]] = {
    "sigmoid": lambda x, _: 1 / (1 + torch.exp(-x)),
    "logsigmoid": lambda x, _: -torch.log1p(torch.exp(-x)),
    "softmax": lambda x, dim: torch.exp(x - torch.logsumexp(x, dim, keepdim=True)),
    "log_softmax": lambda x, dim: x - torch.logsumexp(x, dim, keepdim=True),
    "softmin": lambda x, dim: torch.exp(-x - torch.logsumexp(-x, dim, keepdim=True)),
}
FUNCTIONS = {**activations.FUNCTIONS, **{f"torch.Tensor.{name}": row for name, row in activations.METHODS.items()}}
EXACT = {name: row for name, row in FUNCTIONS.items() if row.name in REFERENCES}


def _x(name: str) -> torch.Tensor:
    x = reals(4, 5, 3).clamp(-12, 12)
    return x.to_sparse() if ".sparse." in name else x


def _dense(x: torch.Tensor) -> torch.Tensor:
    return x.to_dense() if x.is_sparse else x


def _option(row: Activation) -> dict[str, int]:
    return {row.dim: 1} if row.dim else {}


@pytest.mark.parametrize("name", EXACT)
def test_function_values(name: str) -> None:
    row = EXACT[name]
    found = _dense(resolve(name)(_x(name), **_option(row)))
    assert torch.allclose(found, REFERENCES[row.name](_dense(_x(name)), 1), atol=1e-6)
    assert found.min() >= row.range.low
    assert found.max() <= row.range.high


def test_gumbel_softmax_is_a_distribution() -> None:
    row = FUNCTIONS["torch.nn.functional.gumbel_softmax"]
    found = torch.nn.functional.gumbel_softmax(_x(""))
    assert torch.allclose(found.sum(row.params[-1].default), torch.ones(4, 5))  # type: ignore[call-overload]
    assert row.domain is Domain.CATEGORICAL


@pytest.mark.parametrize("name", activations.MODULES)
def test_module_values(name: str) -> None:
    row = activations.MODULES[name]
    found = resolve(name)(**_option(row))(_x(name))
    dim = row.fixed_dim if row.fixed_dim is not None else 1
    assert row.module == name
    assert torch.allclose(found, REFERENCES[row.name](_x(name), dim), atol=1e-6)


@pytest.mark.parametrize("name", activations.MODULES)
def test_module_signature(name: str) -> None:
    parameters = list(inspect.signature(resolve(name)).parameters.values())
    named = [Param(p.name, p.default) for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert tuple(named) == activations.MODULES[name].init
    if not named:
        assert fails(lambda: resolve(name)(torch.zeros(2)))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_signature(name: str) -> None:
    """Names by keyword, order by position, and nothing more than the row says."""
    row, function, x = FUNCTIONS[name], resolve(name), _x(name)
    sample = {"input": x, "logits": x, "dim": 1, "mask": None, "dtype": torch.float64}
    arguments = {p.name: sample.get(p.name, p.default) for p in row.params}
    tensor = row.params[0].name
    leading = [] if name.startswith("torch.Tensor.") else [p.name for p in row.params if p.name == tensor]
    named = {k: v for k, v in arguments.items() if k in leading or k != tensor}
    rest = () if leading else (x.clone(),)
    if ".masked." not in name:
        function(*rest, **named)
    if row.dim:
        assert (fails(lambda: function(x)) is None) == (next(p for p in row.params if p.name == row.dim).default != REQUIRED)
    positional = [arguments[p.name] for p in row.params if p.positional]
    if tensor == "logits":
        positional = positional[:1]
    keywords = {p.name: arguments[p.name] for p in row.params if not p.positional and p.name != "mask"}
    found = function(*positional, **keywords)
    if "dtype" in arguments:
        assert found.dtype == torch.float64
    assert fails(lambda: function(*[arguments[p.name] for p in row.params], *([None] * 3)))


@pytest.mark.parametrize("name", [name for name, row in FUNCTIONS.items() if row.implicit_dim])
@pytest.mark.parametrize(("rank", "dim"), [(1, 0), (2, 1), (3, 0), (4, 1), (5, 1)])
def test_implicit_dimension(name: str, rank: int, dim: int) -> None:
    x = reals(*([2] * rank))
    assert torch.equal(resolve(name)(x), resolve(name)(x, dim))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_writing_back(name: str) -> None:
    row = FUNCTIONS[name]
    x = _x(name)
    before = _dense(x).clone()
    found = resolve(name)(x, **_option(row))
    written = not torch.equal(_dense(x), before)
    assert written == (name.removeprefix("torch.Tensor.") in activations.INPLACE)
    assert written == (found is x)


def test_stacklevel_swallows_a_dtype() -> None:
    assert torch.nn.functional.softmax(torch.zeros(2, 3), 1, torch.float64).dtype == torch.float32  # type: ignore[arg-type]


def test_every_method_and_function_is_known() -> None:
    words = ("sigmoid", "softmax", "softmin", "expit")
    spaces = {"torch": torch, "torch.special": torch.special, "torch.nn.functional": torch.nn.functional, "torch.nn": torch.nn}
    known = {*activations.FUNCTIONS, *activations.MODULES}
    elsewhere = {"torch.nn.functional.hardsigmoid", "torch.nn.Hardsigmoid", "torch.nn.AdaptiveLogSoftmaxWithLoss"}
    for space, module in spaces.items():
        found = {f"{space}.{n}" for n in dir(module) if not n.startswith("_") and any(word in n.lower() for word in words)}
        assert found - known - elsewhere == set()
    methods = {n for n in dir(torch.Tensor) if any(word in n for word in words) and not n.startswith("_")}
    assert methods == set(activations.METHODS)
