"""A class weight that has not the input's dtype.

## What it does
Reports the `weight` of `CrossEntropyLoss`, `NLLLoss` and `MultiMarginLoss`, and of their functions, when it certainly holds
integers or truth values, or certainly has another floating point dtype than the input. With `CrossEntropyLoss` this is reported
only where the target certainly holds class indices: with class probabilities any weight computes. The `weight` and `pos_weight`
of the binary losses may be integers.

## Why is this bad?
The losses read the weight as numbers of the input's dtype. It raises:

    RuntimeError: expected scalar type Float but found Long
    RuntimeError: expected scalar type Float but found Double

The first comes of integer literals and of counts (`torch.bincount`), the second of weights that numpy or scikit-learn computed.

## Example
```python
import torch
from torch import nn

model = nn.Linear(8, 2)
criterion = nn.CrossEntropyLoss(weight=torch.tensor([1, 5]))


def training_loss(x, y):
    return criterion(model(x), y.long())
```

## Use instead
```python
import torch
from torch import nn

model = nn.Linear(8, 2)
criterion = nn.CrossEntropyLoss(weight=torch.tensor([1.0, 5.0]))


def training_loss(x, y):
    return criterion(model(x), y.long())
```
This is right because the weight is float32, as the model's output is. For a weight that comes in another dtype, `weight.float()`
does it; for a model in another precision use `weight.to(logits.dtype)`.

## Fix safety
A cast of the weight where it is given. Safe, since the original raises.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html>
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.sites import LossSite, Site
from bce_lint.catalog.schema import Target
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.dtypes import clashes, is_floating, is_integer
from bce_lint.rules.messages import CALLED, Labels, dtypes, loss, origins, way
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import WEIGHT

_BY_INDEX = frozenset({"NLLLoss", "NLLLoss2d", "MultiMarginLoss"})
_INDICES = frozenset({"int64", "uint8"})


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when the loss refuses the dtype of every class weight that can arrive."""
    match site:
        case LossSite(weight=(first, *_)) if _takes_indices(site) and all(_refused(w, site) for w in site.weight):
            wanted = "a floating point class weight" if is_integer(first.dtype) else f"a class weight of dtype `{site.input[0].dtype}`"
            yield Finding(
                f"{loss(site)} expects {wanted} but gets `{first.dtype}`, which raises an error",
                origins(site.weight) + dtypes(site.weight) + _clashing(site) + _called(site) + way(site),
                site.weight_place or site.primary,
                _cast(site),
            )


def _takes_indices(site: LossSite) -> bool:
    """True if the loss certainly looks its weight up by class index."""
    if site.contract.target is not Target.CLASS_INDEX:
        return site.contract.name in _BY_INDEX
    return bool(site.target) and all(t.dtype in _INDICES and not t.one_hot for t in site.target)


def _refused(weight: Tensor, site: LossSite) -> bool:
    return is_integer(weight.dtype) or clashes(weight, site)


def _cast(site: LossSite) -> FixIntent | None:
    """A cast of the weight to the input's dtype; None if no loss can be computed with that."""
    given = (site.input[0].dtype if site.input else None) or "float32"
    return FixIntent(Change.CAST_WEIGHT, site, given, safe=True) if is_floating(given) else None


def _clashing(site: LossSite) -> Labels:
    """What gave the input its dtype, where the weight only has another one."""
    return () if is_integer(site.weight[0].dtype) else dtypes(site.input)


def _called(site: LossSite) -> Labels:
    return ((CALLED, site.primary),) if site.weight_place not in (None, site.primary) else ()


RULE = Rule("BCE304", "loss-weight-dtype", check, __doc__, subject=Subject.TARGET, places=(WEIGHT,))
