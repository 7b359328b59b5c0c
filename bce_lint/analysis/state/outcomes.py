"""Outcomes of tests that hold on a path, and which alternatives cannot be there for it."""

from __future__ import annotations

from bce_lint.analysis.domain.alternatives import among
from bce_lint.analysis.domain.partitions import TRUTH, Tag, Tags, ValueTest, follows
from bce_lint.analysis.domain.values import Union, Value, tagged


class Outcomes:
    """What a run knows of its tests: which compare the same value (`comparisons`), which value is the outcome of one (`meant`: the test,
    and whether the value is true where it holds), and of which unknown values there are any (`asked`)."""

    def __init__(self) -> None:
        self.comparisons: dict[int, ValueTest] = {}
        self.meant: dict[int, Tag] = {}
        self.asked: set[int] = set()

    def copy(self) -> Outcomes:
        """The same, for a run that goes on."""
        made = Outcomes()
        made.comparisons, made.meant, made.asked = dict(self.comparisons), dict(self.meant), set(self.asked)
        return made

    def known(self, number: int, holding: Tags) -> bool | None:
        """The outcome of a test that follows from those that hold."""
        if not holding:
            return None
        if (number, True) in holding or (number, False) in holding:
            return (number, True) in holding
        asked = self._test(number)
        for other, outcome in holding:
            test = self._test(other)
            if test.of == asked.of and (found := follows(test, outcome, asked)) is not None:
                return found
        return None

    def _test(self, number: int) -> ValueTest:
        return self.comparisons.get(number) or ValueTest(number, TRUTH)

    def excludes(self, holding: Tags, tags: Tags) -> bool:
        """True if what holds contradicts what an alternative needs."""
        return any([self.known(number, holding) is (not outcome) for number, outcome in tags])  # noqa: C419 - four at most

    def left(self, value: Union, holding: Tags) -> Value:
        """The alternatives that can be there; all of them if none can, on a path that cannot be."""
        if not holding:
            return value
        found = among([(option, tags) for option, tags in tagged(value) if not self.excludes(holding, tags)], value)
        return value if found is None else found
