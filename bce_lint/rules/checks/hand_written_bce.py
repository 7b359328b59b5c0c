"""A binary cross entropy that is written out.

## What it does
Reports `y * log(p) + (1 - y) * log(1 - p)`, with whatever sign, weights and small constants, for tensors `p` and `y`; also where the
probabilities or the logarithms are clamped, and `torch.where(y == 1, log(p), log(1 - p))`. The logarithms inside are not reported
again. A factor that depends on `p` makes another loss of it.

## Why is this bad?
Where `p` is rounded to 0 or 1 (a sigmoid in float32 is 1 from about 17 on), one of the logarithms is minus infinity. Times a label
of 0 that is `nan`, which is in every weight after one step. Small constants added inside the logarithms keep the loss finite
but take the gradient away where the model is wrong, and are themselves rounded to 0 in float16. The written form also broadcasts:
with `p` of shape (N, 1) and `y` of shape (N,) it is taken over all pairs, where torch's own function raises.

## Example
```python
import torch


def weighted_loss(prob, target, weight):
    loss = -weight * (target * torch.log(prob) + (1 - target) * torch.log(1 - prob))
    return loss.sum() / torch.numel(target)
```

## Use instead
```python
import torch.nn.functional as F


def weighted_loss(prob, target, weight):
    return F.binary_cross_entropy(prob, target, weight=weight)
```
This is right where `prob` lies in [0, 1], which torch checks: it is one call, with each logarithm kept at -100 or above. A sum or a mean
of probabilities may leave [0, 1] by rounding, and then it raises. If `prob` is the sigmoid of something,
`F.binary_cross_entropy_with_logits` on that something is better: it needs no such limit and its gradient does not vanish. A factor on
the term of the positive labels is its `pos_weight`.

## Fix safety
The sum becomes `binary_cross_entropy_with_logits` of what a sigmoid gets that is in sight. Else, where the input certainly lies in [0, 1]
(a softmax, what is clamped, a sigmoid elsewhere), it becomes `binary_cross_entropy`, but not under CUDA autocast, which refuses that.
Elsewhere there is no fix by machine. A constant added inside the logarithms is dropped. Unsafe: the values stay the same where they
were finite, but for such constants, and torch's shape rules are stricter. A sigmoid whose output nobody else reads goes.

## Numerics
Measured with torch 2.13 in float32, for p = sigmoid(x): the loss, then its gradient by x.

| x, y | written out | with 1e-8 added | binary_cross_entropy | with_logits |
|---|---|---|---|---|
| 16, 0 | 15.942, 1 | 15.862, 0.92 | 15.942, 1 | 16, 1 |
| 17, 0 | inf, nan | 18.42, 0 | 100, 0 | 17, 1 |
| 20, 1 | nan, nan | 0, 0 | 0, 0 | 2.06e-9, 0 |
| -20, 1 | 20, -1 | 18.23, -0.17 | 20, -1 | 20, -1 |
| -100, 1 | inf, nan | 18.42, 0 | 100, 0 | 100, -1 |

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html>
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import HandWrittenSite, Site
from bce_lint.catalog.schema import Domain
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import LOGARITHM_TAKEN
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import SUM


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for a binary cross entropy that is written out."""
    match site:
        case HandWrittenSite():
            yield Finding(
                f"this {'choice' if site.chosen else 'sum'} is a binary cross entropy written by hand; {_instead(site)}",
                tuple((LOGARITHM_TAKEN, place) for place in site.logs),
                fix=FixIntent(Change.FORMULA, site),
            )


def _instead(site: HandWrittenSite) -> str:
    """The loss that may take its place."""
    if site.domain is Domain.PROBABILITY and site.unit:
        return "`F.binary_cross_entropy_with_logits` on the logits stays finite and keeps its gradient"
    condition = "" if site.unit else ", but raises an error for an input outside [0, 1]"
    return f"`F.binary_cross_entropy` stays finite{condition}"


RULE = Rule("BCE503", "hand-written-bce", check, __doc__, severity="warning", places=(SUM,))
