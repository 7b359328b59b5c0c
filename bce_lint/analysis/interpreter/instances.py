"""The generic instance of a class: as `__init__` leaves it with unknown arguments, joined with what its other methods assign."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Assumed
from bce_lint.analysis.domain.values import NONE, TOP, ClassV, Constant, FunctionV, Ref, Unknown, Value, const, join
from bce_lint.analysis.interpreter import calls, classes, entry_points
from bce_lint.analysis.state import cells, class_model
from bce_lint.analysis.state.frames import Args, Frame, LoweredFile
from bce_lint.analysis.state.machine import Default, Machine
from bce_lint.analysis.state.unfinished import SETTING, SPENT

GENERIC_FUEL = 2_500


SETTER_FUEL = 800


def generic_instance(m: Machine, unit: LoweredFile, cls: ClassV) -> Ref:
    """An instance as `__init__` leaves it with unknown arguments, its attributes joined with their other assignments."""
    ref = Ref(m.intern(("generic", cls.address)), "instance", cls, class_model.class_place(cls))
    if m.state.find((ref.address, cells.BUILT)) is not None:
        return ref
    if ref.address not in m.generic:
        before = m.state
        m.state = before.fork()
        m.write(ref.address, cells.BUILT, TOP)
        m.generic[ref.address] = {}
        _build_generic(m, unit, cls, ref)
        m.generic[ref.address] = m.state.delta(before)
        m.state = before
    m.write_all(m.generic[ref.address])
    return ref


def _build_generic(m: Machine, unit: LoweredFile, cls: ClassV, ref: Ref) -> None:
    fuel, m.fuel = m.fuel, (given := m.waste.grant(cls.path, GENERIC_FUEL))
    floor, m.unroll_floor = m.unroll_floor, 0
    stack, m.stack = m.stack, []
    raised, m.ended = m.ended, False
    nested = bool(stack)
    m.suppress_sites += nested
    frame = entry_points.module_frame(m.program.unit(cls.path) or unit, main=False)
    span = ir.Span(cls.node.span.start, cls.node.span.start)
    classes.fill(m, frame, ref, cls, Args(), ir.Call(span, ir.Name(span, cls.name), ()), is_entry=True)
    m.ended = False
    m.write(ref.address, "training", TOP)
    m.suppress_sites += 1 - nested
    if m.fuel < 0:
        m.waste.note(cls.path, given - m.fuel)
        m.leave_unfinished(cls.path, cls.node.span.start, f"{cls.name}.__init__", SPENT)
    m.fuel = min(m.fuel, SETTER_FUEL * m.fuel_factor)
    for function in setters(m, cls):
        spent = m.fuel < 0
        _join_setter(m, frame, ref, function)
        if m.fuel < 0 and not spent:
            m.leave_unfinished(function.path, function.node.span.start, f"{cls.name}.{function.node.name}", SETTING)
    m.suppress_sites -= 1
    m.fuel, m.unroll_floor, m.stack, m.ended = fuel, floor, stack, raised


def setters(m: Machine, cls: ClassV) -> list[FunctionV]:
    """The methods of a class, other than `__init__`, that assign attributes of their first parameter."""
    found: dict[str, FunctionV] = {}
    for base in class_model.mro(m, cls):
        if type(base) is ClassV:
            for statement in base.node.body:
                if isinstance(statement, ir.FunctionDef) and statement.function.name not in found and statement.function.name != "__init__":
                    value = m.state.find((base.address, statement.function.name))
                    if type(value) is FunctionV and value.flavour == "" and assigns_self(value.node):
                        found[statement.function.name] = value
    return list(found.values())


def assigns_self(function: ir.Function) -> bool:
    """True if a method stores into an attribute of its first parameter."""
    return bool(function.params) and _stores(function.body, function.params[0].name)


def _stores(body: ir.Body, name: str) -> bool:
    for statement in body:
        match statement:
            case ir.Assign():
                if any(_on_self(t, name) for t in statement.targets):
                    return True
            case ir.If() | ir.For() | ir.While():
                if _stores(statement.body, name) or _stores(statement.orelse, name):
                    return True
            case ir.With():
                if _stores(statement.body, name):
                    return True
            case ir.Try():
                if any(
                    _stores(part, name)
                    for part in (statement.body, *(h.body for h in statement.handlers), statement.orelse, statement.final)
                ):
                    return True
    return False


def _on_self(target: ir.Expr, name: str) -> bool:
    if isinstance(target, ir.Build):
        return any(_on_self(item, name) for item in target.items)
    return isinstance(target, ir.Attr) and isinstance(target.value, ir.Name) and target.value.id == name


def _join_setter(m: Machine, frame: Frame, ref: Ref, function: FunctionV) -> None:
    before = m.state
    m.state = before.fork()
    calls.call_function(m, frame, function, Args((ref,), spans=(None,)), function.node.span, is_entry=True)
    m.ended = False
    written = m.state.delta(before)
    m.state = before
    for (address, name), value in written.items():
        old = before.find((address, name))
        if address == ref.address and name.startswith("$"):
            continue
        m.write(address, name, value if old is None or _placeholder(old) else join(old, value))


def _placeholder(value: Value) -> bool:
    return value is NONE or (type(value) is Constant and value.value is None)


def default_of_any(m: Machine, frame: Frame, param: ir.Parameter, index: int, value: Value) -> Value:
    """What a default is at an entry point. Where a constructor runs for an instance as any, it is unknown if all instances that the
    project constructs have something else; a number says whence it is."""
    node, cls = frame.function, frame.receiver.what if type(frame.receiver) is Ref else None
    if node is None or node.name != "__init__" or not isinstance(cls, ClassV) or param.default is None:
        return value
    if m.program.none_has(Default(cls.path, cls.name, index - 1, param.name, param.default)):
        return Unknown(m.intern((frame.address, param.name)))
    if type(value) is Constant and value.kind == "int" and isinstance(value.value, int):
        return const(Assumed.at(value.value, frame.place(param.default.span)._replace(text=param.name)))
    return value


def subclassed(m: Machine, cls: ClassV) -> bool:
    """True if some class of the project has this one among its bases, by name."""
    return cls.name in m.program.base_names()
