"""Methods of builtin values and of catalogue objects: lists, dicts, strings, tensors, modules."""

from __future__ import annotations

from collections.abc import Callable

from bce_lint import ir
from bce_lint.analysis.domain import sequences
from bce_lint.analysis.domain.constants import TURNED
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import (
    MODULE_KINDS,
    NONE,
    TOP,
    TRUE,
    ClassV,
    Constant,
    Ref,
    Seq,
    SuperV,
    Table,
    Unknown,
    Value,
    const,
    join,
    join_all,
    join_seq,
    options,
)  # fmt: skip
from bce_lint.analysis.models import (
    activations,
    attribute_functions,
    collections,
    conversions,
    dtype_rules,
    idioms,
    layers,
    losses,
    tensor_ops,
    text_methods,
    trainers,
)  # fmt: skip
from bce_lint.analysis.state import assumptions, cells, class_model, containers, identities, objects, registries, symbolic_sizes
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog import activations as activation_rows
from bce_lint.catalog import tensors
from bce_lint.catalog.numpy import NUMPY_METHODS
from bce_lint.catalog.schema import Transfer
from bce_lint.catalog.wrappers import MODULE_SELF_METHODS
from bce_lint.records import changed

FALSE = const(False)
OfList = Callable[[Machine, Frame, Ref, Seq, Args, ir.Call], Value]
OfDict = Callable[[Machine, Frame, Ref, Table, Args, ir.Call], Value]


def call(m: Machine, frame: Frame, receiver: Value, name: str, args: Args, node: ir.Call) -> Value:
    """Calls a method that no project class defines."""
    if name in _PARSERS:
        for value in (*args.pos, *args.kw.values()):
            objects.forget_namespace(m, value)
    match receiver:
        case Tensor() | Unknown():
            assumptions.mark_called(m, frame, receiver, node.span)
            return _tensor(m, frame, receiver, name, args, node)
        case SuperV():
            return _super(m, frame, receiver, name, args, node)
        case Ref():
            return _ref(m, frame, receiver, name, args, node)
        case Constant(value=str()):
            return text_methods.call(receiver, name, args)
    return TOP


def _tensor(m: Machine, frame: Frame, receiver: Tensor | Unknown, name: str, args: Args, node: ir.Call) -> Value:
    activation = activation_rows.METHODS.get(name)
    if activation is not None and len(args.pos) < len(activation.params):
        inplace = name in activation_rows.INPLACE
        return activations.activation_call(m, frame, activation, args.prepend(receiver), node, inplace=inplace, method=True)
    row = tensors.METHODS.get(name) or NUMPY_METHODS.get(name)
    if row is None:
        return m.fresh(frame, node.span)
    if type(receiver) is Unknown and not _surely_tensor(row, args) and dtype_rules.asked(args.prepend(receiver), row) is None:
        return _of_unknown(m, frame, receiver, row, args, node)
    return tensor_ops.method_call(m, frame, row, receiver, args, node, name)


def _of_unknown(m: Machine, frame: Frame, receiver: Unknown, row: Transfer, args: Args, node: ir.Call) -> Value:
    """A method that a tensor has and others may have, of an object of which nothing is known."""
    if row.result in ("sizes", "rank", "count"):
        sizes = symbolic_sizes.shape_of(m, receiver)
        if row.result != "sizes":
            return symbolic_sizes.counted(m, sizes, row.result)
        dim = args.get(0, "dim")
        return sizes if dim is None or dim is NONE else symbolic_sizes.size_at(m, sizes, dim)
    same = changed(receiver, form=idioms.detached(receiver.form)) if row.gradient == "stopped" else receiver
    if row.use == "moved":
        same = changed(same, kind=TURNED)
    return same if row.receiver == "itself" else m.fresh(frame, node.span)


def _surely_tensor(row: Transfer, args: Args) -> bool:
    """Methods that only arrays have: what they return holds whatever the array was."""
    return row.receiver == "tensor" or (row.receiver == "tensor-if-bare" and not (args.pos or args.kw))


