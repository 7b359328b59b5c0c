"""What is in hand, on the terminal of whoever waits longer than a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from bce_lint import terminal
from bce_lint.progress import LINTING, PROGRESS, TICKER, InHand
from bce_lint.report.paths import shown

if TYPE_CHECKING:
    from threading import Event

PATIENCE: Final = 1.0
"""Seconds after which something is said."""
_PAUSE: Final = 0.1


@contextmanager
def ticking(quiet: bool) -> Iterator[None]:
    """Shows meanwhile what the run is at, in one line of standard error that goes away; not where that is no terminal."""
    if quiet or not terminal.is_terminal(error=True):
        yield
        return
    from threading import Event, Thread

    over = Event()
    ticker = Thread(target=_tick, args=(over,), daemon=True, name=TICKER)
    ticker.start()
    try:
        yield
    finally:
        over.set()
        ticker.join()


def _tick(over: Event) -> None:
    pause = PATIENCE
    while not over.wait(pause):
        pause = _PAUSE
        if (step := PROGRESS.step) is not None:
            terminal.status(f"bce-lint: {said(step)}")
    terminal.status("")


def said(step: InHand) -> str:
    """A step in words: how many files are done of all, or projects, and what is in hand."""
    things = "projects" if step.what == LINTING else "files"
    return f"{step.done} of {step.total} {things} done, {step.what} {shown(step.path)}"
