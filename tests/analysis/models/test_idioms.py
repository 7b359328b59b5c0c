"""Formulas that are written out, step by step: what each step is held to be; and equality, promotion and layers at their boundaries."""

from __future__ import annotations

from math import inf
from typing import cast

import pytest

from bce_lint.analysis.domain.tensor import Formula, Origin, Place, Shape, Tensor
from bce_lint.analysis.domain.values import NONE, TOP, External, Seq, Table, Unknown, Value, const
from bce_lint.analysis.models import concatenation, dtype_rules, equality, idioms, keywords, layer_shapes
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import UNIT, Domain, Range
from bce_lint.ir import Span
from bce_lint.records import changed

NO_MACHINE = cast(Machine, None)
PLACE, THERE = Place("a.py", Span(0, 1)), Place("a.py", Span(5, 6))
HERE = Origin("sigmoid", Domain.PROBABILITY, PLACE)
P = Tensor(Domain.PROBABILITY, UNIT, "float32", (2, 3), (HERE,), identity=1)
Y = Tensor(dtype="float32", shape=(2, 3), identity=2)
W = Tensor(identity=3)
PLAIN = Tensor(identity=9)
VALUE = Formula("value", 1, domain=Domain.PROBABILITY, unit=True, origin=(HERE,))
ONE_LESS = VALUE._replace(complement=True)


def step(form: Formula | None, identity: int = 8, shape: Shape | None = (2, 3)) -> Tensor:
    """A new value that was written so."""
    return Tensor(shape=shape, identity=identity, form=form)


def log(value: Value, place: Place = PLACE) -> Tensor:
    """The logarithm of a value."""
    return step(idioms.logged_at(value, lambda: place))


def minus(value: Value) -> Tensor:
    """`1 - value`."""
    return step(idioms.written("-", const(1), value))


def times(a: Value, b: Value) -> Tensor:
    """`a * b`."""
    return step(idioms.written("*", a, b))


@pytest.mark.parametrize(
    ("op", "a", "b", "form"),
    [
        ("-", const(1), P, ONE_LESS), ("-", const(1.0), P, ONE_LESS), ("-", const(1.01), P, ONE_LESS._replace(eps=True)),
        ("-", const(1.02), P, None), ("-", const(0.99), P, None), ("-", P, const(1), None), ("-", const("a"), P, None),
        ("-", const(1), minus(P), None), ("-", const(1), Tensor(), None), ("-", const(1), const(0.5), None),
        ("+", P, const(0.01), VALUE._replace(eps=True)), ("+", const(1e-8), P, VALUE._replace(eps=True)), ("+", P, const(0.02), None),
        ("+", P, const(0), None), ("+", P, const(-1e-8), None), ("+", P, Y, None), ("**", P, const(2), Formula("power")),
        ("/", P, const(2), None), ("/", times(Y, log(P)), const(2), times(Y, log(P)).form), ("/", log(P), const(2), None),
        ("/", times(Y, log(P)), Y, None), ("%", P, const(2), None),
        ("*", P, Y, Formula("product", factors=frozenset({(1, False), (2, False)}))),
        ("*", const(2), const(3), None), ("*", const(2), P, Formula("product", factors=frozenset({(1, False)}))),
        ("*", minus(P), Y, Formula("product", factors=frozenset({(1, True), (2, False)}))),
        ("*", step(Formula("power")), Y, Formula("power")),
    ],
)  # fmt: skip
def test_how_a_result_was_written(op: str, a: Value, b: Value, form: Formula | None) -> None:
    assert idioms.written(op, a, b) == form


def test_a_small_constant() -> None:
    assert [idioms.is_small(const(number)) for number in (0.01, 1e-8, 0, 0.011, -1e-8, 1)] == [True, True, False, False, False, False]
    assert not idioms.is_small(const("a")) and not idioms.is_small(TOP) and not idioms.is_small(P)


