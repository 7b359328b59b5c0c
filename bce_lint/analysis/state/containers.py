"""Lists, tuples, sets and dicts as values: their items, what they hold together, slices, unpacking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Generic, TypeAlias, TypeVar

from bce_lint import ir
from bce_lint.analysis.domain import sequences
from bce_lint.analysis.domain.constants import SIZES
from bce_lint.analysis.domain.shapes import MAX_RANK, row
from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import (
    TOP,
    Constant,
    External,
    Ref,
    RefKind,
    Seq,
    Table,
    Unknown,
    Value,
    const,
    join,
    join_all,
    join_seq,
    join_table,
    options,
)  # fmt: skip
from bce_lint.analysis.state import cells, filled_buffers, identities, symbolic_sizes
from bce_lint.analysis.state.frames import Frame
from bce_lint.analysis.state.identities import summarize
from bce_lint.analysis.state.machine import Machine
from bce_lint.records import changed

ANYTHING = Seq((), TOP)
T = TypeVar("T")
OfLeaf: TypeAlias = Callable[[Value], T | None]
OfRow: TypeAlias = Callable[[Seq, Sequence[T | None]], T | None]


MAX_RANGE = 8


def summary(m: Machine, seq: Seq) -> Value | None:
    """One value above all elements, None when there is none."""
    found = join_all(seq)
    return found if found is None or seq.exact else summarize(m, found)


def concatenate(a: Seq, b: Seq) -> Seq:
    """One sequence behind the other."""
    if a.exact:
        return Seq(a.prefix + b.prefix, b.rest, b.suffix)
    if b.exact:
        return Seq(a.prefix, a.rest, a.suffix + b.prefix + b.suffix)
    return Seq(a.prefix, join_all([*([a.rest] if a.rest is not None else []), *a.suffix, *b.prefix, b.rest or TOP]), b.suffix)


def keys_of(table: Table) -> Seq:
    """The keys of a dict in order."""
    keys = tuple(const(k) for k, _ in table.entries)
    return Seq((), TOP) if table.maybe else Seq(keys, None if table.rest is None else TOP)


def new_list(m: Machine, frame: Frame, span: ir.Span, items: Seq, kind: RefKind = "list") -> Ref:
    """Allocates a list (or set, or module container) with the given items."""
    ref = m.new_ref(frame, span, kind)
    old = m.read(ref.address, cells.ITEMS) if m.is_summary(ref.address) else None
    m.write(ref.address, cells.ITEMS, join_seq(old, items) if type(old) is Seq else items)
    return ref


def new_dict(m: Machine, frame: Frame, span: ir.Span, table: Table) -> Ref:
    """Allocates a dict."""
    ref = m.new_ref(frame, span, "dict")
    old = m.read(ref.address, cells.ITEMS) if m.is_summary(ref.address) else None
    m.write(ref.address, cells.ITEMS, join_table(old, table) if type(old) is Table else table)
    return ref


def content(m: Machine, value: Value) -> Seq | None:
    """The items of a tuple, list or container in order, if it is one."""
    if type(value) is Seq:
        return value
    if type(value) is Ref:
        found = m.read(value.address, cells.ITEMS)
        return found if type(found) is Seq else None
    return None


def content_of_any(m: Machine, value: Value) -> Seq | None:
    """The items of whichever list a value is; an empty one is left out, as who asks for elements raises there."""
    parts = [content(m, one) for one in options(value)]
    known = [part for part in parts if part is not None and part != Seq()]
    return reduce(join_seq, known) if known and None not in parts else content(m, value)


def folded(m: Machine, value: Value, leaf: OfLeaf[T], row: OfRow[T]) -> T | None:
    """What nested sequences come to, from the innermost outwards; None of those that hold themselves, or nest deeper than tensors do."""
    return _Folding(m, leaf, row).of(value, 0)


class _Folding(Generic[T]):
    """What has been found of each list: one is asked once, in however many others it is."""

    def __init__(self, m: Machine, leaf: OfLeaf[T], row: OfRow[T]) -> None:
        self.m, self.leaf, self.row = m, leaf, row
        self.found: dict[int, T | None] = {}

    def of(self, value: Value, depth: int) -> T | None:
        """What a value comes to."""
        items = content(self.m, value)
        if items is None:
            return self.leaf(value)
        if type(value) is not Ref:
            return self._together(items, depth)
        if value.address not in self.found:
            self.found[value.address] = None
            self.found[value.address] = self._together(items, depth)
        return self.found[value.address]

    def _together(self, items: Seq, depth: int) -> T | None:
        return self.row(items, [self.of(item, depth + 1) for item in items]) if depth < MAX_RANK else None


def table_of(m: Machine, value: Value) -> Table | None:
    """The entries of a dict, if it is one."""
    if type(value) is Ref:
        found = m.read(value.address, cells.ITEMS)
        return found if type(found) is Table else None
    return value if type(value) is Table else None


def put(table: Table, key: Value, value: Value) -> Table:
    """The table after `d[key] = value`; an unknown key may be any."""
    if type(key) is Constant and isinstance(key.value, str | int | bool | float):
        return table.put(key.value, value)
    if type(key) is External:
        return table.put(key.name, value)
    rest = value if table.rest is None else join(table.rest, value)
    return Table(tuple((k, join(v, value)) for k, v in table.entries), rest, table.maybe)


def put_all(table: Table, pairs: Sequence[tuple[Value, Value]]) -> Table:
    """The table after `d[key] = value` for each pair."""
    entries: dict[object, Value] = {}
    for key, value in pairs:
        if type(key) is Constant and isinstance(key.value, str | int | bool | float):
            entries[key.value] = value
            continue
        table, entries = put(update_table(table, Table(tuple(entries.items()))), key, value), {}
    return update_table(table, Table(tuple(entries.items()))) if entries else table


def update_table(table: Table, other: Table | None) -> Table:
    """The table after `d.update(other)`."""
    if other is None:
        return Table(tuple((k, TOP) for k, _ in table.entries), TOP, table.maybe)
    entries, maybe = dict(table.entries), set(table.maybe)
    for key, value in other.entries:
        old = entries.get(key)
        if key not in other.maybe:
            maybe.discard(key)
        elif old is None:
            maybe.add(key)
        else:
            value = join(old, value)
        entries[key] = value
    table = Table(tuple(entries.items()), table.rest, frozenset(maybe))
    return table if other.rest is None else put(table, TOP, other.rest)


def slice_value(parts: list[Value]) -> Value:
    """A slice object: a three-element sequence marked by its length and kind."""
    return Seq((const("slice"), *parts))


def is_slice(key: Value) -> bool:
    """True if a key is a slice made by `slice_value`."""
    return type(key) is Seq and len(key.prefix) == 4 and key.prefix[0] == const("slice")


def lookup(m: Machine, table: Table, key: Value) -> Value | None:
    """A dict's value at a key; None when the lookup raises."""
    if type(key) is External:
        key = const(key.name)
    found = table.get(key.value) if type(key) is Constant else join_all(v for _, v in table.entries)
    if table.rest is None or (type(key) is Constant and table.has(key.value)):
        return found
    return identities.summarize(m, table.rest if found is None else join(found, table.rest))


