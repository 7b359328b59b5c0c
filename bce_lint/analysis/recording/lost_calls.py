"""Calls that a recorded run did not follow: whoever changes a value must know that nobody gets it there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bce_lint.analysis.domain.tensor import SourceRange, Tensor
from bce_lint.analysis.domain.values import ClassV, FunctionV, Ref, Value, options
from bce_lint.analysis.state.cut_calls import parts
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine


class LostCalls:
    """What was called where a budget was spent or calls stood too deep in each other.

    `called` are the functions, by name. `given` names, for what a call was given, the function that was not followed: for an activation
    and a loss by where they are applied or made, for an instance by its class and those above it, for a function by itself. `setters` are
    methods that were to show what an instance may hold, each with the classes of that.
    """

    def __init__(self) -> None:
        self.called: dict[SourceRange, str] = {}
        self.given: dict[SourceRange, str] = {}
        self.setters: dict[SourceRange, set[SourceRange]] = {}
        self._seen: set[tuple[SourceRange, int]] = set()

    def note(self, m: Machine, function: FunctionV, args: Args) -> None:
        """A call was not followed."""
        here, name = (function.path, function.node.span), function.node.name
        if m.suppress_sites:
            self.setters.setdefault(here, set()).update(_own(args.pos[0]) if args.pos else ())
            return
        self.called.setdefault(here, name)
        for value in chain(args.pos, args.kw.values()):
            key = here, value.address if type(value) is Ref else id(value)
            if key not in self._seen:
                self._seen.add(key)
                for one in chain.from_iterable(map(_own, parts(m, (value,)))):
                    self.given.setdefault(one, name)


def _own(value: Value) -> Iterator[SourceRange]:
    match value:
        case Tensor():
            yield from (origin.place.range for origin in (*value.origin, *value.inner))
        case FunctionV():
            yield (value.path, value.node.span)
        case ClassV():
            yield from _line(value)
        case Ref(what=ClassV() as cls):
            yield from _line(cls)
        case Ref(place=place) if place is not None:
            yield place.range


def _line(cls: ClassV) -> Iterator[SourceRange]:
    """A class and those above it."""
    seen: set[int] = set()
    waiting = [cls]
    while waiting:
        one = waiting.pop()
        if one.address not in seen:
            seen.add(one.address)
            yield (one.path, one.node.span)
            waiting += (base for value in one.bases for base in options(value) if type(base) is ClassV)
