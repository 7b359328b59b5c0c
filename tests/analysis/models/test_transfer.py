"""The transfer functions at their boundaries: what a region of autocast does, which dtype two operands come to, which range is left."""

from __future__ import annotations

from math import inf

import pytest

from bce_lint.analysis.domain.constants import MAX_TEXT, folded
from bce_lint.analysis.domain.intervals import ROUNDING, add_range, is_unit, meet_range, multiply_range, scaled, widened
from bce_lint.analysis.domain.tensor import Formula, Origin, Place, Tensor
from bce_lint.analysis.domain.values import NONE, TOP, External, Ref, Seq, Unknown, Value, const
from bce_lint.analysis.models import autocast, dtype_rules, layout
from bce_lint.analysis.models.operators import combine, negative
from bce_lint.analysis.models.value_rules import KINDS, between, clipped
from bce_lint.analysis.state.frames import Args
from bce_lint.catalog.schema import ANY, REAL, UNIT, Domain, Kind, Range, Transfer
from bce_lint.catalog.tensors import PARAMETER
from bce_lint.ir import Span
from tests.analysis.state.test_machine import machine

PLACE = Place("a.py", Span(0, 1))
HERE = Origin("op", Domain.PROBABILITY, PLACE)
ON = Ref(7, "autocast", None, PLACE)
DEVICE = Ref(8, "device", "cuda:1")


@pytest.mark.parametrize(
    ("device", "enabled", "effect"),
    [
        (TOP, const(False), NONE), (TOP, const(True), TOP), (TOP, TOP, TOP), (const(3), const(False), NONE), (const(3), const(True), TOP),
        (const("cuda"), const(True), ON), (const("cuda:0"), const(True), ON), (const("cuda"), const(False), autocast.OFF),
        (const("cuda"), TOP, TOP), (const("mps"), const(1), NONE), (const("elsewhere"), const(True), NONE),
        (DEVICE, const(True), ON), (DEVICE, const(0), autocast.OFF), (Ref(8, "device", None), const(True), TOP),
    ],
)  # fmt: skip
def test_what_a_region_of_autocast_does(device: Value, enabled: Value, effect: Value) -> None:
    assert autocast._effect(device, enabled, ON) == effect


@pytest.mark.parametrize(
    ("a", "b", "common"),
    [
        (("bool", ()), ("bool", (2,)), "bool"), (("bool", (2,)), ("int64", ()), "int64"), (("int64", (2,)), ("float16", ()), "float16"),
        (("float32", (2,)), ("float64", ()), "float32"), (("float32", ()), ("float64", ()), "float64"),
        (("float32", (2,)), ("float64", (2,)), "float64"), (("float32", None), ("float64", (2,)), None),
        (("float32", (None,)), ("float64", ()), "float32"), (("float32", (..., 2)), ("float64", (1,)), "float64"),
        (("float32", (...,)), ("float64", (1,)), None), (("float32", None), ("float64", ()), None),
        (("uint8", (2,)), ("int8", (2,)), "int16"), (("float16", (2,)), ("bfloat16", (2,)), "float32"),
        (("bfloat16", (2,)), ("float32", (2,)), "float32"), (("int32", (2,)), ("int64", (2,)), "int64"),
    ],
)  # fmt: skip
def test_the_dtype_that_two_tensors_come_to(a: tuple[str, None], b: tuple[str, None], common: str | None) -> None:
    tensors = [Tensor(dtype=dtype, shape=shape) for dtype, shape in (a, b)]
    assert dtype_rules._common(tensors, False) == dtype_rules._common(tensors[::-1], False) == common


