"""Pieces of work in processes that are forked off."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path

import pytest

from bce_lint.crew import Crew, cores, possible

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked off on Linux alone")


def nothing(_: object) -> None:
    """What is finished where there is nothing to finish."""


def test_each_piece_is_done_once_and_by_others() -> None:
    crew = Crew(3, lambda number: (number * number, os.getpid()), nothing)
    found = dict(crew.results(range(20)))
    crew.join()
    assert {number: square for number, (square, _) in found.items()} == {number: number * number for number in range(20)}
    assert os.getpid() not in {pid for _, pid in found.values()} and len({pid for _, pid in found.values()}) == 3


def test_what_a_process_had_in_hand_that_died_is_done_here() -> None:
    here = os.getpid()

    def work(number: int) -> int:
        if number == 2 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

    crew = Crew(2, work, nothing)
    found = list(crew.results(range(6)))
    crew.join()
    assert sorted(number for number, _ in found) == [*range(6)]
    assert [number for number, pid in found if pid == here] == [2]


def test_all_processes_may_die() -> None:
    here = os.getpid()

    def work(number: int) -> int:
        if os.getpid() != here:
            os._exit(3)
        return number

    crew = Crew(2, work, nothing)
    assert sorted(crew.results(range(6))) == [(number, number) for number in range(6)]
    crew.join()


def test_what_fails_elsewhere_fails_here(capfd: pytest.CaptureFixture[str]) -> None:
    def work(number: int) -> int:
        return 6 // number

    crew = Crew(2, work, nothing)
    found: list[tuple[int, int]] = []
    with pytest.raises(ZeroDivisionError):
        found += crew.results([3, 0, 2])
    crew.join()
    assert capfd.readouterr() == ("", "")


def test_what_cannot_be_told_is_found_here() -> None:
    crew = Crew(2, lambda number: (number, lambda: number), nothing)  # no pickle takes this
    assert [found[1]() for _, found in sorted(crew.results(range(3)))] == [0, 1, 2]
    crew.join()


def test_no_process_is_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: ForkProcess) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(ForkProcess, "start", start)
    here = os.getpid()
    assert list(Crew(4, lambda _: os.getpid(), nothing).results(range(3))) == [(0, here), (1, here), (2, here)]


def test_each_piece_is_finished_behind_what_it_told(tmp_path: Path) -> None:
    def finish(found: str) -> None:
        time.sleep(0.2)
        (tmp_path / found).touch()

    crew = Crew(2, lambda number: f"{number}", finish)
    told = [found for _, found in crew.results(range(2))]
    assert sorted(told) == ["0", "1"]
    crew.join()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0", "1"]


@contextmanager
def interrupted(after: float) -> Iterator[None]:
    """Sends this process the user's signal in a while, which one that was started in the background would not hear."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(after, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    try:
        yield
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)


def test_who_is_stopped_has_the_others_stop() -> None:
    def work(number: int) -> str:
        try:
            time.sleep(0 if number == 0 else 60)
        except KeyboardInterrupt:
            return "some of it"
        return "all of it"

    crew, found = Crew(2, work, nothing), {}
    start = time.monotonic()
    with interrupted(0.5), pytest.raises(KeyboardInterrupt):
        for number, one in crew.results(range(4)):
            found[number] = one
    found.update(crew.stopped())
    crew.join()
    assert found == {0: "all of it", 1: "some of it", 2: "some of it"} and time.monotonic() - start < 30


def test_processes_end_with_who_began(tmp_path: Path) -> None:
    """Where the first process is killed, no other waits for it for ever."""
    mine, its = multiprocessing.Pipe()

    def begin() -> None:
        crew = Crew(3, lambda number: os.getpid() if number else time.sleep(60), nothing)
        for _, pid in crew.results([1, 0]):
            its.send((pid, [process.pid for process in crew._begun]))

    first = multiprocessing.get_context("fork").Process(target=begin)
    first.start()
    assert mine.poll(60)
    done, pids = mine.recv()
    first.kill()
    first.join()
    idle, deadline = [pid for pid in pids if pid == done], time.monotonic() + 30
    while any(Path(f"/proc/{pid}/stat").exists() and " Z " not in Path(f"/proc/{pid}/stat").read_text() for pid in idle):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for pid in set(pids) - {done}:  # what it had in hand goes on for a minute
        os.kill(pid, signal.SIGKILL)


def test_where_processes_are_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "enumerate", lambda: [threading.main_thread()])
    assert possible() and cores() >= 1
    monkeypatch.undo()
    over = threading.Event()
    other = threading.Thread(target=over.wait, name="a thread")
    other.start()
    try:
        assert not possible() and possible([one.name for one in threading.enumerate()])
    finally:
        over.set()
        other.join()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not possible() and cores() >= 1


def _answer(end: Connection) -> None:
    end.send(possible())


def test_none_in_a_process_of_a_pool() -> None:
    mine, its = multiprocessing.Pipe()
    started = multiprocessing.get_context("spawn").Process(target=_answer, args=(its,), daemon=True)
    started.start()
    try:
        assert mine.poll(60) and mine.recv() is False
    finally:
        started.join()
