"""`KLDivLoss` on an input that is not in the log domain.

## What it does
Reports a `KLDivLoss` or `F.kl_div` whose input is certainly no log-probability: raw layer output, the output of a softmax or
sigmoid, other values in [0, 1].

## Why is this bad?
The loss computes `target * (log(target) - input)`: the input is taken as it is, so it has to be a logarithm already. Of
probabilities the result is no divergence; it is usually negative and can be lowered without the distributions meeting.

## Example
```python
import torch.nn.functional as F
from torch import nn

student = nn.Linear(8, 3)


def distillation_loss(x, teacher_p):
    p = F.softmax(student(x), dim=1)
    return F.kl_div(p, teacher_p, reduction="batchmean")
```

## Use instead
```python
import torch.nn.functional as F
from torch import nn

student = nn.Linear(8, 3)


def distillation_loss(x, teacher_p):
    log_p = F.log_softmax(student(x), dim=1)
    return F.kl_div(log_p, teacher_p, reduction="batchmean")
```
This is right because the input is a log-softmax's output. The target stays a probability unless `log_target=True`.

## Fix safety
A softmax becomes a log-softmax; other inputs are left for a person. Unsafe: the training values change, as they must. Other
users of the softmax get `.exp()` of the new value.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html>
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
    """Yields a finding for values outside the log domain that reach a KL divergence as its input."""
    match site:
        case LossSite() if certain_code(site) == "BCE131":
            yield Finding(
                f"{loss(site)} expects log-probabilities as its input but gets {got(site, 'other values')}; "
                "the loss takes no logarithm of it",
                input_labels(site),
                fix=FixIntent(Change.LOGARITHM, site),
            )


RULE = Rule("BCE131", "non-log-input-to-kl-div", check, __doc__, precedence=Precedence.WRONG_INPUT)
