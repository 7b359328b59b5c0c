"""The names of dtypes: which there are, of what sort, and what stands for them in torch, NumPy and Python."""

from __future__ import annotations

from typing import Final

WIDTHS: Final = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")
"""All of them, in the order in which operands are brought to a common one: what comes later is kept."""

FLOATS: Final = frozenset(name for name in WIDTHS if "float" in name)
"""Those of floating point."""

INTEGERS: Final = frozenset(WIDTHS) - FLOATS
"""Those of integers and truth values."""

TENSOR_TYPES: Final = {
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
"""The legacy tensor types of `torch` and of `torch.cuda`."""

TORCH_DTYPES: Final[dict[str, str]] = {
    **{f"torch.{name}": name for name in WIDTHS},
    "torch.double": "float64",
    "torch.float": "float32",
    "torch.half": "float16",
    "torch.short": "int16",
    "torch.int": "int32",
    "torch.long": "int64",
}
"""The dtypes of torch by canonical name."""

DTYPES: Final[dict[str, str]] = {
    **TORCH_DTYPES,
    **{f"torch.{name}": dtype for name, dtype in TENSOR_TYPES.items()},
    **{f"torch.cuda.{name}": dtype for name, dtype in TENSOR_TYPES.items()},
}
"""What can be passed as a dtype, to `dtype=`, `.to` and (with the legacy tensor types, also as text) `.type`."""

NUMBER_DTYPES: Final[dict[str, str]] = {"float": "float64", "int": "int64", "bool": "bool"}
"""Python's number types as dtypes, for torch, for NumPy and for what torch's default collate function makes of numbers."""

_NUMPY = tuple(name for name in WIDTHS if name != "bfloat16")
_CODES: Final = {
    **{"?": "bool", "b": "int8", "B": "uint8", "h": "int16", "i": "int32", "q": "int64", "e": "float16", "f": "float32", "d": "float64"},
    **{"b1": "bool", "i1": "int8", "u1": "uint8", "i2": "int16", "i4": "int32", "i8": "int64", "f2": "float16", "f4": "float32"},
    "f8": "float64",
}

NUMPY_DTYPES: Final[dict[str, str]] = {
    **{f"numpy.{name}": name for name in _NUMPY},
    **{name: name for name in _NUMPY},
    "numpy.bool_": "bool",
    **_CODES,
    **{f"{order}{code}": name for order in "<=" for code, name in _CODES.items()},
    "numpy.half": "float16",
    "numpy.single": "float32",
    "numpy.double": "float64",
    "numpy.float_": "float64",
    "numpy.int_": "int64",
    "numpy.longlong": "int64",
    "numpy.intc": "int32",
    "numpy.short": "int16",
    "numpy.byte": "int8",
    "numpy.ubyte": "uint8",
    "float": "float64",
    "int": "int64",
}
"""What NumPy takes as a dtype: its own names, and text."""
