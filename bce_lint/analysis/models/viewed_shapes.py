"""The sizes that a call gives, and the shape of a view of them: `-1` is what the others leave."""

from __future__ import annotations

from math import prod

from bce_lint.analysis.domain.constants import is_number
from bce_lint.analysis.domain.shapes import kept, rank
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import Constant, Unknown, Value, const
from bce_lint.analysis.state import containers, symbolic_sizes
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine


def dims(m: Machine, args: Args, first: int) -> Shape | None:
    """The sizes given as `f(2, 3)`, `f((2, 3))` or `f([2, 3])`; -1 and what is not constant are not known."""
    values = _given(m, args, first)
    if values is None:
        return None
    return kept(tuple([v.value if type(v) is Constant and v.kind == "int" and v.value != -1 else None for v in values]))  # type: ignore[misc]


def _given(m: Machine, args: Args, first: int) -> tuple[Value, ...] | None:
    """The sizes given one by one, or as one sequence."""
    values: tuple[Value, ...] = args.pos[first:]
    if args.open or not values:
        return None
    if len(values) == 1 and type(values[0]) is not Constant and not is_number(values[0]):
        items = containers.content(m, values[0])
        return items.prefix if items is not None and items.exact else None
    return values


def view(m: Machine, shape: Shape | None, args: Args) -> Shape | None:
    """The shape of a view, or of what is reshaped; `args` begin with the tensor."""
    sizes = dims(m, args, 1)
    if sizes is None:
        return None
    own, left = _own_sizes(m, shape, args)
    holes = [i for i, s in enumerate(sizes) if s is None and i not in own]
    if len(holes) == 1 and left is not None and all(isinstance(s, int) for s in left):
        known = prod(s for s in sizes if isinstance(s, int))
        total = prod(s for s in left if isinstance(s, int))
        if known and total % known == 0:
            return tuple(total // known if i == holes[0] else s for i, s in enumerate(sizes))
    return sizes


def _own_sizes(m: Machine, shape: Shape | None, args: Args) -> tuple[frozenset[int], Shape | None]:
    """Where a tensor is given sizes of its own that are not known, as in `x.view(x.size(0), -1)`, and its other sizes."""
    tensor = args.pos[0] if args.pos else None
    if shape is None or rank(shape) is None or None not in shape or type(tensor) is not Tensor:
        return frozenset(), shape
    own = symbolic_sizes.of_tensor(m, tensor)
    numbers = {at: symbolic_sizes.size_at(m, own, const(at)).identity for at, size in enumerate(shape) if size is None}
    found: dict[int, int] = {}
    for i, value in enumerate(_given(m, args, 1) or ()):
        if type(value) is Unknown and value.identity:
            at = next((at for at, number in numbers.items() if number == value.identity and at not in found.values()), None)
            found |= {i: at} if at is not None else {}
    return frozenset(found), tuple([size for at, size in enumerate(shape) if at not in found.values()])
