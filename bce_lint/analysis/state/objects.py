"""Objects as values: attributes by Python's lookup on the class, what is written to them, their truth."""

from __future__ import annotations

from collections.abc import Iterator

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import (
    TOP,
    TRUE,
    ClassV,
    Constant,
    External,
    FunctionV,
    MethodV,
    ModuleV,
    PartialV,
    Ref,
    Seq,
    Table,
    Union,
    Unknown,
    Value,
    join,
    join_table,
    options,
)  # fmt: skip
from bce_lint.analysis.state import cells, class_model, store
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.modules import TENSORS
from bce_lint.catalog.names import KNOWN_LIBRARIES


def class_attribute(m: Machine, owner: Ref, name: str) -> Value | None:
    """An attribute found on the project classes of an instance."""
    return find_in(m, class_model.mro(m, owner.what), name) if isinstance(owner.what, ClassV) else None


def find_in(m: Machine, order: tuple[Value, ...], name: str) -> Value | None:
    """An attribute of the first project class in an order that has it."""
    for base in order:
        if type(base) is ClassV:
            found = m.read_global(base.address, name)
            if found is not None:
                return found
    return None


def set_attribute(m: Machine, owner: Value, name: str, value: Value) -> None:
    """`owner.name = value`: strong on one object, weak where several are possible."""
    alternatives = options(owner)
    for option in alternatives:
        if type(option) is Ref:
            if option.address in m.own_tables or (name == "__dict__" and option is value):
                _set_entry(m, option, name, value, len(alternatives) > 1)
                continue
            weak = len(alternatives) > 1 or m.is_summary(option.address)
            old = m.peek((option.address, name)) if weak else None
            m.write(option.address, name, value if old is None else join(old, value))
            items = m.read(option.address, cells.ITEMS) if option.kind == "container" else None
            if type(items) is Table:
                m.write(option.address, cells.ITEMS, items.put(name, value))
        elif type(option) is ClassV:
            m.written_into(option.address)
            m.write(option.address, name, value)
        elif type(option) is ModuleV:
            m.written_into(address(m, option.path))
            m.write(address(m, option.path), name, value)


def _set_entry(m: Machine, owner: Ref, name: str, value: Value, weak: bool) -> None:
    """An attribute of an object whose attributes are its entries, as `self.__dict__ = self` makes them in a dict."""
    table = m.read(owner.address, cells.ITEMS)
    if name == "__dict__":
        m.not_replayed()
        m.own_tables.add(owner.address)
    elif type(table) is Table:
        new = table.put(name, value)
        m.write(owner.address, cells.ITEMS, join_table(table, new) if weak or m.is_summary(owner.address) else new)


def set_part(m: Machine, owner: Value, name: str, old: Tensor, new: Value) -> None:
    """What `owner.name` gave was changed in place: it is another wherever it is kept, and nowhere if each reading makes it anew."""
    alternatives = options(owner)
    for option in alternatives:
        for keeper, kept in _keepers(m, option, name, old):
            before = m.read(keeper.address, kept) if len(alternatives) > 1 and type(keeper) is Ref else None
            set_attribute(m, keeper, kept, new if before is None else join(before, new))


def _keepers(m: Machine, owner: Value, name: str, value: Tensor) -> Iterator[tuple[Value, str]]:
    """The objects that keep what an attribute gave, and under which name: an instance, which may have it from a property, or a class."""
    if type(owner) is not Ref or owner.kind != "instance" or m.read(owner.address, name) is not None:
        yield owner, name
    elif type(class_attribute(m, owner, name)) is FunctionV:
        own = [(kept, m.peek((owner.address, kept))) for kept in m.names(owner.address)]
        yield from ((owner, kept) for kept, one in own if type(one) is Tensor and one.identity and one.identity == value.identity)
    elif isinstance(owner.what, ClassV):
        bases = [base for base in class_model.mro(m, owner.what) if type(base) is ClassV]
        yield from [(base, name) for base in bases if m.read_global(base.address, name) is not None][:1]


