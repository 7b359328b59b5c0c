"""What fixing came to: the texts before and after, what was mended, and what could not be."""

from __future__ import annotations

from typing import NamedTuple

from bce_lint.diagnostic import Diagnostic


class Changed(NamedTuple):
    """One file before and after, as bytes; `path` is as the user gave it."""

    path: str
    before: bytes
    after: bytes


class Outcome(NamedTuple):
    """`groups` hold the files that are to be written together, all or none; `applied` the findings that were mended, as first seen
    in their round; `left` those that remain, with their fixes; `refused` says, a line each, which fixes a gate held back."""

    groups: tuple[tuple[Changed, ...], ...]
    applied: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]
    refused: tuple[str, ...]
