"""In how many ways an expression can match one text: an expression that backtracks tries them all before it gives up.

An expression is read as the automaton of its characters (Glushkov's): a state for each set of letters that stands in it, and a step
from one to each that may come next. Where two runs lead from a state back to it over the same text, the ways double with each round:
`many`. Where a text leads from one state to itself, from that to another, and from the other to itself, the ways grow with a power of
the length: `several`. What looks around, and what refers back to a group, is left out, and a long counted repetition is an endless one:
more is called ambiguous than is.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Iterable
from itertools import product
from typing import Any, Literal, NamedTuple, TypeAlias

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_parse  # the one name of it that all Pythons have

Ambiguity: TypeAlias = Literal["none", "several", "many"]
LETTERS = frozenset({*map(chr, range(256)), "\u2028", "\u0416", "\u0664", "\ufeff", "\U0001f600"})
"""All letters: of those beyond Latin-1 one of each category."""
CATEGORIES = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
SHORT = 8
"""A repetition of so many rounds is written out."""


class Part(NamedTuple):
    """The states that may be first and last in a part of an expression, and whether the part may match nothing."""

    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    empty: bool = True


class Automaton:
    """The letters of the states of an expression, and how often each step is in it."""

    def __init__(self, expression: re.Pattern[Any]) -> None:
        self.letters: list[frozenset[str]] = []
        self.after: list[Counter[int]] = []
        self.flags = expression.flags | (re.ASCII if isinstance(expression.pattern, bytes) else 0)
        whole = self._sequence(sre_parse.parse(expression.pattern, expression.flags))
        self.cannot_fail = whole.empty and {*whole.last} == {*range(len(self.after))}
        """True if each way through it ends in a match, so that none is tried twice (unless all of a text must match)."""

    def _sequence(self, items: Any) -> Part:
        part = Part()
        for operation, argument in items:
            part = self._joined(part, self._read(str(operation), argument))
        return part

    def _read(self, operation: str, argument: Any) -> Part:
        if operation.endswith("REPEAT"):
            return self._repeated(*argument)
        if operation == "BRANCH":
            parts = [self._sequence(one) for one in argument[1]]
            return Part(sum((one.first for one in parts), ()), sum((one.last for one in parts), ()), any(one.empty for one in parts))
        if operation in ("SUBPATTERN", "ATOMIC_GROUP"):
            return self._sequence(argument[-1] if operation == "SUBPATTERN" else argument)
        if operation in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
            self.letters.append(self._set(operation, argument))
            self.after.append(Counter())
            return Part((len(self.after) - 1,), (len(self.after) - 1,), False)
        return Part()

    def _repeated(self, least: int, most: Any, body: Any) -> Part:
        if int(most) <= SHORT:
            rounds = [self._sequence(body) for _ in range(int(most))]
            part = Part()
            for count, one in enumerate(rounds):
                part = self._joined(part, one if count < least else one._replace(empty=True))
            return part
        part = self._sequence(body)
        self._step(part.last, part.first)
        return part._replace(empty=part.empty or least == 0)

    def _joined(self, one: Part, other: Part) -> Part:
        self._step(one.last, other.first)
        return Part(one.first + other.first * one.empty, other.last + one.last * other.empty, one.empty and other.empty)

    def _step(self, before: Iterable[int], after: Iterable[int]) -> None:
        for one, other in product(before, after):
            self.after[one][other] += 1

    def _set(self, operation: str, argument: Any) -> frozenset[str]:
        if operation == "ANY":
            return LETTERS if self.flags & re.DOTALL else LETTERS - {"\n"}
        if operation != "IN":
            only = frozenset({chr(argument), *(chr(argument).swapcase() if self.flags & re.IGNORECASE else ())})
            return only if operation == "LITERAL" else LETTERS - only
        found: set[str] = set()
        for kind, value in argument:
            if str(kind) == "RANGE":
                ranged = {chr(one) for one in range(value[0], min(value[1], 255) + 1)}
                found |= ranged | ({one.swapcase() for one in ranged} if self.flags & re.IGNORECASE else set())
            elif str(kind) == "CATEGORY":
                _, *negated, name = str(value).split("_")
                own = {one for one in LETTERS if re.match(CATEGORIES[name], one, self.flags & re.ASCII)}
                found |= LETTERS - own if negated else own
            elif str(kind) != "NEGATE":
                found |= self._set(str(kind), value)
        return LETTERS - found if str(argument[0][0]) == "NEGATE" else frozenset(found)


def ambiguity(expression: re.Pattern[Any]) -> Ambiguity:
    """How the ways to match one text grow with its length, at most."""
    automaton = Automaton(expression)
    after, letters = automaton.after, automaton.letters
    if automaton.cannot_fail:
        return "none"
    reached = [_reached({one}, lambda state: after[state]) for one in range(len(after))]
    looping = [one for one in range(len(after)) if one in reached[one]]
    circles = {one: frozenset(other for other in reached[one] if one in reached[other]) for one in looping}
    if any(count > 1 and one in reached[other] for one in looping for other, count in after[one].items()):
        return "many"

    def _steps(states: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
        """Where several runs may be a letter later: in their circles, but for one of three, which goes over from the first to the last."""
        bounds = [circles[states[0]], *[None] * (len(states) - 2), circles[states[-1]]]
        kept = ([s for s in after[one] if bound is None or s in bound] for one, bound in zip(states, bounds, strict=True))
        return (one for one in product(*kept) if frozenset.intersection(*(letters[state] for state in one)))

    for one in looping:
        pairs = _reached({(one, one)}, _steps)
        if any(p != q and (one, one) in _reached({(p, q)}, _steps) for p, q in pairs):
            return "many"
    for one, other in product(looping, looping):
        if one != other and other in reached[one] and (one, other, other) in _reached({(one, one, other)}, _steps):
            return "several"
    return "none"


def _reached(start: set[Any], steps: Any) -> set[Any]:
    """What one or more steps lead to."""
    found: set[Any] = set()
    waiting = [*start]
    while waiting:
        new = {one for one in steps(waiting.pop()) if one not in found}
        found |= new
        waiting += new
    return found
