"""Fixes free budget, so that a run comes further: what it finds there is not brought by them, and is fixed in the next round."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from bce_lint.analysis.interpreter import entry_points
from bce_lint.fixes import apply
from tests.hostile import measure
from tests.hostile.functions import TABLE
from tests.hostile.measure import measure_fix
from tests.hostile.programs import BUG, HEAD, MARK, Program

pytestmark = pytest.mark.any_python

BUDGET = 1_500
"""The evaluations of a run here, and what its first loss adds."""


def _in_line(n: int) -> Program:
    lines = "    x = torch.relu(x)\n    nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n" * n
    return Program({"a.py": f"{HEAD}\n\ndef step(x, y):\n{lines}\n\ndef last(x, y):\n    return {BUG}{MARK}\n"})


def _in_other_file(n: int) -> Program:
    loss = f"{HEAD}\n\ndef f(p, y):\n    return nn.BCEWithLogitsLoss()(p, y)\n"
    lines = "    f(torch.sigmoid(x), y)\n" * n
    return Program({"a.py": loss, "b.py": f"{HEAD}from a import f\n\n\ndef step(x, y):\n{lines}"})


@pytest.mark.parametrize("make", [TABLE["calls of a loss"].make, _in_line, _in_other_file])
def test_what_is_seen_further_down_holds_no_fix_back(make) -> None:  # type: ignore[no-untyped-def]
    program = make(400)
    with (
        patch.object(measure, "MOST_STEPS", 25_000_000),
        patch.multiple(entry_points, ENTRY_FUEL=BUDGET, SITE_BONUS=BUDGET),
        patch.object(apply, "_tried", wraps=apply._tried) as tried,
        patch.object(apply, "_changed", wraps=apply._changed) as changed,
    ):
        left, fixed = measure_fix(program, unsafe=True)
    assert fixed["BCE103"] > 100
    assert not any(code == "BCE103" for _, _, code in left.found)
    assert tried.call_count <= apply.MAX_ROUNDS
    assert changed.call_count == tried.call_count
