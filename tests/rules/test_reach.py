"""What reaches a loss, and which rule speaks: the table of the design, value by value."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from bce_lint.analysis.domain.tensor import Origin, Place, Shape, Tensor
from bce_lint.analysis.sites import LossSite
from bce_lint.catalog import losses
from bce_lint.catalog.schema import ANY, REAL, UNIT, Domain, Range
from bce_lint.ir import Span
from bce_lint.rules.judge import judge
from bce_lint.rules.reach import Reach, certain_code, classify, over_classes, rank_at
from bce_lint.rules.registry import default_codes

HERE = Place("train.py", Span(0, 10), "criterion")
LOSSES = ("BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "NLLLoss", "KLDivLoss", "SoftMarginLoss")
ALL = default_codes() | {"BCE123"}


def of(domain: Domain, dim: int | None = None, shape: Shape | None = None, range_: Range = ANY) -> Tensor:
    return Tensor(domain, range_, shape=shape, origin=(Origin("op", domain, Place("net.py", Span(5, 9), "op(x)"), dim),))


def within(low: float, high: float) -> Tensor:
    return Tensor(range=Range(low, high, True))


def site(loss: str, *values: Tensor) -> LossSite:
    return LossSite(losses.MODULES[f"torch.nn.{loss}"], "criterion", HERE, HERE, (), values, ())


def codes(*args: LossSite) -> list[str]:
    return [judged.rule.code for judged in judge(args, ALL)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(of(Domain.LOGITS), "105 - - 122 131 -", id="logits"),
        pytest.param(of(Domain.PROBABILITY), "101 103 112 121 131 132", id="sigmoid"),
        pytest.param(of(Domain.CATEGORICAL), "- 104 111 121 131 132", id="softmax"),
        pytest.param(of(Domain.LOG_PROBABILITY), "105 103 112 - - 132", id="log-sigmoid"),
        pytest.param(of(Domain.LOG_CATEGORICAL, dim=1), "105 104 113 123 - 132", id="log-softmax"),
        pytest.param(within(-1, 1), "105 - - - - -", id="tanh"),
        pytest.param(within(0, inf), "105 - - 122 131 -", id="relu"),
        pytest.param(within(0, 6), "105 - - 122 131 -", id="relu6"),
        pytest.param(within(-0.3, inf), "105 - - 122 131 -", id="gelu"),
        pytest.param(within(0, 1), "- - - 121 131 -", id="clamped"),
        pytest.param(of(Domain.LOGITS, range_=UNIT), "- - - 121 131 -", id="clamped logits"),
        pytest.param(of(Domain.LABEL), "- - - - - -", id="labels"),
        pytest.param(Tensor(), "- - - - - -", id="unknown"),
        pytest.param(Tensor(range=Range(0, 1)), "- - - - - -", id="bounds that are merely sound"),
        pytest.param(within(0, 0), "- - - - - -", id="zeros"),
        pytest.param(replace(within(0.1, 0.9), literal=True), "- - - - - -", id="literal data"),
        pytest.param(replace(within(-4, 9), literal=True), "- - - - - -", id="literal scores"),
    ],
)
def test_a_value_at_each_loss(value: Tensor, expected: str) -> None:
    told = [" ".join(codes(site(loss, value))) or "-" for loss in LOSSES]
    assert " ".join(told).replace("BCE", "") == expected


@pytest.mark.parametrize(
    ("loss", "values", "expected"),
    [
        pytest.param("BCEWithLogitsLoss", (), "", id="nothing is certain of an unknown value"),
        pytest.param("BCEWithLogitsLoss", (of(Domain.PROBABILITY), of(Domain.LOGITS)), "", id="one arm right"),
        pytest.param("BCEWithLogitsLoss", (of(Domain.PROBABILITY), Tensor()), "", id="one arm unknown"),
        pytest.param("BCEWithLogitsLoss", (of(Domain.PROBABILITY), of(Domain.LOG_PROBABILITY)), "BCE103", id="both arms wrong"),
        pytest.param("BCEWithLogitsLoss", (of(Domain.CATEGORICAL), of(Domain.PROBABILITY)), "BCE103", id="wrong in two ways"),
        pytest.param("NLLLoss", (of(Domain.CATEGORICAL), of(Domain.LOGITS)), "BCE121", id="wrong by domain and by range"),
        pytest.param("BCELoss", (of(Domain.PROBABILITY), of(Domain.LOGITS)), "", id="redundant or wrong"),
        pytest.param("CrossEntropyLoss", (of(Domain.LOG_CATEGORICAL), of(Domain.CATEGORICAL)), "", id="harmless or wrong"),
        pytest.param("MSELoss", (of(Domain.PROBABILITY),), "", id="a loss that asks nothing"),
    ],
)
def test_only_what_is_certain_of_every_value(loss: str, values: tuple[Tensor, ...], expected: str) -> None:
    assert certain_code(site(loss, *values)) == expected


@pytest.mark.parametrize(
    ("dim", "shape", "expected"),
    [
        pytest.param(1, None, True, id="the class dimension"),
        pytest.param(-1, None, True, id="the last of an unknown number"),
        pytest.param(-1, (None, 3), True, id="the last of two"),
        pytest.param(-1, (None, 3, 8), False, id="the last of three"),
        pytest.param(-1, (3,), True, id="the only one, from behind"),
        pytest.param(0, (3,), True, id="the only one"),
        pytest.param(0, None, False, id="the batch"),
        pytest.param(2, None, False, id="a spatial dimension"),
        pytest.param(None, None, True, id="not known"),
    ],
)
def test_the_class_dimension(dim: int | None, shape: tuple[int | None, ...] | None, expected: bool) -> None:
    value = of(Domain.LOG_CATEGORICAL, dim, shape)
    assert over_classes(site("CrossEntropyLoss", value), value) is expected
    assert codes(site("CrossEntropyLoss", value)) == ["BCE113"] * expected
    assert codes(site("NLLLoss", value)) == ["BCE123"] * expected


def test_a_log_softmax_without_an_origin_counts_as_over_the_classes() -> None:
    value = Tensor(Domain.LOG_CATEGORICAL)
    assert over_classes(site("CrossEntropyLoss", value), value)


@pytest.mark.parametrize(
    ("loss", "target", "known"),
    [
        ("CrossEntropyLoss", Tensor(shape=(None,), dtype="int64"), 2),
        ("CrossEntropyLoss", Tensor(shape=(4, 8), dtype="uint8"), 3),
        ("CrossEntropyLoss", Tensor(shape=(4, 8), dtype="float32"), 2),
        ("CrossEntropyLoss", Tensor(shape=(4, 8)), None),
        ("CrossEntropyLoss", Tensor(shape=(..., 8), dtype="int64"), None),
        ("NLLLoss", Tensor(shape=()), 1),
        ("NLLLoss", Tensor(shape=(4, None)), 3),
        ("NLLLoss", Tensor(), None),
        ("BCELoss", Tensor(shape=(4, None)), 2),
        ("KLDivLoss", Tensor(shape=(4, None)), None),
    ],
)
def test_the_rank_that_a_target_asks_for(loss: str, target: Tensor, known: int | None) -> None:
    value = Tensor()
    assert rank_at(replace(site(loss, value), target=(target,)), value) == known
    assert rank_at(replace(site(loss, value), target=(target, Tensor(shape=(1, 2, 3, 4), dtype="int64"))), value) is None
    assert rank_at(replace(site(loss, value), target=(target,)), Tensor(shape=(1, 2, 3, 4, 5))) == 5
    assert rank_at(site(loss, value), value) is None


def test_a_target_tells_over_which_dimension_a_softmax_ran() -> None:
    indices = (Tensor(shape=(None,), dtype="int64"),)
    for dim, classes in ((0, "BCE403"), (-1, "BCE113")):
        value = of(Domain.LOG_CATEGORICAL, dim, None)
        assert codes(replace(site("CrossEntropyLoss", value), target=indices)) == [classes]
    several = (Tensor(shape=(None, None), dtype="int64"),)
    assert codes(replace(site("CrossEntropyLoss", of(Domain.LOG_CATEGORICAL, -1, None)), target=several)) == []
    assert codes(replace(site("CrossEntropyLoss", of(Domain.LOG_CATEGORICAL, 0, (..., 4, 3))))) == ["BCE403"]
    assert codes(replace(site("CrossEntropyLoss", of(Domain.LOG_CATEGORICAL, 0, None)), target=(Tensor(shape=(), dtype="int64"),))) == [
        "BCE113"
    ]


def test_a_domain_outweighs_a_range() -> None:
    assert classify(of(Domain.PROBABILITY, range_=REAL)) is Reach.SIGMOID
