"""How a file spells torch's names, and what of a tree is read, written, local or in the way: each on some lines of source."""

from __future__ import annotations

import pytest

from bce_lint import ir
from bce_lint.fixes.edit import Refusal, changed
from bce_lint.fixes.spelling import reached, renamed
from bce_lint.fixes.tree import comments, fitting, is_own, is_store, scope_of, stands_open
from bce_lint.ir import Span
from bce_lint.source.text import decode
from tests.fixes.test_pieces import call_in, tree_of


def spelled(text: str, name: str) -> tuple[str, str]:
    """How a file spells a name, and the file with the import that this needs."""
    tree = tree_of(text)
    found, edits = reached(tree, name)
    return found, changed(decode(text.encode(), "a.py"), edits)


BCE, SIGMOID = "torch.nn.BCEWithLogitsLoss", "torch.nn.functional.logsigmoid"


@pytest.mark.parametrize(
    ("head", "name", "found", "after"),
    [
        ("import torch\n", BCE, BCE, ""), ("import torch.nn\n", BCE, BCE, ""), ("import torch as t\n", BCE, "t.nn.BCEWithLogitsLoss", ""),
        ("import torch.nn as n\n", BCE, "n.BCEWithLogitsLoss", ""), ("from torch import nn\n", BCE, "nn.BCEWithLogitsLoss", ""),
        ("from torch import nn\n", SIGMOID, "nn.functional.logsigmoid", ""),
        ("import torch\nimport torch.nn.functional as F\n", SIGMOID, "F.logsigmoid", ""),
        ("from torch.nn import functional as G\n", SIGMOID, "G.logsigmoid", ""),
        ("from torch.nn import BCEWithLogitsLoss as L\n", BCE, "L", ""),
        ("from torch.nn import BCELoss\n", BCE, "nn.BCEWithLogitsLoss", "from torch import nn\n"),
        ("from torch.nn import BCELoss\n", SIGMOID, "F.logsigmoid", "import torch.nn.functional as F\n"),
        ("from torch.nn import BCELoss", "torch.rand", "torch.rand", "\nimport torch\n"),
        ("", BCE, "nn.BCEWithLogitsLoss", "from torch import nn\n"),
        ('"""Words."""\n', BCE, "nn.BCEWithLogitsLoss", "from torch import nn\n"),
        ("from __future__ import annotations\n", BCE, "nn.BCEWithLogitsLoss", "from torch import nn\n"),
        ("from . import nn as other\n", BCE, "nn.BCEWithLogitsLoss", None), ("import os\n", BCE, "nn.BCEWithLogitsLoss", None),
    ],
)  # fmt: skip
def test_how_a_name_of_torch_is_reached(head: str, name: str, found: str, after: str | None) -> None:
    expected = f"from torch import nn\n{head}" if after is None else f"{head}{after}"
    assert spelled(head, name) == (found, expected)


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("nn = 1\n", BCE, "the name `nn` is taken in a.py"), ("def nn(): pass\n", BCE, "the name `nn` is taken"),
        ("class nn: pass\n", BCE, "the name `nn` is taken"), ("def f(nn): pass\n", BCE, "the name `nn` is taken"),
        ("import numpy as nn\n", BCE, "the name `nn` is taken"), ("from a import F\n", SIGMOID, "the name `F` is taken"),
        ("print(nn)\n", BCE, "the name `nn` is taken"), ("from torch import nn\nnn = 2\n", BCE, "the name `nn` is taken"),
        ("from torch import nn\ndef f():\n    nn = 2\n", BCE, "the name `nn` is taken"),
    ],
)  # fmt: skip
def test_names_that_are_taken(text: str, name: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        reached(tree_of(text), name)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("nn.BCELoss(x)", "nn.New(x)"), ("torch.nn.BCELoss(x)", "torch.nn.New(x)"), ("t.BCELoss_(x)", "t.New(x)"),
        ("BCELoss(x)\nfrom torch.nn import BCELoss\n", "New(x)\nfrom torch.nn import New\n"),
        ("BCELoss(x)\nBCELoss(y)\nfrom torch.nn import BCELoss\n", "New(x)\nBCELoss(y)\nfrom torch.nn import BCELoss, New\n"),
        ("L(x)\nfrom torch.nn import BCELoss as L\n", "L(x)\nfrom torch.nn import New as L\n"),
        ("BCELoss(x)\nfrom torch.nn import BCELoss, New\n", "New(x)\nfrom torch.nn import BCELoss, New\n"),
        ("BCELoss(x)\nfrom torch.nn import BCELoss, New as N\n", "N(x)\nfrom torch.nn import BCELoss, New as N\n"),
        ("BCELoss(x)\nfrom torch.nn import *\n", "New(x)\nfrom torch.nn import *\n"),
        ("BCELoss(x)\nfrom torch.nn import BCELoss\n__all__ = ['BCELoss']\n",
         "New(x)\nfrom torch.nn import BCELoss, New\n__all__ = ['BCELoss']\n"),
    ],
)  # fmt: skip
def test_another_name_of_the_same_module(before: str, after: str) -> None:
    tree = tree_of(before)
    edits = renamed(tree, call_in(tree).func, "BCELoss", "New")
    assert changed(decode(before.encode(), "a.py"), edits) == after


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nn.Other(x)", "`nn.Other` does not spell `BCELoss` out"), ("a[0](x)", "`a\\[0\\]` does not spell `BCELoss` out"),
        ("BCELoss(x)", "`BCELoss` is not imported from torch under its name"),
        ("other(x)\nfrom torch.nn import *\n", "`other` is not imported"),
        ("BCELoss(x)\nfrom numpy import *\n", "`BCELoss` is not imported"),
        ("L(x)\nfrom torch.nn import Other as L\n", "`L` is not imported"),
        ("BCELoss(x)\nfrom torch.nn import BCELoss\nNew = 1\n", "the name `New` is taken in a.py"),
    ],
)  # fmt: skip
def test_a_callee_that_is_spelled_otherwise(text: str, message: str) -> None:
    tree = tree_of(text)
    with pytest.raises(Refusal, match=message):
        renamed(tree, call_in(tree).func, "BCELoss", "New")


