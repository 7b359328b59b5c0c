"""A softmax that leaves its dimension to torch.

## What it does
Reports `nn.Softmax()`, `F.softmax(x)`, their log forms and `softmin` when no `dim` is given. For `torch.softmax(x)` and `x.softmax()` it is
an error: they raise a `TypeError`.

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
Where the number of dimensions is known of all inputs that arrive, the call gets the `dim` that torch would take. Safe: the function
stays the same. What raises gets the last dimension of one or two, which is unsafe. Elsewhere there is no fix by machine: which dimension
is meant depends on the input.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain.shapes import rank
from bce_lint.analysis.sites import ActivationSite, Site
from bce_lint.catalog.schema import Activation
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import dimensions, quoted
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import ACTIVATION, CONSTRUCTOR

_RULE = "torch takes dimension 0 of inputs with 0, 1 or 3 dimensions, else dimension 1, and warns"


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for a softmax whose dimension torch chooses, and for one that raises without it."""
    match site:
        case ActivationSite(activation=Activation(implicit_dim=True), dim="missing"):
            yield Finding(
                f"{quoted(site.name)} is given no `dim`; {_taken(site)}",
                fix=FixIntent(Change.DIMENSION, site, "" if site.over is None else str(site.over), safe=True),
            )
        case ActivationSite(activation=Activation(requires_dim=True), dim="missing"):
            fix = FixIntent(Change.DIMENSION, site, _wanted(site))
            yield Finding(f"{quoted(site.name)} is given no `dim`, without which it raises a `TypeError`", fix=fix, severity="error")


def _taken(site: ActivationSite) -> str:
    """The dimension that torch takes, as far as it can be told."""
    found = {rank(t.shape) for t in site.input}
    if site.over is None or len(found) != 1 or None in found:
        return _RULE
    count = found.pop()
    batch = ", the samples of the batch," if (site.over, count) == (0, 3) and not any(t.turned for t in site.input) else ""
    return f"of an input with {dimensions(count)} torch takes dimension {site.over}{batch} and warns"


def _wanted(site: ActivationSite) -> str:
    """The dimension that must be meant: that of the values, or that of the classes."""
    found = {rank(t.shape) for t in site.input}
    return "0" if found == {1} else "1" if found == {2} else ""


RULE = Rule("BCE205", "softmax-without-dim", check, __doc__, severity="warning", subject=Subject.CALL, places=(ACTIVATION, CONSTRUCTOR))