@pytest.mark.parametrize(
    ("a", "b", "common"),
    [("int64", "float64", "float64"), ("float32", "float64", None), ("int64", "int64", "int64"), ("int32", "int64", None)],
)  # fmt: skip
def test_the_dtype_that_two_arrays_come_to(a: str, b: str, common: str | None) -> None:
    assert dtype_rules._common([Tensor(dtype=a, shape=()), Tensor(dtype=b, shape=())], True) == common


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (External("torch.float16"), "float16"), (External("numpy.int64"), "int64"), (External("builtins.float"), "float64"),
        (External("torch.nn"), None), (const("float32"), "float32"), (const("words"), None), (const(1), None), (TOP, None),
    ],
)  # fmt: skip
def test_what_stands_for_a_dtype(value: Value, dtype: str | None) -> None:
    assert dtype_rules.dtype_of(value) == dtype
    assert dtype_rules.is_unknown(Args((), {"dtype": value})) is (dtype is None)
    assert not dtype_rules.is_unknown(Args((), {"dtype": NONE})) and not dtype_rules.is_unknown(Args((), {}))


@pytest.mark.parametrize(
    ("name", "dtype", "array", "found"),
    [
        ("torch.Tensor", None, False, True), ("torch.Tensor", None, True, None), ("numpy.ndarray", None, True, None),
        ("numpy.ndarray", None, False, False), ("torch.FloatTensor", None, False, None), ("torch.FloatTensor", "float32", False, None),
        ("torch.FloatTensor", "int64", False, False), ("torch.cuda.LongTensor", "int64", False, None),
        ("torch.cuda.LongTensor", "float32", False, False), ("torch.nn.Module", None, False, False),
        ("torch.nn.Parameter", None, False, None if PARAMETER == "torch.nn.Parameter" else False),
    ],
)  # fmt: skip
def test_whether_a_tensor_is_of_a_type(name: str, dtype: str | None, array: bool, found: bool | None) -> None:
    assert layout.is_of_type(Tensor(dtype=dtype, array=array), name) is found


@pytest.mark.parametrize(
    ("question", "tensor", "answer"),
    [
        ("rank", Tensor(shape=(2, None)), const(2)), ("rank", Tensor(shape=(..., 2)), Unknown(kind="int")),
        ("count", Tensor(shape=(2, 3)), const(6)), ("count", Tensor(shape=()), const(1)), ("count", Tensor(shape=(None, 0)), const(0)),
        ("count", Tensor(shape=(2, None)), Unknown(kind="int")), ("count", Tensor(), Unknown(kind="int")),
        ("sizes", Tensor(shape=(2, None)), Seq((const(2), Unknown(kind="int")))), ("sizes", Tensor(), Unknown(kind="sizes")),
        ("sizes", Tensor(shape=(..., 2)), Seq((), Unknown(kind="int"), (const(2),))),
        ("floating", Tensor(dtype="float16"), const(True)), ("floating", Tensor(dtype="int64"), const(False)), ("floating", Tensor(), TOP),
        ("complex", Tensor(dtype="complex64"), const(True)), ("complex", Tensor(dtype="int64"), const(False)), ("complex", Tensor(), TOP),
    ],
)  # fmt: skip
def test_what_a_tensor_tells_of_itself(question: str, tensor: Tensor, answer: Value) -> None:
    assert layout.answer(machine(), question, tensor) == answer


def test_two_names_of_a_dtype() -> None:
    half, short, none = External("torch.half"), External("torch.float16"), External("torch.nn")
    assert layout.same_dtype(half, short) is True
    assert layout.same_dtype(half, External("torch.float32")) is False
    assert layout.same_dtype(half, none) is layout.same_dtype(none, half) is None
    assert layout.of_dtype(half, "is_floating_point") == const(True)
    assert layout.of_dtype(External("torch.int64"), "is_floating_point") == const(False)
    assert layout.of_dtype(half, "itemsize") == TOP
    assert layout.of_dtype(half, "words") is layout.of_dtype(none, "itemsize") is None


@pytest.mark.parametrize("text", ["a", b"a"])
def test_texts_are_known_up_to_a_length(text: str | bytes) -> None:
    kept = folded(lambda one: one * MAX_TEXT, const(text))
    assert kept == const(text * MAX_TEXT)
    assert folded(lambda one: one * (MAX_TEXT + 1), const(text)) == TOP
    assert folded(lambda one: 1 / 0, const(text)) == TOP
    assert folded(lambda one: one, const(text * 999_999)) == TOP
    assert folded(len, const(text * 999_999)) == const(999_999)
    assert folded(len, const(text * 1_000_000)) == TOP


