"""The lines of the pictures: which rewrites have them, over which logits, and what they show."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from bce_lint.diagnostic import Verdict
from bce_lint.verify import devices
from bce_lint.verify.curves import Curves, curves
from bce_lint.verify.row import Case, Row
from bce_lint.verify.rows import ROWS
from bce_lint.verify.samples import Sample, elements, rows

pytestmark = pytest.mark.torch

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def drawn() -> dict[str, Curves]:
    """The curves of all rewrites, by name."""
    with devices.one_thread():
        return {one.name: one for one in curves(ROWS, {row.code for row in ROWS}, CPU)}


def _at(one: Curves, logit: float) -> tuple[float, float, float, float]:
    """Value and gradient at a logit, before and after."""
    (index,) = (one.at == logit).nonzero().flatten().tolist()
    assert one.before is not None
    return tuple(float(part[index]) for part in (*one.before, *one.after))  # type: ignore[return-value]


def _alone(build: Callable[[float], Sample], before: Callable[[Tensor], Tensor], after: Callable[[Tensor], Tensor]) -> Curves:
    case = Case("grid", build, before, after, after)
    (found,) = curves([Row("BCE000", "", Verdict.INTENDED, lambda seed: (case,))], {"BCE000"}, CPU)
    return found


def test_every_rewrite_that_is_tried_on_a_grid_is_drawn(drawn: dict[str, Curves]) -> None:
    on_grid = [(row.code, row.title) for row in ROWS if any(case.name == "grid" for case in row.cases(0))]
    assert [(one.code, one.title) for one in drawn.values()] == list(dict.fromkeys(on_grid))


def test_names_are_codes_and_numbered_where_a_rule_has_several(drawn: dict[str, Curves]) -> None:
    assert [name for name in drawn if name.startswith(("BCE101", "BCE103", "BCE502"))] == [
        "BCE101", "BCE103-1", "BCE103-2", "BCE502-1", "BCE502-2", "BCE502-3",
    ]  # fmt: skip
    assert all(one.name.partition("-")[0] == one.code for one in drawn.values())


def test_a_name_does_not_depend_on_what_is_selected(drawn: dict[str, Curves]) -> None:
    found = list(curves(ROWS, {"BCE502"}, CPU))
    assert [(one.name, one.title) for one in found] == [(one.name, one.title) for one in drawn.values() if one.code == "BCE502"]


@pytest.mark.parametrize(
    ("name", "logit", "expected"),
    [
        ("BCE101", 16.0, (15.9424, 1.0, 16.0, 1.0)),  # the numbers of the rules' pages
        ("BCE101", 17.0, (100.0, 0.0, 17.0, 1.0)),
        ("BCE103-1", 30.0, (1.3133, 0.0, 30.0, 1.0)),
        ("BCE103-1", 0.0, (0.9741, 0.1556, 0.6931, 0.5)),
        ("BCE104", -30.0, (0.6931, 0.0, 0.0, 0.0)),
        ("BCE111", -30.0, (1.6509, 0.0, 31.2318, -1.0)),
        ("BCE113", -30.0, (31.2318, -1.0, 31.2318, -1.0)),
        ("BCE501-2", -20.0, (-18.3623, 0.0567, -21.2318, 1.0)),
        ("BCE502-3", -20.0, (-18.2334, 0.1709, -20.0, 1.0)),
        ("BCE601-1", 0.25, (0.0, 0.0, 1.0, 0.0)),
    ],
)
def test_numbers(drawn: dict[str, Curves], name: str, logit: float, expected: tuple[float, ...]) -> None:
    assert _at(drawn[name], logit) == pytest.approx(expected, abs=1e-3)


def test_a_logarithm_that_is_infinite_is_in_the_picture(drawn: dict[str, Curves]) -> None:
    one = drawn["BCE502-1"]
    assert one.before is not None
    assert one.before.value[one.at < -89].eq(-torch.inf).all()
    assert one.before.value[one.at > -88].isfinite().all()
    assert one.before.gradient[one.at < -89].isnan().all()
    assert one.after.value.isfinite().all()


@pytest.mark.parametrize(
    ("name", "window", "about"),
    [
        ("BCE101", 32.0, "float32, target 0"),
        ("BCE104", 32.0, "float32, target 0, scores (logit, 0.5, -0.25, 0, 0)"),
        ("BCE113", 32.0, "float32, target class 0, scores (logit, 0.5, -0.25, 0)"),
        ("BCE502-1", 128.0, "float32"),
        ("BCE502-2", 32.0, "float32"),
        ("BCE601-3", 2.0, "float32"),
    ],
)
def test_the_window_is_where_the_effect_is(drawn: dict[str, Curves], name: str, window: float, about: str) -> None:
    one = drawn[name]
    assert (float(one.at[0]), float(one.at[-1]), len(one.at), one.about) == (-window, window, len(one.after.value), about)
    assert len(one.at) == 257
    assert float(one.at.diff().max() - one.at.diff().min()) == 0


def test_what_raises_has_no_line(drawn: dict[str, Curves]) -> None:
    raised = {name: one.raised.partition(":")[0] for name, one in drawn.items() if one.before is None}
    assert raised == {
        "BCE102": "RuntimeError",
        "BCE105-1": "RuntimeError",
        "BCE201-1": "RuntimeError",
        "BCE201-2": "RuntimeError",
        "BCE202-1": "NotImplementedError",
    }
    assert drawn["BCE102"].after.value.equal(drawn["BCE101"].after.value)


def test_autocast_ends_before_a_picture_is_drawn() -> None:
    for _ in curves(ROWS, {"BCE102"}, CPU):
        assert not torch.is_autocast_enabled("cuda")


def test_what_cannot_be_tried_here_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch._C, "_IncludeDispatchKeyGuard")
    assert [one.name for one in curves(ROWS, {"BCE101", "BCE102"}, CPU)] == ["BCE101"]


def test_a_decision_has_no_gradient(drawn: dict[str, Curves]) -> None:
    assert {name for name, one in drawn.items() if not one.has_gradient} == {"BCE601-1", "BCE601-2", "BCE601-3"}


def test_a_lost_gradient_is_one() -> None:
    assert _alone(elements, lambda x: x.detach() * 1, lambda x: x).has_gradient
    assert _alone(elements, lambda x: x, lambda x: x.detach() * 1).has_gradient


def test_the_first_of_the_scores_runs_alone() -> None:
    found = _alone(rows, lambda x: x.sum(1), lambda x: x)
    assert found.before is not None
    assert found.before.value.equal(found.at + 0.25)
    assert found.after.value.equal(found.at)
    assert (set(found.after.gradient.tolist()), found.about) == ({1.0}, "float32, scores (logit, 0.5, -0.25, 0)")
