"""The dtypes that calls ask for and that operations leave."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.shapes import least_rank
from bce_lint.analysis.domain.tensor import Place, Tensor, dtype_at
from bce_lint.analysis.domain.values import NONE, BuiltinMethod, Constant, External, Ref, Unknown, Value, number_kind
from bce_lint.analysis.models.shape_rules import is_pointwise
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.dtypes import DTYPES, FLOATS, NUMBER_DTYPES, NUMPY_DTYPES, WIDTHS
from bce_lint.catalog.numpy import FLOATING, WIDENED
from bce_lint.catalog.schema import ANY, Kind, Transfer
from bce_lint.records import changed

ARRAYS = ("numpy.", "sklearn.")
"""How the names begin of what returns arrays."""
_WIDE = frozenset({"int64", "int32"})


def typed(m: Machine, result: Tensor, row: Transfer, value: Value, args: Args, node: ir.Call, name: str, place: Place) -> Tensor:
    """The result with its dtype, which knows the place that decided it."""
    found = _typed(m, result, row, value, args, node, name)
    if row.dtype_rule in ("fill", "like") and row.bounds and found.dtype not in FLOATS:
        found = changed(found, range=ANY)  # the number that fills an integer tensor is cut
    return changed(found, dtype=dtype_at(found.dtype, asked_at(node, place))) if type(found.dtype) is str else found


def asked_at(node: ir.Call, place: Place) -> Place:
    """The place of the `dtype=` that a call gives, else the call's own."""
    for arg in node.args:
        if arg.keyword == "dtype":
            return place._replace(span=ir.Span(arg.value.span.start, arg.value.span.end))
    return place


def _typed(m: Machine, result: Tensor, row: Transfer, value: Value, args: Args, node: ir.Call, name: str) -> Tensor:
    array = type(value) is Tensor and value.array and not name.startswith("torch.")
    array = array or name == "numpy" or name.startswith(ARRAYS)
    if array != result.array:
        result = changed(result, array=array)
    if is_unknown(args, row, node) or (row.dtype_rule == "counts" and (len(args.pos) > 1 or "weights" in args.kw)):
        return changed(result, dtype=None)
    wanted = asked(args, row)
    if wanted is None and row.kind is Kind.FACTORY and row.dtype == "float32":
        return changed(result, dtype=m.program.default_dtype())
    dtype = wanted or row.dtype or _filled_dtype(row, args, value, array)
    if dtype is not None or (row.dtype_rule == "cast" and not keeps_dtype(args, node)):
        return changed(result, dtype=dtype or _dtype_of_other(args))
    if result.dtype is None and type(value) is Tensor and value.dtype is not None:
        return changed(result, dtype=_computed(row, value.dtype, name, args, array))
    return result


def _computed(row: Transfer, dtype: str, name: str, args: Args, array: bool) -> str | None:
    """The dtype in which an operation computes with numbers of another; integers are told for arrays alone."""
    if dtype in FLOATS:
        floating = array and name.rpartition(".")[2] in (FLOATING | WIDENED)
        return dtype if floating or is_pointwise(row, args) else None
    last = name.rpartition(".")[2] if array else ""
    return "float64" if last in FLOATING and dtype in _WIDE else "int64" if last in WIDENED else None


def cast(args: Args, row: Transfer) -> str | None:
    """The dtype that a call asks for: by `dtype=`, by an argument that is a dtype, or by its row."""
    return asked(args, row) or row.dtype


def asked(args: Args, row: Transfer) -> str | None:
    """The dtype that the arguments of a call ask for."""
    named = _given(args, row)
    for value in (*args.kw.values(), *args.pos[1:]):
        found = dtype_of(value)
        if found is not None and (type(value) is External or value is named or row.params[:1] == ("dtype",)):
            return found
    return None


def dtype_of(value: Value) -> str | None:
    """The dtype that a value stands for where a dtype is asked for."""
    if type(value) is External:
        return DTYPES.get(value.name) or NUMPY_DTYPES.get(value.name) or NUMBER_DTYPES.get(value.name.removeprefix("builtins."))
    if type(value) is Constant and isinstance(value.value, str):
        return NUMPY_DTYPES.get(value.value) or DTYPES.get(value.value)
    return None


