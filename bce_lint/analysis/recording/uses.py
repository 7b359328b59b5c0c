"""Where values went in a run: asked for by fixes, which must know everyone who uses what they change.

A run that records is slower; a run that only lints records nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Final

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place, SourceRange, Tensor
from bce_lint.analysis.domain.values import (
    BuiltinMethod,
    ClassV,
    Constant,
    External,
    FunctionV,
    MethodV,
    ModuleV,
    Ref,
    Seq,
    Table,
    Union,
    Unknown,
    Value,
    options,
)
from bce_lint.analysis.recording.lost_calls import LostCalls
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.walks import LARGE, Walks
from bce_lint.catalog.schema import Domain

if TYPE_CHECKING:
    from bce_lint.analysis.state.frames import Args, Frame
    from bce_lint.analysis.state.machine import Machine


DEPTH = 4
_KEPT = frozenset({"loss", "instance", "container", "activation"})
_NOTHING = frozenset[SourceRange]()
_PLAIN = frozenset({Constant, Unknown, External, FunctionV, MethodV, ClassV, BuiltinMethod, ModuleV})
"""Values that are and hold no tensor."""
_HOLDING = frozenset({"list", "dict", "set", "instance"})
_LOOKED_INTO = frozenset({Tensor, Union, Ref, Seq, Table})
"""Of the parts of a value, those that are tensors or may hold some."""


class UseRecorder:
    """What a run has seen of values that went through an activation, of losses and of modules.

    Of an expression, `carriers` gives the activations whose output it was or held, `direct` those whose output it was itself, `latest`
    those of them that no other was applied to since, `kinds` those that each value it ever had went through (none for most),
    `domains` what these values mean, `objects` the losses, activations and containers (by where they were made) and the instances (by
    their class) that it was. `evaluated` are all expressions that were reached within the budget, `started` all functions that were.
    `entered` gives for a function the calls that led into it, `called` for a call the names of what it called outside the project,
    `callees` the objects among it, `applied` for an activation the calls that applied it. `targets` are the files that the run should
    lead into, `lost` the calls that were not followed.
    """

    fuel_factor: Final = 8
    """Whoever changes a value must have seen who uses it."""
    learns_once = True

    def __init__(self, targets: frozenset[str] = frozenset()) -> None:
        self.targets = targets
        self.carriers: defaultdict[SourceRange, set[SourceRange]] = defaultdict(set)
        self.direct: defaultdict[SourceRange, set[SourceRange]] = defaultdict(set)
        self.latest: defaultdict[SourceRange, set[SourceRange]] = defaultdict(set)
        self.kinds: defaultdict[SourceRange, set[frozenset[SourceRange]]] = defaultdict(set)
        self.domains: defaultdict[SourceRange, set[Domain | None]] = defaultdict(set)
        self.objects: defaultdict[SourceRange, set[SourceRange]] = defaultdict(set)
        self.evaluated: set[SourceRange] = set()
        self.started: set[SourceRange] = set()
        self.entered: defaultdict[SourceRange, set[SourceRange]] = defaultdict(set)
        self.called: defaultdict[SourceRange, set[str]] = defaultdict(set)
        self.callees: defaultdict[SourceRange, set[SourceRange]] = defaultdict(set)
        self.applied: defaultdict[SourceRange, set[SourceRange]] = defaultdict(set)
        self.lost = LostCalls()
        self._walks = Walks()
        self._parts: dict[int, tuple[Value, Mapping[int, Value]]] = {}
        # By file, and whether it is a constant: the expressions of which a plain value has been noted.
        self._plain: defaultdict[tuple[str, bool], set[ir.Expr]] = defaultdict(set)

    def note(self, m: Machine, frame: Frame, node: ir.Expr, value: Value) -> Value:
        """An expression had a value; gives the value that stands for it from here on."""
        kind = type(value)
        if kind in _PLAIN:
            if node not in self._plain[frame.unit.path, kind is Constant]:
                self._note_plain(frame.unit.path, node, kind is Constant, m.fuel >= 0)
            return value
        here = (frame.unit.path, node.span)
        if m.fuel >= 0:
            self.evaluated.add(here)
        if type(value) is Tensor:
            self._note_tensor(here, value)
            return value
        for origin, whole in self._origins(m, frame.unit.path, value):
            self.carriers[here].add(origin)
            if whole:
                self.direct[here].add(origin)
        for option in options(value):
            if type(option) is Tensor:
                self.domains[here].add(option.domain)
                self.kinds[here].add(frozenset(origin.place.range for origin in (*option.origin, *option.inner)))
                self.latest[here].update(origin.place.range for origin in option.origin)
            elif type(option) is not Constant:
                self.kinds[here].add(_NOTHING)
                self.domains[here].add(None)
            if type(option) is Ref and option.kind in _KEPT:
                owner = option.what if isinstance(option.what, ClassV) else None
                if owner is not None:
                    self.objects[here].add((owner.path, owner.node.span))
                elif option.place is not None:
                    self.objects[here].add(option.place.range)
        return value

    def _note_plain(self, path: str, node: ir.Expr, constant: bool, reached: bool) -> None:
        here = (path, node.span)
        if reached:
            self._plain[path, constant].add(node)
            self.evaluated.add(here)
        if not constant:
            self.domains[here].add(None)
            self.kinds[here].add(_NOTHING)

    def _note_tensor(self, here: SourceRange, value: Tensor) -> None:
        origins = frozenset([origin.place.range for origin in (*value.origin, *value.inner)])
        if origins:
            self.carriers[here] |= origins
            self.direct[here] |= origins
            self.latest[here].update(origin.place.range for origin in value.origin)
        self.domains[here].add(value.domain)
        self.kinds[here].add(origins)

    def augmented(self, m: Machine, frame: Frame, node: ir.AugAssign, old: Value, new: Value) -> Value:
        """`target op= value` gave a new value; gives the one that stands for it from here on."""
        return new

    def bound(self, frame: Frame, target: ir.Name) -> None:
        """A name is bound to another value."""

    def stored(self, m: Machine, frame: Frame, target: ir.Attr | ir.Item, owner: Value) -> None:
        """Something is stored in an attribute or an item."""

    def same(self, old: Value, new: Value) -> None:
        """A value goes on as another object."""

    def call(self, m: Machine, frame: Frame, function: Value, args: Args, node: ir.Call) -> None:
        """A call reached one alternative of its callee."""
        here = (frame.unit.path, node.span)
        match function:
            case FunctionV() | MethodV():
                pass  # entered
            case External():
                self.called[here].add(function.name)
            case BuiltinMethod():
                self.called[here].add("." + function.name)
            case Ref():
                name = getattr(function.what, "name", function.what)
                self.called[here].add(f"{function.kind} {name}")
                if function.kind in _KEPT and function.place is not None:
                    self.callees[here].add(function.place.range)
            case ClassV():
                self.called[here].add("class")
            case _:
                self.called[here].add("?")

    def enter(self, frame: Frame, function: FunctionV, call: ir.Span | None) -> None:
        """A function of the project was entered, by a call or as an entry point."""
        here = (function.path, function.node.span)
        self.started.add(here)
        if call is not None:
            self.entered[here].add((frame.unit.path, call))

    def cut(self, m: Machine, function: FunctionV, args: Args) -> None:
        """A call into a function of the project was not followed."""
        self.lost.note(m, function, args)

    def apply(self, frame: Frame, origin: Place, node: ir.Call) -> None:
        """An activation was applied."""
        self.applied[origin.range].add((frame.unit.path, node.span))

    def _origins(self, m: Machine, path: str, value: Value) -> set[tuple[SourceRange, bool]]:
        """Where the tensors come from that a value is, or holds at some depth; what holds others is looked into once."""
        found: set[tuple[SourceRange, bool]] = set()
        self._walks.path = path
        seen: set[int] = set()
        level: tuple[Value, ...] = (value,)
        for depth in range(DEPTH + 1):
            below: dict[int, Value] = {}
            for option in chain.from_iterable(map(options, level)):
                if type(option) is Tensor:
                    found.update((origin.place.range, not depth) for origin in (*option.origin, *option.inner))
                elif (key := -option.address if type(option) is Ref else id(option)) not in seen:
                    seen.add(key)
                    below.update(self._held(m, option))
            level = tuple(below.values())
        return found

    def _held(self, m: Machine, value: Value) -> Mapping[int, Value]:
        """What a container holds that may be a tensor or hold some, each once: most of many are one and the same."""
        if type(value) is Ref:
            held = m.peek((value.address, cells.ITEMS)) if value.kind in _HOLDING else None
            return {} if held is None else {id(held): held}
        if type(value) is not Seq and type(value) is not Table:
            return {}
        if value.bulk > LARGE:
            value = self._walks.ask(value)
        known = self._parts.get(id(value))
        if known is None or known[0] is not value:
            parts = [*(v for _, v in value.entries), value.rest] if isinstance(value, Table) else [*value]
            known = self._parts[id(value)] = (value, {id(one): one for one in parts if one is not None and type(one) in _LOOKED_INTO})
        return known[1]