@pytest.mark.parametrize(
    ("found", "bounds"),
    [
        (scaled(Range(1, 2, True)), Range(0, inf, False)), (scaled(Range(-1, 0, True)), Range(-inf, 0, True)),
        (scaled(Range(0, 0, True)), Range(0, 0, True)), (scaled(Range(0, inf, True)), Range(0, inf, True)),
        (scaled(Range(-1, 1)), Range(-inf, inf)), (scaled(Range(-2, -1, True)), Range(-inf, 0, True)),
        (widened(Range(-1, 2, True)), Range(-1 - ROUNDING, 2 + 2 * ROUNDING, True)), (widened(UNIT), UNIT._replace(high=1 + ROUNDING)),
        (add_range(Range(0, 1, True), Range(2, 2, True)), Range(2, 3, True)),
        (add_range(Range(2, 2), Range(0, 1, True)), Range(2, 3, True)),
        (add_range(Range(0, 1, True), Range(0, 1, True)), Range(0, 2 + 2 * ROUNDING)),
        (add_range(Range(0, 1), Range(2, 2, True)), Range(2, 3)),
        (multiply_range(Range(0, 1, True), Range(2, 2, True)), Range(0, 2, True)),
        (multiply_range(Range(0, 1, True), Range(0, 0)), Range(0, 0)),
        (multiply_range(Range(-1, 2, True), Range(-3, -3)), Range(-6, 3, True)), (multiply_range(Range(-1, 2), Range(-3, 4)), Range(-6, 8)),
        (multiply_range(Range(0, inf, True), Range(0, 1, True)), Range(0, inf)),
        (multiply_range(Range(inf, inf), Range(1, 2, True)), Range(inf, inf)),
        (meet_range(Range(-5, 5, True), Range(0, 1)), Range(0, 1, True)), (meet_range(Range(2, 3), Range(0, 1, True)), Range(1, 1)),
        (meet_range(Range(-3, -2), Range(0, 1)), Range(0, 0)),
    ],
)  # fmt: skip
def test_ranges_at_their_boundaries(found: Range, bounds: Range) -> None:
    assert found == bounds


def test_a_unit_range_holds_its_ends_and_nothing_beyond() -> None:
    assert is_unit(UNIT) and is_unit(Range(0, 1)) and is_unit(Range(0.25, 0.5))
    assert not is_unit(Range(-1e-9, 1)) and not is_unit(Range(0, 1 + 1e-9)) and not is_unit(ANY)


P = Tensor(Domain.PROBABILITY, UNIT, "float32", (2, 3), (HERE,), identity=4)
LOGITS = Tensor(Domain.LOGITS, REAL, "float32", (2, 3), (HERE,), identity=4)
PLAIN = Tensor(shape=(2, 3), identity=9)


def test_a_negative_of_logits_is_logits_and_of_others_a_mirrored_range() -> None:
    assert negative(LOGITS, PLAIN) == Tensor(Domain.LOGITS, REAL, "float32", (2, 3), (HERE,), identity=9)
    mirrored = negative(P, PLAIN)
    assert (mirrored.domain, mirrored.range[:2], mirrored.origin, mirrored.dtype) == (Domain.UNKNOWN, (-1, 0), (), "float32")


