"""Sizes of tensors of which nothing is known: each is a whole number, and the same one wherever it is asked for.

The number of a size is that of its tensor's identity and of the dimension. A view that numbers dimensions anew keeps the identity, but not
the sizes: what it gives is marked as `turned`, and no size of that is told from another.
"""

from __future__ import annotations

from bce_lint.analysis.domain.constants import INT, SIZES, TURNED, Constant, Unknown
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import Seq, Value
from bce_lint.analysis.state.machine import Machine


def shape_of(m: Machine, owner: Unknown) -> Unknown:
    """`owner.shape`."""
    told = owner.identity and owner.kind != TURNED
    return Unknown(m.intern(("attr", owner.identity, "shape")) if told else 0, kind=SIZES)


def of_tensor(m: Machine, tensor: Tensor) -> Unknown:
    """The sizes of a tensor, as they are told apart where they are not known."""
    return shape_of(m, Unknown(tensor.identity, kind=TURNED if tensor.turned else ""))


def size_at(m: Machine, sizes: Unknown, key: Value) -> Unknown:
    """What `sizes[key]` is: one of them, or some for a slice."""
    if type(key) is Seq:
        return Unknown(kind=SIZES)
    told = sizes.identity and type(key) is Constant and key.kind == "int"
    return Unknown(m.intern(("size", sizes.identity, key)) if told else 0, kind=INT)


def counted(m: Machine, sizes: Unknown, question: str) -> Unknown:
    """The number of dimensions that sizes are of, or of values."""
    return Unknown(m.intern((question, sizes.identity)) if sizes.identity else 0, kind=INT)


def unpacked(m: Machine, sizes: Unknown, count: int, star: int | None) -> list[Value]:
    """The sizes that `count` targets receive, one of which may be starred: those behind it are counted from the end."""
    whole = range(count) if star is None else (*range(star), *range(star - count, 0))
    return [Seq((), Unknown(kind=INT)) if at == star else size_at(m, sizes, Constant(i, INT)) for at, i in enumerate(whole)]
