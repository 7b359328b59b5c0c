"""Objects of the project's own dicts and lists: what they inherit from Python's, and the methods of these called by their class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bce_lint import ir
from bce_lint.analysis.domain.values import NONE, TOP, BuiltinMethod, ClassV, FunctionV, Ref, Seq, Table, Value, const
from bce_lint.analysis.models.model import Model, each
from bce_lint.analysis.state import cells, class_model, containers, objects, registries
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.collections import COLLECTIONS, SET_ONE_BY_ONE


def table_of_arguments(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Table:
    """What `dict(...)` makes of its arguments."""
    table = Table()
    if args.pos:
        table = table_of_pairs(m, frame, args.pos[0], node)
    table = containers.update_table(table, None) if args.open else table
    return containers.update_table(table, Table(tuple(args.kw.items())))


def table_of_pairs(m: Machine, frame: Frame, value: Value, node: ir.Call) -> Table:
    """The entries of a dict, or of the pairs that something yields."""
    given = containers.table_of(m, value)
    if given is not None:
        return given
    pairs = m.interpreter.elements(m, frame, value, node.span)
    parts = [containers.unpack(m, pair, 2, None) or (TOP, TOP) for pair in pairs]
    if pairs.exact:
        return containers.put_all(Table(), [(key, part) for key, part in parts])
    return Table((), containers.summary(m, Seq((), containers.summary(m, Seq(tuple(part for _, part in parts))))))


def holds(m: Machine, cls: ClassV) -> str | None:
    """How objects of a class hold what is in them, if it inherits that from Python."""
    return COLLECTIONS.get(class_model.outside_base(m, cls) or "")


def allocate(m: Machine, ref: Ref, cls: ClassV) -> None:
    """A new object holds nothing."""
    kind = holds(m, cls)
    if kind is not None:
        m.write(ref.address, cells.ITEMS, Table() if kind == "dict" else Seq())


def open_up(m: Machine, ref: Ref, cls: ClassV) -> None:
    """Of an object as any it is not known what others have put into it."""
    kind = holds(m, cls)
    if kind is not None:
        m.write(ref.address, cells.ITEMS, Table((), TOP) if kind == "dict" else containers.ANYTHING)


def fill(m: Machine, frame: Frame, ref: Ref, kind: str, args: Args, node: ir.Call) -> None:
    """The inherited constructor."""
    if kind == "list":
        first = args.get(0, "iterable")
        m.write(ref.address, cells.ITEMS, Seq() if first is None else m.interpreter.elements(m, frame, first, node.span))
        return
    table = table_of_arguments(m, frame, args, node)
    one_by_one = isinstance(ref.what, ClassV) and class_model.outside_base(m, ref.what) in SET_ONE_BY_ONE
    if not one_by_one or type(objects.class_attribute(m, ref, "__setitem__")) is not FunctionV:
        m.write(ref.address, cells.ITEMS, table)
        return
    for key, value in table.entries:
        m.interpreter.call_attribute(m, frame, ref, "__setitem__", Args((const(key), value)), node.span)
    if not table.exact:
        m.write(ref.address, cells.ITEMS, Table((), TOP))


def _set_item(m: Machine, frame: Frame, owner: Ref, items: Seq | Table, args: Args, node: ir.Call) -> Value:
    containers.set_item(m, owner, args.get(0, "key") or TOP, args.get(1, "value") or TOP)
    return NONE


def _get_item(m: Machine, frame: Frame, owner: Ref, items: Seq | Table, args: Args, node: ir.Call) -> Value:
    key = args.get(0, "key") or TOP
    items = registries.completed(m, frame, owner, items, key) if type(items) is Table else items
    found = containers.lookup(m, items, key) if type(items) is Table else containers.element(m, items, key) if type(items) is Seq else None
    return found or TOP


def _iterate(m: Machine, frame: Frame, owner: Ref, items: Seq | Table, args: Args, node: ir.Call) -> Value:
    return containers.keys_of(items) if type(items) is Table else items


def _delete_item(m: Machine, frame: Frame, owner: Ref, items: Seq | Table, args: Args, node: ir.Call) -> Value:
    containers.remove(m, owner, args.get(0, "key") or TOP)
    return NONE


OfEither = Callable[[Machine, Frame, Ref, Seq | Table, Args, ir.Call], Value]
SPECIAL: Final[dict[str, OfEither]] = {
    "__setitem__": _set_item, "__getitem__": _get_item, "__iter__": _iterate, "__delitem__": _delete_item,
}  # fmt: skip
"""Methods of dicts and of lists that operators call."""


def _from_keys(m: Machine, frame: Frame, args: Args, node: ir.Call) -> Value:
    """`dict.fromkeys(keys, value)`."""
    value = args.get(1, "value") or NONE
    keys = m.interpreter.elements(m, frame, args.get(0, "iterable") or TOP, node.span)
    return containers.new_dict(m, frame, node.span, containers.put_all(Table(), [(key, value) for key in keys]))


def _unbound(m: Machine, frame: Frame, name: str, args: Args, node: ir.Call) -> Value:
    """`dict.get(owner, key)`: the method of the object that is given first."""
    owner = args.pos[0] if args.pos else TOP
    rest = args._replace(pos=args.pos[1:], spans=args.spans[1:])
    if name != "__init__":
        return m.interpreter.call_one(m, frame, BuiltinMethod(owner, name), rest, node)
    if type(owner) is Ref and isinstance(owner.what, ClassV) and (kind := holds(m, owner.what)) is not None:
        fill(m, frame, owner, kind, rest, node)
    return NONE


_OF_DICTS: Final = ("get", "items", "keys", "pop", "setdefault", "update", "values")
_OF_LISTS: Final = ("append", "extend", "insert", "pop")
MODELS: Final[dict[str, Model]] = each(_unbound, {
    f"{name}.{method}": method
    for name, kind in COLLECTIONS.items() if not name.startswith("typing.")
    for method in ("__init__", *SPECIAL, *(_OF_DICTS if kind == "dict" else _OF_LISTS))
}) | {"builtins.dict.fromkeys": _from_keys, "collections.OrderedDict.fromkeys": _from_keys}  # fmt: skip
"""The methods of Python's dicts and lists, called on their classes."""
