"""Targets outside [0, 1] at a binary cross entropy.

## What it does
Says that the targets which reached `BCELoss`, `BCEWithLogitsLoss` or their functions were not all between 0 and 1.
Only `bce_lint.witness` reports it, from the values of a run; reading the code does not tell.

## Why is this bad?
A binary cross entropy is made for probabilities. With targets of -1 and 1, or of 0 and 255, `BCEWithLogitsLoss` does not raise: it is
unbounded below, and training drives the logits to infinity.

## Example
```python
import torch
from torch import nn

logits = torch.zeros(2, requires_grad=True)
target = torch.tensor([-1.0, 1.0])
loss = nn.BCEWithLogitsLoss()(logits, target)
```

## Use instead
```python
import torch
from torch import nn

logits = torch.zeros(2, requires_grad=True)
target = torch.tensor([0.0, 1.0])
loss = nn.BCEWithLogitsLoss()(logits, target)
```
This is right because each target is the probability of the positive class.

## Fix safety
There is no automatic fix: `(target + 1) / 2` is meant for labels of -1 and 1 (or `SoftMarginLoss`), `target / 255` for images.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import Site, ValuesSite
from bce_lint.rules.messages import loss_name
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for targets that are no probabilities."""
    match site:
        case ValuesSite(beyond=(low, high)):
            yield Finding(
                f"{loss_name(site.contract, site.name)} expects targets between 0 and 1 but got values from {low:g} to {high:g}",
            )


RULE = Rule("BCE702", "target-out-of-range", check, __doc__, witness=True, subject=Subject.TARGET)
