"""Over which dimension of a value each of its softmaxes ran: asked of the rules where an operation moves dimensions."""

from __future__ import annotations

from collections.abc import Callable

from bce_lint.analysis.domain.shapes import rank
from bce_lint.analysis.domain.tensor import Origin, Tensor
from bce_lint.analysis.domain.values import NONE, Constant, Seq, Table, Unknown, Value
from bce_lint.analysis.models.moved_dims import RULES, GivenDims, Turn, Whole
from bce_lint.analysis.state import cells, containers
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine
from bce_lint.records import changed

_LOSING = "as_strided"
"""An operation after which no dimension is what it was: what one whose arguments are not known may be."""
_LAYERS = {"Flatten": "flatten", "Unflatten": "unflatten"}


def last_name(name: str) -> str:
    """The name of an operation without its namespace, and without the mark of what writes back; of a layer, the function that it is."""
    last = name.rpartition(".")[2].rstrip("_")
    return _LAYERS.get(last, last)


def turned(origins: tuple[Origin, ...], name: str, turn: Callable[[], Turn]) -> tuple[Origin, ...]:
    """Origins after an operation: over which dimension of its result each softmax ran."""
    rule = RULES.get(name)
    if rule is None or all(one.along is None for one in origins):
        return origins
    made = turn()
    # Where the softmax was not told its dimension, the one it took is a guess that no arithmetic should build on.
    return tuple(one if one.along is None else one._replace(over=None if one.dim is None else rule(one.along, made)) for one in origins)


def after(m: Machine, result: Tensor, tensor: Tensor, args: Args, name: str, layer: int) -> Tensor:
    """What an operation of the catalogue makes of a tensor, told where the dimensions of its softmaxes are now."""
    if not result.origin and not result.inner:
        return result
    called = last_name(m.layers.get(layer, "") if name == "layer" else name)
    called = _LOSING if args.open and name != "layer" and called in RULES else called

    def _turn() -> Turn:
        given = m.read(layer, cells.ARGS) if name == "layer" else None
        return Turn(_of_layer(called, given) if name == "layer" else given_in(m, args, 1), tensor.shape, result.shape)

    return changed(result, origin=turned(result.origin, called, _turn), inner=turned(result.inner, called, _turn))


def viewed(result: Tensor, tensor: Tensor, name: str) -> Tensor:
    """An attribute that is a view, told where the dimensions of its softmaxes are now."""
    if not result.origin and not result.inner:
        return result

    def _turn() -> Turn:
        return Turn(GivenDims(), tensor.shape, result.shape)

    return changed(result, origin=turned(result.origin, name, _turn), inner=turned(result.inner, name, _turn))


def _of_layer(called: str, given: Value | None) -> GivenDims:
    if type(given) is not Table:
        return GivenDims((None, None))
    kw = {str(key): _whole_of(value) for key, value in given.entries}
    return GivenDims(kw={"start_dim": 1, **kw} if called == "flatten" else kw)


def given_in(m: Machine, args: Args, first: int) -> GivenDims:
    """The arguments of a call behind the first ones, as far as they are constant."""
    return GivenDims(tuple(_whole(m, v) for v in args.pos[first:]), {name: _whole(m, v) for name, v in args.kw.items()})


def _whole(m: Machine, value: Value) -> Whole:
    items = containers.content(m, value) if type(value) is not Constant else None
    return _whole_of(items if items is not None else value)


def _whole_of(value: Value) -> Whole:
    if type(value) is Constant:
        return value.value if isinstance(value.value, int) else None
    return tuple(_single(one) for one in value.prefix) if type(value) is Seq and value.exact else None


def _single(value: Value) -> int | None:
    found = _whole_of(value)
    return found if isinstance(found, int) else None


def indexed(result: Tensor, tensor: Tensor, key: Value) -> Tensor:
    """`t[key]`, told where the dimensions of its softmaxes are now."""
    if all(one.along is None for one in (*tensor.origin, *tensor.inner)):
        return result
    keys = key.prefix if type(key) is Seq and key.exact and not containers.is_slice(key) else (key,)
    parts, known = [_part(one) for one in keys], rank(tensor.shape)
    origin, inner = (tuple(_indexed(one, parts, known) for one in origins) for origins in (tensor.origin, tensor.inner))
    return changed(result, origin=origin, inner=inner)


def _part(key: Value) -> str:
    """What an index is: one number, a slice of everything or of a part, a new dimension, dots, something else, or any of these."""
    if key is NONE:
        return "new"
    if type(key) is Seq and containers.is_slice(key):
        return "slice" if all(one is NONE for one in key.prefix[1:]) else "part"
    if type(key) is Constant and key.kind == "ellipsis":
        return "dots"
    if type(key) is Seq and not key.exact:
        return "any"
    return "number" if type(key) in (Constant, Unknown) and key.kind == "int" else "other"  # type: ignore[union-attr]


def _indexed(origin: Origin, parts: list[str], known: int | None) -> Origin:
    dim = origin.along
    if dim is None:
        return origin
    if origin.dim is None:
        return origin if not {"number", "new"} & {*parts} else origin._replace(over=None)
    if known is not None and -known <= dim < known:
        dim %= known
    if "any" in parts:
        return origin._replace(over=None)
    if "other" in parts:
        whole = parts.index("other") != dim and {*parts} <= {"other", "slice", "part"} and parts.count("other") == 1
        return origin._replace(over=dim if len(parts) == 1 or (whole and parts[0] == "other") else None)
    return origin._replace(over=_counted(dim, parts, known))


def _counted(dim: int, parts: list[str], known: int | None) -> int | None:
    at = parts.index("dots") if "dots" in parts else len(parts)
    front, back = parts[:at], parts[at + 1 :]
    if known is not None:
        taken = sum(part != "new" for part in (*front, *back))
        front, back = [*front, *["slice"] * (known - taken), *back], []
    if dim >= 0:
        return None if "number" in back else _walked(dim, front)
    found = _walked(-1 - dim, back[::-1])
    return None if found is None else -1 - found


def _walked(dim: int, parts: list[str]) -> int | None:
    """The number that a dimension has among what is left of those in front of it, itself included."""
    old = new = 0
    for part in parts:
        if part == "new":
            new += 1
            continue
        if old == dim:
            return new if part == "slice" else None
        old += 1
        new += part != "number"
    return new + dim - old
