"""The logarithm of a softmax, in two steps.

## What it does
Reports `torch.log(F.softmax(x, dim=1))` and every other logarithm of what is certainly the output of a softmax, also with a small
constant added, and of a softmax that is written out as `exp(x) / exp(x).sum(1, keepdim=True)`. Clamped probabilities are left alone,
and logarithms that nobody asks for a gradient: of what is detached, under `torch.no_grad()`, and those that are only compared, sorted,
written to a log, or put into a dict under a key that is not picked.

## Why is this bad?
The softmax of a score far below the largest is so small that it is rounded to 0, and its logarithm is minus infinity, with `nan`
for the gradient. `log_softmax` never forms the small number. A constant that is added keeps the result finite but caps it, takes
the gradient away where the model is wrong, and is itself rounded to 0 in float16.

## Example
```python
import torch
import torch.nn.functional as F


def entropy(scores):
    p = F.softmax(scores, dim=1)
    return -(p * torch.log(p)).sum(dim=1)
```

## Use instead
```python
import torch
import torch.nn.functional as F


def entropy(scores):
    log_p = F.log_softmax(scores, dim=1)
    return -(log_p.exp() * log_p).sum(dim=1)
```
This is right because `log_softmax` is the same function, computed without overflow. If it is for a loss, `F.cross_entropy` on the
scores takes the log-softmax itself.

## Fix safety
The pair becomes `log_softmax` with the same dimension, in the spelling of the softmax; where none is given, with the one that torch
takes, if that is known. Safe: the same values up to rounding, and finite ones where they were infinite. With a constant added the values
change, so it is unsafe. A softmax whose output is read by such logarithms alone goes.

## Numerics
Measured with torch 2.13 in float32, for the first of two scores:

| scores | log of softmax | its gradient | with 1e-8 added | its gradient | log_softmax | its gradient |
|---|---|---|---|---|---|---|
| 0, 50 | -50 | 1 | -18.42 | 1.9e-14 | -50 | 1 |
| 0, 100 | -99.98 | nan | -18.42 | 3.8e-36 | -100 | 1 |
| 0, 104 | -inf | nan | -18.42 | 0 | -104 | 1 |

In float16 the scores 0 and 20 are enough: the logarithm of the softmax is -inf, with 1e-8 added or without; `log_softmax` is -20.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.sites import LogSite, Site
from bce_lint.catalog.schema import Domain
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import logarithm, origins, source
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import LOGARITHM


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for a logarithm of what is certainly a softmax's output."""
    match site:
        case LogSite(complement=False, input=(first, *_)) if all(_is_softmax(x) for x in site.input) and site.grad:
            fix = FixIntent(Change.LOG, site, "log_softmax", safe=not site.eps)
            yield Finding(logarithm(site, source(first.first, "a softmax"), "log_softmax(x)"), origins(site.input), fix=fix)


def _is_softmax(value: Tensor) -> bool:
    """The logarithm of a Gumbel softmax is not `log_softmax` of its input."""
    return value.domain is Domain.CATEGORICAL and all(origin.name != "gumbel_softmax" for origin in value.origin)


RULE = Rule("BCE501", "log-of-softmax", check, __doc__, severity="warning", places=(LOGARITHM,))
