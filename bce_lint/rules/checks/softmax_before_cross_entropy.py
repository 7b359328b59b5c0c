"""A softmax in front of `CrossEntropyLoss`, which applies one itself.

## What it does
Reports a `CrossEntropyLoss` or `F.cross_entropy` whose input is certainly the output of a softmax.

## Why is this bad?
The loss takes the log-softmax of its input. A softmax before it makes two: the loss can no longer come near 0, the model's
confidence is capped, and at the start of training the gradient is smaller by the number of classes. Training often still
works to a degree, which is why the bug goes unnoticed.

## Example
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)
criterion = nn.CrossEntropyLoss()


def training_loss(x, y):
    p = F.softmax(model(x), dim=1)
    return criterion(p, y)
```

## Use instead
```python
from torch import nn

model = nn.Linear(8, 3)
criterion = nn.CrossEntropyLoss()


def training_loss(x, y):
    return criterion(model(x), y)
```
This is right because the raw scores go to the loss. Use the softmax for predictions only; `argmax` needs none.

## Fix safety
The softmax goes, unless single classes are picked out of it. Unsafe: the training values change, as they must. Everyone who
uses the activation's output is looked for first: a value with other users in the function stays as it is for them (the loss
gets what the activation got), other functions of the project get the activation where they use the output, and where a user
cannot be followed nothing is changed: the finding lists the places.

## Numerics
With two softmaxes over C classes the loss of one element lies between log(e + C - 1) - 1 and log(e + C - 1): for ten
classes between 1.4612 and 2.4612, where the right loss starts at 0. At uniform logits the gradient is exactly 1/C of the
right one.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html>
- <https://github.com/pytorch/pytorch/issues/55902>
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
    """Yields a finding for a softmax's output that reaches a cross entropy."""
    match site:
        case LossSite() if certain_code(site) == "BCE111":
            yield Finding(
                f"{loss(site)} expects logits but gets {got(site, 'a softmax')}; the loss applies a log-softmax itself",
                input_labels(site),
                fix=FixIntent(Change.DROP, site),
            )


RULE = Rule("BCE111", "softmax-before-cross-entropy", check, __doc__, precedence=Precedence.WRONG_INPUT)
