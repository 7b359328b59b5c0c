"""Long texts of each kind: the loss at their end is found, an excerpt is short, and what is not Python is told.

How the seconds grow with the length is what `python -m benchmarks.long_texts` prints.
"""

from __future__ import annotations

import pytest

from bce_lint import lint_source
from bce_lint.findings import MAX_MESSAGE
from benchmarks.long_texts import HEAD, READ, REFUSED, row, text
from tests.hostile.measure import measure
from tests.hostile.programs import Program


@pytest.mark.parametrize("name", READ)
def test_the_loss_behind_a_long_text_is_found(name: str) -> None:
    found = measure(Program({"a.py": text(name, 2_000)}))
    assert "BCE103" in {code for _, _, code in found.found}
    assert not found.failures


@pytest.mark.parametrize("name", REFUSED)
def test_a_long_text_that_is_not_python_is_told(name: str) -> None:
    assert lint_source(text(name, 2_000))


def test_the_ratio_is_shown() -> None:
    assert row("blank lines", 0.5, 4.0) == "blank lines                    0.500 s   4.000 s    8.0 x"


def test_an_excerpt_of_a_long_line_is_short() -> None:
    line = 'def step(x, y): z = "' + "a" * 300_000 + '"; return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n'
    (found,) = [one for one in lint_source(HEAD + line) if one.code == "BCE103"]
    assert len(found.message) < 400


@pytest.mark.parametrize("option", ["reduction", "size_average"])
def test_a_message_that_quotes_a_long_value_is_short(option: str) -> None:
    found = lint_source(f"{HEAD}nn.BCELoss({option}='{'a' * 300_000}')(torch.rand(3), torch.ones(3))\n")
    assert found
    assert all(len(one.message) <= MAX_MESSAGE for one in found)
