"""One-hot rows of integers as the target of a cross entropy.

## What it does
Reports `CrossEntropyLoss` and `cross_entropy` when the target is certainly made by `torch.nn.functional.one_hot` and still holds
integers.

## Why is this bad?
A target of the input's shape holds class probabilities, which have to be floating point, and `one_hot` returns int64. It raises:

    RuntimeError: Expected floating point type for target with class probabilities, got Long

## Example
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)
criterion = nn.CrossEntropyLoss()


def training_loss(x, y):
    rows = F.one_hot(y, num_classes=3)
    return criterion(model(x), rows)
```

## Use instead
```python
from torch import nn

model = nn.Linear(8, 3)
criterion = nn.CrossEntropyLoss()


def training_loss(x, y):
    return criterion(model(x), y)
```
This is right because the loss takes the class indices as they are. Where rows are needed, `F.one_hot(y, num_classes=3).float()`
gives the same loss, except with a class weight and `reduction="mean"`: there rows are divided by the number of samples, indices
by the sum of their weights.

## Fix safety
`.float()` on the rows. Safe, since the original raises. Class indices (`argmax`) are the other way; with a class weight the two
give different losses.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html>
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.one_hot.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain.shapes import least_rank, rank
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.sites import LossSite, Site
from bce_lint.catalog.schema import Contract, Target
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.dtypes import is_integer
from bce_lint.rules.messages import loss, target_labels
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when every target that can arrive is one-hot rows of integers."""
    match site:
        case LossSite(contract=Contract(target=Target.CLASS_INDEX), target=(first, *_)) if all(_rows(t, site) for t in site.target):
            yield Finding(
                f"{loss(site)} expects one-hot rows in floating point but gets `{first.dtype}`, which raises an error",
                target_labels(site),
                fix=FixIntent(Change.CAST_TARGET, site, "float32", safe=True),
            )


def _rows(target: Tensor, site: LossSite) -> bool:
    """True if a target is one-hot rows of integers, and not taken as indices by an input with one dimension more."""
    known = rank(target.shape)
    indices = known is not None and any(least_rank(value.shape) == known + 1 for value in site.input)
    return target.one_hot and is_integer(target.dtype) and not indices


RULE = Rule("BCE303", "integer-one-hot-target", check, __doc__, subject=Subject.TARGET)
