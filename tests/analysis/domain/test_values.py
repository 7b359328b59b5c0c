"""Joins of values lose no alternative, are the same in any order, and widening comes to an end."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from bce_lint.analysis.domain.tensor import Origin, Place, Tensor
from bce_lint.analysis.domain.values import (
    MAX_ALTERNATIVES,
    NONE,
    TOP,
    TRUE,
    Constant,
    External,
    ModuleV,
    MustUses,
    Ref,
    Seq,
    Table,
    Union,
    Unknown,
    Value,
    const,
    identity_of,
    join,
    join_all,
    join_seq,
    join_table,
    options,
    tensors,
)
from bce_lint.analysis.domain.widening import widen
from bce_lint.analysis.sites import LossSite, Use
from bce_lint.catalog.losses import MODULES
from bce_lint.catalog.schema import ANY, UNIT, Domain, Range
from bce_lint.ir import Span

WIDENINGS = 30


def origin(start: int) -> Origin:
    return Origin("sigmoid", Domain.PROBABILITY, Place("a.py", Span(start, start + 1)))


tensor_values = st.builds(
    Tensor, domain=st.sampled_from([Domain.UNKNOWN, Domain.LOGITS, Domain.PROBABILITY]), range=st.sampled_from([ANY, UNIT]),
    dtype=st.sampled_from([None, "float32"]), origin=st.sampled_from([(), (origin(1),), (origin(2),)]),
    inner=st.sampled_from([(), (origin(3),)]), identity=st.integers(0, 2), model=st.booleans(),
)  # fmt: skip
simple: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from([NONE, TRUE, const(1), const(1.0), const("a"), External("torch.nn"), ModuleV("a.py"), Ref(1, "list"), Ref(2, "loss")]),
    tensor_values,
)  # fmt: skip


some = st.lists(simple, max_size=2).map(tuple)
keyed = st.dictionaries(st.sampled_from(["a", "b", 1]), simple, max_size=2).map(lambda d: tuple(d.items()))
seqs = st.one_of(st.builds(Seq, some), st.builds(Seq, some, simple, some))
tables = st.builds(Table, keyed, st.one_of(st.none(), simple))
plain: st.SearchStrategy[Value] = st.one_of(simple, seqs, tables)
values: st.SearchStrategy[Value] = st.one_of(plain, st.just(TOP), st.builds(Unknown, kind=st.sampled_from(["int", "float", "sizes"])))


def normal(value: Value) -> object:
    """A value without the order of alternatives and of entries."""
    match value:
        case Union(found):
            return frozenset(normal(v) for v in found)
        case Seq(prefix, rest, suffix):
            return "seq", tuple(map(normal, prefix)), None if rest is None else normal(rest), tuple(map(normal, suffix))
        case Table(entries, rest):
            return "table", frozenset((k, type(k), normal(v)) for k, v in entries), None if rest is None else normal(rest)
    return value


def above(big: Value, small: Value) -> bool:
    """True if `big` allows all that `small` does."""
    return any(type(v) is Unknown for v in options(big)) or all(any(_above(b, s) for b in options(big)) for s in options(small))


def _above(big: Value, small: Value) -> bool:
    if type(big) is Tensor and type(small) is Tensor:
        return (
            big.domain is small.domain and _covers(big.range, small.range) and big.dtype in (None, small.dtype)
            and big.identity in (0, small.identity) and set(small.origin) <= set(big.origin) and (small.model or not big.model)
        )  # fmt: skip
    if type(big) is Seq and type(small) is Seq:
        return all(_fits(big, _lengthened(small, extra)) for extra in (0, 1, 2))
    if type(big) is Table and type(small) is Table:
        rest = small.rest is None or (big.rest is not None and above(big.rest, small.rest))
        return rest and all((found := big.get(k)) is not None and above(found, v) for k, v in small.entries)
    return big == small


def _covers(big: Range, small: Range) -> bool:
    return big.low <= small.low and small.high <= big.high


def _lengthened(seq: Seq, extra: int) -> tuple[Value, ...]:
    """The elements of a sequence where `rest` stands for this many; those of an exact one."""
    return (*seq.prefix, *([] if seq.rest is None else [seq.rest] * extra), *seq.suffix)


def _fits(seq: Seq, items: tuple[Value, ...]) -> bool:
    """True if a sequence allows these elements, one by one."""
    ends = len(seq.prefix) + len(seq.suffix)
    if len(items) < ends or (seq.rest is None and len(items) != ends):
        return False
    middle = [] if seq.rest is None else [seq.rest] * (len(items) - ends)
    return all(above(b, s) for b, s in zip((*seq.prefix, *middle, *seq.suffix), items, strict=True))


@given(values)
def test_join_is_idempotent(a: Value) -> None:
    assert join(a, a) == a


@given(values, values)
def test_join_is_commutative(a: Value, b: Value) -> None:
    assert normal(join(a, b)) == normal(join(b, a))


@given(values, values, values)
def test_join_is_associative(a: Value, b: Value, c: Value) -> None:
    assert normal(join(join(a, b), c)) == normal(join(a, join(b, c)))


@given(values, values)
def test_join_absorbs_what_it_holds(a: Value, b: Value) -> None:
    joined = join(a, b)
    assert normal(join(joined, a)) == normal(joined)
    assert normal(join(b, joined)) == normal(joined)


@given(values, values)
def test_join_lies_above_both(a: Value, b: Value) -> None:
    joined = join(a, b)
    assert above(joined, a)
    assert above(joined, b)


@given(st.lists(plain, min_size=1, max_size=12))
def test_a_join_of_many_lies_above_all_or_is_unknown(many: list[Value]) -> None:
    joined = join_all(many)
    assert joined is not None
    assert all(above(joined, v) for v in many)
    assert type(joined) is not Union or 2 <= len(joined.options) <= MAX_ALTERNATIVES
    assert type(joined) is not Union or not any(type(v) in (Union, Unknown) for v in joined.options)


def test_eight_alternatives_are_kept_and_nine_are_not() -> None:
    eight = join_all(const(i) for i in range(MAX_ALTERNATIVES))
    assert eight is not None
    assert options(eight) == tuple(const(i) for i in range(MAX_ALTERNATIVES))
    assert join(eight, const(0)) == eight
    assert join(eight, const(MAX_ALTERNATIVES)) is TOP
    assert join_all(()) is None


def test_of_too_many_alternatives_those_that_agree_are_joined() -> None:
    many: list[Value] = [Tensor(Domain.LOGITS, dtype=dtype) for dtype in ("float16", "float32", "float64", "bfloat16")]
    many += [Tensor(Domain.PROBABILITY, UNIT, dtype=dtype) for dtype in ("float16", "float32", "float64", "bfloat16")]
    assert options(join_all(many) or TOP) == tuple(many)
    found = options(join_all([*many, NONE]) or TOP)
    assert [v.domain if type(v) is Tensor else v for v in found] == [Domain.LOGITS, Domain.PROBABILITY, NONE]
    assert [v.dtype for v in found if type(v) is Tensor] == [None, None]


def test_numbers_of_different_types_stay_apart() -> None:
    assert options(join(join(const(1), const(1.0)), TRUE)) == (const(1), const(1.0), TRUE)


def test_unknown_takes_all_and_forgets_which_one_it_was() -> None:
    assert join(Unknown(1), Unknown(1)) == Unknown(1)
    assert join(Unknown(1), Unknown(2)) == TOP
    assert join(Unknown(1, kind="int"), Unknown(2, kind="int")) == Unknown(kind="int") == join(const(3), Unknown(4, kind="int"))
    assert join(Unknown(kind="int"), const(3.0)) == join(Unknown(kind="sizes"), Unknown(1, kind="sizes")) == TOP
    assert join(const(1), Unknown(1)) == TOP == join(Unknown(1), const(1))


def test_facts_are_what_both_have() -> None:
    place = Place("a.py", Span(0, 1))
    one, two = (Use(kind, LossSite(MODULES["torch.nn.BCELoss"], "loss", place, place, (), (), ())) for kind in "px")
    assert join(MustUses(frozenset({one, two})), MustUses(frozenset({one}))) == MustUses(frozenset({one}))
    assert join(MustUses(frozenset({one})), const(1)) == MustUses(frozenset()) == join(const(1), MustUses(frozenset({one})))


@given(st.sampled_from(Domain), st.sampled_from(Domain), st.booleans())
def test_domains_are_never_mixed(a: Domain, b: Domain, inner: bool) -> None:
    joined = join(Tensor(a), Tensor(b, inner=(origin(1),) if inner else ()))
    found = tensors(joined)
    assert {t.domain for t in found} == {a, b}
    assert len(found) == 1 + (a is not b or inner)


@given(seqs, seqs)
def test_sequences_keep_every_element(a: Seq, b: Seq) -> None:
    joined = join_seq(a, b)
    assert above(joined, a)
    assert above(joined, b)
    assert joined.exact is (a.exact and b.exact and len(a.prefix) == len(b.prefix))


def test_sequences_keep_their_common_ends() -> None:
    one, two, three = const(1), const(2), const(3)
    assert join_seq(Seq((one, two)), Seq((one,))) == Seq((one,), two)
    assert join_seq(Seq((one,), two, (three,)), Seq((one,), one, (two, three))) == Seq((one,), join(two, one), (three,))


@given(tables, tables)
def test_tables_keep_every_entry(a: Table, b: Table) -> None:
    joined = join_table(a, b)
    assert above(joined, a)
    assert above(joined, b)
    assert {k for k, _ in joined.entries} == {k for table in (a, b) for k, _ in table.entries}


@given(st.lists(st.tuples(st.sampled_from(["a", "b", 1, 2, None]), simple), max_size=6))
def test_a_table_is_a_dict(puts: list[tuple[object, Value]]) -> None:
    table, model = Table(), dict[object, Value]()
    for key, value in puts:
        table = table.put(key, value)
        model[key] = value
    assert dict(table.entries) == model
    assert list(model) == [k for k, _ in table.entries]
    assert all(table.get(k) == v for k, v in model.items())
    assert table.get("absent") is None


@given(values, values)
def test_widening_lies_above_both(a: Value, b: Value) -> None:
    wide = widen(a, b)
    assert above(wide, a)
    assert above(wide, b)


FOUND = Tensor(inner=(Origin("sigmoid", Domain.PROBABILITY, Place("a.py", Span(3, 4), "")),))
GROWING: list[Value] = [
    NONE, Seq((NONE, Tensor(dtype="float32"))), Seq((), const("a"), (Tensor(), FOUND)),
    Seq((const(True),), const(1), (const(1.0), Tensor(range=Range(0.0, 1.0, True)))),
]  # fmt: skip
"""Values whose join reached the limit of alternatives, was put together, and grew again."""


@example(GROWING)
@given(st.lists(values, min_size=1, max_size=8))
def test_widening_comes_to_an_end(many: list[Value]) -> None:
    value, changes, quiet = many[0], 0, 0
    for new in many * WIDENINGS:
        wide = widen(value, new)
        changes, quiet = (changes, quiet + 1) if wide == value else (changes + 1, 0)
        value = wide
        if quiet >= len(many):
            break
    assert quiet >= len(many)
    assert changes <= WIDENINGS
    assert all(widen(value, new) == value for new in many)


def test_what_counts_on_is_unknown_at_once() -> None:
    for first, second in ((const(0), const(1)), (const(0.5), const(1.5)), (const("a"), const("aa"))):
        assert widen(first, first) == first
        assert widen(first, second) is TOP
    assert widen(NONE, TRUE) == Union((NONE, TRUE))
    both = widen(Table((("a", NONE),)), Table((("b", NONE),)))
    assert both == Table((("a", NONE), ("b", NONE)), None, frozenset({"a", "b"}))
    assert widen(Table((("a", const(0)),), NONE), Table((("a", const(1)),), TRUE)) == Table((("a", TOP),), join(NONE, TRUE))
    assert widen(NONE, Table()) == Union((NONE, Table()))
    assert widen(Seq((NONE,)), Seq((NONE, TRUE))) == Seq((NONE,), TRUE)
    assert widen(Seq((NONE,), TRUE), Seq((TRUE, NONE), TRUE)) == Seq((), join(NONE, TRUE))


@given(st.lists(st.one_of(simple, st.just(NONE)), min_size=1, max_size=4))
def test_tensors_are_given_only_where_nothing_else_arrives(many: list[Value]) -> None:
    joined = join_all(many)
    assert joined is not None
    others = [v for v in many if type(v) is not Tensor and v != NONE]
    assert bool(tensors(joined)) is (not others and any(type(v) is Tensor for v in many))


def test_an_identity_is_shared_by_all_or_none() -> None:
    same = join(Tensor(Domain.LOGITS, identity=3), Tensor(Domain.PROBABILITY, identity=3))
    assert identity_of(same) == 3
    assert identity_of(join(same, const(1))) == 0
    assert identity_of(join(Tensor(identity=3), Tensor(identity=4))) == 0
    assert identity_of(Unknown(5)) == 5
    assert identity_of(Constant(5, "int")) == 0
