"""Short lines that use a large value: what they walk through together is bounded, and no loss is missed."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from bce_lint.analysis.state import walks, waste
from tests.hostile import large
from tests.hostile.measure import measure

pytestmark = pytest.mark.any_python
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


def test_loops_of_many_functions_go_round_hardly_more_often_than_those_of_a_few() -> None:
    rounds = []
    with patch.object(waste, "MOST", 20_000), patch.object(walks, "MOST_ROUND", 15_000):
        for functions in (6, 48):
            program = large.loops_of_many(functions)
            run = measure(program)
            assert not run.lost(program)
            assert not run.failures
            rounds.append(run.counts["loop rounds"])
    assert rounds[1] < 1.5 * rounds[0]


@pytest.mark.parametrize("fixes", [False, True])
@pytest.mark.parametrize("depth", [8, 20])
def test_calls_of_many_functions_cost_hardly_more_than_those_of_a_few(depth: int, fixes: bool) -> None:
    evaluations = []
    with patch.multiple(waste, MOST=20_000, MOST_RECORDED=20_000):
        for functions in (15, 120):
            program = large.calls_of_many(functions, depth)
            run = measure(program, fixes)
            assert not run.lost(program)
            assert not run.failures
            evaluations.append(run.counts["evaluations"])
    assert evaluations[1] < evaluations[0] + 105 * 400 * (1 + fixes)


def test_functions_that_end_soon_take_nothing_from_others() -> None:
    program = large.by_many("x = x + 1\n", "x = x * 2", 200, 20)
    with patch.object(waste, "MOST", 1_000):
        run = measure(program)
    assert not run.unanalysed
