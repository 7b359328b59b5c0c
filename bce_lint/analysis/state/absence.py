"""Attributes that an object certainly lacks: those of a class all of whose bases are known, and to which nothing in the project adds."""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint import ir
from bce_lint.analysis.domain.values import ClassV, External, Ref
from bce_lint.analysis.state import cells, class_model
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.modules import MODULE, MODULE_ATTRIBUTES
from bce_lint.catalog.names import canonical
from bce_lint.catalog.python import BARE_BASES
from bce_lint.ir.walk import AnyNode

_HOOKS = frozenset({"__getattr__", "__getattribute__", "__setattr__", "__setstate__"})


def is_dunder(name: str) -> bool:
    """True if a name is one of those that Python itself gives to objects."""
    return name.startswith("__") and name.endswith("__")


def is_absent(m: Machine, owner: Ref, cls: ClassV, name: str) -> bool:
    """True if reading an attribute that no cell holds certainly raises `AttributeError`."""
    key = cls.address, name, owner.address in m.any_of
    known = m.absent.get(key)
    if known is None:
        with m.journal.unit() as needs:
            known = m.absent[key] = _is_absent(m, key[2], cls, name), needs
    m.journal.current.absorb(known[1])
    return known[0] and m.read(owner.address, cells.WRAPPED) is None


def _is_absent(m: Machine, generic: bool, cls: ClassV, name: str) -> bool:
    classes = [base for base in class_model.mro(m, cls) if type(base) is ClassV]
    if is_dunder(name) or (generic and _may_be_of_another(m, cls, classes)):
        return False
    if not all(_is_seen(m, base) for base in class_model.mro(m, cls)):
        return False
    if any(name in base.node.bound for base in classes) or any(name in _declared(base.node) for base in classes):
        return False
    if class_model.outside_base(m, cls) == MODULE and name in MODULE_ATTRIBUTES:
        return False
    return not m.program.may_store(name, frozenset((base.path, base.node.span) for base in classes))


def _may_be_of_another(m: Machine, cls: ClassV, classes: list[ClassV]) -> bool:
    """True if an instance as any may be of a class below: there is one, or this one leaves it to others to initialise."""
    initialised = any("__init__" in base.node.bound or base.flavour == "dataclass" for base in classes)
    return not initialised or m.program.has_subclass(cls.name, cls.path)


def _is_seen(m: Machine, base: object) -> bool:
    if type(base) is External:
        return canonical(base.name) in BARE_BASES or canonical(base.name) == MODULE
    if type(base) is not ClassV or base.flavour == "namedtuple":
        return False
    node = base.node
    undecorated = len(node.decorators) == (base.flavour == "dataclass")
    return undecorated and not node.bound & _HOOKS and all(map(_is_plain, node.bases))


def _is_plain(base: ir.Arg) -> bool:
    """True if an argument of a class definition is a base, or the metaclass of abstract classes."""
    value = base.value
    name = value.id if isinstance(value, ir.Name) else value.name if isinstance(value, ir.Attr) else ""
    return base.stars == 0 and (base.keyword is None or (base.keyword == "metaclass" and name == "ABCMeta"))


def _declared(node: ir.ClassDef) -> Iterator[str]:
    """The names that a class body only annotates."""
    waiting: list[AnyNode] = list(node.body)
    while waiting:
        statement = waiting.pop()
        if isinstance(statement, ir.Declare) and isinstance(statement.target, ir.Name):
            yield statement.target.id
        elif isinstance(statement, ir.If | ir.Try | ir.With):
            waiting.extend((*statement.body, *getattr(statement, "orelse", ())))
