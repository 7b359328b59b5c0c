"""Branches: the arms that are run, and what a test tells about the names in it."""

from __future__ import annotations

from functools import partial

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Constant, Ref, Union, Unknown, Value, const, join_all
from bce_lint.analysis.interpreter import expressions, questions, statements
from bce_lint.analysis.models import builtins
from bce_lint.analysis.state import objects
from bce_lint.analysis.state.frames import Frame, OpenArm
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.store import State, apply_delta, merge
from bce_lint.records import changed


def run_if(m: Machine, frame: Frame, node: ir.If) -> bool:
    """Runs the arm that is taken, or both and joins them."""
    outcome = objects.truth(m, expressions.evaluate(m, frame, node.test)) if not _main_guard(frame, node.test) else frame.runs_as_main
    if m.ended:
        return False
    if outcome is not None:
        arms = (node.body, node.orelse) if outcome else (node.orelse, node.body)
        name = _tested(node.test)
        return _run_both(m, frame, arms, name) if name and _is_default(m, frame, name) else statements.run(m, frame, arms[0])
    base, outside, assumed = m.state, frame.arms, frame.assumed
    ends, rest, outcomes = [], outside, list[bool]()
    for taken, body, other in ((True, node.body, node.orelse), (False, node.orelse, node.body)):
        m.state = base.fork()
        refine(m, frame, node.test, taken)
        if _ended(m):  # with this outcome the test itself raises
            continue
        frame.assumed = (*assumed, (node.test, taken))
        frame.arms, returned = outside if _only_raises(other) else under(frame, node.test, outside, taken), len(frame.returns)
        if statements.run(m, frame, body):
            ends.append(m.state)
            outcomes.append(taken)
        elif len(frame.returns) > returned:
            rest = under(frame, node.test, outside, not taken)  # what follows is the other arm
    frame.arms = rest
    frame.assumed = (*assumed, (node.test, outcomes[0])) if len(ends) == 1 else assumed
    if not ends:
        m.state = base
        return False
    if len(ends) == 2:
        m.partings.merged(frame, node.test, base, *ends)
    m.state = _joined(base, ends)
    return True


def _joined(base: State, ends: list[State]) -> State:
    """What goes on behind alternatives that began in one state: no layer above it, even if only one of them goes on."""
    return merge(ends) if len(ends) > 1 else apply_delta(base, ends[0].delta(base))


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
    after, constructed = m.state, dict(m.constructed)
    m.state = before.fork()
    m.write(frame.address, name, TOP)
    apart = changed(frame, returns=[], yields=[], yield_contexts=[], loops=[loop.apart() for loop in frame.loops])
    statements.run(m, apart, arms[1])
    m.state, m.constructed = after, constructed
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
    if frame.function is None or frame.call is not None:
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
    outcome = objects.truth(m, expressions.evaluate(m, frame, node.test))
    if outcome is not None or m.ended:
        return expressions.evaluate(m, frame, node.then if outcome else node.other)
    base, outside, assumed = m.state, frame.arms, frame.assumed
    ends, values = [], []
    for taken, arm in ((True, node.then), (False, node.other)):
        m.state = base.fork()
        refine(m, frame, node.test, taken)
        frame.arms, frame.assumed = under(frame, node.test, outside, taken), (*assumed, (node.test, taken))
        value = expressions.evaluate(m, frame, arm)
        if not m.ended:
            values.append(value)
            ends.append(m.state)
        m.ended = False
    frame.arms, frame.assumed = outside, assumed
    if len(values) == 2:
        m.partings.chosen(frame, node.test, *values)
    m.ended, m.state = not ends, _joined(base, ends) if ends else base
    return join_all(values) or TOP


def refine(m: Machine, frame: Frame, test: ir.Expr, outcome: bool) -> None:
    """Narrows the names and attributes that a test constrains, given its outcome."""
    match test:
        case ir.Op(op="not", operands=(inner,)):
            refine(m, frame, inner, not outcome)
        case ir.Op(op="and", operands=parts) if outcome:
            for part in parts:
                refine(m, frame, part, True)
        case ir.Op(op="or", operands=parts) if not outcome:
            for part in parts:
                refine(m, frame, part, False)
        case ir.Op(op="is" | "==" | "is not" | "!=", operands=(left, ir.Const(value=value))):
            _narrow_equal(m, frame, left, const(value), (test.op in ("is", "==")) == outcome)
        case ir.Call(func=ir.Name(id="isinstance"), args=(subject, kinds)):
            _narrow_class(m, frame, subject.value, kinds.value, outcome)
        case ir.Name() | ir.Attr():
            _narrow(m, frame, test, lambda v: objects.truth(m, v) is not (not outcome))
    _narrow_asked(m, frame, test, outcome)


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


def _narrow(m: Machine, frame: Frame, place: ir.Expr, keep: object) -> None:
    value = _current(m, frame, place)
    if type(value) is not Union:
        return
    kept = [v for v in value.options if keep(v)]  # type: ignore[operator]
    if kept and len(kept) < len(value.options):
        _store(m, frame, place, kept[0] if len(kept) == 1 else Union(tuple(kept)))


def _narrow_equal(m: Machine, frame: Frame, place: ir.Expr, wanted: Constant, equal: bool) -> None:
    value = _current(m, frame, place)
    if equal and type(value) is Unknown and wanted is not NONE:
        _store(m, frame, place, wanted)
    elif equal:
        _narrow(m, frame, place, lambda v: v == wanted or type(v) is Unknown)
    else:
        _narrow(m, frame, place, lambda v: v != wanted)


def _narrow_class(m: Machine, frame: Frame, place: ir.Expr, kinds: ir.Expr, outcome: bool) -> None:
    kind = expressions.evaluate(m, frame, kinds)
    _narrow(m, frame, place, lambda v: builtins.is_instance(m, v, kind) is not (not outcome))
