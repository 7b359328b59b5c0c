"""`try`, and contexts that catch: what runs if a body raises, and whether anything can be raised in it at all."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.partitions import Tags
from bce_lint.analysis.domain.values import TOP, Constant, Seq, Value
from bce_lint.analysis.interpreter import branches, expressions, imports, questions, statements
from bce_lint.analysis.models import autocast
from bce_lint.analysis.state import assumptions
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.store import State, assumed, merge
from bce_lint.catalog.python import BUILTINS
from bce_lint.ir.walk import children

WRONG_USES = frozenset({"TypeError", "AttributeError", "Exception", "BaseException"})
CATCH_ALL = frozenset({"Exception", "BaseException"})
IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})


def run_try(m: Machine, frame: Frame, node: ir.Try) -> bool:
    """Runs a body and those handlers that may catch what it raises; what they end in is joined."""
    base, outside, test, regions = m.state, frame.arms, _raised_in(node), autocast.state(m)
    m.state = base.fork()
    frame.arms = branches.under(frame, test, outside, False) if node.handlers else outside
    known, catches = assumed(base), any(map(_catches, node.handlers))
    m.catching += catches
    m.thrown.append((base.depth, []))
    alive, raises = _run_body(m, frame, node.body)
    m.catching -= catches
    body_end = m.state
    thrown = [state for state in m.thrown.pop()[1] if state.is_above(base)]
    if thrown and m.thrown and not any(map(_catches_all, node.handlers)):
        _throw_on(m, frame, node.final, thrown)
        m.state = body_end
    caught = () if alive and (_imports_hold(m, frame, node) or _fits(m, frame, node.body)) else node.handlers
    ends = [m.state] if alive and statements.run(m, frame, node.orelse) else []
    if caught:
        base.freeze(base.depth - 1)  # what a handler writes is not seen where the body ends, nor by the next handler
    passed, returned, open_ = bool(ends), len(frame.returns), bool(caught) and not raises
    for handler in caught:
        m.state = merge([base.fork(), *(_forgotten(m, state.fork(), known) for state in (body_end, *thrown))], m.reads)
        autocast.leave(m, regions)
        if handler.name is not None:
            statements.bind_name(m, frame, handler.name, TOP)
        frame.arms = branches.under(frame, test, outside, True) if open_ else outside
        if statements.run(m, frame, handler.body):
            ends.append(m.state)
    frame.arms = outside
    if open_ and ends and (not passed or len(frame.returns) > returned):
        frame.arms = branches.under(frame, test, outside, not passed)  # what follows belongs to what got there alone
    return _finally(m, frame, node.final, base, ends)


def _finally(m: Machine, frame: Frame, body: ir.Body, base: State, ends: list[State]) -> bool:
    """Runs what comes behind a `try` however it ended."""
    m.state = merge(ends, m.reads) if ends else base.fork()
    return statements.run(m, frame, body) and bool(ends)


def _throw_on(m: Machine, frame: Frame, final: ir.Body, thrown: list[State]) -> None:
    """What no handler here need catch is raised in the `try` around, after what comes behind this one."""
    m.state = merge([state.fork() for state in thrown], m.reads)
    if statements.run(m, frame, final):
        m.keep_thrown()


def run_swallowed(m: Machine, frame: Frame, node: ir.With, base: State) -> bool:
    """Runs the body of a context that catches what is raised in it: a path always goes on behind it; True."""
    outside, test = frame.arms, _raised_in(node)
    m.state = m.state.fork()
    frame.arms = branches.under(frame, test, outside, False)
    m.catching += 1
    alive, raises = _run_body(m, frame, node.body)
    m.catching -= 1
    frame.arms = outside
    if not alive:
        frame.arms = outside if raises else branches.under(frame, test, outside, True)
        m.state = merge([base.fork(), _forgotten(m, m.state.fork(), assumed(base))], m.reads)
    assumptions.forget(m, assumed(base))
    return True


def _forgotten(m: Machine, state: State, known: Tags) -> State:
    """A state in the middle of a body: what was assumed in it may not hold yet."""
    m.state = state
    assumptions.forget(m, known)
    return m.state


def _catches(handler: ir.Handler) -> bool:
    """True if a handler may catch what a wrong use of a value raises."""
    kinds = handler.type.items if isinstance(handler.type, ir.Build) else (handler.type,)
    return any(not isinstance(kind, ir.Name) or kind.id in WRONG_USES or kind.id not in BUILTINS for kind in kinds)


def _catches_all(handler: ir.Handler) -> bool:
    """True if a handler catches whatever is raised."""
    kind = handler.type
    return kind is None or (isinstance(kind, ir.Name) and kind.id in CATCH_ALL)


def _run_body(m: Machine, frame: Frame, body: ir.Body) -> tuple[bool, bool]:
    """Whether a path gets through a body, and whether all of them are certain to raise."""
    before, frame.raised, returned = frame.raised, False, len(frame.returns)
    alive = statements.run(m, frame, body)
    raises = not alive and frame.raised and len(frame.returns) == returned
    frame.raised = frame.raised or before
    return alive, raises


def _raised_in(node: ir.Try | ir.With) -> ir.Expr:
    """The question that a `try` asks, or a context: whether its body raises."""
    return ir.Opaque(node.span, tuple(part for statement in node.body for part in children(statement) if isinstance(part, ir.Expr)))


def _fits(m: Machine, frame: Frame, body: ir.Body) -> bool:
    """True if statements do nothing but ask tensors for their layout or take something apart, and certainly raise nothing."""
    if not all(isinstance(one, ir.Assign) and questions.only_asks(one.value) for one in body):
        return False
    if not any(isinstance(target, ir.Build) for one in body if isinstance(one, ir.Assign) for target in one.targets):
        return False
    return all(_unpacks(expressions.evaluate(m, frame, one.value), one.targets) for one in body if isinstance(one, ir.Assign))


def _unpacks(value: Value, targets: tuple[ir.Expr, ...]) -> bool:
    """True if a value is known, and has as many parts as its targets take."""
    if type(value) is Constant:
        return all(isinstance(target, ir.Name) for target in targets)
    return type(value) is Seq and value.exact and all(_takes(target, len(value.prefix)) for target in targets)


def _takes(target: ir.Expr, count: int) -> bool:
    if isinstance(target, ir.Name):
        return True
    if not isinstance(target, ir.Build) or not all(isinstance(one, ir.Name | ir.Star) for one in target.items):
        return False
    starred = any(isinstance(one, ir.Star) for one in target.items)
    return count >= len(target.items) - 1 if starred else count == len(target.items)


def _imports_hold(m: Machine, frame: Frame, node: ir.Try) -> bool:
    """True if the handlers only catch imports that are known to succeed."""
    names = {h.type.id for h in node.handlers if isinstance(h.type, ir.Name)}
    if len(names) != len(node.handlers) or not names <= IMPORT_ERRORS:
        return False
    found = [s for s in node.body if isinstance(s, ir.ImportModule | ir.ImportName)]
    return bool(found) and all(imports.certain(m, frame, s) for s in found)
