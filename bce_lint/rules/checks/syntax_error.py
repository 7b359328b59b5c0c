"""A file that is not Python, or not text.

## What it does
Says that a file could not be read as Python source: it does not parse, cannot be decoded, or holds NUL bytes.

## Why is this bad?
Nothing in the file was checked, and values could not be followed through it.

## Fix safety
There is no automatic fix.

## References
- <https://peps.python.org/pep-0263/> on source encodings
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import Site
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields nothing: the engine reports this."""
    yield from ()


RULE = Rule("BCE901", "syntax-error", check, __doc__, subject=Subject.ANALYSIS, places=())
