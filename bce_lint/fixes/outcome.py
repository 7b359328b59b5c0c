"""What fixing came to: the texts before and after, what was mended, and what could not be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bce_lint.diagnostic import Diagnostic, Unanalysed
from bce_lint.source.write import FileChange


class Outcome(NamedTuple):
    """`groups` hold the files that are to be written together, all or none; `applied` the findings that were mended, as first seen
    in their round; `left` those that remain, with their fixes; `refused` says, a line each, which fixes a gate held back;
    `unanalysed` are the functions that were not analysed completely; so many possible findings are `unshown`."""

    groups: tuple[tuple[FileChange, ...], ...]
    applied: tuple[Diagnostic, ...]
    left: tuple[Diagnostic, ...]
    refused: tuple[str, ...]
    unanalysed: tuple[Unanalysed, ...] = ()
    unshown: int = 0


def as_one(outcomes: Sequence[Outcome]) -> Outcome:
    """What several projects came to as one."""
    return Outcome(
        tuple(group for o in outcomes for group in o.groups),
        tuple(one for o in outcomes for one in o.applied),
        tuple(sorted({one for o in outcomes for one in o.left}, key=lambda d: d.sort_key)),
        tuple(line for o in outcomes for line in o.refused),
        tuple(one for o in outcomes for one in o.unanalysed),
        sum(o.unshown for o in outcomes),
    )
