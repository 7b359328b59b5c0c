"""Branches: the arms that are run, and what a test tells about the names in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import among, common
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Constant, Ref, Union, Unknown, Value, const, join_all, join_tagged, tagged
from bce_lint.analysis.interpreter import expressions, questions, statements
from bce_lint.analysis.models import class_questions
from bce_lint.analysis.state import assumptions, objects
from bce_lint.analysis.state.frames import Frame, OpenArm
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.store import Cell, State, apart, apply_delta, merge
from bce_lint.records import changed

Narrowed: TypeAlias = dict[Cell, tuple[Unknown, Value]]
"""Cells of unknown values that are constants in one arm, with both."""


_KNOWN = frozenset({Constant, Union})
_EQUAL = {"is": True, "==": True, "is not": False, "!=": False}
_AMONG = {"in": True, "not in": False}


def run_if(m: Machine, frame: Frame, node: ir.If) -> bool:
    """Runs the arm that is taken, or both and joins them."""
    value = None if _main_guard(frame, node.test) else expressions.evaluate(m, frame, node.test)
    outcome = m.runs_as_main(frame) if value is None else assumptions.decided(m, value)
    if m.ended:
        return False
    if outcome is not None:
        arms = (node.body, node.orelse) if outcome else (node.orelse, node.body)
        name = _tested(node.test)
        return _run_both(m, frame, arms, name) if name and _is_default(m, frame, name) else statements.run(m, frame, arms[0])
    base, outside = m.state, frame.arms
    ends, rest, narrowed = [], outside, list[Narrowed]()
    for taken, body, other in ((True, node.body, node.orelse), (False, node.orelse, node.body)):
        m.state = base.fork()
        known = _narrow_arm(m, frame, node.test, value, taken)
        if _ended(m):  # with this outcome the test itself raises
            continue
        frame.arms, returned = outside if _only_raises(other) else under(frame, node.test, outside, taken), len(frame.returns)
        if statements.run(m, frame, body):
            ends.append(m.state)
            narrowed.append(known)
        elif len(frame.returns) > returned:
            rest = under(frame, node.test, outside, not taken)  # what follows is the other arm
    frame.arms = rest
    if not ends:
        m.state = base
        return False
    m.state = _joined(m, base, _widened(m, ends, narrowed))
    return True


def _narrow_arm(m: Machine, frame: Frame, test: ir.Expr, value: Value | None, taken: bool) -> Narrowed:
    """Begins one arm of an undecided test: what it tells, and the cells of unknown values that are constants in this arm."""
    outcomes = assumptions.outcomes_of(m, frame, test, value, taken)
    before = m.state.parent
    refine(m, frame, test, taken)
    if before is None or not m.state.cells:
        known: Narrowed = {}
    else:
        known = {c: (old, v) for c, v in m.state.cells.items() if type(v) in _KNOWN and type(old := before.find(c)) is Unknown}
    assumptions.assume(m, outcomes)
    frame.narrowed += [(cell, old, new) for cell, (old, new) in known.items() if cell[0] != frame.address]
    return known


def left_alone(frame: Frame, ends: list[State]) -> list[State]:
    """The ends of a call, with the unknown values that some of them know and others have left alone as they were before."""
    for cell, old, new in reversed(frame.narrowed):
        found = [end.find(cell) for end in ends]
        if any(value is old for value in found):
            for index, value in enumerate(found):
                if value is new:
                    ends[index] = ends[index].open()
                    ends[index].put(cell, old)
    return ends


def _widened(m: Machine, ends: list[State], narrowed: list[Narrowed]) -> list[State]:
    """The ends of both arms, with the unknown values that one of them knows and the other has left alone as they were before."""
    if len(ends) < 2:
        return ends
    found = []
    for end, other, known in zip(ends, ends[::-1], narrowed, strict=True):
        left = [(cell, old) for cell, (old, new) in known.items() if end.find(cell) is new and other.find(cell) is old]
        if left:
            end = end.open()
            for cell, old in left:
                end.put(cell, old)
        found.append(end)
    return found


def _joined(m: Machine, base: State, ends: list[State]) -> State:
    """What goes on behind alternatives that began in one state: no layer above it, even if only one of them goes on."""
    return merge(ends, m.reads) if len(ends) > 1 else apply_delta(base, ends[0].delta(base))


def _ended(m: Machine) -> bool:
    """True if the path has ended; another one begins."""
    ended, m.ended = m.ended, False
    return ended


def _only_raises(body: ir.Body) -> bool:
    """True if an arm says that it is not meant."""
    match body:
        case (*_, ir.Raise()):
            return True
        case (ir.If(body=inner, orelse=other),):
            return _only_raises(inner) and _only_raises(other)
    return False


def under(frame: Frame, test: ir.Expr, outside: tuple[OpenArm, ...], taken: bool) -> tuple[OpenArm, ...]:
    """The undecided tests of a function that an arm of one more is under; of the entry point's own there is no caller."""
    return (*outside, (test, taken)) if frame.call is not None else outside


