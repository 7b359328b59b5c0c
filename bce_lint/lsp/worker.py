"""One thread that does the analysis, so that requests are answered meanwhile: one task after another, the most urgent first."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from queue import PriorityQueue
from typing import Any, Final, TypeVar

from bce_lint import terminal

T = TypeVar("T")
LOG: Final = terminal.log()
ASKED, CHANGED, AROUND, WHOLE = range(4)
"""How urgent: what somebody waits for, the file that changed, the other ones that are open, and all others."""
_STACK: Final = 64 * 2**20


class AnalysisThread:
    """The thread. It does not keep the process from ending."""

    def __init__(self) -> None:
        self._tasks: PriorityQueue[tuple[int, int, Future[Any], Callable[[], Any]]] = PriorityQueue()
        self._number = count()
        self.busy = False

    def start(self) -> None:
        """Begins to work."""
        before = threading.stack_size(_STACK)
        try:
            threading.Thread(target=self._work, name="analysis", daemon=True).start()
        finally:
            threading.stack_size(before)

    def submit(self, urgency: int, task: Callable[[], T]) -> Future[T]:
        """Has a task done; one that is cancelled before it has begun is not."""
        future: Future[T] = Future()
        self._tasks.put((urgency, next(self._number), future, task))
        return future

    def ask(self, urgency: int, task: Callable[[], T]) -> asyncio.Future[T]:
        """Has a task done for somebody who waits in the loop."""
        return asyncio.wrap_future(self.submit(urgency, task))

    def _work(self) -> None:
        while True:
            _, _, future, task = self._tasks.get()
            if not future.set_running_or_notify_cancel():
                continue
            self.busy = True
            gc.disable()  # most of what an analysis makes stays: to look through it again and again finds nothing
            try:
                future.set_result(task())
            except BaseException as error:
                future.set_exception(error if isinstance(error, Exception) else RuntimeError(type(error).__name__))
            finally:
                gc.enable()
                self.busy = False
