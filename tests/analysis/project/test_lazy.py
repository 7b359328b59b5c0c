"""Attributes that are made when they are asked for."""

from __future__ import annotations

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
