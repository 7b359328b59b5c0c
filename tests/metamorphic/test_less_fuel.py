"""A run with less fuel says less: no finding that a full run does not have, and no fix that is trusted further."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import pytest

from bce_lint.analysis.interpreter import decorators, entry_points, instances
from bce_lint.analysis.project import project
from bce_lint.analysis.recording.uses import UseRecorder
from tests.metamorphic.programs import Program, fixtures, planted
from tests.metamorphic.verdicts import Verdict, of_program

BUDGETS = (
    (entry_points, ("ENTRY_FUEL", "BODY_FUEL", "SITE_BONUS", "INHERITED_FUEL", "INHERITED_SITE_BONUS")),
    (instances, ("GENERIC_FUEL", "SETTER_FUEL")),
    (decorators, ("DECORATOR_FUEL",)),
    (project, ("ENTRY_FUEL",)),
)
SHARES = (0.0, 0.004, 0.02, 0.1)
TRUST = {"none": 0, "display-only": 0, "unsafe": 1, "safe": 2}


@contextmanager
def less_fuel(share: float) -> Iterator[None]:
    """Every budget is a part of what it is."""
    with ExitStack() as stack:
        for module, names in BUDGETS:
            for name in names:
                stack.enter_context(patch.object(module, name, int(getattr(module, name) * share)))
        yield


def bolder(program: Program, share: float) -> list[Verdict]:
    """What is said with less fuel, in all runs or only in the one that fixes ask, and is not, or not so surely, with all of it."""
    full = best(of_program(program))
    with less_fuel(share):
        plain = best(of_program(program))
    with patch.object(UseRecorder, "fuel_factor", share):
        recorded = best(of_program(program))
    return [
        one for found in (plain, recorded) for key, one in found.items() if TRUST[one.fix] > (TRUST[full[key].fix] if key in full else -1)
    ]


def best(found: Counter[Verdict]) -> dict[tuple[str, str, int], Verdict]:
    """The surest of the findings of each code at each place."""
    return {one[:3]: one for one in sorted(found, key=lambda one: TRUST[one.fix])}


def test_a_few_programs() -> None:
    rng = random.Random(0)
    assert {one.name: found for one in rng.sample(fixtures(), 40) if (found := bolder(one, rng.choice(SHARES)))} == {}


@pytest.mark.long
@pytest.mark.parametrize("share", SHARES)
def test_every_fixture(share: float) -> None:
    assert {one.name: found for one in fixtures() if (found := bolder(one, share))} == {}


@pytest.mark.long
@pytest.mark.parametrize("share", SHARES)
def test_planted_programs(share: float) -> None:
    assert {one.name: found for one in planted(60, 2) if (found := bolder(one, share))} == {}
