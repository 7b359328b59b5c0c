"""A softmax over a dimension that cannot be the classes.

## What it does
Reports a softmax, a log-softmax or a softmin

- over a dimension that its input does not have;
- over a dimension of size 1;
- over dimension 0, the batch, when the result goes to `CrossEntropyLoss`, `NLLLoss` or a binary cross entropy.

## Why is this bad?
The first raises:

    IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)

The second returns 1 for every score (its logarithm 0), without a gradient. A model with one output wants a sigmoid. The third
lets the samples of a batch compete with each other: a sample's probability depends on which others are in its batch, and the
probabilities of its classes do not sum to 1.

## Example
```python
import torch
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 1)
p = F.softmax(model(torch.randn(4, 8)), dim=1)
loss = F.mse_loss(p, torch.rand(4, 1))
```

## Use instead
```python
import torch
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 1)
p = torch.sigmoid(model(torch.randn(4, 8)))
loss = F.mse_loss(p, torch.rand(4, 1))
```
This is right because the sigmoid is the probability of one class against the other. With several outputs use
`F.softmax(scores, dim=1)`, or no softmax at all where the loss applies one.

## Fix safety
There is no automatic fix: which dimension is meant is for a person to say.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain.shapes import least_rank, rank, size
from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.sites import ActivationSite, LossSite, Site
from bce_lint.catalog.schema import Domain
from bce_lint.rules.messages import USED, assumed, dimensions, loss, quoted, sizes
from bce_lint.rules.precedence import Subject
from bce_lint.rules.reach import rank_at
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import ACTIVATION

_OVER_A_DIM = (Domain.CATEGORICAL, Domain.LOG_CATEGORICAL)
_OF_CLASSES = ("CrossEntropyLoss", "NLLLoss", "NLLLoss2d", "BCELoss", "BCEWithLogitsLoss")


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for a dimension that is out of range or of size 1, and for the batch dimension before a loss."""
    match site:
        case ActivationSite(over=int() as dim, input=(first, *_)) if all(_out_of_range(x.shape, dim) for x in site.input):
            given = f"an input with {dimensions(rank(first.shape))}"
            yield Finding(f"{quoted(site.name)} is over dimension {dim} of {given}, which raises an error")
        case ActivationSite(over=int() as dim, input=(_, *_)) if all(size(x.shape, dim) == 1 for x in site.input):
            result = 0 if site.activation.domain is Domain.LOG_CATEGORICAL else 1
            text = f"{quoted(site.name)} is over dimension {dim}, which has size 1, so every value of the result is {result}"
            yield Finding(text, sizes("input", (size(x.shape, dim) for x in site.input)) + assumed(*site.input))
        case LossSite(input=(_, *_)) if site.contract.name in _OF_CLASSES and all(
            _over_batch(site, x) for x in site.input
        ):
            for origin in dict.fromkeys(origin for tensor in site.input for origin in tensor.origin):
                yield Finding(
                    f"{quoted(origin.place.text or origin.name)} is over dimension 0, the samples of the batch; "
                    f"{loss(site)} has the classes in another dimension",
                    ((USED, site.primary),),
                    origin.place,
                )


def _out_of_range(shape: Shape | None, dim: int) -> bool:
    known = rank(shape)
    return known is not None and not -max(known, 1) <= dim < max(known, 1)


def _over_batch(site: LossSite, tensor: Tensor) -> bool:
    """True if every softmax that may have made a tensor of several dimensions ran over the first of them."""
    several = max(rank_at(site, tensor) or 0, least_rank(tensor.shape)) >= 2
    return several and tensor.domain in _OVER_A_DIM and bool(tensor.origin) and all(o.dim == o.along == 0 for o in tensor.origin)


RULE = Rule("BCE403", "softmax-over-wrong-dim", check, __doc__, severity="warning", subject=Subject.TARGET, places=(ACTIVATION,))
