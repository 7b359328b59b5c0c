"""The target given as the input of a loss, and the model's output as its target.

## What it does
Reports a loss whose first argument is certainly labels (integer or boolean data, `argmax`, one-hot rows, a data set's target)
and whose second is certainly a model's output; and a `KLDivLoss` whose first argument is certainly probabilities and whose second
their logarithms, unless `log_target=True`.

Of `BCELoss`, `BCEWithLogitsLoss`, `CrossEntropyLoss` and `NLLLoss`, and of their functions, it also reports calls whose second argument
is certainly a model's output and whose first never had a gradient (constants as `ones_like` makes them, decisions, data of NumPy or of a
data set), and calls whose first argument certainly has no gradient while the second certainly has one. With `KLDivLoss` that is
a divergence which people mean.

## Why is this bad?
The classification losses are not symmetric. Some calls raise, with an error about dtypes or dimensions that does not name
the cause; `BCELoss` takes the logarithm of the labels instead, and no gradient of use reaches the model. `KLDivLoss` takes the logarithm of
what is one already, which is `nan`; a logarithm around the first argument would leave it so.

## Example
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)


def training_loss(x, y):
    labels = y.argmax(dim=1)
    return F.cross_entropy(labels, model(x))
```

## Use instead
```python
import torch.nn.functional as F
from torch import nn

model = nn.Linear(8, 3)


def training_loss(x, y):
    labels = y.argmax(dim=1)
    return F.cross_entropy(model(x), labels)
```
This is right because torch's losses take the input first and the target second.

## Fix safety
The two change places. Unsafe: something else is computed, as it must.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain.gradient import Gradient
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.sites import TOLD_BY_GRADIENT, LossSite, Site
from bce_lint.catalog.schema import PROBABILITIES, Contract, Domain, Expects, Target
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.dtypes import is_integer
from bce_lint.rules.messages import dtypes, got, loss, origins, source, target_labels, way
from bce_lint.rules.precedence import Precedence
from bce_lint.rules.reach import in_log_space, in_unit
from bce_lint.rules.rule import Finding, Rule

_OUTPUTS = frozenset(Domain) - {Domain.UNKNOWN, Domain.LABEL}


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when labels, or what cannot be trained, come first and a model's output second, or probabilities first and
    logarithms second."""
    match site:
        case LossSite(input=(_, *_), target=(output, *_)) if _is_ordered(site.contract):
            if first := _first(site):
                yield Finding(
                    f"{loss(site)} expects the model's output first and the target second, "
                    f"but gets {first} first and {source(output.first, 'the output')} second",
                    origins(site.target) + dtypes(site.input) + way(site),
                    fix=FixIntent(Change.SWAP, site),
                )
            elif site.log_target is False and all(map(in_unit, site.input)) and all(map(in_log_space, site.target)):
                yield Finding(
                    f"{loss(site)} expects log-probabilities first and probabilities second, "
                    f"but gets {got(site, 'values in [0, 1]')} first and {source(output.first, 'logarithms')} second",
                    origins(site.input) + target_labels(site),
                    fix=FixIntent(Change.SWAP, site),
                )


def _is_ordered(contract: Contract) -> bool:
    """True if a loss treats its input and its target otherwise."""
    return contract.expects is not Expects.ANY or contract.target is Target.CLASS_INDEX


def _first(site: LossSite) -> str:
    """What stands first where the target belongs second; an empty text where that is not certain."""
    turned = all(map(_output, site.target))
    if turned and all(map(_labels, site.input)):
        return "labels"
    if site.contract.name not in TOLD_BY_GRADIENT or any(_is_distribution(one, site) for one in site.input):
        return ""
    if turned and all(one.carried is Gradient.DATA for one in site.input):
        return "constants" if all(one.literal and one.range.low == one.range.high for one in site.input) else "data"
    learns = site.trained and all(one.carried is Gradient.SOME for one in site.target)
    return "a value without gradient" if learns and all(one.carried.none for one in site.input) else ""


def _labels(tensor: Tensor) -> bool:
    return tensor.domain is Domain.LABEL or (not tensor.model and is_integer(tensor.dtype))


def _output(tensor: Tensor) -> bool:
    return tensor.model and tensor.domain in _OUTPUTS


def _is_distribution(tensor: Tensor, site: LossSite) -> bool:
    """True if data was made fit for a logarithm, which is to be taken of it: a prior, or labels that are smoothed or clipped."""
    low, high, _ = tensor.range
    return site.contract.expects in PROBABILITIES and (0.0 < low < high <= 1.0 or low == high == _EVEN)


_EVEN = 0.5
"""The probability that says nothing."""

RULE = Rule("BCE202", "swapped-loss-arguments", check, __doc__, precedence=Precedence.SWAPPED)
