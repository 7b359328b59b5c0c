"""Each rule on sites made by hand: when it speaks, when it is silent, and what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bce_lint.analysis.domain.tensor import Origin, Place, Tensor
from bce_lint.analysis.sites import ConstructorSite, LossSite, Site
from bce_lint.catalog import activations, losses
from bce_lint.catalog.schema import Domain
from bce_lint.engine import check_text
from bce_lint.ir import Span
from bce_lint.rules.judge import Judged, judge
from bce_lint.rules.registry import RULES, default_codes

ALL = frozenset(rule.code for rule in RULES)


def place(start: int, text: str = "", path: str = "train.py") -> Place:
    return Place(path, Span(start, start + 5), text)


def of(domain: Domain, text: str = "", dim: int | None = None, at: int = 50, **facts: Any) -> Tensor:
    return Tensor(domain, origin=(Origin("op", domain, place(at, text, "net.py"), dim),), **facts)


def site(loss: str, *values: Tensor, **facts: Any) -> LossSite:
    table = losses.FUNCTIONS if "." in loss else losses.MODULES
    contract = table[loss if "." in loss else f"torch.nn.{loss}"]
    return replace(LossSite(contract, "self.criterion", place(0), place(0), (), values, ()), **facts)


def only(site: Site, code: str) -> Judged:
    (found,) = (judged for judged in judge([site], ALL) if judged.rule.code == code)
    return found


def codes(site: Site) -> list[str]:
    return [judged.rule.code for judged in judge([site], ALL)]


SIGMOID, SOFTMAX, LOGITS = of(Domain.PROBABILITY), of(Domain.CATEGORICAL), of(Domain.LOGITS, model=True)
INT = Tensor(dtype="int64")


# --- messages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "code", "message"),
    [
        (
            site("BCELoss", of(Domain.PROBABILITY, "torch.sigmoid(x)")),
            "BCE101",
            "`self.criterion` (`BCELoss`) gets the output of `torch.sigmoid(x)`, which has no gradient where it is rounded to 0 or 1; "
            "`BCEWithLogitsLoss` on the logits is the same loss without that",
        ),
        (
            site("BCELoss", autocast="on", name="F.binary_cross_entropy"),
            "BCE102",
            "`F.binary_cross_entropy` runs under autocast, where torch raises `RuntimeError: "
            "torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast`",
        ),
        (
            site("BCEWithLogitsLoss", SIGMOID, name="nn.BCEWithLogitsLoss()"),
            "BCE103",
            "`nn.BCEWithLogitsLoss()` expects logits but gets the output of `op`; the loss applies a sigmoid itself",
        ),
        (
            site("BCEWithLogitsLoss", SOFTMAX, name="nn.BCEWithLogitsLoss(reduction='sum')"),
            "BCE104",
            "`nn.BCEWithLogitsLoss(reduction='sum')` expects logits but gets the output of `op`; the loss applies a sigmoid itself",
        ),
        (
            site("BCELoss", of(Domain.LOGITS, "nn.Linear(\n    8,\n    1)")),
            "BCE105",
            "`self.criterion` (`BCELoss`) expects probabilities but gets the output of `nn.Linear( 8, 1)`, "
            "which is not confined to [0, 1]; the loss raises an error for a value outside",
        ),
        (
            site("CrossEntropyLoss", Tensor(Domain.CATEGORICAL)),
            "BCE111",
            "`self.criterion` (`CrossEntropyLoss`) expects logits but gets a softmax; the loss applies a log-softmax itself",
        ),
        (
            site("NLLLoss", of(Domain.CATEGORICAL, "x" * 99)),
            "BCE121",
            f"`self.criterion` (`NLLLoss`) expects log-probabilities but gets the output of `{'x' * 59}…`; "
            "the loss takes no logarithm itself",
        ),
    ],
)
def test_messages(found: LossSite, code: str, message: str) -> None:
    assert only(found, code).message == message


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("nn.BCELoss(weight=self.w)", "`nn.BCELoss(weight=self.w)`"),
        ("torch.nn.functional.binary_cross_e…", "`torch.nn.functional.binary_cross_e…`"),
        ("self.trainer.criteria.bin…", "`self.trainer.criteria.bin…`"),
        ("self.trainer.criteria.mai…", "`self.trainer.criteria.mai…` (`BCELoss`)"),
        ("BCE", "`BCE` (`BCELoss`)"),
    ],
)
def test_a_loss_is_named_as_it_is_written(written: str, shown: str) -> None:
    assert only(site("BCELoss", autocast="on", name=written), "BCE102").message.startswith(f"{shown} runs under autocast")


def test_messages_are_one_line_without_a_full_stop() -> None:
    sites = [site("NLLLoss", tensor) for tensor in (SIGMOID, LOGITS)] + [site("KLDivLoss", SOFTMAX), site("SoftMarginLoss", SOFTMAX)]
    messages = [judged.message for judged in judge(sites, ALL)]
    assert messages and all("\n" not in text and not text.endswith(".") for text in messages)


# --- labels --------------------------------------------------------------------------------------


DEFAULT = """import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, num_classes=1):
        super().__init__()
        self.fc = nn.Linear(8, num_classes)

    def loss(self, x, y):
        return F.cross_entropy(self.fc(x), y)