def _run_both(m: Machine, frame: Frame, arms: tuple[ir.Body, ir.Body], name: str) -> bool:
    """Runs the arm that a default chooses, and the other one for the sites in it; what follows sees the first that gets there."""
    before = m.state
    m.state = before.fork()
    if not statements.run(m, frame, arms[0]):
        m.state = before.fork()
        m.write(frame.address, name, TOP)
        return statements.run(m, frame, arms[1])
    m.not_replayed()
    after, constructed = m.state, dict(m.answer.constructed)
    m.state = before.fork()
    m.write(frame.address, name, TOP)
    apart = changed(frame, returns=[], yields=[], yield_contexts=[], loops=[loop.apart() for loop in frame.loops])
    statements.run(m, apart, arms[1])
    m.state, m.answer.constructed = after, constructed
    return True


def _tested(test: ir.Expr) -> str | None:
    """The variable that decides a test alone."""
    match test:
        case ir.Op(op="not", operands=(inner,)):
            return _tested(inner)
        case ir.Op(op="==" | "!=", operands=(ir.Name() as name, ir.Const())):
            return name.id
        case ir.Name():
            return test.id
    return None


def _is_default(m: Machine, frame: Frame, name: str) -> bool:
    """True if a variable of an entry point still has the default of its parameter, where callers outside may give something else."""
    if frame.function is None or frame.call is not None or (m.takes_any and frame.is_private):
        return False
    value = m.state.find((frame.address, name))
    return type(value) is Constant and any(
        type(p.default) is ir.Const and p.name == name and const(p.default.value) == value for p in frame.function.params
    )


def _main_guard(frame: Frame, test: ir.Expr) -> bool:
    match test:
        case ir.Op(op="==", operands=(ir.Name(id="__name__"), ir.Const(value="__main__"))):
            return True
        case ir.Op(op="==", operands=(ir.Const(value="__main__"), ir.Name(id="__name__"))):
            return True
    return False


def choose(m: Machine, frame: Frame, node: ir.Choice) -> Value:
    """A conditional expression: the arm that is taken, or the join of both."""
    test = expressions.evaluate(m, frame, node.test)
    outcome = assumptions.decided(m, test)
    if outcome is not None or m.ended:
        return expressions.evaluate(m, frame, node.then if outcome else node.other)
    base, outside = m.state, frame.arms
    ends, values, narrowed = [], [], list[Narrowed]()
    for taken, arm in ((True, node.then), (False, node.other)):
        m.state = base.fork()
        known = _narrow_arm(m, frame, node.test, test, taken)
        frame.arms = under(frame, node.test, outside, taken)
        value = expressions.evaluate(m, frame, arm)
        if not m.ended:
            values.append(value)
            ends.append(m.state)
            narrowed.append(known)
        m.ended = False
    frame.arms = outside
    if not ends:
        m.ended, m.state = True, base
        return TOP
    when = apart(ends)
    m.ended, m.state = False, _joined(m, base, _widened(m, ends, narrowed))
    return join_tagged(zip(values, when, strict=True))


def refine(m: Machine, frame: Frame, test: ir.Expr, outcome: bool) -> None:
    """Narrows the names and attributes that a test constrains, given its outcome."""
    if type(test) is ir.Op:
        _refine_by(m, frame, test, outcome)
    elif type(test) is ir.Name or type(test) is ir.Attr:
        _narrow(m, frame, test, lambda v: objects.truth(m, v) is not (not outcome))
    elif type(test) is ir.Call:
        match test:
            case ir.Call(func=ir.Name(id="isinstance"), args=(subject, kinds)):
                _narrow_class(m, frame, subject.value, kinds.value, outcome)
    _narrow_asked(m, frame, test, outcome)


