"""A softmax in front of `BCEWithLogitsLoss`, which applies a sigmoid itself.

## What it does
Reports a `BCEWithLogitsLoss` or `F.binary_cross_entropy_with_logits` whose input is certainly the output of a softmax or
of a log-softmax.

## Why is this bad?
The loss takes the sigmoid of its input. Of a softmax's output, that is between 0.5 and 0.731: no class can be ruled out and
none can be certain. Of a log-softmax's output it is at most 0.5.

## Example
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 5)


def training_loss(x, y):
    p = F.softmax(model(x), dim=1)
    return F.binary_cross_entropy_with_logits(p, y)
```

## Use instead
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 5)


def training_loss(x, y):
    return F.binary_cross_entropy_with_logits(model(x), y)
```
This is right for independent labels: each raw score is a logit of its own. Where exactly one class holds, use
`F.cross_entropy` on the raw scores instead.

## Fix safety
The softmax goes, unless single classes are picked out of it. Unsafe: the training values change, as they must. Everyone who
uses the activation's output is looked for first: a value with other users in the function stays as it is for them (the loss
gets what the activation got), other functions of the project get the activation where they use the output, and where a user
cannot be followed nothing is changed: the finding lists the places.

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
    """Yields a finding for a softmax's output that reaches a loss of logits."""
    match site:
        case LossSite() if certain_code(site) == "BCE104":
            yield Finding(
                f"{loss(site)} expects logits but gets {got(site, 'a softmax')}; the loss applies a sigmoid itself",
                input_labels(site),
                fix=FixIntent(Change.DROP, site),
            )


RULE = Rule("BCE104", "softmax-before-bce-with-logits", check, __doc__, precedence=Precedence.WRONG_INPUT)