def is_certain(table: Table, key: Value | None) -> bool:
    """True if a dict certainly has a key."""
    name = key.value if type(key) is Constant else key.name if type(key) is External else None
    return name is not None and table.has(name)


def element(m: Machine, items: Seq, key: Value) -> Value | None:
    """An element, or several by a slice; None where the index is out of range."""
    if is_slice(key) and type(key) is Seq:
        return _sliced(m, items, key)
    if type(key) is not Constant or not isinstance(key.value, int):
        return summary(m, items)
    return standing(m, items, key.value)


def standing(m: Machine, items: Seq, index: int) -> Value | None:
    """What stands at a known place; None where it is out of range."""
    found = sequences.standing(items, index)
    if items.exact or (len(found) == 1 and found[0] is not items.rest):
        return found[0] if found else None
    return summarize(m, join_all(found) or TOP)


def _sliced(m: Machine, items: Seq, key: Seq) -> Seq:
    low, high, step = (p.value if type(p) is Constant else "?" for p in key.prefix[1:])
    if isinstance(low, int | None) and isinstance(high, int | None) and isinstance(step, int | None) and step != 0:
        return sequences.cut(items, low, high, step)
    return Seq((), summary(m, items) or TOP)


def without(table: Table, key: Value) -> Table:
    """The table after an entry is taken out; an unknown key may be any."""
    return table.without(key.value) if type(key) is Constant else table.maybe_missing()


def remove(m: Machine, owner: Value, key: Value) -> None:
    """`del owner[key]`."""
    for option in options(owner):
        items = m.read(option.address, cells.ITEMS) if type(option) is Ref else None
        many = owner is not option or (type(option) is Ref and m.is_summary(option.address))
        new: Value | None = None
        if type(items) is Table:
            new = without(items, key)
            new = join_table(items, new) if many else new
        elif type(items) is Seq:
            new = removed(m, items, key)
            new = join_seq(items, new) if many else new
        if new is not None and type(option) is Ref:
            m.write(option.address, cells.ITEMS, new)