def _refine_by(m: Machine, frame: Frame, test: ir.Op, outcome: bool) -> None:
    op, operands = test.op, test.operands
    if op == "not":
        refine(m, frame, operands[0], not outcome)
    elif op == "and" or op == "or":
        if outcome is (op == "and"):
            for part in operands:
                refine(m, frame, part, outcome)
    elif op in _EQUAL:
        left, right = operands
        if type(right) is ir.Const:
            _narrow_equal(m, frame, left, const(right.value), _EQUAL[op] == outcome)
    elif op in _AMONG and _AMONG[op] == outcome:
        left, right = operands
        if type(right) is ir.Build:
            items = right.items
            _narrow_among(m, frame, left, [const(one.value) for one in items if isinstance(one, ir.Const)], len(items))


def _narrow_asked(m: Machine, frame: Frame, test: ir.Expr, outcome: bool) -> None:
    """Of a test of shapes and dtypes: drops the tensors with which its outcome is another; those of each name in turn."""
    for place in questions.subjects(test):
        ended = m.ended
        value = _current(m, frame, place)
        m.ended = ended  # an operand that stands there need not be reached
        if type(value) is Union and any(type(v) is Tensor for v in value.options):
            _narrow(m, frame, place, partial(_may_be, m, frame, test, outcome, place))


def _may_be(m: Machine, frame: Frame, test: ir.Expr, outcome: bool, place: ir.Expr, value: Value) -> bool:
    """True if a test may have an outcome where a name or an attribute has some value."""
    before, ended = m.state, m.ended
    m.state = before.fork()
    _store(m, frame, place, value)
    found = objects.truth(m, expressions.evaluate(m, frame, test))
    m.state, m.ended = before, ended
    return found is not (not outcome)


def _current(m: Machine, frame: Frame, place: ir.Expr) -> Value | None:
    if isinstance(place, ir.Name) or (isinstance(place, ir.Attr) and isinstance(place.value, ir.Name)):
        return expressions.evaluate(m, frame, place)
    return None


def _store(m: Machine, frame: Frame, place: ir.Expr, value: Value) -> None:
    if isinstance(place, ir.Name):
        if m.state.find((frame.address, place.id)) is not None:
            m.write(frame.address, place.id, value)
    elif isinstance(place, ir.Attr):
        owner = expressions.evaluate(m, frame, place.value)
        if type(owner) is Ref and m.state.find((owner.address, place.name)) is not None:
            m.write(owner.address, place.name, value)


def _narrow(m: Machine, frame: Frame, place: ir.Expr, keep: Callable[[Value], bool]) -> None:
    value = _current(m, frame, place)
    if type(value) is not Union:
        return
    left = [(option, when) for option, when in tagged(value) if keep(option)]
    if left and len(left) < len(value.options):
        _store(m, frame, place, among(left, value) or value)
        assumptions.assume(m, common(when for _, when in left))


def _narrow_equal(m: Machine, frame: Frame, place: ir.Expr, wanted: Constant, equal: bool) -> None:
    value = _current(m, frame, place)
    if equal and type(value) is Unknown and wanted is not NONE:
        _store(m, frame, place, wanted)
    elif equal:
        _narrow(m, frame, place, lambda v: v == wanted or type(v) is Unknown)
    else:
        _narrow(m, frame, place, lambda v: v != wanted)


def _narrow_among(m: Machine, frame: Frame, place: ir.Expr, wanted: list[Constant], count: int) -> None:
    """A value that is one of several constants."""
    value = _current(m, frame, place)
    if len(wanted) < count or not wanted:
        return
    if type(value) is Unknown:
        _store(m, frame, place, join_all(wanted) or TOP)
    else:
        _narrow(m, frame, place, lambda v: v in wanted or type(v) is not Constant)


def _narrow_class(m: Machine, frame: Frame, place: ir.Expr, kinds: ir.Expr, outcome: bool) -> None:
    kind = expressions.evaluate(m, frame, kinds)
    _narrow(m, frame, place, lambda v: class_questions.is_instance(m, v, kind) is not (not outcome))
