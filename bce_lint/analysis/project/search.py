"""One search for what leads to a sink: see `reachability`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from bce_lint.analysis.project.definitions import Class, Definition, Fragment
from bce_lint.catalog.contexts import STEP_METHODS

_UNNAMED = frozenset({b"forward", *(step.encode() for step in STEP_METHODS)})


def is_implicit(name: bytes) -> bool:
    """True if a method can be called without being named."""
    return name in _UNNAMED or name.startswith(b"__")


def way_to(found: Definition | None, seen: Mapping[Definition, Definition | None]) -> Iterator[Definition]:
    """What a search came by on its way to a sink, the sink first: no later search has to go beyond any of it."""
    while found is not None:
        yield found
        found = seen[found]


def leading_to(
    some: Iterable[Definition], targets: Mapping[Fragment, Iterable[Definition]], bases: Mapping[Class, Iterable[Definition]]
) -> set[Definition]:
    """Some definitions with all that they consist of, and those that lead to them whatever is named: from elsewhere no search has come to
    them. `targets` and `bases` say what the searches have followed."""
    leading: dict[Definition, list[Definition]] = {}
    follows: list[tuple[Definition, Iterable[Definition]]] = [*targets.items(), *bases.items()]
    for one, followed in follows:
        for target in followed:
            leading.setdefault(target, []).append(one)
    waiting = [*some]
    waiting += [part for one in waiting if isinstance(one, Class) for part in one.units]
    waiting += [part for one in waiting if isinstance(one, Fragment) for _, part in one.stores]
    found: set[Definition] = set()
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += leading.get(one, ())
            if isinstance(one.whole, Fragment | Class):
                waiting.append(one.whole)
    return found


class Answers(Protocol):
    """What a search asks of those who know the project."""

    leading: set[Definition]

    def is_sink(self, unit: Fragment) -> bool:
        """True if a unit is what the searches look for."""

    def meets(self, hints: int, named: set[bytes]) -> bool:
        """True if the names seen so far include a producer of the values that the hints need."""

    def reached(self, unit: Fragment) -> list[Definition]:
        """What a unit names, and what is put into it from elsewhere."""


class Search:
    """What a search has reached so far: definitions, the words that they name, and by name what waits to be named."""

    __slots__ = ("named", "seen", "unnamed")

    def __init__(self, other: Search | None = None) -> None:
        # What is reached, with what reaches it whatever else has been named.
        self.seen: dict[Definition, Definition | None] = {} if other is None else dict(other.seen)
        self.named: set[bytes] = set() if other is None else set(other.named)
        self.unnamed: dict[bytes, tuple[Definition, ...]] = {} if other is None else dict(other.unnamed)

    def when(self, name: bytes, units: Sequence[Definition]) -> Sequence[Definition]:
        """The units, if their name has been named; else they wait for it."""
        if name in self.named:
            return units
        self.unnamed[name] = (*self.unnamed.get(name, ()), *units)
        return ()

    def take(self, other: Search) -> list[Definition]:
        """Takes over what waits in another search; returns what has been named here."""
        return [unit for name, units in other.unnamed.items() for unit in self.when(name, units)]

    def leads(self, answers: Answers, start: Iterable[Definition], hints: int = 0) -> bool:
        """Goes on from some definitions; whether a sink is among what is reached, or what matters to the hints of the start."""
        waiting: list[tuple[Definition, Definition | None]] = [(definition, None) for definition in start]
        if hints and answers.meets(hints, self.named):
            return True
        while waiting:
            current, before = waiting.pop()
            if current in self.seen:
                continue
            self.seen[current] = before
            if current in answers.leading or (isinstance(current, Fragment) and answers.is_sink(current)):
                answers.leading.update(way_to(current, self.seen))
                return True
            if isinstance(current, Class):
                waiting.append((current.head, current))
                for name, units in current.methods.items():
                    certain = is_implicit(name)
                    waiting.extend((u, current if certain else None) for u in (units if certain else self.when(name, units)))
                continue
            for name, unit in current.stores:
                waiting.extend((u, None) for u in self.when(name, (unit,)))
            for name in self.unnamed.keys() & current.words:
                waiting.extend((u, None) for u in self.unnamed.pop(name))
            self.named |= current.words
            if hints and answers.meets(hints, self.named):
                return True
            waiting.extend((d, current) for d in answers.reached(current))
        return False
