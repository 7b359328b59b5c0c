"""Abstract values: everything that is first-class in Python is first-class here; a `Union` holds alternatives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TypeAlias

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Assumed, Formula, Place, Tensor, join_tensor
from bce_lint.records import changed, field, record

MAX_ALTERNATIVES = 8


@record(frozen=True, slots=True)
class Unknown:
    """Any value. A non-zero `identity` still says that two unknowns are the same one; `form` says how it was written,
    `kind` which of Python's numbers it is (`int`, `float`, `bool`)."""

    identity: int = 0
    form: Formula | None = None
    kind: str = ""


TOP = Unknown()


@record(frozen=True, slots=True)
class Constant:
    """A Python constant; `kind` keeps 1, 1.0 and True apart."""

    value: object
    kind: str = ""


def const(value: object) -> Constant:
    """Wraps a Python constant; None is always the same object."""
    return NONE if value is None else Constant(value, "int" if type(value) is Assumed else type(value).__name__)


def number_kind(value: Value) -> str:
    """Which of Python's numbers a value is, known or not: `int`, `float` or `bool`; other kinds of constants have their own name."""
    return value.kind if type(value) is Constant or type(value) is Unknown else ""


NONE = Constant(None, "NoneType")
NEVER = Constant(None, "never")  # what a call gives after which no statement runs
TRUE = const(True)


@record(frozen=True, slots=True)
class Seq:
    """The elements of a tuple or list: a known prefix, then any number of `rest`, then a known suffix."""

    prefix: tuple[Value, ...] = ()
    rest: Value | None = None
    suffix: tuple[Value, ...] = ()

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
class Table:
    """The entries of a dict by constant key, and the join of all others (`rest`), if there can be any.

    Keys are one when they are equal: 1, 1.0 and True are, as in Python. Those in `maybe` have no entry on some path.
    """

    entries: tuple[tuple[object, Value], ...] = ()
    rest: Value | None = None
    maybe: frozenset[object] = frozenset()

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


RefKind: TypeAlias = Literal[
    "instance", "list", "set", "dict", "namespace", "loss", "activation", "layer", "container", "data", "trainer", "context",
    "autocast", "device",
]  # fmt: skip
"""Which heap object a `Ref` is: one of a class of the project (`instance`), one of Python's (`list`, `set`, `dict`, `namespace`), a
module of torch (`loss`, `activation`, `layer`, `container`), a data set or loader (`data`), a `trainer` or its settings, what `with`
enters (`context`), where autocast began (`autocast`), or a `device`."""

MODULE_KINDS: frozenset[RefKind] = frozenset({"instance", "layer", "activation", "loss", "container"})
"""The kinds that are, or may be, modules."""


@record(frozen=True, slots=True)
class Ref:
    """A heap object. `kind` says which, `what` is its class or catalogue row, `place` where it was made."""

    address: int
    kind: RefKind = field(compare=False)
    what: object = field(default=None, compare=False)
    place: Place | None = field(default=None, compare=False)


@record(frozen=True, slots=True)
class ModuleV:
    """A module of the project, by path."""

    path: str


@record(frozen=True, slots=True)
class External:
    """Something defined outside the project, by canonical qualified name."""

    name: str


@record(frozen=True, slots=True)
class LazyImport:
    """An import that is resolved when the name is first read."""

    path: str
    name: str


@record(frozen=True, slots=True)
class FunctionV:
    """A function or lambda with the frame that it closes over."""

    node: ir.Function
    path: str
    frame: int
    outer: tuple[int, ...] = ()
    owner: ClassV | None = field(default=None, compare=False)
    defaults: tuple[tuple[str, Value], ...] = ()
    flavour: str = ""
    context: Value | None = None


@record(frozen=True, slots=True)
class MethodV:
    """A function bound to its first argument."""

    receiver: Value
    function: Value


@record(frozen=True, slots=True)
class BuiltinMethod:
    """A method of a builtin, tensor or catalogue object, named but not yet called."""

    receiver: Value
    name: str


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
class PartialV:
    """`functools.partial`."""

    function: Value
    args: tuple[Value, ...]
    keywords: tuple[tuple[str, Value], ...]


