"""The same activation twice on the way to a loss.

## What it does
Reports a loss whose input went through a sigmoid of a sigmoid, a softmax of a softmax, or a log-softmax of a softmax, where
the loss accepts what the outer one gives. (Where it does not, the rule about that loss speaks: the loss's own activation
makes a third.)

## Why is this bad?
The outer activation gets values between 0 and 1 instead of logits. A second sigmoid gives values between 0.5 and 0.731; a
second softmax over C classes gives at most e / (e + C - 1): 0.232 for ten classes. It often comes from a model that ends in
an activation and a training loop that adds one.

## Example
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 1), nn.Sigmoid())
criterion = nn.BCELoss()


def training_loss(x, y):
    return criterion(torch.sigmoid(model(x)), y)
```

## Use instead
```python
from torch import nn

model = nn.Sequential(nn.Linear(8, 1), nn.Sigmoid())
criterion = nn.BCELoss()


def training_loss(x, y):
    return criterion(model(x), y)
```
This is right because the activation is applied once. (BCE101 then proposes the with-logits form.)

## Fix safety
The first of the two goes. Unsafe: the training values change, as they must. Everyone who uses the activation's output is looked
for first: a value with other users in the function stays as it is for them (the loss gets what the activation got), other
functions of the project get the activation where they use the output, and where a user cannot be followed nothing is changed:
the finding lists the places.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html>
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.Softmax.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain.tensor import Origin, Tensor
from bce_lint.analysis.sites import LossSite, Site
from bce_lint.catalog.schema import Domain, Expects
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import APPLIED, got, loss, origins, quoted, way
from bce_lint.rules.precedence import Precedence
from bce_lint.rules.rule import Finding, Rule

_TWICE = {
    Domain.PROBABILITY: (Domain.PROBABILITY, frozenset({Expects.PROBABILITY})),
    Domain.CATEGORICAL: (Domain.CATEGORICAL, frozenset({Expects.PROBABILITY})),
    Domain.LOG_CATEGORICAL: (
        Domain.CATEGORICAL,
        frozenset({Expects.LOG_PROBABILITIES, Expects.KL_LOG_PROBABILITIES, Expects.CLASS_LOGITS}),
    ),
}


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when every value that can arrive went through the same activation twice."""
    match site:
        case LossSite():
            inner = [_inner(tensor, site.contract.expects) for tensor in site.input]
            if inner and inner[0] and all(inner):
                yield Finding(
                    f"{loss(site)} gets {got(site, 'an activation')}, applied to what is already "
                    f"the output of {quoted(inner[0].place.text or inner[0].name)}; one of the two is too many",
                    origins(site.input) + tuple((_below(o), o.place) for o in inner if o) + way(site),
                    fix=FixIntent(Change.DROP_INNER, site),
                )


def _inner(tensor: Tensor, expects: Expects) -> Origin | None:
    below, accepting = _TWICE.get(tensor.domain, (None, frozenset[Expects]()))
    if expects not in accepting:
        return None
    return next((origin for origin in tensor.inner if origin.domain is below and _same_dim(origin, tensor.first)), None)


def _same_dim(inner: Origin, outer: Origin | None) -> bool:
    if outer is None or inner.dim is None or outer.dim is None or inner.along is None or outer.along is None:
        return True
    return inner.along == outer.along or (inner.along < 0) != (outer.along < 0)


def _below(origin: Origin) -> str:
    return f"{origin.domain.value} already {APPLIED}"


RULE = Rule("BCE107", "activation-applied-twice", check, __doc__, precedence=Precedence.TWICE)
