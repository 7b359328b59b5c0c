"""The shapes of tensors that are put together: `cat` and `stack`."""

from __future__ import annotations

from collections.abc import Sequence

from bce_lint.analysis.domain.shapes import kept, rank
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import Constant, Value, const
from bce_lint.analysis.state.frames import Args

RULES = frozenset({"cat", "stack"})
"""The rules: along a dimension that the tensors have, along a new one."""


def shape_of(rule: str, parts: Sequence[Value], exact: bool, args: Args) -> Shape | None:
    """The shape of the tensors of one list together, by the rule of the operation's row."""
    shapes = [part.shape for part in parts if type(part) is Tensor and part.shape is not None and rank(part.shape) is not None]
    given = args.get(1, "dim") or const(0)
    dim = given.value if type(given) is Constant and isinstance(given.value, int) else None
    if rule not in RULES or args.open or dim is None or not shapes or len(shapes) < len(parts):
        return None
    first = shapes[0]
    if any(len(shape) != len(first) for shape in shapes):
        return None
    whole = tuple(s if all(shape[i] == s for shape in shapes) else None for i, s in enumerate(first))
    if rule == "stack":
        dim = dim + len(first) + 1 if dim < 0 else dim
        return kept((*whole[:dim], len(parts) if exact else None, *whole[dim:])) if 0 <= dim <= len(first) else None
    if not -len(first) <= dim < len(first):
        return None
    sizes = [shape[dim] for shape in shapes]
    total = sum(s for s in sizes if isinstance(s, int)) if exact and all(isinstance(s, int) for s in sizes) else None
    dim %= len(first)
    return kept((*whole[:dim], total, *whole[dim + 1 :]))
