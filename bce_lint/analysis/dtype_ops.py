"""The dtypes that calls ask for and that operations leave."""

from __future__ import annotations

from dataclasses import replace

from bce_lint import ir
from bce_lint.analysis.lattice import Tensor
from bce_lint.analysis.machine import Args
from bce_lint.analysis.values import NONE, Const, External, Ref, Unknown, Value
from bce_lint.catalog.factories import DTYPES, PYTHON_DTYPES
from bce_lint.catalog.numpy import NUMPY_DTYPES
from bce_lint.catalog.terms import Transfer

_CONVERSIONS = frozenset({"to", "type", "type_as"})


def typed(result: Tensor, row: Transfer, value: Value, args: Args, node: ir.Call, name: str) -> Tensor:
    """The result with its dtype."""
    if is_unknown(args):
        return replace(result, dtype=None)
    dtype = cast(args, row) or _filled_dtype(name, args, value)
    if dtype is not None or (name in _CONVERSIONS and not _keeps_dtype(args, node)):
        return replace(result, dtype=dtype or _dtype_of_other(args))
    return result


def cast(args: Args, row: Transfer) -> str | None:
    """The dtype that a call asks for: by `dtype=`, by an argument that is a dtype, or by its row."""
    asked = args.kw.get("dtype")
    for value in (*args.kw.values(), *args.pos[1:]):
        found = dtype_of(value)
        if found is not None and (type(value) is External or value is asked or row.params == ("dtype",)):
            return found
    return row.dtype


def dtype_of(value: Value) -> str | None:
    """The dtype that a value stands for where a dtype is asked for."""
    if type(value) is External:
        return DTYPES.get(value.name) or NUMPY_DTYPES.get(value.name) or PYTHON_DTYPES.get(value.name)
    return NUMPY_DTYPES.get(value.value) if type(value) is Const and isinstance(value.value, str) else None


def is_unknown(args: Args) -> bool:
    """Whether a dtype is asked for that is not known here."""
    asked = args.kw.get("dtype")
    return asked is not None and asked != NONE and dtype_of(asked) is None


def _keeps_dtype(args: Args, node: ir.Call) -> bool:
    """Whether the arguments of `.to(...)` name devices and flags only; a name that says `device` is taken at its word."""
    if args.open:
        return False
    written = [*(a.value for a in node.args if a.keyword is None), *[None] * len(args.pos)]
    return all(_is_device(value, source) for value, source in zip(args.pos[1:], written, strict=False))


def _is_device(value: Value, source: ir.Expr | None) -> bool:
    if type(value) is Const:
        return not isinstance(value.value, int) or isinstance(value.value, bool)
    name = source.id if isinstance(source, ir.Name) else source.name if isinstance(source, ir.Attr) else ""
    return (type(value) is Ref and value.kind == "device") or (type(value) is Unknown and "device" in name.lower())


def _dtype_of_other(args: Args) -> str | None:
    other = args.pos[1] if len(args.pos) > 1 else None
    return other.dtype if type(other) is Tensor else None


def _filled_dtype(name: str, args: Args, value: Value) -> str | None:
    """The dtype of `torch.full(size, 1)` and of what is made like another tensor."""
    if name == "torch.full" and not args.open:
        fill = args.get(1, "fill_value")
        return {"int": "int64", "bool": "bool", "float": "float32"}.get(fill.kind) if type(fill) is Const else None
    return value.dtype if name.endswith("_like") and type(value) is Tensor else None
