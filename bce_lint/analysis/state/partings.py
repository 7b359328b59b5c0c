"""Where alternatives came apart: the undecided tests of whose arms only one leaves a value as it is.

What an arm leaves is known by what marks it off from other alternatives: of a tensor the operations that gave it its meaning, of an
object where it was made. These stay when a value is handed on, reshaped and cast.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import Final, TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.conditions import MAX_CONDITIONS, Condition, Conditional, Conditions
from bce_lint.analysis.domain.tensor import Origin, SourceRange, Tensor
from bce_lint.analysis.domain.values import ClassV, External, FunctionV, MethodV, PartialV, Ref, Seq, Union, Value, options
from bce_lint.analysis.state.frames import Frame, LoweredFile
from bce_lint.analysis.state.store import State
from bce_lint.ir.walk import AnyNode, children

_Outcome: TypeAlias = tuple[SourceRange, bool]
_TOLD_APART: Final = frozenset({Tensor, Ref, Union, External, FunctionV, ClassV, MethodV, PartialV})
_NO_SUBJECT: Final = frozenset({"self", "isinstance", "len", "hasattr", "getattr", "torch", "int", "float", "bool", "str"})
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NONE: Final = frozenset[_Outcome]()


class Partings:
    """The outcomes of undecided tests under which values were left, by what marks each off."""

    __slots__ = ("_known", "_tests")

    def __init__(self) -> None:
        self._known: dict[Hashable, frozenset[_Outcome]] = {}
        self._tests: dict[SourceRange, tuple[LoweredFile, ir.Expr]] = {}

    def merged(self, frame: Frame, test: ir.Expr, base: State, taken: State, other: State) -> None:
        """Two arms of an undecided test meet: what one of them alone leaves in a cell is there under its outcome."""
        yes, no = taken.delta(base), other.delta(base)
        for cell, a in yes.items():
            if cell[1][:1] != "$":  # what is hidden is no alternative
                b = no[cell] if cell in no else base.find(cell)
                if a is not b and (type(a) in _TOLD_APART or type(b) in _TOLD_APART):
                    self.chosen(frame, test, a, b)
        for cell, left in no.items():
            if cell not in yes and cell[1][:1] != "$":
                kept = base.find(cell)
                if kept is not left and (type(kept) in _TOLD_APART or type(left) in _TOLD_APART):
                    self.chosen(frame, test, kept, left)

    def chosen(self, frame: Frame, test: ir.Expr, taken: Value | None, other: Value | None) -> None:
        """A value is one thing or another, as an undecided test says."""
        path = frame.unit.path
        a = set() if taken is None else set(_marks(taken, path))
        b = set() if other is None else set(_marks(other, path))
        if a != b:
            self._add(frame, test, True, a - b)
            self._add(frame, test, False, b - a)

    def returned(self, frame: Frame, value: Value) -> None:
        """A function returns a value under the outcomes that are assumed there."""
        for part in value if type(value) is Seq and value.exact else (value,):
            if type(part) in _TOLD_APART:
                marks = set(_marks(part, frame.unit.path))
                for test, outcome in frame.assumed:
                    self._add(frame, test, outcome, marks)

    def carried(self, frame: Frame, callee: Value, result: Value) -> None:
        """What one alternative of a callee gives is there under the conditions of that callee."""
        path = frame.unit.path
        found = next((self._known[mark] for mark in _marks(callee, path) if mark in self._known), _NONE)
        for mark in _marks(result, path) if found else ():
            self._known[mark] = self._known.get(mark, _NONE) | found

    def arriving(self, frame: Frame, *values: tuple[Tensor, ...]) -> tuple[Conditional, ...]:
        """The alternatives among some values, each with its conditions."""
        several = [tensor for found in values if len(found) > 1 for tensor in found] if self._known else []
        return tuple([Conditional(tensor, self.conditions(frame, tensor)) for tensor in several])

    def conditions(self, frame: Frame, value: Value) -> Conditions:
        """The conditions under which a value is there: those of which nothing speaks that is assumed around the place."""
        known = [self._known.get(mark, _NONE) for mark in _marks(value, frame.unit.path)]
        shared = frozenset.intersection(*known) if known else _NONE
        settled = _assumed_around(frame) if shared else set[str]()
        found = [
            Condition(unit.place(test.span), outcome)
            for at, outcome in sorted(shared)
            for unit, test in (self._tests[at],)
            if (at, not outcome) not in shared and not subjects(test) & settled
        ]
        return tuple(found[:MAX_CONDITIONS])

    def _add(self, frame: Frame, test: ir.Expr, outcome: bool, marks: set[Hashable]) -> None:
        at = frame.unit.path, test.span
        if marks:
            self._tests[at] = frame.unit, test
        for mark in marks:
            self._known[mark] = self._known.get(mark, _NONE) | {(at, outcome)}


def _marks(value: Value, path: str) -> Iterator[Hashable]:
    """What marks each alternative of a value off; what has no place of its own is told apart within a file."""
    for one in options(value):
        match one:
            case Tensor(origin=()):
                yield one.domain, one.range, one.dtype, one.identity, one.literal
            case Tensor():
                inner = tuple(map(_mark, one.inner))
                yield from ((one.domain, _mark(origin), inner) for origin in one.origin)
            case Ref() | ClassV():
                yield one.address
            case MethodV():
                yield from _marks(one.receiver, path)
            case PartialV():
                yield from _marks(one.function, path)
            case External():
                yield one.name, path
            case FunctionV():
                yield one.path, one.node.span


def _mark(origin: Origin) -> tuple[str, SourceRange]:
    return origin.name, origin.place.range


def _assumed_around(frame: Frame) -> set[str]:
    """What the tests ask whose outcome is assumed, in a function and in those that called it."""
    found = set[str]()
    scope: Frame | None = frame
    while scope is not None:
        for test, _ in scope.assumed:
            found |= subjects(test)
        scope = scope.parent
    return found


def subjects(test: AnyNode) -> set[str]:
    """The words in the names, attributes and keys that a test asks: what is handed on as `gan_type` may be `type` there."""
    match test:
        case ir.Attr(name=name):
            return _words(name)
        case ir.Call(func=ir.Attr(value=owner)):
            return subjects(owner).union(*(subjects(arg) for arg in test.args))
        case ir.Item(index=ir.Const(value=str() as key)):
            return _words(key)
        case ir.Name(id=name):
            return set() if name in _NO_SUBJECT else _words(name)
    return set[str]().union(*(subjects(part) for part in children(test)))


def _words(name: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(name)}
