"""What BCE601 tells to do follows the loss that takes the value, not those that take what the same layers return elsewhere."""

from __future__ import annotations

import pytest

from bce_lint import lint_source

MODEL = """\
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.fc = nn.Linear(8, n)

    def forward(self, x):
        return self.fc(x)


def binary(x, y):
    z = Net(1)(x)
    return F.binary_cross_entropy_with_logits(z, y), {}


def classes(x, y):
    z = Net(3)(x)
    return F.cross_entropy(z, y), {}


def labels(x, y):
    z = Net(3)(x)
    return F.multilabel_soft_margin_loss(z, y), {}


def decided(net: Net, x):
    return {}
"""
PLACES = ("z > {}", "z < {}", "z.view(-1) >= {}", "net(x) > {}")
HELP = (
    "the same threshold on logits is `0`",
    "they need a softmax first",
    "the same threshold on logits is `0`",
    "they need the sigmoid or the softmax that their loss applies",
)


@pytest.mark.parametrize("index", range(4), ids=("binary", "classes", "labels", "either"))
def test_the_help_names_the_activation_of_the_loss(index: int) -> None:
    places = [place.format(0.5) if at == index else "None" for at, place in enumerate(PLACES)]
    found = [one.message for one in lint_source(MODEL.format(*places)) if one.code == "BCE601"]
    assert [message.partition("; ")[2] for message in found] == [HELP[index]]
