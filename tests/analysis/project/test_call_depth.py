"""Calls that stand deep in each other: what needs no more of them than are followed is found, and what is cut is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bce_lint.analysis.state.frames import MAX_DEPTH
from bce_lint.engine import check
from bce_lint.rules.selection import choose

HEAD = "import torch\nfrom torch import nn\n\n\n"


def told(folder: Path, functions: int, loss: str, use: str) -> tuple[list[str], int]:
    """The codes found in a chain of calls, and how many functions were not analysed completely."""
    links = "".join(f"def f{i}(x, y):\n    return f{i + 1}(x, y)\n\n\n" for i in range(functions))
    path = folder / "chain.py"
    path.write_text(
        f"{HEAD}{links}def f{functions}(x, y):\n    return nn.BCEWithLogitsLoss()({loss}, y)\n\n\ndef use(x, y):\n    return {use}\n"
    )
    result = check([path], choose(None, [], []), fixes=False)
    return [one.code for one in result.diagnostics], len(result.unanalysed)


@pytest.mark.parametrize("functions", [30, 100, 1000])
def test_what_needs_no_chain_is_found_at_its_end(tmp_path: Path, functions: int) -> None:
    codes, left = told(tmp_path, functions, "torch.sigmoid(x)", "f0(x, y)")
    assert codes == ["BCE103"]
    assert left == functions // MAX_DEPTH


def test_what_comes_from_too_far_above_is_not_known(tmp_path: Path) -> None:
    assert told(tmp_path, 30, "x", "f0(torch.sigmoid(x), y)") == (["BCE103"], 0)
    assert told(tmp_path, 100, "x", "f0(torch.sigmoid(x), y)") == ([], 2)


def test_a_decorator_and_the_methods_that_assign_are_told(tmp_path: Path) -> None:
    many = "    a = 1\n" * 900
    path = tmp_path / "cut.py"
    path.write_text(
        f"{HEAD}def wrapped(function):\n{many}    return function\n\n\n@wrapped\ndef step(x, y):\n"
        "    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n\n\nclass Trainer:\n    def __init__(self):\n        self.a = 0\n\n"
        f"    def prepare(self):\n        self.a = 1\n{many.replace('    a', '        a')}\n"
        "    def step(self, x, y):\n        return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n"
    )
    result = check([path], choose(None, [], []), fixes=False)
    assert [one.code for one in result.diagnostics] == ["BCE103", "BCE103"]
    assert [(one.name, one.reason.partition(" for ")[0]) for one in result.unanalysed] == [
        ("step", "the budget of a decorator ran out"),
        ("Trainer.prepare", "the budget"),
    ]
