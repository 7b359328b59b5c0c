"""Which values are equal under a renaming of their numbers: compared until the first difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from bce_lint.analysis.domain.constants import Constant, Unknown
from bce_lint.analysis.domain.named import MustUses, Ref
from bce_lint.analysis.domain.tensor import Formula, PlacedDtype, PlacedSize, Tensor
from bce_lint.analysis.domain.values import BuiltinMethod, ClassV, FunctionV, MethodV, PartialV, Seq, SuperV, Table, Union, Value
from bce_lint.analysis.state.moved_calls import Unequal
from bce_lint.analysis.state.renaming import PLAIN, Renaming, renamed_formula

_TENSOR = attrgetter(
    "domain", "range", "dtype", "shape", "origin", "inner", "model", "literal", "device", "one_hot", "array", "gradient", "turned"
)
_UNPLACED = frozenset({"instance", "list", "set", "dict", "namespace"})
"""The kinds of objects for which a trace says where it matters at which place they were made."""


class Unification(Renaming):
    """A renaming that is found while values are compared with those that stand in their places; `result` is what comes of it."""

    result: Value

    def equal(self, old: Value | None, new: Value | None) -> None:
        """Compares two values, which are paired where they are equal."""
        self.steps += 1
        kind = type(old)
        if kind is not type(new):
            raise Unequal
        if kind in PLAIN:
            if old is not new and not _plain_equal(old, new):
                raise Unequal
            return
        if old is None or new is None:
            return
        met = self._met.get(id(old))
        if met is not None and met[1] is new:
            return
        _EQUAL[kind](self, old, new)
        if met is None:
            self._met[id(old)] = (old, new)

    def all_equal(self, old: Iterable[Value], new: Iterable[Value]) -> None:
        """Compares values of which there are as many."""
        for one, other in zip(old, new, strict=True):
            self.equal(one, other)

    def made_elsewhere(self, old: Ref, new: Ref) -> None:
        """Says that an object was made at another place: of most it is not asked where."""
        if not self.anywhere or old.kind not in _UNPLACED or new.place is None:
            raise Unequal
        if self.places.setdefault(old.address, new.place) != new.place:
            raise Unequal

    def tags_equal(self, old: frozenset[Any], new: frozenset[Any]) -> None:
        """Compares outcomes of tests."""
        if len(old) != len(new):
            raise Unequal
        if len(old) == 1:
            (one,), (other,) = old, new
            if type(one) is tuple and type(other) is tuple and type(one[0]) is type(other[0]) is int:
                if one[1] != other[1]:
                    raise Unequal
                self.pair(one[0], other[0])
                return
        if self.tags(old) != new:
            raise Unequal


def _plain_equal(old: Any, new: Any) -> bool:
    """True if two values without numbers are one, and what is shown of them."""
    if old != new:
        return False
    return type(old) is not Constant or _shown_equal(old.value, new.value)


def _shown_equal(old: Any, new: Any) -> bool:
    """True if two things that are equal are of one kind, and told of the same place."""
    if type(old) is not type(new):
        return False
    if type(old) is tuple:
        return all(map(_shown_equal, old, new))
    return not isinstance(old, PlacedSize | PlacedDtype) or old.place == new.place


def _tensor(r: Unification, old: Tensor, new: Tensor) -> None:
    if old is not new:
        if _TENSOR(old) != _TENSOR(new):
            raise Unequal
        if not (_shown_equal(old.dtype, new.dtype) and _shown_equal(old.shape, new.shape)):
            raise Unequal
    if r.depth(old.given) != new.given:
        raise Unequal
    r.pair(old.identity, new.identity)
    _formula_equal(r, old.form, new.form)


def _unknown(r: Unification, old: Unknown, new: Unknown) -> None:
    if old.kind != new.kind:
        raise Unequal
    r.pair(old.identity, new.identity)
    _formula_equal(r, old.form, new.form)


def _formula_equal(r: Unification, old: Formula | None, new: Formula | None) -> None:
    if old is None or new is None:
        if old is not new:
            raise Unequal
        return
    r.pair(old.of, new.of)
    if old.factors or new.factors:
        r.tags_equal(frozenset(old.factors), frozenset(new.factors))
    if old.picked is not None and new.picked is not None:
        r.equal(old.picked, new.picked)
    if renamed_formula(r, old) != new or not _shown_equal(old.shapes, new.shapes):
        raise Unequal


def _seq(r: Unification, old: Seq, new: Seq) -> None:
    if len(old.prefix) != len(new.prefix) or len(old.suffix) != len(new.suffix):
        raise Unequal
    r.all_equal(old.prefix, new.prefix)
    r.equal(old.rest, new.rest)
    r.all_equal(old.suffix, new.suffix)


def _table(r: Unification, old: Table, new: Table) -> None:
    if len(old.entries) != len(new.entries) or old.maybe != new.maybe:
        raise Unequal
    for (key, value), (other, found) in zip(old.entries, new.entries, strict=True):
        if key != other or type(key) is not type(other):
            raise Unequal
        r.equal(value, found)
    r.equal(old.rest, new.rest)


def _ref(r: Unification, old: Ref, new: Ref) -> None:
    if old is not new:
        if old.kind != new.kind:
            raise Unequal
        if old.place != new.place:
            r.made_elsewhere(old, new)
        what, other = old.what, new.what
        if what is not other:
            if type(what) in _EQUAL or type(what) in PLAIN:
                r.equal(what, other)  # type: ignore[arg-type]
            elif what != other:
                raise Unequal
    r.pair(old.address, new.address)
    if old.address != new.address and not r.m.alike(old.address, new.address):
        raise Unequal


def _function(r: Unification, old: FunctionV, new: FunctionV) -> None:
    if old.node is not new.node or old.path != new.path or old.flavour != new.flavour or len(old.outer) != len(new.outer):
        raise Unequal
    r.pair(old.frame, new.frame)
    for one, other in zip(old.outer, new.outer, strict=True):
        r.pair(one, other)
    r.equal(old.owner, new.owner)
    r.equal(old.context, new.context)
    if len(old.defaults) != len(new.defaults):
        raise Unequal
    r.all_equal([v for _, v in old.defaults], [v for _, v in new.defaults])


def _class(r: Unification, old: ClassV, new: ClassV) -> None:
    r.pair(old.address, new.address)
    if old is new:
        return
    if old.node is not new.node or old.path != new.path or old.flavour != new.flavour or len(old.bases) != len(new.bases):
        raise Unequal
    r.all_equal(old.bases, new.bases)


def _partial(r: Unification, old: PartialV, new: PartialV) -> None:
    if len(old.args) != len(new.args) or [k for k, _ in old.keywords] != [k for k, _ in new.keywords] or old.bound != new.bound:
        raise Unequal
    r.equal(old.function, new.function)
    r.all_equal(old.args, new.args)
    r.all_equal([v for _, v in old.keywords], [v for _, v in new.keywords])


def _method(r: Unification, old: MethodV, new: MethodV) -> None:
    r.equal(old.receiver, new.receiver)
    r.equal(old.function, new.function)


def _builtin(r: Unification, old: BuiltinMethod, new: BuiltinMethod) -> None:
    if old.name != new.name:
        raise Unequal
    r.equal(old.receiver, new.receiver)


def _super(r: Unification, old: SuperV, new: SuperV) -> None:
    r.equal(old.receiver, new.receiver)
    r.equal(old.owner, new.owner)


def _union(r: Unification, old: Union, new: Union) -> None:
    if len(old.options) != len(new.options) or len(old.tags) != len(new.tags):
        raise Unequal
    r.all_equal(old.options, new.options)
    for one, other in zip(old.tags, new.tags, strict=True):
        r.tags_equal(one, other)


def _uses(r: Unification, old: MustUses, new: MustUses) -> None:
    r.tags_equal(old.items, new.items)


_EQUAL: dict[type, Callable[[Unification, Any, Any], None]] = {
    Tensor: _tensor, Unknown: _unknown, Seq: _seq, Table: _table, Ref: _ref, FunctionV: _function, ClassV: _class, PartialV: _partial,
    MethodV: _method, BuiltinMethod: _builtin, SuperV: _super, Union: _union, MustUses: _uses,
}  # fmt: skip
