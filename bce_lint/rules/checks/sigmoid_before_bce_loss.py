"""A sigmoid in front of `BCELoss`, where one loss could do both.

## What it does
Reports a `BCELoss` or `F.binary_cross_entropy` whose input is certainly a sigmoid's output.

## Why is this bad?
The pair is right on paper and weak in floating point: the sigmoid rounds to exactly 0 or 1, the logarithm of that is
clamped at -100, and the gradient is 0 there, so a confident wrong prediction is never unlearned. Under CUDA autocast
the pair raises (BCE102). `BCEWithLogitsLoss` takes the logits and has none of this.

## Example
```python
import torch
from torch import nn

model = nn.Linear(8, 1)
criterion = nn.BCELoss()


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
This is right because `BCEWithLogitsLoss` computes the sigmoid and the logarithm together, from the logits.

## Fix safety
The sigmoid goes and the loss becomes the with-logits one with the same arguments. Safe where the sigmoid's output has no user
but the loss, both stand in one function and nothing in it names an infinity: minus infinity among the logits (`masked_fill`)
gives NaN with `BCEWithLogitsLoss`. Else unsafe. Everyone who uses the activation's output is looked for first: a value with
other users in the function stays as it is for them (the loss gets what the activation got), other functions of the project get
the activation where they use the output, and where a user cannot be followed nothing is changed: the finding lists the places.

## Numerics
One logit, target 0, float32. With the sigmoid outside, the loss jumps to 100 and its gradient to 0 once the sigmoid has
rounded to 1, at a logit of 16.64:

| logit | BCELoss(sigmoid) | its gradient | BCEWithLogitsLoss | its gradient |
|---|---|---|---|---|
| 5 | 5.0067 | 0.9933 | 5.0067 | 0.9933 |
| 16 | 15.9424 | 1.0000 | 16.0000 | 1.0000 |
| 17 | 100.0000 | 0.0000 | 17.0000 | 1.0000 |
| 50 | 100.0000 | 0.0000 | 50.0000 | 1.0000 |

The values are not identical below that either: float32 leaves the default tolerance at a logit of about 5.7. In half
precision the sigmoid rounds to 1 from 8.33 (float16) or 6.25 (bfloat16).

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html>
- <https://github.com/pytorch/pytorch/issues/49844>
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
    """Yields a finding for a sigmoid's output that reaches a loss of probabilities."""
    match site:
        case LossSite() if certain_code(site) == "BCE101":
            yield Finding(
                f"{loss(site)} gets {got(site, 'a sigmoid')}, which has no gradient where it is rounded to 0 or 1; "
                "`BCEWithLogitsLoss` on the logits is the same loss without that",
                input_labels(site),
                fix=FixIntent(Change.FUSE, site, site.contract.fused_with or "", safe=True),
            )


RULE = Rule("BCE101", "sigmoid-before-bce-loss", check, __doc__, severity="warning", precedence=Precedence.REDUNDANT)
