"""The seed documents, sample by sample: what is said of each, with the rules that exist so far."""

from __future__ import annotations

import re

import pytest

from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import check_text
from bce_lint.rules.pages import sections
from bce_lint.rules.registry import BY_CODE, default_codes
from tests.seeds import MIXED, SAMPLES, TRAINED


def said(source: str) -> tuple[Diagnostic, ...]:
    return check_text(source.encode(), None, default_codes() | {"BCE123"}).diagnostics


def rows(source: str) -> list[tuple[str, str]]:
    """The text of each line that is reported, and the code."""
    return [(source.split("\n")[found.location.start.row - 1], found.code) for found in said(source)]


@pytest.mark.parametrize(("source", "expected"), SAMPLES)
def test_samples(source: str, expected: list[tuple[str, str]]) -> None:
    assert rows(source) == expected


@pytest.mark.parametrize("call", ["F.binary_cross_entropy(p, y)", "nn.BCELoss()(p, y)"])
def test_1a_quotes_the_error_of_autocast(call: str) -> None:
    source = f'{MIXED}def f(p, y):\n    with torch.autocast("cuda"):\n        return {call}'
    (found,) = said(source)
    assert found.code == "BCE102"
    assert "RuntimeError: torch.nn.functional.binary_cross_entropy and torch.nn.BCELoss are unsafe to autocast" in found.message


def test_1c_says_what_the_constructor_takes() -> None:
    (found,) = said(TRAINED + "output = model(input)\nloss = nn.BCEWithLogitsLoss(output, input)")
    assert "`weight, size_average, …`" in found.message


def test_1d_the_page_tells_how_it_fails_and_when_it_does_not() -> None:
    text = sections(BY_CODE["BCE201"])["Why is this bad?"]
    assert "RuntimeError: Boolean value of Tensor with more than one value is ambiguous" in text
    assert "target of one element" in text


@pytest.mark.torch
def test_0e_the_numbers_on_the_page_of_bce101() -> None:
    import torch
    from torch.nn import functional as F

    def value(loss: str, logit: float) -> tuple[str, str]:
        x = torch.tensor([logit], requires_grad=True)
        t = torch.zeros(1)
        out = F.binary_cross_entropy(torch.sigmoid(x), t) if loss == "plain" else F.binary_cross_entropy_with_logits(x, t)
        (gradient,) = torch.autograd.grad(out, x)
        return f"{out.item():.4f}", f"{gradient.item():.4f}"

    table = re.findall(r"^\| (\d+) \| (.+) \| (.+) \| (.+) \| (.+) \|$", sections(BY_CODE["BCE101"])["Numerics"], re.MULTILINE)
    assert len(table) == 4
    for logit, *numbers in table:
        assert tuple(numbers) == value("plain", float(logit)) + value("fused", float(logit))


@pytest.mark.torch
def test_the_values_of_the_first_document() -> None:
    import torch
    from torch import nn

    y_true, y_pred = torch.Tensor([1, 0, 1, 1]), torch.Tensor([0.9, 0.1, 0.8, 0.7])
    values = [nn.BCEWithLogitsLoss()(y_pred, y_true), nn.BCELoss()(y_pred, y_true), nn.BCELoss()(torch.sigmoid(y_pred), y_true)]
    assert [f"{value.item():.4f}" for value in values] == ["0.4650", "0.1976", "0.4650"]
