"""A log-softmax in front of `CrossEntropyLoss`, which applies one itself.

## What it does
Reports a `CrossEntropyLoss` or `F.cross_entropy` whose input is certainly the output of a log-softmax over the class
dimension.

## Why is this bad?
The log-softmax of a log-softmax is the same again, so the values are right and the work is done twice. It usually shows that
the model was written for `NLLLoss`, and whoever reads it has to work out that no harm is done.

## Example
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)
criterion = nn.CrossEntropyLoss()


def training_loss(x, y):
    scores = F.log_softmax(model(x), dim=1)
    return criterion(scores, y)
```

## Use instead
```python
from torch import nn

model = nn.Linear(8, 3)
criterion = nn.CrossEntropyLoss()


def training_loss(x, y):
    return criterion(model(x), y)
```
This is right because `CrossEntropyLoss` is the log-softmax and `NLLLoss` in one. (Keeping the log-softmax and using
`NLLLoss` is right as well.)

## Fix safety
The log-softmax goes. Safe where its output has no user but the loss and both stand in one function; else unsafe, since a
function returns other numbers. Everyone who uses the activation's output is looked for first: a value with other users in the
function stays as it is for them (the loss gets what the activation got), other functions of the project get the activation
where they use the output, and where a user cannot be followed nothing is changed: the finding lists the places.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html>
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
    """Yields a finding for log-softmax output that reaches a cross entropy."""
    match site:
        case LossSite() if certain_code(site) == "BCE113" and all(over_classes(site, x) for x in site.input):
            yield Finding(
                f"{loss(site)} expects logits but gets {got(site, 'a log-softmax')}; "
                "the loss applies a log-softmax itself, so this one changes nothing",
                input_labels(site),
                fix=FixIntent(Change.DROP, site, safe=True),
            )


RULE = Rule("BCE113", "log-softmax-before-cross-entropy", check, __doc__, severity="warning", precedence=Precedence.REDUNDANT)
