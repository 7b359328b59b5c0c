"""No regular expression of the package has many ways to match one text, but for those of which it is said here why they do not try them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import bce_lint
from bce_lint import lint_source
from tests.hostile.ambiguity import ambiguity

HEAD = "import torch\nimport torch.nn as nn\n\n"
MODEL = """\
class A(nn.Module):
    def forward(self, x, y):
        return self.loss(self.act(x), y)

    def __init__(self, some):
        super().__init__()
        self.loss = nn.BCEWithLogitsLoss()
"""
ALLOWED: Mapping[str, str] = {
    "analysis.project.code._SEVERAL": "what follows the blanks is none, as a look-ahead says",
    "analysis.project.definitions._BINDING": "that the line ends is seen before anything of it is read",
    "analysis.project.definitions._STATEMENT": "what is ambiguous is its end, and ends with the line that is no part of it",
    "analysis.project.definitions._STORE": "what is ambiguous is its end, and ends with the line that is no part of it",
    "analysis.project.definitions._TARGETS": "what follows the blanks behind a sign is none, as a look-ahead says",
    "analysis.project.index._BOUND": "what follows the blanks is none, as a look-ahead says",
    "analysis.project.index._IMPORT": "what follows the blanks is none, as look-aheads say",
    "syntax.magics._MAGIC": "a line end in it follows a backslash, as a look-behind says",
    "syntax.native.strings._TEXT": "a backslash that is alone stands before a brace, as a look-ahead says",
    "syntax.prescan._CODE": "a word in it is a whole one, as a look-ahead says, and a mark always follows",
}
"""Expressions that are called ambiguous because what looks around is not read."""


def _expressions() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """All that stand in the modules of the package, alone or in a table."""
    root = Path(bce_lint.__file__).parent
    for path in sorted(root.rglob("*.py")):
        if "re.compile(" in path.read_text(encoding="utf-8"):
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            for key, value in vars(importlib.import_module(f"bce_lint.{name}")).items():
                for found in value.values() if isinstance(value, dict) else (value,):
                    if isinstance(found, re.Pattern):
                        yield f"{name}.{key}", found


def test_no_expression_of_the_package_is_ambiguous() -> None:
    found = list(_expressions())
    assert len(found) > 60
    assert {name for name, one in found if ambiguity(one) != "none"} == set(ALLOWED)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (r"(a+)+b", "many"), (r"(a*)*b", "many"), (r"(a?b?)*c", "many"), (r"(a|aa)+b", "many"), (r"(x+x+)+y", "many"),
        (r"(a{2,4})*b", "many"), (r"(?:a|b|ab)*c", "many"), (r"(a+)*", "none"), (r"a*a*b", "several"),
        (r".*x.*y", "several"), (r"\d+\.?\d*e", "several"), (r"(?i)a*A*b", "several"), (r"[^,]*\w*;", "several"), (r"a*ba*c", "none"),
        (r"\s*x\s*y", "none"), (r"(a|b)*c", "none"), (r"(?:[A-Z]+[0-9]+)+", "none"), (r"[^\n]*\n|[^\n]+", "none"), (r"(?:ab?)*c", "none"),
        (r"\w*[^\w]*,", "none"), (r"(a{3}b)*c", "none"),
    ],
)  # fmt: skip
def test_what_is_ambiguous_is_called_so(expression: str, expected: str) -> None:
    assert ambiguity(re.compile(expression)) == expected


@pytest.mark.parametrize("before", ["", "if some: ", "for one in some: "])
@pytest.mark.parametrize("end", ["\n", "", "\n        "])
def test_the_last_line_counts_whatever_ends_it(before: str, end: str) -> None:
    model = MODEL.replace("def __init__(self, some):", "def __init__(self, some=range(3)):")
    whole, cut = (lint_source(f"{HEAD}{model}        {before}self.act = torch.sigmoid{one}") for one in ("\n", end))
    assert [(one.code, one.location.start) for one in cut] == [(one.code, one.location.start) for one in whole]
    assert whole or before.startswith("for")


@pytest.mark.parametrize("last", ["x = g(self)", "self.a = 1", "self.b = [g(self)]"])
def test_a_last_line_of_blanks_is_passed_over_once(last: str) -> None:
    found = lint_source(f"{HEAD}{MODEL}        self.act = torch.sigmoid\n        {last}\n" + " " * 200_000)
    assert [one.code for one in found] == ["BCE103"]
