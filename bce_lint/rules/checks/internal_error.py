"""bce-lint itself failed on a file or in a rule.

## What it does
Says that the analysis of a file, or one rule at one place, ended in an error of bce-lint. Other files and rules go on.

## Why is this bad?
Findings may be missing there. Please report it, with the file if you can.

## Fix safety
There is nothing to fix in the code that was read.

## References
- <https://flake8.pycqa.org/en/latest/user/violations.html> on how to silence a code
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import Site
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields nothing: the mechanism reports this."""
    yield from ()


RULE = Rule("BCE900", "internal-error", check, __doc__, subject=Subject.ANALYSIS, places=())
