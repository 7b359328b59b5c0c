"""Formulas and dtypes at their ends: as many factors as there can be, logarithms of one of two things, arguments of other kinds."""

from __future__ import annotations

import pytest

from bce_lint.analysis.domain.tensor import Formula, Origin, Tensor
from bce_lint.analysis.domain.values import NONE, TOP, TRUE, External, Ref, Seq, Union, Unknown, Value, const
from bce_lint.analysis.models import dtype_rules, idioms, layout, softmax_dims
from bce_lint.analysis.models.moved_dims import GivenDims, Turn
from bce_lint.analysis.state import containers
from bce_lint.analysis.state.frames import Args
from bce_lint.catalog.schema import Domain, Kind, Transfer
from bce_lint.ir import Arg, Attr, Call, Name, Span
from bce_lint.records import changed
from tests.analysis.models.test_idioms import ONE_LESS, PLACE, P, Y, log, minus, step, times
from tests.analysis.state.test_machine import machine

HERE = Span(0, 1)


def factors(count: int, first: int = 100) -> frozenset[tuple[int, bool]]:
    """So many factors."""
    return frozenset((first + at, False) for at in range(count))


def test_as_many_weights_as_are_kept() -> None:
    full = step(Formula("term", of=1, factors=factors(idioms.MAX_WEIGHTS - 1)))
    found = times(Y, full).form
    assert found is not None and found.kind == "term" and len(found.factors) == idioms.MAX_WEIGHTS
    assert times(Y, step(found)).form == found
    assert times(Tensor(identity=3), step(found)).form == Formula("power")


def test_the_first_shapes_that_outgrow_each_other_are_told() -> None:
    outgrown = step(Formula("term", of=1, shapes=((3,), (2, 1))), shape=(2, 3))
    found = times(outgrown, Tensor(shape=(2, 3, 1), identity=4)).form
    assert found is not None and found.shapes == ((3,), (2, 1))


def test_a_complement_of_what_may_be_above_one_is_not_sure() -> None:
    almost = step(idioms.written("-", const(1.001), P))
    assert idioms.formula_of(almost) == ONE_LESS._replace(eps=True)
    above = step(Formula("value", 1, eps=True, unit=True))
    assert idioms.written("-", const(1), above) == Formula("value", 1, eps=True, complement=True, unit=False)
    below = step(Formula("value", 1, unit=False))
    assert idioms.written("-", const(1), below) == Formula("value", 1, complement=True, unit=False)


def test_a_logarithm_of_one_of_two() -> None:
    other = changed(P, identity=7)
    found = idioms.logarithm_of(Union((P, other)))
    assert found is not None and found.inputs == (P, other) and not found.complement
    assert idioms.logarithm_of(Union((P, minus(P)))) is None
    assert idioms.logarithm_of(Union((P, const(1)))) is idioms.logarithm_of(Union((P, NONE))) is None
    added = step(idioms.written("+", P, const(1e-8)))
    mixed, both = idioms.logarithm_of(Union((P, added))), idioms.logarithm_of(Union((added, added)))
    assert mixed is not None and both is not None and (mixed.eps, both.eps) == (False, True)


def test_factors() -> None:
    assert times(Tensor(), Tensor()).form is times(const(1), Tensor()).form is None
    assert times(step(Formula("power")), const(2)).form == times(const(2), step(Formula("power"))).form == Formula("power")
    product = times(P, Y)
    assert times(product, const(2)).form == Formula("product", factors=frozenset({(1, False), (2, False), (8, False)}))
    assert times(changed(product, identity=0), const(2)).form == Formula("product", factors=frozenset({(1, False), (2, False)}))
    assert idioms.negated(log(P)) == log(P).form and idioms.negated(step(Formula("power"))) == Formula("power")
    unknown = Unknown(identity=5)
    assert idioms.written("*", unknown, P) == Formula("product", factors=frozenset({(5, False), (1, False)}))
    assert idioms.negated(unknown) == Formula("product", factors=frozenset({(5, False)}))
    assert idioms.logged_at(unknown, lambda: PLACE) == Formula("log", 5, logs=(PLACE,))


