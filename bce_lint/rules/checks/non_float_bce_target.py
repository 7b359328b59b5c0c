"""An integer or boolean target for a binary cross entropy.

## What it does
Reports `BCELoss`, `BCEWithLogitsLoss` and their functions when the target certainly holds integers or truth values: integer
literals, `.long()`, `randint`, `one_hot`, a comparison. Reports `BCELoss` and its function also when the target certainly has
another floating point dtype than the input.

## Why is this bad?
These losses compute with the target, so it has to be floating point. It raises:

    RuntimeError: Found dtype Long but expected Float
    RuntimeError: result type Float can't be cast to the desired output type Long

`BCELoss` wants the input's own dtype. A float64 target, as numpy and a `DataLoader` over Python floats make it, raises with a
float32 input:

    RuntimeError: Found dtype Double but expected Float

`BCEWithLogitsLoss` takes any floating point target.

## Example
```python
import torch
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 1)


def training_loss(x):
    y = torch.tensor([[1], [0], [1]])
    return F.binary_cross_entropy_with_logits(model(x), y)
```

## Use instead
```python
import torch
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 1)


def training_loss(x):
    y = torch.tensor([[1.0], [0.0], [1.0]])
    return F.binary_cross_entropy_with_logits(model(x), y)
```
This is right because the target is floating point. For labels that come as integers, `y.float()` does it; for an input in
half precision use `y.to(input.dtype)`.

## Fix safety
A cast of the target where the loss is called: `.float()`, or the input's dtype where another one is known. Safe, since the
original raises.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html>
- <https://github.com/pytorch/pytorch/issues/2272>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import LossSite, Site
from bce_lint.catalog.schema import Target
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.dtypes import clashes, is_floating, is_integer
from bce_lint.rules.messages import dtypes, loss, target_labels
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule

_FLOATING = (Target.FLOAT, Target.FLOAT_AS_INPUT)


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when every target that can arrive holds integers or truth values, or has not the input's dtype."""
    match site:
        case LossSite(target=(first, *_)) if site.contract.target in _FLOATING and all(is_integer(t.dtype) for t in site.target):
            yield Finding(
                f"{loss(site)} expects a floating point target but gets `{first.dtype}`, which raises an error",
                target_labels(site),
                fix=FixIntent(Change.CAST_TARGET, site, _dtype(site), safe=True),
            )
        case LossSite(target=(first, *_), input=(value, *_)) if site.contract.target is Target.FLOAT_AS_INPUT and all(
            clashes(t, site) for t in site.target
        ):
            yield Finding(
                f"{loss(site)} expects a target of the input's dtype, `{value.dtype}`, but gets `{first.dtype}`, which raises an error",
                target_labels(site) + dtypes(site.input),
                fix=FixIntent(Change.CAST_TARGET, site, _dtype(site), safe=True),
            )


def _dtype(site: LossSite) -> str:
    """The dtype that the target has to have: the input's, or where that is not known float32."""
    known = {x.dtype for x in site.input}
    dtype = known.pop() if len(known) == 1 else None
    return dtype if dtype is not None and is_floating(dtype) else "float32"


RULE = Rule("BCE301", "non-float-bce-target", check, __doc__, subject=Subject.TARGET)
