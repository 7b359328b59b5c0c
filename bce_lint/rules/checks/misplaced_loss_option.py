"""A loss option in the wrong place, or a reduction that does not exist.

## What it does
Reports a reduction given where another option stands (`nn.KLDivLoss("batchmean")`, `CrossEntropyLoss(reduce="none")`,
`size_average="sum"`), a number that cannot be meant for `size_average` or `reduce`, and a `reduction` that the loss does not
know.

## Why is this bad?
The first parameters of the loss classes are not `reduction`. torch reads any non-empty string there as true and silently takes
the mean, whatever the string says. An unknown `reduction` is accepted by the constructor and raises when the loss is computed.

## Example
```python
from torch import nn

criterion = nn.KLDivLoss("batchmean")
```

## Use instead
```python
from torch import nn

criterion = nn.KLDivLoss(reduction="batchmean")
```
This is right because the keyword says which option is meant.

## Fix safety
A reduction in the wrong place becomes `reduction=`. Unsafe: the loss then takes another reduction than before, as it must. A
reduction that torch does not know is left for a person.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import OptionSite, Site
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import loss_name
from bce_lint.rules.options import misplaced, reductions
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import CONSTRUCTOR, OPTIONS


def check(site: Site) -> Iterator[Finding]:
    """Yields one finding for the first option of a call whose value cannot be meant for it."""
    match site:
        case OptionSite(contract=contract, options=options):
            wrong = [reason for option in options if (reason := misplaced(contract, option))]
            if wrong:
                meant = next((str(value) for _, value, _ in options if value in reductions(contract)), "")
                fix = FixIntent(Change.REDUCTION, site, meant) if meant else None
                yield Finding(f"{loss_name(contract, site.name)} is given {wrong[0]}", fix=fix)


RULE = Rule("BCE204", "misplaced-loss-option", check, __doc__, subject=Subject.CALL, places=(CONSTRUCTOR, OPTIONS))
