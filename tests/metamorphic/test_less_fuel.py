"""A run with less fuel says less: no finding that a full run does not have, and no fix that is trusted further."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import TypeAlias
from unittest.mock import patch

import pytest

from bce_lint.analysis.interpreter import decorators, entry_points, instances
from bce_lint.analysis.project import module_loads
from bce_lint.analysis.recording.uses import UseRecorder
from tests.metamorphic.programs import Program, fixtures, planted
from tests.metamorphic.verdicts import Verdict, of_program

pytestmark = pytest.mark.any_python

BUDGETS = (
    (entry_points, ("ENTRY_FUEL", "BODY_FUEL", "SITE_BONUS", "INHERITED_FUEL", "INHERITED_SITE_BONUS")),
    (instances, ("GENERIC_FUEL", "SETTER_FUEL")),
    (decorators, ("DECORATOR_FUEL",)),
    (module_loads, ("ENTRY_FUEL",)),
)
SHARES = (0.02, 0.1, 0.3)
"""What is left of each budget: with fewer evaluations than a short function takes, what a call would have done is not known at all."""
RECORDED = (0.0, 0.002, 0.008, 0.03, 0.1)
"""The same for the run that fixes ask, which has seen a part of what the plain run has."""
Found: TypeAlias = dict[tuple[str, str, int], Verdict]
TRUST = {"none": 0, "display-only": 0, "unsafe": 1, "safe": 2}


@contextmanager
def less_fuel(share: float) -> Iterator[None]:
    """Every budget is a part of what it is."""
    with ExitStack() as stack:
        for module, names in BUDGETS:
            for name in names:
                stack.enter_context(patch.object(module, name, int(getattr(module, name) * share)))
        yield


def in_all_runs(program: Program, share: float) -> list[Verdict]:
    """What is said with less fuel in all runs, and is not, or not so surely, with all of it."""
    full, _ = with_all_fuel(program)
    with less_fuel(share):
        return bolder(full, best(of_program(program)))


def in_recorded_runs(program: Program, share: float) -> list[Verdict]:
    """The same with less fuel for those runs alone that fixes ask; a program of which none is asked is answered as before."""
    full, recorded = with_all_fuel(program)
    if not recorded:
        return []
    with patch.object(UseRecorder, "fuel_factor", share):
        return bolder(full, best(of_program(program)))


def bolder(full: Found, cut: Found) -> list[Verdict]:
    """What is said more surely in the second of two answers."""
    return [one for key, one in cut.items() if key not in full or TRUST[one.fix] > TRUST[full[key].fix]]


def best(found: Counter[Verdict]) -> Found:
    """The surest of the findings of each code at each place."""
    return {one[:3]: one for one in sorted(found, key=lambda one: TRUST[one.fix])}


class Asked:
    """The fuel of recorded runs, and whether anybody asked for it."""

    def __init__(self) -> None:
        self.factor, self.asked = UseRecorder.fuel_factor, False

    def __get__(self, made: object, owner: type[UseRecorder]) -> int:
        self.asked = True
        return self.factor


@cache
def with_all_fuel(program: Program) -> tuple[Found, bool]:
    """What is said of a program without any cut, and whether its fixes ask for a run that records."""
    with patch.object(UseRecorder, "fuel_factor", Asked()) as factor:
        return best(of_program(program)), factor.asked


@cache
def every_program() -> tuple[Program, ...]:
    """The fixtures and some planted programs, the same for each share."""
    return (*fixtures(), *planted(60, 2))


def test_who_asks_for_a_recorded_run_is_seen() -> None:
    assert {with_all_fuel(one)[1] for one in fixtures()[::40]} == {True, False}


def test_a_few_programs() -> None:
    rng = random.Random(0)
    assert {one.name: found for one in rng.sample(fixtures(), 25) if (found := in_all_runs(one, rng.choice(SHARES)))} == {}
    assert {one.name: found for one in rng.sample(fixtures(), 25) if (found := in_recorded_runs(one, rng.choice(RECORDED)))} == {}


@pytest.mark.long
@pytest.mark.parametrize("share", SHARES)
def test_every_program(share: float) -> None:
    assert {one.name: found for one in every_program() if (found := in_all_runs(one, share))} == {}


@pytest.mark.long
@pytest.mark.parametrize("share", RECORDED)
def test_every_fix(share: float) -> None:
    assert {one.name: found for one in every_program() if (found := in_recorded_runs(one, share))} == {}
