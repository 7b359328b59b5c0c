"""Classes of the project: their definition, their instances, and what an annotation names."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.values import TOP, TRUE, ClassV, Constant, External, FunctionV, MethodV, Ref, Seq, Value
from bce_lint.analysis.interpreter import calls, decorators, entry_points, expressions, instances, statements
from bce_lint.analysis.models import collections, layers
from bce_lint.analysis.state import cells, class_model, objects
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.program import Default
from bce_lint.catalog.python import DATACLASS, NAMED_TUPLE

FIELDS = (External("dataclasses.field"), External("attr.field"), External("attrs.field"))
_OPTIONAL = frozenset({"typing.Optional", "Optional"})


def define(m: Machine, frame: Frame, node: ir.ClassDef) -> Value:
    """Runs a class body and gives the class, decorated."""
    address = m.intern(("class", frame.unit.address, node.span, frame.context if frame.function is not None else 0))
    bases = tuple(expressions.evaluate(m, frame, b.value) for b in node.bases if b.keyword is None)
    flavour = "namedtuple" if any(type(b) is External and b.name in NAMED_TUPLE for b in bases) else ""
    m.written_into(address)
    made = ClassV(node, frame.unit.path, address, bases, flavour)
    outer = (frame.address, *frame.outer) if frame.function is not None else frame.outer
    body = Frame(frame.unit, address, frame.context, None, node.bound, outer, made, None, frame, None, frame.depth, main=frame.main)
    frame.captured = True
    statements.run(m, body, node.body)
    result: Value = made
    for decorator in reversed(node.decorators):
        value = expressions.evaluate(m, frame, decorator.func if isinstance(decorator, ir.Call) else decorator)
        if type(value) is External and value.name in DATACLASS:
            result = made = ClassV(node, frame.unit.path, address, bases, "dataclass")
        elif type(value) in (FunctionV, MethodV):
            result = decorators.decorate(m, frame, decorator, result)
    return result


def instantiate(m: Machine, frame: Frame, cls: ClassV, args: Args, node: ir.Call) -> Value:
    """`cls(...)`: allocates, then runs `__init__` or what the outside base does with the arguments."""
    if cls.flavour == "namedtuple":
        return _named_tuple(m, frame, cls, args, node)
    ref = m.new_ref(frame, node.span, "instance", cls, cls.address)
    fill(m, frame, ref, cls, args, node)
    return ref


def fill(m: Machine, frame: Frame, ref: Ref, cls: ClassV, args: Args, node: ir.Call, is_entry: bool = False) -> None:
    """Initialises a new instance; at an entry point with arguments of which nothing is known."""
    m.write(ref.address, "training", TRUE)
    collections.allocate(m, ref, cls)
    init = objects.class_attribute(m, ref, "__init__")
    if type(init) is FunctionV:
        calls.call_function(m, frame, init, args.prepend(ref), node.span, is_entry)
    elif cls.flavour == "dataclass":
        _dataclass(m, frame, ref, cls, args, node, is_entry)
    else:
        outside = class_model.outside_base(m, cls)
        if outside is not None:
            layers.initialise(m, frame, ref, outside, args, node)
    if is_entry:
        collections.open_up(m, ref, cls)


def _dataclass(m: Machine, frame: Frame, ref: Ref, cls: ClassV, args: Args, node: ir.Call, is_entry: bool) -> None:
    for index, (name, default) in enumerate(class_model.fields(m, cls)):
        value = args.get(index, name)
        if value is None:
            another = is_entry and default is not None and m.program.none_has(Default(cls.path, cls.name, index, name, default))
            value = TOP if another else _default(m, frame, cls, name, default, node)
            value = TOP if is_entry and m.takes_any and type(value) is Constant else value
        m.write(ref.address, name, value)
    if type(objects.class_attribute(m, ref, "__post_init__")) is FunctionV:
        calls.call_attribute(m, frame, ref, "__post_init__", Args(), node.span)


def _default(m: Machine, frame: Frame, cls: ClassV, name: str, default: ir.Expr | None, node: ir.Call) -> Value:
    """The default of a field, which a class above may have; one that a call makes is another for each instance."""
    if isinstance(default, ir.Call):
        return _made(m, frame, cls, default, node)
    found = None if default is None else objects.find_in(m, class_model.mro(m, cls), name)
    return TOP if found is None else found


def _made(m: Machine, frame: Frame, cls: ClassV, default: ir.Call, node: ir.Call) -> Value:
    """What `field(default_factory=...)` or `field(default=...)` gives an instance that a call makes."""
    unit = m.program.unit(cls.path)
    given = {one.keyword: one.value for one in default.args if one.keyword in ("default", "default_factory")}
    if unit is None or not given:
        return TOP
    own = entry_points.module_frame(unit, main=False)
    own.context = m.intern((frame.context, frame.unit.address, node.span, frame.unrolled_at))
    if expressions.evaluate(m, own, default.func) not in FIELDS:
        return TOP
    value = expressions.evaluate(m, own, next(iter(given.values())))
    return value if "default" in given else calls.call(m, own, value, Args(), default)


def _named_tuple(m: Machine, frame: Frame, cls: ClassV, args: Args, node: ir.Call) -> Value:
    ref = m.new_ref(frame, node.span, "instance", cls, cls.address)
    items = []
    for index, (name, default) in enumerate(class_model.fields(m, cls)):
        value = args.get(index, name)
        items.append(value if value is not None else _default(m, frame, cls, name, default, node))
        m.write(ref.address, name, items[-1])
    m.write(ref.address, cells.ITEMS, Seq(tuple(items)))
    return ref


def annotated(m: Machine, frame: Frame, annotation: ir.Expr | None) -> Value:
    """An instance for an annotation that names one concrete class of the project, else unknown."""
    if annotation is None:
        return TOP
    if isinstance(annotation, ir.Item):
        head = expressions.evaluate(m, frame, annotation.value)
        if type(head) is External and head.name in _OPTIONAL:
            return annotated(m, frame, annotation.index)
        return TOP
    if isinstance(annotation, ir.Op) and annotation.op == "|":
        parts = [p for p in annotation.operands if not (isinstance(p, ir.Const) and p.value is None)]
        return annotated(m, frame, parts[0]) if len(parts) == 1 else TOP
    if isinstance(annotation, ir.Const) and isinstance(annotation.value, str) and annotation.value.isidentifier():
        annotation = ir.Name(annotation.span, annotation.value)
    if not isinstance(annotation, ir.Name | ir.Attr):
        return TOP
    value = expressions.evaluate(m, frame, annotation)
    return generic_of(m, frame, value) if type(value) is ClassV else TOP


def generic_of(m: Machine, frame: Frame, cls: ClassV) -> Value:
    """An instance of a class as its `__init__` leaves it with unknown arguments; unknown if the project subclasses it."""
    return TOP if instances.subclassed(m, cls) else instances.generic_instance(m, frame.unit, cls)
