"""How counts grow from one size of a family to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from _pytest.mark.structures import ParameterSet

from bce_lint.analysis.interpreter import entry_points, instances
from bce_lint.analysis.project import module_loads
from bce_lint.analysis.state import waste
from tests.hostile.families import Family
from tests.hostile.measure import NAMES, STEPS, EndlessRun, Measured, measure

SLACK = 400
"""What every count may be more, whatever the size: what is done once."""
SLACKS = {"layers of the store": 20_000}
"""Of what nests, each level is a layer above those of the levels around it."""
LINEAR = 2.3
"""How many times as much the double size may cost: a sort and the digits of a number are a little more than linear."""
BUDGET = 400
"""The evaluations of an entry point, in runs that are meant to use them up."""
SPENT = 1_000_000
"""The most steps of such a run, whatever the size."""


def only_on_the_main_python(names: Iterable[str], starts: tuple[str, ...], nested: tuple[str, ...] = ()) -> list[ParameterSet]:
    """The names as parameters. Those that begin so, and not as in `nested`, nest nothing: no version of Python changes what is counted."""
    apart = [name for name in names if name.startswith(starts) and not name.startswith(nested)]
    return [pytest.param(name, marks=pytest.mark.any_python if name in apart else ()) for name in names]


def problems(family: Family) -> list[str]:
    """What is wrong with a family: losses not found, failures, counts that grow too fast or go too far."""
    if family.growth == "spent":
        with small_budgets():
            run, found = _run(family, family.full)
        return found if run is None or run.counts[STEPS] <= SPENT else [*found, f"{run.counts[STEPS]} steps"]
    small, found = _run(family, family.small)
    large, more = _run(family, 2 * family.small)
    return [*found, *more, *(excess(small.counts, large.counts) if small is not None and large is not None else ())]


def _run(family: Family, size: int) -> tuple[Measured | None, list[str]]:
    program = family.make(size)
    try:
        run = measure(program)
    except EndlessRun as error:
        return None, [f"size {size}: {error}"]
    found = [f"size {size}: nothing found in row {row} of {name}" for name, row in sorted(run.lost(program, family.codes))]
    return run, found + [f"size {size}: {code} in row {row} of {name}" for name, row, code in sorted(run.failures)]


@contextmanager
def small_budgets() -> Iterator[None]:
    """Budgets that a small program uses up: what is bounded by them is seen to be."""
    with (
        patch.multiple(entry_points, ENTRY_FUEL=BUDGET, BODY_FUEL=BUDGET, SITE_BONUS=BUDGET, APPLIED=BUDGET),
        patch.object(module_loads, "ENTRY_FUEL", BUDGET),
        patch.multiple(instances, GENERIC_FUEL=BUDGET, SETTER_FUEL=BUDGET),
        patch.object(waste, "MOST", 10 * BUDGET),
    ):
        yield


def excess(small: Counter[str], large: Counter[str]) -> list[str]:
    """The counts that grew by more than a factor."""
    grown = ((name, small[name], large[name]) for name in NAMES)
    return [f"{name}: {before} became {after}" for name, before, after in grown if after > LINEAR * before + SLACKS.get(name, SLACK)]
