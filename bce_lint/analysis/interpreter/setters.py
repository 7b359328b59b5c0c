"""The methods that store attributes of their instance: which do, and what they store where running them may not show it."""

from __future__ import annotations

from typing import NamedTuple

from bce_lint import ir
from bce_lint.analysis.domain.values import ClassV, FunctionV
from bce_lint.analysis.state import class_model
from bce_lint.analysis.state.machine import Machine
from bce_lint.ir.walk import blocks_in, stored_in


class Setter(NamedTuple):
    """A method that may store attributes of its first parameter: `own` those that its statements store, `late` those that functions
    inside it store."""

    function: FunctionV
    own: frozenset[str]
    late: frozenset[str]


def setters(m: Machine, cls: ClassV) -> tuple[list[Setter], frozenset[str]]:
    """The methods of a class, other than `__init__`, that may store attributes of their first parameter, and what others store that
    cannot be run: a property's setter, a function that a decorator exchanges."""
    found: dict[str, Setter] = {}
    late: set[str] = set()
    seen = {"__init__"}
    for base in class_model.mro(m, cls):
        if type(base) is not ClassV:
            continue
        methods = [one.function for one in base.node.body if isinstance(one, ir.FunctionDef) and one.function.name not in seen]
        for function in methods:
            stores = _asked(m, base.path, function)
            value = m.state.find((base.address, function.name)) if stores is not None else None
            if stores is None or (type(value) is FunctionV and value.flavour in ("static", "class")):
                continue
            if type(value) is FunctionV and value.node is function:
                found[function.name] = Setter(value, stores.own, stores.late)
            else:
                late |= stores.late | stores.own
        seen.update(one.name for one in methods)
    return list(found.values()), frozenset(late)


class MethodStores(NamedTuple):
    """The attributes of a method's first parameter that its statements store, and those that functions inside it store."""

    own: frozenset[str]
    late: frozenset[str]


def _asked(m: Machine, path: str, function: ir.Function) -> MethodStores | None:
    """What a method of a file may store, which is noted where its body may become another one."""
    unit = m.program.unit(path)
    version = None if unit is None else unit.version(function)
    if version is None:
        return stores_of(function)
    stores = m.journal.current.asked["stores", path, function] = stores_of(version.function)
    return stores


def stores_of(function: ir.Function) -> MethodStores | None:
    """What a method may store on its first parameter, if anything."""
    if not function.params:
        return None
    found = _Stores(function.params[0].name)
    found.read(function.body, False)
    return MethodStores(frozenset(found.own), frozenset(found.late)) if found.own or found.late else None


class _Stores:
    """The attributes of a receiver that statements store: `own` those that they store themselves, `late` those that functions inside
    them store."""

    def __init__(self, receiver: str) -> None:
        self.receiver = receiver
        self.own: set[str] = set()
        self.late: set[str] = set()

    def read(self, body: ir.Body, inside: bool) -> None:
        """Reads statements, and those within them; `inside` a function of the method, any name may stand for the receiver."""
        for one in body:
            for target in stored_in(one):
                self._store(target, inside)
            if isinstance(one, ir.FunctionDef):
                self.read(one.function.body, True)
            for part in blocks_in(one):
                self.read(part, inside or isinstance(one, ir.ClassDef))

    def _store(self, target: ir.Expr, inside: bool) -> None:
        if isinstance(target, ir.Attr) and isinstance(target.value, ir.Name) and (inside or target.value.id == self.receiver):
            (self.late if inside else self.own).add(target.name)
