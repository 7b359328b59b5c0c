"""Functions that make tensors, and the names of dtypes.

`float32` stands for torch's default dtype. A `dtype=` argument decides before the row does. `torch.arange` gives int64
for integer ends, which is what labels are made of; `torch.tensor` takes its dtype from its data.
"""

from __future__ import annotations

from math import inf

from bce_lint.catalog.rows import rows
from bce_lint.catalog.schema import ANY, REAL, UNIT, Kind, Range, Transfer

ZERO = Range(0.0, 0.0, True)
ONE = Range(1.0, 1.0, True)

_DEFAULT = "float32"
_TYPES = {
    "FloatTensor": "float32",
    "DoubleTensor": "float64",
    "HalfTensor": "float16",
    "BFloat16Tensor": "bfloat16",
    "LongTensor": "int64",
    "IntTensor": "int32",
    "ShortTensor": "int16",
    "CharTensor": "int8",
    "ByteTensor": "uint8",
    "BoolTensor": "bool",
}

FACTORY_FUNCTIONS: dict[str, Transfer] = {
    **rows("torch.", Transfer(Kind.FACTORY, ZERO, dtype=_DEFAULT), "zeros(size)"),
    **rows("torch.", Transfer(Kind.FACTORY, ONE, dtype=_DEFAULT), "ones(size)"),
    **rows("torch.", Transfer(Kind.FACTORY, UNIT, dtype=_DEFAULT), "rand(size)\neye(n, m)"),
    **rows("torch.", Transfer(Kind.FACTORY, REAL, dtype=_DEFAULT), "randn(size)\nnormal(mean, std, size)"),
    **rows("torch.", Transfer(Kind.FACTORY, ANY, dtype=_DEFAULT), "empty(size)\nlinspace logspace(start, end, steps)"),
    **rows("torch.", Transfer(Kind.FACTORY, ANY), "full(size, fill_value)\ntensor(data)\nscalar_tensor(s)"),
    **rows("torch.", Transfer(Kind.FACTORY, ZERO), "zeros_like(input)"),
    **rows("torch.", Transfer(Kind.FACTORY, ONE), "ones_like(input)"),
    **rows("torch.", Transfer(Kind.FACTORY, UNIT), "rand_like bernoulli(input)"),
    **rows("torch.", Transfer(Kind.FACTORY, REAL), "randn_like(input)"),
    **rows("torch.", Transfer(Kind.FACTORY, ANY), "empty_like(input)\nfull_like(input, fill_value)\npoisson(input)"),
    **rows("torch.", Transfer(Kind.LABEL, dtype="int64"), "randint(low, high, size)\nrandperm(n)\narange(start, end, step)"),
    **rows("torch.", Transfer(Kind.LABEL), "randint_like(input, low, high)"),
    "torch.Tensor": Transfer(Kind.FACTORY, ANY, dtype=_DEFAULT),
    **{f"torch.{name}": Transfer(Kind.FACTORY, ANY, dtype=dtype) for name, dtype in _TYPES.items()},
    **{f"torch.cuda.{name}": Transfer(Kind.FACTORY, ANY, dtype=dtype, device="cuda") for name, dtype in _TYPES.items()},
}
"""Factories by canonical name."""

READING: frozenset[str] = frozenset({
    "torch.tensor", "torch.as_tensor", "torch.asarray", "torch.Tensor", "torch.arange", "torch.FloatTensor", "torch.cuda.FloatTensor",
    "torch.LongTensor", "torch.cuda.LongTensor", "torch.IntTensor", "torch.DoubleTensor", "torch.HalfTensor", "torch.ByteTensor",
    "torch.BoolTensor", "numpy.array", "numpy.asarray", "numpy.arange",
})  # fmt: skip
"""Factories whose dtype and shape follow from the numbers that they are given."""

FACTORY_METHODS: dict[str, Transfer] = {
    "new_zeros": Transfer(Kind.FACTORY, ZERO, params=("size",)),
    "new_ones": Transfer(Kind.FACTORY, ONE, params=("size",)),
    "new_empty": Transfer(Kind.FACTORY, ANY, params=("size",)),
    "new_full": Transfer(Kind.FACTORY, ANY, params=("size", "fill_value")),
    "new_tensor": Transfer(Kind.FACTORY, ANY, params=("data",)),
    "bernoulli": Transfer(Kind.FACTORY, UNIT),
    "zero_": Transfer(Kind.FACTORY, ZERO, inplace=True),
    "fill_": Transfer(Kind.FACTORY, ANY, inplace=True, params=("value",)),
    "uniform_": Transfer(Kind.FACTORY, UNIT, inplace=True, params=("from", "to"), bounds=("from", "to")),
    "normal_": Transfer(Kind.FACTORY, REAL, inplace=True, params=("mean", "std")),
    "exponential_": Transfer(Kind.FACTORY, Range(0.0, inf, True), inplace=True, params=("lambd",)),
    "random_": Transfer(Kind.FACTORY, Range(0.0, inf), inplace=True),
    "bernoulli_": Transfer(Kind.FACTORY, UNIT, inplace=True, params=("p",)),
}
"""Tensor methods that make a tensor or overwrite all values of theirs."""

DTYPES: dict[str, str] = {
    **{f"torch.{name}": name for name in ("float64", "float32", "float16", "bfloat16", "uint8", "int8", "int16", "int32", "int64", "bool")},
    "torch.double": "float64",
    "torch.float": "float32",
    "torch.half": "float16",
    "torch.short": "int16",
    "torch.int": "int32",
    "torch.long": "int64",
    **{f"torch.{name}": dtype for name, dtype in _TYPES.items()},
    **{f"torch.cuda.{name}": dtype for name, dtype in _TYPES.items()},
}
"""What can be passed as a dtype, to `dtype=`, `.to` and (with the legacy tensor types, also as text) `.type`."""

NUMBER_DTYPES: dict[str, str] = {"float": "float64", "int": "int64", "bool": "bool"}
"""Python's number types as dtypes, for torch, for NumPy and for what torch's default collate function makes of numbers."""
