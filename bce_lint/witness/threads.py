"""Threads that the program starts: what they compute is not watched, and their losses are noted."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from torch.overrides import TorchFunctionMode

from bce_lint.witness.construct import patched
from bce_lint.witness.here import Here, Made
from bce_lint.witness.mode import known_entry
from bce_lint.witness.places import RuntimePlaces
from bce_lint.witness.record import Recorder


class Elsewhere(TorchFunctionMode):
    """Notes the losses of a thread, and runs everything as it is: the marks of tensors belong to the thread that is watched."""

    def __init__(self, record: Recorder, places: RuntimePlaces) -> None:
        super().__init__()
        self.record, self.places = record, places

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Runs a function, and notes it if it is a loss."""
        entry = known_entry(func)
        if entry is not None and entry.contract is not None:
            self._note(entry.contract.name)
        return func(*args, **(kwargs or {}))

    def _note(self, name: str) -> None:
        here = Here(self.places, Made())
        if here.look().internal:
            return
        where = f" ({self._row(here)})" if here.look().frame is not None else ""
        self.record.note(f"{name} in another thread{where}")

    def _row(self, here: Here) -> str:
        place = here.place()
        return f"{os.path.basename(place.path)}:{self.places.sources[place.path].position(place.span.start).row}"


def following(until: ExitStack, record: Recorder, places: RuntimePlaces) -> None:
    """Notes the losses of the threads that are started until the stack is closed."""

    def starts(original: Callable[..., None]) -> Callable[..., None]:
        """The start of a thread, with what it runs noted."""
        @functools.wraps(original)
        def start(thread: threading.Thread, *args: Any, **kwargs: Any) -> None:
            """Starts a thread whose losses are noted."""
            thread.run = functools.partial(_run, thread, thread.run, record, places)  # type: ignore[method-assign]
            try:
                original(thread, *args, **kwargs)
            except BaseException:
                vars(thread).pop("run", None)
                raise

        return start

    until.enter_context(patched(threading.Thread, "start", starts))


def _run(thread: threading.Thread, run: Callable[[], None], record: Recorder, places: RuntimePlaces) -> None:
    # The thread is as it was before its own code can look at it.
    vars(thread).pop("run", None)
    with Elsewhere(record, places):
        run()
