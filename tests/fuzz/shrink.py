"""The smallest form of a program that still fails the same way: fewer files, lines, words."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from tests.fuzz.program import Program

_TOKEN = re.compile(rb"\w+|\s+|.", re.DOTALL)
Part = TypeVar("Part")
Still = Callable[[Program], bool]


def shrunk(program: Program, fails: Still, seconds: float) -> Program:
    """A program that fails as this one does, as small as can be found in some seconds."""
    end = time.monotonic() + seconds

    def _still(candidate: Program) -> bool:
        return time.monotonic() < end and fails(candidate)

    def _of(names: list[str]) -> Program:
        return program._replace(files={name: program.files[name] for name in names})

    program = _of(_fewest(sorted(program.files), lambda some: bool(some) and _still(_of(some))))
    for split in (lambda data: data.splitlines(keepends=True), _TOKEN.findall):
        for name in program.files:
            program = _with(program, name, _fewest(split(program.files[name]), partial(_fails_with, _still, program, name)))
    return program


def _fails_with(fails: Still, program: Program, name: str, parts: Sequence[bytes]) -> bool:
    return fails(_with(program, name, parts))


def _with(program: Program, name: str, parts: Sequence[bytes]) -> Program:
    return program._replace(files={**program.files, name: b"".join(parts)})


def _fewest(parts: Sequence[Part], fails: Callable[[list[Part]], bool]) -> list[Part]:
    """Parts that are all needed, or nearly: halves are left out first, then smaller and smaller pieces."""
    left, size = list(parts), max(len(parts) // 2, 1)
    while left:
        at = 0
        while at < len(left):
            candidate = left[:at] + left[at + size :]
            if fails(candidate):
                left = candidate
            else:
                at += size
        if size == 1:
            break
        size //= 2
    return left
