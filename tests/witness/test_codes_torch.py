"""Every code that the witness reports, with a right program beside each."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch

from bce_lint import witness
from bce_lint.rules.pages import example
from bce_lint.rules.registry import RULES
from bce_lint.rules.rule import Rule
from bce_lint.verify import devices
from tests.witness.cases import CASES, HEAD, Case
from tests.witness.programs import run

pytestmark = pytest.mark.torch

WITH_CASES = {code for case in CASES.values() for code in case.codes} | {"BCE102"}
BY_PAGE = [rule for rule in RULES if rule.witness or (rule.places and rule.code not in WITH_CASES)]
"""Rules whose pages' examples are run: those of values, and any that has no case of its own."""


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_wrong_is_reported(case: Case, tmp_path: Path) -> None:
    assert sorted(run(HEAD + case.wrong + "\n", tmp_path).codes) == sorted(case.codes)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_looks_alike_is_not(case: Case, tmp_path: Path) -> None:
    done = run(HEAD + case.right + "\n", tmp_path)
    assert (done.codes, done.error) == ([], None)


def test_a_comment_silences_a_finding_and_calls_nothing_right(tmp_path: Path) -> None:
    done = run(f"{HEAD}F.cross_entropy(three(x).softmax(1), k)  # noqa: BCE111\n", tmp_path)
    assert (done.codes, [one.right for one in done.report.losses]) == ([], [False])


@pytest.mark.parametrize("rule", BY_PAGE, ids=lambda rule: rule.code)
def test_every_other_code_is_reported_of_the_example_on_its_page(rule: Rule, tmp_path: Path) -> None:
    assert rule.code in run(example(rule, "Example"), tmp_path).codes
    assert run(example(rule, "Use instead"), tmp_path).codes == []


def test_a_probability_loss_under_autocast() -> None:
    assert devices.why_no_autocast(torch.device("cpu")) == ""
    x, y = torch.zeros(3, requires_grad=True), torch.ones(3)
    with witness.watch() as report, devices.cuda_autocast(torch.device("cpu")), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.nn.functional.binary_cross_entropy_with_logits(x, y)
        with torch.autocast("cuda", enabled=False):
            torch.nn.functional.binary_cross_entropy(torch.rand(3), y)
        with pytest.raises(RuntimeError, match="unsafe to autocast"):
            torch.nn.functional.binary_cross_entropy(torch.rand(3), y)
    assert [one.code for one in report.findings] == ["BCE102"]


def test_autocast_on_the_cpu_does_not_ban() -> None:
    with witness.watch() as report, torch.autocast("cpu", dtype=torch.bfloat16):
        p = torch.sigmoid(torch.nn.Linear(4, 1)(torch.randn(3, 4)))
        assert p.dtype is torch.bfloat16
        torch.nn.functional.binary_cross_entropy(p, torch.ones(3, 1))
    assert [one.code for one in report.findings] == ["BCE101"]
