"""Whether anything that takes a value may want its gradient: found by looking at where its expression stands, and where its name is read.

Only few values are asked about, so nothing is kept of where the others go. What is not known to do without the gradient may want it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple, TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange
from bce_lint.analysis.domain.values import Constant, Ref
from bce_lint.analysis.models.surroundings import (
    around,
    calls_in,
    is_store,
    lambda_of,
    parents_in,
    qualified,
    reads_of,
    scope_of,
    stores_of,
)
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.consumers import LAYOUT, QUIET_BUILTINS, REPORTING, STOPPING
from bce_lint.catalog.names import canonical
from bce_lint.catalog.schema import Kind, Transfer
from bce_lint.catalog.tensors import ATTRIBUTES, FUNCTIONS, METHODS
from bce_lint.ir.walk import AnyNode

Keys: TypeAlias = tuple[object, ...]
"""Where a value lies in containers: the key in the outermost one first."""

_STEPS = 400
_TEST = re.compile(r"(?:^|[/\\])(?:test_[^/\\]*|conftest|[^/\\]*_test)\.py$")
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!=", "in", "not in", "is", "is not", "not", "format"})
_LAST = frozenset({Kind.BOOL, Kind.LABEL, Kind.SCALAR})
_OPAQUE = frozenset({Kind.NONE, Kind.FACTORY, Kind.PARAMETER, Kind.RECURRENT, Kind.LOGITS})


class Taken(Enum):
    """What becomes of a value: somebody may want its gradient, whoever calls the entry point may, all do without, or nobody takes it."""

    WANTED = 3
    RETURNED = 2
    SPARED = 1
    UNUSED = 0


class Consumption(NamedTuple):
    """What becomes of a value on the way that led to it: through calls of `called`; `returned` is the function that gives it to
    callers who are not seen."""

    taken: Taken
    called: tuple[SourceRange, ...]
    returned: SourceRange | None


def way_of(m: Machine, frame: Frame, node: ir.Call) -> Consumption:
    """What becomes of the value of a call."""
    follower = _Follower(m)
    found = follower.followed(frame, node, ())
    returned = follower.returned if found is Taken.RETURNED else None
    called: list[SourceRange] = []
    around: Frame | None = frame
    while around is not None and around.call is not None and (own := _function(around)) != returned:
        called += [own] if own is not None else []
        around = around.parent
        if around is not None:
            m.crossed(around)
    return Consumption(found, tuple(called), returned)


def _function(frame: Frame) -> SourceRange | None:
    return (frame.unit.path, frame.function.span) if frame.function is not None else None


class _Follower:
    def __init__(self, m: Machine) -> None:
        self.m = m
        self.returned: SourceRange | None = None
        self.seen: set[tuple[int, Keys]] = set()
        self.read: set[tuple[int, str, Keys]] = set()

    def followed(self, frame: Frame, node: AnyNode, keys: Keys) -> Taken:
        """What becomes of the value of an expression, or of what it holds under some keys."""
        if len(self.seen) > _STEPS or len(keys) > 4:
            return Taken.WANTED
        if (id(node), keys) in self.seen:
            return Taken.UNUSED
        self.seen.add((id(node), keys))
        parent = parents_in(scope_of(frame)).get(id(node))
        match parent:
            case ir.Call():
                return self._given(frame, parent, node, keys)
            case ir.Assign():
                return self._assigned(frame, parent.targets, keys)
            case ir.Bind():
                return _worst([self._read(frame, parent.name, keys), self.followed(frame, parent, keys)])
            case ir.Return():
                return self._returned(frame, keys)
            case ir.Item() if parent.value is node:
                return self._indexed(frame, parent, parent.index, keys)
            case ir.Dict() if node in parent.values:
                key = parent.keys[parent.values.index(node)]
                return self.followed(frame, parent, (key.value, *keys)) if isinstance(key, ir.Const) else Taken.WANTED
            case ir.Build() if parent.kind != "set" and not any(isinstance(one, ir.Star) for one in parent.items):
                return self.followed(frame, parent, (parent.items.index(node), *keys))
            case ir.ExprStmt():
                return Taken.UNUSED
            case ir.Attr():
                return self._attribute(frame, parent, keys)
        return Taken.WANTED if keys else self._operand(frame, parent, node)

    def _operand(self, frame: Frame, parent: AnyNode, node: AnyNode) -> Taken:
        match parent:
            case ir.Op():
                return Taken.SPARED if parent.op in _COMPARISONS else self.followed(frame, parent, ())
            case ir.If() | ir.While() | ir.Assert():
                return Taken.SPARED
            case ir.Choice():
                return Taken.SPARED if parent.test is node else self.followed(frame, parent, ())
            case ir.AugAssign() if isinstance(parent.target, ir.Name):
                return self._read(frame, parent.target.id, ())
        return Taken.WANTED

    def _attribute(self, frame: Frame, attr: ir.Attr, keys: Keys) -> Taken:
        above = parents_in(scope_of(frame)).get(id(attr))
        if isinstance(above, ir.Call) and above.func is attr:
            return self._method(frame, above, attr.name, keys)
        if keys:
            if attr.name in ("values", "indices") and keys[0] == 0:
                return self.followed(frame, attr, keys[1:]) if attr.name == "values" else Taken.SPARED
            return Taken.WANTED
        if attr.name in STOPPING or attr.name in LAYOUT:
            return Taken.SPARED
        return self.followed(frame, attr, ()) if attr.name in ATTRIBUTES else Taken.WANTED

    def _method(self, frame: Frame, call: ir.Call, name: str, keys: Keys) -> Taken:
        if keys:
            if name in ("get", "pop") and call.args:
                return self._indexed(frame, call, call.args[0].value, keys)
            return Taken.SPARED if name in ("update", "keys") else Taken.WANTED
        if name in STOPPING or name in LAYOUT:
            return Taken.SPARED
        return self._computed(frame, call, METHODS.get(name), bool(call.args))

    def _given(self, frame: Frame, call: ir.Call, node: AnyNode, keys: Keys) -> Taken:
        """What a call does that a value is an argument of."""
        arg = next((one for one in call.args if one.value is node), None)
        method = call.func.name if isinstance(call.func, ir.Attr) else ""
        name = qualified(frame, call.func)
        if arg is None:
            return Taken.WANTED
        alone = isinstance(parents_in(scope_of(frame)).get(id(call)), ir.ExprStmt)
        if name in QUIET_BUILTINS or (method in REPORTING and alone):
            return Taken.SPARED
        if arg.stars:
            return Taken.WANTED
        if name == "builtins.dict" and arg.keyword:
            return self.followed(frame, call, (arg.keyword, *keys))
        if method in METHODS and not keys and not name:
            return self._computed(frame, call, METHODS[method], False)
        if keys or not name.startswith("torch."):
            return Taken.WANTED
        return self._computed(frame, call, FUNCTIONS.get(canonical(name)), len(call.args) > 1)

    def _computed(self, frame: Frame, call: ir.Call, row: Transfer | None, more: bool) -> Taken:
        """What becomes of the result of an operation of torch."""
        if row is None or row.inplace:
            return Taken.WANTED
        if row.kind in _LAST or row.use == "layout":
            return Taken.SPARED
        if row.kind in _OPAQUE:
            return Taken.WANTED
        parts = row.result in ("namedtuple", "tuple") or (row.result == "namedtuple-if-dim" and more)
        return self.followed(frame, call, (0,) if parts else ())

    def _indexed(self, frame: Frame, item: AnyNode, index: AnyNode, keys: Keys) -> Taken:
        if not keys:
            return self.followed(frame, item, ())
        key = self._constant(frame, index)
        if key is None:
            return Taken.WANTED
        return self.followed(frame, item, keys[1:]) if key.value == keys[0] else Taken.SPARED

    def _constant(self, frame: Frame, index: AnyNode) -> ir.Const | Constant | None:
        """A key that is written out, or a name or an attribute of `self` that is constant on this way."""
        if isinstance(index, ir.Const):
            return index
        found = None
        if isinstance(index, ir.Name) and len(stores_of(self.m, frame, index.id)) <= 1:
            local = frame.function is not None and index.id in frame.function.bound
            found = self.m.read(frame.address, index.id) if local else self.m.read_global(frame.unit.address, index.id)
        elif isinstance(index, ir.Attr) and isinstance(index.value, ir.Name) and type(frame.receiver) is Ref and index.value.id == "self":
            found = self.m.read(frame.receiver.address, index.name)
        return found if type(found) is Constant else None

    def _assigned(self, frame: Frame, targets: tuple[AnyNode, ...], keys: Keys) -> Taken:
        found = []
        for target in targets:
            inner = keys
            if isinstance(target, ir.Build):
                at = keys[0] if keys else None
                if not isinstance(at, int) or at >= len(target.items) or any(isinstance(one, ir.Star) for one in target.items):
                    return Taken.WANTED
                target, inner = target.items[at], keys[1:]
                spared = any(self._is_unread(frame, one) for one in (target,))
                if spared:
                    found.append(Taken.SPARED)
                    continue
            if isinstance(target, ir.Name):
                found.append(self._read(frame, target.id, inner))
            elif isinstance(target, ir.Item) and isinstance(target.value, ir.Name) and isinstance(target.index, ir.Const):
                found.append(self._put(frame, target.value.id, (target.index.value, *inner)))
            else:
                return Taken.WANTED
        return _worst(found)

    def _is_unread(self, frame: Frame, target: AnyNode) -> bool:
        return isinstance(target, ir.Name) and not list(reads_of(self.m, frame, target.id))

    def _put(self, frame: Frame, name: str, keys: Keys) -> Taken:
        """A value is put into a dict of a name, if that is made here."""
        stores = stores_of(self.m, frame, name)
        made = all(isinstance(one, ir.Assign) and isinstance(one.value, ir.Dict) for one in stores)
        return self._read(frame, name, keys) if stores and made else Taken.WANTED

    def _read(self, frame: Frame, name: str, keys: Keys) -> Taken:
        """What becomes of a value that a name has, wherever the name is read."""
        function = frame.function
        if function is not None and name not in function.bound:
            return Taken.WANTED
        if (id(frame), name, keys) in self.read:
            return Taken.UNUSED
        self.read.add((id(frame), name, keys))
        found = []
        parents = parents_in(scope_of(frame))
        for one in reads_of(self.m, frame, name):
            if any(isinstance(around, ir.Function | ir.ClassDef) for around in around(parents, one, scope_of(frame))):
                return Taken.WANTED
            if not (keys and isinstance(parents.get(id(one)), ir.Item) and is_store(parents, parents[id(one)])):
                found.append(self.followed(frame, one, keys))
        return _worst(found)

    def _returned(self, frame: Frame, keys: Keys) -> Taken:
        """What becomes of a function's result where it was called."""
        function, caller = frame.function, frame.parent
        if function is None or function.is_generator or function.is_async or caller is None:
            return Taken.WANTED
        self.m.crossed(caller)
        if frame.call is None and not keys and (made := lambda_of(caller, function)) is not None:
            found = self.followed(caller, made, ())
            return found if found is Taken.SPARED else Taken.WANTED
        if frame.call is None or not _speaks_for_others(caller.unit.path, frame.unit.path, keys):
            self.returned = _function(frame)
            return Taken.RETURNED
        calls = calls_in(scope_of(caller)).get(frame.call, [])
        found = self.followed(caller, calls[0], keys) if len(calls) == 1 else Taken.WANTED
        return found if found is not Taken.UNUSED else Taken.SPARED


def _speaks_for_others(path: str, own: str, keys: Keys) -> bool:
    """True if what a caller does with a result may be all that is done with it: another file does it with what it does not pick, a test
    with nothing."""
    return path == own or (bool(keys) and _TEST.search(path) is None)


def _worst(found: list[Taken]) -> Taken:
    return max(found, key=lambda one: one.value, default=Taken.UNUSED)
