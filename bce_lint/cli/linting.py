"""Findings, from the analysis or from what was kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bce_lint.cli.run import Run
from bce_lint.lint_result import Interrupted
from bce_lint.progress import PROGRESS
from bce_lint.report.paths import shown

if TYPE_CHECKING:
    from bce_lint.cache import Cache
    from bce_lint.lint_result import LintResult


def linted(ask: Callable[[], LintResult], kept: Cache | None) -> Run:
    """What the analysis finds, or a cache knows, as what the command comes to; of one that the user stops, what was found until then."""
    interrupted = ""
    try:
        result = ask()
    except Interrupted as stopped:
        result, interrupted = stopped.result, f"interrupted{_where()}; there may be more findings"
    reasons = () if kept is None else unkept(kept)
    run = Run(result.diagnostics, result.sources, revealed=result.revealed, unanalysed=result.unanalysed, unkept=reasons)
    afterwards = None if kept is None or interrupted else kept.settle
    return run._replace(unshown=result.unshown, interrupted=interrupted, sinks=result.sinks, afterwards=afterwards)


def unkept(kept: Cache) -> tuple[str, ...]:
    """Why findings are not kept, a line each."""
    return (
        *(f"no key for the cache, so findings are not kept: {reason}" for reason in kept.problems),
        *(f"findings are not kept in {shown(folder)}: {reason}" for folder, reason in kept.unwritten.items()),
    )


def _where() -> str:
    from bce_lint.cli.ticker import said

    return "" if PROGRESS.step is None else f": {said(PROGRESS.step)}"
