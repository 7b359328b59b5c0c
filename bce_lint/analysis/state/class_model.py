"""Classes of the project as values: resolution order, bases outside the project, fields."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Place
from bce_lint.analysis.domain.values import TOP, ClassV, External, Value, options
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.names import canonical
from bce_lint.catalog.python import BARE_BASES

MAX_DEPTH = 64


def mro(m: Machine, cls: ClassV) -> tuple[Value, ...]:
    """The resolution order: each class before its bases, a shared base after all who share it."""
    known = m.resolution_orders.get(cls.address)
    if known is not None and known[0] is cls.bases:
        return known[1]
    m.resolution_orders[cls.address] = (cls.bases, _linear(cls))
    return m.resolution_orders[cls.address][1]


def _linear(cls: ClassV) -> tuple[Value, ...]:
    """The order; where the classes stand too deep below each other to go through them all, it ends in something unknown."""
    met: dict[int, Value | None] = {}
    followed = _visit(cls, met, 0)
    order = tuple(value for value in reversed(met.values()) if value is not None)
    return order if followed else (*order, TOP)


def _visit(value: Value, met: dict[int, Value | None], depth: int) -> bool:
    """Adds the bases of a class, the last one first, and then itself, each once; False where that leads too deep."""
    key = value.address if type(value) is ClassV else id(value)
    if key in met:
        return True
    met[key] = None
    followed = True
    if type(value) is ClassV:
        for base in reversed(value.bases):
            for option in reversed(options(base)):
                followed = depth < MAX_DEPTH and _visit(option, met, depth + 1) and followed
    del met[key]
    met[key] = value
    return followed


def outside_base(m: Machine, cls: ClassV) -> str | None:
    """The qualified name of the first base outside the project; `?` for an unknown base."""
    for base in mro(m, cls)[1:]:
        if type(base) is External:
            if base.name not in BARE_BASES:
                return canonical(base.name)
        elif type(base) is not ClassV:
            return "?"
    return None


def fields(m: Machine, cls: ClassV) -> list[tuple[str, ir.Expr | None]]:
    """The annotated fields of a class and of its project bases, in order."""
    found: dict[str, ir.Expr | None] = {}
    for base in reversed(mro(m, cls)):
        if type(base) is ClassV:
            for statement in base.node.body:
                if isinstance(statement, ir.Declare) and isinstance(statement.target, ir.Name):
                    found[statement.target.id] = None
                elif isinstance(statement, ir.Assign) and statement.annotation is not None and isinstance(statement.targets[0], ir.Name):
                    found[statement.targets[0].id] = statement.value
    return list(found.items())


def class_place(cls: ClassV) -> Place:
    """Where a class is defined."""
    return Place(cls.path, cls.node.span, cls.name)
