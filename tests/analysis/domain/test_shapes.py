"""Shapes against all the shapes that they stand for: what is certain of them holds for each, and operations forget but do not err."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from bce_lint.analysis.domain.shapes import broadcast, differ, least_rank, outgrow, rank, size
from bce_lint.analysis.domain.tensor import Shape, join_shape

Sizes = tuple[int, ...]

sizes = st.sampled_from([0, 1, 2, 3])


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    known = draw(st.lists(st.one_of(st.none(), sizes), max_size=4))
    return (..., *known) if draw(st.booleans()) else tuple(known)


@st.composite
def concrete(draw: st.DrawFn, shape: Shape | None) -> Sizes:
    """One of the shapes that a shape stands for."""
    opened = shape is None or shape[:1] == (...,)
    more = draw(st.lists(sizes, max_size=3)) if opened else []
    return (*more, *(s if isinstance(s, int) else draw(sizes) for s in shape or () if s is not ...))


@st.composite
def forgotten(draw: st.DrawFn, found: Sizes) -> Shape | None:
    """A shape that stands for this one among others."""
    if draw(st.integers(0, 9)) == 0:
        return None
    kept: Shape = tuple(draw(st.sampled_from([s, s, None])) for s in found)
    return (..., *kept[draw(st.integers(0, len(kept))) :]) if draw(st.booleans()) else kept


def covers(shape: Shape | None, found: Sizes) -> bool:
    """True if a shape stands for this one."""
    known = () if shape is None else shape[1:] if shape[:1] == (...,) else shape
    if rank(shape) not in (None, len(found)) or len(known) > len(found):
        return False
    return all(s in (None, size) for s, size in zip(known, found[len(found) - len(known) :], strict=True))


def broadcasted(a: Sizes, b: Sizes) -> Sizes | None:
    """torch's rule: aligned at the end, sizes agree or one of them is 1."""
    length = max(len(a), len(b))
    x, y = ((*(1,) * (length - len(s)), *s) for s in (a, b))
    if any(p != q and 1 not in (p, q) for p, q in zip(x, y, strict=True)):
        return None
    return tuple(q if p == 1 else p for p, q in zip(x, y, strict=True))


@given(st.data())
def test_differ_is_certain(data: st.DataObject) -> None:
    a, b = data.draw(shapes()), data.draw(shapes())
    if differ(a, b):
        assert data.draw(concrete(a)) != data.draw(concrete(b))


@given(st.data())
def test_what_stands_for_one_shape_does_not_differ(data: st.DataObject) -> None:
    found = tuple(data.draw(st.lists(sizes, max_size=4)))
    assert not differ(data.draw(forgotten(found)), data.draw(forgotten(found)))


@given(st.data())
def test_differ_knows_shapes_without_unknowns(data: st.DataObject) -> None:
    a, b = (tuple(data.draw(st.lists(sizes, max_size=3))) for _ in range(2))
    assert differ(a, b) == (a != b)
    assert differ(a, None) is differ(None, a) is False


@given(shapes(), shapes())
def test_differ_and_outgrow_are_symmetric(a: Shape, b: Shape) -> None:
    assert differ(a, b) == differ(b, a)
    assert outgrow(a, b) == outgrow(b, a)
    assert not differ(a, a)
    assert not outgrow(a, a)


@given(st.data())
def test_outgrow_is_certain_but_for_ones(data: st.DataObject) -> None:
    """Where a size that is not known is not 1, as the documentation of `outgrow` allows."""
    a, b = data.draw(shapes()), data.draw(shapes())
    x, y = data.draw(concrete(a)), data.draw(concrete(b))
    if not outgrow(a, b) or 1 in (*_unknown(a, x), *_unknown(b, y)):
        return
    together = broadcasted(x, y)
    assert together is None or together not in (x, y)


def _unknown(shape: Shape, found: Sizes) -> list[int]:
    """The sizes of a concrete shape that its shape does not say."""
    more = len(found) - least_rank(shape)
    return [*found[:more], *(s for s, said in zip(found[more:], shape[len(shape) - least_rank(shape) :], strict=True) if said is None)]


@given(st.data())
def test_outgrow_knows_shapes_without_unknowns(data: st.DataObject) -> None:
    a, b = (tuple(data.draw(st.lists(st.integers(1, 3), max_size=3))) for _ in range(2))
    together = broadcasted(a, b)
    assume(together is not None)
    grown = a != () != b and len([s for s in (a, b) if _larger(together, s)]) == 2
    assert outgrow(a, b) == grown


def _larger(together: Sizes | None, one: Sizes) -> bool:
    """True if a broadcast repeats a shape, and does not only put dimensions of size 1 before it."""
    assert together is not None
    lead = len(together) - len(one)
    return together[lead:] != one or any(s != 1 for s in together[:lead])


@given(st.data())
def test_broadcast_covers(data: st.DataObject) -> None:
    x, y = (tuple(data.draw(st.lists(sizes, max_size=4))) for _ in range(2))
    together = broadcasted(x, y)
    assume(together is not None)
    assert together is not None
    assert covers(broadcast(data.draw(forgotten(x)), data.draw(forgotten(y))), together)
    assert broadcast(x, y) == together


@given(st.data())
def test_broadcast_is_symmetric(data: st.DataObject) -> None:
    a, b = data.draw(shapes()), data.draw(shapes())
    assume(broadcasted(data.draw(concrete(a)), data.draw(concrete(b))) is not None)
    assert broadcast(a, b) == broadcast(b, a)


@given(st.data())
def test_join_covers_both(data: st.DataObject) -> None:
    a, b = data.draw(shapes()), data.draw(shapes())
    joined = join_shape(a, b)
    assert covers(joined, data.draw(concrete(a)))
    assert covers(joined, data.draw(concrete(b)))


@given(shapes(), shapes())
def test_join_forgets_nothing_that_both_say(a: Shape, b: Shape) -> None:
    joined = join_shape(a, b)
    assert join_shape(a, a) == a
    assert join_shape(b, a) == joined
    assert join_shape(a, None) is join_shape(None, a) is None
    common = range(1, min(least_rank(a), least_rank(b)) + 1)
    assert all(size(joined, -i) == size(a, -i) for i in common if size(a, -i) == size(b, -i))


@given(st.data(), st.integers(-5, 4))
def test_rank_and_size_are_those_of_each(data: st.DataObject, dim: int) -> None:
    shape = data.draw(st.one_of(st.none(), shapes()))
    found = data.draw(concrete(shape))
    assert covers(shape, found)
    assert rank(shape) in (None, len(found))
    assert least_rank(shape) <= len(found)
    if size(shape, dim) is not None:
        assert found[dim] == size(shape, dim)


@given(st.data())
def test_size_knows_what_is_written(data: st.DataObject) -> None:
    found = tuple(data.draw(st.lists(sizes, min_size=1, max_size=4)))
    dim = data.draw(st.integers(-len(found), len(found) - 1))
    assert size(found, dim) == found[dim]
    assert size((..., *found), dim) == (found[dim] if dim < 0 else None)
