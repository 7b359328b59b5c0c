"""Arguments of losses: which a constructor has no use for, which is its weight, and where a call's callee stands."""

from __future__ import annotations

import pytest

from bce_lint.analysis.domain.tensor import Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Union, Value, const
from bce_lint.analysis.models import losses
from bce_lint.analysis.state.frames import Args, Frame, LoweredFile
from bce_lint.catalog.losses import MODULES
from bce_lint.catalog.schema import Domain
from bce_lint.ir import Span
from bce_lint.syntax.parse import lower

BCE, LOGITS, NLL = (MODULES[f"torch.nn.{name}"].init or () for name in ("BCELoss", "BCEWithLogitsLoss", "NLLLoss"))
WEIGHT, OUTPUT, LABELS, P = Tensor(), Tensor(model=True), Tensor(Domain.LABEL), Tensor(Domain.PROBABILITY)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ((), None), ((WEIGHT,), None), ((LABELS,), None), ((NONE,), None), ((TOP, TOP), None), ((const(1), const(2)), None),
        ((OUTPUT,), "its parameter `weight` gets a model's output"), ((P,), "its parameter `weight` gets a model's output"),
        ((Union((OUTPUT, P)),), "its parameter `weight` gets a model's output"), ((Union((OUTPUT, WEIGHT)),), None),
        ((Union((OUTPUT, NONE)),), "its parameter `weight` gets a model's output"), ((Union((OUTPUT, const(1))),), None),
        ((WEIGHT, WEIGHT), "its parameter `size_average` takes no tensor"), ((NONE, P), "its parameter `size_average` takes no tensor"),
        ((NONE, NONE, NONE, NONE, P), "it takes fewer arguments"), ((NONE, NONE, NONE, P), "its parameter `reduction` takes no tensor"),
        ((OUTPUT, P), "its parameter `weight` gets a model's output"),
    ],
)  # fmt: skip
def test_what_a_constructor_has_no_use_for(given: tuple[Value, ...], reason: str | None) -> None:
    assert losses.misplaced(BCE, Args(given)) == reason


def test_another_weight_may_be_an_output() -> None:
    assert losses.misplaced(LOGITS, Args((NONE, NONE, NONE, const("mean"), OUTPUT))) is None
    assert losses.misplaced(LOGITS, Args((NONE, NONE, NONE, const("mean"), NONE, OUTPUT))) == "it takes fewer arguments"
    assert losses.misplaced(NLL, Args((WEIGHT, WEIGHT))) == "its parameter `size_average` takes no tensor"
    assert losses.misplaced((), Args((WEIGHT,))) == "it takes fewer arguments"


def test_the_weight() -> None:
    assert losses._weight(BCE, Args((WEIGHT,))) == losses._weight(BCE, Args((), {"weight": WEIGHT})) == WEIGHT
    assert losses._weight(BCE, Args((NONE,))) is losses._weight(BCE, Args((Union((WEIGHT, NONE)),))) is losses._weight(BCE, Args()) is None
    assert losses._weight((), Args((WEIGHT,))) is losses._weight(MODULES["torch.nn.MSELoss"].init or (), Args((WEIGHT,))) is None


TEXT = "loss(x)\n(a or b)(x)(y)\nf(')', (1, 2))\n"
UNIT = LoweredFile("a.py", TEXT, lower(TEXT), 1)
MODULE = Frame(UNIT, 2, 3)


@pytest.mark.parametrize(
    ("call", "callee"),
    [("loss(x)", "loss"), ("(a or b)(x)(y)", "(a or b)(x)"), ("(a or b)(x)", "(a or b)"), ("(a or b)", None), ("loss", None)],
)
def test_what_stands_before_the_parenthesis(call: str, callee: str | None) -> None:
    start = TEXT.index(call)
    found = losses._callee(Frame(UNIT, 4, 5, parent=MODULE, call=Span(start, start + len(call))))
    assert (None if found is None else TEXT[found.start : found.end]) == callee


def test_where_a_call_is_from() -> None:
    inner = Frame(UNIT, 4, 5, parent=MODULE, call=Span(0, 7))
    nested = Frame(UNIT, 6, 7, parent=inner)
    assert losses._caller(inner) == losses._caller(nested) == MODULE.place(Span(0, 7))
    assert losses._caller(MODULE) is losses._caller(Frame(UNIT, 6, 7, parent=MODULE)) is None


def test_values_that_are_as_a_call_was_handed_them() -> None:
    given = Tensor(shape=(2, 3), identity=8)
    frame = Frame(UNIT, 4, 5, params={8: given, 9: Union((Tensor(shape=(2,)), Tensor(shape=(3,))))})
    assert losses._as_handed(frame, given) and not losses._as_handed(frame, Tensor(shape=(3, 2), identity=8))
    assert not losses._as_handed(frame, Tensor(shape=(2, 3), identity=7)) and not losses._as_handed(frame, Tensor(shape=(2,), identity=9))
