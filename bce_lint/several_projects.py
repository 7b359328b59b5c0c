"""Several projects linted at once, each in one of a few processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from bce_lint.lint_result import Interrupted, LintResult, together
from bce_lint.progress import LINTING, PROGRESS, TICKER, InHand

if TYPE_CHECKING:
    from bce_lint.cache import Cache

_ENOUGH: Final = 100_000
"""How many bytes the files beside those of the largest project have together for which it is worth it to fork a process off."""


class _Found(NamedTuple):
    """What was found in a project; whether the user has stopped that, how many seconds each file took in another process, and what is to be
    said of the cache."""

    result: LintResult
    stopped: bool
    seconds: Mapping[str, float]
    problems: Mapping[str, None]
    unwritten: Mapping[str, str]


def processes(asked: int, sizes: Sequence[int]) -> int:
    """How many processes lint some projects, each by its size in bytes: so many as were asked for, where that is not 0, but not more than
    there are cores or projects. One where no process can be forked off safely, or where it is not worth it."""
    if sum(sizes) - max(sizes) < _ENOUGH:
        return 1
    from bce_lint.crew import cores, possible

    return min(asked or len(sizes), len(sizes), cores()) if possible((TICKER,)) else 1


def at_once(
    work: Sequence[Callable[[], LintResult]], projects: Sequence[tuple[str, Sequence[str]]], jobs: int, cache: Cache | None
) -> LintResult | None:
    """What linting projects finds, each by its folder and files: the largest first, up to so many at a time, or None where one process does
    as well. States that are to be kept are kept by the processes that found them. Raises `Interrupted` where the user stops it."""
    sizes = [size(paths) for _, paths in projects]
    count = processes(jobs, sizes)
    if count == 1:
        return None
    largest_first = sorted(range(len(work)), key=lambda number: -sizes[number])
    found: dict[int, _Found] = {}
    here = os.getpid()

    def _lint(number: int) -> _Found:
        before = dict(PROGRESS.seconds)
        try:
            result, stopped = work[number](), False
        except Interrupted as interrupted:
            result, stopped = interrupted.result, True
        problems, unwritten = ({}, {}) if cache is None else (cache.problems, cache.unwritten)
        seconds = {} if os.getpid() == here else {name: took - before.get(name, 0.0) for name, took in PROGRESS.seconds.items()}
        return _Found(result, stopped, seconds, problems, unwritten)

    def _settle(one: _Found) -> None:
        if cache is not None and not one.stopped:
            cache.settle()

    def _say() -> None:
        at = next((number for number in largest_first if number not in found), None)
        PROGRESS.step = None if at is None else InHand(LINTING, projects[at][0], len(found), len(work))

    from bce_lint.crew import Crew

    _say()
    crew = Crew(count, _lint, _settle)
    try:
        for number, one in crew.results(largest_first):
            found[number] = one
            _say()
            if one.stopped:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        found.update(crew.stopped())
        crew.join()
        raise Interrupted(_in_order(found, cache)) from None
    if cache is None:
        crew.join()
    else:
        cache.wait_for(crew.join)
    return _in_order(found, cache)


def _in_order(found: Mapping[int, _Found], cache: Cache | None) -> LintResult:
    """What was found, in the order of the projects, in which what is said besides is noted, too."""
    results = [found[number] for number in sorted(found)]
    for one in results:
        PROGRESS.add(one.seconds)
        if cache is not None:
            cache.problems.update(one.problems)
            cache.unwritten.update(one.unwritten)
    return together([one.result for one in results])


def size(paths: Iterable[str]) -> int:
    """How many bytes files have together."""
    found = 0
    for path in paths:
        with suppress(OSError):
            found += os.stat(path).st_size
    return found