def is_unknown(args: Args, row: Transfer | None = None, node: ir.Call | None = None) -> bool:
    """True if a dtype is asked for that is not known here, or may be asked for by a `**` of unknown content."""
    asked = args.kw.get("dtype") if row is None else _given(args, row)
    if asked is None:
        return args.open and node is not None and any(arg.stars == 2 for arg in node.args)
    return asked is not NONE and dtype_of(asked) is None


def _given(args: Args, row: Transfer) -> Value | None:
    """What is given for `dtype`: by its name or in its place, behind the tensor where it is a method's first. A cast looks itself."""
    named = args.kw.get("dtype")
    if named is not None or "dtype" not in row.params or row.dtype_rule == "cast":
        return named
    at = max(row.params.index("dtype"), 1)
    return args.pos[at] if at < len(args.pos) else None


def keeps_dtype(args: Args, node: ir.Call) -> bool:
    """True if the arguments of `.to(...)` name devices and flags only; a name that says `device` is taken at its word."""
    if args.open:
        return False
    written = [*(a.value for a in node.args if a.keyword is None), *[None] * len(args.pos)]
    return all(_is_device(value, source) for value, source in zip(args.pos[1:], written, strict=False))


def _is_device(value: Value, source: ir.Expr | None) -> bool:
    if type(value) is Constant:
        return not isinstance(value.value, int) or isinstance(value.value, bool)
    name = source.id if isinstance(source, ir.Name) else source.name if isinstance(source, ir.Attr) else ""
    if type(value) is BuiltinMethod:  # `x.device` of a tensor
        return value.name == "device"
    return (type(value) is Ref and value.kind == "device") or (type(value) is Unknown and "device" in name.lower())


def _dtype_of_other(args: Args) -> str | None:
    other = args.pos[1] if len(args.pos) > 1 else None
    return other.dtype if type(other) is Tensor else None


def _filled_dtype(row: Transfer, args: Args, value: Value, array: bool) -> str | None:
    """The dtype of `torch.full(size, 1)` and of what is made like another tensor."""
    if row.dtype_rule == "fill" and not args.open:
        fill = args.get(1, "fill_value")
        dtype = NUMBER_DTYPES.get(fill.kind) if type(fill) is Constant else None
        return "float32" if dtype == "float64" and not array else dtype
    return value.dtype if row.dtype_rule == "like" and type(value) is Tensor else None


def promoted(a: Value, b: Value, op: str, floating: str | None) -> str | None:
    """The dtype of an arithmetic operator's result; `floating` is that of new floating point tensors."""
    tensors = [v for v in (a, b) if type(v) is Tensor]
    numbers = [number_kind(v) for v in (a, b) if type(v) is Constant or type(v) is Unknown]
    dtypes = [t.dtype for t in tensors if t.dtype is not None]
    if not tensors or len(dtypes) < len(tensors) or len(tensors) + len(numbers) < 2 or not set(numbers) <= set(NUMBER_DTYPES):
        return None
    arrays = any(t.array for t in tensors)
    default = "float64" if arrays else floating
    found = dtypes[0] if len(dtypes) == 1 else _common(tensors, arrays)
    if op == "/" and found is not None and _category(found) < 2:
        return default
    for number in numbers:
        if found is not None and _category(NUMBER_DTYPES[number]) > _category(found):
            return default if number == "float" else "int64"
    return found


def _category(dtype: str) -> int:
    return 0 if dtype == "bool" else 2 if dtype in FLOATS else 1


def _common(tensors: list[Tensor], arrays: bool) -> str | None:
    """The dtype that two tensors are brought to: the higher category, then the wider one of those with dimensions."""
    x, y = sorted((t.dtype or "" for t in tensors), key=WIDTHS.index)
    if x == y:
        return x
    if arrays:
        return "float64" if {x, y} <= {"int64", "float64"} else None
    if _category(x) != _category(y):
        return y
    sized = [t for t in tensors if t.shape != ()]
    if len(sized) == 1 and least_rank(sized[0].shape):
        return sized[0].dtype
    if any(not least_rank(t.shape) for t in sized) or not sized:
        return None if sized else y
    return {("uint8", "int8"): "int16", ("float16", "bfloat16"): "float32"}.get((x, y), y)
