"""Registries: dicts of a module that the bodies of other files fill, which an import that nothing reads would leave empty."""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint import ir
from bce_lint.analysis.domain.values import TOP, ClassV, Constant, Ref, Table, Value, join
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.frames import Frame, LoweredFile
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.renaming import Renaming
from bce_lint.analysis.state.trace import Trace
from bce_lint.ir.walk import below
from bce_lint.records import changed

MAX_FILES = 8
"""The most files that are read for the entries of a registry that is asked for an unknown key: of more, they would not agree."""
_AROUND = 3
"""How many calls further out the object is looked for whose dict this is."""


def completed(m: Machine, frame: Frame, owner: Ref, table: Table, key: Value) -> Table:
    """The entries of a dict with those that files register which nothing has read so far; they may be missing where these are not
    imported."""
    if table.rest is not None or m.below_all((owner.address, cells.ITEMS)) is None:
        return table
    name = key.value if type(key) is Constant else None
    if type(key) is Constant and (not isinstance(name, str) or (table.get(name) is not None and not m.is_summary(owner.address))):
        return table
    own = names_of(m, owner)
    if m.trace is not None:
        m.trace.registered(frame.depth, owner, own)
    names = own | names_around(m, frame, _AROUND, m.trace)
    files = m.program.registering(names, name if isinstance(name, str) else None) if names else ()
    root = _root(frame)
    if m.trace is not None:
        m.trace.begun |= {file: file == root for file in files}
    files = tuple(file for file in files if file != root)
    if name is None and len(files) > MAX_FILES:
        return changed(table, rest=TOP)
    with m.journal.search():
        for file in files[:MAX_FILES]:
            m.program.load(file)
    there = m.below_all((owner.address, cells.ITEMS))
    return _with_others(table, there) if type(there) is Table else table


def _with_others(table: Table, other: Table) -> Table:
    """The table with the entries of another, which may be missing."""
    entries = dict(table.entries)
    added = {k: v if (old := entries.get(k)) is None else join(old, v) for k, v in other.entries}
    rest = table.rest if other.rest is None else TOP
    return changed(table, entries=tuple((entries | added).items()), rest=rest, maybe=table.maybe | (added.keys() - entries.keys()))


def _root(frame: Frame) -> str:
    """The file whose code runs."""
    while frame.parent is not None:
        frame = frame.parent
    return frame.unit.path


def names_around(m: Machine, frame: Frame, count: int, trace: Trace | None) -> frozenset[str]:
    """The names by which other files fill what so many calls were given first: that into a frame, and those around it. A trace is told."""
    outer, found = frame.parent, frozenset[str]()
    if outer is not None and count > 1:
        found = names_around(m, outer, count - 1, trace)
        if trace is not None:
            trace.looked_around(frame.depth, outer.depth, count - 1, found)
    if frame.receiver is None:
        return found
    names = names_of(m, frame.receiver)
    if trace is not None:
        trace.registered(frame.depth, frame.receiver, names)
    return found | names


def are_as_they_were(m: Machine, frame: Frame, trace: Trace, found: Renaming) -> bool:
    """True if the names that a call has asked for are those for another call, from a frame."""
    if not all([names_of(m, found.value(owner)) == names for owner, names in trace.registries.items()]):  # noqa: C419 - few
        return False
    return all([names_around(m, frame, count, None) == names for count, names in trace.around.items()])  # noqa: C419 - few


def note(m: Machine, frame: Frame, trace: Trace, found: Renaming, outer: Trace) -> None:
    """Tells the trace around another call, from a frame, of the names that it asks for."""
    for owner, names in trace.registries.items():
        outer.registered(frame.depth, found.value(owner), names)
    for count in trace.around:
        names_around(m, frame, count, outer)


def names_of(m: Machine, value: Value) -> frozenset[str]:
    """The names by which other files fill a dict, or that of an object: its own, that of the class that has it, those of functions that
    use it; looked for once."""
    known = m.registries.get(value)
    if known is None:
        with m.journal.unit() as needs:
            known = frozenset(_names_of(m, value)), needs
        if known[0]:  # else what is read later may say more
            m.registries[value] = known
    m.journal.current.absorb(known[1])
    return known[0]


def _names_of(m: Machine, value: Value) -> Iterator[str]:
    path = value.path if type(value) is ClassV else value.place.path if type(value) is Ref and value.place is not None else None
    unit = None if path is None else m.program.unit(path)
    if unit is None:
        return
    for name in m.base.names(unit.address):
        held = m.base.find((unit.address, name))
        if held == value or (type(held) is ClassV and type(value) is Ref and _has(m, held, value)):
            yield name
            yield from _functions_with(m, unit, name)


def _has(m: Machine, cls: ClassV, value: Ref) -> bool:
    return any(m.base.find((cls.address, name)) == value for name in m.base.names(cls.address))


def _functions_with(m: Machine, unit: LoweredFile, name: str) -> Iterator[str]:
    """The functions at the top of a module that use a name."""
    for statement in unit.module.body:
        function = m.journal.latest(unit, statement.function) if isinstance(statement, ir.FunctionDef) else None
        if function is not None and any(isinstance(node, ir.Name) and node.id == name for node in below(function)):
            yield function.name
