"""What a recording keeps of values: names of operations, places without a text, calls that were lost, what a container holds."""

from __future__ import annotations

from bce_lint import ir
from bce_lint.analysis.domain.tensor import Origin, Place, Tensor
from bce_lint.analysis.domain.values import (
    TOP,
    BuiltinMethod,
    ClassV,
    External,
    FunctionV,
    MethodV,
    PartialV,
    Ref,
    Seq,
    Table,
    Union,
    Value,
    const,
)  # fmt: skip
from bce_lint.analysis.recording.describe import describe, joined
from bce_lint.analysis.recording.lost_calls import LostCalls
from bce_lint.analysis.recording.terms import Apply, Group, Input, Known, Term, is_view, parts, row_of, walk
from bce_lint.analysis.recording.uses import DEPTH, UseRecorder
from bce_lint.analysis.state import cells, cut_calls
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine
from bce_lint.catalog.schema import Domain
from bce_lint.ir import Span
from bce_lint.syntax.parse import lower
from tests.analysis.state.test_machine import SPAN, frame, machine

ONE, TWO, THREE, FOUR = (Place("a.py", Span(one, one + 1)) for one in range(4))


def tensor(*places: Place, inner: tuple[Place, ...] = ()) -> Tensor:
    """A probability that sigmoids at some places made, on top of others."""
    origins = tuple(Origin("sigmoid", Domain.PROBABILITY, place) for place in places)
    return Tensor(domain=Domain.PROBABILITY, origin=origins, inner=tuple(Origin("sigmoid", Domain.PROBABILITY, one) for one in inner))


def shown(value: Value) -> str:
    return "".join(one if isinstance(one, str) else f"{one.span.start}" for one in describe(machine(), value))


def function(text: str = "def f(): pass\n", path: str = "f.py") -> FunctionV:
    node = lower(text).body[0]
    assert isinstance(node, ir.FunctionDef)
    return FunctionV(node.function, path, 0, ())


def cls(name: str, address: int, *bases: Value) -> ClassV:
    node = lower(f"class {name}: pass\n").body[0]
    assert isinstance(node, ir.ClassDef)
    return ClassV(node, f"{name}.py", address, bases)


def test_operations_are_looked_up_by_what_they_are() -> None:
    assert row_of(".exp") is not None and row_of("torch.exp") is not None and row_of("@T") is not None
    assert [row_of(name) for name in ("exp", "@exp", ".T", "torch.nothing", "op +", "[]", "()")] == [None] * 7
    views = [is_view(name) for name in ("[]", ".view", ".reshape", "torch.squeeze", "@T", ".exp", "torch.exp", "op +", "()", ".nothing")]
    assert views == [True, True, True, True, True, False, False, False, False, False]


def test_the_terms_in_a_term() -> None:
    one, two = Known(1), Known(2)
    group = Group("tuple", (one, two))
    whole: Term = Apply("torch.f", (group, one), (("a", two), ("b", group)), ("a.py", SPAN), "f", TOP)
    assert parts(whole) == (group, one, two, group) and parts(group) == (one, two) and parts(one) == ()
    assert [*walk(whole)] == [whole, group, one, two]
    assert [*walk(Input(("a.py", SPAN), "x", TOP))] == [Input(("a.py", SPAN), "x", TOP)]


def test_a_value_in_words() -> None:
    assert shown(tensor(ONE)) == "Tensor: probability (sigmoid), made by `sigmoid` in 0"
    assert (
        shown(tensor(ONE, TWO, inner=(THREE,)))
        == "Tensor: probability (sigmoid), made by `sigmoid` in 0 or `sigmoid` in 1, on top of `sigmoid` in 2"
    )
    assert shown(Tensor(origin=(Origin("sigmoid", Domain.UNKNOWN, ONE._replace(text="net.act")),))) == "Tensor: made by `net.act` in 0"
    assert [shown(Tensor()), shown(Tensor(array=True)), shown(Tensor(model=True))] == ["Tensor", "Array", "Tensor: a module's output"]
    assert [shown(Tensor(shape=shape)) for shape in ((), (2,), (...,), (..., None), (2, 3))] == [
        f"Tensor: shape {text}" for text in ("()", "(2,)", "(...)", "(..., ?)", "(2, 3)")
    ]
    method = MethodV(const(1), External("torch.sigmoid"))
    assert shown(method) == "bound `torch.sigmoid`"
    assert shown(Union((const(1), External("builtins.len")))) == "int 1 | `len`"
    assert shown(Ref(3, "autocast", None, ONE)) == "autocast"
    assert shown(Ref(3, "list", None, ONE)) == "list [*unknown], made in 0"
    assert shown(Ref(3, "set")) == "set {*unknown}" and shown(Ref(3, "dict")) == "dict {*unknown}"
    assert shown(Ref(3, "container", "other")) == "modules [*unknown]"
    assert shown(Ref(3, "data", "torch.utils.data.DataLoader")) == "DataLoader of unknown"
    assert shown(Ref(3, "layer")) == "layer ()"
    assert shown(Ref(3, "device")) == "device" and shown(Ref(3, "device", "cuda")) == "device cuda"
    assert shown(Ref(3, "trainer", "lightning.Trainer")) == "trainer Trainer"
    contexts = [Ref(3, "context", what) for what in (None, const(None), const("off"), Ref(4, "autocast"), TOP)]
    assert [shown(one) for one in contexts] == ["context", "context", "context off", "context autocast", "context"]
    assert shown(Ref(3, "namespace")) == "namespace"
    assert joined(", ", []) == () and joined(", ", [("a",), ("b", "c")]) == ("a", ", ", "b", "c") and joined(", ", [(), ("a",)]) == ("a",)


