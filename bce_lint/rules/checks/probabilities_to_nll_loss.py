"""`NLLLoss` on probabilities, where it wants their logarithms.

## What it does
Reports an `NLLLoss` or `F.nll_loss` whose input is certainly between 0 and 1: the output of a softmax or a sigmoid, a
clamped value, and the like.

## Why is this bad?
The loss takes no logarithm, despite its name: it picks the entry of the target class and negates it. Of probabilities that
gives minus the probability, between -1 and 0, with a gradient that shrinks exactly where the model is wrong.

## Example
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)
criterion = nn.NLLLoss()


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
This is right because `CrossEntropyLoss` takes the log-softmax itself. `F.log_softmax` with `NLLLoss` is right as well.

## Fix safety
A softmax becomes a log-softmax; other inputs are left for a person. Unsafe: the training values change, as they must. Other
users of the softmax get `.exp()` of the new value.

## Numerics
The loss of one element is -p, always in [-1, 0], and its gradient is p times the right one, where p is the probability of
the target class: a prediction that is wrong with p = 0.01 learns at a hundredth of the speed.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html>
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
    """Yields a finding for values in [0, 1] that reach a negative log-likelihood."""
    match site:
        case LossSite() if certain_code(site) == "BCE121":
            yield Finding(
                f"{loss(site)} expects log-probabilities but gets {got(site, 'values in [0, 1]')}; the loss takes no logarithm itself",
                input_labels(site),
                fix=FixIntent(Change.LOGARITHM, site),
            )


RULE = Rule("BCE121", "probabilities-to-nll-loss", check, __doc__, precedence=Precedence.WRONG_INPUT)
