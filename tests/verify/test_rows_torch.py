"""Every rewrite has the verdict that the facts predict."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
import torch

from bce_lint.verify import Result, Verdict, verify_all, verify_rule
from bce_lint.verify.row import Row
from bce_lint.verify.rows import ROWS

pytestmark = pytest.mark.torch

FIXABLE = Path(__file__).parents[1] / "fixtures" / "fixes"
PRESERVING = {Verdict.EQUIVALENT, Verdict.NO_WORSE}
CLAIMS = {
    "BCE101": PRESERVING,
    "BCE102": {Verdict.ERROR},
    "BCE103": {Verdict.INTENDED},
    "BCE104": {Verdict.INTENDED},
    "BCE105": {Verdict.ERROR, Verdict.INTENDED},
    "BCE107": {Verdict.INTENDED},
    "BCE111": {Verdict.INTENDED},
    "BCE112": {Verdict.INTENDED},
    "BCE113": PRESERVING,
    "BCE121": {Verdict.INTENDED},
    "BCE122": {Verdict.INTENDED},
    "BCE123": PRESERVING,
    "BCE131": {Verdict.INTENDED},
    "BCE132": {Verdict.INTENDED},
    "BCE133": {Verdict.INTENDED},
    "BCE201": {Verdict.ERROR},
    "BCE202": {Verdict.ERROR, Verdict.INTENDED},
    "BCE203": {Verdict.EQUIVALENT},
    "BCE204": {Verdict.INTENDED},
    "BCE205": {Verdict.EQUIVALENT, Verdict.ERROR},
    "BCE301": {Verdict.ERROR},
    "BCE302": {Verdict.ERROR},
    "BCE303": {Verdict.ERROR},
    "BCE304": {Verdict.ERROR},
    "BCE401": {Verdict.ERROR, Verdict.INTENDED},
    "BCE501": PRESERVING | {Verdict.INTENDED},
    "BCE502": PRESERVING | {Verdict.INTENDED},
    "BCE503": PRESERVING | {Verdict.INTENDED},
    "BCE601": {Verdict.INTENDED},
}

BAN = """\
RuntimeError: torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast.
Many models use a sigmoid layer right before the binary cross entropy layer.
In this case, combine the two layers using torch.nn.functional.binary_cross_entropy_with_logits
or torch.nn.BCEWithLogitsLoss.  binary_cross_entropy_with_logits and BCEWithLogits are
safe to autocast."""
ERRORS = {
    "BCE102": [BAN],
    "BCE105": ["RuntimeError: all elements of input should be between 0 and 1"],
    "BCE201": [
        "RuntimeError: Boolean value of Tensor with more than one value is ambiguous",
        "AttributeError: 'BCEWithLogitsLoss' object has no attribute 'backward'",
        "RuntimeError: Boolean value of Tensor with more than one value is ambiguous",
        "TypeError: Sigmoid.__init__() takes 1 positional argument but 2 were given",
    ],
    "BCE202": ["NotImplementedError: \"log_softmax_lastdim_kernel_impl\" not implemented for 'Long'"],
    "BCE205": ["TypeError: softmax() missing 1 required positional arguments: \"dim\""],
    "BCE301": [
        "RuntimeError: result type Float can't be cast to the desired output type Long",
        "RuntimeError: Subtraction, the `-` operator, with two bool tensors is not supported."
        " Use the `^` or `logical_xor()` operator instead.",
        "RuntimeError: Found dtype Long but expected Float",
        "RuntimeError: Found dtype Double but expected Float",
        "RuntimeError: Found dtype Float but expected Double",
    ],
    "BCE302": [
        "RuntimeError: expected target dtype to be Long or Byte, but got Int",
        "RuntimeError: expected target dtype to be Long or Byte, but got Float",
    ],
    "BCE303": ["RuntimeError: Expected floating point type for target with class probabilities, got Long"],
    "BCE304": [
        "RuntimeError: expected scalar type Float but found Long",
        "RuntimeError: expected scalar type Float but found Double",
        "RuntimeError: expected scalar type Float but found Long",
    ],
    "BCE401": [
        "ValueError: Target size (torch.Size([12])) must be the same as input size (torch.Size([12, 1]))",
        "ValueError: Using a target size (torch.Size([12])) that is different to the input size (torch.Size([12, 1])) is deprecated."
        " Please ensure they have the same size.",
        "RuntimeError: 0D or 1D target tensor expected, multi-target not supported",
        "ValueError: Target size (torch.Size([12, 3])) must be the same as input size (torch.Size([12, 1, 3]))",
        "RuntimeError: Expected target size [12, 3], got [12, 1, 3]",
    ],
}
PARTS = {
    ("BCE101", "BCELoss(sigmoid(x)) → BCEWithLogitsLoss(x)", "float64"): 26.2109375,
    ("BCE101", "BCELoss(sigmoid(x)) → BCEWithLogitsLoss(x)", "float32"): 12.4296875,
    ("BCE101", "BCELoss(sigmoid(x)) → BCEWithLogitsLoss(x)", "float16"): 6.3671875,
    ("BCE101", "BCELoss(sigmoid(x)) → BCEWithLogitsLoss(x)", "bfloat16"): 5.125,
    ("BCE113", "CrossEntropyLoss(log_softmax(x)) → …(x)", "float32"): None,
    ("BCE123", "NLLLoss(log_softmax(x)) → CrossEntropyLoss(x)", "float16"): None,
    ("BCE502", "log(sigmoid(x)) → logsigmoid(x)", "float64"): None,
    ("BCE502", "log(sigmoid(x)) → logsigmoid(x)", "float32"): -88.7265625,
    ("BCE502", "log(1 - sigmoid(x)) → logsigmoid(-x)", "float32"): 12.4296875,
    ("BCE503", "-(t·log p + (1-t)·log(1-p)) → BCELoss(p)", "float64"): -27.6328125,
}


def _id(row: Row) -> str:
    return f"{row.code}, {row.title}, {row.dtype}"


@pytest.fixture(scope="module")
def results() -> dict[tuple[str, str, str], Result]:
    """All results on the CPU."""
    return {(one.code, one.title, one.dtype): one for one in verify_all()}


@pytest.mark.parametrize("row", ROWS, ids=_id)
def test_a_claim_holds(row: Row, results: dict[tuple[str, str, str], Result]) -> None:
    one = results[row.code, row.title, row.dtype]
    assert (one.verdict, one.holds) == (row.claim, True), one.reason


@pytest.mark.parametrize("seed", [1, 2])
def test_the_claims_are_not_about_one_seed(seed: int) -> None:
    assert [one for one in verify_all(seed=seed) if not one.holds] == []


def test_the_claims_are_those_that_the_facts_predict() -> None:
    claims = defaultdict(set)
    for row in ROWS:
        claims[row.code].add(row.claim)
    assert claims == CLAIMS


def test_every_rule_with_a_fix_has_a_row() -> None:
    assert {row.code for row in ROWS} == {path.name for path in FIXABLE.iterdir() if path.name != "projects"}


def test_no_two_rows_are_called_the_same() -> None:
    assert len({(row.code, row.title, row.dtype) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("code", ERRORS)
def test_the_exception_of_the_original_is_quoted(code: str, results: dict[tuple[str, str, str], Result]) -> None:
    assert [one.reason for one in results.values() if one.code == code and one.claim is Verdict.ERROR] == ERRORS[code]


def test_every_exception_has_been_looked_at() -> None:
    assert set(ERRORS) == {row.code for row in ROWS if row.claim is Verdict.ERROR}


@pytest.mark.parametrize("key", PARTS, ids=lambda key: f"{key[0]}-{key[2]}")
def test_losses_part_where_the_facts_say(key: tuple[str, str, str], results: dict[tuple[str, str, str], Result]) -> None:
    assert results[key].parts_at == PARTS[key]


def test_losses_of_log_probabilities_are_equal_bit_by_bit(results: dict[tuple[str, str, str], Result]) -> None:
    found = [one for one in results.values() if one.code == "BCE123"]
    assert {(one.max_value_difference, one.max_gradient_difference) for one in found} == {(0.0, 0.0)}
    assert len(found) == 4


def test_a_wrong_value_is_shown_beside_the_right_one(results: dict[tuple[str, str, str], Result]) -> None:
    found = [one.reason for one in results.values() if one.code == "BCE401" and one.claim is Verdict.INTENDED]
    assert found == ["batch: 41.0892 before, 2.3938 after", "batch: 69.8227 before, 67.7620 after"]


def test_the_same_seed_gives_the_same_results() -> None:
    first, second = verify_rule("BCE103", seed=7), verify_rule("sigmoid-before-bce-with-logits", seed=7)
    assert first == second
    assert {(one.seed, one.device, one.torch) for one in first} == {(7, "cpu", torch.__version__)}
    assert first[0].max_value_difference != verify_rule("BCE103", seed=8)[0].max_value_difference


@pytest.mark.parametrize("code", ["BCE403", "BCE106", "BCE999"])
def test_a_rule_without_a_rewrite_is_an_error(code: str) -> None:
    with pytest.raises(ValueError, match=r"no rewrite|no rule"):
        verify_rule(code)


def test_an_autocast_row_says_that_it_was_simulated() -> None:
    (one,) = verify_rule("BCE102")
    assert (one.device, one.verdict) == ("cpu, simulated CUDA autocast", Verdict.ERROR)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_the_claims_hold_on_a_gpu() -> None:
    found = verify_all("cuda")
    assert [one for one in found if not one.holds] == []
    assert {one.device for one in found} == {"cuda", "cpu"}
