"""The generic instance of a class: as `__init__` leaves it with unknown arguments, joined with what its other methods assign."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from bce_lint import ir
from bce_lint.analysis.domain.alternatives import untagged
from bce_lint.analysis.domain.partitions import NO_TAGS
from bce_lint.analysis.domain.tensor import Assumed
from bce_lint.analysis.domain.values import NONE, TOP, ClassV, Constant, External, FunctionV, Ref, Unknown, Value, const, join
from bce_lint.analysis.interpreter import calls, classes, entry_points
from bce_lint.analysis.interpreter.setters import Setter, setters
from bce_lint.analysis.state import assumptions, cells, class_model
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.analysis.state.frames import Args, Frame, LoweredFile
from bce_lint.analysis.state.generics import Built
from bce_lint.analysis.state.machine import SITE_BONUS, Machine
from bce_lint.analysis.state.program import Default
from bce_lint.analysis.state.store import ASSUMED_CELL
from bce_lint.analysis.state.unfinished import SETTING, SPENT

GENERIC_FUEL = 2_500


SETTER_FUEL = 800


def generic_instance(m: Machine, unit: LoweredFile, cls: ClassV) -> Ref:
    """An instance as `__init__` leaves it with unknown arguments, its attributes joined with their other assignments."""
    ref = Ref(m.intern(("generic", cls.address)), "instance", cls, class_model.class_place(cls))
    if m.peek((ref.address, cells.BUILT)) is not None:
        return ref
    m.any_of.add(ref.address)
    generics = m.open_generics if m.takes_any else m.generics
    built = generics.on(m.below_entry, ref.address, partial(_build, m, unit, cls, ref))
    m.asked_generic(ref.address, built, generics)
    if m.stack or m.suppress_sites:
        m.answer.add_open(built.answer)
    else:
        m.answer.add(built.answer)
    m.write_all(built.cells)
    return ref


def _build(m: Machine, unit: LoweredFile, cls: ClassV, ref: Ref) -> Built:
    """Builds an instance as any on top of the state below the entry point, with a budget and an answer of its own."""
    state, bonus = m.below_entry.fork(), m.waste.grant(cls.path, SITE_BONUS)
    run = m.aside(state=state, answer=EntryAnswer(), fuel=m.fuel, unroll_floor=0, stack=[], ended=False, suppress_sites=0, reads=None)
    with m.unwatched(), run, m.aside(catching=0, thrown=[], given=m.given, site_bonus=bonus, spent_before_site=m.spent_before_site):
        m.write(ref.address, cells.BUILT, TOP)
        assumptions.forget(m, NO_TAGS)
        _construct(m, unit, cls, ref)
        made = m.state.delta(m.below_entry)
        return Built({cell: value for cell, value in made.items() if cell != ASSUMED_CELL}, m.answer)


def _construct(m: Machine, unit: LoweredFile, cls: ClassV, ref: Ref) -> None:
    m.fuel = given = m.waste.grant(cls.path, GENERIC_FUEL)
    frame = entry_points.module_frame(m.program.unit(cls.path) or unit, main=False)
    span = ir.Span(cls.node.span.start, cls.node.span.start)
    classes.fill(m, frame, ref, cls, Args(), ir.Call(span, ir.Name(span, cls.name), ()), is_entry=True)
    m.ended = False
    m.write(ref.address, "training", TOP)
    m.suppress_sites += 1
    if m.fuel < 0:
        m.waste.note(cls.path, given - m.fuel)
        m.answer.leave_unfinished(cls.path, cls.node.span.start, f"{cls.name}.__init__", SPENT)
    m.fuel = min(m.fuel, SETTER_FUEL * m.fuel_factor)
    found, late = setters(m, cls)
    for setter in found:
        spent, function = m.fuel < 0, setter.function
        late |= _join_setter(m, frame, ref, setter)
        if m.fuel < 0 and not spent:
            m.answer.leave_unfinished(function.path, function.node.span.start, f"{cls.name}.{function.node.name}", SETTING)
    leaves = [name for name in m.state.names(ref.address) if _is_leaf(m.state.find((ref.address, name)))]
    keys = frozenset((base.path, base.node.span) for base in class_model.mro(m, cls) if type(base) is ClassV)
    _join_late(m, ref, late.union(name for name in leaves if m.program.may_exchange(name, keys)))


def _join_setter(m: Machine, frame: Frame, ref: Ref, setter: Setter) -> set[str]:
    """Joins what a method stores; the attributes that it may store on the instance without having done so here."""
    before = m.state
    m.state = before.fork()
    calls.call_function(m, _apart(m, frame, ref), setter.function, Args((ref,), spans=(None,)), setter.function.node.span, is_entry=True)
    m.ended = False
    written = m.state.delta(before)
    m.state = before
    for (address, name), value in written.items():
        old = before.find((address, name))
        if (address == ref.address and name.startswith("$")) or (address, name) == ASSUMED_CELL:
            continue
        value = untagged(value)  # a test of this passing is none of another
        m.write(address, name, value if old is None or _placeholder(old) else join(old, value))
    cut = setter.own if m.fuel < 0 else frozenset[str]()
    return {*setter.late, *cut} - {name for address, name in written if address == ref.address}


def _apart(m: Machine, frame: Frame, ref: Ref) -> Frame:
    """A frame of its own: what a method makes for the instance as any is not what it makes when it is an entry point itself."""
    own = entry_points.module_frame(frame.unit, main=False)
    own.context = m.intern(("setting", ref.address))
    return own


def _join_late(m: Machine, ref: Ref, names: Iterable[str]) -> None:
    """Attributes that something may have exchanged, nobody knows for what."""
    for name in sorted(names):
        if (old := m.state.find((ref.address, name))) is not None:
            m.write(ref.address, name, join(old, Unknown(m.intern((ref.address, name)))))


def _is_leaf(value: Value | None) -> bool:
    """True for a library's layer or loss, or a function: what stands in its place is something else. A model is wrapped, as a rule."""
    return type(value) in (External, FunctionV) or (type(value) is Ref and value.kind in ("layer", "activation", "loss"))


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
    """True if some class of the project may have this one among its bases."""
    return m.program.has_subclass(cls.name, cls.path)
