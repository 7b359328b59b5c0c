"""Short lines that use a large value: what they walk through together is bounded, and no loss is missed."""

from __future__ import annotations

import pytest

from tests.hostile import large
from tests.hostile.measure import measure

MOST_PARTS = 600_000
"""The elements and entries of all values that such a program may make."""


@pytest.mark.parametrize("fixes", [False, True])
@pytest.mark.parametrize("name", large.PROGRAMS)
def test_what_is_asked_of_large_values_is_bounded(name: str, fixes: bool) -> None:
    program = large.PROGRAMS[name]
    run = measure(program, fixes)
    assert not run.lost(program)
    assert not run.failures
    assert run.counts["elements of sequences"] + run.counts["entries of tables"] < MOST_PARTS * (1 + fixes)


def test_loops_of_many_functions_go_round_no_more_often_than_those_of_a_few() -> None:
    program = large.loops_of_many(120)
    run = measure(program)
    assert not run.lost(program)
    assert not run.failures
    assert run.counts["loop rounds"] < 60_000