@pytest.mark.parametrize(
    ("op", "a", "b", "domain", "bounds"),
    [
        ("-", const(1), P, Domain.PROBABILITY, UNIT), ("-", const(1.0), P, Domain.PROBABILITY, UNIT),
        ("-", P, const(1), Domain.UNKNOWN, (-1, 0)),
        ("-", const(2), P, Domain.UNKNOWN, (1, 2)), ("+", const(1), P, Domain.UNKNOWN, (1, 2)), ("*", P, const(2), Domain.UNKNOWN, (0, 2)),
        ("/", P, const(2), Domain.UNKNOWN, (0, 0.5)), ("/", P, const(0), Domain.UNKNOWN, ANY), ("/", const(2), P, Domain.UNKNOWN, ANY),
        ("%", P, const(2), Domain.UNKNOWN, ANY), ("*", LOGITS, const(2), Domain.LOGITS, REAL), ("*", const(2), LOGITS, Domain.LOGITS, REAL),
        ("/", LOGITS, const(2), Domain.LOGITS, REAL), ("/", const(2), LOGITS, Domain.UNKNOWN, ANY),
        ("*", LOGITS, const(0), Domain.UNKNOWN, (0, 0)),
        ("*", const(0), LOGITS, Domain.UNKNOWN, (0, 0)), ("+", LOGITS, LOGITS, Domain.LOGITS, REAL),
        ("-", LOGITS, LOGITS, Domain.LOGITS, REAL),
        ("*", LOGITS, LOGITS, Domain.UNKNOWN, ANY), ("/", LOGITS, LOGITS, Domain.UNKNOWN, ANY),
        ("%", LOGITS, const(2), Domain.UNKNOWN, ANY),
        ("+", P, TOP, Domain.UNKNOWN, ANY),
    ],
)  # fmt: skip
def test_what_arithmetic_keeps(op: str, a: Value, b: Value, domain: Domain, bounds: Range) -> None:
    made = combine(op, a, b, PLAIN)
    assert (made.domain, made.range[:2], made.identity) == (domain, bounds[:2], 9)
    assert bool(made.origin) is (domain is not Domain.UNKNOWN)


def test_a_small_constant_keeps_the_origin() -> None:
    assert combine("+", P, const(1e-8), PLAIN).origin == combine("+", const(1e-8), P, PLAIN).origin == (HERE,)
    assert combine("-", P, const(1e-8), PLAIN).origin == combine("+", P, const(0.5), PLAIN).origin == ()


CLAMP = Transfer(Kind.CLAMP, bounds=("min", "max"))._replace(params=("input", "min", "max"))


@pytest.mark.parametrize(
    ("given", "bounds"),
    [
        ({"min": const(0), "max": const(1)}, Range(0, 1)), ({"min": const(0)}, Range(0, inf)), ({"max": const(-2.5)}, Range(-inf, -2.5)),
        ({"min": NONE, "max": const(1)}, Range(-inf, 1)), ({"min": TOP}, ANY), ({"min": const("a")}, ANY), ({}, Range(-inf, inf)),
    ],
)  # fmt: skip
def test_a_clamp_with_the_bounds_of_a_call(given: dict[str, Value], bounds: Range) -> None:
    assert clipped(Tensor(range=Range(-inf, inf)), CLAMP, Args((TOP,), given)).range == bounds
    assert clipped(P, CLAMP, Args((TOP,), given)) == P
    assert between(CLAMP, Args((TOP,), given)) == CLAMP


def test_what_each_kind_does_to_probabilities() -> None:
    row = Transfer(Kind.KEEP)
    assert KINDS[Kind.CLAMP](P, row, HERE, 5) == Tensor(
        Domain.PROBABILITY, UNIT, "float32", (2, 3), (HERE,), identity=5, form=Formula("clamped")
    )
    log = KINDS[Kind.LOG](P, row, HERE, 5)
    assert (log.domain, log.range, log.shape, log.identity) == (Domain.LOG_PROBABILITY, Range(-inf, 0, UNIT.tight), (2, 3), 5)
    assert log.origin == (HERE._replace(domain=Domain.LOG_PROBABILITY),)
    back = KINDS[Kind.EXP](log, row, HERE, 6)
    assert (back.domain, back.range[:2], back.origin, back.form) == (Domain.PROBABILITY, (0, 1), log.origin, Formula("exp"))
    other = KINDS[Kind.EXP](Tensor(range=Range(-inf, inf, True), origin=(HERE,)), row, HERE, 6)
    assert (other.domain, other.range, other.origin) == (Domain.UNKNOWN, Range(0, inf, True), ())
    below = KINDS[Kind.LOG](Tensor(range=Range(-1, 1, True), origin=(HERE,)), row, HERE, 6)
    assert (below.range, below.origin) == (Range(-inf, 0), ())
