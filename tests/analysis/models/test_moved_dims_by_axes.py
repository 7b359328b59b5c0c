"""Where a dimension goes, held against axes that are really moved: ranks of 0 to 4, each argument, and what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations, product

import pytest

from bce_lint.analysis.domain.tensor import Shape
from bce_lint.analysis.models import moved_dims
from bce_lint.analysis.models.moved_dims import RULES, GivenDims, Turn, Whole, removed

Axes = tuple[str, ...]
Case = tuple[str, tuple[Whole, ...], Axes]
NAMES = "abcd"
NOTHING: Mapping[str, Whole] = {}


def moves(axes: Axes) -> Iterator[Case]:
    """Operations on some axes, with their arguments and the axes behind them; `+` is an axis that is new, or not what it was."""
    rank = len(axes)
    dims = range(-rank, rank)
    for order in permutations(range(rank)):
        yield "permute", order, tuple(axes[one] for one in order)
        yield "permute", (tuple(one - rank for one in order),), tuple(axes[one] for one in order)
    for a, b in product(dims, dims):
        turned = list(axes)
        turned[a], turned[b] = turned[b], turned[a]
        yield "transpose", (a, b), tuple(turned)
        left = list(axes)
        left.insert(b % rank, left.pop(a))
        yield "movedim", (a, b), tuple(left)
        start, end = a % rank, b % rank
        if start <= end:
            yield "flatten", (a, b), (*axes[:start], axes[start] if start == end else "+", *axes[end + 1 :])
    for (a, b), (c, d) in product(permutations(range(rank), 2), repeat=2):
        rest = [one for at, one in enumerate(axes) if at not in (a, b)]
        placed = {c: axes[a], d: axes[b]}
        yield "movedim", ((a, b), (c, d)), tuple(placed[at] if at in placed else rest.pop(0) for at in range(rank))
    for new in range(-rank - 1, rank + 1):
        at = new % (rank + 1)
        for name in ("unsqueeze", "stack"):
            yield name, (new,), (*axes[:at], "+", *axes[at:])
    for dim in dims:
        at = dim % rank
        yield "select", (dim, 0), (*axes[:at], *axes[at + 1 :])
        yield "cat", (dim,), (*axes[:at], "+", *axes[at + 1 :])
        yield "repeat_interleave", (2, dim), (*axes[:at], "+", *axes[at + 1 :])
        yield "unflatten", (dim, (2, 3, 4)), (*axes[:at], "+", "+", "+", *axes[at + 1 :])
        times = tuple(2 if at == one else 1 for one in range(rank))
        yield "repeat", times, tuple("+" if at == one else name for one, name in enumerate(axes))
    yield "t", (), axes[::-1]
    yield "transpose", (), axes[::-1]
    yield "expand", (7, *[-1] * rank), ("+", *axes)
    yield "repeat", (3, *[1] * rank), ("+", *axes)
    if rank > 1:
        yield "mT", (), (*axes[:-2], axes[-1], axes[-2])


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_a_dimension_goes_where_its_axis_goes(rank: int) -> None:
    axes, shape = tuple(NAMES[:rank]), (2, 3, 5, 7)[:rank]
    for name, pos, after in moves(axes):
        turn = Turn(GivenDims(pos), shape, None)
        for dim in range(-rank, rank):
            found = RULES[name](dim, turn)
            expected = after.index(axes[dim]) if axes[dim] in after else None
            assert (None if found is None else found % len(after)) == expected, (name, pos, dim)


@pytest.mark.parametrize("rank", [3, 4])
def test_what_is_counted_from_one_end_goes_there_whatever_the_rank(rank: int) -> None:
    axes = tuple(NAMES[:rank])
    for name, pos, after in moves(axes):
        if name in ("expand", "repeat", "flatten", "mT") or (name == "transpose" and not pos) or (name == "permute" and rank > 3):
            continue
        turn = Turn(GivenDims(pos), None, None)
        for dim in range(-rank, rank):
            found = RULES[name](dim, turn)
            guessed = any((one < 0) != (dim < 0) for one in pos if isinstance(one, int))
            if found is not None and not guessed:
                assert -len(after) <= found < len(after)
                assert after[found] == axes[dim], (name, pos, dim)


@pytest.mark.parametrize(
    ("name", "pos", "kw", "before", "dim", "moved"),
    [
        ("squeeze", (), NOTHING, (), 0, 0),
        ("squeeze", (), NOTHING, (..., 5), 0, 0), ("squeeze", (), NOTHING, (..., 5), 2, None), ("squeeze", (), NOTHING, (None, 5), 1, 1),
        ("squeeze", (None,), NOTHING, (2, 3), 0, None), ("squeeze", ((None,),), NOTHING, (2, 3), 0, None),
        ("squeeze", (), {"dim": 0}, (1, 3), 1, 0), ("squeeze", (), {"axis": 0}, (1, 3), 1, 0), ("squeeze", (), {"axis": 0}, (2, 3), 1, 1),
        ("unsqueeze", ((0,),), NOTHING, (2, 3), 1, 2), ("unsqueeze", ((0, 1),), NOTHING, (2, 3), 1, None),
        ("unsqueeze", (), {"axis": 0}, (2, 3), 1, 2), ("unsqueeze", (), NOTHING, (2, 3), 1, None),
        ("unsqueeze", ((),), NOTHING, (2, 3), 1, None),
        ("transpose", (0, 7), NOTHING, (2, 3), 1, None), ("transpose", (0, 7), NOTHING, (2, 3), -1, None),
        ("transpose", (None, 1), NOTHING, (2, 3), 1, None), ("transpose", (1, None), NOTHING, (2, 3), 1, None),
        ("transpose", (0,), {"dim1": 1}, (2, 3), 0, 1), ("transpose", (), {"axis0": 0, "axis1": 1}, (2, 3), 0, 1),
        ("transpose", (1, 2, 0), NOTHING, (2, 3, 5), 0, 2),
        ("permute", (0, 0, 1), NOTHING, (2, 3, 5), 2, None), ("permute", (1, 0), NOTHING, (2, 3), 2, None),
        ("permute", (1, 0), NOTHING, (2, 3), -3, None), ("permute", (), {"axes": (1, 0)}, (2, 3), 0, 1),
        ("permute", (), {"dims": None}, (2, 3), 0, None), ("permute", ((),), NOTHING, (), 0, None),
        ("movedim", ((), ()), NOTHING, (2, 3), 0, None), ("movedim", ((0,), ()), NOTHING, (2, 3), 0, None),
        ("movedim", ((), (0,)), NOTHING, (2, 3), 0, None), ("movedim", ((0, None), (1, 0)), NOTHING, (2, 3), 0, None),
        ("movedim", ((0, 1), (1, None)), NOTHING, (2, 3), 0, None), ("movedim", (0,), {"destination": 1}, (2, 3), 0, 1),
        ("movedim", (), {"source": 0}, (2, 3), 0, None), ("movedim", (), {"destination": 0}, (2, 3), 0, None),
        ("movedim", (-1, -2), NOTHING, None, -2, -1), ("movedim", (-1, -3), NOTHING, None, -2, -1), ("movedim", (-1, -3),
        NOTHING, None, -4, -4),
        ("movedim", (2, 0), NOTHING, None, 3, 3), ("movedim", (-1, -2), NOTHING, None, 0, None),
        ("flatten", (1, None), NOTHING, (2, 3), 0, None), ("flatten", (None, 1), NOTHING, (2, 3), 0, None),
        ("flatten", (-3, -2), NOTHING, None, -1, -1), ("flatten", (-2, -1), NOTHING, None, -1, None), ("flatten", (-2, -1),
        NOTHING, None, -3, None),
        ("flatten", (0, 1), NOTHING, None, 2, 1), ("flatten", (1, 2), NOTHING, None, 3, 2), ("flatten", (1, 2), NOTHING, None, 0, 0),
        ("flatten", (1, 2), NOTHING, None, 1, None), ("flatten", (0, 1), NOTHING, None, -1, -1), ("flatten", (), NOTHING, (1, 3), -1, 0),
        ("flatten", (), NOTHING, (), 0, None), ("flatten", (1, 1), NOTHING, (2, 3), 1, 1), ("flatten", (0, 1), NOTHING, (None, 1, 5), 0, 0),
        ("view", (None,), NOTHING, (2, 3), 0, None), ("view", (), {"size": (2, 3)}, (2, 3), 0, 0), ("view", (), {"shape": (2, 3)}, (2, 3),
        0, 0),
        ("expand", (None,), NOTHING, (2, 3), 0, None), ("expand", (None,), NOTHING, (2, 3), -1, -1), ("expand", (3,), NOTHING, (2, 3),
        1, 1),
        ("expand", (), {"size": (4, 2, 3)}, (2, 3), 0, 1), ("expand", (), {"sizes": (4, 2, 3)}, (2, 3), 0, 1),
        ("repeat", (None,), NOTHING, (2, 3), 1, None), ("repeat", (None,), NOTHING, (2, 3), -1, -1), ("repeat", ((2,),), NOTHING, (2, 3),
        -2, -2),
        ("repeat", (), {"sizes": (1, 2)}, (2, 3), 0, 0), ("repeat", (), {"dims": (2, 1)}, (2, 3), 0, None),
        ("unflatten", (None, (2, 3)), NOTHING, (2, 3), 0, None), ("unflatten", (0, 5), NOTHING, (2, 3), 1, None),
        ("unflatten", (0,), {"unflattened_size": (2, 1)}, (2, 3), 1, 2), ("unflatten", (), {"dim": 0, "sizes": (2, 1)}, (2, 3), 1, 2),
        ("unflatten", (1, (3, 1)), NOTHING, None, 0, 0), ("unflatten", (-2, (3, 1)), NOTHING, None, -1, -1),
        ("unflatten", (-1, (3, 1)), NOTHING, None, -2, -3), ("unflatten", (7, (3, 1)), NOTHING, (2, 3), 0, None),
        ("select", (), {"axis": 0}, (2, 3), 1, 0), ("select", (None,), NOTHING, (2, 3), 1, None), ("cat", (None,), NOTHING, (2, 3),
        1, None),
        ("cat", (), {"axis": 1}, (2, 3), 0, 0), ("cat", (0,), NOTHING, None, -1, -1), ("cat", (0,), NOTHING, None, -2, None),
        ("cat", (0,), NOTHING, (2, 3), -1, -1), ("cat", (1,), NOTHING, None, -1, None), ("cat", (-1,), NOTHING, None, -2, -2),
        ("stack", (), {"axis": 1}, (2, 3), 1, 2), ("repeat_interleave", (2,), {"axis": 0}, (2, 3), 1, 1),
        ("stack", (), {"dim": 1}, (2, 3), 1, 2), ("stack", (), NOTHING, (2, 3), 1, 2), ("cat", (), {"dim": 1}, (2, 3), 0, 0),
        ("cat", (), NOTHING, (2, 3), 0, None), ("repeat_interleave", (2,), {"dim": 0}, (2, 3), 1, 1), ("select", (), {"dim": 0}, (2, 3),
        1, 0),
        ("select", (), NOTHING, (2, 3), 1, 0), ("flatten", (), {"start_dim": 1}, (2, 3, 5), 0, 0), ("unsqueeze", (), {"dim": 0}, (2, 3),
        1, 2),
        ("flatten", (), {"end_dim": 1}, (2, 3, 5), 2, 1), ("transpose", (), {"dim0": 0, "dim1": 1}, (2, 3), 0, 1),
        ("movedim", (), {"source": 0, "destination": 1}, (2, 3), 0, 1), ("expand", (), {"dims": (4, 2, 3)}, (2, 3), 0, 1),
        ("expand", (), {"repeats": (4, 2, 3)}, (2, 3), 0, 1), ("repeat", (), {"repeats": (2, 1)}, (2, 3), 1, 1),
        ("permute", (), {"dims": (1, 0)}, (2, 3), 0, 1), ("unflatten", (), {"dim": 1, "unflattened_size": (3, 1)}, (2, 3), 0, 0),
        ("hstack", (), NOTHING, (2, 3), 1, None), ("vstack", (), NOTHING, (2, 3), 1, 1),
    ],
)  # fmt: skip
def test_arguments_of_other_kinds(
    name: str, pos: tuple[Whole, ...], kw: Mapping[str, Whole], before: Shape | None, dim: int, moved: int | None
) -> None:
    found = RULES[name](dim, Turn(GivenDims(pos, kw), before, None))
    assert found == moved


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [((2, 3), (2, 3), 1), ((2, 3), (3, 2), None), ((..., 3), (..., 3), None), (None, None, None), ((2, 3), None, None)],
)
def test_what_is_as_another(before: Shape | None, after: Shape | None, same: int | None) -> None:
    assert RULES["view_as"](1, Turn(GivenDims((None,)), before, after)) == same


@pytest.mark.parametrize(
    ("sizes", "before", "after", "dim", "moved"),
    [
        ((2, 15), (2, 3, 5), (2, 15), 2, None), ((6, 5), (2, 3, 5), (6, 5), 2, -1), ((6, 5), (2, 3, None), (6, 5), 2, -1),
        ((-1,), (2, 3), None, 1, None), ((6,), (2, 3), None, 1, -1), ((2, -1), (2, 3), None, 1, -1), ((2, -1), None, None, 2, None),
        ((2, 7), None, None, 2, -1), ((2, -1, 5), (2, 3, 5), None, 1, None), ((-1, 3, 5), (2, 3, 5), None, 1, None),
        ((-1, 3, 5), (2, 3, 5), None, 0, None), ((None, 3, 5), (2, 3, 5), None, 0, 0), ((4, 3, 5), (2, 3, 5), None, 1, None),
        ((4, 3, 5), (None, 3, 5), None, 1, 1), ((2, 3, 5), (2, 3, 5), None, -3, 0), ((5, 2), (2, 5), None, 0, 0),
        ((5, 2, 1), (2, 5), None, 0, None), ((2, 3), None, None, 1, None), ((2, 3, 4), None, None, 1, 1), ((2, 3), None, None, -2, None),
    ],
)  # fmt: skip
def test_a_view(sizes: tuple[int | None, ...], before: Shape | None, after: Shape | None, dim: int, moved: int | None) -> None:
    assert RULES["view"](dim, Turn(GivenDims(sizes), before, after)) == moved


def test_dimensions_that_are_not_there() -> None:
    assert removed(5, 0, 3) == 4 and removed(0, 5, 3) == 0 and removed(-5, -1, 3) == -4 and removed(2, 2, 3) is None
    assert removed(1, 0, None) == 0 and removed(0, 1, None) == 0 and removed(-2, -1, None) == -1 and removed(-1, -2, None) == -1


def test_how_dimensions_are_given() -> None:
    given = GivenDims((1, (2, 3)), {"dim": 4, "axes": (5,)})
    assert (given.has(0), given.has(1), given.has(2), given.has(2, "dim"), given.has(2, "axis")) == (True, True, False, True, False)
    assert given.whole(0, "dim") == 1 and given.whole(2, "axis", "dim") == 4 and given.whole(2) is None
    assert given.one(0, 9) == 1 and given.one(1, 9) is None and given.one(2, 9) == 9 and given.one(2, 9, "axes") == 5
    assert given.several(1) == (2, 3) and given.several(0) == (1, None) and given.several(2, "dim") == (4,) and given.several(2) is None


def test_the_operations_are_those_of_the_catalogue() -> None:
    from bce_lint.analysis.models.softmax_dims import last_name
    from bce_lint.catalog.layers import LAYERS
    from bce_lint.catalog.numpy import NUMPY_METHODS
    from bce_lint.catalog.tensors import ATTRIBUTES, FUNCTIONS, METHODS

    known = {last_name(name) for table in (FUNCTIONS, METHODS, NUMPY_METHODS, ATTRIBUTES, LAYERS) for name in table}
    assert moved_dims.RULES.keys() - known == {"adjoint"}  # a run of a program sees it
    assert (last_name("torch.nn.Flatten"), last_name("torch.nn.Unflatten"), last_name("squeeze_"), last_name("torch.t")) == (
        "flatten", "unflatten", "squeeze", "t",
    )  # fmt: skip
