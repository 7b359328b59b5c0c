"""Star imports: what a name is that one of them may have brought."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from bce_lint import ir
from bce_lint.analysis.domain.values import TOP, Constant, External, ModuleV, Seq, Union, Value, join_all, options
from bce_lint.analysis.models import registry
from bce_lint.analysis.state import cells, containers
from bce_lint.analysis.state.frames import Frame, LoweredFile
from bce_lint.analysis.state.machine import Machine
from bce_lint.analysis.state.star_graph import EXPORTS
from bce_lint.catalog.dtypes import DTYPES
from bce_lint.catalog.names import canonical

_Star = tuple[Value, bool]
"""A module that was imported whole, and whether it surely was."""


def import_all(m: Machine, frame: Frame, path: str | None, node: ir.ImportName) -> None:
    """`from module import *`: what it brings in place of what is bound is bound now, everything else when it is read."""
    address = frame.unit.address
    if path is None and canonical(f"{node.module}._").partition(".")[0] not in _known_roots():
        return
    source = ModuleV(path) if path is not None else External(canonical(node.module))
    known = m.state.find((address, cells.STARS))
    before = known if type(known) is Seq else Seq()
    if not m.stars.is_first(address, source) and before.exact:  # the body runs again, or it is imported twice
        before = Seq(tuple(one for one in before.prefix if one != source))
    m.write(address, cells.STARS, containers.concatenate(before, Seq((source,))))
    _rebind(m, frame.unit, source)


@cache
def _known_roots() -> frozenset[str]:
    """The packages outside the project of which anything is known."""
    return frozenset({"torch", *(name.partition(".")[0] for name in (*registry.MODELS, *DTYPES))})


def _rebind(m: Machine, unit: LoweredFile, source: ModuleV | External) -> None:
    """Binds anew the names of a file that a star import brings."""
    bound = [one for one in m.state.names(unit.address) if one[:1] != "$"]
    for name in m.stars.brought(source.path, bound) if type(source) is ModuleV else bound:
        value = _search(m, [(source, True)], unit.path, name)
        if value is not None and value is not TOP:
            m.write(unit.address, name, value)


def may_be_unbound(m: Machine, unit: LoweredFile, name: str) -> bool:
    """True if a name of a file is not bound on some path, so that a star import may be where it comes from."""
    return m.stars.used and m.find_global(unit.address, cells.absence_of(name)) is not None


def found(m: Machine, unit: LoweredFile, name: str, own: Value | None = None) -> Value | None:
    """A name that a star import may have brought, besides what it is (`own`) where the file itself binds it on some path."""
    known = m.find_global(unit.address, cells.STARS)
    if type(known) is not Seq:
        return own
    brought = _search(m, list(_edges(known)), unit.path, name)
    return join_all(one for one in (own, brought) if one is not None)


def _edges(known: Seq) -> Iterator[_Star]:
    """The modules of star imports in the order that they ran in."""
    for value in (*known.prefix, *known.suffix):
        yield from ((one, type(value) is not Union) for one in options(value))
    if known.rest is not None:
        yield from ((one, False) for one in options(known.rest))


def _search(m: Machine, waiting: list[_Star], origin: str, name: str) -> Value | None:
    """What some modules bring, the last of them first. Each is looked at once, however many ways lead to it."""
    values: list[Value] = []
    seen = {origin}
    while waiting:
        source, certain = waiting.pop()
        if type(source) is External and _is_brought(source.name, name):
            values.append(External(canonical(f"{source.name}.{name}")))
            if certain:
                break
        if type(source) is not ModuleV or source.path in seen or not m.stars.may_have(source.path, name):
            continue
        seen.add(source.path)
        unit = _loaded(m, source.path)
        if unit is None or not _exports(m, unit, name):
            continue
        value = m.read_global(unit.address, name)
        bound = value is not None and not may_be_unbound(m, unit, name)
        values += [value] if value is not None else []
        if bound and certain:
            break
        known = m.find_global(unit.address, cells.STARS)
        if not bound and type(known) is Seq:
            waiting.extend((one, certain and surely) for one, surely in _edges(known))
        elif value is None and (inner := _submodule(m, unit, name)) is not None:
            values.append(inner)
    return join_all(values)


def _loaded(m: Machine, path: str) -> LoweredFile | None:
    """A file whose body has run; what it star-imports runs before it, the deepest first, so that none waits for another."""
    for needed in m.stars.unprepared(path):
        m.program.load(needed)
    return m.program.load(path)


def _exports(m: Machine, unit: LoweredFile, name: str) -> bool:
    """True if a star import of a file brings a name: those that `__all__` lists, without it those that do not begin with `_`."""
    if EXPORTS in unit.module.bound:
        listed = m.read_global(unit.address, EXPORTS)
        items = None if listed is None else containers.content(m, listed)
        if items is not None and items.exact and all(type(one) is Constant for one in items):
            return any(type(one) is Constant and one.value == name for one in items)
    return not name.startswith("_")


def _submodule(m: Machine, unit: LoweredFile, name: str) -> Value | None:
    """A module of a package that its `__all__` lists."""
    if EXPORTS not in unit.module.bound or not unit.path.endswith("__init__.py"):
        return None
    inner = m.program.resolve(unit.path, name, 1)
    return None if inner is None else ModuleV(inner)


def _is_brought(module: str, name: str) -> bool:
    """True if a star import of a module outside the project brings a name that is known, as torch and the others export theirs."""
    if name.startswith("_"):
        return False
    return registry.is_known(canonical(f"{module}.{name}")) or (module == "torch" and name in ("nn", "optim"))
