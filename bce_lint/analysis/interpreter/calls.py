"""Calls: who is called, how arguments meet parameters, and what a followed call leaves behind."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import common, untagged
from bce_lint.analysis.domain.partitions import NO_TAGS, Tags
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import (
    NEVER,
    NONE,
    TOP,
    BuiltinMethod,
    ClassV,
    Constant,
    External,
    FunctionV,
    MethodV,
    PartialV,
    Ref,
    Seq,
    Table,
    Union,
    Unknown,
    Value,
    const,
    identity_of,
    join_all,
    join_tagged,
    tagged,
)  # fmt: skip
from bce_lint.analysis.interpreter import arity, attributes, branches, classes, contexts, entry_points, instances, statements, summaries
from bce_lint.analysis.models import autocast, conversions, layers, methods, registry
from bce_lint.analysis.sites import ChoiceSite
from bce_lint.analysis.state import assumptions, containers, cut_calls, handed, identities, partings
from bce_lint.analysis.state.frames import MAX_DEPTH, MAX_RECURSION, Args, Frame, LeftBehind, LoweredFile
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.store import State, apart, apply_delta, merge
from bce_lint.analysis.state.unfinished import NESTED

COLLAPSE_CELLS = 400
COLLAPSE_LAYERS = 3
MANY_ENDS = 8
"""From so many ways out of a function on, its own variables are dropped before they are joined, not after."""
ANYWHERE = 1 << 16
"""The position of a parameter that is given by name only."""


def call(m: Machine, frame: Frame, function: Value, args: Args, node: ir.Call) -> Value:
    """Calls each alternative that can be called; a finding needs all of them to agree."""
    if type(function) is not Union and type(function) is not Constant:
        return call_one(m, frame, function, args, node)
    viable = arity.fitting(m, [(f, when) for f, when in tagged(function) if type(f) is not Constant], args)
    if type(function) is Union and len(viable) < len(function.options):
        assumptions.assume(m, common(when for _, when in viable))
    if len(viable) == 1:
        return call_one(m, frame, viable[0][0], assumptions.here(m, args), node)
    base, results, ends, sites = m.state, list[tuple[Value, Tags]](), [], []
    met, raised = m.answer.position, m.ended
    start = met[0]
    for option, when in viable:
        m.state = base.fork()
        assumptions.assume(m, when)
        result = call_one(m, frame, option, assumptions.here(m, args) if when else args, node)
        if raised or not m.ended:
            results.append((result, when))
            ends.append(m.state)
            sites.append(tuple(m.answer.sites[start:]))
        m.ended = raised
        del m.answer.sites[start:]
    if not ends:
        m.state, m.ended = base, m.ended or bool(viable)
        return TOP
    m.state = merge(ends, m.reads)
    if any(sites):
        # What one alternative alone would show is still to be seen by running its functions as entry points.
        m.answer.roll_back(met)
        m.record(ChoiceSite(tuple(sites), tuple([partings.conditions_of(m, when) for _, when in results])))
    return join_tagged(results)


def call_method(m: Machine, frame: Frame, owner: Value, name: str, args: Args, node: ir.Call) -> Value:
    """`owner.name(...)`: builtin methods are called at once, everything else through its attribute."""
    span = node.func.span
    found: list[tuple[Value | None, Tags]]
    if type(owner) is not Union and owner is not NONE:
        value = _method(m, frame, owner, name, span)
        m.ended = m.ended or value is None
        if value is not None and type(value) is not Union:
            return call(m, frame, value, args, node)
        found = [(value, NO_TAGS)]
    else:
        found = [(_method(m, frame, option, name, span), when) for option, when in tagged(owner) if option is not NONE]
        m.ended = m.ended or (bool(found) and all(value is None for value, _ in found))
    left = [(value, when) for value, when in found if value is not None]
    if not left:
        if m.observer is not None:
            m.observer.call(m, frame, TOP, args, node)
        return TOP
    method = assumptions.met(m, owner, left)
    return call(m, frame, method, assumptions.here(m, args), node)


def _method(m: Machine, frame: Frame, owner: Value, name: str, span: ir.Span) -> Value | None:
    return BuiltinMethod(owner, name) if type(owner) is Unknown else attributes.get(m, frame, owner, name, span)


def call_attribute(m: Machine, frame: Frame, owner: Value, name: str, args: Args, span: ir.Span) -> Value:
    """Calls a method that the source does not spell (`__iter__`, `forward`)."""
    node = ir.Call(span, ir.Name(span, name), ())
    return call_method(m, frame, owner, name, args, node)


def call_one(m: Machine, frame: Frame, function: Value, args: Args, node: ir.Call) -> Value:
    """Calls one alternative."""
    if m.observer is not None:
        m.observer.call(m, frame, function, args, node)
    match function:
        case FunctionV():
            return call_function(m, frame, function, args, node.span)
        case MethodV():
            return call_one(m, frame, function.function, args.prepend(function.receiver), node)
        case External():
            return registry.call(m, frame, function.name, args, node)
        case ClassV():
            return classes.instantiate(m, frame, function, args, node)
        case Ref():
            return layers.apply(m, frame, function, args, node)
        case BuiltinMethod():
            return methods.call(m, frame, function.receiver, function.name, args, node)
        case PartialV():
            merged = Args(
                function.args + args.pos,
                dict(function.keywords) | args.kw,
                args.open,
                (None,) * len(function.args) + args.spans,
                args.kw_spans,
                bound={**{name: at for name, at in function.bound if name not in args.kw}, **args.bound},
            )
            inner = m.here(function.function)
            return (call if type(inner) is Union else call_one)(m, frame, inner, merged, node)
    conversions.escaped(m, args)
    return m.fresh(frame, node.span)  # it is assumed to leave the attributes of its arguments alone


def _mark_reached(m: Machine, function: FunctionV) -> None:
    if not m.suppress_sites:
        m.answer.mark((function.path, function.node.span))


def call_function(m: Machine, frame: Frame, function: FunctionV, args: Args, span: ir.Span, is_entry: bool = False) -> Value:
    """Calls a function of the project: what it gave before where that is known, else it is followed."""
    unit = m.program.unit(function.path)
    if m.trace is not None:
        m.trace.log.functions.append(function.node)
    if unit is None or m.ended or m.stack.count(function.node) >= MAX_RECURSION:
        return TOP
    if frame.depth >= MAX_DEPTH or m.fuel < 0:
        m.not_replayed()
        _cut(m, frame, function, args)
        return TOP
    if m.trace is not None:
        m.trace.calls_from(frame.depth)
    if is_entry or args.bound or not summaries.may_be_known(m):
        return follow(m, frame, unit, function, args, span, is_entry)[0]
    return summaries.call(m, frame, unit, function, args, span)


def follow(
    m: Machine, frame: Frame, unit: LoweredFile, function: FunctionV, args: Args, span: ir.Span, is_entry: bool = False
) -> tuple[Value, list[LeftBehind]]:
    """Runs the body of a function; what it gives, and what it leaves in the store of its caller."""
    node = m.journal.latest(unit, function.node)
    _mark_reached(m, function)
    m.answer.entered.add(unit.path)
    if m.observer is not None:
        m.observer.enter(frame, function, None if is_entry else span)
    context = m.intern((frame.context, frame.unit.address, span, frame.unrolled_at))
    inner = Frame(
        unit, m.intern((context, unit.address, node.span)), context, node, node.bound, function.outer, function.owner,
        args.pos[0] if args.pos else None, frame, None if is_entry else span, frame.depth + 1, main=False,
    )  # fmt: skip
    m.stack.append(function.node)
    before = m.state
    m.state = before.fork()
    inner.floor = m.state.depth - 1
    bind(m, inner, function, args)
    previous = contexts.apply(m, function.context)
    around, m.thrown = m.thrown, [] if is_entry else m.thrown
    alive = statements.run(m, inner, node.body)
    m.thrown = around
    result, written = _leave(m, inner, before, alive)
    m.stack.pop()
    made = node.is_generator and function.flavour == "contextmanager"
    if previous is not None or made:
        after = m.state
        m.state = after.fork()
        autocast.leave(m, previous)
        result = contexts.from_generator(m, inner) if made else result
        late = m.state.delta(after)
        m.state = apply_delta(after, late) if late else after
        written += [LeftBehind(False, dict(late))] if late else []
    if node.is_generator and not made:
        result = Seq((), untagged(join_all(inner.yields) or TOP))
    return result, written


def _cut(m: Machine, frame: Frame, function: FunctionV, args: Args) -> None:
    """Notes a call that is not followed; who ran out of fuel is noted where that ends.

    A function that only prepares a state is run for what it finds, too, and what it calls counts there.
    """
    caller = frame.function
    m.answer.cut.update(cut_calls.named(m, function, args))
    if frame.depth >= MAX_DEPTH and caller is not None:
        m.answer.leave_unfinished(frame.unit.path, caller.span.start, caller.name, NESTED)
    if m.observer is not None and (not m.suppress_sites or caller is None):
        m.observer.cut(m, function, args)


def _leave(m: Machine, inner: Frame, before: State, alive: bool) -> tuple[Value, list[LeftBehind]]:
    """Joins the states that return with the one that falls off the end; forgets the locals that nothing captured."""
    ends = list(inner.returns)
    if alive:
        ends.append((m.state, NONE))
    if not ends:
        node = inner.function
        m.state, m.ended = before, inner.raised and node is not None and not (node.is_generator or node.is_async)
        return NEVER, []
    when = apart([state for state, _ in ends]) if len(ends) > 1 else [NO_TAGS]
    states = [state for state, _ in ends]
    if len(ends) > 1 and inner.narrowed:
        states = branches.left_alone(inner, states)
    if len(ends) > MANY_ENDS and not inner.captured:
        m.state = merge([state.outliving(before, inner.address) for state in states], m.reads)
    else:
        m.state = merge(states, m.reads)
    entry_points.run_pending(m, inner)
    written = _collapse(m, inner, before)
    return join_tagged(zip([value for _, value in ends], when, strict=True)), written


def _collapse(m: Machine, inner: Frame, before: State) -> list[LeftBehind]:
    """Brings a call's few writes down to the caller's layer, so that layers stay few; many writes stay where they are."""
    layer: State | None = m.state
    size, found = 0, []
    while layer is not None and layer is not before:
        size += len(layer.cells)
        found.append(layer)
        layer = layer.parent
    if size > COLLAPSE_CELLS and m.state.depth - before.depth <= COLLAPSE_LAYERS:
        return [] if m.trace is None else [LeftBehind(True, dict(one.cells)) for one in reversed(found)]
    dead = None if inner.captured else inner.address
    left = {c: v for c, v in m.state.delta(before).items() if c[0] != dead}
    m.state = apply_delta(before, left)
    return [LeftBehind(False, left)]


def bind(m: Machine, frame: Frame, function: FunctionV, args: Args) -> None:
    """Writes the arguments into the parameters' cells."""
    node = frame.function
    assert node is not None
    if frame.call is not None:
        args = handed.arguments(m, frame, args)
    defaults = dict(function.defaults)
    positional = [p for p in node.params if p.kind in ("positional", "normal")]
    bound: list[Value] = []
    for index, param in enumerate(positional):
        value = args.get(index, param.name)
        if value is None:
            value = _default(m, frame, param, defaults, index)
        if type(value) is Unknown:
            value = _annotated(m, frame, param, value)
        elif type(value) is Tensor and not value.identity and frame.call is not None:
            value = identities.told_apart(m, value, (frame.address, param.name))
        m.write(frame.address, param.name, value)
        bound.append(value)
    for param in node.params:
        if param.kind == "keyword":
            value = args.kw.get(param.name)
            value = value if value is not None else TOP if args.open else _default(m, frame, param, defaults)
            m.write(frame.address, param.name, value)
            bound.append(value)
        elif param.kind == "*":
            extra = args.pos[len(positional) :]
            m.write(frame.address, param.name, Seq(extra, TOP if args.open or frame.call is None else None))
            bound += extra
        elif param.kind == "**":
            names = {p.name for p in node.params}
            left = tuple((k, v) for k, v in args.kw.items() if k not in names)
            table = Table(left, TOP if args.open or frame.call is None else None)
            m.write(frame.address, param.name, containers.new_dict(m, frame, node.span, table))
            bound += [v for _, v in left]
    frame.params = {number: value for value in bound if (number := value.address if type(value) is Ref else identity_of(value))}


def _default(m: Machine, frame: Frame, param: ir.Parameter, defaults: dict[str, Value], index: int = ANYWHERE) -> Value:
    """The default of a parameter. At an entry point, None stands for what callers outside may give instead, and so does any constant in a
    run that looks at what they may choose, unless the function is private; that of a constructor is no fact where all who construct the
    class give something else."""
    value = const(param.default.value) if type(param.default) is ir.Const else defaults.get(param.name)
    if value is None or (frame.call is None and (value is NONE or (m.takes_any and type(value) is Constant and not frame.is_private))):
        return Unknown(m.intern((frame.address, param.name)))
    return value if frame.call is not None else instances.default_of_any(m, frame, param, index, value)


def _annotated(m: Machine, frame: Frame, param: ir.Parameter, value: Value) -> Value:
    if param.annotation is None:
        return value
    found = classes.annotated(m, frame, param.annotation)
    return value if found == TOP else found
