"""Expressions: an IR expression and a frame in, an abstract value out."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from bce_lint import ir
from bce_lint.analysis.domain.values import NONE, TOP, External, LazyImport, Seq, Table, Union, Unknown, Value, const, join, options
from bce_lint.analysis.interpreter import attributes, branches, calls, iteration, loops, stars, statements, subscripts
from bce_lint.analysis.models import operators
from bce_lint.analysis.state import assumptions, cells, containers, objects
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.walks import LARGE
from bce_lint.catalog.python import BUILTINS


def evaluate(m: Machine, frame: Frame, node: ir.Expr) -> Value:
    """The value of an expression; its effects are on the machine's state."""
    m.fuel -= 1
    if m.observer is None:
        return _EVALUATORS[type(node)](m, frame, node)
    return m.observer.note(m, frame, node, _EVALUATORS[type(node)](m, frame, node))


def noted(m: Machine, frame: Frame, node: ir.Expr, value: Value) -> Value:
    """A value that an expression has, of which an observer is told."""
    m.fuel -= 1
    return value if m.observer is None else m.observer.note(m, frame, node, value)


def evaluate_held(m: Machine, frame: Frame, node: ir.Expr) -> tuple[Value, Value | None]:
    """The value of an expression, and the object that it is an attribute of."""
    if not isinstance(node, ir.Attr):
        return evaluate(m, frame, node), None
    holder = evaluate(m, frame, node.value)
    return noted(m, frame, node, attributes.attribute(m, frame, holder, node.name, node.span)), holder


def defaults(m: Machine, frame: Frame, function: ir.Function) -> tuple[tuple[str, Value], ...]:
    """The defaults of parameters as they are where the definition stands, but for constants, which are the same wherever it is called."""
    found = []
    for param in function.params:
        if type(param.default) is not ir.Const:
            if param.default is not None:
                found.append((param.name, evaluate(m, frame, param.default)))
        elif m.observer is not None:
            m.observer.note(m, frame, param.default, const(param.default.value))
    return tuple(found)


def _const(m: Machine, frame: Frame, node: ir.Const) -> Value:
    return const(node.value)


def lookup(m: Machine, frame: Frame, name: str) -> Value:
    """The value of a name by Python's scoping; a name that is nowhere bound is unknown."""
    function = frame.function
    if function is None or name not in function.globals:
        if function is None or name in frame.bound or name in function.nonlocals:
            value = m.read(frame.address, name)
            if value is not None and frame.address == frame.unit.address and stars.may_be_unbound(m, frame.unit, name):
                value = stars.found(m, frame.unit, name, value)
            if value is not None:
                return value
            if function is not None and name in frame.bound:
                return TOP
        for address in frame.outer:
            value = m.read(address, name)
            if value is not None:
                return value
    value = m.read_global(frame.unit.address, name)
    if value is None or stars.may_be_unbound(m, frame.unit, name):
        value = stars.found(m, frame.unit, name, value)
    if value is not None:
        return value
    if name == "__name__":
        return const("__main__") if m.runs_as_main(frame) else TOP
    return External("builtins." + name) if name in BUILTINS else TOP


def _name(m: Machine, frame: Frame, node: ir.Name) -> Value:
    name = node.id
    function = frame.function
    if name in frame.bound and (function is None or name not in function.globals):
        value = m.state.find((frame.address, name), m.reads)  # most names are of locals that are set
        if value is not None and type(value) is not LazyImport and not (m.stars.used and function is None):
            if type(value) is Union:
                return m.here(value)
            return m.ask(value) if type(value) is Seq and value.bulk > LARGE else value
    return lookup(m, frame, name)


def _attr(m: Machine, frame: Frame, node: ir.Attr) -> Value:
    return attributes.attribute(m, frame, evaluate(m, frame, node.value), node.name, node.span)


def _item(m: Machine, frame: Frame, node: ir.Item) -> Value:
    owner = evaluate(m, frame, node.value)
    key = evaluate(m, frame, node.index)
    return subscripts.item(m, frame, owner, key, node.span)


def _slice(m: Machine, frame: Frame, node: ir.Slice) -> Value:
    parts = [NONE if part is None else evaluate(m, frame, part) for part in (node.lower, node.upper, node.step)]
    return containers.slice_value(parts)


_NO_ARGS = Args()
_ORDER = frozenset({"<", "<=", ">", ">="})


def arguments(m: Machine, frame: Frame, args: tuple[ir.Arg, ...]) -> Args:
    """Evaluates call arguments; unpacks `*` and `**` as far as they are known."""
    if not args:
        return _NO_ARGS
    pos: list[Value] = []
    spans: list[ir.Span | None] = []
    kw: dict[str, Value] = {}
    kw_spans: dict[str, ir.Span] = {}
    open_ = False
    whole: Seq | None = None
    for arg in args:
        value = evaluate(m, frame, arg.value)
        if arg.keyword is not None:
            kw[arg.keyword] = value
            kw_spans[arg.keyword] = arg.value.span
        elif arg.stars == 0:
            whole = None if whole is None else containers.concatenate(whole, Seq((value,)))
            pos.append(value)
            spans.append(arg.value.span)
        elif arg.stars == 1:
            items = iteration.elements(m, frame, value, arg.value.span)
            whole = containers.concatenate(Seq(tuple(pos)) if whole is None else whole, items)
            pos.extend(items.prefix)
            spans.extend([arg.value.span] * len(items.prefix))
            open_ = open_ or not items.exact
        else:
            table = containers.table_of(m, value)
            entries, maybe = (table.entries, table.maybe) if table is not None else ((), frozenset())
            kw.update({k: v for k, v in entries if isinstance(k, str) and k not in maybe})
            open_ = open_ or table is None or not table.exact
    if whole is not None and any(a.keyword is not None or a.stars == 2 for a in args):
        whole = None
    return Args(tuple(pos), kw, open_, tuple(spans), kw_spans, whole)


