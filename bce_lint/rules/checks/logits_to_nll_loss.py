"""`NLLLoss` on raw scores, where it wants log-probabilities.

## What it does
Reports an `NLLLoss` or `F.nll_loss` whose input certainly reaches above 0 and never went through a logarithm: raw layer
output, or the output of `relu` and the like.

## Why is this bad?
The loss takes no log-softmax: it picks the entry of the target class and negates it. Of raw scores that falls without bound,
so the reported loss turns negative, and the gradient is the same however right or wrong the model is.

## Example
```python
from torch import nn

model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
criterion = nn.NLLLoss()


def training_loss(x, y):
    return criterion(model(x), y)
```

## Use instead
```python
from torch import nn

model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 3))
criterion = nn.CrossEntropyLoss()


def training_loss(x, y):
    return criterion(model(x), y)
```
This is right because `CrossEntropyLoss` takes raw scores. A `nn.LogSoftmax(dim=1)` at the end of the model is right as well.

## Fix safety
`NLLLoss` becomes `CrossEntropyLoss` with the same arguments, where all who use it give it raw layer outputs. Unsafe: the
training values change, as they must.

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
    """Yields a finding for values above 0 without a logarithm that reach a negative log-likelihood."""
    match site:
        case LossSite() if certain_code(site) == "BCE122":
            yield Finding(
                f"{loss(site)} expects log-probabilities but gets {got(site, 'values above 0')}; the loss applies no log-softmax itself",
                input_labels(site),
                fix=FixIntent(Change.RETYPE, site, "CrossEntropyLoss"),
            )


RULE = Rule("BCE122", "logits-to-nll-loss", check, __doc__, precedence=Precedence.WRONG_RANGE)
