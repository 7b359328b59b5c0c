"""A log-softmax followed by `NLLLoss`, which one loss could do. Off by default.

## What it does
Reports an `NLLLoss` or `F.nll_loss` whose input is certainly the output of a log-softmax over the class dimension.

## Why is this bad?
It is not: the pair is right, and its values and gradients are those of `CrossEntropyLoss` to the bit. Some projects want one
spelling, and the fused form leaves raw scores for other uses. That is why the rule has to be asked for by its code.

## Example
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)


def training_loss(x, y):
    return F.nll_loss(F.log_softmax(model(x), dim=1), y)
```

## Use instead
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)


def training_loss(x, y):
    return F.cross_entropy(model(x), y)
```
This is right because `F.cross_entropy` is the log-softmax and `F.nll_loss` in one.

## Fix safety
The log-softmax goes and the loss becomes `CrossEntropyLoss` with the same arguments, which keeps the values. Safe where its
output has no user but the loss and both stand in one function; else unsafe. Everyone who uses the activation's output is looked
for first: a value with other users in the function stays as it is for them (the loss gets what the activation got), other
functions of the project get the activation where they use the output, and where a user cannot be followed nothing is changed:
the finding lists the places.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import LossSite, Site
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import got, input_labels, loss
from bce_lint.rules.precedence import Precedence
from bce_lint.rules.reach import certain_code, over_classes
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for log-softmax output that reaches a negative log-likelihood."""
    match site:
        case LossSite() if certain_code(site) == "BCE123" and all(over_classes(site, x) for x in site.input):
            yield Finding(
                f"{loss(site)} gets {got(site, 'a log-softmax')}, which is right; `CrossEntropyLoss` on the logits does both at once",
                input_labels(site),
                fix=FixIntent(Change.FUSE, site, "CrossEntropyLoss", safe=True),
            )


RULE = Rule("BCE123", "log-softmax-before-nll-loss", check, __doc__, severity="warning", default=False, precedence=Precedence.REDUNDANT)
