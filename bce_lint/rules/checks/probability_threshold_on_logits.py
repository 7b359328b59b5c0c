"""A threshold for probabilities on a model's logits, or on what was squashed twice.

## What it does
Reports a comparison with a constant between 0 and 1, and `round`, of what is certainly logits: the layers that return the value also
feed a loss that takes logits.

It also reports such a comparison, and `round`, of a sigmoid of a sigmoid, where the range of that decides: a constant of at most 0.5,
or of 0.7311 and more.

## Why is this bad?
Logits are not confined to [0, 1], so the constant means something else: a logit of 0.5 is a probability of 0.6225. Samples with a
probability between 0.5 and 0.6225 are counted as negative, and the accuracy that is shown is too low, or the recall, while the
training is right. `round` of logits gives whole numbers such as -3 and 2, not 0 and 1.

A second sigmoid takes probabilities for logits, and gives values between 0.5 and 0.7311: `torch.sigmoid(model(x)) > 0.5` is true of
every sample if the model ends in a sigmoid of its own (but where that is exactly 0).

## Example
```python
from torch import nn

model = nn.Linear(8, 1)
criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    logits = model(x)
    accuracy = ((logits > 0.5).float() == y).float().mean()
    return criterion(logits, y), accuracy
```

## Use instead
```python
from torch import nn

model = nn.Linear(8, 1)
criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    logits = model(x)
    accuracy = ((logits > 0).float() == y).float().mean()
    return criterion(logits, y), accuracy
```
This is right because the sigmoid is above 0.5 exactly where the logit is above 0. For another threshold c compare with
log(c / (1 - c)), or write `torch.sigmoid(logits) > c`. The logits of several classes want a softmax first, or `argmax`.

## Fix safety
The threshold becomes that of the logits; a rounding gets the sigmoid before it. Unsafe: the decisions change, as they must. An array
of NumPy has no sigmoid: its rounding becomes a comparison, in its own type. A sigmoid of a sigmoid has no automatic fix: which of the
two is one too many is for a person to say.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html>
- <https://docs.pytorch.org/docs/stable/generated/torch.logit.html>
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log

from bce_lint.analysis.domain.tensor import Origin, Tensor
from bce_lint.analysis.sites import Site, ThresholdSite
from bce_lint.catalog.schema import Domain, Expects
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import APPLIED, AS_LOGITS, origins, quoted
from bce_lint.rules.reach import within_unit
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import DECISION

_LEAST, _MOST = 0.5, 1 / (1 + exp(-1))
_ALREADY = f"sigmoid already {APPLIED}"
_ONE_LESS = "take one of the two sigmoids away: the model's own where a loss or others want its logits, else the one applied last"


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding for a comparison or a rounding of logits as if they were probabilities."""
    match site:
        case ThresholdSite(input=(_, *_), takers=(taker, *_)) if (site.threshold is None or 0 < site.threshold < 1) and all(
            x.domain is Domain.LOGITS and not within_unit(x.range) for x in site.input
        ):
            over_classes = {contract.expects is Expects.CLASS_LOGITS for contract, _ in site.takers}
            yield Finding(
                f"{_done(site)}; {_instead(site.threshold) if over_classes == {False} else _needed(over_classes)}",
                ((AS_LOGITS, taker[1]), *origins(site.input)),
                fix=FixIntent(Change.THRESHOLD, site) if over_classes == {False} else None,
            )
        case ThresholdSite(input=(_, *_)) if site.threshold is None or not _LEAST < site.threshold < _MOST:
            below = [_first_sigmoid(tensor) for tensor in site.input]
            if all(below):
                yield Finding(
                    f"{_decided(site)}: the values are a sigmoid of a sigmoid, between 0.5 and 0.7311",
                    origins(site.input) + tuple((_ALREADY, origin.place) for origin in below if origin),
                    fix=FixIntent(Change.NONE, site, _ONE_LESS),
                )


def _first_sigmoid(tensor: Tensor) -> Origin | None:
    """The sigmoid below another one."""
    if not tensor.origin or any(origin.name != "sigmoid" for origin in tensor.origin):
        return None
    return next((origin for origin in tensor.inner if origin.name == "sigmoid"), None)


def _decided(site: ThresholdSite) -> str:
    if site.threshold is None:
        return f"{quoted(site.name)} rounds every value to 1"
    return f"{quoted(site.name)} comes out the same for every value"


def _done(site: ThresholdSite) -> str:
    if site.threshold is None:
        return f"{quoted(site.name)} rounds logits as if they were probabilities"
    return f"{quoted(site.name)} compares logits with {site.threshold:g}, a threshold for probabilities"


def _needed(over_classes: set[bool]) -> str:
    """The activation that logits need before they are compared: that of the losses that take them."""
    return "they need a softmax first" if over_classes == {True} else "they need the sigmoid or the softmax that their loss applies"


def _instead(threshold: float | None) -> str:
    """The same decision on logits, or the way to make it."""
    if threshold is None:
        return "the same decision on logits is `> 0`"
    return f"the same threshold on logits is `{log(threshold / (1 - threshold)):.4g}`"


RULE = Rule("BCE601", "probability-threshold-on-logits", check, __doc__, places=(DECISION,))
