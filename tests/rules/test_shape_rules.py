"""What the rules about shapes and dimensions say of sites that are made for it: which shapes do not fit, and what would mend them."""

from __future__ import annotations

from math import exp
from types import EllipsisType

import pytest

from bce_lint.analysis.domain.tensor import Origin, Place, Shape, Tensor
from bce_lint.analysis.sites import ConstructorSite, LossSite, Site, ThresholdSite, ValuesSite
from bce_lint.catalog import losses
from bce_lint.catalog.schema import ANY, Domain, Range
from bce_lint.fixes.intent import FixIntent
from bce_lint.ir import Span
from bce_lint.rules.checks import (
    activation_applied_twice,
    class_called_as_function,
    loss_shape_mismatch,
    probability_threshold_on_logits,
    saturated_probabilities,
    single_class_cross_entropy,
    softmax_over_wrong_dim,
)
from bce_lint.rules.reach import over_classes, within_unit
from bce_lint.rules.rule import Finding

HERE = Place("train.py", Span(0, 10), "criterion")
MADE = Place("net.py", Span(5, 9), "op(x)")


def loss(name: str, inputs: tuple[Tensor, ...], targets: tuple[Tensor, ...]) -> LossSite:
    """A call of a loss."""
    return LossSite(losses.MODULES[f"torch.nn.{name}"], "criterion", HERE, HERE, (), inputs, targets)


def found(check: object, site: Site) -> list[Finding]:
    """The findings at a site."""
    assert callable(check)
    return list(check(site))


ROWS: list[tuple[str, Shape | None, Shape | None, str | None, str | None]] = [
    # what torch raises at (or takes over all pairs), and the change that makes it right, if one alone does
    ("BCELoss", (4, 1), (4,), "(4, 1)", "input loses -1"), ("BCELoss", (4,), (4, 1), "(4,)", "target loses -1"),
    ("BCELoss", (4, 3), (4,), "(4, 3)", None), ("BCELoss", (4, 1, 5), (4, 5), "(4, 1, 5)", "target gets 1"),
    ("BCELoss", (4, 5), (4, 1, 5), "(4, 5)", "target loses 1"), ("BCELoss", (1, 1, 1), (1, 1), "(1, 1, 1)", "input loses -1"),
    ("BCELoss", (4, 1, 1), (4, 1), "(4, 1, 1)", "input loses -1"), ("BCELoss", (2, 5, 1), (2, 1, 5), "(2, 5, 1)", None),
    ("BCELoss", (4, 3), (4, 3), None, None), ("BCELoss", None, (4,), None, None), ("BCELoss", (None, 1),
    (None,), "(?, 1)", "input loses -1"),
    ("BCELoss", (..., 3), (4,), "(..., 3)", None), ("BCELoss", (..., 3), (3,), None, None),
    ("MultiLabelMarginLoss", (1,), (), None, None), ("MultiLabelMarginLoss", (), (1,), None, None),
    ("MultiLabelMarginLoss", (), (1, 1), "()", None), ("MultiLabelMarginLoss", (1,), (2,), "(1,)", None),
    ("MultiLabelMarginLoss", (1, 1), (), "(1, 1)", None), ("MultiLabelMarginLoss", (3,), (3,), None, None),
    ("MultiMarginLoss", (1, 3), (), None, None), ("MultiMarginLoss", (2, 3), (), "(2, 3)", None), ("MultiMarginLoss", (3,), (), None, None),
    ("MultiMarginLoss", (None, 3), (), None, None), ("MultiMarginLoss", (2, 3), (3,), "(2, 3)", None),
    ("NLLLoss", (1, 3), (), "(1, 3)", None), ("NLLLoss", (3,), (), None, None), ("NLLLoss", (2, 3), (2,), None, None),
    ("NLLLoss", (2, 3), (2, 1), "(2, 3)", "target loses -1"), ("NLLLoss", (2, 3, 4), (2, 4), None, None),
    ("NLLLoss", (2, 3, 4), (2,), "(2, 3, 4)", None), ("NLLLoss", (2, 3, 4), (2, 1, 4), "(2, 3, 4)", "target loses 1"),
    ("NLLLoss", (2, 3, 4), (2, 4, 1), "(2, 3, 4)", "target loses -1"), ("NLLLoss", (2, 3, 1), (2, 1, 1), "(2, 3, 1)", "target loses -1"),
    ("NLLLoss", (..., 5, 6), (2,), None, None), ("NLLLoss", (..., 5, 6, 7), (2,), "(..., 5, 6, 7)", None),
    ("NLLLoss", (..., 5, 6), (2, 7), "(..., 5, 6)", None), ("NLLLoss", (..., 5, 6), (2, 6), None, None),
    ("NLLLoss", None, (2,), None, None),
    ("NLLLoss", (2, 3), None, None, None), ("NLLLoss", (2, 3), (..., 2), None, None),
    ("MSELoss", (4, 1), (4,), "(4, 1)", "input loses -1"), ("MSELoss", (4,), (4, 1), "(4,)", "target loses -1"), ("MSELoss", (4, 1),
    (1, 4), "(4, 1)", None),
    ("MSELoss", (4, 3), (3,), None, None), ("MSELoss", (4, 3), (1,), None, None), ("MSELoss", (), (4,), None, None),
    ("CTCLoss", (4, 1), (4,), None, None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "input_", "target", "said", "change"), ROWS)
