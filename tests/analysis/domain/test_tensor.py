"""Ranges are sound by sampling, tensors join upwards, and an operation on more numbers gives no fewer of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import exp, inf, log, tanh

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bce_lint.analysis.domain.gradient import Gradient, join_gradient, together
from bce_lint.analysis.domain.intervals import add_range, join_range, meet_range, multiply_range, negate_range
from bce_lint.analysis.domain.tensor import MAX_ORIGINS, Formula, Origin, Place, Shape, Tensor, join_shape, join_tensor
from bce_lint.analysis.domain.values import const
from bce_lint.analysis.models.value_rules import KINDS, clipped
from bce_lint.analysis.state.frames import Args
from bce_lint.catalog import pointwise
from bce_lint.catalog.schema import ANY, REAL, UNIT, Domain, Kind, Range, Transfer
from bce_lint.ir import Span

pytestmark = pytest.mark.any_python

PLACE = Place("a.py", Span(0, 1))
HERE = Origin("op", Domain.UNKNOWN, PLACE)
NEAR = 60
RISING = (Kind.MONOTONE, Kind.SIGN, Kind.EXP, Kind.LOG)
POINTWISE = {name.removeprefix("torch."): row for name, row in pointwise.POINTWISE.items()}
ROWS = {name: row for name, row in POINTWISE.items() if row.kind in RISING}

lows = st.one_of(st.just(-inf), st.integers(-8, 8).map(float))
highs = st.one_of(st.just(inf), st.integers(-8, 8).map(float))


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    low, high = draw(lows), draw(highs)
    return Range(min(low, high), max(low, high), draw(st.booleans()))


@st.composite
def sampled(draw: st.DrawFn) -> tuple[Range, float]:
    """A range and a whole number in it."""
    bounds = draw(ranges())
    return bounds, float(draw(st.integers(int(max(bounds.low, -NEAR)), int(min(bounds.high, NEAR)))))


@st.composite
def nested(draw: st.DrawFn) -> tuple[Range, Range]:
    """A range and one around it."""
    inner, extra = draw(ranges()), draw(ranges())
    outer = join_range(inner, extra)
    return inner, outer


@st.composite
def origins(draw: st.DrawFn) -> tuple[Origin, ...]:
    starts = draw(st.lists(st.integers(0, 9), unique=True, max_size=MAX_ORIGINS))
    return tuple(Origin("sigmoid", Domain.PROBABILITY, Place("a.py", Span(s, s + 1))) for s in sorted(starts))


def tensors_of(domain: Domain) -> st.SearchStrategy[Tensor]:
    sizes = st.one_of(st.none(), st.lists(st.one_of(st.none(), st.integers(1, 2)), max_size=2).map(tuple))
    return st.builds(
        Tensor, domain=st.just(domain), range=ranges(), dtype=st.sampled_from([None, "float32", "int64"]), shape=sizes, origin=origins(),
        inner=origins(), identity=st.integers(0, 2), model=st.booleans(), literal=st.booleans(), device=st.sampled_from([None, "cpu"]),
        gradient=st.sampled_from(Gradient),
    )  # fmt: skip


def holds(bounds: Range, number: float) -> bool:
    return bounds.low <= number <= bounds.high


def within(inner: Range, outer: Range) -> bool:
    return outer.low <= inner.low and inner.high <= outer.high


def ordered(bounds: Range) -> bool:
    return bounds.low <= bounds.high


def constant(bounds: Range) -> bool:
    return bounds.low == bounds.high


@given(sampled(), sampled())
def test_a_sum_holds_the_sums(a: tuple[Range, float], b: tuple[Range, float]) -> None:
    result = add_range(a[0], b[0])
    assert holds(result, a[1] + b[1])
    assert not result.tight or constant(a[0]) or constant(b[0])


@given(sampled())
def test_a_negative_holds_the_negatives(a: tuple[Range, float]) -> None:
    assert holds(negate_range(a[0]), -a[1])
    assert negate_range(negate_range(a[0])) == a[0]


@given(sampled(), sampled())
def test_a_product_holds_the_products(a: tuple[Range, float], b: tuple[Range, float]) -> None:
    result = multiply_range(a[0], b[0])
    assert holds(result, a[1] * b[1])
    assert ordered(result)
    assert not result.tight or constant(a[0]) or constant(b[0])


@given(ranges(), st.integers(-3, 3).map(float))
def test_a_tight_range_stays_tight_beside_a_constant(a: Range, number: float) -> None:
    assume(not constant(a))
    same = Range(number, number, True)
    assert add_range(a, same).tight is add_range(same, a).tight is a.tight
    assert multiply_range(a, same).tight is multiply_range(same, a).tight is (a.tight and number != 0)


@given(ranges(), ranges(), ranges())
def test_sums_and_products_of_more_are_more(a: Range, extra: Range, b: Range) -> None:
    wide = join_range(a, extra)
    assert within(add_range(a, b), add_range(wide, b))
    assert within(multiply_range(a, b), multiply_range(wide, b))


def test_ends_without_bound_add_up_to_no_bound() -> None:
    assert add_range(Range(-inf, 0.0), Range(inf, inf)).low == -inf
    assert add_range(Range(0.0, inf), Range(-inf, -inf)).high == inf
    assert multiply_range(REAL, Range(0.0, 0.0)) == Range(0.0, 0.0)


@given(sampled(), ranges())
def test_the_hull_holds_both(a: tuple[Range, float], b: Range) -> None:
    assert holds(join_range(a[0], b), a[1])
    assert holds(join_range(b, a[0]), a[1])
    assert not join_range(a[0], b).tight or (a[0].tight and b.tight)


@given(sampled(), ranges())
def test_a_clip_holds_what_was_inside_and_leaves_the_bounds_only_where_all_is_outside(a: tuple[Range, float], b: Range) -> None:
    result = meet_range(a[0], b)
    assert ordered(result)
    if holds(b, a[1]):
        assert holds(result, a[1])
    if a[0].high >= b.low and a[0].low <= b.high:
        assert within(result, b)
        assert holds(result, min(max(a[1], b.low), b.high))


@given(ranges(), ranges(), ranges())
def test_hulls_form_a_semilattice(a: Range, b: Range, c: Range) -> None:
    assert join_range(a, a) == a
    assert join_range(a, b) == join_range(b, a)
    assert join_range(join_range(a, b), c) == join_range(a, join_range(b, c))


def test_shapes_keep_the_sizes_that_agree() -> None:
    assert join_shape((2, 5, None), (2, 6, None)) == (2, None, None)
    assert join_shape((2, 5), (2, 5)) == (2, 5)
    assert join_shape((2,), (2, 1)) == (..., None)
    assert join_shape((4, 2, 1), (2, 1)) == (..., 2, 1)
    assert join_shape((..., 3), (5, 3)) == (..., 3)
    assert join_shape(None, (2,)) is None
    assert join_shape((), ()) == ()


PAIRS = st.sampled_from(Domain).flatmap(lambda d: st.tuples(tensors_of(d), tensors_of(d)))
TRIPLES = st.sampled_from(Domain).flatmap(lambda d: st.tuples(tensors_of(d), tensors_of(d), tensors_of(d)))


def _within_shape(a: Shape, b: Shape) -> bool:
    """True if every shape that `a` stands for is one that `b` does."""
    if b[:1] == (...,):
        b = b[1:]
        a = a[1:] if a[:1] == (...,) else a
        a = a[len(a) - len(b) :] if len(a) >= len(b) else (*[0] * (len(b) - len(a)), *a)
    return len(a) == len(b) and all(y in (None, x) for x, y in zip(a, b, strict=True))


def below(a: Tensor, b: Tensor) -> bool:
    """True if everything that `b` says is true of `a`."""
    sizes = b.shape is None or (a.shape is not None and _within_shape(a.shape, b.shape))
    return (
        a.domain is b.domain and within(a.range, b.range) and (a.range.tight or not b.range.tight) and sizes
        and b.dtype in (None, a.dtype) and b.device in (None, a.device) and b.identity in (0, a.identity)
        and (a.model or not b.model) and (a.literal or not b.literal) and set(b.inner) <= set(a.inner)
    )  # fmt: skip


@given(PAIRS)
def test_a_join_of_tensors_lies_above_both_and_keeps_their_domain(pair: tuple[Tensor, Tensor]) -> None:
    a, b = pair
    joined = join_tensor(a, b)
    assert below(a, joined)
    assert below(b, joined)
    assert set(joined.origin) <= {*a.origin, *b.origin}
    assert len(joined.origin) == min(len({*a.origin, *b.origin}), MAX_ORIGINS)


@given(TRIPLES)
def test_tensors_form_a_semilattice(triple: tuple[Tensor, Tensor, Tensor]) -> None:
    a, b, c = triple
    assert join_tensor(a, a) == a
    assert join_tensor(a, b) == join_tensor(b, a)
    assert join_tensor(join_tensor(a, b), c) == join_tensor(a, join_tensor(b, c))


def transferred(row: Transfer, bounds: Range, domain: Domain = Domain.UNKNOWN) -> Tensor:
    return KINDS[row.kind](Tensor(domain, bounds), row, HERE, 7)


def log_is_defined(kind: Kind, bounds: Range) -> bool:
    """The logarithm of no positive number at all is no number, of which nothing is said."""
    return kind is not Kind.LOG or bounds.high > 0


@pytest.mark.parametrize("name", ROWS)
@given(pair=nested())
def test_a_transfer_of_more_numbers_gives_more(name: str, pair: tuple[Range, Range]) -> None:
    row, (inner, outer) = ROWS[name], pair
    assume(log_is_defined(row.kind, inner))
    assume(row.kind is not Kind.MONOTONE or (inner.high >= row.range.low and inner.low <= row.range.high))
    assert within(transferred(row, inner).range, transferred(row, outer).range)


COMPUTED: dict[str, Callable[[float], float]] = {"relu": lambda x: max(x, 0.0), "tanh": tanh, "exp": exp, "log": log}


@pytest.mark.parametrize("name", COMPUTED)
@given(sample=sampled())
def test_a_transfer_holds_what_is_computed(name: str, sample: tuple[Range, float]) -> None:
    bounds, number = sample
    assume(name != "log" or number > 0)
    assert holds(transferred(POINTWISE[name], bounds).range, COMPUTED[name](number))


bound = st.one_of(st.none(), st.integers(-8, 8))


@given(sample=sampled(), pair=nested(), low=bound, high=bound)
def test_a_clamp_holds_what_is_computed_and_is_monotone(
    sample: tuple[Range, float], pair: tuple[Range, Range], low: int | None, high: int | None
) -> None:
    row, args = POINTWISE["clamp"], Args((const(0), const(low), const(high)))

    def _clamped(bounds: Range) -> Range:
        return clipped(transferred(row, bounds), row, args).range

    number = sample[1] if low is None else max(sample[1], low)
    assert holds(_clamped(sample[0]), number if high is None else min(number, high))
    assert within(_clamped(pair[0]), _clamped(pair[1]))


def test_a_clamp_keeps_a_domain_but_not_that_of_logits() -> None:
    row = POINTWISE["clamp"]
    clamped = Formula("clamped")
    assert transferred(row, UNIT, Domain.PROBABILITY) == Tensor(Domain.PROBABILITY, UNIT, identity=7, form=clamped)
    assert transferred(row, REAL, Domain.LOGITS).domain is Domain.UNKNOWN


@pytest.mark.parametrize("domain", Domain)
def test_a_logarithm_and_an_exponential_undo_each_other(domain: Domain) -> None:
    logged = transferred(POINTWISE["log"], UNIT, domain)
    back = transferred(POINTWISE["exp"], logged.range, logged.domain)
    known = domain in (Domain.PROBABILITY, Domain.CATEGORICAL)
    assert back.domain is (domain if known else Domain.UNKNOWN)
    assert (logged.range, back.range) == (Range(-inf, 0.0, True), UNIT)


def test_only_all_reals_fill_a_bounded_result() -> None:
    row = Transfer(Kind.BOUNDED, UNIT)
    assert transferred(row, REAL).range == UNIT
    for bounds in (ANY, Range(0.0, inf, True), Range(-1.0, 1.0, True)):
        assert transferred(row, bounds).range == Range(0.0, 1.0, False)
    assert transferred(POINTWISE["tanh"], REAL).range == Range(-1.0, 1.0, True)
    assert transferred(POINTWISE["tanh"], Range(0.0, inf, True)).range == Range(0.0, 1.0, False)


kinds_of_gradients = st.sampled_from(Gradient)


@given(kinds_of_gradients, kinds_of_gradients, kinds_of_gradients)
def test_gradients_join_upwards(a: Gradient, b: Gradient, c: Gradient) -> None:
    assert join_gradient(a, a) is a
    assert join_gradient(a, b) is join_gradient(b, a)
    assert join_gradient(join_gradient(a, b), c) is join_gradient(a, join_gradient(b, c))
    assert join_gradient(a, Gradient.UNKNOWN) is Gradient.UNKNOWN


@given(kinds_of_gradients, kinds_of_gradients, kinds_of_gradients)
def test_of_less_that_is_certain_follows_less(a: Gradient, extra: Gradient, b: Gradient) -> None:
    """What an operation makes of operands is below what it makes of those above them."""
    exact, above = together((a, b)), together((join_gradient(a, extra), b))
    assert join_gradient(exact, above) is above
    assert together((a, b)) is together((b, a))
    assert together(()) is Gradient.DATA


@given(tensors_of(Domain.UNKNOWN), st.sampled_from(Gradient))
def test_integers_carry_no_gradient(tensor: Tensor, gradient: Gradient) -> None:
    one = replace(tensor, gradient=gradient)
    assert one.carried is (Gradient.DATA if one.dtype == "int64" else gradient)
    assert gradient.none == (gradient in (Gradient.DATA, Gradient.STOPPED))