def lost(m: Machine, *values: Value, **named: Value) -> set[tuple[str, int]]:
    """The places that a call that was not followed had something of."""
    calls = LostCalls()
    calls.note(m, function(), Args(values, named))
    assert set(calls.given.values()) <= {"f"} and [*calls.called.values()] == ["f"] and calls.setters == {}
    return {(path, span.start) for path, span in calls.given}


def test_what_a_call_that_was_not_followed_was_given() -> None:
    m = machine()
    assert lost(m, const(1), TOP, Tensor()) == set()
    assert lost(m, tensor(ONE, inner=(TWO,))) == {("a.py", 0), ("a.py", 1)}
    assert lost(m, a=tensor(ONE), b=tensor(TWO)) == {("a.py", 0), ("a.py", 1)}
    assert lost(m, Union((tensor(ONE), tensor(TWO)))) == {("a.py", 0), ("a.py", 1)}
    assert lost(m, function(path="g.py")) == {("g.py", 4)}
    assert lost(m, Ref(3, "loss", None, FOUR)) == {("a.py", 3)} and lost(m, Ref(3, "loss")) == set()
    above = cls("Above", 1)
    below = cls("Below", 2, Union((above, External("torch.nn.Module"))), above)
    assert lost(m, below) == lost(m, Ref(3, "instance", below, FOUR)) == {("Above.py", 6), ("Below.py", 6)}
    assert lost(m, above) == {("Above.py", 6)}


def test_what_it_was_given_is_looked_into() -> None:
    m = machine()
    m.write(3, cells.ITEMS, Seq((tensor(ONE),), tensor(TWO)))
    held = {("a.py", 0), ("a.py", 1)}
    assert lost(m, Ref(3, "list")) == lost(m, Ref(3, "list"), Ref(3, "list")) == held
    assert lost(m, Table((("a", tensor(ONE)),), tensor(TWO))) == held
    assert lost(m, Table((("a", tensor(ONE)),))) == {("a.py", 0)}
    assert lost(m, MethodV(Ref(5, "loss", None, ONE), function(path="g.py"))) == {("a.py", 0), ("g.py", 4)}
    assert lost(m, PartialV(function(path="g.py"), (tensor(ONE),), (("a", tensor(TWO)),))) == {*held, ("g.py", 4)}
    assert lost(m, BuiltinMethod(tensor(ONE), "sigmoid")) == set()

    def deep(levels: int) -> Value:
        return tensor(ONE) if levels == 0 else Seq((deep(levels - 1),))

    assert [len(lost(m, deep(levels))) for levels in (0, cut_calls.DEPTH, cut_calls.DEPTH + 1)] == [1, 1, 0]
    m.write(3, cells.ITEMS, Seq((Ref(3, "list", None, ONE),)))
    assert lost(m, Ref(3, "list", None, ONE)) == {("a.py", 0)}


def test_what_a_setter_was_to_show_is_of_its_instance() -> None:
    m = machine()
    m.suppress_sites = 1
    calls = LostCalls()
    calls.note(m, function(), Args((Ref(3, "instance", cls("A", 1)),)))
    calls.note(m, function(), Args((Ref(4, "instance", cls("B", 2)), tensor(ONE))))
    calls.note(m, function(path="g.py"), Args())
    assert calls.called == calls.given == {}
    assert [{path for path, _ in found} for found in calls.setters.values()] == [{"A.py", "B.py"}, set()]


def test_a_function_is_told_once_of_each_value() -> None:
    m = machine()
    calls = LostCalls()
    ref = Ref(3, "list")
    calls.note(m, function(), Args((ref,)))
    m.write(3, cells.ITEMS, Seq((tensor(ONE),)))
    calls.note(m, function(), Args((ref,)))
    assert calls.given == {}
    calls.note(m, function(path="g.py"), Args((ref,)))
    assert [*calls.given.values()] == ["f"]


def noted(value: Value, m: Machine | None = None) -> UseRecorder:
    """A recording in which one expression had a value."""
    recorder = UseRecorder()
    node = ir.Name(SPAN, "x")
    assert recorder.note(m or machine(), frame(), node, value) is value
    return recorder


HERE = ("a.py", SPAN)


