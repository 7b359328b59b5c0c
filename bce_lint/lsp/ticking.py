"""Shows a client what a long analysis is at."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import uuid4

from lsprotocol import types
from pygls.progress import Progress

from bce_lint.lsp.worker import AnalysisThread
from bce_lint.progress import PROGRESS

_LONG: Final = 1.0
"""Seconds after which an analysis is one that somebody waits for."""
_TICK: Final = 0.25


async def watch(worker: AnalysisThread, shown: Progress) -> None:
    """Says what the analysis is at, until it is at nothing; nothing of one that is soon done."""
    waited = 0.0
    while waited < _LONG:
        await asyncio.sleep(_TICK)
        waited += _TICK
        if not worker.busy:
            return
    token = str(uuid4())
    try:
        await shown.create_async(token)
    except Exception:  # a client that says it can and cannot
        return
    shown.begin(token, types.WorkDoneProgressBegin("bce-lint", message="reading", percentage=0))
    try:
        while worker.busy:
            step = PROGRESS.step
            if step is not None and step.total:
                message = f"{step.what} {step.done + 1} of {step.total} files"
                shown.report(token, types.WorkDoneProgressReport(message=message, percentage=100 * step.done // step.total))
            await asyncio.sleep(_TICK)
    finally:
        shown.end(token, types.WorkDoneProgressEnd())