def test_a_complement_after_a_small_constant_is_not_sure_to_be_below_one() -> None:
    added = step(idioms.written("+", P, const(1e-8)))
    assert idioms.written("-", const(1), added) == ONE_LESS._replace(eps=True, unit=False)
    assert idioms.logged_at(added, lambda: PLACE) == VALUE._replace(kind="log", eps=True, logs=(PLACE,))
    clamped = changed(P, form=Formula("clamped"))
    assert idioms.logged_at(clamped, lambda: PLACE) == VALUE._replace(kind="log", domain=Domain.UNKNOWN, logs=(PLACE,))
    assert idioms.logged_at(const(1), lambda: PLACE) is idioms.logged_at(Tensor(), lambda: PLACE) is None


def test_a_product_with_a_logarithm_is_a_term() -> None:
    assert log(P).form == VALUE._replace(kind="log", logs=(PLACE,))
    term = times(Y, log(P)).form
    assert term == times(log(P), Y).form == VALUE._replace(kind="term", logs=(PLACE,), factors=frozenset({(2, False)}))
    assert times(step(term), W).form == VALUE._replace(kind="term", logs=(PLACE,), factors=frozenset({(2, False), (3, False)}))
    assert times(step(term), step(Formula("power"))).form == Formula("power")
    assert idioms.negated(step(term)) == term and idioms.reduced(step(term)) == term and idioms.reduced(log(P)) == log(P).form
    assert idioms.reduced(P) is idioms.reduced(times(P, Y)) is None
    assert idioms.negated(Y) == Formula("product", factors=frozenset({(2, False)}))
    assert idioms.negated(P) == Formula("product", factors=frozenset({(1, False)}), inner=(HERE,))
    assert idioms.negated(const(1)) is None
    column = Tensor(shape=(2, 1), identity=5)
    row = step(VALUE._replace(kind="log", logs=(PLACE,)), shape=(3,))
    outgrown = times(column, row).form
    assert outgrown is not None and outgrown.shapes == ((3,), (2, 1))


def test_as_many_factors_as_are_kept() -> None:
    product: Value = Tensor(identity=20)
    for at in range(21, 20 + idioms.MAX_FACTORS):
        product = changed(times(product, Tensor(identity=at)), identity=0)
    form = idioms.formula_of(product)
    assert form is not None and len(form.factors) == idioms.MAX_FACTORS
    assert idioms.written("*", product, Tensor(identity=40)) is None


def test_a_binary_cross_entropy() -> None:
    positive, negative = times(Y, log(P)), times(minus(Y), log(minus(P), THERE))
    found = idioms.cross_entropy(positive, negative)
    assert found == idioms.cross_entropy(negative, positive) == idioms.Written((PLACE, THERE), Domain.PROBABILITY, None, True, (HERE,))
    other = changed(P, identity=7)
    for a, b in ((positive, positive), (negative, negative), (positive, times(minus(Y), log(minus(other)))), (times(W, log(P)), negative),
                 (log(P), negative), (positive, log(minus(P))), (positive, P), (const(1), negative), (times(Y, log(minus(P))), negative),
                 (positive, times(minus(Y), log(P))),
                 (times(times(Y, W), log(P)), times(times(minus(Y), minus(W)), log(minus(P))))):  # fmt: skip
        assert idioms.cross_entropy(a, b) is None
    weighed = idioms.cross_entropy(times(W, positive), negative)
    assert weighed == found
    added = idioms.cross_entropy(times(Y, log(step(idioms.written("+", P, const(1e-8))))), negative)
    assert added is not None and added.unit


def test_what_a_logarithm_is_taken_of() -> None:
    assert idioms.logarithm_of(P) == idioms.Logged((P,), False, False, False)
    one_less = minus(P)
    assert idioms.logarithm_of(one_less) == idioms.Logged((changed(one_less, domain=Domain.PROBABILITY),), False, True, False)
    assert idioms.logarithm_of(changed(P, literal=True)) is idioms.logarithm_of(const(1)) is idioms.logarithm_of(Tensor()) is None
    free = changed(P, form=idioms.detached(None))
    found = idioms.logarithm_of(free)
    assert found is not None and found.detached and idioms.is_detached(free) and not idioms.is_detached(P)
    assert idioms.detached(VALUE) == VALUE._replace(detached=True)


