"""The tree of a function is written however deep its expressions nest."""

from __future__ import annotations

from itertools import pairwise

from bce_lint.ir.tree import functions, tree
from bce_lint.syntax.parse import lower


def test_a_tree_is_as_deep_as_the_code() -> None:
    module = lower("def step(x):\n    return " + "lambda: " * 300 + "x\n")
    lines = tree(functions(module)["step"], lambda offset: (1, offset)).splitlines()
    depths = [len(line) - len(line.lstrip()) for line in lines]
    assert lines[0].startswith("Function")
    assert max(depths) > 600
    assert all(after <= before + 2 for before, after in pairwise(depths))
