"""A sigmoid in front of `BCEWithLogitsLoss`, which applies one itself.

## What it does
Reports a `BCEWithLogitsLoss` or `F.binary_cross_entropy_with_logits` whose input is certainly the output of a sigmoid or
of a log-sigmoid.

## Why is this bad?
The loss takes the sigmoid of its input. A sigmoid before it makes two, so the loss sees probabilities between 0.5 and 0.731
only, whatever the model says. The sign of the gradient stays right, which is why training still goes down and the bug goes
unnoticed.

## Example
```python
import torch
from torch import nn

model = nn.Linear(8, 1)
criterion = nn.BCEWithLogitsLoss()


def training_loss(x, y):
    p = torch.sigmoid(model(x))
    return criterion(p, y)
```

## Use instead
```python
import torch
from torch import nn

model = nn.Linear(8, 1)
criterion = nn.BCEWithLogitsLoss()


def training_loss(x, y):
    return criterion(model(x), y)
```
This is right because the raw output goes to the loss. Use the sigmoid for predictions and metrics only.

## Fix safety
The activation goes. Unsafe: the training values change, as they must. Everyone who uses the activation's output is looked for
first: a value with other users in the function stays as it is for them (the loss gets what the activation got), other functions
of the project get the activation where they use the output, and where a user cannot be followed nothing is changed: the finding
lists the places.

## Numerics
With two sigmoids the loss of one element lies in [0.3133, 0.6931] for target 1 and in [0.6931, 1.3133] for target 0, and
its gradient never exceeds 0.157, where the right loss reaches 1.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html>
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
    """Yields a finding for a sigmoid's output that reaches a loss of logits."""
    match site:
        case LossSite() if certain_code(site) == "BCE103":
            yield Finding(
                f"{loss(site)} expects logits but gets {got(site, 'a sigmoid')}; the loss applies a sigmoid itself",
                input_labels(site),
                fix=FixIntent(Change.DROP, site),
            )


RULE = Rule("BCE103", "sigmoid-before-bce-with-logits", check, __doc__, precedence=Precedence.WRONG_INPUT)