def mark_unbound(m: Machine, owner: Value, name: str) -> None:
    """The attribute may be gone, as after `del owner.name`."""
    for option in options(owner):
        if type(option) is Ref:
            m.write(*store.unbound_cell((option.address, name)), TRUE)


def is_certain(m: Machine, owner: Value, name: str) -> bool:
    """True if an object certainly has an attribute."""
    if type(owner) is not Ref:
        return False
    own = m.read(owner.address, name) is not None and m.read(*store.unbound_cell((owner.address, name))) is None
    return own or class_attribute(m, owner, name) is not None


def forget_namespace(m: Machine, value: Value) -> None:
    """Somebody may change the attributes of a namespace by names that are not seen: nothing is known of them then."""
    for option in options(value):
        if type(option) is Ref and option.kind == "namespace":
            for name in m.names(option.address):
                if not name.startswith("$"):
                    m.write(option.address, name, TOP)


def mark_wrapped(m: Machine, value: Value | None) -> None:
    """An object is handed back in a wrapper: as such it has attributes of which nothing is known."""
    for option in options(value) if value is not None else ():
        if type(option) is Ref:
            m.write(option.address, cells.WRAPPED, TRUE)


def forget_settings(m: Machine, owner: Value) -> None:
    """Some attribute is set whose name is not known: constants, which settings are, become unknown; modules and functions stay."""
    for option in options(owner):
        if type(option) is not Ref:
            continue
        names = [(option.address, name) for name in m.names(option.address)]
        if isinstance(option.what, ClassV):
            bases = [base for base in class_model.mro(m, option.what) if type(base) is ClassV]
            names = [(base.address, name) for base in reversed(bases) for name in m.names(base.address)] + names
        for address, name in names:
            if not name.startswith(("$", "__")) and type(m.read(address, name)) is Constant:
                m.write(option.address, name, TOP)


_ALWAYS_TRUE_REFS = frozenset({"instance", "loss", "activation", "layer", "context"})


def truth(m: Machine, value: Value) -> bool | None:
    """Whether a value is certainly true or certainly false."""
    if type(value) is not Union:
        return None if type(value) is Unknown else _truth(m, value)
    outcomes = {_truth(m, option) for option in value.options}
    return outcomes.pop() if len(outcomes) == 1 else None


def _truth(m: Machine, value: Value) -> bool | None:
    match value:
        case Constant():
            return bool(value.value)
        case Seq():
            return bool(value.prefix or value.suffix) or (False if value.exact else None)
        case Table():
            return any(value.has(key) for key, _ in value.entries) or (False if value.exact else None)
        case Ref(kind="list" | "dict" | "container"):
            content = m.read(value.address, cells.ITEMS)
            return None if content is None else _truth(m, content)
        case Ref(kind="instance"):
            content = m.read(value.address, cells.ITEMS)
            if content is not None and class_attribute(m, value, "__len__") is None and class_attribute(m, value, "__bool__") is None:
                return _truth(m, content)
            return None if class_attribute(m, value, "__len__") or class_attribute(m, value, "__bool__") or is_tensor(m, value) else True
        case Ref():
            return True if value.kind in _ALWAYS_TRUE_REFS else None
        case Unknown() | Union():
            return None
        case External():
            return None if is_foreign(value) else True
    return True if type(value) in (ClassV, FunctionV, MethodV, PartialV) else None


def is_tensor(m: Machine, value: Ref) -> bool:
    """True if the class of an instance is one of tensors, of which Python asks what they hold."""
    return isinstance(value.what, ClassV) and class_model.outside_base(m, value.what) in TENSORS


def is_foreign(value: External) -> bool:
    """True if a name is of a module of which nothing is known: it may stand for a number, a text or a flag."""
    root, dot, _ = value.name.partition(".")
    return bool(dot) and root not in KNOWN_LIBRARIES


def address(m: Machine, path: str) -> int:
    """The address of a module's globals."""
    unit = m.program.unit(path)
    return m.intern(("module", path)) if unit is None else unit.address
