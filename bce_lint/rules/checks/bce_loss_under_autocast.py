"""`BCELoss` inside a mixed-precision region.

## What it does
Reports a `BCELoss` or `F.binary_cross_entropy` that certainly runs under autocast on a device that bans it (cuda, xpu,
mtia), whatever its input is.

## Why is this bad?
It raises, whatever the dtype of the input, the reduction or the weight:

    RuntimeError: torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast.
    Many models use a sigmoid layer right before the binary cross entropy layer.
    In this case, combine the two layers using torch.nn.functional.binary_cross_entropy_with_logits
    or torch.nn.BCEWithLogitsLoss.  binary_cross_entropy_with_logits and BCEWithLogits are
    safe to autocast.

`.float()` on the input does not lift the ban. CPU and MPS autocast do not have it.

## Example
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 1), nn.Sigmoid())
criterion = nn.BCELoss()


def training_loss(x, y):
    with torch.autocast("cuda"):
        return criterion(model(x), y)
```

## Use instead
```python
import torch
from torch import nn

model = nn.Linear(8, 1)
criterion = nn.BCEWithLogitsLoss()


def training_loss(x, y):
    with torch.autocast("cuda"):
        return criterion(model(x), y)
```
This is right because `BCEWithLogitsLoss` takes the logits and is computed in float32 under autocast. Where the input is no
sigmoid's output (a product of probabilities, say), step out of autocast for the loss:

```python
with torch.autocast("cuda", enabled=False):
    loss = criterion(p.float(), y.float())
```

## Fix safety
Where the input is a sigmoid's output, the sigmoid goes and the loss becomes the with-logits one, as for BCE101. Any other input
has a fix for display only: a region with `enabled=False` and `.float()` are for a person to place.

## References
- <https://docs.pytorch.org/docs/stable/amp.html#prefer-binary-cross-entropy-with-logits-over-binary-cross-entropy>
- <https://github.com/pytorch/pytorch/issues/61098>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import LossSite, Site
from bce_lint.catalog.schema import Contract
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import Labels, input_labels, loss
from bce_lint.rules.precedence import Precedence
from bce_lint.rules.reach import certain_code
from bce_lint.rules.rule import Finding, Rule

ERROR = "torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast"


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for a banned loss that certainly runs under autocast."""
    match site:
        case LossSite(contract=Contract(autocast="banned"), autocast="on"):
            yield Finding(
                f"{loss(site)} runs under autocast, where torch raises `RuntimeError: {ERROR}`",
                _region(site) + input_labels(site),
                fix=_fix(site),
            )


def _fix(site: LossSite) -> FixIntent:
    if certain_code(site) == "BCE101":
        return FixIntent(Change.FUSE, site, site.contract.fused_with or "", safe=True)
    return FixIntent(Change.NONE, site, "run it in `torch.autocast(..., enabled=False)`, on `.float()` of its input and target")


def _region(site: LossSite) -> Labels:
    return (("autocast begins here", site.autocast_place),) if site.autocast_place else ()


RULE = Rule("BCE102", "bce-loss-under-autocast", check, __doc__, precedence=Precedence.AUTOCAST)
