"""Which operations hand a gradient on, by every row against the installed torch: what is certain of a result is so."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import TOP, Seq, Value, const
from bce_lint.analysis.interpreter import callbacks
from bce_lint.analysis.models import gradients
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog import layers
from bce_lint.catalog.schema import Kind
from tests.analysis.state.test_store import Nowhere
from tests.catalog.calls import METHOD, TORCH_ROWS, call_of, last
from tests.catalog.probes import reals, resolve
from tests.catalog.test_layers_torch import arguments, build
from tests.catalog.test_tensors_torch import CALLED, parts

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore"),
]

PLAIN = (Kind.SCALAR, Kind.NONE, Kind.JOIN, Kind.MASK, Kind.FILL, Kind.MATMUL)
ROWS = [name for name in CALLED if TORCH_ROWS[name].kind not in PLAIN and last(name) not in ("from_numpy", "resize_as", "requires_grad")]
"""What the tensors of its arguments tell apart: the rest is asked of all of its operands, which a reveal shows."""
SILENT = {Kind.ROUND}
"""Of these nothing is certain where there is a gradient: it is one of zeros."""


def seen(value: Any) -> Value:
    """An argument as the analysis sees it."""
    if isinstance(value, torch.Tensor):
        carried = Gradient.SOME if value.requires_grad else Gradient.DATA
        return Tensor(dtype=str(value.dtype).removeprefix("torch."), gradient=carried)
    if isinstance(value, tuple | list):
        return Seq(tuple(map(seen, value)))
    return const(value) if value is None or isinstance(value, bool | int | float | str) else TOP


def agrees(said: Gradient, found: torch.Tensor) -> bool:
    """True if what is certain of a result is so."""
    return said is Gradient.UNKNOWN or (said is Gradient.SOME) is found.requires_grad or not found.is_floating_point()


@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize("name", ROWS)
def test_what_a_result_carries(name: str, trained: bool) -> None:
    row, (x, positional, keywords) = TORCH_ROWS[name], call_of(name)
    if trained and x.is_floating_point():
        y = x.detach().requires_grad_() * 1 if row.inplace else x.detach().requires_grad_()
        positional, keywords = tuple(y if one is x else one for one in positional), {k: y if v is x else v for k, v in keywords.items()}
        x = y
    args = Args(tuple(map(seen, positional)), {k: seen(v) for k, v in keywords.items()})
    tensor = seen(x)
    assert isinstance(tensor, Tensor)
    said = gradients.after(Machine(Nowhere(), callbacks), row, tensor, args, last(name) if name.startswith(METHOD) else name)
    try:
        found = parts(resolve(name)(*positional, **keywords))
    except (RuntimeError, TypeError) as error:
        assert "grad" in str(error)
        return
    if found:
        assert agrees(said, found[0])
        assert said is not Gradient.UNKNOWN or row.kind in SILENT or row.inplace


@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize("name", layers.LAYERS)
def test_what_a_layer_returns(name: str, trained: bool) -> None:
    row, given = layers.LAYERS[name], arguments(name)
    if trained and given[0].is_floating_point():
        given = (given[0].detach().requires_grad_(), *given[1:])
    tensor = seen(given[0])
    assert isinstance(tensor, Tensor)
    args = Args(tuple(map(seen, given)))
    assert agrees(gradients.after(Machine(Nowhere(), callbacks), row, tensor, args, "layer"), parts(build(name)(*given))[0])


def test_a_copy_of_numbers_has_no_gradient() -> None:
    x = reals(3).requires_grad_()
    assert not torch.tensor(x).requires_grad
    assert torch.as_tensor(x).requires_grad and torch.asarray(x).requires_grad


def test_rounding_hands_on_a_gradient_of_zeros() -> None:
    x = reals(3).requires_grad_()
    (slope,) = torch.autograd.grad(torch.round(x).sum(), x)
    assert torch.round(x).requires_grad and not slope.any()