def _call(m: Machine, frame: Frame, node: ir.Call) -> Value:
    if not m.suppress_sites:
        m.visited((frame.unit.address, node.span))
    if isinstance(node.func, ir.Attr):
        owner = evaluate(m, frame, node.func.value)
        return calls.call_method(m, frame, owner, node.func.name, arguments(m, frame, node.args), node)
    function = evaluate(m, frame, node.func)
    return calls.call(m, frame, function, arguments(m, frame, node.args), node)


def _op(m: Machine, frame: Frame, node: ir.Op) -> Value:
    if node.op in ("and", "or"):
        return _short_circuit(m, frame, node)
    if node.op == "format":
        return operators.format_string([evaluate(m, frame, part) for part in node.operands])
    values = [evaluate(m, frame, part) for part in node.operands]
    if len(values) == 1:
        return operators.unary(m, frame, node.op, values[0], node.span)
    if node.op in _ORDER and not m.suppress_sites:
        m.visited((frame.unit.address, node.span))
    result = values[0]
    for value in values[1:]:
        result = operators.binary(m, frame, node.op, result, value, node.span)
    return result


def _short_circuit(m: Machine, frame: Frame, node: ir.Op) -> Value:
    outside = frame.arms
    found: dict[int, Value] = {}
    result = _first_that_stops(m, frame, node, found)
    for operand in node.operands:
        m.operands.pop(id(operand), None)
    m.operands.update(found)
    frame.arms = outside
    if type(result) is Unknown and result == TOP and len(found) == len(node.operands):
        return assumptions.together(m, node.op, found.values())
    return result


def _first_that_stops(m: Machine, frame: Frame, node: ir.Op, found: dict[int, Value]) -> Value:
    """The operand at which `and` or `or` ends, or the join of those at which it may; `found` is what each gave."""
    result: Value | None = None
    stop = node.op == "or"
    raised = m.ended
    for operand in node.operands:
        value = evaluate(m, frame, operand)
        if m.ended and not raised and result is not None:
            m.ended = False  # an operand before it may have decided
            return result
        found[id(operand)] = value
        outcome = assumptions.decided(m, value)
        kept = [v for v in options(value) if objects.truth(m, v) is not (not stop)] if outcome is None else [value]
        if outcome is stop or operand is node.operands[-1]:
            return value if result is None else join(result, value)
        if outcome is None:
            frame.arms = branches.under(frame, operand, frame.arms, not stop)
            rest = reduce(join, kept)  # one of them at least may go on
            result = rest if result is None else join(result, rest)
    return result or TOP


def _choice(m: Machine, frame: Frame, node: ir.Choice) -> Value:
    return branches.choose(m, frame, node)


def _build(m: Machine, frame: Frame, node: ir.Build) -> Value:
    result = Seq()
    plain: list[Value] = []
    for element in node.items:
        if isinstance(element, ir.Star):
            part = iteration.elements(m, frame, evaluate(m, frame, element.value), element.span)
            result = containers.concatenate(containers.concatenate(result, Seq(tuple(plain))), part)
            plain = []
        else:
            plain.append(evaluate(m, frame, element))
    result = containers.concatenate(result, Seq(tuple(plain)))
    return result if node.kind == "tuple" else containers.new_list(m, frame, node.span, result, "set" if node.kind == "set" else "list")


def _dict(m: Machine, frame: Frame, node: ir.Dict) -> Value:
    table = Table()
    pairs: list[tuple[Value, Value]] = []
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        value = evaluate(m, frame, value_node)
        if key_node is None:
            table, pairs = containers.update_table(containers.put_all(table, pairs), containers.table_of(m, value)), []
        else:
            pairs.append((evaluate(m, frame, key_node), value))
    return containers.new_dict(m, frame, node.span, containers.put_all(table, pairs))


def _lambda(m: Machine, frame: Frame, node: ir.Lambda) -> Value:
    return statements.make_function(m, frame, node.function)


def _comp(m: Machine, frame: Frame, node: ir.Comp) -> Value:
    return loops.comprehension(m, frame, node)


def _bind(m: Machine, frame: Frame, node: ir.Bind) -> Value:
    value = evaluate(m, frame, node.value)
    statements.bind_name(m, frame, node.name, value)
    return value


def _yield(m: Machine, frame: Frame, node: ir.Yield) -> Value:
    value = NONE if node.value is None else evaluate(m, frame, node.value)
    if node.delegate:
        value = containers.summary(m, iteration.elements(m, frame, value, node.span)) or TOP
    frame.yields.append(value)
    frame.yield_contexts.append(m.read(0, cells.AUTOCAST) or NONE)
    return TOP


def _star(m: Machine, frame: Frame, node: ir.Star) -> Value:
    return evaluate(m, frame, node.value)


def _opaque(m: Machine, frame: Frame, node: ir.Opaque) -> Value:
    for part in node.parts:
        evaluate(m, frame, part)
    return TOP


_EVALUATORS: dict[type, Callable[[Machine, Frame, Any], Value]] = {
    ir.Const: _const,
    ir.Name: _name,
    ir.Attr: _attr,
    ir.Item: _item,
    ir.Slice: _slice,
    ir.Call: _call,
    ir.Op: _op,
    ir.Choice: _choice,
    ir.Build: _build,
    ir.Dict: _dict,
    ir.Star: _star,
    ir.Lambda: _lambda,
    ir.Comp: _comp,
    ir.Bind: _bind,
    ir.Yield: _yield,
    ir.Opaque: _opaque,
}