def test_shapes_that_do_not_fit(name: str, input_: Shape | None, target: Shape | None, said: str | None, change: str | None) -> None:
    site = loss(name, (Tensor(shape=input_),), (Tensor(dtype="int64", shape=target),))
    told = found(loss_shape_mismatch.check, site)
    assert bool(told) is (said is not None)
    if said:
        assert f"`{said}`" in told[0].message
        assert (None if told[0].fix is None else told[0].fix.what) == change


def test_callers_that_need_different_changes() -> None:
    inputs = (Tensor(shape=(4, 1)), Tensor(shape=(4, 2)))
    told = found(loss_shape_mismatch.check, loss("BCELoss", inputs, (Tensor(shape=(4,)),)))
    assert len(told) == 1 and told[0].fix is None


def test_one_hot_rows_and_probabilities_are_no_indices() -> None:
    for target in (Tensor(dtype="int64", shape=(4, 3), one_hot=True), Tensor(dtype="float32", shape=(4, 3)), Tensor(shape=(4, 3))):
        assert not found(loss_shape_mismatch.check, loss("CrossEntropyLoss", (Tensor(shape=(4, 3)),), (target,)))
    assert found(loss_shape_mismatch.check, loss("CrossEntropyLoss", (Tensor(shape=(4, 3)),), (Tensor(shape=(4, 2)),)))
    assert not found(loss_shape_mismatch.check, loss("CrossEntropyLoss", (Tensor(shape=(4, 3)),), (Tensor(dtype="float32", shape=(4, 2)),)))


@pytest.mark.parametrize(
    ("shape", "text"),
    [(None, "`()`"), ((), "`()`"), ((3,), "`(3,)`"), ((None,), "`(?,)`"), ((..., 2), "`(..., 2)`"), ((1, None, 2), "`(1, ?, 2)`")],
)
def test_how_a_shape_is_written(shape: Shape | None, text: str) -> None:
    assert loss_shape_mismatch.shown(shape) == text


@pytest.mark.parametrize(
    ("shape", "dtype", "alone"),
    [((4, 1), "int64", True), ((4, 2), "int64", False), ((1,), "int64", False), ((4, 1, 5), None, True), ((..., 1), None, True),
     ((..., 2), None, False),
     (None, None, False), ((4, 1), "float32", True), ((4, 1), None, True)],
)  # fmt: skip
def test_scores_of_a_single_class(shape: Shape | None, dtype: str | None, alone: bool) -> None:
    site = loss("CrossEntropyLoss", (Tensor(shape=shape),), (Tensor(dtype=dtype),))
    assert bool(found(single_class_cross_entropy.check, site)) is alone
    assert bool(found(single_class_cross_entropy.check, loss("CrossEntropyLoss", (Tensor(shape=shape),), ()))) is alone
    assert not found(single_class_cross_entropy.check, loss("NLLLoss", (Tensor(shape=shape),), ()))


Over = int | EllipsisType | None