@pytest.mark.parametrize(
    ("text", "stores"),
    [
        ("v = 1", [True]), ("w = v", [False]), ("a, v = 1", [True]), ("a, (b, *v) = 1", [True]), ("a = (v, 1)", [False]), ("v += 1", None),
        ("for v in x: pass", [True]), ("for a, v in x: pass", [True]), ("for a in v: pass", [False]), ("with f() as v: pass", [True]),
        ("with v as f: pass", [False]), ("[1 for v in x]", [True]), ("[1 for a in v]", [False]), ("[v for a in x]", [False]),
        ("del v", [True]),
        ("v.a = 1", [False]), ("v[0] = 1", [False]), ("f(v)", [False]), ("a = v = 1", [True]),
    ],
)  # fmt: skip
def test_what_is_written_to(text: str, stores: list[bool] | None) -> None:
    tree = tree_of(text)
    if stores is not None:
        assert [is_store(tree, name) for name in tree.names("v")] == stores


def test_the_function_that_a_name_is_local_to() -> None:
    tree = tree_of("v = 1\ndef f(a):\n    b = v\n    def g(c):\n        return a, b, c, v\n    return g\n")
    function = {one.name: one for one in tree.of(ir.Function)}
    returned = next(one for one in tree.of(ir.Build))
    assert [scope_of(tree, item, item.id) for item in returned.items] == [function["f"], function["f"], function["g"], None]
    assert scope_of(tree, function["g"], "c") is function["g"] and scope_of(tree, function["f"], "c") is None
    assert [len(tree.local("v", None)), len(tree.local("b", function["f"])), len(tree.local("b", None))] == [3, 2, 0]
    assert [len(tree.inside_of("v", None)), len(tree.inside_of("v", function["f"])), len(tree.inside_of("v", function["g"]))] == [1, 1, 1]


def test_a_name_that_others_may_take() -> None:
    tree = tree_of("a = 1\nb = 'a'\nc = \"bb\"\n")
    assert [tree.shares(name) for name in ("a", "b", "c")] == [True, False, False]


@pytest.mark.parametrize(("text", "own"), [("self.x", True), ("other.x", False), ("self.x.y", False), ("f().x", False)])
def test_an_attribute_of_self(text: str, own: bool) -> None:
    (statement,) = tree_of(text).module.body
    assert isinstance(statement, ir.ExprStmt) and isinstance(statement.value, ir.Attr)
    assert is_own(statement.value) is own


@pytest.mark.parametrize(
    ("text", "opened", "put"),
    [
        ("x = v", True, "a + b"), ("f(v)", True, "a + b"), ("[v]", True, "a + b"), ("v(x)", False, "(a + b)"), ("-v", False, "(a + b)"),
        ("v.x", False, "(a + b)"), ("1 * v", False, "(a + b)"), ("v", True, "a + b"), ("x += v", True, "a + b"),
    ],
)  # fmt: skip
def test_what_is_put_in_a_place(text: str, opened: bool, put: str) -> None:
    tree = tree_of(text)
    (place,) = tree.names("v")
    (value,) = tree_of("a + b").of(ir.Op)
    assert stands_open(tree, place) is opened
    assert fitting(tree, place, value, "a + b") == put
    assert fitting(tree, place, value, "(a + b)") == "(a + b)"
    name = tree_of("a").names("a")[0]
    assert fitting(tree, place, name, "a") == "a"
    assert fitting(tree, place, name, "await a") == ("await a" if opened else "(await a)")


@pytest.mark.parametrize(("code", "left"), [("a", ""), ("a  # b", "  # b"), ("a\nb", "\n"), (" # a\r\n  # b\n", " # a\r\n  # b\n")])
def test_what_is_left_of_code_without_code(code: str, left: str) -> None:
    assert comments(code) == left


def test_calls_by_place() -> None:
    tree = tree_of("f(x)")
    assert tree.call(Span(0, 4)) is call_in(tree) and tree.source(Span(2, 3)) == "x"
    with pytest.raises(Refusal, match="the call is not written out"):
        tree.call(Span(0, 1))
