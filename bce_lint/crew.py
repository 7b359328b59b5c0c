"""Pieces of work in processes that are forked off: each takes the next piece when it is done with one."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")
PATIENCE: Final = 10.0
"""Seconds that is waited for what processes have found which were told to stop."""


def possible(quiet_threads: Iterable[str] = ()) -> bool:
    """True if a process may be forked off safely: on Linux, outside of another pool, and with no threads around that may hold what it needs
    to go on; those with some names do not."""
    if sys.platform != "linux" or parent_process() is not None:
        return False
    return all(one.name in quiet_threads for one in threading.enumerate() if one is not threading.main_thread())


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class _Hand(NamedTuple):
    """A process, and the pipe by which it is told what to do; it is known by the one by which it tells what came of that."""

    process: BaseProcess
    todo: Connection


class Crew(Generic[T]):
    """So many processes, which end when the work is done or this process is gone. `work` is what is done with a number; `finish` is done
    behind each piece, once what came of it is told."""

    def __init__(self, size: int, work: Callable[[int], T], finish: Callable[[T], None]) -> None:
        self._work, self._finish = work, finish
        self._hands: dict[Connection, _Hand] = {}
        self._begun: list[BaseProcess] = []
        self._doing: dict[Connection, int] = {}
        context = get_context("fork")
        for _ in range(size):
            its_todo, todo = context.Pipe(duplex=False)
            told, its_told = context.Pipe(duplex=False)
            others = [todo, told, *self._hands, *(one.todo for one in self._hands.values())]
            process = context.Process(target=self._serve, args=(its_todo, its_told, others))
            with suppress(OSError):  # no more processes are to be had
                process.start()
                self._hands[told] = _Hand(process, todo)
                self._begun.append(process)
            its_todo.close()
            its_told.close()

    def results(self, todo: Iterable[int]) -> Iterator[tuple[int, T]]:
        """What comes of each number, as it is done. What a process had in hand that ended, or that none was there for, is done here."""
        waiting, left = [*reversed([*todo])], list[int]()
        for one in [*self._hands]:
            self._give(one, waiting)
        while self._doing:
            for one in self._ready(None):
                number = self._doing.pop(one)
                try:
                    found: T = one.recv()
                except (EOFError, OSError):
                    left.append(number)
                    self._dismiss(one)
                    continue
                yield number, found
                self._give(one, waiting)
        self.close()
        for number in (*left, *reversed(waiting)):
            yield number, self._work(number)

    def stopped(self) -> Iterator[tuple[int, T]]:
        """Has all processes stop, and gives what they have found of what they had in hand."""
        for one in self._doing:
            process = self._hands[one].process
            if process.pid is not None:
                with suppress(OSError):
                    os.kill(process.pid, signal.SIGINT)
        while self._doing and (ready := self._ready(PATIENCE)):
            for one in ready:
                number = self._doing.pop(one)
                with suppress(EOFError, OSError):
                    yield number, one.recv()
        for one in self._doing:
            self._hands[one].process.terminate()
        self.close()

    def close(self) -> None:
        """Has each process end, once it has finished what it has in hand."""
        for one in [*self._hands]:
            self._dismiss(one)
        self._doing.clear()

    def join(self) -> None:
        """Waits until no process is left."""
        for process in self._begun:
            process.join()

    def _ready(self, seconds: float | None) -> list[Connection]:
        """The processes that have something to tell, or are gone."""
        return [one for one in wait([*self._doing], seconds) if isinstance(one, Connection)]

    def _give(self, one: Connection, waiting: list[int]) -> None:
        """Gives a process the next piece, if it is there and there is one."""
        if waiting:
            try:
                self._hands[one].todo.send(waiting[-1])
            except OSError:
                self._dismiss(one)
            else:
                self._doing[one] = waiting.pop()

    def _dismiss(self, one: Connection) -> None:
        one.close()
        self._hands.pop(one).todo.close()

    def _serve(self, todo: Connection, told: Connection, others: list[Connection]) -> None:
        """What a process does. It holds no end of a pipe that is another one's, so that each sees when who is at the other end is gone.
        What fails is done again by who began."""
        for one in others:
            one.close()
        signal.signal(signal.SIGINT, _stop_once)
        with suppress(Exception, KeyboardInterrupt):
            while True:
                found = self._work(todo.recv())
                told.send(found)
                self._finish(found)


def _stop_once(*_: object) -> None:
    """The user's signal comes to all processes of a terminal, and by way of the first one as well."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt
