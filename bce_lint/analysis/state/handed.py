"""What a function was handed: shapes and dtypes that a caller chose, and the tests that decide what is done with them.

A test that nobody can decide has an arm for each thing that a caller may mean. What a caller handed in fits the arm that it means: that
it does not fit another one proves nothing. A tensor knows in `given` the depth of the outermost frame that was handed it, or what it
was made of; a frame knows in `arms` which outcomes of undecided tests it runs under.
"""

from __future__ import annotations

from functools import lru_cache

from bce_lint import ir
from bce_lint.analysis.domain.tensor import SourceRange, Tensor, outermost
from bce_lint.analysis.domain.values import External, Ref, Seq, Union, Value
from bce_lint.analysis.sites import UndecidedArm
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.names import KNOWN_LIBRARIES
from bce_lint.ir.walk import AnyNode, children
from bce_lint.records import changed


def arguments(m: Machine, frame: Frame, args: Args) -> Args:
    """The arguments of a call as the frame that it enters sees them."""
    pos = tuple([handed(m, value, frame.depth) for value in args.pos])
    kw = {name: handed(m, value, frame.depth) for name, value in args.kw.items()} if args.kw else args.kw
    return args._replace(pos=pos, kw=kw)


def handed(m: Machine, value: Value, depth: int) -> Value:
    """An argument as a frame at some depth sees it."""
    match value:
        case Tensor():
            known = value.shape is not None or value.dtype is not None
            return _followed(m, value, depth) if known and not 0 < value.given <= depth else value
        case Seq():
            found = value.map(lambda part: handed(m, part, depth))
            return found if any(new is not old for new, old in zip(found, value, strict=True)) else value
        case Union():
            parts = tuple(handed(m, part, depth) for part in value.options)
            return changed(value, options=parts) if any(new is not old for new, old in zip(parts, value.options, strict=True)) else value
    return value


def taken(m: Machine, frame: Frame, owner: Ref, value: Value) -> Value:
    """What a frame takes out of an object: a caller's where the object is, but for the frame's own `self`."""
    depth, last = handed_by(frame, owner.address, 0)
    if m.trace is not None:
        m.trace.taken(owner.address, depth, last)
    return _marked(m, value, depth) if depth else value


def handed_by(frame: Frame, address: int, depth: int) -> tuple[int, int]:
    """The depth of the outermost frame that was handed an object on the way to a frame, and of the one where that ends; where none was,
    `depth`."""
    scope = frame
    while scope.call is not None and scope.parent is not None and address in scope.params:
        if scope.owner is not None and type(scope.receiver) is Ref and address == scope.receiver.address:
            break
        depth, scope = scope.depth, scope.parent
    return depth, scope.depth


def made_of(m: Machine, value: Value, args: Args) -> Value:
    """The result of an operation: its layout is a caller's where that of an argument is."""
    depth = 0
    for one in (*args.pos, *args.kw.values()) if args.kw else args.pos:
        if type(one) is Tensor and one.given:
            depth = outermost(depth, one.given)
    return _marked(m, value, depth) if depth else value


def _marked(m: Machine, value: Value, depth: int) -> Value:
    match value:
        case Tensor():
            return value if value.given == outermost(value.given, depth) else _followed(m, value, depth)
        case Seq():
            return value.map(lambda part: _marked(m, part, depth))
        case Union():
            return changed(value, options=tuple(_marked(m, part, depth) for part in value.options))
    return value


def _followed(m: Machine, value: Tensor, depth: int) -> Tensor:
    new = changed(value, given=depth)
    if m.observer is not None:
        m.observer.same(value, new)
    return new


def arms(m: Machine, frame: Frame, *tensors: Tensor) -> tuple[UndecidedArm, ...]:
    """The outcomes of undecided tests that some tensors met in functions which were handed them, the outermost first."""
    found: list[UndecidedArm] = []
    depth = outermost(*[t.given for t in tensors])
    scope: Frame | None = frame if depth else None
    while scope is not None and scope.depth >= depth:
        m.crossed(scope)
        if scope.arms:
            called = chain(scope)
            counters = counters_of(scope.function)
            meant = [(test, taken) for test, taken in scope.arms if _meant(m, scope, test) and not counters & _names(test)]
            found[:0] = [UndecidedArm(((scope.unit.path, test.span), *called), taken, type(test) is ir.Opaque) for test, taken in meant]
        scope = scope.parent
    return tuple(found)


def _meant(m: Machine, frame: Frame, test: ir.Expr) -> bool:
    """True if a caller can decide a test by what it hands in or sets up: not where the mode of training decides, nor a library alone."""
    if isinstance(test, ir.Name):
        value = m.read_global(frame.unit.address, test.id) if test.id not in frame.bound else None
        return type(value) is not External or value.name.partition(".")[0] not in KNOWN_LIBRARIES
    if isinstance(test, ir.Attr) and test.name == "training":
        return False
    return any(_meant(m, frame, part) for part in children(test))


def _names(node: AnyNode) -> set[str]:
    """The names that a node reads."""
    return {node.id} if isinstance(node, ir.Name) else {name for part in children(node) for name in _names(part)}


@lru_cache(maxsize=64)
def counters_of(function: ir.Function | None) -> frozenset[str]:
    """The names that loops of a function count with: both outcomes of a test of one come in turn, whatever a caller means."""
    return frozenset() if function is None else frozenset(_counters(function))


def _counters(node: AnyNode) -> set[str]:
    found = {name for part in children(node) for name in _counters(part)}
    match node:
        case ir.For(target=ir.Name(id=name), iter=ir.Call(func=ir.Name(id="range" | "trange"))):
            found.add(name)
        case ir.For(target=ir.Build(items=(ir.Name(id=name), *_)), iter=ir.Call(func=ir.Name(id="enumerate"))):
            found.add(name)
    return found


def chain(frame: Frame) -> tuple[SourceRange, ...]:
    """The calls that led into a frame."""
    found: list[SourceRange] = []
    while frame.parent is not None and frame.call is not None:
        found.append((frame.parent.unit.path, frame.call))
        frame = frame.parent
    return tuple(found)
