"""The seed documents, sample by sample: what is said of each, with the rules that exist so far."""

from __future__ import annotations

import re

import pytest

from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import check_text
from bce_lint.rules import BY_CODE, default_codes
from bce_lint.rules.pages import sections

SCORES = """\
import torch
import torch.nn as nn
y_true = torch.Tensor([1, 0, 1, 1])
y_pred = torch.Tensor([0.9, 0.1, 0.8, 0.7])
"""
MIXED = """\
import torch
from torch import nn
import torch.nn.functional as F
x = torch.randn(3, 2)
y = torch.tensor([1, 0, 1])
"""
ARRAYS = """\
import numpy as np
import torch
import torch.nn.functional as F
x = np.array([[1, 2], [1, 2], [1, 1]]).astype(np.float32)
y = np.array([1, 1, 0])
weight = np.array([1, 2])
x = torch.from_numpy(x)
"""
LABELLED = """\
import torch
import torch.nn as nn
values = torch.load("values.pt")
labels = torch.tensor([[1], [0], [1]])
values = nn.Softmax(dim=1)(values)
"""
TRAINED = """\
import torch
from torch import nn
model = nn.Linear(4, 3)
input = torch.randn(3, 4)
"""
BINARY = """\
import torch
from torch import nn
model = nn.Sequential(nn.Linear(4, 1), nn.Flatten(0))
input = torch.randn(4, 4)
"""


def said(source: str) -> tuple[Diagnostic, ...]:
    return check_text(source.encode(), None, default_codes() | {"BCE123"}).diagnostics


def rows(source: str) -> list[tuple[str, str]]:
    """The text of each line that is reported, and the code."""
    return [(source.split("\n")[found.location.start.row - 1], found.code) for found in said(source)]


RAW_LOGITS = "print(nn.BCEWithLogitsLoss()(y_pred, y_true))"
RAW_PROBABILITIES = "print(nn.BCELoss()(y_pred, y_true))"
ACTIVATED = "print(nn.BCELoss()(p, y_true))"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(SCORES + RAW_LOGITS, [], id="0a"),
        pytest.param(f"{SCORES}{RAW_LOGITS}\n{RAW_PROBABILITIES}", [(RAW_PROBABILITIES, "BCE106")], id="0b"),
        pytest.param(f"{SCORES}p = torch.sigmoid(y_pred)\n{ACTIVATED}", [(ACTIVATED, "BCE101")], id="0c"),
        pytest.param(
            f"{SCORES}{RAW_LOGITS}\n{RAW_PROBABILITIES}\np = torch.sigmoid(y_pred)\n{ACTIVATED}",
            [(RAW_PROBABILITIES, "BCE106"), (ACTIVATED, "BCE101")],
            id="0d",
        ),
        pytest.param(
            "from torch import nn\ndef f(output, target):\n"
            "    loss = nn.functional.binary_cross_entropy(nn.functional.sigmoid(output), target)",
            [("    loss = nn.functional.binary_cross_entropy(nn.functional.sigmoid(output), target)", "BCE101")],
            id="1b",
        ),
        pytest.param(
            TRAINED + "output = model(input)\ntarget = torch.rand(3, 3)\nloss = nn.BCEWithLogitsLoss(output, target)",
            [("loss = nn.BCEWithLogitsLoss(output, target)", "BCE201")],
            id="1c",
        ),
        pytest.param(
            LABELLED + "loss = nn.BCEWithLogitsLoss()(values, labels.float())",
            [("loss = nn.BCEWithLogitsLoss()(values, labels.float())", "BCE104")],
            id="1e",
        ),
        pytest.param(
            LABELLED.replace('torch.load("values.pt")', "torch.randn(3, 4)") + "loss = nn.BCEWithLogitsLoss()(values, labels.float())",
            [
                ("loss = nn.BCEWithLogitsLoss()(values, labels.float())", "BCE104"),
                ("loss = nn.BCEWithLogitsLoss()(values, labels.float())", "BCE401"),
            ],
            id="1e, with a known number of classes",
        ),
        pytest.param(
            LABELLED + "loss = nn.BCEWithLogitsLoss()(values, labels)",
            [
                ("loss = nn.BCEWithLogitsLoss()(values, labels)", "BCE104"),
                ("loss = nn.BCEWithLogitsLoss()(values, labels)", "BCE301"),
            ],
            id="1f",
        ),
        pytest.param(
            MIXED + "F.cross_entropy(F.log_softmax(x, dim=1), y)",
            [("F.cross_entropy(F.log_softmax(x, dim=1), y)", "BCE113")],
            id="2a, log-softmax first",
        ),
        pytest.param(
            MIXED + "F.nll_loss(F.log_softmax(x, dim=1), y)",
            [("F.nll_loss(F.log_softmax(x, dim=1), y)", "BCE123")],
            id="2a, the split pair",
        ),
        pytest.param(
            ARRAYS + "print(F.softmax(x, dim=1))\ny = torch.from_numpy(y).long()\nweight = torch.from_numpy(weight).float()\n"
            "print(F.cross_entropy(x, y, weight=weight))",
            [],
            id="2b",
        ),
        pytest.param(
            ARRAYS + "print(F.softmax(x, dim=1))\ny = torch.from_numpy(y).long()\nweight = torch.from_numpy(weight)\n"
            "print(F.cross_entropy(x, y, weight=weight))",
            [("print(F.cross_entropy(x, y, weight=weight))", "BCE304")],
            id="2c",
        ),
        pytest.param(
            ARRAYS + "y = torch.from_numpy(y.astype(np.float32))\nprint(F.cross_entropy(x, y))",
            [("print(F.cross_entropy(x, y))", "BCE302")],
            id="2d",
        ),
        pytest.param(
            MIXED + "prob, target, weight = torch.rand(3, 2), torch.ones(3, 2), torch.ones(3, 2)\n"
            "loss = -weight * (target * torch.log(prob) + (1 - target) * torch.log(1 - prob))\n"
            "print(loss.sum() / torch.numel(target))",
            [("loss = -weight * (target * torch.log(prob) + (1 - target) * torch.log(1 - prob))", "BCE503")],
            id="2e",
        ),
        pytest.param(
            MIXED + "weight1 = torch.tensor([0.8, 0.2])\npredict = torch.tensor([[0.3, 0.9], [0.6, 0.2]])\n"
            "label = torch.tensor([[0.0, 1.0], [1.0, 0.0]])\nprint(nn.BCELoss(weight=weight1)(predict, label))",
            [],
            id="2f",
        ),
        pytest.param(
            TRAINED + "loss = nn.BCELoss()(model(input), torch.rand(3, 3))",
            [("loss = nn.BCELoss()(model(input), torch.rand(3, 3))", "BCE105")],
            id="2g",
        ),
        pytest.param(
            BINARY + "model_output = torch.sigmoid(model(input))\ntarget = torch.Tensor([0, 1, 1, 0])\n"
            "loss = nn.BCELoss()(model_output, target)",
            [("loss = nn.BCELoss()(model_output, target)", "BCE101")],
            id="3a",
        ),
        pytest.param(
            BINARY + "target = torch.Tensor([0, 1, 1, 0])\nloss = nn.BCEWithLogitsLoss()(model(input), target)",
            [],
            id="3b",
        ),
        pytest.param(
            TRAINED + "model_output = nn.functional.softmax(model(input), dim=1)\ntarget = torch.LongTensor([2, 1, 0])\n"
            "loss = nn.CrossEntropyLoss()(model_output, target)",
            [("loss = nn.CrossEntropyLoss()(model_output, target)", "BCE111")],
            id="3c",
        ),
        pytest.param(
            BINARY.replace("(4, 1), nn.Flatten(0)", "(4, 2)")
            + "target = torch.Tensor([[0, 1], [1, 1], [1, 0], [0, 1]])\nloss = nn.BCEWithLogitsLoss()(model(input), target)",
            [],
            id="3d",
        ),
    ],
)
def test_samples(source: str, expected: list[tuple[str, str]]) -> None:
    assert rows(source) == expected