_PARSERS = frozenset({"parse_args", "parse_known_args", "parse_intermixed_args", "parse_known_intermixed_args"})
"""Methods that set the attributes of a namespace that they are given."""

_READING = frozenset({
    "index", "count", "keys", "isdisjoint", "issubset", "issuperset", "union", "intersection", "difference", "symmetric_difference",
    "__len__", "__contains__", "__getitem__",
})  # fmt: skip
"""Methods that are not followed and leave a list, a set or a dict as it is."""


def _super(m: Machine, frame: Frame, receiver: SuperV, name: str, args: Args, node: ir.Call) -> Value:
    """`super().method()` where the next class lies outside the project."""
    self_ = receiver.receiver
    if type(self_) is not Ref or not isinstance(self_.what, ClassV):
        return TOP
    outside = class_model.outside_base(m, self_.what)
    if name == "__init__":
        layers.initialise(m, frame, self_, outside, args, node)
        return NONE
    if name in ("forward", "__call__"):
        return layers.apply_outside(m, frame, self_, outside, args, node)
    if name == "__setattr__":
        return attribute_functions.set_by_name(m, frame, args.prepend(self_), node)
    return _ref(m, frame, self_, name, args, node)


def _ref(m: Machine, frame: Frame, receiver: Ref, name: str, args: Args, node: ir.Call) -> Value:
    items = m.read(receiver.address, cells.ITEMS)
    if type(items) is Table and (handler := _DICT.get(name)) is not None:
        return handler(m, frame, receiver, items, args, node)
    if type(items) is Seq and (method := _LIST.get(name)) is not None:
        return method(m, frame, receiver, items, args, node)
    if (type(items) is Table or type(items) is Seq) and (special := collections.SPECIAL.get(name)) is not None:
        return special(m, frame, receiver, items, args, node)
    if name not in _READING:
        _changed(m, receiver)
    if receiver.kind == "trainer":
        return trainers.call_method(m, frame, receiver, name, args, node)
    if receiver.kind in MODULE_KINDS:
        return _module(m, frame, receiver, name, args, node)
    return m.fresh(frame, node.span)


def _module(m: Machine, frame: Frame, receiver: Ref, name: str, args: Args, node: ir.Call) -> Value:
    if receiver.kind == "loss" and name in ("backward", "item"):
        losses.used_as_tensor(m, receiver, frame.place(node.span))
        return TOP
    if name in ("train", "eval"):
        mode = FALSE if name == "eval" else args.get(0, "mode") or TRUE
        set_training(m, receiver, mode if mode in (TRUE, FALSE) else TOP, set())
        return receiver
    if name in MODULE_SELF_METHODS:
        conversions.convert(m, receiver, name, args, node)
        return receiver
    if name in ("add_module", "register_module"):
        return _add_module(m, receiver, args.get(0, "name") or TOP, args.get(1, "module") or TOP)
    if name in ("forward", "__call__"):
        return layers.apply(m, frame, receiver, args, node)
    if name == "modules":
        return Seq((receiver,), TOP)
    if name == "children":
        return _children(m, receiver)
    if name == "register_buffer" and len(args.pos) >= 2 and type(args.pos[0]) is Constant:
        m.write(receiver.address, str(args.pos[0].value), args.pos[1])
        return NONE
    return m.fresh(frame, node.span)


def _children(m: Machine, receiver: Ref) -> Value:
    items = m.read(receiver.address, cells.ITEMS)
    return items if type(items) is Seq else Seq((), TOP)


def _add_module(m: Machine, receiver: Ref, name: Value, module: Value) -> Value:
    if type(name) is Constant:
        objects.set_attribute(m, receiver, str(name.value), module)
    if type(m.read(receiver.address, cells.ITEMS)) is Seq:
        containers.append(m, receiver, module)
    return NONE


