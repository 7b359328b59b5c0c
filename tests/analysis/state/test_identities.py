"""Which tensor is meant, and what a function was handed: identities through containers, rounds of loops and calls."""

from __future__ import annotations

from typing import Any

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Formula, Tensor
from bce_lint.analysis.domain.values import TOP, ClassV, Ref, Seq, Table, Union, Unknown, Value, const, join
from bce_lint.analysis.interpreter import callbacks
from bce_lint.analysis.state import handed, identities
from bce_lint.analysis.state.frames import Args, Frame
from bce_lint.analysis.state.machine import Machine
from bce_lint.ir import Span
from bce_lint.syntax.parse import lower
from tests.analysis.state.test_machine import OTHER, SPAN, frame, machine, unit
from tests.analysis.state.test_store import Nowhere

FORM = Formula("product", of=1, factors=frozenset({(2, True), (0, False)}))
X, Y = Tensor(identity=1), Tensor(identity=2, dtype="int64")


class Follows:
    """An observer that notes which values go on as others."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Value, Value]] = []

    def same(self, old: Value, new: Value) -> None:
        """Notes it."""
        self.pairs.append((old, new))


def watched() -> tuple[Machine, list[tuple[Value, Value]]]:
    observer: Any = Follows()
    return Machine(Nowhere(), callbacks, observer), observer.pairs


def test_one_of_many_has_no_identity() -> None:
    m = machine()
    assert identities.summarize(m, X) == Tensor() and identities.summarize(m, Unknown(3)) == TOP
    assert identities.summarize(m, Seq((X, const(1)), Y)) == Seq((Tensor(), const(1)), Tensor(dtype="int64"))
    assert identities.summarize(m, Table((("a", X),), Y)) == Table((("a", Tensor()),), Tensor(dtype="int64"))
    assert identities.summarize(m, Union((X, const(1)))) == Union((Tensor(), const(1)))
    assert identities.summarize(m, Tensor(form=FORM)) == Tensor()
    kept = Tensor(form=Formula("product", factors=frozenset({(0, False)})))
    assert identities.summarize(m, kept) is kept
    assert identities.summarize(m, ref := Ref(3, "list")) is ref


def test_who_follows_values_is_told_of_each_that_changes() -> None:
    m, pairs = watched()
    identities.summarize(m, Tensor())
    identities.summarize(m, const(1))
    assert pairs == []
    identities.summarize(m, X)
    identities.summarize(m, Seq((Y, const(1)), X))
    assert pairs == [(X, Tensor()), (Y, Tensor(dtype="int64")), (X, Tensor())]


def test_a_round_leaves_other_tensors_than_it_found() -> None:
    assert identities.age_identities(X, X) is X
    assert identities.age_identities(None, X) == Tensor(identity=-1)
    assert identities.age_identities(Y, X) == Tensor(identity=-1)
    assert identities.age_identities(None, Tensor(identity=-1)) == Tensor()
    assert identities.age_identities(Tensor(identity=-1), Tensor(identity=-1)) == Tensor()
    assert identities.age_identities(Seq((X,)), Seq((X, Y))) == Seq((X, Tensor(identity=-2, dtype="int64")))
    assert identities.age_identities(Table((("a", X),), Y), X) is X
    assert identities.age_identities(Table((("a", X),), Y), Y) is Y
    assert identities.age_identities(Union((X, const(1))), X) is X
    assert identities.age_identities(None, Unknown(3)) == Unknown(-3)
    made = identities.age_identities(X, Tensor(identity=1, form=FORM))
    assert made == Tensor(identity=1, form=FORM._replace(factors=frozenset({(-2, True), (0, False)})))
    made = identities.age_identities(None, Tensor(form=FORM))
    assert made == Tensor(form=FORM._replace(of=-1, factors=frozenset({(-2, True), (0, False)})))
    known = Seq((X, Y))
    assert identities.age_identities(known, kept := Tensor(identity=2, form=FORM)) is kept
    old = Formula("value", of=-4)
    assert identities.age_identities(None, Tensor(identity=1, form=old)) == Tensor(identity=-1)
    assert identities.age_identities(Tensor(form=FORM), Seq((X, Y))) == Seq((X, Y))


def test_an_element_that_is_taken_out_is_one_from_there_on() -> None:
    m, pairs = watched()
    here = frame()
    assert identities.materialize(m, here, X, SPAN) is X
    taken = identities.materialize(m, here, Tensor(), SPAN)
    assert isinstance(taken, Tensor) and taken.identity and pairs == [(Tensor(), taken)]
    assert identities.materialize(m, here, Tensor(), SPAN) == taken != identities.materialize(m, here, Tensor(), OTHER)
    here.unrolled_at = (1,)
    assert identities.materialize(m, here, Tensor(), SPAN) != taken
    pair = identities.materialize(m, frame(), Seq((Tensor(), Tensor(), own := Tensor(identity=77))), SPAN)
    assert isinstance(pair, Seq) and pair.prefix[2] is own
    numbers = {part.identity for part in pair.prefix if isinstance(part, Tensor)}
    assert len(numbers) == 3 and taken.identity not in numbers
    nested = identities.materialize(m, frame(), Seq((Seq((Tensor(),)), Seq((Tensor(),)), Tensor())), SPAN)
    assert isinstance(nested, Seq) and len({identities.age_identities(None, part) for part in nested.prefix}) == 3
    assert identities.materialize(m, frame(), Seq((), Tensor()), SPAN) == Seq((), Tensor())
    either = identities.materialize(m, frame(), Union((Tensor(), const(1))), SPAN)
    assert either == join(taken, const(1))


def test_the_objects_in_a_value() -> None:
    one, two = Ref(1, "list"), Ref(2, "dict")
    assert [*identities.objects_in(one)] == [one]
    assert [*identities.objects_in(Seq((one, const(1)), Union((two, const(2)))))] == [one, two]
    assert [*identities.objects_in(Table((("a", one),), two))] == [one, two]


SHAPED, TYPED, PLAIN = Tensor(shape=(2,)), Tensor(dtype="int64"), Tensor(identity=3)


def test_what_a_frame_is_handed_knows_its_depth() -> None:
    m, pairs = watched()
    marked = handed.handed(m, SHAPED, 2)
    assert marked == Tensor(shape=(2,), given=2) and pairs == [(SHAPED, marked)]
    assert handed.handed(m, TYPED, 1) == Tensor(dtype="int64", given=1)
    assert handed.handed(m, PLAIN, 1) is PLAIN
    assert handed.handed(m, Tensor(shape=(2,), given=1), 2) == Tensor(shape=(2,), given=1)
    assert handed.handed(m, Tensor(shape=(2,), given=2), 2) == Tensor(shape=(2,), given=2)
    assert handed.handed(m, Tensor(shape=(2,), given=3), 2) == Tensor(shape=(2,), given=2)
    parts = Seq((PLAIN, const(1)))
    assert handed.handed(m, parts, 2) is parts
    assert handed.handed(m, Seq((PLAIN, SHAPED)), 2) == Seq((PLAIN, marked))
    union = Union((PLAIN, const(1)))
    assert handed.handed(m, union, 2) is union
    assert handed.handed(m, Union((SHAPED, const(1))), 2) == Union((marked, const(1)))
    assert handed.handed(m, ref := Ref(1, "list"), 2) is ref
    args = handed.arguments(m, frame(depth=3), Args((SHAPED,), {"a": TYPED, "b": PLAIN}, True))
    assert args == Args((Tensor(shape=(2,), given=3),), {"a": Tensor(dtype="int64", given=3), "b": PLAIN}, True)


def test_what_is_made_of_something_handed_is_of_its_caller() -> None:
    m = machine()
    assert handed.made_of(m, SHAPED, Args((TYPED,))) is SHAPED
    assert handed.made_of(m, SHAPED, Args((Tensor(given=2), Tensor(given=3)))) == Tensor(shape=(2,), given=2)
    assert handed.made_of(m, SHAPED, Args((), {"a": Tensor(given=3)})) == Tensor(shape=(2,), given=3)
    assert handed.made_of(m, Tensor(given=1), Args((Tensor(given=3),))) == Tensor(given=1)
    whole = handed.made_of(m, Seq((SHAPED, const(1))), Args((Tensor(given=2),)))
    assert whole == Seq((Tensor(shape=(2,), given=2), const(1)))
    either = handed.made_of(m, Union((SHAPED, const(1))), Args((Tensor(given=2),)))
    assert either == Union((Tensor(shape=(2,), given=2), const(1)))


def test_what_is_taken_out_of_an_object_is_of_who_made_the_object() -> None:
    m = machine()
    ref = Ref(9, "dict")
    outer = frame(depth=0)
    middle = Frame(unit(), 2, 0, parent=outer, call=SPAN, depth=1, params={9: ref})
    inner = Frame(unit(), 3, 0, parent=middle, call=SPAN, depth=2, params={9: ref})
    assert handed.taken(m, inner, ref, SHAPED) == Tensor(shape=(2,), given=1)
    assert handed.taken(m, middle, ref, SHAPED) == Tensor(shape=(2,), given=1)
    assert handed.taken(m, outer, ref, SHAPED) is SHAPED
    middle.params = {}
    assert handed.taken(m, inner, ref, SHAPED) == Tensor(shape=(2,), given=2)
    inner.parent = None
    assert handed.taken(m, inner, ref, SHAPED) is SHAPED
    node = lower("class A: pass\n").body[0]
    assert isinstance(node, ir.ClassDef)
    own = Frame(unit(), 3, 0, receiver=ref, parent=outer, call=SPAN, depth=1, params={9: ref})
    assert handed.taken(m, own, ref, SHAPED) == Tensor(shape=(2,), given=1)
    own.owner = ClassV(node, "a.py", 5, ())
    assert handed.taken(m, own, ref, SHAPED) is SHAPED  # its own `self`
    own.receiver = Ref(8, "dict")
    assert handed.taken(m, own, ref, SHAPED) == Tensor(shape=(2,), given=1)


def first_test(text: str) -> tuple[ir.Function, ir.Expr]:
    """A function, and the test of the first `if` in it."""
    found = lower(text).body[0]
    assert isinstance(found, ir.FunctionDef)

    def first(body: ir.Body) -> ir.Expr | None:
        for one in body:
            if isinstance(one, ir.If):
                return one.test
            if isinstance(one, ir.For) and (inner := first(one.body)) is not None:
                return inner
        return None

    test = first(found.function.body)
    assert test is not None
    return found.function, test


def arms_of(text: str, depth: int = 1, given: int = 1) -> list[tuple[Any, ...]]:
    """The arms that a tensor met in a function under the test of its first `if`."""
    function, test = first_test(text)
    m = machine()
    outer = frame()
    inner = Frame(unit(text), 2, 0, function, function.bound, parent=outer, call=SPAN, depth=depth, arms=((test, True),))
    return [tuple(one) for one in handed.arms(m, inner, Tensor(given=given), Tensor())]


def test_the_arms_that_a_tensor_met() -> None:
    text = "def f(x, flag):\n    if {}:\n        return x\n"
    start = len("def f(x, flag):\n    if ")
    for test in ("flag", "flag > 1", "x.dim() == 1", "self.mode == 1", "self.training and flag"):
        (arm,) = arms_of(text.format(test))
        assert arm == ((("a.py", Span(start, start + len(test))), ("a.py", SPAN)), True, False)
    for test in ("self.training", "self.training == 1", "flag.training > 1", "1 > 2", "not model.training"):
        assert arms_of(text.format(test)) == []
    assert arms_of(text.format("flag"), given=0) == []
    assert arms_of(text.format("flag"), given=2) == []
    assert len(arms_of(text.format("flag"), depth=2, given=2)) == 1


def test_a_test_of_what_a_loop_counts_with_has_both_outcomes_in_turn() -> None:
    text = "def f(x, flag):\n    for {} in {}:\n        if {}:\n            return x\n"
    for target, iterable, test in (
        ("i", "range(3)", "i == 0"),
        ("i", "trange(3)", "i % 2 == 0 and flag"),
        ("i, row", "enumerate(x)", "i == 0"),
    ):
        assert arms_of(text.format(target, iterable, test)) == []
    for target, iterable, test in (
        ("i", "range(3)", "flag"),
        ("i", "x", "i == 0"),
        ("i, row", "enumerate(x)", "row == 0"),
        ("i, row", "zip(x, x)", "i == 0"),
        ("i", "enumerate(x)", "i == 0"),
    ):
        assert len(arms_of(text.format(target, iterable, test))) == 1
