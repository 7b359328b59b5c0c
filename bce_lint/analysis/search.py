"""One search for what leads to a sink: see `relevance`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bce_lint.analysis.definitions import BARE, Class, Definition, Unit
from bce_lint.analysis.trainers import STEPS

if TYPE_CHECKING:
    from bce_lint.analysis.relevance import Relevance

_UNNAMED = frozenset({b"forward", *(step.encode() for step in STEPS)})
Waiting = dict[bytes, tuple[Definition, ...]]


def is_implicit(name: bytes) -> bool:
    """Whether a method can be called without being named."""
    return name in _UNNAMED or name.startswith(b"__")


class Search:
    """What a search has reached so far: definitions, the words that they name, and by name what waits to be named.

    A search on an instance has `own` code, that of its class. Only this names attributes of the instance (`asked`), and what it
    holds waits apart (`held`), until own code does more with the instance than look at its attributes: then it has escaped, and
    whoever is reached can name them, too.
    """

    __slots__ = ("asked", "escaped", "held", "named", "own", "relevance", "seen", "unnamed")

    def __init__(self, relevance: Relevance, other: Search | None = None) -> None:
        self.relevance = relevance
        # What is reached, with what reaches it whatever else has been named.
        self.seen: dict[Definition, Definition | None] = {} if other is None else dict(other.seen)
        self.named: set[bytes] = set() if other is None else set(other.named)
        self.unnamed: Waiting = {} if other is None else dict(other.unnamed)
        self.own: set[Definition] = set() if other is None else set(other.own)
        self.asked: set[bytes] = set() if other is None else set(other.asked)
        self.held: Waiting = {} if other is None else dict(other.held)
        self.escaped: bool = other is not None and other.escaped

    def when(self, name: bytes, units: Sequence[Definition]) -> Sequence[Definition]:
        """The units, if their name has been named; else they wait for it."""
        if name in self.named:
            return units
        self.unnamed[name] = (*self.unnamed.get(name, ()), *units)
        return ()

    def hold(self, name: bytes, units: Sequence[Definition]) -> Sequence[Definition]:
        """The same for what the instance holds under a name, or anyone who uses the instance itself can reach."""
        for unit in units:
            self.own.add(unit)
            self.own.update(part for _, part in (unit.stores if isinstance(unit, Unit) else ()))
        if name in self.asked or (self.escaped and name in self.named):
            return units
        self.held[name] = (*self.held.get(name, ()), *units)
        return ()

    def take(self, other: Search) -> list[Definition]:
        """Takes over what waits in another search; returns what has been named here."""
        self.own |= other.own
        unnamed = [unit for name, units in other.unnamed.items() for unit in self.when(name, units)]
        return [*unnamed, *(unit for name, units in other.held.items() for unit in self.hold(name, units))]

    def leads(self, start: Iterable[Definition], hinted: bool = True) -> bool:
        """Goes on from some definitions; whether a sink is among what is reached, or what matters to the hints of the start."""
        waiting: list[tuple[Definition, Definition | None]] = [(definition, None) for definition in start]
        hints = self.relevance.hints(d for d, _ in waiting) if hinted else 0
        if hints and self.relevance.meets(hints, self.named):
            return True
        seen, leading, hopeless = self.seen, self.relevance.leading, self.relevance.hopeless
        later: list[tuple[Definition, Definition | None]] = []  # what leads nowhere itself only names what others wait for
        while waiting or later:
            current, before = waiting.pop() if waiting else later.pop()
            if current in seen:
                continue
            if waiting and current in hopeless:
                later.append((current, before))
                continue
            seen[current] = before
            if current in leading or (isinstance(current, Unit) and self.relevance.is_sink(current)):
                self._lead(current)
                return True
            if isinstance(current, Class):
                certain, named = self._members(current)
            else:
                certain, named = self.relevance.reached(current), self._name(current)
            waiting += [(one, None) for one in named if one not in seen]
            waiting += [(one, current) for one in certain if one not in seen]
            if hints and self.relevance.meets(hints, self.named):
                return True
        return False

    def _members(self, cls: Class) -> tuple[list[Definition], list[Definition]]:
        """What a class runs when it is reached, and what has been named of the rest."""
        certain: list[Definition] = [cls.head]
        named: list[Definition] = []
        for name, units in cls.methods.items():
            if is_implicit(name):
                certain += units
            else:
                named += self.when(name, units)
        return certain, named

    def _name(self, unit: Unit) -> list[Definition]:
        """Notes what a unit names; gives what has waited for that."""
        found: list[Definition] = []
        for name, part in unit.stores:
            found += self.when(name, (part,))
        words = unit.words
        for name in self.unnamed.keys() & words:
            found += self.unnamed.pop(name)
        self.named |= words
        if unit in self.own:
            self.asked |= unit.asks
            for name in self.held.keys() & unit.asks:
                found += self.held.pop(name)
            if not self.escaped and (unit.bare or self.relevance.wraps(unit)):
                self.escaped = True
                self.named.add(BARE)
                words = frozenset(self.named)
        if self.escaped and self.held:
            for name in self.held.keys() & words:
                found += self.held.pop(name)
        return found

    def _lead(self, found: Definition | None) -> None:
        """Notes what leads to a sink whatever has been named: no later search has to go beyond it."""
        while found is not None:
            self.relevance.leading.add(found)
            found = self.seen[found]