def set_training(m: Machine, receiver: Value, mode: Value, seen: set[int]) -> None:
    """`.train()` and `.eval()` reach every module below; of one that may be one of several, the mode is not known."""
    waiting = [receiver]
    while waiting:
        for option in options(waiting.pop()):
            if type(option) is not Ref or option.address in seen or option.kind not in MODULE_KINDS:
                continue
            seen.add(option.address)
            m.write(option.address, "training", TOP if m.is_summary(option.address) else mode)
            for attribute in m.names(option.address):
                value = m.state.find((option.address, attribute), m.reads)
                waiting += value if type(value) is Seq else () if value is None else (value,)


def _append(m: Machine, frame: Frame, receiver: Ref, items: Seq, args: Args, node: ir.Call) -> Value:
    if args.pos or args.kw or args.open:
        containers.append(m, receiver, args.get(0, "module") or TOP)
    return receiver if receiver.kind == "container" else NONE


def _extend(m: Machine, frame: Frame, receiver: Ref, items: Seq, args: Args, node: ir.Call) -> Value:
    added = args.get(0, "sequential") or args.get(0, "modules") or TOP
    containers.extend(m, receiver, m.interpreter.elements(m, frame, added, node.span))
    return receiver if receiver.kind == "container" else NONE


def _insert(m: Machine, frame: Frame, receiver: Ref, items: Seq, args: Args, node: ir.Call) -> Value:
    index, value = args.get(0, "index") or TOP, args.get(1, "module") or TOP
    known = index.value if type(index) is Constant else None
    _exchange(m, receiver, items, sequences.inserted(items, known, value) if isinstance(known, int) else Seq((), join_all([*items, value])))
    return receiver if receiver.what == "sequential" else NONE


def _exchange(m: Machine, receiver: Ref, items: Seq, new: Seq) -> None:
    """What a list holds is something else; of several lists that are one here, it may be."""
    m.write(receiver.address, cells.ITEMS, join_seq(items, new) if m.is_summary(receiver.address) else new)


def _append_left(m: Machine, frame: Frame, receiver: Ref, items: Seq, args: Args, node: ir.Call) -> Value:
    _exchange(m, receiver, items, sequences.inserted(items, 0, args.get(0, "x") or TOP))
    return NONE


def _pop(m: Machine, frame: Frame, receiver: Ref, items: Seq, args: Args, node: ir.Call) -> Value:
    """`pop()`, `pop(index)`; of a set, anything."""
    bare = not (args.pos or args.kw or args.open)
    return _taken_out(m, frame, receiver, items, const(-1) if bare and receiver.kind != "set" else args.get(0, "key") or TOP, node)


def _pop_left(m: Machine, frame: Frame, receiver: Ref, items: Seq, args: Args, node: ir.Call) -> Value:
    return _taken_out(m, frame, receiver, items, const(0), node)


def _taken_out(m: Machine, frame: Frame, receiver: Ref, items: Seq, key: Value, node: ir.Call) -> Value:
    found = containers.element(m, items, key)
    _exchange(m, receiver, items, containers.removed(m, items, key))
    return identities.materialize(m, frame, found or TOP, node.span)


def _reverse(m: Machine, frame: Frame, receiver: Ref, items: Seq, args: Args, node: ir.Call) -> Value:
    _exchange(m, receiver, items, sequences.backwards(items))
    return NONE


def _scrambled(m: Machine, frame: Frame, receiver: Ref, items: Seq, args: Args, node: ir.Call) -> Value:
    m.write(receiver.address, cells.ITEMS, Seq((), containers.summary(m, items)))
    return NONE


def _copy_list(m: Machine, frame: Frame, receiver: Ref, items: Seq, args: Args, node: ir.Call) -> Value:
    return containers.new_list(m, frame, node.span, items, receiver.kind)


def _copy_dict(m: Machine, frame: Frame, receiver: Ref, table: Table, args: Args, node: ir.Call) -> Value:
    return containers.new_dict(m, frame, node.span, table)


def _get(m: Machine, frame: Frame, receiver: Ref, table: Table, args: Args, node: ir.Call) -> Value:
    key, default = args.get(0, "key") or TOP, args.get(1, "default") or NONE
    table = registries.completed(m, frame, receiver, table, key)
    found = containers.lookup(m, table, key)
    if found is None:
        return default
    return found if containers.is_certain(table, key) else join(found, default)


