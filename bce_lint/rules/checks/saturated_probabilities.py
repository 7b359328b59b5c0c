"""Probabilities that are exactly 0 or 1, against their targets, at a loss of probabilities.

## What it does
Says that values which reached `BCELoss` or `F.binary_cross_entropy` were exactly 0 or 1 where the target asks for something else.
Only `bce_lint.witness` reports it, from the values of a run; reading the code does not tell.

## Why is this bad?
In float32 a sigmoid is exactly 1 from a logit of about 17 on, and exactly 0 below about -104 (in float16 sooner). The sigmoid's
gradient is then 0, the loss is capped at 100, and the sample that is most wrong no longer trains the model.

## Example
```python
import torch
from torch import nn

logits = torch.tensor([40.0, -1.0], requires_grad=True)
target = torch.tensor([0.0, 0.0])
loss = nn.BCELoss()(torch.sigmoid(logits), target)
```

## Use instead
```python
import torch
from torch import nn

logits = torch.tensor([40.0, -1.0], requires_grad=True)
target = torch.tensor([0.0, 0.0])
loss = nn.BCEWithLogitsLoss()(logits, target)
```
This is right because the loss works on the logits: its gradient for the first sample is 1/2, not 0.

## Fix safety
There is no automatic fix. Where the input is a sigmoid, BCE101 is reported as well and has one.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import Site, ValuesSite
from bce_lint.rules.messages import loss_name, origins
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for probabilities whose gradient was lost."""
    match site:
        case ValuesSite(lost=int() as lost) if lost:
            yield Finding(
                f"{loss_name(site.contract, site.name)} got probabilities of exactly 0 or 1 against their targets "
                f"({lost} of {site.total} values), which have no gradient",
                origins(site.input),
            )


RULE = Rule("BCE701", "saturated-probabilities", check, __doc__, severity="warning", witness=True)