"""


def test_a_size_that_is_a_default_has_a_label_there() -> None:
    found = check_text(DEFAULT.encode(), None, frozenset({"BCE402"})).diagnostics
    assert [[(label.message, label.location.start) for label in one.labels] for one in found] == [
        [("logits made here", (11, 32)), ("`num_classes` is 1 where the constructor is not given another", (6, 36))]
    ]


def test_labels_lead_from_the_activation_to_the_loss() -> None:
    inside = place(30, path="losses.py")
    found = only(site("BCEWithLogitsLoss", SIGMOID, call=inside, path=(place(20), inside), caller=place(10)), "BCE103")
    assert found.labels == (
        ("sigmoid applied here", SIGMOID.origin[0].place),
        ("called from here", place(10)),
        ("handed on here", place(20)),
        ("loss computed here", inside),
    )


def test_a_label_says_what_made_the_value() -> None:
    tanh = Origin("tanh", Domain.UNKNOWN, place(40))
    values = (LOGITS, replace(LOGITS, origin=(tanh,)))
    assert [text for text, _ in only(site("BCELoss", *values), "BCE105").labels] == ["`tanh` applied here", "logits made here"][::-1]


def test_the_autocast_region_is_named_first() -> None:
    found = only(site("BCELoss", SIGMOID, autocast="on", autocast_place=place(60)), "BCE102")
    assert found.labels[0] == ("autocast begins here", place(60))


# --- autocast, conflicts, double activations -----------------------------------------------------


@pytest.mark.parametrize(("loss", "autocast"), [("BCELoss", "maybe"), ("BCELoss", "off"), ("BCEWithLogitsLoss", "on")])
def test_autocast_that_is_no_matter(loss: str, autocast: str) -> None:
    assert codes(site(loss, autocast=autocast)) == []


def test_autocast_bans_whatever_the_input() -> None:
    assert codes(site("BCELoss", autocast="on")) == ["BCE102"]


@pytest.mark.parametrize(
    ("loss", "rival", "expected"),
    [
        ("BCELoss", "BCEWithLogitsLoss", ["BCE106"]),
        ("BCELoss", "CrossEntropyLoss", ["BCE106"]),
        ("BCELoss", "SoftMarginLoss", ["BCE106"]),
        ("BCELoss", "MSELoss", []),
        ("BCEWithLogitsLoss", "BCELoss", []),
    ],
)
def test_conflicts(loss: str, rival: str, expected: list[str]) -> None:
    found = site(loss, Tensor(), rival=(losses.MODULES[f"torch.nn.{rival}"], place(9)))
    assert codes(found) == expected


def twice(outer: Domain, inner: Domain, dims: tuple[int | None, int | None] = (None, None)) -> Tensor:
    return of(outer, dim=dims[0], inner=(of(Domain.LOGITS).origin[0], of(inner, dim=dims[1], at=90).origin[0]))


@pytest.mark.parametrize(
    ("loss", "value", "expected"),
    [
        pytest.param("BCELoss", twice(Domain.PROBABILITY, Domain.PROBABILITY), "BCE107", id="sigmoid of sigmoid"),
        pytest.param("BCELoss", twice(Domain.CATEGORICAL, Domain.CATEGORICAL), "BCE107", id="softmax of softmax"),
        pytest.param("NLLLoss", twice(Domain.LOG_CATEGORICAL, Domain.CATEGORICAL), "BCE107", id="log-softmax of softmax, NLL"),
        pytest.param("KLDivLoss", twice(Domain.LOG_CATEGORICAL, Domain.CATEGORICAL), "BCE107", id="log-softmax of softmax, KL"),
        pytest.param("CrossEntropyLoss", twice(Domain.LOG_CATEGORICAL, Domain.CATEGORICAL), "BCE107", id="log-softmax of softmax, CE"),
        pytest.param("NLLLoss", twice(Domain.LOG_CATEGORICAL, Domain.LOG_CATEGORICAL), "BCE123", id="log-softmax of itself"),
        pytest.param("BCELoss", twice(Domain.PROBABILITY, Domain.CATEGORICAL), "BCE101", id="sigmoid of softmax"),
        pytest.param("BCEWithLogitsLoss", twice(Domain.PROBABILITY, Domain.PROBABILITY), "BCE103", id="not accepted by the loss"),
        pytest.param("NLLLoss", twice(Domain.LOG_CATEGORICAL, Domain.CATEGORICAL, (1, 2)), "BCE123", id="over two dimensions"),
        pytest.param("NLLLoss", twice(Domain.LOG_CATEGORICAL, Domain.CATEGORICAL, (1, 1)), "BCE107", id="over one dimension"),
        pytest.param("NLLLoss", twice(Domain.LOG_CATEGORICAL, Domain.CATEGORICAL, (1, -1)), "BCE107", id="perhaps over one dimension"),
        pytest.param("NLLLoss", twice(Domain.LOG_CATEGORICAL, Domain.CATEGORICAL, (1, None)), "BCE107", id="dimension not known"),
    ],
)
def test_activations_applied_twice(loss: str, value: Tensor, expected: str) -> None:
    assert codes(site(loss, value)) == [expected]


def test_twice_on_one_path_only_is_not_certain() -> None:
    assert codes(site("BCELoss", twice(Domain.PROBABILITY, Domain.PROBABILITY), SIGMOID)) == ["BCE101"]


def test_both_activations_are_named() -> None:
    found = only(site("BCELoss", twice(Domain.PROBABILITY, Domain.PROBABILITY)), "BCE107")
    assert [text for text, _ in found.labels] == ["sigmoid applied here", "sigmoid already applied here"]
    assert found.message == (
        "`self.criterion` (`BCELoss`) gets the output of `op`, applied to what is already the output of `op`; one of the two is too many"
    )


def test_an_outer_activation_without_an_origin() -> None:
    value = replace(twice(Domain.PROBABILITY, Domain.PROBABILITY), origin=())
    assert codes(site("BCELoss", value)) == ["BCE107"]


# --- constructors, swapped arguments -------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "meant"),
    [
        (losses.MODULES["torch.nn.BCELoss"], "the loss (its constructor takes `weight, size_average, …`)"),
        (losses.FUNCTIONS["torchvision.ops.sigmoid_focal_loss"], "the loss (its constructor takes nothing)"),
        (activations.SOFTMAX, "the function (its constructor takes `dim`)"),
        (activations.SIGMOID, "the function (its constructor takes nothing)"),
    ],
)
def test_constructors(subject: Any, meant: str) -> None:
    found = only(ConstructorSite(subject, "nn.X", place(0), "why"), "BCE201")
    assert (found.message, found.labels) == (f"`nn.X` is a class, called here as if it were {meant}: why", ())


def test_where_the_object_is_used_as_a_tensor() -> None:
    found = ConstructorSite(losses.MODULES["torch.nn.BCELoss"], "nn.BCELoss", place(0), "why", place(80))
    assert only(found, "BCE201").labels == (("used as a tensor here", place(80)),)


LABELS = Tensor(Domain.LABEL)
OUTPUT = of(Domain.CATEGORICAL, "model(x)", model=True)


@pytest.mark.parametrize(
    ("loss", "given", "target", "expected"),
    [
        pytest.param("BCELoss", (LABELS,), (OUTPUT,), ["BCE202"], id="labels first"),
        pytest.param("BCELoss", (INT,), (OUTPUT, LOGITS), ["BCE202"], id="integers first"),
        pytest.param("BCELoss", (INT, LABELS), (OUTPUT,), ["BCE202"], id="either way"),
        pytest.param("BCELoss", (INT, Tensor()), (OUTPUT,), [], id="first unknown on one path"),
        pytest.param("BCELoss", (), (OUTPUT,), [], id="first unknown"),
        pytest.param("BCELoss", (LABELS,), (), [], id="second unknown"),
        pytest.param("BCELoss", (LABELS,), (OUTPUT, Tensor()), [], id="second unknown on one path"),
        pytest.param("BCELoss", (LABELS,), (SOFTMAX,), [], id="second no model's output"),
        pytest.param("BCELoss", (LABELS,), (replace(LABELS, model=True),), [], id="labels from a model"),
        pytest.param("BCELoss", (replace(INT, model=True),), (OUTPUT,), ["BCE202"], id="integers from a model"),
        pytest.param("MSELoss", (LABELS,), (OUTPUT,), [], id="a symmetric loss"),
    ],
)
def test_swapped_arguments(loss: str, given: tuple[Tensor, ...], target: tuple[Tensor, ...], expected: list[str]) -> None:
    assert codes(site(loss, *given, target=target)) == expected


def test_swapped_arguments_are_named() -> None:
    found = only(site("BCELoss", LABELS, target=(OUTPUT,)), "BCE202")
    assert found.message == (
        "`self.criterion` (`BCELoss`) expects the model's output first and the target second, "
        "but gets labels first and the output of `model(x)` second"
    )


# --- targets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "target", "expected"),
    [
        pytest.param("BCELoss", (INT,), ["BCE301"], id="integers"),
        pytest.param("BCEWithLogitsLoss", (INT, Tensor(dtype="bool")), ["BCE301"], id="integers or truth values"),
        pytest.param("torchvision.ops.sigmoid_focal_loss", (INT,), ["BCE301"], id="focal loss"),
        pytest.param("BCELoss", (INT, Tensor()), [], id="unknown on one path"),
        pytest.param("BCELoss", (Tensor(dtype="float32"),), [], id="floating point"),
        pytest.param("BCELoss", (), [], id="unknown"),
        pytest.param("CrossEntropyLoss", (INT,), [], id="class indices"),
    ],
)
def test_targets(loss: str, target: tuple[Tensor, ...], expected: list[str]) -> None:
    assert codes(site(loss, target=target)) == expected


def test_a_target_is_labelled_where_it_is_made_and_given() -> None:
    made = of(Domain.LABEL, dtype="int64")
    found = only(site("BCELoss", target=(made,), target_place=place(70)), "BCE301")
    assert found.labels == (("`op` applied here", made.origin[0].place), ("target given here", place(70)))
    assert found.message == "`self.criterion` (`BCELoss`) expects a floating point target but gets `int64`, which raises an error"


def test_default_codes_leave_out_what_its_rule_says_is_off() -> None:
    assert ALL - default_codes() == {rule.code for rule in RULES if not rule.default} >= {"BCE123"}
