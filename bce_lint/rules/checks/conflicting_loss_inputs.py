"""One tensor taken as logits by one loss and as probabilities by another.

## What it does
Reports a loss of probabilities whose input was, on the same path, also given to a loss of logits.

## Why is this bad?
A tensor holds one of the two. Whatever it is, one of the losses computes something else than it says: a loss of logits
applies a sigmoid or softmax to its input, a loss of probabilities does not.

## Example
```python
from torch import nn


def compare(scores, y):
    fused = nn.BCEWithLogitsLoss()(scores, y)
    plain = nn.BCELoss()(scores, y)
    return fused, plain
```

## Use instead
```python
from torch import nn


def compare(scores, y):
    fused = nn.BCEWithLogitsLoss()(scores, y)
    plain = nn.BCELoss()(scores.sigmoid(), y)
    return fused, plain
```
This is right because each loss gets what it takes: the scores are logits, and their sigmoid is a probability.

## Fix safety
There is no automatic fix: a person has to say what the tensor holds.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html>
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import LossSite, Site
from bce_lint.catalog.schema import LOGITS, Contract, Expects
from bce_lint.rules.messages import AS_LOGITS, input_labels, loss
from bce_lint.rules.precedence import Precedence
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding at the loss of probabilities when the same tensor was taken as logits."""
    match site:
        case LossSite(contract=Contract(expects=Expects.PROBABILITY), rival=(Contract(expects=expects) as rival, place)):
            if expects in LOGITS:
                yield Finding(
                    f"{loss(site)} takes its input as probabilities, but `{rival.name}` takes the same tensor as logits; "
                    "it can only be one of them",
                    ((AS_LOGITS, place), *input_labels(site)),
                )


RULE = Rule("BCE106", "conflicting-loss-inputs", check, __doc__, precedence=Precedence.CONFLICT)
