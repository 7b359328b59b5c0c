"""A `# noqa` comment that names a rule of bce-lint and silences nothing of it. Off by default.

## What it does
Reports a code of bce-lint in a `# noqa: …` comment where no finding of that code lies, or where no rule has such a code. Only what is
certain is reported: a rule that is not selected, or that speaks at run time alone, may have a finding there; so may a file that was
not analysed completely. `# noqa` without a code and `# flake8: noqa` are not judged, and neither are the codes of other tools.

## Why is this bad?
A comment that outlives its finding hides the next one: whoever brings the mistake back is not told.

## Example
```python
import torch
from torch import nn

net = nn.Linear(8, 1)
criterion = nn.BCEWithLogitsLoss()


def training_loss(x, y):
    return criterion(net(x), y)  # noqa: BCE103
```

## Use instead
```python
import torch
from torch import nn

net = nn.Linear(8, 1)
criterion = nn.BCEWithLogitsLoss()


def training_loss(x, y):
    return criterion(net(x), y)
```
This is right because the loss gets raw scores: there is nothing to silence.

## Fix safety
The code goes; where none is left, the comment goes with the words behind it. Codes of other tools and other comments on the line stay as
they are. Safe, as Python does not read comments. What stands in a string and is read as a comment, as flake8 reads it, is reported and
not changed.

## References
- <https://flake8.pycqa.org/en/latest/user/violations.html#in-line-ignoring-errors>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import Site
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields nothing: a comment is no site, and `bce_lint.findings` reports it."""
    yield from ()


RULE = Rule("BCE910", "unused-noqa", check, __doc__, severity="warning", default=False, subject=Subject.COMMENT, places=())
