"""A cross entropy over a single class, which is always 0.

## What it does
Reports a `CrossEntropyLoss` or `F.cross_entropy` whose input certainly has one class only: what `nn.Linear(k, 1)` returns; and
a `LinearCrossEntropyLoss` that is made for one class.

## Why is this bad?
The softmax over one class is 1 whatever the score, so the loss is 0 and so is its gradient: the model does not learn at all, and
a loss of 0 looks like a perfect one. Only class index 0 is accepted; with the labels 0 and 1 it raises:

    IndexError: Target 1 is out of bounds.

Floating point targets of the input's shape, (N, 1), are taken for the probability of the one class: the loss is 0 whatever they are.

## Example
```python
from torch import nn

model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.CrossEntropyLoss()


def training_loss(x, y):
    return criterion(model(x), y)
```

## Use instead
```python
from torch import nn

model = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
criterion = nn.BCEWithLogitsLoss()


def training_loss(x, y):
    return criterion(model(x).squeeze(1), y.float())
```
This is right because one score is enough for a decision between two classes, if the loss is the binary one. Two outputs,
`nn.Linear(16, 2)`, with `CrossEntropyLoss` are right as well.

## Fix safety
There is no automatic fix: another loss or another number of outputs is for a person to choose.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html>
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain.shapes import differ, rank, size
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.sites import LossSite, Site
from bce_lint.catalog.schema import Contract, Target
from bce_lint.rules.dtypes import is_floating
from bce_lint.rules.messages import Labels, assumed, loss, origins, sizes, way
from bce_lint.rules.precedence import Subject
from bce_lint.rules.reach import rank_at
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when every input that can arrive has one class."""
    match site:
        case LossSite(contract=Contract(target=Target.CLASS_INDEX), input=(_, *_)) if all(
            _classes(site, x) == 1 for x in site.input
        ) and not _refused(site):
            yield Finding(
                f"{loss(site)} gets logits of a single class, so it {_value(site)}; "
                "a binary classifier with one output needs `BCEWithLogitsLoss`",
                _made(site) + assumed(*site.input),
            )


def _classes(site: LossSite, x: Tensor) -> int | None:
    """The number of classes: the size of dimension 1, or where the rank is not known what the last layer returns."""
    known, dimensions = rank(x.shape), rank_at(site, x)
    if known is not None:
        return size(x.shape, 1)
    return size(x.shape, -1 if dimensions is None else 1 - dimensions) if dimensions != 1 else None


def _made(site: LossSite) -> Labels:
    """Labels for what made the scores, and for what gave them one class, where that is another place."""
    made = sizes("input", (_classes(site, x) for x in site.input))
    known = {place.range for _, place in made}
    return tuple(one for one in origins(site.input) if one[1].range not in known) + made + way(site)


def _value(site: LossSite) -> str:
    """What comes of it: class probabilities in a shape that is not known may have another one than the input."""
    known = all(_classes(site, y) == 1 or not is_floating(y.dtype) for y in site.target)
    return "is always 0 and has no gradient" if known else "is 0 without a gradient, or raises an error for the target's shape"


def _refused(site: LossSite) -> bool:
    """True if the targets raise an error for their dtype: floating point in another shape than the input's, of which BCE302 speaks."""
    floating = bool(site.target) and all(is_floating(y.dtype) for y in site.target)
    return floating and all(differ(y.shape, x.shape) for y in site.target for x in site.input)


RULE = Rule("BCE402", "single-class-cross-entropy", check, __doc__, subject=Subject.TARGET)
