"""The NumPy rows against the installed NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from bce_lint.catalog.numpy import NUMPY
from bce_lint.catalog.schema import Kind
from tests.catalog.kinds import bounds, check, reaches
from tests.catalog.probes import reals, resolve, values

pytestmark = pytest.mark.torch

X = reals(3, 4).double().clamp(-9, 9)
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "zeros": (5,),
    "ones": (5,),
    "eye": (5,),
    "rand": (500,),
    "random": (500,),
    "random_sample": (500,),
    "randn": (500,),
    "normal": (0.0, 1.0, 500),
    "empty": (5,),
    "linspace": (0, 1, 5),
    "uniform": (2.0, 3.0, 500),
    "full": (5, 0.5),
    "randint": (0, 9, 5),
    "reshape": (X.numpy(), (-1,)),
    "expand_dims": (X.numpy(), 0),
    "clip": (X.numpy(), -2.0, 3.0),
    "where": (X.numpy() > 0, X.numpy(), np.full((3, 4), 2.0)),
    "log": (X.abs().numpy() + 1,),
    "sqrt": (X.abs().numpy(),),
    "log1p": (X.abs().numpy(),),
    "log2": (X.abs().numpy() + 1,),
    "log10": (X.abs().numpy() + 1,),
    "power": (X.numpy(), 2),
    "bincount": (np.array([0, 2, 1]),),
    "dot": (X.numpy(), np.ones((4, 2))),
    "matmul": (X.numpy(), np.ones((4, 2))),
    **{name: (X.numpy(), np.ones((3, 4))) for name in ("greater", "greater_equal", "less", "less_equal", "equal", "not_equal")},
    **{name: ((X.numpy(), np.ones((3, 4))),) for name in ("concatenate", "stack", "vstack", "hstack")},
}


GENERATOR = "numpy.random.Generator."


@pytest.mark.parametrize("name", [name for name in NUMPY if not name.startswith(GENERATOR)])
def test_row(name: str) -> None:
    row, last = NUMPY[name], name.rpartition(".")[2]
    arguments = ARGUMENTS.get(last, (X.numpy(),))
    named = dict(zip(row.params, arguments, strict=False))
    found = torch.as_tensor(np.asarray(resolve(name)(*arguments)))
    subject = torch.as_tensor(arguments[0]) if isinstance(arguments[0], np.ndarray) and last != "where" else X
    if row.kind is Kind.FACTORY and last == "array":
        assert values(found) == values(X)
    check(row, subject, found, {**named, "tensors": (X, torch.ones(1)), "other": torch.full((1,), 2.0)})
    if row.kind is Kind.FACTORY and row.range.tight:
        assert reaches(found, bounds(row, named))


@pytest.mark.parametrize("name", [name.removeprefix(GENERATOR) for name in NUMPY if name.startswith(GENERATOR)])
def test_methods_of_a_generator(name: str) -> None:
    row, generator = NUMPY[GENERATOR + name], np.random.default_rng(0)
    found = getattr(generator, name)(**{"size": 9, **({"low": 0, "high": 3} if "low" in row.params else {})})
    assert isinstance(generator, np.random.Generator)
    assert (str(found.dtype), found.shape) == (row.dtype, (9,))
