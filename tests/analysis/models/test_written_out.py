"""Activations that are written out, step by step: what each step is held to be."""

from __future__ import annotations

from math import inf

import pytest

from bce_lint.analysis.domain.tensor import Formula, Origin, Place, Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Seq, Unknown, Value, const
from bce_lint.analysis.models import written_out
from bce_lint.analysis.state.frames import Args
from bce_lint.catalog.activations import LOG_RANGE
from bce_lint.catalog.reductions import REDUCTIONS
from bce_lint.catalog.schema import UNIT, Domain, Range
from bce_lint.ir import Span
from bce_lint.records import changed

PLACE, THERE = Place("a.py", Span(0, 1)), Place("a.py", Span(5, 6))
HERE = Origin("sigmoid", Domain.PROBABILITY, PLACE)
PLAIN = Tensor(identity=9)
X = Tensor(identity=3)
EXP, SUM = Formula("exp", of=3), Formula("sumexp", of=3, dim=1, kept=True)
LOG = Formula("logsumexp", of=3, dim=1, kept=True)


def step(form: Formula | None) -> Tensor:
    """A new value that was written so."""
    return Tensor(identity=8, form=form)


def made(op: str, a: Value, b: Value) -> Tensor | None:
    """What the result of an operator is held to be."""
    return written_out.activation(op, a, b, PLAIN, lambda: THERE)


def test_a_sigmoid_step_by_step() -> None:
    exp = step(Formula("exp", inner=(HERE,)))
    for one in (const(1), const(1.0)):
        for a, b in ((one, exp), (exp, one)):
            found = written_out.activation("+", a, b, PLAIN, lambda: PLACE)
            assert found == changed(PLAIN, range=Range(1.0, inf), form=Formula("1+exp", inner=(HERE,)))
        below = step(Formula("1+exp", inner=(HERE,)))
        made = Origin("sigmoid", Domain.PROBABILITY, THERE)
        found = written_out.activation("/", one, below, PLAIN, lambda: THERE)
        assert found == changed(PLAIN, domain=Domain.PROBABILITY, range=UNIT, origin=(made,), inner=(HERE,))
    for op, a, b in (("-", const(1), exp), ("+", const(2), exp), ("+", exp, const(2)), ("+", exp, exp), ("/", const(1), exp),
                     ("/", const(2), below), ("/", below, const(1)), ("+", const(1), below), ("*", const(1), below)):  # fmt: skip
        assert written_out.activation(op, a, b, PLAIN, lambda: PLACE) is None


@pytest.mark.parametrize(
    ("op", "a", "b", "name", "domain", "dim"),
    [
        ("/", step(EXP), step(SUM), "softmax", Domain.CATEGORICAL, 1),
        ("/", step(EXP), step(SUM._replace(dim=None)), "softmax", Domain.CATEGORICAL, None),
        ("/", step(EXP), step(Formula("1+exp", of=3)), "sigmoid", Domain.PROBABILITY, None),
        ("-", X, step(LOG), "log_softmax", Domain.LOG_CATEGORICAL, 1),
        ("-", Unknown(3), step(LOG), "log_softmax", Domain.LOG_CATEGORICAL, 1),
        ("-", X, step(Formula("softplus", of=3)), "logsigmoid", Domain.LOG_PROBABILITY, None),
    ],
)
def test_an_operator_that_makes_an_activation(op: str, a: Value, b: Value, name: str, domain: Domain, dim: int | None) -> None:
    bounds = UNIT if op == "/" else LOG_RANGE
    assert made(op, a, b) == changed(PLAIN, domain=domain, range=bounds, origin=(Origin(name, domain, THERE, dim),))


@pytest.mark.parametrize(
    ("op", "a", "b"),
    [
        ("/", step(EXP), step(SUM._replace(of=4))), ("/", step(EXP), step(SUM._replace(kept=False))), ("/", step(SUM), step(EXP)),
        ("/", step(EXP._replace(of=0)), step(SUM._replace(of=0))), ("/", const(1), step(SUM)), ("/", X, step(SUM)),
        ("/", step(EXP._replace(of=0)), step(Formula("1+exp"))), ("/", step(EXP), step(Formula("1+exp", of=4))),
        ("*", step(EXP), step(SUM)), ("-", step(EXP), step(SUM)), ("-", Tensor(identity=4), step(LOG)), ("-", step(LOG), X),
        ("-", X, step(LOG._replace(kept=False))), ("+", X, step(LOG)), ("-", X, X), ("-", const(1), step(LOG)),
        ("-", Tensor(), step(LOG._replace(of=0))), ("-", Tensor(identity=4), step(Formula("softplus", of=3))),
    ],
)  # fmt: skip
def test_an_operator_that_makes_none(op: str, a: Value, b: Value) -> None:
    assert made(op, a, b) is None


def test_only_what_is_written_out_is_a_log_sigmoid_when_negated() -> None:
    softplus = Formula("softplus", of=3, complement=True)
    known = Origin("logsigmoid", Domain.LOG_PROBABILITY, THERE)
    assert written_out.negated(step(softplus), PLAIN, lambda: THERE) == changed(
        PLAIN, domain=Domain.LOG_PROBABILITY, range=LOG_RANGE, origin=(known,)
    )
    for form in (softplus._replace(complement=False), LOG, None):
        assert written_out.negated(step(form), PLAIN, lambda: THERE) is None


@pytest.mark.parametrize(
    ("args", "form"),
    [
        (Args((X, const(1), const(True))), SUM), (Args((X,), {"dim": const(-1), "keepdim": const(True)}), SUM._replace(dim=-1)),
        (Args((X,), {"axis": const(1), "keepdims": const(True)}), SUM), (Args((X, const(1))), SUM._replace(kept=False)),
        (Args((X, const(1)), {"keepdim": TOP}), SUM._replace(kept=False)), (Args((X,)), SUM._replace(dim=None)),
        (Args((X, NONE)), SUM._replace(dim=None)), (Args((X, Seq((const(1),)))), None), (Args((X, TOP)), None),
        (Args((X, const(True))), None), (Args((X,), open=True), None),
    ],
)  # fmt: skip
def test_the_sum_of_an_exponential(args: Args, form: Formula | None) -> None:
    assert written_out.reduced(REDUCTIONS["torch.sum"], step(EXP), args) == form
    assert written_out.reduced(REDUCTIONS["torch.mean"], step(EXP), args) is None
    assert written_out.reduced(REDUCTIONS["torch.sum"], step(Formula("value", of=3)), args) is None


@pytest.mark.parametrize(
    ("dim", "parts", "back"),
    [
        (1, [Seq((const("slice"), NONE, NONE, NONE)), NONE], True), (-1, [const(...), NONE], True), (0, [NONE], True),
        (0, [Seq((const("slice"), NONE, NONE, NONE)), NONE], False), (1, [NONE, const(...)], False), (1, [const(...), NONE], False),
        (1, [Seq((const("slice"), NONE, const(2), NONE)), NONE], False), (1, [const(0), NONE], False), (1, [], False),
    ],
)  # fmt: skip
def test_an_index_puts_the_dimension_back(dim: int, parts: list[Value], back: bool) -> None:
    lost = SUM._replace(dim=dim, kept=False)
    assert written_out.indexed(lost, Seq(tuple(parts)), 5) == (lost._replace(kept=True) if back else None)
    assert written_out.indexed(lost._replace(kept=True), Seq(tuple(parts)), 5) is None
    assert written_out.indexed(EXP, Seq(tuple(parts)), 5) == EXP._replace(of=5)
    assert written_out.indexed(None, Seq(tuple(parts)), 5) is None
