"""Outcomes of tests that hold on a path, and which alternatives cannot be there for it."""

from __future__ import annotations

from collections.abc import Iterable

from bce_lint.analysis.domain.alternatives import among
from bce_lint.analysis.domain.partitions import TRUTH, Tag, Tags, ValueTest, follows
from bce_lint.analysis.domain.values import Union, Value, tagged
from bce_lint.analysis.state.trace import Trace


class Outcomes:
    """What a run knows of its tests: which compare the same value (`comparisons`), which value is the outcome of one (`meant`: the test,
    and whether the value is true where it holds), and of which unknown values there are any (`asked`)."""

    def __init__(self) -> None:
        self.comparisons: dict[int, ValueTest] = {}
        self.meant: dict[int, Tag] = {}
        self.asked: set[int] = set()
        self.trace: Trace | None = None

    def forget_but(self, numbers: set[int]) -> None:
        """Forgets the tests and the values of other numbers."""
        self.comparisons = {number: test for number, test in self.comparisons.items() if number in numbers}
        self.meant = {number: test for number, test in self.meant.items() if number in numbers}
        self.asked &= numbers

    def meaning(self, number: int) -> Tag | None:
        """Which test a value is the outcome of."""
        found = self.meant.get(number)
        if self.trace is not None:
            self.trace.meaning(number, found)
        return found

    def mean(self, number: int, test: Tag | None) -> None:
        """Says which test a value is the outcome of; None for none."""
        if self.trace is not None:
            self.trace.meant[number] = test
        if test is not None:
            self.meant[number] = test
        else:
            self.meant.pop(number, None)

    def is_asked(self, number: int) -> bool:
        """True if there is a test of a value."""
        found = number in self.asked
        if self.trace is not None:
            self.trace.is_asked(number, found)
        return found

    def compare(self, number: int, test: ValueTest) -> None:
        """Says what a test compares."""
        self.comparisons[number] = test
        if self.trace is not None:
            self.trace.comparisons[number] = test

    def look_for(self, numbers: Iterable[int]) -> None:
        """Tests are looked for among those that hold."""
        if self.trace is not None:
            for number in numbers:
                self.trace.about[number] = self.test(number)

    def copy(self) -> Outcomes:
        """The same, for a run that goes on."""
        made = Outcomes()
        made.comparisons, made.meant, made.asked = dict(self.comparisons), dict(self.meant), set(self.asked)
        return made

    def known(self, number: int, holding: Tags) -> bool | None:
        """The outcome of a test that follows from those that hold."""
        self.look_for((number,))
        if not holding:
            return None
        if (number, True) in holding or (number, False) in holding:
            return (number, True) in holding
        asked = self.test(number)
        for other, outcome in holding:
            test = self.test(other)
            if test.of == asked.of and (found := follows(test, outcome, asked)) is not None:
                return found
        return None

    def test(self, number: int) -> ValueTest:
        """What a test asks."""
        return self.comparisons.get(number) or ValueTest(number, TRUTH)

    def excludes(self, holding: Tags, tags: Tags) -> bool:
        """True if what holds contradicts what an alternative needs."""
        return any([self.known(number, holding) is (not outcome) for number, outcome in tags])  # noqa: C419 - four at most

    def left(self, value: Union, holding: Tags) -> Value:
        """The alternatives that can be there; all of them if none can, on a path that cannot be."""
        self.look_for(number for tags in value.tags for number, _ in tags)
        if not holding:
            return value
        found = among([(option, tags) for option, tags in tagged(value) if not self.excludes(holding, tags)], value)
        return value if found is None else found