def removed(m: Machine, items: Seq, key: Value) -> Seq:
    """The elements without one; an unknown place may be any."""
    known = type(key) is Constant and isinstance(key.value, int)
    left = sequences.removed(items, key.value) if known and type(key) is Constant and isinstance(key.value, int) else None
    return left if left is not None else items if items == Seq() else Seq((), summary(m, items) or TOP)


def set_item(m: Machine, owner: Value, key: Value, value: Value) -> Value | None:
    """`owner[key] = value`. Returns the owner's new value when it is immutable here (a tensor written through an index)."""
    if type(owner) is Tensor:
        return filled_buffers.written(owner, key, value)
    for option in options(owner):
        if type(option) is not Ref:
            continue
        items = m.read(option.address, cells.ITEMS)
        if m.journal.searching and m.base.find((option.address, cells.ITEMS)) is not None:
            m.mark_summary(option.address)  # a registry: of the files that fill it, it is not known which comes last
        many = m.is_summary(option.address) or owner is not option
        if type(items) is Table:
            new = put(items, key, value)
            m.write(option.address, cells.ITEMS, join_table(items, new) if many else new)
        elif type(items) is Seq:
            m.write(option.address, cells.ITEMS, _replaced(items, key, value, many))
    return None


def set_missing(m: Machine, owner: Ref, key: Value, value: Value) -> None:
    """`owner.setdefault(key, value)`, where the key may be there."""
    table = m.read(owner.address, cells.ITEMS)
    if type(table) is Table:
        old = table.get(key.value) if type(key) is Constant else None
        new = put(table, key, value if old is None else join(old, value))
        m.write(owner.address, cells.ITEMS, join_table(table, new) if m.is_summary(owner.address) else new)


def _replaced(items: Seq, key: Value, value: Value, many: bool) -> Seq:
    index = key.value if type(key) is Constant and isinstance(key.value, int) else None
    if index is not None and (-len(items.prefix) if items.exact else 0) <= index < len(items.prefix):
        index %= len(items.prefix)
        new = join(items.prefix[index], value) if many else value
        return Seq((*items.prefix[:index], new, *items.prefix[index + 1 :]), items.rest, items.suffix)
    if is_slice(key):
        return Seq((), TOP)
    behind = index is not None and index >= 0  # those before it are known one by one
    return Seq(
        items.prefix if behind else tuple(join(v, value) for v in items.prefix),
        None if items.rest is None else join(items.rest, value),
        tuple(join(v, value) for v in items.suffix),
    )


def append(m: Machine, owner: Ref, value: Value) -> None:
    """`owner.append(value)`."""
    extend(m, owner, Seq((value,)))


def extend(m: Machine, owner: Ref, added: Value) -> None:
    """`owner.extend(added)`; in the body of an endless loop the list becomes prefix, summary and suffix by widening."""
    items = m.read(owner.address, cells.ITEMS)
    if type(items) is not Seq:
        return
    part = content(m, added) or ANYTHING
    new = concatenate(items, part)
    m.write(owner.address, cells.ITEMS, join_seq(items, new) if m.is_summary(owner.address) else new)


def unpack(m: Machine, value: Value, count: int, star: int | None) -> list[Value] | None:
    """The values that `count` targets receive, one of which may be starred; None where there certainly are too many or too few."""
    items = content(m, value)
    if items is None or not items.exact:
        if items is not None:
            return _unpacked(m, items, count, star)
        part: Value | None = None
        if type(value) is Unknown and value.kind == SIZES:
            return symbolic_sizes.unpacked(m, value, count, star)
        if isinstance(value, Unknown) and value.identity:
            return [Unknown(m.intern(("item", value.identity, const(i)))) for i in range(count)]
        if type(value) is Tensor:
            part = identities.summarize(m, changed(value, shape=row(value.shape)))
        return [part or TOP if i != star else Seq((), part or TOP) for i in range(count)]
    fits = len(items.prefix) == count if star is None else len(items.prefix) >= count - 1
    if not fits:
        return None if type(value) is Seq else [TOP] * count
    if star is None:
        return list(items.prefix)
    tail = count - star - 1
    middle = items.prefix[star : len(items.prefix) - tail]
    return [*items.prefix[:star], Seq(middle), *items.prefix[len(items.prefix) - tail :]]


def _unpacked(m: Machine, items: Seq, count: int, star: int | None) -> list[Value]:
    """The values that targets receive of a sequence of unknown length."""
    if star is None:
        between = max(count - len(items.prefix) - len(items.suffix), 0)
        middle = [summarize(m, items.rest or TOP)] * between
        return [*items.prefix, *middle, *items.suffix][:count]
    tail = count - star - 1
    before = [standing(m, items, i) or TOP for i in range(star)]
    behind = [standing(m, items, i - tail) or TOP for i in range(tail)]
    return [*before, sequences.cut(items, star, -tail or None, None), *behind]
