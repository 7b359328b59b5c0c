"""The fixes that the seed documents ask for, row by row."""

from __future__ import annotations

import pytest

from bce_lint import fix_source

HEAD = "import numpy as np\nimport torch\nfrom torch import nn\nimport torch.nn.functional as F\ntorch.manual_seed(0)\n"
SCORES = HEAD + "y_true = torch.Tensor([1, 0, 1, 1])\ny_pred = torch.Tensor([0.9, 0.1, 0.8, 0.7])\n"
CLASSES = HEAD + "x = torch.randn(3, 2)\ny = torch.tensor([1, 0, 1])\n"
TRAINED = HEAD + "model = nn.Linear(4, 3)\ninput = torch.randn(3, 4)\n"
BINARY = HEAD + "model = nn.Sequential(nn.Linear(4, 1), nn.Flatten(0))\ninput = torch.randn(4, 4)\ntarget = torch.Tensor([0, 1, 1, 0])\n"

EQUAL = [
    pytest.param(
        SCORES + "p = torch.sigmoid(y_pred)\nloss = nn.BCELoss()(p, y_true)\n",
        SCORES + "p = y_pred\nloss = nn.BCEWithLogitsLoss()(p, y_true)\n",
        id="0c",
    ),
    pytest.param(
        SCORES + "output, target = y_pred, y_true\nloss = nn.functional.binary_cross_entropy(nn.functional.sigmoid(output), target)\n",
        SCORES + "output, target = y_pred, y_true\nloss = nn.functional.binary_cross_entropy_with_logits(output, target)\n",
        id="1b",
    ),
    pytest.param(
        CLASSES + "loss = F.cross_entropy(F.log_softmax(x, dim=1), y)\n",
        CLASSES + "loss = F.cross_entropy(x, y)\n",
        id="2a, log-softmax first",
    ),
    pytest.param(
        CLASSES + "loss = F.nll_loss(F.log_softmax(x, dim=1), y)\n", CLASSES + "loss = F.cross_entropy(x, y)\n", id="2a, the pair"
    ),
    pytest.param(
        CLASSES + "prob, target, weight = torch.rand(3, 2), torch.ones(3, 2), torch.ones(3, 2)\n"
        "loss = -weight * (target * torch.log(prob) + (1 - target) * torch.log(1 - prob))\nloss = loss.sum() / torch.numel(target)\n",
        CLASSES + "prob, target, weight = torch.rand(3, 2), torch.ones(3, 2), torch.ones(3, 2)\n"
        'loss = -weight * (-F.binary_cross_entropy(prob, target, reduction="none"))\nloss = loss.sum() / torch.numel(target)\n',
        id="2e",
    ),
    pytest.param(
        BINARY + "model_output = torch.sigmoid(model(input))\nloss = nn.BCELoss()(model_output, target)\n",
        BINARY + "model_output = model(input)\nloss = nn.BCEWithLogitsLoss()(model_output, target)\n",
        id="3a",
    ),
]
CHANGED = [
    pytest.param(
        TRAINED + "output, target = model(input), torch.rand(3, 3)\nloss = nn.BCEWithLogitsLoss(output, target)\nloss.backward()\n",
        TRAINED + "output, target = model(input), torch.rand(3, 3)\nloss = nn.BCEWithLogitsLoss()(output, target)\nloss.backward()\n",
        id="1c",
    ),
    pytest.param(
        HEAD + "values = torch.randn(3, 1)\nlabels = torch.tensor([[1], [0], [1]])\nvalues = nn.Softmax(dim=1)(values)\n"
        "loss = nn.BCEWithLogitsLoss()(values, labels)\n",
        HEAD
        + "values = torch.randn(3, 1)\nlabels = torch.tensor([[1], [0], [1]])\nloss = nn.BCEWithLogitsLoss()(values, labels.float())\n",
        id="1f",
    ),
    pytest.param(
        CLASSES + "weight = torch.from_numpy(np.array([1, 2]))\nloss = F.cross_entropy(x, y, weight=weight)\n",
        CLASSES + "weight = torch.from_numpy(np.array([1, 2]))\nloss = F.cross_entropy(x, y, weight=weight.float())\n",
        id="2c",
    ),
    pytest.param(
        CLASSES + "y = torch.from_numpy(np.array([1, 1, 0]).astype(np.float32))\nloss = F.cross_entropy(x, y)\n",
        CLASSES + "y = torch.from_numpy(np.array([1, 1, 0]).astype(np.float32))\nloss = F.cross_entropy(x, y.long())\n",
        id="2d",
    ),
    pytest.param(
        TRAINED + "loss = nn.BCELoss()(model(input), torch.rand(3, 3))\n",
        TRAINED + "loss = nn.BCEWithLogitsLoss()(model(input), torch.rand(3, 3))\n",
        id="2g",
    ),
    pytest.param(
        TRAINED
        + "model_output = nn.functional.softmax(model(input), dim=1)\n"
        "loss = nn.CrossEntropyLoss()(model_output, torch.LongTensor([2, 1, 0]))\n",
        TRAINED + "model_output = model(input)\nloss = nn.CrossEntropyLoss()(model_output, torch.LongTensor([2, 1, 0]))\n",
        id="3c",
    ),
]


@pytest.mark.parametrize(("source", "expected"), [*EQUAL, *CHANGED])
def test_the_fix_of_a_sample(source: str, expected: str) -> None:
    assert fix_source(source, unsafe=True, extend_select=["BCE123"]) == expected


@pytest.mark.torch
@pytest.mark.parametrize(("source", "expected"), EQUAL)
def test_fixes_that_keep_the_value_do(source: str, expected: str) -> None:
    values: list[dict[str, object]] = [{}, {}]
    for text, names in zip((source, expected), values, strict=True):
        exec(compile(text, "sample.py", "exec"), names)
    first, second = (names["loss"].item() for names in values)  # type: ignore[attr-defined]
    assert first == pytest.approx(second, abs=1e-6)


@pytest.mark.torch
@pytest.mark.parametrize(("source", "expected"), CHANGED)
def test_fixes_that_change_the_value_run(source: str, expected: str) -> None:
    names: dict[str, object] = {}
    exec(compile(expected, "sample.py", "exec"), names)
    assert names["loss"].item() > 0  # type: ignore[attr-defined]


def test_fix_source_takes_bytes_and_gives_bytes() -> None:
    source = "import torch\nloss = torch.nn.BCELoss(size_average=False)\n".encode("utf-16")
    assert fix_source(b"x = 1\r\n") == b"x = 1\r\n"
    assert fix_source(source) == source  # not decodable without a declaration: left as it is
    with pytest.raises(ValueError, match="BCE1033"):
        fix_source("", select=["BCE1033"])
