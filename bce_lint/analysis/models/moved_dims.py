"""Where the dimension of a softmax is after an operation that numbers dimensions anew; None where that cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias

from bce_lint.analysis.domain.shapes import rank, size
from bce_lint.analysis.domain.tensor import Shape

Whole: TypeAlias = "int | tuple[int | None, ...] | None"
"""A constant dimension or several, as they are written; None for what is not constant."""


class GivenDims(NamedTuple):
    """The arguments of an operation behind its tensor."""

    pos: tuple[Whole, ...] = ()
    kw: Mapping[str, Whole] = {}

    def has(self, index: int, *names: str) -> bool:
        """True if a parameter is given."""
        return index < len(self.pos) or any(name in self.kw for name in names)

    def whole(self, index: int, *names: str) -> Whole:
        """The argument for a parameter, by position or by one of its names."""
        if index < len(self.pos):
            return self.pos[index]
        return next((self.kw[name] for name in names if name in self.kw), None)

    def one(self, index: int, default: int | None, *names: str) -> int | None:
        """A single dimension; the default where none is given."""
        found = self.whole(index, *names) if self.has(index, *names) else default
        return found[0] if isinstance(found, tuple) and len(found) == 1 else found if isinstance(found, int) else None

    def several(self, index: int, *names: str) -> tuple[int | None, ...] | None:
        """Dimensions or sizes, given one by one or as one tuple."""
        if len(self.pos) > index + 1:
            return tuple(one if isinstance(one, int) else None for one in self.pos[index:])
        found = self.whole(index, *names)
        return found if isinstance(found, tuple) else (found,) if isinstance(found, int) else None


class Turn(NamedTuple):
    """An operation: its arguments, and the shapes of its tensor before and after."""

    given: GivenDims
    before: Shape | None
    after: Shape | None


def _alike(known: int | None, *dims: int) -> tuple[int, ...] | None:
    """Dimensions counted from the same end; None where the rank is not known and they are not."""
    if known is not None:
        return tuple(d % known for d in dims) if all(-known <= d < known for d in dims) else None
    return dims if len({d < 0 for d in dims}) == 1 else None


def _least(dim: int, *others: int) -> int | None:
    """The rank that code has in mind which counts dimensions from the front, where the last is asked for: at least three."""
    top = max(others) + 1
    return top if dim < 0 <= min(others) and top > 2 else None


def _permute(dim: int, turn: Turn) -> int | None:
    order = turn.given.several(0, "dims", "axes")
    if order is None or any(one is None for one in order):
        return _reversed(dim, turn) if not turn.given.has(0, "dims", "axes") else None
    count = len(order)
    if not -count <= dim < count:
        return None
    found = [one % count for one in order if one is not None]
    return found.index(dim % count) if dim % count in found else None


def _reversed(dim: int, turn: Turn) -> int | None:
    return -1 - dim


def _transpose(dim: int, turn: Turn) -> int | None:
    a, b = turn.given.one(0, None, "dim0", "axis0"), turn.given.one(1, None, "dim1", "axis1")
    if not turn.given.has(1, "dim1", "axis1") or len(turn.given.pos) > 2:
        return _permute(dim, turn)  # as NumPy has it
    return None if a is None or b is None else _swapped(dim, a, b, rank(turn.before))


def _swapped(dim: int, a: int, b: int, known: int | None) -> int | None:
    if dim in (a, b):
        return b if dim == a else a
    least = _least(dim, a, b) if known is None else known
    same = _alike(least, dim, a, b)
    if same is None:
        return dim if known is None and dim < 0 <= min(a, b) else None
    return b if same[0] == same[1] else a if same[0] == same[2] else dim


def _last_two(dim: int, turn: Turn) -> int | None:
    return _swapped(dim, -1, -2, rank(turn.before))


def _movedim(dim: int, turn: Turn) -> int | None:
    sources, targets = turn.given.several(0, "source"), turn.given.several(1, "destination")
    if len(turn.given.pos) == 2:
        sources, targets = (one if isinstance(one, tuple) else (one,) for one in turn.given.pos)
    if not sources or not targets or len(sources) != len(targets) or None in (*sources, *targets):
        return None
    pairs = [(s, t) for s, t in zip(sources, targets, strict=True) if s is not None and t is not None]
    known = rank(turn.before)
    if known is not None:
        pairs = [(s % known, t % known) for s, t in pairs]
        dim %= known
    direct = next((t for s, t in pairs if s == dim), None)
    if direct is not None:
        return direct
    if known is not None:
        left = [i for i in range(known) if i not in [s for s, _ in pairs]]
        free = [i for i in range(known) if i not in [t for _, t in pairs]]
        return free[left.index(dim)]
    return _moved_past(dim, *pairs[0]) if len(pairs) == 1 else None


def _moved_past(dim: int, source: int, target: int) -> int | None:
    same = _alike(_least(dim, source, target), dim, source, target)
    if same is None:
        return None
    if same[0] < 0:
        found = _moved_past(*(-1 - one for one in same))
        return None if found is None else -1 - found
    if same[0] == same[1]:
        return target
    left = same[0] - (same[0] > same[1])
    return left + (left >= same[2])


def _unsqueeze(dim: int, turn: Turn) -> int | None:
    return _inserted(dim, turn.given.one(0, None, "dim", "axis"), rank(turn.before))


def _inserted(dim: int, new: int | None, known: int | None) -> int | None:
    """A dimension behind one that is put in."""
    if new is None:
        return None
    if known is not None:
        dim, new = dim % known if known else dim, new % (known + 1)
    if (dim < 0) != (new < 0):
        return dim if new == 0 or new == -1 else None
    return dim + (dim >= new) if dim >= 0 else dim - (dim <= new)


def removed(dim: int, gone: int | None, known: int | None) -> int | None:
    """A dimension behind one that is taken away."""
    if gone is None or gone == dim:
        return None
    if known is not None and -known <= dim < known and -known <= gone < known:
        dim, gone = dim % known, gone % known
    if (dim < 0) != (gone < 0):
        return dim if gone == -1 or dim == -1 else None
    if dim == gone:
        return None
    return dim - (dim > gone) if dim >= 0 else dim + (dim < gone)


def _squeeze(dim: int, turn: Turn) -> int | None:
    shape, known = turn.before, rank(turn.before)
    if not turn.given.has(0, "dim", "axis"):
        if shape is None or known is None or not all(isinstance(s, int) for s in shape):
            return dim if dim in (-1, 0, 1) else None
        at = dim % known if known else 0
        return None if known and shape[at] == 1 else at - sum(s == 1 for s in shape[:at])
    dims = turn.given.several(0, "dim", "axis")
    if dims is None or len(dims) != 1 or dims[0] is None:
        return None
    old, gone = size(shape, dims[0]), dims[0]
    if old is not None and old != 1:
        return dim
    same = _alike(known, dim, gone)
    if old is None and same is not None and (same[0] > same[1]) == (same[0] >= 0):
        return None  # it may stay: the size is not known
    return removed(dim, gone, known)


def _flatten(dim: int, turn: Turn) -> int | None:
    start, end = turn.given.one(0, 0, "start_dim"), turn.given.one(1, -1, "end_dim")
    known, shape = rank(turn.before), turn.before
    if start is None or end is None:
        return None
    if known:
        dim, start, end = dim % known, start % known, end % known
        if shape is not None and start <= dim <= end:
            return start if all(shape[i] == 1 for i in range(start, end + 1) if i != dim) else None
    if dim < 0 <= end or (dim >= 0 and 0 <= dim < start) or end < dim < 0:
        return dim
    return dim - (end - start) if 0 <= start <= end < dim else None


def _view(dim: int, turn: Turn) -> int | None:
    sizes = turn.given.several(0, "size", "shape")
    known = rank(turn.before)
    if not sizes:
        return None
    if dim == -1 or (dim >= 2 if known is None else dim == known - 1):  # who counts up to three has no more in mind
        new, old = size(turn.after, -1), size(turn.before, -1)
        if new is not None and old is not None:
            return -1 if new == old else None
        return -1 if sizes[-1] != -1 or known == len(sizes) else None
    dim = dim % known if known is not None else dim
    kept = 0 <= dim < len(sizes) - 1 and -1 not in sizes[: dim + 1]
    if known is not None and turn.before is not None:
        kept = kept and all(None in (old, new) or old == new for old, new in zip(turn.before, sizes[: dim + 1], strict=False))
    return dim if kept or known == len(sizes) == 2 else None


def _expand(dim: int, turn: Turn) -> int | None:
    sizes, known = turn.given.several(0, "size", "sizes", "dims", "repeats"), rank(turn.before)
    if dim < 0:
        return dim
    return dim + max(len(sizes) - known, 0) if sizes is not None and known is not None else None


def _repeat(dim: int, turn: Turn) -> int | None:
    times, moved = turn.given.several(0, "sizes", "dims", "repeats"), _expand(dim, turn)
    if times is None or moved is None or not -len(times) <= moved < len(times):
        return moved
    return moved if times[moved] == 1 else None


def _beside(dim: int, along: int | None, known: int | None) -> int | None:
    """A dimension where values are put together along one: it is the same, unless it is that one."""
    if along == 0 and dim == -1 and known is None:
        return dim
    same = None if along is None else _alike(known, dim, along)
    return None if same is None or same[0] == same[1] else dim


def _repeat_interleave(dim: int, turn: Turn) -> int | None:
    return _beside(dim, turn.given.one(1, None, "dim", "axis"), rank(turn.before))


def _cat(dim: int, turn: Turn) -> int | None:
    return _beside(dim, turn.given.one(0, 0, "dim", "axis"), rank(turn.before))


def _stack(dim: int, turn: Turn) -> int | None:
    return _inserted(dim, turn.given.one(0, 0, "dim", "axis"), rank(turn.before))


def _unflatten(dim: int, turn: Turn) -> int | None:
    at, sizes = turn.given.one(0, None, "dim"), turn.given.whole(1, "sizes", "unflattened_size")
    same = _alike(rank(turn.before), dim, at) if at is not None else None
    if same is None or same[0] == same[1]:
        return None
    if (same[0] > same[1]) != (same[0] >= 0):
        return same[0]
    more = len(sizes) - 1 if isinstance(sizes, tuple) else None
    return None if more is None else same[0] + more if same[0] >= 0 else same[0] - more


def _like(dim: int, turn: Turn) -> int | None:
    return dim if turn.before is not None and turn.before == turn.after and rank(turn.before) is not None else None


def _select(dim: int, turn: Turn) -> int | None:
    return removed(dim, turn.given.one(0, 0, "dim", "axis"), rank(turn.before))


def _lost(dim: int, turn: Turn) -> int | None:
    return None


RULES: dict[str, Callable[[int, Turn], int | None]] = {
    **dict.fromkeys(("permute",), _permute),
    **dict.fromkeys(("transpose", "swapdims", "swapaxes"), _transpose),
    **dict.fromkeys(("t", "T", "H"), _reversed),
    **dict.fromkeys(("mT", "mH", "adjoint"), _last_two),
    **dict.fromkeys(("movedim", "moveaxis"), _movedim),
    **dict.fromkeys(("unsqueeze", "expand_dims"), _unsqueeze),
    "squeeze": _squeeze,
    "flatten": _flatten,
    **dict.fromkeys(("view", "reshape"), _view),
    **dict.fromkeys(("expand", "broadcast_to"), _expand),
    **dict.fromkeys(("repeat", "tile"), _repeat),
    **dict.fromkeys(("view_as", "reshape_as", "expand_as"), _like),
    "repeat_interleave": _repeat_interleave,
    "unflatten": _unflatten,
    **dict.fromkeys(("select", "unbind"), _select),
    "stack": _stack,
    **dict.fromkeys(("cat", "concat", "concatenate"), _cat),
    **dict.fromkeys(("vstack", "row_stack"), lambda dim, turn: _beside(dim, 0, rank(turn.before))),
    **dict.fromkeys(("hstack", "column_stack"), lambda dim, turn: _beside(dim, 1, rank(turn.before))),
    **dict.fromkeys(
        ("ravel", "rot90", "diagonal", "as_strided", "pixel_shuffle", "pixel_unshuffle", "unfold", "take", "masked_select", "unique",
         "resize", "resize_as", "set", "dstack", "PixelShuffle", "PixelUnshuffle", "Fold", "Unfold",
         "max", "min", "amax", "amin", "kthvalue", "mode", "cummax", "cummin"), _lost
    ),
}  # fmt: skip
"""The operations that number dimensions anew, or after which no softmax runs over any, by the last part of their name."""
