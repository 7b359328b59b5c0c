"""Values that are equal but for their numbers: those of contexts, of what is allocated and of values, which differ from call to call.

A renaming says which number stands where another one stood. It is built while values are compared: two that stand at one place are
paired, and no number is paired twice. A number that no value has brought is renamed by its key (`Traced.intern`): what a place makes in one
context is what it makes in the other. Numbers that nobody has asked for yet stand in for themselves until `settle`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final, TypeVar

from bce_lint.analysis.domain.conditions import Conditional
from bce_lint.analysis.domain.constants import Constant, Unknown
from bce_lint.analysis.domain.named import External, LazyImport, ModuleV, MustUses, Ref
from bce_lint.analysis.domain.tensor import Formula, Place, Tensor
from bce_lint.analysis.domain.values import BuiltinMethod, ClassV, FunctionV, MethodV, PartialV, Seq, SuperV, Table, Union
from bce_lint.analysis.sites import ChoiceSite, LossSite, Site, Use
from bce_lint.analysis.state import cells
from bce_lint.analysis.state.moved_calls import MovedCall, Unequal
from bce_lint.analysis.state.store import Cell
from bce_lint.analysis.state.tracing import Traced
from bce_lint.records import changed, names_of

TO_COME: Final = 1 << 50
"""From here on numbers stand for those that are still to be made."""
_AT: dict[object, tuple[int, ...]] = {
    "module": (), "autocast": (), "device": (), "class": (3,), "copy": (1, 2), "attr": (1, 3), "item": (1, 3), "since": (1, 2),
    "external": (2,), "compared": (2,), "asked": (2,),
}  # fmt: skip
"""Where numbers stand in keys that begin with a text; the second place in all others."""
_FIRST, _FIRST_AND_TAG = (0,), (0, 5)
_WithIdentity = TypeVar("_WithIdentity", Tensor, Unknown)
PLAIN = frozenset({Constant, External, ModuleV, LazyImport})


class Renaming:
    """Pairs of numbers, `there` and `back`; `steps` counts the comparisons. `places` are those where the objects were made that stand for
    objects made elsewhere, which may be so where `anywhere` is set."""

    def __init__(self, m: Traced) -> None:
        self.m = m
        self.there: dict[int, int] = {}
        self.back: dict[int, int] = {}
        self.steps = 0
        self.made: list[Hashable] | None = None
        self.moved: MovedCall | None = None
        self.anywhere = False
        self.places: dict[int, Place] = {}
        self._to_come = TO_COME
        self._by_key: set[int] = set()
        self._met: dict[int, tuple[Any, Any]] = {}
        self._made: dict[int, tuple[Any, Any]] = {}

    def pair(self, old: int, new: int) -> None:
        """Says that one number stands where another stood."""
        known = self.there.get(old)
        if known is not None:
            if known != new:
                raise Unequal
        elif old < 0 or new < 0:
            if old >= 0 or new >= 0:
                raise Unequal
            self.pair(-old, -new)
        elif old == 0 or new == 0:
            if old != new:
                raise Unequal
        elif new in self.back:
            raise Unequal
        else:
            self.there[old] = new
            self.back[new] = old

    def given(self, old: int, new: int) -> None:
        """Says that one number stands where another stood, whatever their keys."""
        self.pair(old, new)
        self._by_key.add(old)

    def number(self, old: int) -> int:
        """What stands for a number."""
        known = self.there.get(old)
        if known is not None:
            return known
        if old <= 0:
            return -self.number(-old) if old else 0
        key = self.m.key_of(old)
        renamed = self.key(key)
        new = old if renamed is key else self.m.interned(renamed)
        if new is None and self.made is not None:
            new = self.m.numbered + len(self.made)
            self.made.append(renamed)
        elif new is None:
            self._to_come += 1
            new = self._to_come
        self.pair(old, new)
        self._by_key.add(old)
        return new

    def key(self, key: Hashable) -> Hashable:
        """A key with other numbers in it; the same where none is another."""
        if type(key) is not tuple:
            return key
        head = key[0]
        at: tuple[int, ...]
        if type(head) is int:
            tag = key[5] if len(key) == 6 else None
            at = _FIRST_AND_TAG if type(tag) is int else _FIRST
            last = key[-1]
            if type(last) is tuple and len(last) == 2 and type(last[1]) is int and type(last[0]) is str and last[1]:
                number = self.number(last[1])
                key = key if number == last[1] else (*key[:-1], (last[0], number))
        elif head in ("and", "or"):
            tests = tuple([(self.number(number), outcome) for number, outcome in key[1:]])
            return key if tests == key[1:] else (head, *tests)
        elif head == "asked":
            what = key[1]
            if what[0] == "isinstance":
                kind = self.value(what[1])
                key = key if kind is what[1] else (head, (what[0], kind), key[2])
            at = _AT[head]
        else:
            at = _AT.get(head, (1,))
        return self._at(key, at)

    def _at(self, key: tuple[Any, ...], at: tuple[int, ...]) -> tuple[Any, ...]:
        for place in at:
            if place < len(key) and key[place] and (number := self.number(key[place])) != key[place]:
                key = (*key[:place], number, *key[place + 1 :])
        return key

    def depth(self, old: int) -> int:
        """The depth of a frame, 0 for none."""
        return self.moved.frame_at(old) if old and self.moved is not None else old

    def _check(self, old: int) -> None:
        """Of a number that a value has brought and that was asked for by its key: the key must bring the same."""
        key = self.m.key_of(old)
        renamed = self.key(key)
        if (old if renamed is key else self.m.interned(renamed)) != self.there[old]:
            raise Unequal

    def cell(self, cell: Cell) -> Cell:
        """A cell of another address, or of another tensor."""
        address, name = cell
        if address == 0:
            identity = cells.uses_in(name)
            return (0, cells.uses_of(self.number(identity))) if identity else cell
        return self.number(address), name

    def settle(self, asked: Iterable[int]) -> None:
        """Gives numbers to come what they will be, in the order in which they were asked for; `made` are the keys of those that are to be
        made, from here on those of others as well."""
        for old in asked:
            if self.number(old) and old not in self._by_key:
                self._check(old)
        made: list[Hashable] = []
        if self._to_come > TO_COME:
            left = sorted(old for old, new in self.there.items() if new > TO_COME)
            count = self.m.numbered
            for old in dict.fromkeys((*asked, *left)):
                new = self.there[old]
                if new > TO_COME:
                    del self.back[new]
                    key = self.key(self.m.key_of(old))
                    if type(key) is tuple and _has_one_to_come(key):
                        raise Unequal  # what the key is of was asked for before the call, and here it was not
                    self.there[old] = count + len(made)
                    self.back[count + len(made)] = old
                    made.append(key)
            self._made.clear()
        self.made = made

    def value(self, old: Any) -> Any:
        """A value with other numbers in it; what was compared becomes the very one that it was compared with."""
        if type(old) in PLAIN or old is None:
            return old
        met = self._met.get(id(old)) or self._made.get(id(old))
        if met is not None:
            return met[1]
        rename = _RENAMED.get(type(old))
        new = old if rename is None else rename(self, old)
        self._made[id(old)] = (old, new)
        return new

    def values(self, old: tuple[Any, ...]) -> tuple[Any, ...]:
        """Values with other numbers in them."""
        new = tuple([self.value(one) for one in old])
        return old if all([one is other for one, other in zip(old, new, strict=True)]) else new  # noqa: C419 - few

    def site(self, old: Site) -> Site:
        """A site of other values."""
        if type(old) is ChoiceSite:
            return changed(old, choices=tuple([tuple([self.site(one) for one in choice]) for choice in old.choices]))
        met = self._made.get(id(old))
        if met is not None:
            return met[1]  # type: ignore[no-any-return]
        fields: dict[str, Any] = {}
        for name in names_of(type(old)):
            one = getattr(old, name)
            if type(one) is tuple and one and type(one[0]) in (Tensor, Conditional):
                fields[name] = tuple([self.value(part) for part in one])
            elif type(one) is LossSite:
                fields[name] = self.site(one)
            elif self.moved is not None and one:
                if name == "caller" and one == self.moved.caller:
                    fields[name] = self.moved.other
                elif name == "arms":
                    fields[name] = tuple(map(self.moved.arm, one))
        new = changed(old, **fields) if fields else old
        self._made[id(old)] = (old, new)
        return new

    def tags(self, old: frozenset[Any]) -> frozenset[Any]:
        """Outcomes of other tests, or what happened to other tensors."""
        return frozenset([self._item(one) for one in old])

    def _item(self, one: Any) -> Any:
        if type(one) is Use:
            return Use(one.kind, self.site(one.site))  # type: ignore[arg-type]
        number, what = one
        return (self.number(number), what) if type(number) is int else one


def _has_one_to_come(key: tuple[Any, ...]) -> bool:
    """True if something in a key may be a number to come."""
    for part in key:
        if type(part) is int:
            if part > TO_COME:
                return True
        elif type(part) is tuple and _has_one_to_come(part):
            return True
    return False


def renamed_formula(r: Renaming, old: Formula) -> Formula:
    """How a value was written, of other values."""
    filling = old.filling
    if filling is not None:
        pieces = frozenset([(_end(r, first), _end(r, last)) for first, last in filling.pieces])
        filling = filling._replace(pieces=pieces, of=r.value(filling.of))
    factors = frozenset([(r.number(number), one) for number, one in old.factors])
    return old._replace(of=r.number(old.of), factors=factors, picked=r.value(old.picked), filling=filling)


def _end(r: Renaming, end: Any) -> Any:
    return f"n{r.number(int(end[1:]))}" if isinstance(end, str) else end


def _tensor(r: Renaming, old: Tensor) -> Tensor:
    new, given = _unknown(r, old), r.depth(old.given)
    return new if given == old.given else changed(new, given=given)


def _unknown(r: Renaming, old: _WithIdentity) -> _WithIdentity:
    identity, form = r.number(old.identity), None if old.form is None else renamed_formula(r, old.form)
    return old if identity == old.identity and form == old.form else changed(old, identity=identity, form=form)


def _seq(r: Renaming, old: Seq) -> Seq:
    prefix, rest, suffix = r.values(old.prefix), r.value(old.rest), r.values(old.suffix)
    same = prefix is old.prefix and rest is old.rest and suffix is old.suffix
    return old if same else changed(old, prefix=prefix, rest=rest, suffix=suffix)


def _pairs(r: Renaming, old: tuple[tuple[Any, Any], ...]) -> tuple[tuple[Any, Any], ...]:
    new = r.values(tuple([value for _, value in old]))
    if all([one is value for one, (_, value) in zip(new, old, strict=True)]):  # noqa: C419 - few
        return old
    return tuple([(key, one) for one, (key, _) in zip(new, old, strict=True)])


def _table(r: Renaming, old: Table) -> Table:
    entries, rest = _pairs(r, old.entries), r.value(old.rest)
    return old if entries is old.entries and rest is old.rest else changed(old, entries=entries, rest=rest)


def _ref(r: Renaming, old: Ref) -> Ref:
    address, what, place = r.number(old.address), r.value(old.what), r.places.get(old.address, old.place)
    same = address == old.address and what is old.what and place is old.place
    return old if same else changed(old, address=address, what=what, place=place)


def _function(r: Renaming, old: FunctionV) -> FunctionV:
    frame, outer = r.number(old.frame), tuple([r.number(one) for one in old.outer])
    owner, defaults, context = r.value(old.owner), _pairs(r, old.defaults), r.value(old.context)
    if frame == old.frame and outer == old.outer and owner is old.owner and defaults is old.defaults and context is old.context:
        return old
    return changed(old, frame=frame, outer=outer, owner=owner, defaults=defaults, context=context)


def _class(r: Renaming, old: ClassV) -> ClassV:
    address, bases = r.number(old.address), r.values(old.bases)
    return old if address == old.address and bases is old.bases else changed(old, address=address, bases=bases)


def _partial(r: Renaming, old: PartialV) -> PartialV:
    function, args, keywords = r.value(old.function), r.values(old.args), _pairs(r, old.keywords)
    if function is old.function and args is old.args and keywords is old.keywords:
        return old
    return changed(old, function=function, args=args, keywords=keywords)


def _method(r: Renaming, old: MethodV) -> MethodV:
    receiver, function = r.value(old.receiver), r.value(old.function)
    return old if receiver is old.receiver and function is old.function else changed(old, receiver=receiver, function=function)


def _builtin(r: Renaming, old: BuiltinMethod) -> BuiltinMethod:
    receiver = r.value(old.receiver)
    return old if receiver is old.receiver else changed(old, receiver=receiver)


def _super(r: Renaming, old: SuperV) -> SuperV:
    receiver, owner = r.value(old.receiver), r.value(old.owner)
    return old if receiver is old.receiver and owner is old.owner else changed(old, receiver=receiver, owner=owner)


def _union(r: Renaming, old: Union) -> Union:
    options, tags = r.values(old.options), tuple([r.tags(one) for one in old.tags])
    return old if options is old.options and tags == old.tags else changed(old, options=options, tags=tags)


def _uses(r: Renaming, old: MustUses) -> MustUses:
    items = r.tags(old.items)
    return old if items == old.items else MustUses(items)


def _conditional(r: Renaming, old: Conditional) -> Conditional:
    value = r.value(old.value)
    return old if value is old.value else old._replace(value=value)


_RENAMED: dict[type, Callable[[Renaming, Any], Any]] = {
    Tensor: _tensor, Unknown: _unknown, Seq: _seq, Table: _table, Ref: _ref, FunctionV: _function, ClassV: _class, PartialV: _partial,
    MethodV: _method, BuiltinMethod: _builtin, SuperV: _super, Union: _union, MustUses: _uses, Conditional: _conditional,
}  # fmt: skip