def through(name: str, dim: int | None, over: Over, shape: Shape | None) -> Tensor:
    """The output of a softmax: the dimension that it says, and where that lies since (`...` where nothing moved it)."""
    domain = Domain.LOG_CATEGORICAL if "log" in name else Domain.CATEGORICAL
    return Tensor(domain, shape=shape, origin=(Origin(name, domain, MADE, dim, over),))


@pytest.mark.parametrize(
    ("dim", "over", "shape", "wrong"),
    [(0, ..., (4, 3), True), (0, ..., (4,), False), (0, ..., None, False), (0, 1, (4, 3), False), (1, ..., (4, 3), False),
     (0, None, (4, 3), False), (-1, ..., (4, 3), False), (0, ..., (4, 3, 2), True), (1, 0, (4, 3), False), (0, 0, (4, 3), True)],
)  # fmt: skip
def test_a_softmax_over_the_batch(dim: int, over: Over, shape: Shape | None, wrong: bool) -> None:
    tensor = through("softmax", dim, over, shape)
    assert bool(found(softmax_over_wrong_dim.check, loss("CrossEntropyLoss", (tensor,), ()))) is wrong
    assert not found(softmax_over_wrong_dim.check, loss("KLDivLoss", (tensor,), ()))
    assert not found(softmax_over_wrong_dim.check, loss("CrossEntropyLoss", (tensor, through("softmax", 1, ..., shape)), ()))
    assert not found(softmax_over_wrong_dim.check, loss("CrossEntropyLoss", (Tensor(Domain.CATEGORICAL, shape=shape),), ()))
    assert not found(softmax_over_wrong_dim.check, loss("CrossEntropyLoss", (), ()))


@pytest.mark.parametrize(
    ("dim", "over", "shape", "classes"),
    [(1, ..., (4, 3), True), (-1, ..., (4, 3), True), (0, ..., (4, 3), False), (0, ..., (3,), True), (-1, ..., (3,), True),
     (1, ..., (4, 3, 2), True), (-1, ..., (4, 3, 2), False), (-2, ..., (4, 3, 2), True), (1, ..., None, True), (-1, ..., None, True),
     (0, ..., None, False), (2, ..., None, False), (-1, ..., (..., 3), True), (-1, ..., (..., 4, 3), True),
     (-1, ..., (..., 2, 4, 3), False),
     (1, ..., (..., 2, 4, 3), True), (None, ..., (4, 3), True), (1, None, (4, 3), False), (0, 1, (4, 3), True), (1, 0, (4, 3), False),
     (0, ..., (), True), (0, None, (), False)],
)  # fmt: skip
def test_a_softmax_that_may_be_over_the_classes(dim: int | None, over: Over, shape: Shape | None, classes: bool) -> None:
    value = through("log_softmax", dim, over, shape)
    assert over_classes(loss("CrossEntropyLoss", (value,), ()), value) is classes


def test_what_lies_in_the_unit_interval() -> None:
    told = [within_unit(Range(low, high)) for low, high in ((0, 1), (0.0, 1.0 + 1e-4), (0, 1.001), (-1e-9, 1), (0.2, 0.3), (0, 2))]
    assert told == [True, True, False, False, True, False]


def twice(inner: tuple[int | None, Over], outer: tuple[int | None, Over] | None) -> bool:
    """Whether a softmax of a softmax is told, by the dimension of each."""
    first = Origin("softmax", Domain.CATEGORICAL, MADE, *inner)
    last = () if outer is None else (Origin("softmax", Domain.CATEGORICAL, HERE, *outer),)
    tensor = Tensor(Domain.CATEGORICAL, origin=last, inner=(first,))
    return bool(found(activation_applied_twice.check, loss("BCELoss", (tensor,), ())))


def test_two_softmaxes_along_one_dimension() -> None:
    alike: list[tuple[tuple[int | None, Over], tuple[int | None, Over]]]
    alike = [((1, 1), (1, 1)), ((-1, -1), (1, 1)), ((1, 1), (-1, -1)), ((0, 0), (0, 0)), ((None, 1), (0, 0)), ((1, 1), (None, 0))]
    alike += [((1, None), (0, 0)), ((1, 1), (0, None)), ((0, ...), (-1, ...))]
    assert all(twice(*pair) for pair in alike) and twice((0, 0), None)
    assert not any(twice(*pair) for pair in [((0, 0), (1, 1)), ((1, 1), (0, 0)), ((1, 1), (2, 2)), ((-1, -1), (-2, -2))])


LOGITS = Tensor(Domain.LOGITS, ANY, origin=(Origin("Linear", Domain.LOGITS, MADE),))
SIGMOID = Origin("sigmoid", Domain.PROBABILITY, MADE)
TWICE = Tensor(Domain.PROBABILITY, origin=(SIGMOID,), inner=(SIGMOID,))


def threshold(at: float | None, *values: Tensor, taken: str = "BCEWithLogitsLoss") -> list[str]:
    """What is said of a comparison with a threshold, or of a rounding."""
    takers = ((losses.MODULES[f"torch.nn.{taken}"], HERE),) if taken else ()
    site = ThresholdSite("x > t", HERE, at, values, takers)
    return [one.message.partition("; ")[2] or one.message.partition(": ")[2] for one in found(probability_threshold_on_logits.check, site)]


def test_thresholds_of_logits() -> None:
    assert threshold(0.5, LOGITS) == ["the same threshold on logits is `0`"]
    assert threshold(0.9, LOGITS) == ["the same threshold on logits is `2.197`"]
    assert threshold(None, LOGITS) == ["the same decision on logits is `> 0`"]
    assert threshold(0.5, LOGITS, taken="CrossEntropyLoss") == ["they need a softmax first"]
    for at, values in ((0.0, (LOGITS,)), (1.0, (LOGITS,)), (-1.0, (LOGITS,)), (2.0, (LOGITS,)), (0.5, ()), (0.5, (LOGITS, Tensor()))):
        assert threshold(at, *values) == []
    assert threshold(0.5, Tensor(Domain.LOGITS, Range(0, 1))) == [] and threshold(0.5, LOGITS, taken="") == []


def test_thresholds_of_a_sigmoid_of_a_sigmoid() -> None:
    told = ["the values are a sigmoid of a sigmoid, between 0.5 and 0.7311"]
    for at in (None, 0.5, 0.2, 1 / (1 + exp(-1)), 0.8):
        assert threshold(at, TWICE, taken="") == told
    for at in (0.6, 0.73):
        assert threshold(at, TWICE, taken="") == []
    log_of = Origin("logsigmoid", Domain.LOG_PROBABILITY, MADE)
    for one in (
        Tensor(Domain.PROBABILITY, inner=(SIGMOID,)),
        Tensor(Domain.PROBABILITY, origin=(SIGMOID,)),
        Tensor(Domain.PROBABILITY, origin=(SIGMOID,), inner=(log_of,)),
        Tensor(Domain.PROBABILITY, origin=(SIGMOID, log_of), inner=(SIGMOID,)),
    ):
        assert threshold(0.5, one, taken="") == [] and threshold(0.5, TWICE, one, taken="") == []


def test_what_a_constructor_takes() -> None:
    for name, shown in (("BCELoss", "`weight, size_average, …`"), ("HuberLoss", "`reduction, delta`"),
    ("CTCLoss", "`blank, reduction, …`")):
        site = ConstructorSite(losses.MODULES[f"torch.nn.{name}"], f"nn.{name}", HERE, "it gets tensors", None)
        (told,) = found(class_called_as_function.check, site)
        assert f"(its constructor takes {shown})" in told.message and isinstance(told.fix, FixIntent) and not told.fix.safe


@pytest.mark.parametrize(("lost", "told"), [(0, False), (1, True)])
def test_values_without_a_gradient(lost: int, told: bool) -> None:
    site = ValuesSite(losses.MODULES["torch.nn.BCELoss"], "criterion", HERE, HERE, (), lost=lost, total=8)
    assert bool(found(saturated_probabilities.check, site)) is told


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((4, 1), "is always 0"), ((None, 1), "is always 0"), ((..., 1), "is always 0"),
        (None, "is 0 without a gradient, or raises"), ((4, None), "is 0 without a gradient, or raises"), ((4,), ""), ((4, 2), ""),
    ],
)  # fmt: skip
def test_floating_point_targets_of_a_single_class(shape: Shape | None, said: str) -> None:
    site = loss("CrossEntropyLoss", (Tensor(shape=(4, 1)),), (Tensor(dtype="float32", shape=shape),))
    assert [said in one.message for one in found(single_class_cross_entropy.check, site)] == [True] * bool(said)
