"""Tolerances and measures: what a verdict stands on."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from bce_lint.verify import Verdict, references
from bce_lint.verify.judges import judge
from bce_lint.verify.measure import Measured, Raised, apart, from_reference, largest, parting, run, scale, without_trace
from bce_lint.verify.row import Case, Loss, Open, Row
from bce_lint.verify.samples import EXTREME, STEP, Sample, element_targets, elements
from bce_lint.verify.verdict import EQUAL, PARTED, SLACK

pytestmark = pytest.mark.torch

INF, NAN = float("inf"), float("nan")


def _old(x: Tensor) -> Tensor:
    return F.binary_cross_entropy(torch.sigmoid(x), element_targets(x), reduction="none")


def _new(x: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(x, element_targets(x), reduction="none")


def _meant(x: Tensor) -> Tensor:
    return references.bce(x, element_targets(x), reduction="none")


def _verdict(claim: Verdict, before: Loss, after: Loss, wanted: Loss, dtype: str) -> Verdict:
    row = Row("BCE000", "", claim, lambda seed: (Case("grid", elements, before, after, wanted),), dtype)
    return judge(row, torch.device("cpu"), 0).verdict


def test_the_tolerances_are_those_of_the_design() -> None:
    assert (EQUAL, SLACK["float32"]) == (1e-7, 2e-6)
    assert PARTED == {"float64": 1e-6, "float32": 1e-3, "float16": 2e-2, "bfloat16": 5e-2}


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_the_slack_is_needed_and_not_much_larger_than_it_must_be(dtype: str) -> None:
    x = elements(EXTREME).logits.to(getattr(torch, dtype))
    old, new, wanted = run(_old, x), run(_new, x), run(_meant, x.double())
    excess = largest((from_reference(new.value, wanted.value) - from_reference(old.value, wanted.value)) / scale(wanted.value))
    assert SLACK[dtype] / 5 < excess < SLACK[dtype]


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_the_way_back_is_worse(dtype: str) -> None:
    assert _verdict(Verdict.NO_WORSE, _new, _old, _meant, dtype) is Verdict.CONTRADICTED
    assert _verdict(Verdict.NO_WORSE, _old, _new, _meant, dtype) is Verdict.NO_WORSE


@pytest.mark.parametrize(
    ("target", "dtype", "verdict"),
    [
        (1 / 4, "float32", Verdict.NO_WORSE),
        (41 / 4096, "float32", Verdict.CONTRADICTED),
        (1 / 4, "float16", Verdict.NO_WORSE),
        (1 / 32, "float16", Verdict.CONTRADICTED),
        (1 / 4, "bfloat16", Verdict.NO_WORSE),
        (1 / 16, "bfloat16", Verdict.CONTRADICTED),
    ],
)
def test_a_soft_target_near_zero_is_outside_of_the_claims(target: float, dtype: str, verdict: Verdict) -> None:
    def old(x: Tensor) -> Tensor:
        return F.binary_cross_entropy(torch.sigmoid(x), torch.full_like(x, target), reduction="none")

    def new(x: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(x, torch.full_like(x, target), reduction="none")

    def wanted(x: Tensor) -> Tensor:
        return references.bce(x, torch.full_like(x, target), reduction="none")

    assert _verdict(Verdict.NO_WORSE, old, new, wanted, dtype) is verdict


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_bce_loss_in_place_of_a_formula_is_equivalent_but_no_better(dtype: str) -> None:
    def formula(x: Tensor) -> Tensor:
        p, t = torch.sigmoid(x), element_targets(x)
        return -(t * torch.log(p) + (1 - t) * torch.log(1 - p))

    assert _verdict(Verdict.EQUIVALENT, formula, _old, _meant, "float64") is Verdict.EQUIVALENT
    verdict = _verdict(Verdict.NO_WORSE, formula, _old, _meant, dtype)
    assert verdict is Verdict.CONTRADICTED  # the gradient below -27.6


def test_a_half_precision_gradient_that_is_no_number_is_infinitely_far() -> None:
    x = torch.tensor([9.0, 10.0], dtype=torch.float16)
    found = run(lambda x: F.binary_cross_entropy(torch.sigmoid(x), torch.ones_like(x), reduction="none"), x)
    assert found.gradient.isnan().all()  # [half.bce_sigmoid_nan_gradient]
    assert from_reference(found.gradient, torch.zeros(2)).tolist() == [INF, INF]


def test_distances() -> None:
    one, other = torch.tensor([1.0, INF, NAN, NAN, -INF, INF]), torch.tensor([1.5, INF, NAN, 0.0, INF, 3.0])
    assert apart(one, other).tolist() == [0.5, 0.0, 0.0, INF, INF, INF]


def test_losses_part_at_the_smallest_logit_by_size() -> None:
    at = torch.tensor([-3.0, -2.0, 0.0, 2.5])
    one = Measured(torch.zeros(4, 2), torch.zeros(4, 2))
    other = Measured(torch.tensor([[1.0, 0.0], [0.0, 0.5], [0.0, 0.0], [9.0, 9.0]]), torch.zeros(4, 2))
    assert parting(one, other, at, "float32") == -2.0
    assert parting(one, one, at, "float32") is None
    assert parting(one, Measured(torch.zeros(4, 2), torch.eye(4)[:, :2]), at, "float32") == -2.0


def test_a_loss_without_a_gradient_has_that_of_a_constant() -> None:
    assert run(lambda x: (x > 0).to(x), torch.ones(3)).gradient.tolist() == [0.0, 0.0, 0.0]
    assert run(lambda x: torch.zeros(3, requires_grad=True) * 1, torch.ones(3)).gradient.tolist() == [0.0, 0.0, 0.0]


def _refuse(x: Tensor) -> Tensor:
    raise ValueError("no")


def test_an_exception_is_quoted_without_the_frames_below_it() -> None:
    with pytest.raises(Raised, match=r"^ValueError: no$"):
        run(_refuse, torch.ones(1))
    assert without_trace("wrong\nand why\nException raised from f at x.cpp:3") == "wrong\nand why"


def test_warnings_of_torch_stay_away() -> None:
    loss = run(lambda x: nn.KLDivLoss(size_average=False)(x, torch.ones_like(x)), torch.ones(3))
    assert loss.value.dim() == 0


def test_the_grid_is_that_of_the_facts() -> None:
    sample = elements(2.0)
    assert isinstance(sample, Sample) and sample.at is not None
    assert (STEP, float(sample.at[0]), float(sample.at[-1]), len(sample.at)) == (1 / 128, -2.0, 2.0, 513)


REFERENCES: dict[str, tuple[Open, Open, Tensor]] = {
    "bce": (references.bce, F.binary_cross_entropy_with_logits, torch.rand(6, 4, dtype=torch.float64)),
    "cross_entropy": (references.cross_entropy, F.cross_entropy, torch.arange(6) % 4),
    "soft_margin": (references.soft_margin, F.soft_margin_loss, torch.rand(6, 4, dtype=torch.float64).round() * 2 - 1),
    "multilabel": (references.multilabel, F.multilabel_soft_margin_loss, torch.rand(6, 4, dtype=torch.float64)),
}


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_the_references_are_torchs_losses(name: str, reduction: str) -> None:
    wanted, loss, target = REFERENCES[name]
    x = torch.linspace(-5, 5, 24, dtype=torch.float64).reshape(6, 4).requires_grad_()
    torch.testing.assert_close(wanted(x, target, reduction=reduction), loss(x, target, reduction=reduction))