@pytest.mark.parametrize("call", ["F.binary_cross_entropy(p, y)", "nn.BCELoss()(p, y)"])
def test_1a_quotes_the_error_of_autocast(call: str) -> None:
    source = f'{MIXED}def f(p, y):\n    with torch.autocast("cuda"):\n        return {call}'
    (found,) = said(source)
    assert found.code == "BCE102"
    assert "RuntimeError: torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast" in found.message


def test_1c_says_what_the_constructor_takes() -> None:
    (found,) = said(TRAINED + "output = model(input)\nloss = nn.BCEWithLogitsLoss(output, input)")
    assert "`weight, size_average, …`" in found.message


def test_1d_the_page_tells_how_it_fails_and_when_it_does_not() -> None:
    text = sections(BY_CODE["BCE201"])["Why is this bad?"]
    assert "RuntimeError: Boolean value of Tensor with more than one value is ambiguous" in text
    assert "target of one element" in text


@pytest.mark.torch
def test_0e_the_numbers_on_the_page_of_bce101() -> None:
    import torch
    from torch.nn import functional as F

    def value(loss: str, logit: float) -> tuple[str, str]:
        x = torch.tensor([logit], requires_grad=True)
        t = torch.zeros(1)
        out = F.binary_cross_entropy(torch.sigmoid(x), t) if loss == "plain" else F.binary_cross_entropy_with_logits(x, t)
        (gradient,) = torch.autograd.grad(out, x)
        return f"{out.item():.4f}", f"{gradient.item():.4f}"

    table = re.findall(r"^\| (\d+) \| (.+) \| (.+) \| (.+) \| (.+) \|$", sections(BY_CODE["BCE101"])["Numerics"], re.MULTILINE)
    assert len(table) == 4
    for logit, *numbers in table:
        assert tuple(numbers) == value("plain", float(logit)) + value("fused", float(logit))


@pytest.mark.torch
def test_the_values_of_the_first_document() -> None:
    import torch
    from torch import nn

    y_true, y_pred = torch.Tensor([1, 0, 1, 1]), torch.Tensor([0.9, 0.1, 0.8, 0.7])
    values = [nn.BCEWithLogitsLoss()(y_pred, y_true), nn.BCELoss()(y_pred, y_true), nn.BCELoss()(torch.sigmoid(y_pred), y_true)]
    assert [f"{value.item():.4f}" for value in values] == ["0.4650", "0.1976", "0.4650"]
