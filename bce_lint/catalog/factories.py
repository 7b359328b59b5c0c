"""Functions and methods that make tensors.

`float32` stands for torch's default dtype. A `dtype=` argument decides before the row does. `torch.arange` gives int64
for integer ends, which is what labels are made of; `torch.tensor` takes its dtype from its data.
"""

from __future__ import annotations

from math import inf

from bce_lint.catalog.dtypes import TENSOR_TYPES
from bce_lint.catalog.rows import METHOD, rows
from bce_lint.catalog.schema import ANY, REAL, UNIT, Kind, Range, Transfer

ZERO = Range(0.0, 0.0, True)
ONE = Range(1.0, 1.0, True)

_DEFAULT = "float32"
_FILLED = Transfer(Kind.FACTORY, ANY, bounds=("fill_value", "fill_value"))

FACTORY_FUNCTIONS: dict[str, Transfer] = {
    **rows("torch.", Transfer(Kind.FACTORY, ZERO, dtype=_DEFAULT, shape="sizes"), "zeros(size) | trial=growing"),
    **rows("torch.", Transfer(Kind.FACTORY, ONE, dtype=_DEFAULT, shape="sizes"), "ones(size) | trial=growing"),
    **rows(
        "torch.",
        Transfer(Kind.FACTORY, UNIT, dtype=_DEFAULT),
        """
        rand(size) | shape=sizes trial=random
        eye(n, m) | shape=eye trial=growing
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.FACTORY, REAL, dtype=_DEFAULT),
        """
        randn(size) | shape=sizes trial=random
        normal(mean, std, size) | trial=random
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.FACTORY, ANY, dtype=_DEFAULT),
        """
        empty(size) | shape=sizes trial=random
        linspace(start, end, steps) | shape=row trial=growing
        logspace(start, end, steps) | shape=row
        """,
    ),
    **rows(
        "torch.",
        Transfer(Kind.FACTORY, ANY),
        """
        tensor(data)
        scalar_tensor(s)
        poisson(input) | trial=random
        """,
    ),
    **rows("torch.", Transfer(Kind.FACTORY, ZERO, shape="same", dtype_rule="like", use="layout"), "zeros_like(input)"),
    **rows("torch.", Transfer(Kind.FACTORY, ONE, shape="same", dtype_rule="like", use="layout"), "ones_like(input)"),
    **rows("torch.", Transfer(Kind.FACTORY, UNIT, shape="same", dtype_rule="like", use="layout"), "rand_like(input) | trial=random"),
    **rows("torch.", Transfer(Kind.FACTORY, UNIT, shape="same", trial=("random",), also=METHOD), "bernoulli(input)"),
    **rows("torch.", Transfer(Kind.FACTORY, REAL, shape="same", dtype_rule="like", use="layout"), "randn_like(input) | trial=random"),
    **rows(
        "torch.",
        Transfer(Kind.FACTORY, ANY, shape="same", dtype_rule="like", use="layout"),
        """
        empty_like(input) | trial=random
        """,
    ),
    **rows("torch.", _FILLED, "full(size, fill_value) | shape=size dtype_rule=fill trial=growing"),
    **rows("torch.", _FILLED, "full_like(input, fill_value) | shape=same dtype_rule=like use=layout"),
    **rows(
        "torch.",
        Transfer(Kind.LABEL, dtype="int64"),
        """
        randint(low, high, size) | shape=randint trial=random
        randperm(n) | shape=randperm trial=random
        arange(start, end, step) | trial=growing
        """,
    ),
    **rows("torch.", Transfer(Kind.LABEL, shape="same", dtype_rule="like"), "randint_like(input, low, high) | trial=random"),
    "torch.Tensor": Transfer(Kind.FACTORY, ANY, dtype=_DEFAULT),
    **{f"torch.{name}": Transfer(Kind.FACTORY, ANY, dtype=dtype) for name, dtype in TENSOR_TYPES.items()},
    **{f"torch.cuda.{name}": Transfer(Kind.FACTORY, ANY, dtype=dtype) for name, dtype in TENSOR_TYPES.items()},
}
"""Factories by canonical name."""

READING: dict[str, str] = {
    **dict.fromkeys(("torch.tensor", "torch.as_tensor", "torch.asarray", "numpy.array", "numpy.asarray"), "data"),
    **dict.fromkeys(("torch.arange", "numpy.arange"), "ends"),
    **dict.fromkeys(("torch.Tensor", "torch.FloatTensor", "torch.DoubleTensor", "torch.HalfTensor"), "data or size"),
    **dict.fromkeys(("torch.LongTensor", "torch.IntTensor", "torch.ByteTensor", "torch.BoolTensor"), "data or size"),
    **dict.fromkeys(("torch.cuda.FloatTensor", "torch.cuda.LongTensor"), "data or size"),
}
"""Factories whose dtype and shape follow from the numbers that they are given, and what these are: the `data`, the `ends` of a range,
or `data or size`, of which one is in the dtype of the row."""

FACTORY_METHODS: dict[str, Transfer] = {
    **rows("", Transfer(Kind.FACTORY, ZERO, shape="new", dtype_rule="like", use="layout"), "new_zeros(size) | trial=growing"),
    **rows("", Transfer(Kind.FACTORY, ONE, shape="new", dtype_rule="like", use="layout"), "new_ones(size) | trial=growing"),
    **rows(
        "",
        Transfer(Kind.FACTORY, ANY, dtype_rule="like", use="layout"),
        """
        new_empty(size) | shape=new trial=growing
        new_full(size, fill_value) | shape=new_full trial=growing
        new_tensor(data) | shape=new_data trial=recast
        """,
    ),
    "zero_": Transfer(Kind.FACTORY, ZERO, inplace=True),
    "fill_": Transfer(Kind.FACTORY, ANY, inplace=True, params=("value",)),
    "uniform_": Transfer(Kind.FACTORY, UNIT, inplace=True, params=("from", "to"), bounds=("from", "to")),
    "normal_": Transfer(Kind.FACTORY, REAL, inplace=True, params=("mean", "std")),
    "exponential_": Transfer(Kind.FACTORY, Range(0.0, inf, True), inplace=True, params=("lambd",)),
    "random_": Transfer(Kind.FACTORY, Range(0.0, inf), inplace=True),
    "bernoulli_": Transfer(Kind.FACTORY, UNIT, inplace=True, params=("p",)),
}
"""Tensor methods that make a tensor or overwrite all values of theirs."""
