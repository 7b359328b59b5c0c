"""What is certain of shapes: ranks, sizes, and whether two can be equal."""

from __future__ import annotations

from bce_lint.analysis.domain.tensor import Shape

MAX_RANK = 64
"""torch has no tensors of more dimensions."""
_SIZES = 1 << 63


def kept(shape: Shape | None) -> Shape | None:
    """A shape as far as any can be: the last dimensions of too many, and no size that torch has no number for."""
    if shape is None:
        return None
    if len(shape) > MAX_RANK + (shape[:1] == (...,)):
        shape = (..., *shape[-MAX_RANK:])
    if all([not isinstance(size, int) or size < _SIZES for size in shape]):  # noqa: C419 - most have few
        return shape
    return tuple(None if isinstance(size, int) and size >= _SIZES else size for size in shape)


def rank(shape: Shape | None) -> int | None:
    """The number of dimensions, if it is known."""
    return None if shape is None or shape[:1] == (...,) else len(shape)


def implicit_dim(dimensions: int | None) -> int | None:
    """The dimension that torch's softmaxes take of so many where none is given."""
    return None if dimensions is None else 0 if dimensions in (0, 1, 3) else 1


def least_rank(shape: Shape | None) -> int:
    """The number of dimensions that there certainly are."""
    return 0 if shape is None else len(shape) - (shape[:1] == (...,))


def has_dim(shape: Shape, dim: int) -> bool:
    """True if a dimension is certainly there and told apart; where the rank is not known, one counted from the end."""
    return -least_rank(shape) <= dim < least_rank(shape) and (dim < 0 or rank(shape) is not None)


def size(shape: Shape | None, dim: int) -> int | None:
    """The size of a dimension, if it is known."""
    found = shape[dim] if shape is not None and has_dim(shape, dim) else None
    return found if isinstance(found, int) else None


def row(shape: Shape | None) -> Shape | None:
    """The shape of one row of a tensor: nothing is known of it where the number of dimensions is not."""
    return shape[1:] if rank(shape) and shape is not None else None


def sizes_differ(a: Shape | None, b: Shape | None, dim: int) -> bool:
    """True if two shapes certainly have a dimension of different sizes."""
    x, y = size(a, dim), size(b, dim)
    return x is not None and y is not None and x != y


def differ(a: Shape | None, b: Shape | None) -> bool:
    """True if two shapes are certainly not the same."""
    if a is None or b is None:
        return False
    ranks = (rank(a), rank(b))
    if None not in ranks and ranks[0] != ranks[1]:
        return True
    if any(known is not None and known < least_rank(other) for known, other in ((ranks[0], b), (ranks[1], a))):
        return True
    common = min(least_rank(a), least_rank(b))
    return any(sizes_differ(a, b, -i) for i in range(1, common + 1))


def fits_into(a: Shape | None, b: Shape | None) -> bool:
    """False if broadcasting a shape to another one certainly gives a third."""
    if a is None or b is None:
        return True
    known = rank(b)
    if known is not None and known < least_rank(a):
        return False
    common = min(least_rank(a), least_rank(b))
    return not any(size(a, -i) != 1 and sizes_differ(a, b, -i) for i in range(1, common + 1))


def outgrow(a: Shape | None, b: Shape | None) -> bool:
    """True if broadcasting two shapes certainly gives one that is larger than either, but for sizes that are not known and 1."""
    if a is None or b is None or not (a and b):
        return False
    return _stretches(a, b) and _stretches(b, a)


def _stretches(a: Shape, b: Shape) -> bool:
    """True if `a` is certainly repeated to match `b`: a size of 1 against one that is not, or a dimension that it lacks."""
    known, other = rank(a), least_rank(b)
    if known is not None and known < other and any(b[-i] != 1 for i in range(known + 1, other + 1)):
        return True
    return any(size(a, -i) == 1 and b[-i] != 1 for i in range(1, min(least_rank(a), other) + 1))


def broadcast(a: Shape | None, b: Shape | None) -> Shape | None:
    """The shape of a pointwise operation on two tensors."""
    if a is None or b is None:
        return None
    if () in (a, b):
        return a or b
    opened = (...,) in (a[:1], b[:1])
    x, y = (s[1:] if s[:1] == (...,) else s for s in (a, b))
    length = max(len(x), len(y))
    x, y = ((*(1,) * (length - len(s)), *s) for s in (x, y))
    sizes = tuple(_wider(p, q) for p, q in zip(x, y, strict=True))
    return (..., *sizes[length - min(least_rank(a), least_rank(b)) :]) if opened else sizes


def _wider(a: object, b: object) -> int | None:
    for one, other in ((a, b), (b, a)):
        if one == 1:
            return other if isinstance(other, int) else None
        if isinstance(one, int):
            return one
    return None
