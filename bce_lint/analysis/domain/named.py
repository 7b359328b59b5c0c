"""Abstract values that hold no others: objects of the heap by address, modules what lies outside the project by name, what happened."""

from __future__ import annotations

from typing import Literal, TypeAlias

from bce_lint.analysis.domain.tensor import Place
from bce_lint.records import field, record

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
class Bound:
    """Where `functools.partial` was given a keyword: its call, named as the function that it is given, and the value. `handed` tells that
    callers of the function around it choose that."""

    call: Place
    value: Place
    handed: bool


@record(frozen=True, slots=True)
class MustUses:
    """What certainly happened on every path so far; the join of two is what both have."""

    items: frozenset[tuple[str | int, object]]
