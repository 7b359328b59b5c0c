"""Sinks: what counts as one, and that a run comes to each."""

from __future__ import annotations

import pytest

from bce_lint.analysis.project import sinks
from bce_lint.analysis.project.project import Project
from bce_lint.diagnostic import Sinks
from bce_lint.syntax.parse import lower
from tests.analysis.programs import FromTexts, path_of

pytestmark = pytest.mark.any_python


def named(text: str, functions: bool = True) -> list[str]:
    """The sinks of some code, as they are written, in order."""
    held = sinks.holding(text.encode())
    found = sinks.sinks_in(lower(text).body, held, sinks.offsets(text, held), functions)
    return [text[one.span.start : one.span.end] for one in sorted(found, key=lambda one: one.span)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("F.cross_entropy(x, y)", ["F.cross_entropy(x, y)"]),
        ("c = nn.BCELoss()\nc(x, y)", ["nn.BCELoss()", "c(x, y)"]),
        ("self.c = nn.BCELoss()\nself.c(x, y)", ["nn.BCELoss()", "self.c(x, y)"]),
        ("c: nn.Module = nn.BCELoss()\nc(x, y)", ["nn.BCELoss()", "c(x, y)"]),
        ("c(x, y)", []),
        ("F.softmax(x)", ["F.softmax(x)"]),
        ("F.softmax(x, dim=0)", ["F.softmax(x, dim=0)"]),
        ("F.softmax(x, dim=d)", ["F.softmax(x, dim=d)"]),
        ("F.softmax(x, dim=-1)", []),
        ("F.softmax(x, 1)", []),
        ("torch.log(x)", ["torch.log(x)"]),
        ("x.log()", ["x.log()"]),
        ("log(x)", ["log(x)"]),
        ("self.log('loss', x)", []),
        ("math.log(2)", []),
        ("x > 0.5", ["x > 0.5"]),
        ("0.5 <= x", ["0.5 <= x"]),
        ("x > 1", []),
        ("x == 0.5", []),
        ("if False:\n    F.nll_loss(x, y)\nelse:\n    F.mse_loss(x, y)", ["F.mse_loss(x, y)"]),
        ("if 1:\n    F.nll_loss(x, y)\nelse:\n    F.mse_loss(x, y)", ["F.nll_loss(x, y)"]),
        ("while 0:\n    F.nll_loss(x, y)", []),
        ("if c:\n    F.nll_loss(x, y)", ["F.nll_loss(x, y)"]),
        ("f = lambda x, y: F.nll_loss(x, y)", ["F.nll_loss(x, y)"]),
    ],
)
def test_what_is_a_sink(text: str, expected: list[str]) -> None:
    assert named(text) == expected
    assert sinks.may_have(text.encode(), sinks.holding(text.encode())) or not expected


def test_the_code_around_functions_has_none_of_theirs() -> None:
    text = "F.nll_loss(x, y)\ndef f(): F.mse_loss(x, y)\nclass A:\n    def f(self): F.l1_loss(x, y)\n"
    assert named(text, functions=False) == ["F.nll_loss(x, y)"]
    assert len(named(text)) == 3


def ran(text: str) -> Project:
    text = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n" + text
    project = FromTexts("/project", (), {path_of("main.py"): text.encode()})
    project.run({path_of("main.py")})
    return project


def left(text: str) -> tuple[Sinks, list[str]]:
    """How many sinks of a program were visited, and the others as they are written."""
    count, places = ran(text).visited({path_of("main.py")})
    return count, [place.text for place in places]


@pytest.mark.parametrize(
    "text",
    [
        "def f(x, y, kind='a'):\n    if kind == 'b':\n        return F.nll_loss(x, y)\nf(1, 2)",
        "def f(x, y, *, deep=False):\n    a = deep\n    if a:\n        return F.nll_loss(x, y)",
        "class A:\n    def __init__(self, kind='a'):\n        self.kind = kind\n    def f(self, x, y):\n"
        "        if self.kind == 'b':\n            return F.nll_loss(x, y)",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    kind: str = 'a'\n    def f(self, x, y):\n"
        "        if self.kind == 'b':\n            return F.nll_loss(x, y)",
        "class A:\n    def __init__(self, n=2):\n        self.layers = [nn.Linear(2, 2) for _ in range(n)]\n    def f(self, x, y):\n"
        "        return F.nll_loss(x, y) if len(self.layers) == 3 else x",
        "class A:\n    def g(self, x, y, last=False):\n        return x if not last else F.nll_loss(x, y)\n"
        "    def f(self, x, y):\n        return self.g(x, y)",
    ],
)
def test_what_a_default_switches_off_is_visited(text: str) -> None:
    count, others = left(text)
    assert (count, others) == (Sinks(1, 1), [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KIND = 'a'\ndef f(x, y):\n    if KIND == 'b':\n        return F.nll_loss(x, y)", ["F.nll_loss(x, y)"]),
        ("def f(x, y):\n    for one in []:\n        F.nll_loss(one, y)", ["F.nll_loss(one, y)"]),
        ("def f(x, y):\n    raise ValueError\n    return F.nll_loss(x, y)", ["F.nll_loss(x, y)"]),
    ],
)
def test_what_no_caller_can_choose_is_left(text: str, expected: list[str]) -> None:
    count, others = left(text)
    assert (count, others) == (Sinks(0, 1), expected)


def test_what_a_private_function_is_given_is_seen() -> None:
    text = "def _f(x, y, kind='a'):\n    a = kind\n    if a == 'b':\n        return F.nll_loss(x, y)\ndef g(x, y):\n    return _f(x, y)\n"
    assert left(text)[0] == Sinks(0, 1)
    assert left(text.replace("_f(", "f("))[0] == Sinks(1, 1)
    options = (
        "class A:\n    def __init__(self, kind='a'):\n        self.kind = kind\n    def _f(self, x, y):\n"
        "        if self.kind == 'b':\n            return F.nll_loss(x, y)\n    def g(self, x, y):\n        return self._f(x, y)\n"
    )
    assert left(options)[0] == Sinks(1, 1)
