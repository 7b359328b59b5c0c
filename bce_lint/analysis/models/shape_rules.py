"""How operations change shapes. What is not listed here leaves nothing known of the shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from types import EllipsisType

from bce_lint.analysis.domain.constants import is_number
from bce_lint.analysis.domain.shapes import MAX_RANK, broadcast, has_dim, kept, least_rank, rank
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import NONE, Constant, Seq, Unknown, Value
from bce_lint.analysis.models import picked_shapes, spatial_shapes, viewed_shapes
from bce_lint.analysis.models.keywords import either, in_numpy, whole
from bce_lint.analysis.models.viewed_shapes import dims
from bce_lint.analysis.state import containers
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import Kind, Transfer

ShapeRule = Callable[[Machine, "Shape | None", Args], "Shape | None"]

POINTWISE_KINDS = frozenset({Kind.SIGN, Kind.MONOTONE, Kind.CLAMP, Kind.ROUND, Kind.EXP, Kind.LOG})
_NEW_KINDS = frozenset({Kind.FACTORY, Kind.LABEL})
_MOVING = frozenset({"squeeze", "unsqueeze", "permute", "transpose", "t", "view", "flatten", "moved"})


def changes_in_place(row: Transfer) -> bool:
    """True if a method that writes back gives the tensor itself another shape."""
    return row.shape in _MOVING or row.shape.startswith("resized")


def _order(m: Machine, args: Args) -> list[int] | None:
    """Constant dimensions, given one by one or as a tuple."""
    only = containers.content(m, args.pos[1]) if len(args.pos) == 2 else None
    values = only.prefix if only is not None and only.exact else args.pos[1:]
    found = [v.value for v in values if type(v) is Constant and isinstance(v.value, int)]
    return found if len(found) == len(values) and found else None


def _int(args: Args, index: int, name: str, default: int | None) -> int | None:
    value = args.get(index, name)
    return default if value is None else whole(value)


def _same(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return None if in_numpy(args, "dim") is not None or NONE in args.pos[1:] else shape


def _unknown(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return None


def _as_other(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    other = args.get(1, "other")
    return other.shape if type(other) is Tensor else None


def _squeeze(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    if shape is None:
        return None
    if len(args.pos) < 2 and not args.kw:
        return tuple(s for s in shape if s != 1) if all(isinstance(s, int) for s in shape) else None
    dim = _int(args, 1, "dim", None)
    if dim is None or not has_dim(shape, dim):
        return None
    if shape[dim] == 1:
        return shape[:dim] + shape[dim:][1:]
    return shape if shape[dim] is not None else None


def _unsqueeze(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    dim, known = _int(args, 1, "dim", None), rank(shape)
    if dim is None or shape is None:
        return (..., 1) if dim == -1 else None
    if known is None:
        return (*shape, 1) if dim == -1 else shape if dim == 0 else None
    dim = dim + known + 1 if dim < 0 else dim
    return (*shape[:dim], 1, *shape[dim:]) if 0 <= dim <= known else None


def _flatten_from(default: int) -> ShapeRule:
    def _flatten(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
        start, end = _int(args, 1, "start_dim", default), _int(args, 2, "end_dim", -1)
        if start is None or not 0 <= start < MAX_RANK or end != -1:
            return None
        if shape is None or rank(shape) is None:
            return (None,) * (start + 1)
        inside = shape[start:]
        size = prod(s for s in inside if isinstance(s, int)) if all(isinstance(s, int) for s in inside) else None
        return (*shape[:start], size) if start < len(shape) else None

    return _flatten


def _permute(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    order = _order(m, args)
    if order is None:
        return None
    if shape is None or rank(shape) != len(order):
        return (None,) * len(order)
    return tuple(shape[i] if -len(shape) <= i < len(shape) else None for i in order)


def _transpose(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    if len(args.pos) > 3 or (len(args.pos) == 2 and not args.kw):
        return _permute(m, shape, args)
    a, b = _int(args, 1, "dim0", None), _int(args, 2, "dim1", None)
    if shape is None or a is None or b is None or not (has_dim(shape, a) and has_dim(shape, b)):
        return None
    sizes = list(shape)
    sizes[a], sizes[b] = sizes[b], sizes[a]
    return tuple(sizes)


def _t(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return shape[::-1] if shape is not None and rank(shape) in (0, 1, 2) else None


def _reduce(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    given, keep = either(args, 1, "dim"), either(args, 2, "keepdim")
    if given is None or given is NONE:
        return () if keep is None else None
    if type(given) is not Constant or not isinstance(given.value, int) or (keep is not None and type(keep) is not Constant):
        return None
    dim = given.value
    if shape is None or not has_dim(shape, dim):
        return None
    kept = (1,) if type(keep) is Constant and keep.value else ()
    return (*shape[:dim], *kept, *shape[dim:][1:])


def _norm(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return _reduce(m, shape, args) if len(args.pos) == 1 and args.kw else None


def _one_hot(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    classes = _int(args, 1, "num_classes", None)
    return (*(shape if shape is not None else (...,)), classes if classes != -1 else None)


def _expand(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    """`-1` keeps a size; sizes are told from the end."""
    sizes, order = dims(m, args, 1), _order(m, args)
    if sizes is None or order is None or shape is None or -1 not in order:
        return sizes
    kept = [shape[i] if -len(shape) <= i and shape[i] is not ... else None for i in range(-len(sizes), 0)]
    return tuple(old if wanted == -1 else new for wanted, new, old in zip(order, sizes, kept, strict=True))


def _pieces(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    dim = _int(args, 2, "dim", 0) if in_numpy(args, "dim") is None else None
    if shape is None or rank(shape) is None or dim is None or not -len(shape) <= dim < len(shape):
        return None
    dim %= len(shape)
    return (*shape[:dim], None, *shape[dim + 1 :])


def _linear(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    weight = args.get(1, "weight")
    if type(weight) is not Tensor or weight.shape is None or rank(weight.shape) != 2:
        return None  # a vector takes the last dimension away
    return (*(shape[:-1] if shape is not None and least_rank(shape) else (...,)), weight.shape[0])


def _sizes(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return dims(m, args, 0)


def _size(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return dims(m, Args(args.pos[:1]), 0)


def _third_size(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return dims(m, Args(args.pos[2:3]), 0) if len(args.pos) > 2 else None


def _randint(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    return dims(m, Args(args.pos[-1:]), 0) if len(args.pos) > 1 and type(args.pos[-1]) is not Constant else None


def _eye(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    if len(args.pos) == 1 and not args.open and not args.kw.keys() & {"m", "M"}:
        return (whole(args.pos[0]),) * 2
    sizes = dims(m, args._replace(pos=args.pos[:2]), 0) if not args.kw.keys() & {"m", "M"} else None
    return sizes * 2 if sizes is not None and len(sizes) == 1 else sizes


CHANGES: dict[str, ShapeRule] = {
    "same": _same,
    "view": viewed_shapes.view,
    "as_other": _as_other,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "flatten": _flatten_from(0),
    "ravel": lambda m, shape, args: (None,),
    "permute": _permute,
    "transpose": _transpose,
    "t": _t,
    "moved": _unknown,
    "resized": _unknown,
    "resized_to": lambda m, shape, args: dims(m, args, 1),
    "resized_as": _as_other,
    "expand": _expand,
    "pieces": _pieces,
    "reduce": _reduce,
    "norm": _norm,
    "one_hot": _one_hot,
    "linear": _linear,
    **picked_shapes.RULES,
    **spatial_shapes.RULES,
}
"""Rules for the shape of what is made of a tensor, whose shape they are given; they hold where all arguments are known."""

CREATIONS: dict[str, ShapeRule] = {
    "": _unknown,
    "sizes": _sizes,
    "size": _size,
    "size_third": _third_size,
    "row": lambda m, shape, args: (None,),
    "randperm": lambda m, shape, args: (_int(args, 0, "n", None),),
    "randint": _randint,
    "eye": _eye,
    "new": lambda m, shape, args: dims(m, args, 1),
    "new_data": lambda m, shape, args: of_data(m, args.get(1, "data")),
    "new_full": lambda m, shape, args: dims(m, Args(args.pos[1:2]), 0),
}
"""Rules for the shape of a new tensor that no `size=` gives."""


def after(m: Machine, row: Transfer, tensor: Tensor, args: Args) -> Shape | None:
    """The shape of what a function or method of the catalogue returns for a tensor; `args` begin with the tensor."""
    change = CHANGES.get(row.shape)
    if change is not None:
        return kept(change(m, tensor.shape, args)) if not args.open else None
    if row.kind in _NEW_KINDS:
        sized = args.kw.get("size", args.kw.get("shape"))
        return kept(CREATIONS[row.shape](m, None, args)) if sized is None else dims(m, Args((sized,)), 0)
    return tensor.shape if is_pointwise(row, args) else None


def is_pointwise(row: Transfer, args: Args) -> bool:
    """True if an operation works on each value of its tensor alone, and takes constants besides it."""
    return row.kind in POINTWISE_KINDS and not args.open and all(type(v) is Constant for v in (*args.pos[1:], *args.kw.values()))


def of_literal(m: Machine, value: Value) -> Shape | None:
    """The shape of nested lists of numbers."""
    return containers.folded(m, value, _of_number, _of_rows)


def of_data(m: Machine, value: Value | None) -> Shape | None:
    """The shape of what is made of a tensor, or of nested lists of numbers."""
    return value.shape if type(value) is Tensor else None if value is None else of_literal(m, value)


def _of_number(value: Value) -> Shape | None:
    return () if type(value) is Constant or is_number(value) else None


def _of_rows(items: Seq, rows: Sequence[Shape | None]) -> Shape | None:
    inner = {*rows} if items.exact else set()
    return kept((len(rows), *found)) if len(inner) == 1 and (found := inner.pop()) is not None else None


def of_operator(a: Value, b: Value) -> Shape | None:
    """The shape of a pointwise operation on two operands."""
    shapes = [v.shape if type(v) is Tensor else () if type(v) is Constant or is_number(v) else None for v in (a, b)]
    return broadcast(shapes[0], shapes[1])


def of_matmul(a: Value, b: Value) -> Shape | None:
    """The shape of `a @ b` for matrices, or as many of each."""
    x, y = (v.shape if type(v) is Tensor else None for v in (a, b))
    if x is None or y is None or (rank(x) or 0) < 2 or (rank(y) or 0) < 2:
        return None
    return kept((*(broadcast(x[:-2], y[:-2]) or ()), x[-2], y[-1]))


def indexed(shape: Shape | None, key: Value) -> Shape | None:
    """The shape of `t[key]` for integers, slices, `None` and `...`, and for one row of indices."""
    if type(key) is Tensor and key.dtype == "int64" and rank(key.shape) == 1 and key.shape is not None and shape and rank(shape):
        return (*key.shape, *shape[1:])
    keys = key.prefix if type(key) is Seq and key.exact and not containers.is_slice(key) else (key,)
    if shape is None or rank(shape) is None or any(not _plain_key(k) for k in keys):
        return None
    dots = Constant(..., "ellipsis")
    spread = len(shape) - sum(1 for k in keys if k not in (NONE, dots))
    if spread < 0 or keys.count(dots) > 1:
        return None
    left, result = list(shape), list[int | EllipsisType | None]()
    for k in (*keys, *(() if dots in keys else (dots,))):
        if k is NONE:
            result.append(1)
        elif k == dots:
            result += left[:spread]
            left = left[spread:]
        else:
            size = left.pop(0)
            if type(k) is Seq:
                result.append(size if all(part is NONE for part in k.prefix[1:]) else picked_shapes.cut(size, k.prefix[1:]))
    return kept(tuple(result))


def _plain_key(key: Value) -> bool:
    if type(key) is Unknown:
        return key.kind == "int"
    return containers.is_slice(key) or key is NONE or (type(key) is Constant and key.kind in ("int", "ellipsis"))
