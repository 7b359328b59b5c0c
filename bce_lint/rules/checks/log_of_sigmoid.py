"""The logarithm of a sigmoid, or of one minus a sigmoid, in two steps.

## What it does
Reports `torch.log(torch.sigmoid(x))`, `torch.log(1 - torch.sigmoid(x))` and every other logarithm of what is certainly the output
of a sigmoid, also with a small constant added. Clamped probabilities are left alone, and logarithms that nobody asks for a
gradient: of what is detached, under `torch.no_grad()`, and those that are only compared, sorted, written to a log, or put into a dict
under a key that is not picked.

## Why is this bad?
The sigmoid of a large negative number is rounded to 0, that of a moderately large positive one to 1, so that one minus it is 0.
The logarithm is then minus infinity and the gradient `nan`. A constant that is added keeps the result finite but caps it, takes the
gradient away where the model is wrong, and is itself rounded to 0 in float16.

## Example
```python
import torch
from torch import nn

discriminator = nn.Linear(8, 1)


def generator_loss(fake):
    return -torch.log(torch.sigmoid(discriminator(fake)) + 1e-8).mean()
```

## Use instead
```python
import torch.nn.functional as F
from torch import nn

discriminator = nn.Linear(8, 1)


def generator_loss(fake):
    return -F.logsigmoid(discriminator(fake)).mean()
```
This is right because `logsigmoid` is the same function, computed without rounding to 0. The logarithm of `1 - sigmoid(x)` is
`F.logsigmoid(-x)`.

## Fix safety
The pair becomes `logsigmoid(±x)`. Safe: the same values up to rounding, and finite ones where they were infinite. With a
constant added the values change, so it is unsafe. A sigmoid whose output is read by such logarithms alone goes.

## Numerics
Measured with torch 2.13 in float32:

| x | log(sigmoid(x)) | its gradient | with 1e-8 added | its gradient | logsigmoid(x) | its gradient |
|---|---|---|---|---|---|---|
| -20 | -20 | 1 | -18.23 | 0.17 | -20 | 1 |
| -88 | -88 | 1 | -18.42 | 6.1e-31 | -88 | 1 |
| -90 | -inf | nan | -18.42 | 0 | -90 | 1 |

| x | log(1 - sigmoid(x)) | its gradient | with 1e-8 added | its gradient | logsigmoid(-x) | its gradient |
|---|---|---|---|---|---|---|
| 15 | -14.84 | -1 | -14.82 | -0.97 | -15 | -1 |
| 17 | -inf | nan | -18.42 | 0 | -17 | -1 |

In float16 it happens at -18 and at 9, with 1e-8 added or without.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import LogSite, Site
from bce_lint.catalog.schema import Domain
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import logarithm, origins, source
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import LOGARITHM


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for a logarithm of what is certainly a sigmoid's output, or one minus it."""
    match site:
        case LogSite(input=(first, *_)) if all(x.domain is Domain.PROBABILITY for x in site.input) and site.grad:
            of, instead = ("1 minus ", "logsigmoid(-x)") if site.complement else ("", "logsigmoid(x)")
            fix = FixIntent(Change.LOG, site, "logsigmoid", safe=not site.eps)
            yield Finding(logarithm(site, of + source(first.first, "a sigmoid"), instead), origins(site.input), fix=fix)


RULE = Rule("BCE502", "log-of-sigmoid", check, __doc__, severity="warning", places=(LOGARITHM,))
