"""Watches a training step as it runs, and says what reached each loss, with the codes and the words of the linter.

    from bce_lint import witness

    with witness.watch() as report:
        one_training_step()
    print(report.text("concise"))

This is the only part of bce-lint that sees code run, and it needs PyTorch. What it does not see, it does not call right.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bce_lint.witness.report import Report

__all__ = ["watch"]


def watch(sample: int = 1, *, select: Sequence[str] | None = None, extend_select: Sequence[str] = ()) -> AbstractContextManager[Report]:
    """Watches what the current thread runs in a `with` block; of the steps of training, one in `sample`.

    `select` and `extend_select` take codes, code prefixes and rule names; an unknown one raises `ValueError`.
    """
    from bce_lint.rules.selection import choose
    from bce_lint.witness.watching import watching

    return watching(sample, codes=choose(select, (), extend_select))