PLAIN, ASKING = Transfer(Kind.KEEP), Transfer(Kind.KEEP, params=("dtype",))


@pytest.mark.parametrize(
    ("args", "row", "dtype"),
    [
        (Args((TOP, External("torch.float16"))), PLAIN, "float16"), (Args((TOP, const("float16"))), PLAIN, None),
        (Args((TOP, const("float16"))), ASKING, "float16"), (Args((TOP,), {"dtype": const("float16")}), PLAIN, "float16"),
        (Args((TOP,), {"other": const("float16")}), PLAIN, None), (Args((TOP,), {"other": External("torch.int64")}), PLAIN, "int64"),
        (Args((External("torch.float16"),)), PLAIN, None), (Args((TOP, TOP, External("builtins.int"))), PLAIN, "int64"),
        (Args((TOP,), {"dtype": NONE}), PLAIN, None), (Args(), PLAIN, None), (Args((TOP, const(1))), ASKING, None),
    ],
)  # fmt: skip
def test_the_dtype_that_is_asked_for(args: Args, row: Transfer, dtype: str | None) -> None:
    assert dtype_rules.asked(args, row) == dtype_rules.cast(args, row) == dtype
    assert dtype_rules.cast(args, row._replace(dtype="bool")) == (dtype or "bool")


def test_a_dtype_that_is_not_known() -> None:
    assert dtype_rules.is_unknown(Args((TOP,), {"dtype": TOP})) and dtype_rules.is_unknown(Args((TOP,), {"dtype": const("nonsense")}))
    others: tuple[dict[str, Value], ...] = ({"dtype": NONE}, {"dtype": External("torch.float16")}, {"other": TOP}, {})
    for given in others:
        assert not dtype_rules.is_unknown(Args((TOP,), given))
    assert dtype_rules.dtype_of(External("elsewhere.float32")) is dtype_rules.dtype_of(const(1)) is dtype_rules.dtype_of(TOP) is None
    texts = ("torch.LongTensor", "torch.float16", "float32", "int")
    assert [dtype_rules.dtype_of(const(text)) for text in texts] == ["int64", "float16", "float32", "int64"]
    assert (dtype_rules.dtype_of(External("builtins.float")), dtype_rules.dtype_of(External("numpy.float32"))) == ("float64", "float32")


DEVICE, MODULE = Ref(1, "device"), Ref(2, "instance")


@pytest.mark.parametrize(
    ("value", "name", "kept"),
    [
        (const("cpu"), "x", True), (const(True), "x", True), (const(0), "x", False), (const(1.5), "x", True), (NONE, "x", True),
        (DEVICE, "x", True), (MODULE, "x", False), (TOP, "device", True), (TOP, "self.DEVICE", True), (TOP, "my_device_id", True),
        (TOP, "other", False), (TOP, "device.other", False), (External("torch.float16"), "device", False), (Tensor(), "device", False),
    ],
)  # fmt: skip
def test_whether_a_cast_only_moves(value: Value, name: str, kept: bool) -> None:
    first, *rest = name.split(".")
    source = Attr(HERE, Name(HERE, first), rest[0]) if rest else Name(HERE, first)
    node = Call(HERE, Name(HERE, "to"), (Arg(source),))
    assert dtype_rules.keeps_dtype(Args((TOP, value)), node) is kept
    assert dtype_rules.keeps_dtype(Args((TOP, value), open=True), node) is False
    assert dtype_rules.keeps_dtype(Args((TOP,)), node) is True


A, B = Origin("softmax", Domain.CATEGORICAL, PLACE, 1), Origin("softmax", Domain.CATEGORICAL, PLACE, 1, None)


