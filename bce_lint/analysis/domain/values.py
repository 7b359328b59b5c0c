"""Abstract values: everything that is first-class in Python is first-class here; a `Union` holds alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.bulk import FIRST, LAST, MAX_BULK, MAX_LENGTH, MAX_OPEN, Nesting, Opening, bulk_of, limit, opened, settle
from bce_lint.analysis.domain.constants import NEVER, NONE, TOP, TRUE, Constant, Unknown, const, number_kind, some_number
from bce_lint.analysis.domain.named import MODULE_KINDS, Bound, External, LazyImport, ModuleV, MustUses, Ref, RefKind
from bce_lint.analysis.domain.partitions import NO_TAGS, Tags, gathered, rows
from bce_lint.analysis.domain.tensor import Tensor, alike_joined, join_tensor, kind_of
from bce_lint.records import changed, field, record

__all__ = [
    "MODULE_KINDS", "NEVER", "NONE", "TOP", "TRUE", "Bound", "BuiltinMethod", "ClassV", "Constant", "External", "FunctionV", "LazyImport",
    "MethodV", "ModuleV", "MustUses", "PartialV", "Ref", "RefKind", "Seq", "SuperV", "Table", "Union", "Unknown", "Value", "const",
    "identity_of", "join", "join_all", "join_seq", "join_table", "join_tagged", "number_kind", "options", "present", "tagged", "tensors",
]  # fmt: skip

MAX_ALTERNATIVES = 8


@record(frozen=True, slots=True)
class Seq(Opening):
    """The elements of a tuple or list: a known prefix, then any number of `rest`, then a known suffix."""

    prefix: tuple[Value, ...] = ()
    rest: Value | None = None
    suffix: tuple[Value, ...] = ()
    bulk: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """What is too long becomes its ends and one summary; of what nests too much, it is not known what is nested."""
        if len(self.prefix) + len(self.suffix) > (MAX_LENGTH if self.rest is None else MAX_OPEN):
            settle(self, **_shortened(self))
        bulk = 1 + bulk_of(self.prefix if self.rest is None and not self.suffix else (*self.prefix, self.rest, *self.suffix))
        object.__setattr__(self, "bulk", bulk if bulk <= MAX_BULK else opened(self))

    @property
    def exact(self) -> bool:
        """True if the length is known."""
        return self.rest is None

    def __iter__(self) -> Iterator[Value]:
        yield from self.prefix
        if self.rest is not None:
            yield self.rest
        yield from self.suffix

    def map(self, one: Callable[[Value], Value]) -> Seq:
        """As many elements, each made of the one at its place."""
        return Seq(tuple(map(one, self.prefix)), None if self.rest is None else one(self.rest), tuple(map(one, self.suffix)))


@record(frozen=True, slots=True)
class Table(Opening):
    """The entries of a dict by constant key, and the join of all others (`rest`), if there can be any.

    Keys are one when they are equal: 1, 1.0 and True are, as in Python. Those in `maybe` have no entry on some path.
    """

    entries: tuple[tuple[object, Value], ...] = ()
    rest: Value | None = None
    maybe: frozenset[object] = frozenset()
    bulk: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """Of too many entries the first are told apart; of values that nest too much, it is not known what is nested."""
        if len(self.entries) > MAX_LENGTH:
            kept, left = self.entries[:FIRST], (self.rest, *(v for _, v in self.entries[FIRST:]))
            settle(self, entries=kept, rest=join_all(v for v in left if v is not None), maybe=self.maybe & {k for k, _ in kept})
        bulk = 1 + bulk_of([v for _, v in self.entries] if self.rest is None else [*(v for _, v in self.entries), self.rest])
        object.__setattr__(self, "bulk", bulk if bulk <= MAX_BULK else opened(self))

    @property
    def exact(self) -> bool:
        """True if all of the keys are known, and certainly there."""
        return self.rest is None and not self.maybe

    def has(self, key: object) -> bool:
        """True if a constant key is certainly there."""
        return key not in self.maybe and self.get(key) is not None

    def without(self, key: object) -> Table:
        """The table with one entry gone."""
        return changed(self, entries=tuple((k, v) for k, v in self.entries if k != key), maybe=self.maybe - {key})

    def maybe_missing(self) -> Table:
        """The table with entries of which any may be gone."""
        return changed(self, maybe=frozenset(k for k, _ in self.entries) | self.maybe)

    def map(self, one: Callable[[Value], Value]) -> Table:
        """The same keys, with values made of theirs."""
        return changed(self, entries=tuple((k, one(v)) for k, v in self.entries), rest=None if self.rest is None else one(self.rest))

    def get(self, key: object) -> Value | None:
        """The value at a constant key, or None."""
        for known, value in self.entries:
            if known == key:
                return value
        return None

    def put(self, key: object, value: Value) -> Table:
        """The table with one entry set."""
        if self.get(key) is None:
            return changed(self, entries=(*self.entries, (key, value)))
        return changed(self, entries=tuple((k, value if k == key else v) for k, v in self.entries), maybe=self.maybe - {key})


@record(frozen=True, slots=True)
class FunctionV(Nesting):
    """A function or lambda with the frame that it closes over."""

    node: ir.Function
    path: str
    frame: int
    outer: tuple[int, ...] = ()
    owner: ClassV | None = field(default=None, compare=False)
    defaults: tuple[tuple[str, Value], ...] = ()
    flavour: str = ""
    context: Value | None = None
    bulk: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """Of defaults that nest too much, nothing is known."""
        parts = [*(v for _, v in self.defaults), self.context or NONE]
        limit(self, parts, defaults=tuple((k, TOP) for k, _ in self.defaults), context=self.context and TOP)


@record(frozen=True, slots=True)
class MethodV(Nesting):
    """A function bound to its first argument."""

    receiver: Value
    function: Value
    bulk: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """What nests too much is unknown."""
        limit(self, (self.receiver, self.function), receiver=TOP, function=TOP)


@record(frozen=True, slots=True)
class BuiltinMethod(Nesting):
    """A method of a builtin, tensor or catalogue object, named but not yet called."""

    receiver: Value
    name: str
    bulk: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """What nests too much is unknown."""
        limit(self, (self.receiver,), receiver=TOP)


@record(frozen=True, slots=True)
class ClassV:
    """A class of the project. `address` holds its attributes as cells; bases are values."""

    node: ir.ClassDef = field(compare=False)
    path: str
    address: int
    bases: tuple[Value, ...] = field(default=(), compare=False)
    flavour: str = ""

    @property
    def name(self) -> str:
        """The name in its `class` statement."""
        return self.node.name


@record(frozen=True, slots=True)
class PartialV(Nesting):
    """`functools.partial`; `bound` says of keywords where they were given."""

    function: Value
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]
    bound: tuple[tuple[str, Bound], ...] = ()
    bulk: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """What nests too much is unknown."""
        limit(self, (self.function, *self.args, *(v for _, v in self.keywords)), function=TOP, args=(), keywords=())


@record(frozen=True, slots=True)
class SuperV:
    """`super()` in a method of `owner`."""

    receiver: Value
    owner: ClassV


@record(frozen=True, slots=True)
class Union(Nesting):
    """Alternatives that can arrive; at least two, at most eight, none of them unknown. `tags`, if there are any, say when each can."""

    options: tuple[Value, ...]
    tags: tuple[Tags, ...] = ()
    bulk: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        """None of the alternatives is too large by itself."""
        object.__setattr__(self, "bulk", bulk_of(self.options))


Value: TypeAlias = (
    Unknown | Constant | Tensor | Seq | Table | Ref | ModuleV | External | LazyImport | FunctionV | MethodV | BuiltinMethod
    | ClassV | PartialV | SuperV | MustUses | Union
)  # fmt: skip


def _shortened(items: Seq) -> dict[str, object]:
    """The first and the last elements of many, and one value above all between them."""
    known, middle = items.prefix + items.suffix, len(items.prefix)
    first, last = min(FIRST, middle), max(len(known) - LAST, FIRST if items.exact else middle)
    between = known[first:last] if items.rest is None else (items.rest, *known[first:last])
    return {"prefix": known[:first], "rest": join_all(between) or TOP, "suffix": known[last:]}


def options(value: Value) -> tuple[Value, ...]:
    """The alternatives of a value."""
    return value.options if type(value) is Union else (value,)


def tagged(value: Value) -> Iterable[tuple[Value, Tags]]:
    """The alternatives of a value, each with the outcomes of tests without which it cannot be there."""
    if type(value) is not Union:
        return ((value, NO_TAGS),)
    return zip(value.options, value.tags or (NO_TAGS,) * len(value.options), strict=True)


def _absorb(known: list[Value], new: Value) -> int:
    """Adds an alternative to others; which of them it is now."""
    for index, old in enumerate(known):
        merged = None if type(old) is not type(new) else old if old == new else _merge(old, new)
        if merged is not None:
            known[index] = merged
            return index
    known.append(new)
    return len(known) - 1


def _merge(a: Value, b: Value) -> Value | None:
    if type(a) is Tensor and type(b) is Tensor and a.domain is b.domain and a.inner == b.inner and kind_of(a) == kind_of(b):
        return join_tensor(a, b) if a.dtype == b.dtype and a.range == b.range else None
    if type(a) is Seq and type(b) is Seq:
        return join_seq(a, b)
    if type(a) is Table and type(b) is Table:
        return join_table(a, b)
    return None


def join(a: Value, b: Value) -> Value:
    """The least value above both; past eight alternatives, those that agree in kind and domain are one, or nothing is known."""
    if a is b or (type(a) is type(b) and a == b):  # values of two kinds are never equal, and asking both takes time
        return a
    if type(a) is Unknown or type(b) is Unknown:
        return some_number(*(a.options if type(a) is Union else (a,)), *(b.options if type(b) is Union else (b,)))
    if type(a) is MustUses or type(b) is MustUses:
        return MustUses(a.items & b.items) if type(a) is MustUses and type(b) is MustUses else MustUses(frozenset())
    if (type(a) is Union and a.tags) or (type(b) is Union and b.tags):
        return join_tagged(((a, NO_TAGS), (b, NO_TAGS)))
    known = list(options(a))
    for option in options(b):
        _absorb(known, option)
    return _union(known, ())


def _union(known: list[Value], tags: Sequence[Tags]) -> Value:
    """One alternative or several; what is left of too many has no tags."""
    if len(known) > MAX_ALTERNATIVES and len(known := alike_joined(known)) > MAX_ALTERNATIVES:
        return TOP
    return known[0] if len(known) == 1 else Union(tuple(known), tuple(tags) if len(tags) == len(known) and any(tags) else ())


def join_tagged(values: Iterable[tuple[Value, Tags]]) -> Value:
    """The join of values, of which each can be there only with some outcomes of tests; equal ones are there with any."""
    given = list(values)
    first = given[0][0]
    if all([v is first or (type(v) is type(first) and v == first) for v, _ in given]):  # noqa: C419 - two, as a rule
        return first
    if type(first) is Seq and all([type(v) is Seq and v.exact and len(v.prefix) == len(first.prefix) for v, _ in given]):  # noqa: C419
        return Seq(tuple(join_tagged(row) for row in rows([(v.prefix, when) for v, when in given if type(v) is Seq])))
    known, tags = gathered(given, tagged, _absorb)
    return TOP if any([type(option) is Unknown for option in known]) else _union(known, tags)  # noqa: C419


def join_all(values: Iterable[Value]) -> Value | None:
    """The join of any number of values, None for none."""
    waiting = [*{id(value): value for value in values}.values()][::-1]  # most of many are one and the same
    result = waiting.pop() if waiting else None
    while waiting and result is not None and result is not TOP:
        if type(result) is Unknown and not result.identity:
            return some_number(result, *(one for value in waiting for one in options(value)))
        before, result = result, join(result, waiting.pop())
        if type(before) is Union and (type(result) is not Union or len(result.options) < len(before.options)):  # too many: the rest as well
            waiting = alike_joined(waiting)
    return result


def join_seq(a: Seq, b: Seq) -> Seq:
    """Element by element where the lengths agree, else common ends and one summary."""
    if a.exact and b.exact and len(a.prefix) == len(b.prefix):
        return Seq(tuple(join(x, y) for x, y in zip(a.prefix, b.prefix, strict=True)))
    x, y = (Seq(s.prefix + s.suffix) if s.exact else s for s in (a, b))
    head = min(len(x.prefix), len(y.prefix))
    tail = min(len(x.suffix), len(y.suffix))
    prefix = tuple(join(p, q) for p, q in zip(x.prefix[:head], y.prefix[:head], strict=True))
    suffix = tuple(join(p, q) for p, q in zip(x.suffix[len(x.suffix) - tail :], y.suffix[len(y.suffix) - tail :], strict=True))
    spare = [*x.prefix[head:], *y.prefix[head:], *x.suffix[: len(x.suffix) - tail], *y.suffix[: len(y.suffix) - tail]]
    rest = join_all(v for v in (x.rest, y.rest, *spare) if v is not None)
    return Seq(prefix, rest, suffix)


def join_table(a: Table, b: Table) -> Table:
    """Entries of either; an entry that one side lacks may be missing, which a lookup would raise on."""
    x, y = dict(a.entries), dict(b.entries)
    entries = [(k, v if (w := y.get(k)) is None else join(v, w)) for k, v in a.entries]
    entries += [(k, v) for k, v in b.entries if k not in x]
    rest = join_all(v for v in (a.rest, b.rest) if v is not None)
    maybe = a.maybe | b.maybe | {k for k, _ in entries if k not in x or k not in y}
    return Table(tuple(entries), rest, maybe)


def tensors(value: Value) -> tuple[Tensor, ...]:
    """The tensors a value can be (None dropped); empty when it can be something else."""
    if type(value) is not Union:
        return (value,) if type(value) is Tensor else ()
    kept = [v for v in value.options if v is not NONE]
    found = tuple(v for v in kept if type(v) is Tensor)
    return found if len(found) == len(kept) else ()


def present(value: Value) -> tuple[Value, ...]:
    """The alternatives but None, which raises where a tensor is asked for; None where there is nothing else."""
    if type(value) is not Union:
        return (value,)
    return tuple([v for v in value.options if v is not NONE])


def identity_of(value: Value) -> int:
    """The identity shared by all alternatives, or 0. One that is None is left out: it raises where a tensor is asked for."""
    if type(value) is not Union:
        return value.identity if type(value) is Tensor or type(value) is Unknown else 0
    ids = {v.identity if type(v) in (Tensor, Unknown) else 0 for v in present(value)}  # type: ignore[union-attr]
    return ids.pop() if len(ids) == 1 else 0
