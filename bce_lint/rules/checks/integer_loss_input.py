"""An input of integers: the loss computes none.

## What it does
Reports a loss whose input certainly holds integers or truth values: `BCELoss`, `BCEWithLogitsLoss`, `CrossEntropyLoss`, `NLLLoss`,
`KLDivLoss`, `CTCLoss`, `HuberLoss` and the losses of margins for classes, with their functions. Where the target is certainly a
model's output, [BCE202](BCE202.md) speaks of the exchanged arguments instead.

## Why is this bad?
None of these losses has a kernel for integers, whatever the target is. It raises:

    NotImplementedError: "log_softmax_lastdim_kernel_impl" not implemented for 'Long'
    NotImplementedError: "log_sigmoid_cpu" not implemented for 'Long'

Most often the classes that a model decided on are given in place of its scores, or the labels stand where the scores belong. Integers
have no gradient either: a cast to floating point makes the call compute, and nothing is learnt.

## Example
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)


def training_loss(x, y):
    predicted = model(x).argmax(dim=1)
    return F.cross_entropy(predicted, y)
```

## Use instead
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)


def training_loss(x, y):
    return F.cross_entropy(model(x), y)
```
This is right because the loss gets the scores of all classes, which are floating point and have a gradient.

## Fix safety
There is no automatic fix: which value was meant cannot be told.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import LossSite, Site
from bce_lint.catalog.losses import FLOATING_INPUT
from bce_lint.rules.dtypes import is_integer
from bce_lint.rules.messages import INPUT_GIVEN, dtypes, given, loss, origins, way
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when every input that can arrive holds integers or truth values."""
    match site:
        case LossSite(input=(first, *_)) if site.contract.name in FLOATING_INPUT and all(is_integer(t.dtype) for t in site.input):
            made = origins(site.input) + dtypes(site.input)
            yield Finding(
                f"{loss(site)} expects a floating point input but gets `{first.dtype}`, which raises an error",
                made + given(INPUT_GIVEN, site.input_place, made) + way(site),
            )


RULE = Rule("BCE305", "integer-loss-input", check, __doc__, subject=Subject.TARGET)
