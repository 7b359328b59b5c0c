"""How counts grow from one size of a family to the next."""

from __future__ import annotations

from collections import Counter

from tests.hostile.families import Family
from tests.hostile.measure import NAMES, EndlessRun, Measured, measure

SLACK = 400
"""What every count may be more, whatever the size: what is done once."""
LINEAR, BOUNDED = 2.3, 1.15
"""How many times as much the double size may cost: a sort and the digits of a number are a little more than linear."""


def problems(family: Family) -> list[str]:
    """What is wrong with a family at its small size and at twice that: losses not found, failures, counts that grow too fast."""
    found: list[str] = []
    runs: list[Measured] = []
    for size in (family.small, 2 * family.small):
        program = family.make(size)
        try:
            run = measure(program)
        except EndlessRun as error:
            return [*found, f"size {size}: {error}"]
        runs.append(run)
        found += [f"size {size}: nothing found in row {row} of {name}" for name, row in sorted(run.lost(program, family.codes))]
        found += [f"size {size}: {code} in row {row} of {name}" for name, row, code in sorted(run.failures)]
    return found + excess(runs[0].counts, runs[1].counts, BOUNDED if family.growth == "bounded" else LINEAR)


def excess(small: Counter[str], large: Counter[str], factor: float) -> list[str]:
    """The counts that grew by more than a factor."""
    grown = ((name, small[name], large[name]) for name in NAMES)
    return [f"{name}: {before} became {after}" for name, before, after in grown if after > factor * before + SLACK]