@record(frozen=True, slots=True)
class SuperV:
    """`super()` in a method of `owner`."""

    receiver: Value
    owner: ClassV


@record(frozen=True, slots=True)
class MustUses:
    """What certainly happened on every path so far; the join of two is what both have."""

    items: frozenset[tuple[str, object]]


@record(frozen=True, slots=True)
class Union:
    """Alternatives that can arrive; at least two, at most eight, none of them unknown."""

    options: tuple[Value, ...]


Value: TypeAlias = (
    Unknown | Constant | Tensor | Seq | Table | Ref | ModuleV | External | LazyImport | FunctionV | MethodV | BuiltinMethod
    | ClassV | PartialV | SuperV | MustUses | Union
)  # fmt: skip


def options(value: Value) -> tuple[Value, ...]:
    """The alternatives of a value."""
    return value.options if type(value) is Union else (value,)


def _absorb(known: list[Value], new: Value) -> None:
    for index, old in enumerate(known):
        if old == new:
            return
        merged = _merge(old, new)
        if merged is not None:
            known[index] = merged
            return
    known.append(new)


def _merge(a: Value, b: Value) -> Value | None:
    if type(a) is Tensor and type(b) is Tensor and a.domain is b.domain and a.inner == b.inner and _sigmoid_step(a) == _sigmoid_step(b):
        return join_tensor(a, b) if a.dtype == b.dtype and a.range == b.range else None
    if type(a) is Seq and type(b) is Seq:
        return join_seq(a, b)
    if type(a) is Table and type(b) is Table:
        return join_table(a, b)
    return None


def _sigmoid_step(t: Tensor) -> str:
    return t.form.kind if t.form is not None and t.form.kind in ("exp", "1+exp") else ""


def join(a: Value, b: Value) -> Value:
    """The least value above both; past eight alternatives, unknown."""
    if a is b or a == b:
        return a
    if type(a) is Unknown or type(b) is Unknown:
        return TOP
    if type(a) is MustUses or type(b) is MustUses:
        return MustUses(a.items & b.items) if type(a) is MustUses and type(b) is MustUses else MustUses(frozenset())
    known = list(options(a))
    for option in options(b):
        _absorb(known, option)
    if len(known) == 1:
        return known[0]
    return Union(tuple(known)) if len(known) <= MAX_ALTERNATIVES else TOP


def join_all(values: Iterable[Value]) -> Value | None:
    """The join of any number of values, None for none."""
    result: Value | None = None
    for value in values:
        result = value if result is None else join(result, value)
    return result


def join_seq(a: Seq, b: Seq) -> Seq:
    """Element by element where the lengths agree, else common ends and one summary."""
    if a.exact and b.exact and len(a.prefix) == len(b.prefix):
        return Seq(tuple(join(x, y) for x, y in zip(a.prefix, b.prefix, strict=True)))
    x, y = _open(a), _open(b)
    head = min(len(x.prefix), len(y.prefix))
    tail = min(len(x.suffix), len(y.suffix))
    prefix = tuple(join(p, q) for p, q in zip(x.prefix[:head], y.prefix[:head], strict=True))
    suffix = tuple(join(p, q) for p, q in zip(x.suffix[len(x.suffix) - tail :], y.suffix[len(y.suffix) - tail :], strict=True))
    spare = [*x.prefix[head:], *y.prefix[head:], *x.suffix[: len(x.suffix) - tail], *y.suffix[: len(y.suffix) - tail]]
    rest = join_all(v for v in (x.rest, y.rest, *spare) if v is not None)
    return Seq(prefix, rest, suffix)


def _open(s: Seq) -> Seq:
    return s if not s.exact else Seq(s.prefix + s.suffix)


def join_table(a: Table, b: Table) -> Table:
    """Entries of either; an entry that one side lacks may be missing, which a lookup would raise on."""
    entries = [(k, v if (w := b.get(k)) is None else join(v, w)) for k, v in a.entries]
    entries += [(k, v) for k, v in b.entries if a.get(k) is None]
    rest = join_all(v for v in (a.rest, b.rest) if v is not None)
    maybe = (a.maybe | b.maybe | {k for k, _ in entries}) - {k for k, _ in entries if a.has(k) and b.has(k)}
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