def _items(m: Machine, frame: Frame, receiver: Ref, table: Table, args: Args, node: ir.Call) -> Value:
    pairs = Seq(tuple(Seq((const(k), v)) for k, v in table.entries), None if table.rest is None else Seq((TOP, table.rest)))
    return pairs if not table.maybe else Seq((), containers.summary(m, pairs))


def _values(m: Machine, frame: Frame, receiver: Ref, table: Table, args: Args, node: ir.Call) -> Value:
    values = Seq(tuple(v for _, v in table.entries), table.rest)
    return values if not table.maybe else Seq((), containers.summary(m, values))


def _keys(m: Machine, frame: Frame, receiver: Ref, table: Table, args: Args, node: ir.Call) -> Value:
    return m.interpreter.elements(m, frame, receiver, node.span)


def _update(m: Machine, frame: Frame, receiver: Ref, table: Table, args: Args, node: ir.Call) -> Value:
    for value in args.pos:
        table = containers.update_table(table, containers.table_of(m, value))
    table = containers.update_table(table, None) if args.open else table
    m.write(receiver.address, cells.ITEMS, containers.update_table(table, Table(tuple(args.kw.items()))))
    return NONE


def _set_default(m: Machine, frame: Frame, receiver: Ref, table: Table, args: Args, node: ir.Call) -> Value:
    key = args.get(0, "key") or TOP
    found = _get(m, frame, receiver, table, args, node)
    if not containers.is_certain(table, key):
        m.write(receiver.address, cells.ITEMS, containers.put(table, key, found))
    return found


def _pop_key(m: Machine, frame: Frame, receiver: Ref, table: Table, args: Args, node: ir.Call) -> Value:
    key = args.get(0, "key") or TOP
    defaulted = len(args.pos) > 1 or args.open
    found = _get(m, frame, receiver, table, args, node) if defaulted else containers.lookup(m, table, key)
    containers.remove(m, receiver, key)
    return identities.materialize(m, frame, found or TOP, node.span)


def _pop_item(m: Machine, frame: Frame, receiver: Ref, table: Table, args: Args, node: ir.Call) -> Value:
    m.write(receiver.address, cells.ITEMS, table.maybe_missing())
    return TOP


def _cleared(m: Machine, receiver: Ref, items: Seq | Table, empty: Seq | Table) -> Value:
    m.write(receiver.address, cells.ITEMS, join(items, empty) if m.is_summary(receiver.address) else empty)
    return NONE


def _clear_list(m: Machine, frame: Frame, receiver: Ref, items: Seq, args: Args, node: ir.Call) -> Value:
    return _cleared(m, receiver, items, Seq())


def _clear_dict(m: Machine, frame: Frame, receiver: Ref, table: Table, args: Args, node: ir.Call) -> Value:
    return _cleared(m, receiver, table, Table())


def _changed(m: Machine, receiver: Ref) -> None:
    """Some method that is not known here was called: what a list or a dict then holds is not known."""
    items = m.read(receiver.address, cells.ITEMS)
    if receiver.kind in ("list", "set", "dict"):
        m.write(receiver.address, cells.ITEMS, Table((), TOP) if type(items) is Table else containers.ANYTHING)


_LIST: dict[str, OfList] = {
    "append": _append, "extend": _extend, "insert": _insert, "pop": _pop, "reverse": _reverse, "sort": _scrambled,
    "appendleft": _append_left, "popleft": _pop_left, "remove": _scrambled, "copy": _copy_list, "add": _append, "clear": _clear_list,
}  # fmt: skip
_DICT: dict[str, OfDict] = {
    "get": _get, "items": _items, "values": _values, "keys": _keys, "update": _update, "copy": _copy_dict, "setdefault": _set_default,
    "pop": _pop_key, "popitem": _pop_item, "clear": _clear_dict,
}  # fmt: skip
