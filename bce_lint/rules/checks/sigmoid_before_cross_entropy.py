"""A sigmoid in front of `CrossEntropyLoss`, which wants logits: raw scores.

## What it does
Reports a `CrossEntropyLoss` or `F.cross_entropy` whose input is certainly the output of a sigmoid or of a log-sigmoid.

## Why is this bad?
The loss takes the log-softmax of its input over the classes. A sigmoid squeezes the scores into [0, 1] first, so no class
can be more than e times as likely as another.

## Example
```python
import torch
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)


def training_loss(x, y):
    return F.cross_entropy(torch.sigmoid(model(x)), y)
```

## Use instead
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)


def training_loss(x, y):
    return F.cross_entropy(model(x), y)
```
This is right where exactly one class holds. For independent labels use `F.binary_cross_entropy_with_logits` on the raw
scores instead.

## Fix safety
The activation goes. Unsafe: the training values change, as they must. Everyone who uses the activation's output is looked for
first: a value with other users in the function stays as it is for them (the loss gets what the activation got), other functions
of the project get the activation where they use the output, and where a user cannot be followed nothing is changed: the finding
lists the places.

## Numerics
For ten classes the loss of one element lies between 1.4612 and 3.2373, where the right loss starts at 0.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html>
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
    """Yields a finding for a sigmoid's output that reaches a cross entropy."""
    match site:
        case LossSite() if certain_code(site) == "BCE112":
            yield Finding(
                f"{loss(site)} expects logits but gets {got(site, 'a sigmoid')}; the loss applies a log-softmax itself",
                input_labels(site),
                fix=FixIntent(Change.DROP, site),
            )


RULE = Rule("BCE112", "sigmoid-before-cross-entropy", check, __doc__, precedence=Precedence.WRONG_INPUT)
