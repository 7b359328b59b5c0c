"""A target of class indices in a dtype that the loss refuses.

## What it does
Reports losses that take class indices when the target certainly has a dtype that they refuse: int32, int16, int8 or bool for
`CrossEntropyLoss`, these and floating point for `NLLLoss`, all but int64 for `MultiMarginLoss` and `MultiLabelMarginLoss`, and
their functions. A floating point target of `CrossEntropyLoss` is reported only where the shapes show that it cannot hold class
probabilities, which have the input's shape.

## Why is this bad?
The losses look classes up by index, and only for one or two dtypes. It raises:

    RuntimeError: expected target dtype to be Long or Byte, but got Int
    RuntimeError: expected target dtype to be Long or Byte, but got Float
    RuntimeError: expected scalar type Long but found Byte

The second is raised for labels that are floating point, the third by `MultiMarginLoss` and `MultiLabelMarginLoss`.

## Example
```python
import numpy as np
import torch
from torch import nn

model = nn.Linear(8, 3)
criterion = nn.CrossEntropyLoss()


def training_loss(x):
    y = torch.from_numpy(np.array([0, 2, 1], dtype=np.int32))
    return criterion(model(x), y)
```

## Use instead
```python
import numpy as np
import torch
from torch import nn

model = nn.Linear(8, 3)
criterion = nn.CrossEntropyLoss()


def training_loss(x):
    y = torch.from_numpy(np.array([0, 2, 1], dtype=np.int64))
    return criterion(model(x), y)
```
This is right because the indices are int64. For labels that come in another dtype, `y.long()` does it.

## Fix safety
`.long()` on the target where the loss is called. Safe from integers and truth values, since the original raises; unsafe from
floating point, where fractions are cut off.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html>
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html>
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain.shapes import differ
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.sites import LossSite, Site
from bce_lint.catalog.dtypes import FLOATS
from bce_lint.catalog.schema import Target
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.dtypes import is_floating, is_integer
from bce_lint.rules.messages import loss, target_labels
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule

_NARROW = frozenset({"int32", "int16", "int8", "bool"})
_REFUSED = {
    Target.CLASS_INDEX: _NARROW,
    Target.INDEX_ONLY: _NARROW | FLOATS,
    Target.INT64_ONLY: _NARROW | FLOATS | {"uint8"},
}


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when the loss refuses the dtype of every target that can arrive."""
    match site:
        case LossSite(target=(first, *_)) if all(_refused(t, site) for t in site.target):
            shape = " in another shape than the input's" if site.contract.target is Target.CLASS_INDEX and is_floating(first.dtype) else ""
            yield Finding(
                f"{loss(site)} expects {site.contract.target.value} but gets `{first.dtype}`{shape}, which raises an error",
                target_labels(site),
                fix=FixIntent(Change.CAST_TARGET, site, "int64", safe=all(is_integer(t.dtype) for t in site.target)),
            )


def _refused(target: Tensor, site: LossSite) -> bool:
    """True if the loss certainly refuses a target for its dtype; one-hot rows are left to BCE303."""
    if target.one_hot:
        return False
    return target.dtype in _REFUSED.get(site.contract.target, ()) or (is_floating(target.dtype) and _no_probabilities(target, site))


def _no_probabilities(target: Tensor, site: LossSite) -> bool:
    """True if the target certainly lacks the shape of class probabilities, which only the cross entropies tie to the input's."""
    if site.contract.target is not Target.CLASS_INDEX or not site.input:
        return False
    return all(differ(target.shape, value.shape) for value in site.input)


RULE = Rule("BCE302", "non-integer-class-target", check, __doc__, subject=Subject.TARGET)
