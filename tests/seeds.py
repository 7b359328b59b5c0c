"""The seed documents' samples, with what is said of each: the line that is reported, and the code."""

from __future__ import annotations

import pytest

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
RAW_LOGITS = "print(nn.BCEWithLogitsLoss()(y_pred, y_true))"
RAW_PROBABILITIES = "print(nn.BCELoss()(y_pred, y_true))"
ACTIVATED = "print(nn.BCELoss()(p, y_true))"

SAMPLES = [
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
]
