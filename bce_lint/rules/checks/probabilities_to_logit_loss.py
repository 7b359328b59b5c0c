"""Probabilities given to a margin or focal loss that wants logits.

## What it does
Reports `SoftMarginLoss`, `MultiLabelSoftMarginLoss`, torchvision's `sigmoid_focal_loss` and their relatives when the input is
certainly the output of a sigmoid, a softmax, or their logarithms.

## Why is this bad?
These losses apply a (log-)sigmoid to their input, like `BCEWithLogitsLoss`. Of a probability that is between 0.5 and 0.731,
whatever the model says.

## Example
```python
import torch
from torch import nn

model = nn.Linear(8, 5)
criterion = nn.MultiLabelSoftMarginLoss()


def training_loss(x, y):
    return criterion(torch.sigmoid(model(x)), y)
```

## Use instead
```python
from torch import nn

model = nn.Linear(8, 5)
criterion = nn.MultiLabelSoftMarginLoss()


def training_loss(x, y):
    return criterion(model(x), y)
```
This is right because the raw scores go to the loss.

## Fix safety
The activation goes. Unsafe: the training values change, as they must. Everyone who uses the activation's output is looked for
first: a value with other users in the function stays as it is for them (the loss gets what the activation got), other functions
of the project get the activation where they use the output, and where a user cannot be followed nothing is changed: the finding
lists the places.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html>
- <https://docs.pytorch.org/vision/stable/generated/torchvision.ops.sigmoid_focal_loss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import LossSite, Site
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import got, input_labels, loss
from bce_lint.rules.precedence import Precedence
from bce_lint.rules.reach import certain_code
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for (log-)probabilities that reach a margin or focal loss of logits."""
    match site:
        case LossSite() if certain_code(site) == "BCE132":
            yield Finding(
                f"{loss(site)} expects logits but gets {got(site, 'probabilities')}; the loss applies a sigmoid itself",
                input_labels(site),
                fix=FixIntent(Change.DROP, site),
            )


RULE = Rule("BCE132", "probabilities-to-logit-loss", check, __doc__, precedence=Precedence.WRONG_INPUT)
