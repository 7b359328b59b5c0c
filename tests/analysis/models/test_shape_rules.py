"""The rules of shapes: what each makes of a known shape, of one with sizes that are not known, of an open one, and of none."""

from __future__ import annotations

from typing import Any, cast

import pytest

from bce_lint.analysis.domain.tensor import Shape, Tensor
from bce_lint.analysis.domain.values import NONE, TOP, Seq, Unknown, Value, const
from bce_lint.analysis.models import shape_rules
from bce_lint.analysis.state import containers
from bce_lint.analysis.state.frames import Args
from bce_lint.analysis.state.machine import Machine

NO_MACHINE = cast(Machine, None)
BEFORE: tuple[Shape | None, ...] = ((2, 3, 5), (1, 3, None), (..., 3, 5), None)


def value(given: Any) -> Value:
    """A value as it is written here: tuples are sequences, "?" is not known."""
    if isinstance(given, tuple):
        return Seq(tuple(map(value, given)))
    return TOP if given == "?" else const(given)


AFTER: list[tuple[str, tuple[Any, ...], dict[str, Any], tuple[Shape | None, ...]]] = [
    ("same", (), {}, ((2, 3, 5), (1, 3, None), (..., 3, 5), None)),
    ("same", (None,), {}, (None, None, None, None)),
    ("same", (1,), {}, ((2, 3, 5), (1, 3, None), (..., 3, 5), None)),
    ("same", (), {"axis": 1}, (None, None, None, None)),
    ("view", (6, 5), {}, ((6, 5), (6, 5), (6, 5), (6, 5))),
    ("view", (-1, 5), {}, ((6, 5), (None, 5), (None, 5), (None, 5))),
    ("view", ((2, -1),), {}, ((2, 15), (2, None), (2, None), (2, None))),
    ("view", (-1, 4), {}, ((None, 4), (None, 4), (None, 4), (None, 4))),
    ("view", (-1, -1), {}, ((None, None), (None, None), (None, None), (None, None))),
    ("view", (), {}, (None, None, None, None)),
    ("view", ("?", 5), {}, ((6, 5), (None, 5), (None, 5), (None, 5))),
    ("view", (-1, 0), {}, ((None, 0), (None, 0), (None, 0), (None, 0))),
    ("squeeze", (), {}, ((2, 3, 5), None, None, None)),
    ("squeeze", (0,), {}, ((2, 3, 5), (3, None), None, None)),
    ("squeeze", (-1,), {}, ((2, 3, 5), None, (..., 3, 5), None)),
    ("squeeze", (1,), {}, ((2, 3, 5), (1, 3, None), None, None)),
    ("squeeze", (3,), {}, (None, None, None, None)),
    ("squeeze", (), {"dim": 0}, ((2, 3, 5), (3, None), None, None)),
    ("squeeze", ("?",), {}, (None, None, None, None)),
    ("unsqueeze", (0,), {}, ((1, 2, 3, 5), (1, 1, 3, None), (..., 3, 5), None)),
    ("unsqueeze", (1,), {}, ((2, 1, 3, 5), (1, 1, 3, None), None, None)),
    ("unsqueeze", (3,), {}, ((2, 3, 5, 1), (1, 3, None, 1), None, None)),
    ("unsqueeze", (4,), {}, (None, None, None, None)),
    ("unsqueeze", (-1,), {}, ((2, 3, 5, 1), (1, 3, None, 1), (..., 3, 5, 1), (..., 1))),
    ("unsqueeze", (-4,), {}, ((1, 2, 3, 5), (1, 1, 3, None), None, None)),
    ("unsqueeze", (-5,), {}, (None, None, None, None)),
    ("unsqueeze", (), {"dim": 1}, ((2, 1, 3, 5), (1, 1, 3, None), None, None)),
    ("unsqueeze", ("?",), {}, (None, None, None, None)),
    ("flatten", (), {}, ((30,), (None,), (None,), (None,))),
    ("flatten", (1,), {}, ((2, 15), (1, None), (None, None), (None, None))),
    ("flatten", (2,), {}, ((2, 3, 5), (1, 3, None), (None, None, None), (None, None, None))),
    ("flatten", (3,), {}, (None, None, (None, None, None, None), (None, None, None, None))),
    ("flatten", (0, -1), {}, ((30,), (None,), (None,), (None,))),
    ("flatten", (0, 1), {}, (None, None, None, None)),
    ("flatten", (-1,), {}, (None, None, None, None)),
    ("flatten", (), {"start_dim": 1}, ((2, 15), (1, None), (None, None), (None, None))),
    ("flatten", (64,), {}, (None, None, None, None)),
    ("permute", (2, 0, 1), {}, ((5, 2, 3), (None, 1, 3), (None, None, None), (None, None, None))),
    ("permute", ((1, 0, 2),), {}, ((3, 2, 5), (3, 1, None), (None, None, None), (None, None, None))),
    ("permute", (0, 1), {}, ((None, None), (None, None), (None, None), (None, None))),
    ("permute", (0, -1, 1), {}, ((2, 5, 3), (1, None, 3), (None, None, None), (None, None, None))),
    ("permute", (0, 7, 1), {}, ((2, None, 3), (1, None, 3), (None, None, None), (None, None, None))),
    ("permute", (), {}, (None, None, None, None)),
    ("permute", ("?", 0, 1), {}, (None, None, None, None)),
    ("transpose", (0, 1), {}, ((3, 2, 5), (3, 1, None), None, None)),
    ("transpose", (0, 2), {}, ((5, 3, 2), (None, 3, 1), None, None)),
    ("transpose", (-1, -2), {}, ((2, 5, 3), (1, None, 3), (..., 5, 3), None)),
    ("transpose", (0, 3), {}, (None, None, None, None)),
    ("transpose", ((2, 1, 0),), {}, ((5, 3, 2), (None, 3, 1), (None, None, None), (None, None, None))),
    ("transpose", (2, 1, 0), {}, ((5, 3, 2), (None, 3, 1), (None, None, None), (None, None, None))),
    ("transpose", (), {"dim0": 0, "dim1": 1}, ((3, 2, 5), (3, 1, None), None, None)),
    ("transpose", (0, "?"), {}, (None, None, None, None)),
    ("t", (), {}, (None, None, None, None)),
    ("reduce", (), {}, ((), (), (), ())),
    ("reduce", (0,), {}, ((3, 5), (3, None), None, None)),
    ("reduce", (-1,), {}, ((2, 3), (1, 3), (..., 3), None)),
    ("reduce", (1, True), {}, ((2, 1, 5), (1, 1, None), None, None)),
    ("reduce", (1, False), {}, ((2, 5), (1, None), None, None)),
    ("reduce", (), {"dim": 1, "keepdim": True}, ((2, 1, 5), (1, 1, None), None, None)),
    ("reduce", (3,), {}, (None, None, None, None)),
    ("reduce", (None,), {}, ((), (), (), ())),
    ("reduce", (), {"keepdim": True}, (None, None, None, None)),
    ("reduce", ((0, 1),), {}, (None, None, None, None)),
    ("reduce", (1, "?"), {}, (None, None, None, None)),
    ("reduce", ("?",), {}, (None, None, None, None)),
    ("norm", (), {}, (None, None, None, None)),
    ("norm", (), {"dim": 1}, ((2, 5), (1, None), None, None)),
    ("norm", (2,), {}, (None, None, None, None)),
    ("one_hot", (4,), {}, ((2, 3, 5, 4), (1, 3, None, 4), (..., 3, 5, 4), (..., 4))),
    ("one_hot", (), {}, ((2, 3, 5, None), (1, 3, None, None), (..., 3, 5, None), (..., None))),
    ("one_hot", (-1,), {}, ((2, 3, 5, None), (1, 3, None, None), (..., 3, 5, None), (..., None))),
    ("one_hot", (), {"num_classes": 4}, ((2, 3, 5, 4), (1, 3, None, 4), (..., 3, 5, 4), (..., 4))),
    ("expand", (4, 2, 3, 5), {}, ((4, 2, 3, 5), (4, 2, 3, 5), (4, 2, 3, 5), (4, 2, 3, 5))),
    ("expand", (-1, -1, 7), {}, ((2, 3, 7), (1, 3, 7), (None, 3, 7), (None, None, 7))),
    ("expand", ((-1, 3, -1),), {}, ((2, 3, 5), (1, 3, None), (None, 3, 5), (None, 3, None))),
    ("expand", (2, -1, -1, -1), {}, ((2, 2, 3, 5), (2, 1, 3, None), (2, None, 3, 5), (2, None, None, None))),
    ("expand", (), {}, (None, None, None, None)),
    ("expand", ("?", 3, 5), {}, ((None, 3, 5), (None, 3, 5), (None, 3, 5), (None, 3, 5))),
    ("pieces", (2,), {}, ((None, 3, 5), (None, 3, None), None, None)),
    ("pieces", (2, 1), {}, ((2, None, 5), (1, None, None), None, None)),
    ("pieces", (2, -1), {}, ((2, 3, None), (1, 3, None), None, None)),
    ("pieces", (2, 3), {}, (None, None, None, None)),
    ("pieces", (2, -4), {}, (None, None, None, None)),
    ("pieces", (), {"dim": 1}, ((2, None, 5), (1, None, None), None, None)),
    ("pieces", (), {"axis": 1}, (None, None, None, None)),
    ("ravel", (), {}, ((None,), (None,), (None,), (None,))),
    ("moved", (), {}, (None, None, None, None)),
]  # fmt: skip
"""The rule, the arguments behind the tensor, and what comes of the shapes of `BEFORE`."""