def test_what_an_expression_carries() -> None:
    whole = noted(tensor(ONE, inner=(TWO,)))
    both = {ONE.range, TWO.range}
    assert (whole.carriers[HERE], whole.direct[HERE], whole.latest[HERE]) == (both, both, {ONE.range})
    assert (whole.kinds[HERE], whole.domains[HERE]) == ({frozenset(both)}, {Domain.PROBABILITY})
    held = noted(Seq((tensor(ONE), const(1)), tensor(TWO)))
    assert (held.carriers[HERE], held.direct[HERE], held.latest[HERE]) == (both, set(), set())
    assert (held.kinds[HERE], held.domains[HERE]) == ({frozenset()}, {None})
    either = noted(Union((tensor(ONE), const(1), Seq((tensor(TWO),)))))
    assert (either.carriers[HERE], either.direct[HERE], either.latest[HERE]) == (both, {ONE.range}, {ONE.range})
    assert either.domains[HERE] == {Domain.PROBABILITY, None} and either.kinds[HERE] == {frozenset({ONE.range}), frozenset()}
    assert noted(Table((("a", tensor(ONE)),), tensor(TWO))).carriers[HERE] == both
    assert noted(Table((("a", tensor(ONE)),))).carriers[HERE] == {ONE.range}
    assert noted(Seq((Union((tensor(ONE), const(1))),))).carriers[HERE] == {ONE.range}
    plain = noted(Tensor())
    assert (dict(plain.carriers), dict(plain.direct), plain.kinds[HERE], plain.domains[HERE]) == ({}, {}, {frozenset()}, {Domain.UNKNOWN})
    constant, unknown = noted(const(1)), noted(TOP)
    assert (dict(constant.kinds), dict(constant.domains), constant.evaluated) == ({}, {}, {HERE})
    assert (unknown.kinds[HERE], unknown.domains[HERE], unknown.evaluated) == ({frozenset()}, {None}, {HERE})


def test_what_an_object_carries() -> None:
    m = machine()
    m.write(3, cells.ITEMS, Seq((tensor(ONE), Ref(3, "list"))))
    for kind, carried in (("list", 1), ("dict", 1), ("set", 1), ("instance", 1), ("container", 0), ("data", 0)):
        assert len(noted(Ref(3, kind), m).carriers[HERE]) == carried  # type: ignore[arg-type]
    assert noted(Ref(4, "list"), m).carriers[HERE] == set()

    def deep(levels: int) -> Value:
        return tensor(ONE) if levels == 0 else Seq((deep(levels - 1),))

    assert [len(noted(deep(levels)).carriers[HERE]) for levels in (DEPTH, DEPTH + 1)] == [1, 0]
    above = cls("Above", 1)
    assert noted(Ref(3, "instance", above, ONE)).objects[HERE] == {("Above.py", above.node.span)}
    assert (
        noted(Ref(3, "loss", None, ONE)).objects[HERE] == noted(Union((Ref(3, "loss", None, ONE), const(1)))).objects[HERE] == {ONE.range}
    )
    assert noted(Ref(3, "activation", None, ONE)).objects[HERE] == noted(Ref(3, "container", None, ONE)).objects[HERE] == {ONE.range}
    assert dict(noted(Ref(3, "layer", None, ONE)).objects) == dict(noted(Ref(3, "loss")).objects) == {}


def test_what_is_evaluated_once_the_fuel_is_spent_was_not_reached() -> None:
    for value in (const(1), TOP, tensor(ONE), Seq((tensor(ONE),))):
        m = machine()
        for fuel, reached in ((0, {HERE}), (-1, set())):
            m.fuel = fuel
            assert noted(value, m).evaluated == reached


def test_what_a_call_calls() -> None:
    recorder, m = UseRecorder(frozenset({"a.py"})), machine()
    node = ir.Call(SPAN, ir.Name(SPAN, "f"), ())
    called: list[Value] = [
        External("torch.sigmoid"), BuiltinMethod(const(1), "sigmoid"), Ref(3, "layer", "Linear", ONE), Ref(3, "loss", None, TWO),
        Ref(3, "activation", None), cls("A", 1), function(), MethodV(const(1), function()), TOP,
    ]  # fmt: skip
    for one in called:
        recorder.call(m, frame(), one, Args(), node)
    assert recorder.called[HERE] == {"torch.sigmoid", ".sigmoid", "layer Linear", "loss None", "activation None", "class", "?"}
    assert recorder.callees[HERE] == {TWO.range}
    recorder.enter(frame(), function(), None)
    recorder.enter(frame(), function(path="g.py"), SPAN)
    assert {path for path, _ in recorder.started} == {"f.py", "g.py"}
    assert {key[0]: found for key, found in recorder.entered.items()} == {"g.py": {HERE}}
    recorder.apply(frame(), ONE, node)
    assert recorder.applied[ONE.range] == {HERE}
    recorder.cut(m, function(), Args())
    assert [*recorder.lost.called.values()] == ["f"]
    assert (recorder.fuel_factor, recorder.targets) == (8, frozenset({"a.py"}))
