"""Attributes that are made when they are asked for."""

from __future__ import annotations

import pickle

from bce_lint.analysis.project.index import Block
from bce_lint.analysis.project.lazy import lazy


def test_it_is_made_once_and_can_be_set() -> None:
    made: list[int] = []

    class Thing:
        @lazy
        def part(self) -> int:
            """A part."""
            made.append(1)
            return len(made)

    one, other = Thing(), Thing()
    other.part = 5
    assert (one.part, one.part, other.part, made) == (1, 1, 5, [1])


def test_nothing_is_made_to_be_pickled() -> None:
    one = Block("f", "definition", b"def f(): return g\n")
    one.words = frozenset({b"kept"})
    dumped = pickle.dumps(one)
    assert b"words" in dumped and b"binds" not in dumped
    read = pickle.loads(dumped)
    assert (read.name, read.kind, read.text, read.marks, read.words) == ("f", "definition", one.text, b"", {b"kept"})
    assert pickle.dumps(read) == dumped and read.binds == frozenset()