@pytest.mark.parametrize(("rule", "pos", "kw", "after"), AFTER)
def test_what_a_rule_makes_of_a_shape(rule: str, pos: tuple[Any, ...], kw: dict[str, Any], after: tuple[Shape | None, ...]) -> None:
    args = Args((TOP, *map(value, pos)), {name: value(given) for name, given in kw.items()})
    assert tuple(shape_rules.CHANGES[rule](NO_MACHINE, shape, args) for shape in BEFORE) == after


@pytest.mark.parametrize(
    ("rule", "pos", "kw", "made"),
    [
        ("", (2,), {}, None),
        ("sizes", (2, 3), {}, (2, 3)),
        ("sizes", ((2, "?"),), {}, (2, None)),
        ("sizes", (), {}, None),
        ("size", (2, 3), {}, (2,)),
        ("size", ((2, 3), 7), {}, (2, 3)),
        ("size_third", (0, 1, (2, 3)), {}, (2, 3)),
        ("size_third", (0, 1), {}, None),
        ("row", (5,), {}, (None,)),
        ("randperm", (5,), {}, (5,)),
        ("randperm", ("?",), {}, (None,)),
        ("randint", (0, 5, (2, 3)), {}, (2, 3)),
        ("randint", (5, (2,)), {}, (2,)),
        ("randint", ((2,),), {}, None),
        ("randint", (0, 5), {}, None),
        ("eye", (3,), {}, (3, 3)),
        ("eye", (3, 4), {}, (3, 4)),
        ("eye", (3,), {"m": 4}, None),
        ("new", ("?", 2, 3), {}, (2, 3)),
        ("new_full", ("?", (2, 3), 7), {}, (2, 3)),
    ],
)  # fmt: skip
def test_the_shape_of_a_new_tensor(rule: str, pos: tuple[Any, ...], kw: dict[str, Any], made: Shape | None) -> None:
    args = Args(tuple(map(value, pos)), {name: value(given) for name, given in kw.items()})
    assert shape_rules.CREATIONS[rule](NO_MACHINE, None, args) == made