LIST = Seq((const(1), const(2)))


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (const(1), const(1.0), True), (const(1), const(2), False), (const(1), TOP, None), (P, const(1), None), (LIST, LIST, True),
        (LIST, Seq((const(1), const(3))), False), (LIST, Seq((const(1),)), False), (LIST, Seq((const(1), TOP)), None),
        (LIST, Seq((const(2), TOP)), False), (LIST, Seq((const(1),), TOP), None), (LIST, Seq((const(2),), TOP), False),
        (LIST, Seq((const(1),), TOP, (const(2), const(3))), False), (LIST, Seq((const(1),), TOP, (const(2),)), None),
        (LIST, const(1), False), (External("torch.float"), External("torch.float32"), True),
        (External("torch.half"), External("torch.float32"), False), (NONE, External("elsewhere.x"), False),
        (const(1), External("elsewhere.x"), None), (External("elsewhere.x"), External("elsewhere.x"), True),
        (External("elsewhere.x"), External("elsewhere.y"), None),
    ],
)  # fmt: skip
def test_whether_two_values_are_equal(a: Value, b: Value, same: bool | None) -> None:
    assert equality.equal(NO_MACHINE, a, b) is same
    assert equality.equal(NO_MACHINE, b, a) is same


def of(dtype: str | None, array: bool = False) -> Tensor:
    return Tensor(dtype=dtype, shape=(2,), array=array)


@pytest.mark.parametrize(
    ("a", "b", "op", "dtype"),
    [
        (of("int64"), const(1), "+", "int64"), (of("int64"), const(1.0), "+", "float16"), (of("bool"), const(1), "+", "int64"),
        (of("bool"), const(True), "+", "bool"), (of("bool"), const(1.0), "*", "float16"), (of("float64"), const(1), "*", "float64"),
        (of("float64"), const(1.5), "*", "float64"), (of("int64"), const(2), "/", "float16"), (of("int64"), of("int64"), "/", "float16"),
        (of("float64"), const(2), "/", "float64"), (of("int64", True), const(1.5), "+", "float64"),
        (of("int64", True), const(2), "/", "float64"),
        (of(None), const(1), "+", None), (of("int64"), of(None), "+", None), (of("int64"), TOP, "+", None),
        (of("int64"), const("a"), "+", None),
        (of("int64"), Unknown(kind="float"), "+", "float16"), (of("int64"), Unknown(kind="int"), "+", "int64"),
        (of("int64"), of("float64"), "+", "float64"), (const(1), of("int32"), "-", "int32"), (of("int64"), NONE, "+", None),
        (const(1), const(2), "@", None), (const(1.5), const(2), "+", None),
    ],
)  # fmt: skip
def test_the_dtype_of_a_result(a: Value, b: Value, op: str, dtype: str | None) -> None:
    assert dtype_rules.promoted(a, b, op, "float16") == dtype


A, B = Tensor(shape=(2, 3)), Tensor(shape=(4, 3))


@pytest.mark.parametrize(
    ("rule", "parts", "dim", "shape"),
    [
        ("cat", (A, B), None, (6, 3)), ("cat", (A, B), 1, (None, 6)), ("cat", (A, A), -1, (2, 6)), ("cat", (A, A), -2, (4, 3)),
        ("cat", (A, A), 2, None), ("cat", (A, A), -3, None), ("cat", (A, Tensor(shape=(None, 3))), 0, (None, 3)),
        ("stack", (A, A), None, (2, 2, 3)),
        ("stack", (A, A, A), 2, (2, 3, 3)), ("stack", (A, A), -1, (2, 3, 2)), ("stack", (A, A), -3, (2, 2, 3)), ("stack", (A, A), 3, None),
        ("stack", (A, A), -4, None), ("stack", (A, B), 0, (2, None, 3)), ("cat", (A, Tensor(shape=(3,))), 0, None), ("cat", (), 0, None),
        ("cat", (A, Tensor()), 0, None), ("cat", (A, const(1)), 0, None), ("other", (A, A), 0, None),
        ("cat", (A, Tensor(shape=(..., 3))), 0, None),
    ],
)  # fmt: skip
def test_the_shape_of_what_is_put_together(rule: str, parts: tuple[Value, ...], dim: int | None, shape: Shape | None) -> None:
    for args in (Args((TOP,) if dim is None else (TOP, const(dim)), {}), Args((TOP,), {} if dim is None else {"dim": const(dim)})):
        assert concatenation.shape_of(rule, parts, True, args) == shape
    assert concatenation.shape_of(rule, parts, True, Args((TOP, TOP), {})) is None


