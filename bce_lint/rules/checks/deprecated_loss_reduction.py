"""The options `size_average` and `reduce`, which `reduction` has replaced.

## What it does
Reports a loss that is given `size_average` or `reduce` (by keyword or by position), or `reduction="elementwise_mean"`.

## Why is this bad?
torch warns that they will go away. Given, they override `reduction`, so a later `reduction="sum"` on the same call is
ignored without a word.

## Example
```python
from torch import nn

criterion = nn.CrossEntropyLoss(size_average=False)
```

## Use instead
```python
from torch import nn

criterion = nn.CrossEntropyLoss(reduction="sum")
```
This is right because `reduction` says all of it: `reduce=False` is `"none"`, else `size_average=False` is `"sum"`, else it is
`"mean"`.

## Fix safety
Safe: the table above keeps every value. Arguments by position behind an old option are given their names. Options that are not written as
constants are left alone.

## References
- <https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import OptionSite, Site
from bce_lint.fixes.intent import Change, FixIntent
from bce_lint.rules.messages import loss_name
from bce_lint.rules.options import OLD_MEAN, Option, is_old, misplaced, reduction
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule
from bce_lint.rules.runtime_places import CONSTRUCTOR, OPTIONS


def check(site: Site) -> Iterator[Finding]:
    """Yields one finding for the old options of a call, unless one of its options is misplaced (BCE204)."""
    match site:
        case OptionSite(options=options) if not any(misplaced(site.contract, option) for option in options):
            if old := [option for option in options if is_old(option)]:
                named = " and ".join(map(_named, old))
                meant = "" if site.handed else reduction(options)
                say = f"say `reduction={meant!r}`" if meant else "say `reduction` in its place"
                yield Finding(
                    f"{loss_name(site.contract, site.name)} is given {named}, which torch deprecates; {say}",
                    fix=FixIntent(Change.REDUCTION, site, meant, safe=True),
                )


def _named(option: Option) -> str:
    return f"`{option[0]}={OLD_MEAN!r}`" if option[0] == "reduction" else f"`{option[0]}`"


RULE = Rule("BCE203", "deprecated-loss-reduction", check, __doc__, severity="warning", subject=Subject.CALL, places=(CONSTRUCTOR, OPTIONS))