def test_each_softmax_is_turned_by_itself() -> None:
    turn = Turn(GivenDims((0, 2, 1)), (2, 3, 5), (2, 5, 3))
    assert softmax_dims.turned((A, B), "permute", lambda: turn) == (A._replace(over=2), B)
    assert softmax_dims.turned((B,), "permute", lambda: turn) == (B,) and softmax_dims.turned((A,), "relu", lambda: turn) == (A,)
    guessed = A._replace(dim=None, over=1)
    assert softmax_dims.turned((guessed,), "permute", lambda: turn) == (guessed._replace(over=None),)


def part(*ends: Value) -> Value:
    return containers.slice_value([*ends])


ALL, SOME = part(NONE, NONE, NONE), part(const(1), NONE, NONE)
ROWS = Tensor(dtype="int64", shape=(4,))


@pytest.mark.parametrize(
    ("key", "over"),
    [
        (const(0), 0), (ALL, 1), (SOME, 1), (NONE, 2), (const(...), 1), (ROWS, 1), (TOP, 1), (Unknown(kind="int"), 0), (const(True), 1),
        (Seq((const(0), const(0))), None), (Seq((ALL, const(0))), None), (Seq((ALL, SOME)), None), (Seq((SOME, ALL)), 1),
        (Seq((ALL, NONE)), 2), (Seq((ALL, ALL, NONE)), 1), (Seq((const(0), ALL)), 0), (Seq((const(...), const(0))), 1),
        (Seq((const(...), const(0), const(0))), None), (Seq((const(0), const(...))), 0), (Seq((NONE, const(...), NONE)), 2),
        (Seq((ROWS, ALL)), 1), (Seq((ROWS, SOME)), 1), (Seq((ROWS, ROWS)), None), (Seq((ROWS, const(0))), None), (Seq((ALL, ROWS)), None),
        (Seq((ROWS, NONE)), None), (Seq((ROWS, const(...))), None), (Seq((const(0),), TOP), None), (Seq((), TOP), None),
    ],
)  # fmt: skip
def test_where_a_softmax_is_behind_an_index(key: Value, over: int | None) -> None:
    whole = Tensor(shape=(2, 3, 5), origin=(A, B), inner=(A,))
    found = softmax_dims.indexed(Tensor(), whole, key)
    assert [one.along for one in found.origin] == [over, None] and [one.along for one in found.inner] == [over]
    counted = A._replace(dim=-2)
    assert [one.along for one in softmax_dims.indexed(Tensor(), changed(whole, origin=(counted,)), key).origin] == [over]


def test_no_softmax_is_no_question() -> None:
    left = Tensor(identity=3)
    assert softmax_dims.indexed(left, Tensor(origin=(B,)), const(0)) is left
    guessed = A._replace(dim=None, over=1)
    for key, over in ((const(0), None), (NONE, None), (ALL, 1), (ROWS, 1)):
        found = softmax_dims.indexed(Tensor(), Tensor(shape=(2, 3), origin=(guessed,)), key)
        assert found.origin[0].along == over


def test_what_is_asked_of_a_layout() -> None:
    whole = Tensor(shape=(2, 3), dtype="float32")
    m = machine()
    assert layout.answer(m, "complex", whole) == const(False) and layout.answer(m, "complex", changed(whole, dtype="complex64")) == TRUE
    assert layout.answer(m, "sizes", whole) == Seq((const(2), const(3))) and layout.answer(m, "sizes", Tensor()) == Unknown(kind="sizes")
    assert layout.sizes(m, Tensor(shape=(..., 3))) == Seq((), Unknown(kind="int"), (const(3),))
    assert layout.sizes(m, Tensor(shape=(None, 3))) == Seq((Unknown(kind="int"), const(3)))
    assert layout.of_dtype(External("torch.float16"), "itemsize") == TOP
    assert layout.of_dtype(External("torch.float16"), "nonsense") is layout.of_dtype(External("elsewhere.x"), "itemsize") is None
    array = changed(whole, array=True)
    assert layout.is_of_type(array, "numpy.ndarray") is layout.is_of_type(array, "torch.Tensor") is None
    assert layout.is_of_type(whole, "torch.cuda.LongTensor") is False and layout.is_of_type(whole, "torch.cuda.FloatTensor") is None
