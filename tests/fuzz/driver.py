"""Runs programs until the time is over, and keeps what failed."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from tests.fuzz.program import Failure, Program
from tests.fuzz.shrink import shrunk
from tests.fuzz.sources import source_of
from tests.fuzz.workers import Worker


class Plan(NamedTuple):
    """What is to be run: the programs of a seed from a number on, for so long, so many at most; each may take `patience` seconds."""

    seed: int = 0
    start: int = 0
    most: int | None = None
    minutes: float | None = None
    jobs: int = 1
    patience: float = 60
    shrinking: float = 30
    keep: Path | None = None
    folders: tuple[str, ...] = ()
    plant: str | None = None


@dataclass
class Found:
    """One failure, however often it was met: first in the program of `index`."""

    failure: Failure
    index: int
    program: Program
    smallest: Program
    times: int = 1


@dataclass
class Tally:
    """What a run came to."""

    programs: Counter[str] = field(default_factory=Counter)
    unavailable: Counter[str] = field(default_factory=Counter)
    found: dict[tuple[str, str], Found] = field(default_factory=dict)
    seconds: float = 0
    next_index: int = 0


def run(plan: Plan, say: Callable[[str], None] = lambda _: None) -> Tally:
    """Runs programs and gives what came of them; what is new is said at once."""
    tally, lock, start = Tally(next_index=plan.start), threading.Lock(), time.monotonic()
    stopped = threading.Event()
    end = None if plan.minutes is None else start + 60 * plan.minutes
    numbers = itertools.count(plan.start) if plan.most is None else iter(range(plan.start, plan.start + plan.most))

    def _indices() -> Iterator[int]:
        while not stopped.is_set() and (end is None or time.monotonic() < end):
            with lock:
                index = next(numbers, None)
                if index is None:
                    return
                tally.next_index = max(tally.next_index, index + 1)
            yield index

    def _work() -> None:
        worker = Worker(plan.seed, plan.patience, plan.folders, plan.plant)
        try:
            for index in _indices():
                _one(plan, worker, index, tally, lock, say)
        finally:
            worker.close()

    threads = [threading.Thread(target=_work) for _ in range(plan.jobs)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:  # what was found until now is told
        stopped.set()
        for thread in threads:
            thread.join()
    tally.seconds = time.monotonic() - start
    return tally


def _one(plan: Plan, worker: Worker, index: int, tally: Tally, lock: threading.Lock, say: Callable[[str], None]) -> None:
    answer = worker.made(index)
    with lock:
        if answer.program is None:
            tally.unavailable[f"{source_of(index)}: {answer.unavailable}"] += 1
            return
        tally.programs[source_of(index)] += 1
        new = []
        for failure in answer.failures:
            known = tally.found.get(failure[:2])
            if known is None:
                tally.found[failure[:2]] = one = Found(failure, index, answer.program, answer.program)
                new.append(one)
            else:
                known.times += 1
    for one in new:
        say(f"{one.failure.kind}: {one.failure.where} (program {index})")
        if plan.shrinking:
            one.smallest = shrunk(one.program, lambda program, one=one: _fails(worker, program, one.failure), plan.shrinking)  # type: ignore[misc]
        if plan.keep is not None:
            keep(plan, one)


def _fails(worker: Worker, program: Program, failure: Failure) -> bool:
    return any(one[:2] == failure[:2] for one in worker.checked(program, failure.check).failures)


def keep(plan: Plan, found: Found) -> None:
    """Writes a failure to the folder of the run: the program, its smallest form, and what is known."""
    assert plan.keep is not None
    folder = plan.keep / f"{found.failure.kind}-{plan.seed}-{found.index}-{crc32(found.failure.where.encode()) % 1000:03}"
    for name, program in (("program", found.program), ("smallest", found.smallest)):
        for path, data in program.files.items():
            (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / path).write_bytes(data)
    again = f"python -m tests.fuzz --seed {plan.seed} --start {found.index} --count 1"
    (folder / "failure.txt").write_text(
        f"{again}\n{found.failure.kind}: {found.failure.where}\n{found.failure.detail}\n", encoding="utf-8", errors="replace"
    )
