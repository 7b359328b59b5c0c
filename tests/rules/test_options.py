"""The rules about options and dimensions: what is deprecated, what is misplaced, what is missing."""

from __future__ import annotations

import pytest

from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.sites import ActivationSite, OptionSite
from bce_lint.catalog import activations, losses
from bce_lint.catalog.schema import Activation
from bce_lint.ir import Span
from bce_lint.rules.judge import judge
from bce_lint.rules.registry import RULES

ALL = frozenset(rule.code for rule in RULES)
HERE = Place("train.py", Span(0, 9), "nn.BCELoss")


def options(loss: str, **given: object) -> OptionSite:
    return OptionSite(losses.MODULES[f"torch.nn.{loss}"], f"nn.{loss}", HERE, tuple((k, v, HERE) for k, v in given.items()), False)


@pytest.mark.parametrize(
    ("found", "code", "end"),
    [
        (options("BCELoss", size_average=False), "BCE203", "given `size_average`, which torch deprecates; say `reduction='sum'`"),
        (options("BCELoss", size_average=True), "BCE203", "given `size_average`, which torch deprecates; say `reduction='mean'`"),
        (options("BCELoss", reduce=False), "BCE203", "given `reduce`, which torch deprecates; say `reduction='none'`"),
        (options("BCELoss", size_average=0, reduce=None), "BCE203", "given `size_average`, which torch deprecates; say `reduction='sum'`"),
        (
            options("BCELoss", size_average=True, reduce=True),
            "BCE203",
            "given `size_average` and `reduce`, which torch deprecates; say `reduction='mean'`",
        ),
        (
            options("BCELoss", reduction="elementwise_mean"),
            "BCE203",
            "given `reduction='elementwise_mean'`, which torch deprecates; say `reduction='mean'`",
        ),
        (
            options("KLDivLoss", size_average="batchmean"),
            "BCE204",
            "given `'batchmean'` as `size_average`, which torch reads as True; say `reduction='batchmean'`",
        ),
        (
            options("CrossEntropyLoss", reduce="none"),
            "BCE204",
            "given `'none'` as `reduce`, which torch reads as True; say `reduction='none'`",
        ),
        (options("CrossEntropyLoss", size_average=255), "BCE204", "given `255` as `size_average`, which torch reads as True"),
        (options("CrossEntropyLoss", weight="sum"), "BCE204", "given `'sum'` as `weight`; say `reduction='sum'`"),
        (options("NLLLoss", reduction="batchmean"), "BCE204", "given `reduction='batchmean'`, which raises an error when it is called"),
        (
            options("NLLLoss", reduction="avg", size_average=True),
            "BCE204",
            "given `reduction='avg'`, which raises an error when it is called",
        ),
    ],
)
def test_options(found: OptionSite, code: str, end: str) -> None:
    (judged,) = judge([found], ALL)
    assert judged.rule.code == code
    assert judged.message == f"`{found.name}` is {end}"


@pytest.mark.parametrize(
    "found",
    [
        options("BCELoss"),
        options("BCELoss", reduction="none"),
        options("KLDivLoss", reduction="batchmean", log_target=True),
        options("BCELoss", size_average=None, reduce=None, reduction="sum"),
        options("CrossEntropyLoss", ignore_index=-1, label_smoothing=0.1),
        options("CrossEntropyLoss", reduction=None),
        options("AdaptiveLogSoftmaxWithLoss", device="cuda"),
    ],
)
def test_options_that_are_right(found: OptionSite) -> None:
    assert judge([found], ALL) == []


@pytest.mark.parametrize(
    ("activation", "dim", "expected"),
    [
        (activations.SOFTMAX, "missing", ["BCE205"]),
        (activations.LOG_SOFTMAX, "missing", ["BCE205"]),
        (activations.SOFTMAX, 1, []),
        (activations.SOFTMAX, None, []),
        (activations.SIGMOID, "missing", []),
        (activations.GUMBEL_SOFTMAX, "missing", []),
    ],
)
def test_dimensions(activation: Activation, dim: int | str | None, expected: list[str]) -> None:
    found = ActivationSite(activation, "nn.Softmax", HERE, dim, ())
    assert [judged.rule.code for judged in judge([found], ALL)] == expected