def part(*ends: Value) -> Value:
    return containers.slice_value([*ends])


ALL = part(NONE, NONE, NONE)
DOTS = const(...)


@pytest.mark.parametrize(
    ("key", "left"),
    [
        (const(0), (3, 5)),
        (const(-1), (3, 5)),
        (ALL, (2, 3, 5)),
        (part(const(1), NONE, NONE), (1, 3, 5)),
        (part(NONE, NONE, const(2)), (1, 3, 5)),
        (part(const(5), NONE, NONE), (0, 3, 5)),
        (part(NONE, const(-1), NONE), (1, 3, 5)),
        (part(NONE, NONE, const(0)), (None, 3, 5)),
        (part(Unknown(kind="int"), NONE, NONE), (None, 3, 5)),
        (Seq((ALL, part(const(1), const(9), NONE))), (2, 2, 5)),
        (NONE, (1, 2, 3, 5)),
        (DOTS, (2, 3, 5)),
        (Unknown(kind="int"), (3, 5)),
        (TOP, None),
        (const("a"), None),
        (const(True), None),
        (Seq((const(0), const(1))), (5,)),
        (Seq((ALL, const(1))), (2, 5)),
        (Seq((ALL, NONE, const(1))), (2, 1, 5)),
        (Seq((DOTS, const(1))), (2, 3)),
        (Seq((const(0), DOTS, const(1))), (3,)),
        (Seq((DOTS, DOTS)), None),
        (Seq((DOTS, NONE)), (2, 3, 5, 1)),
        (Seq((const(0),) * 3), ()),
        (Seq((const(0),) * 4), None),
        (Seq((const(0), DOTS, const(1), ALL)), (5,)),
        (Seq((const(0), TOP)), None),
        (Tensor(dtype="int64", shape=(4,)), (4, 3, 5)),
        (Tensor(dtype="bool", shape=(4,)), None),
        (Tensor(dtype="int64", shape=(4, 4)), None),
        (Tensor(dtype="int64"), None),
        (Seq((), TOP), None),
    ],
)  # fmt: skip
def test_what_an_index_leaves_of_a_shape(key: Value, left: Shape | None) -> None:
    assert shape_rules.indexed((2, 3, 5), key) == left
    assert shape_rules.indexed(None, key) is shape_rules.indexed((..., 3, 5), key) is None


