"""Names of dtypes: which of them a loss of floating point targets refuses."""

from __future__ import annotations

_NOT_FLOATING = frozenset({"bool", "uint8", "int8", "int16", "int32", "int64"})


def is_integer(dtype: str | None) -> bool:
    """Whether a dtype is known and holds integers or truth values."""
    return dtype in _NOT_FLOATING
