"""Statements: each runner changes the machine's state and says whether the path goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import common
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import (
    NONE,
    TOP,
    Constant,
    FunctionV,
    Ref,
    Union,
    Value,
    join_table,
    join_tagged,
    tagged,
)
from bce_lint.analysis.interpreter import (
    attributes,
    branches,
    calls,
    classes,
    contexts,
    decorators,
    expressions,
    handlers,
    imports,
    loops,
    subscripts,
)
from bce_lint.analysis.models import autocast, operators
from bce_lint.analysis.state import assumptions, cells, containers, identities, objects
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.records import changed

EXPECTING = frozenset({"raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp"})
"""Contexts of unittest and of pytest in which an error is expected: what is wrong below them is meant to be."""
SWALLOWING = EXPECTING | {"suppress"}
"""Contexts that catch what their body raises."""


def run(m: Machine, frame: Frame, body: ir.Body) -> bool:
    """Runs statements in order; False when no path reaches the end."""
    if m.ended:  # what leads to the body raises
        return _ended(m, frame)
    for statement in body:
        if not _RUNNERS[type(statement)](m, frame, statement) or m.ended:
            return _ended(m, frame)
    return True


def _ended(m: Machine, frame: Frame) -> bool:
    """The path does not go on; False."""
    frame.raised |= m.ended
    m.ended = False
    return False


def bind_name(m: Machine, frame: Frame, name: str, value: Value) -> None:
    """Binds a name in its scope: local, global, nonlocal or module."""
    function = frame.function
    if function is not None and name in function.globals:
        m.written_into(frame.unit.address)
        m.write(frame.unit.address, name, value)
    elif function is not None and name in function.nonlocals:
        owner = next((a for a in frame.outer if m.peek((a, name)) is not None), frame.address)
        m.write(owner, name, value)
    else:
        m.write(frame.address, name, value)


def rebind(m: Machine, frame: Frame, target: ir.Name, value: Value) -> None:
    """What a name stands for was changed in place, wherever the name is bound: here, in a function around, or in the module."""
    name, function = target.id, frame.function
    if function is None or name in frame.bound or name in function.globals or name in function.nonlocals:
        assign(m, frame, target, value)
        return
    owner = next((a for a in frame.outer if m.peek((a, name)) is not None), frame.unit.address)
    if owner == frame.unit.address:
        m.written_into(owner)
    m.write(owner, name, value)


def assign(m: Machine, frame: Frame, target: ir.Expr, value: Value) -> None:
    """Stores a value into a name, attribute, item or pattern of these."""
    match target:
        case ir.Name():
            if m.observer is not None:
                m.observer.bound(frame, target)
            bind_name(m, frame, target.id, value)
        case ir.Attr():
            store_attribute(m, frame, target, expressions.evaluate(m, frame, target.value), value)
        case ir.Item():
            owner, holder = expressions.evaluate_held(m, frame, target.value)
            _store_item(m, frame, target, owner, holder, expressions.evaluate(m, frame, target.index), value)
        case ir.Build():
            _unpack(m, frame, target.items, value)
        case ir.Star():
            assign(m, frame, target.value, value)
        case _:
            expressions.evaluate(m, frame, target)


def store_attribute(m: Machine, frame: Frame, target: ir.Attr, holder: Value, value: Value) -> None:
    """`holder.name = value`, whose holder has been evaluated."""
    if m.observer is not None:
        m.observer.stored(m, frame, target, holder)
    attributes.attribute_written(m, frame, target, holder, value)


def _store_item(m: Machine, frame: Frame, target: ir.Item, owner: Value, holder: Value | None, key: Value, value: Value) -> None:
    """`owner[key] = value`; `holder` is the object that has the owner as an attribute."""
    if m.observer is not None:
        m.observer.stored(m, frame, target, owner)
    if type(owner) is Ref and owner.kind == "instance" and objects.class_attribute(m, owner, "__setitem__") is not None:
        calls.call_attribute(m, frame, owner, "__setitem__", Args((key, value), spans=(None, None)), target.span)
        return
    changed = containers.set_item(m, owner, key, value)
    assumptions.mark_changed(m, frame, owner, target.span)
    if type(owner) is not Tensor or type(changed) is not Tensor:
        return
    changed = changed if changed.identity else identities.told_apart(m, changed, (frame.address, "written", target.span, frame.unrolled_at))
    if isinstance(target.value, ir.Name):
        bind_name(m, frame, target.value.id, changed)
    elif isinstance(target.value, ir.Attr) and holder is not None and changed is not owner:
        objects.set_part(m, holder, target.value.name, owner, changed)
    elif isinstance(target.value, ir.Item) and changed is not owner:
        assign(m, frame, target.value, changed)


def _unpack(m: Machine, frame: Frame, targets: tuple[ir.Expr, ...], value: Value) -> None:
    star = next((i for i, t in enumerate(targets) if isinstance(t, ir.Star)), None)
    parts = [(part, when) for o, when in tagged(value) if (part := containers.unpack(m, o, len(targets), star)) is not None]
    m.ended = m.ended or not parts  # a `ValueError`
    if type(value) is Union and len(parts) < len(value.options):
        assumptions.assume(m, common(when for _, when in parts))
    for index, target in enumerate(targets):
        value = join_tagged([(part[index], when) for part, when in parts]) if parts else TOP
        assign(m, frame, target, identities.materialize(m, frame, value, target.span))


def _assign(m: Machine, frame: Frame, node: ir.Assign) -> bool:
    value = expressions.evaluate(m, frame, node.value)
    if node.annotation is not None and value == TOP:
        value = classes.annotated(m, frame, node.annotation)
    for target in node.targets:
        assign(m, frame, target, value)
    return True


def _declare(m: Machine, frame: Frame, node: ir.Declare) -> bool:
    if frame.owner is not None and frame.function is None:
        return True
    if isinstance(node.target, ir.Attr):
        value = classes.annotated(m, frame, node.annotation)
        if value != TOP:
            assign(m, frame, node.target, value)
    return True


def _aug_assign(m: Machine, frame: Frame, node: ir.AugAssign) -> bool:
    old, store = _read_and_stored(m, frame, node.target)
    value = expressions.evaluate(m, frame, node.value)
    if type(old) is Ref and old.kind in ("list", "container") and node.op == "+":
        containers.extend(m, old, value)
        return True
    if type(old) is Ref and node.op == "|" and (table := containers.table_of(m, old)) is not None:
        new_table = containers.update_table(table, containers.table_of(m, value))
        m.write(old.address, cells.ITEMS, join_table(table, new_table) if m.is_summary(old.address) else new_table)
        return True
    span = ir.Span(node.span.start, node.span.end)
    new = operators.binary(m, frame, node.op, old, value, span)
    if type(old) is Tensor and type(new) is Tensor:
        new = changed(new, dtype=old.dtype)  # written into the tensor itself
    if m.observer is not None:
        new = m.observer.augmented(m, frame, node, old, new)
    store(new)
    return True


def _read_and_stored(m: Machine, frame: Frame, target: ir.Expr) -> tuple[Value, Callable[[Value], None]]:
    """What a target holds, and how another value is stored there: what it is an attribute or an item of is evaluated once."""
    if isinstance(target, ir.Attr):
        holder = expressions.evaluate(m, frame, target.value)
        old = attributes.attribute(m, frame, holder, target.name, target.span)
        return expressions.noted(m, frame, target, old), partial(store_attribute, m, frame, target, holder)
    if isinstance(target, ir.Item):
        owner, of = expressions.evaluate_held(m, frame, target.value)
        key = expressions.evaluate(m, frame, target.index)
        old = expressions.noted(m, frame, target, subscripts.item(m, frame, owner, key, target.span))
        return old, partial(_store_item, m, frame, target, owner, of, key)
    return expressions.evaluate(m, frame, target), partial(assign, m, frame, target)


def _expression(m: Machine, frame: Frame, node: ir.ExprStmt) -> bool:
    if type(node.value) is ir.Const:
        return True  # text costs nothing
    value = expressions.evaluate(m, frame, node.value)
    return not (type(value) is Constant and value.kind == "never")


def _return(m: Machine, frame: Frame, node: ir.Return) -> bool:
    value = NONE if node.value is None else expressions.evaluate(m, frame, node.value)
    if m.ended:
        return False
    contexts.leave_within(m, frame, 0)
    frame.returns.append((m.state.freeze(frame.floor), value))
    return False


def _raise(m: Machine, frame: Frame, node: ir.Raise) -> bool:
    if node.value is not None:
        expressions.evaluate(m, frame, node.value)
    if m.thrown and not m.ended:
        m.keep_thrown()
    return False


def _jump(m: Machine, frame: Frame, node: ir.Jump) -> bool:
    if frame.loops:
        contexts.leave_within(m, frame, len(frame.loops))
        loop = frame.loops[-1]
        if node.kind == "break":
            loop.breaks.append(m.state.freeze(loop.entry))
        else:
            loop.continues.append(m.state.freeze(loop.round))
    return False


def _with(m: Machine, frame: Frame, node: ir.With) -> bool:
    outside, base = len(frame.regions), m.state
    for item in node.items:
        manager = expressions.evaluate(m, frame, item.context)
        value, previous = contexts.enter(m, frame, manager, item.context.span)
        frame.regions.append((len(frame.loops), previous))
        if item.target is not None:
            assign(m, frame, item.target, value)
        if m.ended:
            del frame.regions[outside:]
            return False
    expected, swallowed = (any(_name(item) in names for item in node.items) for names in (EXPECTING, SWALLOWING))
    m.suppress_sites += expected
    alive = handlers.run_swallowed(m, frame, node, base) if swallowed else run(m, frame, node.body)
    m.suppress_sites -= expected
    if alive:
        autocast.leave(m, frame.regions[outside][1])
    del frame.regions[outside:]
    return alive


def _name(item: ir.WithItem) -> str:
    """The name of the function whose result a context is."""
    func = item.context.func if isinstance(item.context, ir.Call) else None
    return func.id if isinstance(func, ir.Name) else func.name if isinstance(func, ir.Attr) else ""


def _try(m: Machine, frame: Frame, node: ir.Try) -> bool:
    return handlers.run_try(m, frame, node)


def _delete(m: Machine, frame: Frame, node: ir.Delete) -> bool:
    for target in node.targets:
        if isinstance(target, ir.Item):
            containers.remove(m, expressions.evaluate(m, frame, target.value), expressions.evaluate(m, frame, target.index))
        elif isinstance(target, ir.Attr):
            objects.mark_unbound(m, expressions.evaluate(m, frame, target.value), target.name)
    return True


def _assert(m: Machine, frame: Frame, node: ir.Assert) -> bool:
    value = expressions.evaluate(m, frame, node.test)
    assumptions.assume(m, assumptions.outcomes_of(m, frame, node.test, value, True))
    branches.refine(m, frame, node.test, True)
    return assumptions.decided(m, value) is not False


def _function_def(m: Machine, frame: Frame, node: ir.FunctionDef) -> bool:
    value: Value = make_function(m, frame, node.function)
    for decorator in reversed(node.function.decorators):
        value = decorators.decorate(m, frame, decorator, value)
    bind_name(m, frame, node.function.name, value)
    return True


def make_function(m: Machine, frame: Frame, node: ir.Function) -> FunctionV:
    """A function value with its defaults evaluated now, as Python does."""
    defaults = expressions.defaults(m, frame, node)
    is_function = frame.function is not None
    outer = (frame.address, *frame.outer) if is_function else frame.outer
    frame.captured = True
    made = FunctionV(node, frame.unit.path, frame.context, outer, frame.owner, defaults)
    if is_function and not m.suppress_sites:
        m.pending.append((made, frame))
    return made


def _class_def(m: Machine, frame: Frame, node: ir.ClassDef) -> bool:
    bind_name(m, frame, node.name, classes.define(m, frame, node))
    return True


def _if(m: Machine, frame: Frame, node: ir.If) -> bool:
    return branches.run_if(m, frame, node)


def _for(m: Machine, frame: Frame, node: ir.For) -> bool:
    return loops.run_for(m, frame, node)


def _while(m: Machine, frame: Frame, node: ir.While) -> bool:
    return loops.run_while(m, frame, node)


def _import_module(m: Machine, frame: Frame, node: ir.ImportModule) -> bool:
    return imports.import_module(m, frame, node)


def _import_name(m: Machine, frame: Frame, node: ir.ImportName) -> bool:
    return imports.import_name(m, frame, node)


_RUNNERS: dict[type, Callable[[Machine, Frame, Any], bool]] = {
    ir.Assign: _assign,
    ir.Declare: _declare,
    ir.AugAssign: _aug_assign,
    ir.ExprStmt: _expression,
    ir.Return: _return,
    ir.Raise: _raise,
    ir.Jump: _jump,
    ir.If: _if,
    ir.For: _for,
    ir.While: _while,
    ir.Try: _try,
    ir.With: _with,
    ir.Delete: _delete,
    ir.Assert: _assert,
    ir.ImportModule: _import_module,
    ir.ImportName: _import_name,
    ir.FunctionDef: _function_def,
    ir.ClassDef: _class_def,
}
