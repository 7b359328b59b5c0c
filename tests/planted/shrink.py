"""The plainest plan that still shows a disagreement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.planted.compare import Answer, Disagreement, Readers, answered
from tests.planted.plan import SIZES, Plan, numbers


@dataclass
class Found:
    """A disagreement at its plainest, and how often it was met."""

    plan: Plan
    wrong: bool
    disagreement: Disagreement
    answer: Answer
    times: int = 1
    cases: set[str] = field(default_factory=set)


def told(readers: Readers, plan: Plan, wrong: bool, kind: tuple[str, str]) -> tuple[Answer, Disagreement] | None:
    """The same disagreement at another plan, if it is there."""
    answer = answered(readers, plan, plan.wrong if wrong else plan.twin)
    return next(((answer, one) for one in answer.disagreements if one.same == kind), None)


def plainest(plan: Plan, holds: Callable[[Plan], bool]) -> Plan:
    """A plan at which something still holds, with as many numbers at 0 as can be."""
    changed = True
    while changed:
        changed = False
        for name in SIZES:
            value = getattr(plan, name)
            for smaller in (0, 1) if value > 1 else (0,) if value else ():
                candidate = plan.changed(name, smaller)
                if holds(candidate):
                    plan, changed = candidate, True
                    break
    return plan


@dataclass
class Collection:
    """The distinct disagreements of a run."""

    readers: Readers
    found: list[Found] = field(default_factory=list)

    def add(self, plan: Plan, wrong: bool, disagreement: Disagreement) -> None:
        """Counts a disagreement; one that no plainer one explains is shrunk and kept."""
        mine = numbers(plan).items()
        for known in self.found:
            alike = known.disagreement.same == disagreement.same and known.wrong == wrong
            if alike and numbers(known.plan).items() <= mine and (known.plan.case == plan.case or numbers(known.plan)):
                known.times += 1
                known.cases.add(plan.case)
                return
        small = plainest(plan, lambda p: told(self.readers, p, wrong, disagreement.same) is not None)
        again = told(self.readers, small, wrong, disagreement.same)
        assert again is not None, "the plan itself shows it"
        self.found.append(Found(small, wrong, again[1], again[0], cases={plan.case}))
