"""A loss or activation class called as if it were the function.

## What it does
Reports a loss class such as `nn.BCEWithLogitsLoss` whose constructor is given the model's output and the target, and an
activation class such as `nn.Softmax` whose constructor is given a tensor.

## Why is this bad?
The constructor makes the loss object and takes options only: `nn.BCEWithLogitsLoss(output, target)` passes the output as
`weight` and the target as `size_average`. With a target of more than one element that fails at once, with an error that says
nothing of the cause:

    RuntimeError: Boolean value of Tensor with more than one value is ambiguous

It does not fail with a target of one element (a last batch of one): then a loss object is built whose reduction depends on
the target's value, and the error comes later, as `'CrossEntropyLoss' object has no attribute 'backward'`, or never.
`nn.Softmax(x)` takes the tensor as `dim` and says nothing until it is used.

## Example
```python
from torch import nn

model = nn.Linear(8, 1)


def training_loss(x, y):
    output = model(x)
    return nn.BCEWithLogitsLoss(output, y)
```

## Use instead
```python
from torch import nn

model = nn.Linear(8, 1)


def training_loss(x, y):
    output = model(x)
    return nn.BCEWithLogitsLoss()(output, y)
```
This is right because the first pair of parentheses makes the loss and the second computes it. The functional form
`F.binary_cross_entropy_with_logits(output, y)` is the same. A weight tensor does belong into the constructor.

## Fix safety
The missing pair of parentheses is added; keywords of the constructor stay with it. Safe where the object is seen in use as the
loss's value, since the original cannot run; else unsafe, since torch takes tensors of one element.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html>
- <https://github.com/Lightning-AI/pytorch-lightning/issues/501>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import ConstructorSite, Site
from bce_lint.catalog.schema import Activation, Contract
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import Labels, quoted
from bce_lint.rules.precedence import Precedence, Subject
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import CONSTRUCTOR

_SHOWN = 2


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for a constructor that was given tensors it has no use for."""
    match site:
        case ConstructorSite(subject=subject):
            fix = FixIntent(Change.CALL, site, safe=site.used_as_tensor is not None)
            message = f"{quoted(site.name)} is a class, called here as if it were {_meant(subject)}: {site.reason}"
            yield Finding(message, _use(site), fix=fix)


def _meant(subject: Contract | Activation) -> str:
    kind = "the loss" if isinstance(subject, Contract) else "the function"
    names = [param.name for param in subject.init or ()]
    shown = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
    return f"{kind} (its constructor takes {f'`{shown}`' if shown else 'nothing'})"


def _use(site: ConstructorSite) -> Labels:
    return (("used as a tensor here", site.used_as_tensor),) if site.used_as_tensor else ()


RULE = Rule(
    "BCE201", "class-called-as-function", check, __doc__, precedence=Precedence.CONSTRUCTOR, subject=Subject.CALL, places=(CONSTRUCTOR,)
)
