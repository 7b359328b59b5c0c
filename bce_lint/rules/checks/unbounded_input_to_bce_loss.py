"""`BCELoss` on values that leave [0, 1].

## What it does
Reports a `BCELoss` or `F.binary_cross_entropy` whose input certainly is no probability: raw layer output, log-probabilities,
the output of `tanh`, `relu` and the like.

## Why is this bad?
The loss takes the logarithm of its input and of one minus it. Outside [0, 1] torch raises
`RuntimeError: all elements of input should be between 0 and 1` on the CPU and fails an assertion on a GPU, as soon as a value
leaves the interval; until then the numbers mean nothing.

## Example
```python
from torch import nn

model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.BCELoss()


def training_loss(x, y):
    return criterion(model(x), y)
```

## Use instead
```python
from torch import nn

model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.BCEWithLogitsLoss()


def training_loss(x, y):
    return criterion(model(x), y)
```
This is right because the raw output of the last layer is a logit, and that is what this loss takes.

## Fix safety
For raw layer outputs the loss becomes the with-logits one, where all who use it give it such. Unsafe: something else is
computed, as it must. For `tanh` and `relu` the last activation is usually the mistake, so they are left for a person.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html>
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
    """Yields a finding for values outside [0, 1] that reach a loss of probabilities."""
    match site:
        case LossSite() if certain_code(site) == "BCE105":
            yield Finding(
                f"{loss(site)} expects probabilities but gets {got(site, 'a tensor')}, which is not confined to [0, 1]; "
                "the loss raises an error for a value outside",
                input_labels(site),
                fix=FixIntent(Change.RETYPE, site, site.contract.fused_with or ""),
            )


RULE = Rule("BCE105", "unbounded-input-to-bce-loss", check, __doc__, precedence=Precedence.WRONG_RANGE)
