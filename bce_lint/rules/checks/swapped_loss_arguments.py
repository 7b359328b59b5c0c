"""The target given as the input of a loss, and the model's output as its target.

## What it does
Reports a loss whose first argument is certainly labels (integer or boolean data, `argmax`, one-hot rows, a data set's target)
and whose second is certainly a model's output; and a `KLDivLoss` whose first argument is certainly probabilities and whose second
their logarithms, unless `log_target=True`.

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

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.sites import LossSite, Site
from bce_lint.catalog.schema import Contract, Domain, Expects, Target
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.dtypes import is_integer
from bce_lint.rules.messages import dtypes, got, loss, origins, source, target_labels, way
from bce_lint.rules.precedence import Precedence
from bce_lint.rules.reach import in_log_space, in_unit
from bce_lint.rules.rule import Finding, Rule

_OUTPUTS = frozenset(Domain) - {Domain.UNKNOWN, Domain.LABEL}


def check(site: Site) -> Iterator[Finding]:
    """Yields a finding when labels come first and a model's output second, or probabilities first and logarithms second."""
    match site:
        case LossSite(input=(_, *_), target=(output, *_)) if _is_ordered(site.contract):
            if all(map(_labels, site.input)) and all(map(_output, site.target)):
                yield Finding(
                    f"{loss(site)} expects the model's output first and the target second, "
                    f"but gets labels first and {source(output.first, 'the output')} second",
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


def _labels(tensor: Tensor) -> bool:
    return tensor.domain is Domain.LABEL or (not tensor.model and is_integer(tensor.dtype))


def _output(tensor: Tensor) -> bool:
    return tensor.model and tensor.domain in _OUTPUTS


RULE = Rule("BCE202", "swapped-loss-arguments", check, __doc__, precedence=Precedence.SWAPPED)
