"""A file that was left out because of its size or depth.

## What it does
Says that a file was not analysed: it is larger than a megabyte, or an expression in it is nested or chained a thousand times.
Such files are generated, and parsing them takes long and much memory.

## Why is this bad?
Nothing in the file was checked, and values could not be followed through it.

## Fix safety
There is no automatic fix. Exclude the file, or keep data out of source files.

## References
- <https://github.com/Instagram/LibCST/issues/1178>
"""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.sites import Site
from bce_lint.rules.precedence import Subject
from bce_lint.rules.rule import Finding, Rule


def check(site: Site) -> Iterator[Finding]:
    """Yields nothing: the engine reports this."""
    yield from ()


RULE = Rule("BCE902", "too-large", check, __doc__, severity="warning", subject=Subject.ANALYSIS, places=())
