"""Conditions: the outcomes of tests that nobody can decide, under which a value is one of its alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from bce_lint.analysis.domain.tensor import Place, Tensor

MAX_CONDITIONS = 4
"""As many outcomes are noted of one alternative."""


class Condition(NamedTuple):
    """A test, and its outcome."""

    test: Place
    outcome: bool

    @property
    def other(self) -> Condition:
        """The same test with the other outcome."""
        return Condition(self.test, not self.outcome)


Conditions: TypeAlias = tuple[Condition, ...]


class Conditional(NamedTuple):
    """A value that arrives at a site, and the conditions under which it does, as far as they are known."""

    value: Tensor
    conditions: Conditions


def conditions(alternatives: Sequence[Conditional], alternative: Tensor) -> Conditions:
    """The conditions under which one of the alternatives of a site arrives; none where none is known."""
    return next((one.conditions for one in alternatives if one.value is alternative), ())


def excluding(wrong: Conditions, others: Iterable[Conditions]) -> Conditions:
    """Those conditions of a value that none of the others can meet; none where one of the others may meet all of them."""
    found: dict[Condition, None] = {}
    for other in others:
        against = {one.other for one in other}
        apart = [one for one in wrong if one in against]
        if not apart:
            return ()
        if not any(one in found for one in apart):
            found[apart[0]] = None
    return tuple(found)


def in_words(found: Conditions, place: Callable[[Place], str]) -> str:
    """Conditions as the end of a sentence: what holds first, then what does not."""
    held: Mapping[bool, list[str]] = {
        outcome: [f"`{one.test.text}` ({place(one.test)})" for one in found if one.outcome is outcome] for outcome in (True, False)
    }
    parts = [f"when {' and '.join(held[True])}"] if held[True] else []
    parts += [f"unless {' or '.join(held[False])}"] if held[False] else []
    return ", ".join(parts)
