"""What a run is at, and where its time went: the analysis says what it takes in hand, and whoever waits for it may look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import Final, NamedTuple

READING: Final = "reading"
FOLLOWING: Final = "following values from"
RECORDING: Final = "recording values from"
LINTING: Final = "linting"
TICKER: Final = "bce-lint's ticker"
"""The name of the thread that looks; it holds nothing that a process that is forked off needs."""


class InHand(NamedTuple):
    """What is in hand: what is done with which file, and with how many of `total` files it was done before; where several projects are
    linted at once, with which project, and of how many."""

    what: str
    path: str
    done: int
    total: int


class Progress:
    """The step of the run of this process, and the seconds that each file took so far.

    What starts in a file counts for it: the functions of other files that its code calls, too.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Forgets what was before: another command begins."""
        self.step: InHand | None = None
        self.seconds: dict[str, float] = {}
        self._name: Callable[[str], str] | None = None

    def add(self, seconds: Mapping[str, float]) -> None:
        """Counts what files took in another process."""
        for name, more in seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + more

    @contextmanager
    def naming(self, name: Callable[[str], str]) -> Iterator[None]:
        """Meanwhile files go by other names: those of a revision lie in a folder that nobody has seen."""
        self._name = name
        try:
            yield
        finally:
            self._name = None

    def over(self, what: str, paths: Iterable[str]) -> Iterator[str]:
        """The paths, each as what is in hand until the next is asked for."""
        todo = list(paths)
        for number, path in enumerate(todo):
            begun, name = perf_counter(), path if self._name is None else self._name(path)
            self.step = InHand(what, name, number, len(todo))
            try:
                yield path
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - begun
        self.step = None


PROGRESS: Final = Progress()
"""The progress of this process."""
