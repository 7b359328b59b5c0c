"""A softmax that leaves its dimension to torch.

## What it does
Reports `nn.Softmax()`, `F.softmax(x)`, their log forms and `softmin` when no `dim` is given.

## Why is this bad?
torch then chooses by the number of dimensions: 0 for inputs of zero, one or three dimensions, else 1. For a batch of
sequences (three dimensions) that is a softmax over the batch. torch warns that the choice is deprecated.

## Example
```python
from torch import nn

head = nn.Sequential(nn.Linear(8, 3), nn.Softmax())
```

## Use instead
```python
from torch import nn

head = nn.Sequential(nn.Linear(8, 3), nn.Softmax(dim=-1))
```
This is right because the dimension is the same for inputs of any rank.

## Fix safety
There is no automatic fix: which dimension is meant depends on the input.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import ActivationSite, Site
from bce_lint.catalog.schema import Activation
from bce_lint.rules.messages import quoted
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import ACTIVATION, CONSTRUCTOR


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for a softmax whose dimension torch chooses."""
    match site:
        case ActivationSite(activation=Activation(implicit_dim=True), dim="missing"):
            yield Finding(
                f"{quoted(site.name)} is given no `dim`; torch takes dimension 0 of inputs with 0, 1 or 3 dimensions, else dimension 1"
            )


RULE = Rule("BCE205", "softmax-without-dim", check, __doc__, severity="warning", subject=Subject.CALL, places=(ACTIVATION, CONSTRUCTOR))
