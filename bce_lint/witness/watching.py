"""Watches what runs in a `with` block."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final

import torch

from bce_lint.rules.registry import default_codes
from bce_lint.witness import threads
from bce_lint.witness.construct import Constructors, patched
from bce_lint.witness.here import Made
from bce_lint.witness.marks import Marks
from bce_lint.witness.mode import Mode, Stop
from bce_lint.witness.places import RuntimePlaces, look
from bce_lint.witness.record import Recorder
from bce_lint.witness.report import Report
from bce_lint.witness.sites import Sites
from bce_lint.witness.steps import Stack, Steps

SCRIPTED: Final = "what runs inside torch.jit (scripted or traced code)"
REPLICAS: Final = "what runs in the threads of a DataParallel's replicas"
COMPILED: Final = "what torch.compile compiled: this torch cannot be told to run it as it is written"


@contextmanager
def watching(sample: int = 1, steps: int | None = None, codes: frozenset[str] | None = None) -> Iterator[Report]:
    """See `bce_lint.witness.watch`; `steps` ends the run after so many loss calls, by `Stop`."""
    if sample < 1:
        raise ValueError(f"sample is one step in so many, 1 or more, not {sample}")
    record, places, marks, made = (
        Recorder(default_codes() if codes is None else codes),
        RuntimePlaces(look(sys._getframe()).frame),
        Marks(),
        Made(),
    )
    report = Report(record, places, sample)
    mode = Mode(marks, Sites(marks, record), places, made, steps)
    stack = Stack(mode)
    following = Steps(stack, sample)
    with ExitStack() as until:
        until.callback(lambda: setattr(report, "steps", (following.watched, following.total)))
        Constructors(marks, record, places, made).watching(until)
        following.watching(until)
        _blind_spots(until, record)
        threads.following(until, record, places)
        _run_eagerly(until, record)
        until.callback(stack.take)
        stack.put()
        with _ending(report):
            yield report


@contextmanager
def _ending(report: Report) -> Iterator[None]:
    """Notes what ends a run before its end; `SystemExit` may be how it ends."""
    try:
        yield
    except Stop:
        report.ended_by = "--steps"
        raise
    except (Exception, KeyboardInterrupt) as error:
        report.ended_by = type(error).__name__
        raise


def _blind_spots(until: ExitStack, record: Recorder) -> None:
    """Notes what runs out of sight: the mode is blind in scripted code and in other threads."""
    noted = functools.partial(_noted, record)
    until.enter_context(patched(torch.jit, "script", noted(SCRIPTED)))
    until.enter_context(patched(torch.jit, "trace", noted(SCRIPTED)))
    until.enter_context(patched(torch.jit.ScriptModule, "__call__", noted(SCRIPTED)))
    until.enter_context(patched(sys.modules["torch.nn.parallel.data_parallel"], "parallel_apply", noted(REPLICAS)))


def _noted(record: Recorder, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        """A function that is noted when it is called."""
        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            """The call, noted."""
            record.note(text)
            return original(*args, **kwargs)

        return call

    return wrap


def _run_eagerly(until: ExitStack, record: Recorder) -> None:
    """Compiled models run as they are written. The compiler is told so only once it is there: to load it takes seconds."""

    def tell() -> None:
        """Tells the compiler, or that it cannot be told."""
        if hasattr(torch.compiler, "set_stance"):
            until.enter_context(torch.compiler.set_stance("force_eager"))
        else:
            record.note(COMPILED)

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        """A function behind which the compiler is told."""
        told = threading.Event()

        @functools.wraps(original)
        def compiled(*args: Any, **kwargs: Any) -> Any:
            """The call, and what comes of it."""
            result = original(*args, **kwargs)
            if not told.is_set() and "torch._dynamo" not in known:
                told.set()
                tell()
            return result

        return compiled

    known = {"torch._dynamo"} & set(sys.modules)
    if known:
        tell()
    until.enter_context(patched(torch, "compile", wrap))
