"""What instances hold, as far as the words of their classes say: which statements set that, and under which attributes it is found.

An instance is as its makers leave it, and the methods that assign attributes (see `roots.typical_instance`): what other methods put
into it is there for none but themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bce_lint.analysis.definitions import BARE, Class, Unit, attributes_of
from bce_lint.analysis.search import is_implicit

if TYPE_CHECKING:
    from bce_lint.analysis.relevance import Relevance

MAKERS = frozenset({b"__init__", b"__new__", b"__post_init__", b"__init_subclass__"})


class Instances:
    """The settings of the classes of a project."""

    def __init__(self, relevance: Relevance) -> None:
        self.relevance = relevance
        self._setters: dict[Class, frozenset[bytes]] = {}

    def settings(self, cls: Class) -> Iterator[tuple[bytes | None, Unit]]:
        """The settings of the methods that make an instance what it is, but for those that make one of its first base, too.

        With each stands an attribute that it changes; None where that may be any.
        """
        bases, line = self.relevance.bases_of(cls), self.relevance.line(cls)
        before = self._setting(bases[0]) if bases else frozenset[bytes]()
        known = self.relevance.line(bases[0]) if bases else []
        for one in line:
            for method in self._setting(cls) - before if one in known else self._setting(cls):
                for setting in one.settings.get(method, ()):
                    names = setting.attributes
                    if setting.callee:
                        names |= self._kept(self.relevance.line(one)[1:] if setting.above else line, setting.callee)
                    yield from ((name or None, setting.unit) for name in names)

    def _kept(self, line: list[Class], callee: bytes) -> frozenset[bytes]:
        """The attributes that may keep what a method of some classes is given; the empty name stands for any."""
        found: set[bytes] = set()
        waiting = [callee]
        while waiting:
            current = waiting.pop()
            units = [unit for one in line for unit in one.methods.get(current, ())]
            if not units and current == callee:  # its elements, if it keeps any
                return frozenset({b""}) if callee in MAKERS else frozenset({BARE})
            for unit in units:
                if unit.bare or any(part.bare for _, part in unit.stores):
                    return frozenset({b""})
                waiting.extend(attributes_of(unit) - found)
                found |= attributes_of(unit)
        return frozenset(found)

    def _setting(self, cls: Class) -> frozenset[bytes]:
        """The methods that make an instance what it is: makers, those that assign attributes, and what they name."""
        if cls not in self._setters:
            line = self.relevance.line(cls)
            waiting = [*MAKERS, *(name for one in line for name in one.setters)]
            names = {name for one in line for name in one.methods}
            found: set[bytes] = set()
            while waiting:
                if (current := waiting.pop()) in found:
                    continue
                found.add(current)
                units = [unit for one in line for unit in one.methods.get(current, ())]
                parts = [part for unit in units for part in (unit, *(part for _, part in unit.stores))]
                words = frozenset[bytes]().union(*(part.words for part in parts))
                bare = any(part.bare for part in parts)
                waiting.extend(name for name in names if name in words or (bare and is_implicit(name)))
            self._setters[cls] = frozenset(found)
        return self._setters[cls]
