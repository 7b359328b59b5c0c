"""What rules 301-305 and 401-403 say of targets, weights and shapes against torch: they speak exactly where it raises or goes wrong."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import pytest
import torch

from bce_lint.catalog.losses import FLOATING_INPUT
from bce_lint.engine import check_text
from tests.catalog.test_shapes_torch import IMPORTS

pytestmark = pytest.mark.torch

INTEGERS = ("bool", "uint8", "int8", "int16", "int32", "int64")
FLOATS = ("float16", "bfloat16", "float32", "float64")
CODES = frozenset({"BCE301", "BCE302", "BCE303", "BCE304", "BCE305", "BCE401", "BCE402", "BCE403"})


class Outcome(NamedTuple):
    """What torch does with a text: the message that it raises, those that it warns of, and the value of `loss`."""

    raised: str | None
    warned: list[str]
    loss: torch.Tensor


def run(source: str) -> Outcome:
    """Runs a text that assigns `loss`."""
    space: dict[str, object] = {"loss": torch.zeros(())}
    raised = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(IMPORTS + source, space)
        except (RuntimeError, ValueError, IndexError) as error:
            raised = f"{type(error).__name__}: {error}"
    loss = space["loss"]
    assert isinstance(loss, torch.Tensor)
    return Outcome(raised, [str(w.message) for w in caught if "size" in str(w.message)], loss)


def codes(source: str) -> set[str]:
    """The codes of rules 301-305 and 401-403 that are found in a text."""
    return {d.code for d in check_text((IMPORTS + source).encode(), None, CODES).diagnostics}


def agree(source: str, code: str) -> None:
    """The rule speaks exactly when torch raises."""
    raised, found = run(source).raised, codes(source)
    assert found == ({code} if raised else set()), f"{source}\n{raised}"


def target(dtype: str, *sizes: int) -> str:
    return f"y = torch.ones({sizes}, dtype=torch.{dtype})"


Sizes = tuple[int, ...]
BINARY = ["nn.BCELoss()", "F.binary_cross_entropy", "nn.BCEWithLogitsLoss()", "F.binary_cross_entropy_with_logits"]


@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
@pytest.mark.parametrize("own", ["float32", "float64"])
@pytest.mark.parametrize("loss", BINARY)
def test_dtypes_of_binary_targets(loss: str, own: str, dtype: str) -> None:
    agree(f"x = torch.rand(4, 3, dtype=torch.{own})\n{target(dtype, 4, 3)}\nloss = {loss}(x, y)", "BCE301")


INPUTS = {
    "BCELoss": ["torch.ones(4, 3)"],
    "BCEWithLogitsLoss": ["torch.ones(4, 3)"],
    "CrossEntropyLoss": ["torch.ones(4, 3)", "torch.zeros(4).long()"],
    "NLLLoss": ["torch.zeros(4).long()"],
    "NLLLoss2d": ["torch.zeros(4).long()"],
    "KLDivLoss": ["torch.ones(4, 3)"],
    "HuberLoss": ["torch.ones(4, 3)", "torch.ones(4, 3).long()"],
    "MultiLabelMarginLoss": ["torch.zeros(4, 3).long()"],
    "MultiLabelSoftMarginLoss": ["torch.ones(4, 3)", "torch.ones(4, 3).long()"],
    "MultiMarginLoss": ["torch.zeros(4).long()"],
    "SoftMarginLoss": ["torch.ones(4, 3)", "torch.ones(4, 3).long()"],
    "MSELoss": ["torch.ones(4, 3)"],
    "SmoothL1Loss": ["torch.ones(4, 3)"],
    "PoissonNLLLoss": ["torch.ones(4, 3)"],
}


@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
@pytest.mark.parametrize(("loss", "y"), [(loss, y) for loss, found in INPUTS.items() for y in found])
def test_dtypes_of_inputs(loss: str, y: str, dtype: str) -> None:
    """The rule speaks of integers where no target would do; in half precision some kernels are missing on a CPU, which is no mistake."""
    cast = f".to(torch.{dtype})" if loss == "BCELoss" and dtype in FLOATS else ""
    source = f"x = torch.zeros(4, 3, dtype=torch.{dtype})\nloss = nn.{loss}()(x, {y}{cast})"
    found = codes(source) - {"BCE301"}
    if dtype in INTEGERS:
        agree(source, "BCE305")
    else:
        assert found == set()


def test_the_losses_that_take_no_integers_are_all_tried() -> None:
    assert FLOATING_INPUT - set(INPUTS) == {"CTCLoss"}


@pytest.mark.parametrize("dtype", [*INTEGERS, "float32"])
def test_dtypes_of_log_probabilities_over_time(dtype: str) -> None:
    sizes = "torch.tensor([5, 5]), torch.tensor([3, 3])"
    agree(f"x = torch.zeros(5, 2, 4, dtype=torch.{dtype})\nloss = nn.CTCLoss()(x, torch.ones(2, 3).long(), {sizes})", "BCE305")


OTHERS = ["F.mse_loss", "F.l1_loss", "F.smooth_l1_loss", "F.poisson_nll_loss", "F.hinge_embedding_loss", "F.multilabel_soft_margin_loss"]


@pytest.mark.parametrize("dtype", [d for d in INTEGERS + FLOATS if d != "bool"])
@pytest.mark.parametrize("loss", OTHERS)
def test_other_losses_take_integers(loss: str, dtype: str) -> None:
    agree(f"x = torch.rand(4, 3)\n{target(dtype, 4, 3)}\nloss = {loss}(x, y)", "none")


BY_CLASS = ["nn.CrossEntropyLoss()", "F.cross_entropy", "nn.NLLLoss()", "F.nll_loss", "nn.MultiMarginLoss()", "F.multi_margin_loss"]


@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
@pytest.mark.parametrize("loss", BY_CLASS)
def test_dtypes_of_class_indices(loss: str, dtype: str) -> None:
    agree(f"x = F.log_softmax(torch.rand(4, 3), dim=1)\n{target(dtype, 4)}\nloss = {loss}(x, y)", "BCE302")


@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
def test_dtypes_of_margin_labels(dtype: str) -> None:
    agree(f"x = torch.rand(4, 3)\n{target(dtype, 4, 3)}\nloss = nn.MultiLabelMarginLoss()(x, y)", "BCE302")


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("own", ["float32", "float64"])
def test_class_probabilities_may_have_any_floating_dtype(own: str, dtype: str) -> None:
    agree(f"x = torch.rand(4, 3, dtype=torch.{own})\n{target(dtype, 4, 3)}\nloss = F.cross_entropy(x, y)", "none")


@pytest.mark.parametrize("cast", ["", ".long()", ".int()", ".to(torch.uint8)", ".bool()", ".float()", ".double()", ".half()"])
def test_one_hot_rows(cast: str) -> None:
    agree(f"x = torch.rand(4, 3)\ny = F.one_hot(torch.tensor([0, 2, 1, 1]), 3){cast}\nloss = F.cross_entropy(x, y)", "BCE303")


WEIGHTED = {
    "index": "F.cross_entropy(x, y, weight=w)",
    "index, object": "nn.CrossEntropyLoss(w)(x, y)",
    "nll": "F.nll_loss(F.log_softmax(x, dim=1), y, weight=w)",
    "margin": "nn.MultiMarginLoss(weight=w)(x, y)",
    "rows": "F.cross_entropy(x, F.one_hot(y, 3).to(x.dtype), w)",
}


@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
@pytest.mark.parametrize("own", ["float32", "float64"])
@pytest.mark.parametrize("loss", WEIGHTED)
def test_class_weights(loss: str, own: str, dtype: str) -> None:
    lines = [f"x = torch.rand(4, 3, dtype=torch.{own})", "y = torch.tensor([0, 2, 1, 1])", f"w = torch.ones(3, dtype=torch.{dtype})"]
    agree("\n".join([*lines, f"loss = {WEIGHTED[loss]}"]), "BCE304")


@pytest.mark.parametrize("dtype", INTEGERS + FLOATS)
@pytest.mark.parametrize("loss", ["nn.BCEWithLogitsLoss(weight=w)", "nn.BCEWithLogitsLoss(pos_weight=w)", "nn.BCELoss(weight=w)"])
def test_binary_weights_may_have_any_dtype(loss: str, dtype: str) -> None:
    """All but truth values as `pos_weight`, which no rule reports."""
    source = f"x = torch.rand(4, 3)\n{target('float32', 4, 3)}\nw = torch.ones(3, dtype=torch.{dtype})\nloss = {loss}(x, y)"
    assert (run(source).raised is None) == ("pos_weight" not in loss or dtype != "bool")
    assert codes(source) == set()


BINARY_SHAPES = [((4, 1), (4,)), ((4,), (4, 1)), ((4, 1), (4, 1)), ((4,), (4,)), ((4, 3), (4,)), ((4, 1), (4, 2)), ((), (1,))]


@pytest.mark.parametrize(("own", "other"), BINARY_SHAPES)
@pytest.mark.parametrize("loss", BINARY)
def test_shapes_of_binary_losses(loss: str, own: Sizes, other: Sizes) -> None:
    agree(f"x = torch.rand({own})\n{target('float32', *other)}\nloss = {loss}(x, y)", "BCE401")


CLASS_SHAPES: dict[Sizes, list[Sizes]] = {
    (4, 3): [(4,), (4, 1), (4, 3), (1, 4), (3,), (5,), ()],
    (3,): [(), (1,)],
    (1, 3): [(), (1,), (1, 1)],
    (2, 5, 3): [(2, 3), (2, 5), (2, 3, 1), (2,)],
    (2, 3, 5, 5): [(2, 5, 5), (2, 1, 5, 5), (2, 5, 5, 1), (2, 5, 4), (2, 5)],
    (4, 2, 2): [(4, 2)],
}
CLASS_PAIRS = [(own, other) for own, others in CLASS_SHAPES.items() for other in others]


@pytest.mark.parametrize(("own", "other"), CLASS_PAIRS)
@pytest.mark.parametrize("loss", ["nn.CrossEntropyLoss()", "F.nll_loss"])
def test_shapes_of_class_indices(loss: str, own: Sizes, other: Sizes) -> None:
    dim = 1 if len(own) > 1 else 0
    agree(f"x = F.log_softmax(torch.rand({own}), dim={dim})\n{target('int64', *other)}\nloss = {loss}(x, y)", "BCE401")


@pytest.mark.parametrize(("own", "other"), [pair for pair in CLASS_PAIRS if len(pair[0]) < 3])
def test_shapes_of_margins(own: Sizes, other: Sizes) -> None:
    agree(f"x = torch.rand({own})\n{target('int64', *other)}\nloss = F.multi_margin_loss(x, y)", "BCE401")


SILENT = ["F.multilabel_soft_margin_loss", "F.hinge_embedding_loss", "F.kl_div", "F.poisson_nll_loss", "F.gaussian_nll_loss"]
WARNING = ["F.mse_loss", "F.l1_loss", "F.smooth_l1_loss", "F.huber_loss"]
PAIRS = [((4, 1), (4,)), ((4,), (4, 1)), ((4, 1), (1, 4)), ((4, 1), (4, 1)), ((4, 3), (3,)), ((4, 3), (4, 1)), ((4, 3), (1,)), ((1,), ())]


def variance(loss: str) -> str:
    return "var=torch.ones_like(x), " if "gaussian" in loss else ""


@pytest.mark.parametrize(("own", "other"), PAIRS)
@pytest.mark.parametrize("loss", SILENT + WARNING)
def test_shapes_that_broadcast(loss: str, own: Sizes, other: Sizes) -> None:
    """The rule speaks where the table of pairs is larger than both sides; torch goes on, and only some losses warn."""
    source = f"x = torch.rand({own}).log()\n{target('float32', *other)}\nloss = {loss}(x, y, {variance(loss)}reduction='none')"
    outcome = run(source)
    assert outcome.raised is None
    assert bool(outcome.warned) == (loss in WARNING and own != other)
    pairs = torch.zeros(own) + torch.zeros(other)
    assert codes(source) == ({"BCE401"} if pairs.numel() > max(torch.Size(own).numel(), torch.Size(other).numel()) else set())


def test_pairs_are_taken_into_the_loss() -> None:
    for loss in set(SILENT) - {"F.multilabel_soft_margin_loss"}:
        assert run(f"x = torch.rand(4, 1)\nloss = {loss}(x, torch.rand(4), {variance(loss)}reduction='none')").loss.shape == (4, 4)
    x, y = "torch.tensor([[9.0], [-9.0]])", "torch.tensor([1.0, 0.0])"
    right, wrong = (run(f"loss = F.multilabel_soft_margin_loss({x}{cut}, {y})").loss for cut in ("[:, 0]", ""))
    assert float(right) < 0.001 < float(wrong)


@pytest.mark.parametrize("shape", [(4, 1), (4, 1, 5), (2, 1, 5, 5), (4, 2), (2, 2, 5, 5)])
def test_cross_entropy_of_one_class(shape: Sizes) -> None:
    y = f"torch.zeros({(shape[0], *shape[2:])}, dtype=torch.int64)"
    source = f"x = torch.randn({shape}, requires_grad=True)\nloss = F.cross_entropy(x, {y})\nloss.backward()\nloss = x.grad"
    constant = not run(source).loss.any()
    assert codes(source) == ({"BCE402"} if constant else set())
    assert constant == (float(run(source.partition("\nloss.backward")[0]).loss.detach()) == 0)


@pytest.mark.parametrize("dim", [-3, -2, -1, 0, 1, 2])
@pytest.mark.parametrize("shape", [(4, 1), (4, 3), (1, 3), (4,), (1,)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "softmin"])
def test_softmax_over_a_dimension(name: str, shape: Sizes, dim: int) -> None:
    source = f"x = torch.rand({shape})\nloss = F.{name}(x, dim={dim})\nprint(F.mse_loss(loss, x))"
    outcome = run(source)
    constant = not outcome.loss.any() if name == "log_softmax" else bool((outcome.loss == 1).all())
    assert outcome.raised is None or outcome.raised.startswith("IndexError: Dimension out of range")
    assert codes(source) == ({"BCE403"} if outcome.raised or constant else set())


@pytest.mark.parametrize("dim", [0, 1, -1])
def test_softmax_over_the_batch(dim: int) -> None:
    """Over dimension 0 the probabilities of a sample do not sum to 1."""
    source = f"p = torch.softmax(torch.randn(4, 3), dim={dim})\nloss = p.sum(1)\nprint(F.nll_loss(p.log(), torch.tensor([0, 1, 2, 0])))"
    summed = torch.allclose(run(source).loss, torch.ones(4))
    assert codes(source) == (set() if summed else {"BCE403"})