def test_the_shape_of_what_any_number_of_tensors_are_together() -> None:
    assert concatenation.shape_of("cat", (A,), False, Args((TOP,), {})) == (None, 3)
    assert concatenation.shape_of("stack", (A,), False, Args((TOP,), {})) == (None, 2, 3)


LEFT = VALUE._replace(domain=Domain.UNKNOWN, unit=False, origin=())
CLAMPED, OTHER = step(Formula("clamped")), Formula("clamped")


@pytest.mark.parametrize(
    ("value", "ends", "form"),
    [
        (P, Range(0.01, inf), LEFT), (P, Range(-inf, 0.99), LEFT),
        (P, Range(0.02, inf), OTHER), (P, Range(-inf, 0.98), OTHER), (P, None, OTHER), (const(1), Range(0.01, inf), OTHER),
        (minus(P), Range(0.01, inf), ONE_LESS._replace(domain=Domain.UNKNOWN)), (minus(P), Range(0.02, inf), OTHER),
        (log(P), Range(-100.0, inf), log(P).form), (log(P), Range(-4.7, 0.0), log(P).form), (log(P), Range(-4.6, inf), OTHER),
        (log(P), Range(-100.0, -0.1), OTHER), (log(P), None, OTHER), (times(Y, log(P)), Range(-100.0, inf), OTHER),
    ],
)  # fmt: skip
def test_a_clamp(value: Value, ends: Range | None, form: Formula) -> None:
    found = idioms.clamped(value, CLAMPED, ends)
    assert found == form or (form == OTHER and found is not None and found.of == 8)


@pytest.mark.parametrize(
    ("rule", "name", "before", "after"),
    [
        ("same", "Dropout", (2, 3), (2, 3)), ("features", "Linear", (2, 3), (2, 7)), ("features", "Linear", None, (..., 7)),
        ("features", "Linear", (), (..., 7)), ("features", "Linear", (..., 3), (..., 7)), ("embedding", "Embedding", (2, 3), (2, 3, 9)),
        ("embedding", "Embedding", None, (..., 9)), ("conv", "Conv2d", (2, 3, 8, 8), (2, 5, None, None)),
        ("conv", "Conv2d", (3, 8, 8), (5, None, None)),
        ("conv", "Conv2d", (8, 8), None), ("conv", "Conv2d", (1, 2, 3, 8, 8), None), ("conv", "Conv1d", (3, 8), (5, None)),
        ("conv", "Conv1d", None, (..., 5, None)),
        ("conv", "Conv3d", (..., 8, 8), (..., 5, None, None, None)), ("pool", "MaxPool2d", (2, 3, 8, 8), (2, 3, None, None)),
        ("pool", "MaxPool2d", (3, 8, 8), (3, None, None)),
        ("pool", "MaxPool2d", (8, 8), None), ("pool", "MaxPool1d", (3, 8), (3, None)), ("pool", "MaxPool1d", (..., 8), None),
    ],
)  # fmt: skip
def test_the_shape_that_a_layer_returns(rule: str, name: str, before: Shape | None, after: Shape | None) -> None:
    given = Table((("out_features", const(7)), ("embedding_dim", const(9)), ("out_channels", const(5))))
    assert layer_shapes.RULES[rule](name, given, before) == after
    if rule == "pool":
        assert layer_shapes.RULES[rule](name, given.put("return_indices", const(True)), before) is None


def test_the_names_that_numpy_has_for_arguments() -> None:
    one, other = const(1), const(2)
    assert keywords.spelled(Args((TOP,), {"axis": one, "keepdims": other, "x": TOP})).kw == {"dim": one, "keepdim": other, "x": TOP}
    plain = Args((TOP,), {"dim": one})
    assert keywords.spelled(plain) is plain
    assert keywords.either(plain, 1, "dim") == keywords.either(Args((TOP,), {"axis": one}), 1, "dim") == one
    assert keywords.either(Args((TOP, other), {}), 1, "dim") == other
    assert keywords.either(Args((TOP,), {}), 1, "dim") is keywords.in_numpy(plain, "dim") is None