def test_shapes_of_products_and_of_pointwise_operations() -> None:
    a, b, c = Tensor(shape=(2, 3)), Tensor(shape=(3, 5)), Tensor(shape=(3,))
    assert shape_rules.of_matmul(a, b) == (2, 5)
    assert shape_rules.of_matmul(a, c) is shape_rules.of_matmul(c, c) is shape_rules.of_matmul(a, Tensor()) is None
    assert shape_rules.of_matmul(const(1), b) is shape_rules.of_matmul(Tensor(shape=(..., 2, 3)), b) is None
    assert shape_rules.of_operator(a, c) == shape_rules.of_operator(c, a) == shape_rules.of_operator(a, const(1)) == (2, 3)
    assert shape_rules.of_operator(a, TOP) is shape_rules.of_operator(TOP, a) is shape_rules.of_operator(a, Tensor()) is None


@pytest.mark.parametrize(
    ("literal", "shape"),
    [(1, ()), ((1, 2), (2,)), (((1, 2), (3, 4), (5, 6)), (3, 2)), (((1, 2), (3,)), None), ((), None), ("?", None), ((1, "?"), None),
     (((), ()), None), ((1, (2,)), None)],
)  # fmt: skip
def test_the_shape_of_what_is_written_out(literal: Any, shape: Shape | None) -> None:
    assert shape_rules.of_literal(NO_MACHINE, value(literal)) == shape
    assert shape_rules.of_literal(NO_MACHINE, Seq((const(1),), const(2))) is None


def test_weights_say_how_many_features_there_are() -> None:
    weight = {"weight": Tensor(shape=(7, 5))}
    linear = shape_rules.CHANGES["linear"]
    assert linear(NO_MACHINE, (2, 5), Args((TOP, TOP), {})) is None
    assert linear(NO_MACHINE, (2, 5), Args((TOP, weight["weight"]), {})) == linear(NO_MACHINE, (2, 5), Args((TOP,), {**weight})) == (2, 7)
    assert linear(NO_MACHINE, None, Args((TOP,), {**weight})) == linear(NO_MACHINE, (), Args((TOP,), {**weight})) == (..., 7)
    assert linear(NO_MACHINE, (2, 5), Args((TOP,), {"weight": Tensor(shape=(5,))})) is None
    other = shape_rules.CHANGES["as_other"]
    assert other(NO_MACHINE, (2, 5), Args((TOP, Tensor(shape=(9,))), {})) == (9,)
    assert other(NO_MACHINE, (2, 5), Args((TOP, TOP), {})) is other(NO_MACHINE, (2, 5), Args((TOP,), {})) is None
