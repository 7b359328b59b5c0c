"""What is read keeps its binding: names by scope, attributes by class, elements by place, in the file and in those that use it."""

from __future__ import annotations

import pytest

from bce_lint.fixes.bindings import check_bindings
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.readings import Readers

DEEP = "    def b():\n        def c():\n            return x\n"
CLASS = "class Net(Base):\n    def __init__(self):\n        {}\n\n    def forward(self, x):\n        return {}\n"


def refused(before: str, after: str, **others: str) -> str:
    """What the gate has against a change of the file `net.py` in a project with other files, or nothing."""
    texts = {"/p/net.py": after.encode(), **{f"/p/{name}.py": text.encode() for name, text in others.items()}}
    try:
        check_bindings({"/p/net.py": before}, {"/p/net.py": after}, Readers(texts))
    except Refusal as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ("x = f()\nprint(x)\n", "print(x)\n", "x"),
        ("def g(y):\n    x = f()\n    return x\n", "def g(y):\n    return x\n", "x"),
        ("x = 1\n\n\ndef g(y):\n    x = f()\n    return x\n", "x = 1\n\n\ndef g(y):\n    return x\n", "x"),
        ("def g(y):\n    x = f()\n    return lambda: x\n", "def g(y):\n    return lambda: x\n", "x"),
        ("def g():\n    global x\n    x = 1\n\n\nprint(x)\n", "def g():\n    pass\n\n\nprint(x)\n", "x"),
        ("h((x := f()))\nprint(x)\n", "h(f())\nprint(x)\n", "x"),
        ("a, b = f(), g()\nprint(b)\n", "a = f()\nprint(b)\n", "b"),
        ("a = b = f()\nprint(b)\n", "a = f()\nprint(b)\n", "b"),
        ("with f() as x:\n    print(x)\n", "with f():\n    print(x)\n", "x"),
        ("for x in f():\n    print(x)\n", "for y in f():\n    print(x)\n", "x"),
        ("from torch import nn, Tensor\nx: Tensor = nn.f()\n", "from torch import Tensor\nx: Tensor = nn.f()\n", "nn"),
        ("y = f()\n", "y = G(f())\n", "G"),
        (f"def a():\n    x = f()\n{DEEP}", f"def a():\n{DEEP}", "x"),
        (
            "def a():\n    x = f()\n    class C:\n        x = 2\n        def m(self):\n            return x\n",
            "def a():\n    class C:\n        x = 2\n        def m(self):\n            return x\n",
            "x",
        ),
        ("def g():\n    pass\n\n\ng()\n", "g()\n", "g"),
        ("class C:\n    pass\n\n\nC()\n", "C()\n", "C"),
        ("import m\nm.f()\n", "m.f()\n", "m"),
        ("class A:\n    x = f()\n    y = x\n", "class A:\n    y = x\n", "x"),
    ],
)
def test_a_name_that_is_read(before: str, after: str, name: str) -> None:
    assert refused(before, after).startswith(f"`{name}`, read at net.py:")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = f()\nprint(y)\n", "print(y)\n"),
        ("def g(x):\n    x = f(x)\n    return x\n", "def g(x):\n    return x\n"),
        ("a, b = f(), g()\nprint(a)\n", "a = f()\nprint(a)\n"),
        ("y = f()\n", "from torch import nn\ny = nn.f()\n"),
        ("y = f()\n", "y = len(f())\n"),
        ("from torch import *\ny = f()\n", "from torch import *\ny = sigmoid(f())\n"),
        ("y = [x for x in f()]\n", "y = f()\n"),
        (f"def a():\n    x = f()\n{DEEP}", f"def a():\n    x = 2\n{DEEP}"),
        ("x = f()\nprint(x)\n", "x = (\n"),
        ("x = f()\nprint('x')\n", "print('x')\n"),
        ("__all__ = ['y']\nx = y = f()  # x is y\n", "__all__ = ['y']\ny = f()  # x is y\n"),
        ("def g(x):\n    return x\n", "def g(y):\n    return y\n"),
        ("def g():\n    x = f()\n    return x\n", "def g():\n    return f()\n"),
    ],
)
def test_a_name_that_is_not_read_or_stays(before: str, after: str) -> None:
    assert refused(before, after) == ""


BOTH = CLASS.format("self.drop, self.squash = A(), B()", "self.squash(self.drop(x))")


@pytest.mark.parametrize(
    ("others", "where"),
    [
        ({}, "net.py:6"),
        ({"use": "def f(net):\n    return net.drop\n"}, "use.py:2"),
        ({"use": "def f(net):\n    return getattr(net, 'drop')\n"}, "use.py:2"),
        ({"use": "KEYS = ['net.drop.p']\n"}, "use.py:1"),
        ({"use": "class Other(Net):\n    def f(self):\n        return self.drop\n"}, "use.py:3"),
        ({"use": "def f(net):\n    del net.drop\n"}, "use.py:2"),
        ({"use": "drop = (\n"}, "use.py:1"),
        ({"use": "def f(net, i):\n    return getattr(net, f'dr{i}')\n"}, "use.py:2"),
        ({"use": "def f(net, i):\n    return getattr(net, 'dro' + i)\n"}, "use.py:2"),
        ({"use": "def f(net, i):\n    return net._modules['net.dr%s' % i]\n"}, "use.py:2"),
    ],
)
def test_an_attribute_that_is_read(others: dict[str, str], where: str) -> None:
    after = CLASS.format("pass", "x" if others else "self.drop(x)")
    assert refused(BOTH, after, **others) == f"`drop`, read at {where}, would lose its binding"


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"use": "class Other:\n    def __init__(self):\n        self.drop = 1\n        self.squash = self.drop\n"},
        {"use": "import numpy as np\nx = np.drop(1)\n"},
        {"use": "drop = 1\nprint('drop it')\n"},
        {"use": "def f(net, i):\n    return getattr(net, f'act{i}'), getattr(net, 'dr')\n"},
        {"use": "def f(net):\n    net.drop = None\n"},
    ],
)
def test_an_attribute_that_nobody_reads(others: dict[str, str]) -> None:
    assert refused(BOTH, CLASS.format("pass", "x"), **others) == ""


@pytest.mark.parametrize("stored", ["setattr(self, 'act', A())", "self.add_module('act', A())", "self.act: A = A()"])
def test_attributes_are_stored_in_other_ways_too(stored: str) -> None:
    before = CLASS.format(stored, "self.act(x)")
    assert refused(before, CLASS.format("pass", "self.act(x)")).startswith("`act`, read at net.py:6")
    assert refused(before, CLASS.format("self.act = A()", "self.act(x)")) == ""


NET = "self.net = nn.Sequential(A(), B(), C())"
SHORT = "self.net = nn.Sequential(A(), B())"


@pytest.mark.parametrize(
    "reading",
    [
        "net.net[2]", "net.net[-1]", "net.net[:2]", "net.net[i]", "len(net.net)", "[a for a in net.net]", "list(net.net)", "f(*net.net)",
        "net.net", "f(i, layers=net.net)",
        "net.net.children()", "net.net.pop(-1)", "state['net.2.weight']", "net.get_submodule('model.net.2')",
    ],
)  # fmt: skip
def test_elements_that_are_read(reading: str) -> None:
    before, after = (CLASS.format(one, "self.net(x)") for one in (NET, SHORT))
    use = f"def f(net, i, state):\n    return {reading}\n"
    assert refused(before, after, use=use) == "`net[...]`, read at use.py:2, would lose its binding"


@pytest.mark.parametrize("reading", ["net.net[0]", "state['net.1.weight']", "net.net(i)", "net.other[2]", "net.net.parameters()"])
def test_elements_that_stay(reading: str) -> None:
    before, after = (CLASS.format(one, "self.net(x)") for one in (NET, SHORT))
    assert refused(before, after, use=f"def f(net, i, state):\n    return {reading}\n") == ""


def test_elements_of_a_list_that_becomes_a_container() -> None:
    before = "layers = []\nlayers.append(A())\nlayers.append(B())\nnet = nn.Sequential(*layers)\n"
    after = before.replace("layers.append(B())\n", "")
    assert refused(before, after) == ""
    assert refused(before, after, use="from net import net\nprint(net[-1])\n").startswith("`net[...]`, read at use.py:2")
    assert refused(before + "print(layers[1])\n", after + "print(layers[1])\n").startswith("`layers[...]`, read at net.py:4")


@pytest.mark.parametrize(
    ("use", "taken"),
    [
        ("from net import BCELoss\n", True),
        ("from .net import BCELoss as B\n", True),
        ("import net\nx = net.BCELoss()\n", True),
        ("import p.net as n\nx = n.BCELoss()\n", True),
        ("from net import *\nx = BCELoss()\n", True),
        ("from . import BCELoss\n", True),
        ("from p import net\nx = net.BCELoss()\n", True),
        ("import p.net\nx = p.net.BCELoss()\n", True),
        ("from p import net as n\nx = n.BCELoss()\n", True),
        ("BCELoss = (\n", True),
        ("from net import Other\nBCELoss = 1\nprint(BCELoss)\n", False),
        ("import net\nx = f().BCELoss()\n", False),
        ("import net\nx = y.BCELoss()\n", False),
        ("import other as net2\nx = net2.BCELoss()\n", False),
        ("from net import *\nx = y.BCELoss\n", False),
        ("from torch.nn import BCELoss\n", False),
        ("from torch import nn\nx = nn.BCELoss()\n", False),
    ],
)
def test_names_that_other_files_take(use: str, taken: bool) -> None:
    before = "from torch.nn import BCELoss\nx = BCELoss()\n"
    found = refused(before, before.replace("BCELoss", "BCEWithLogitsLoss"), use=use)
    assert found.startswith("`BCELoss`, read at use.py:") is taken
    assert bool(found) is taken


def test_names_that_are_taken_from_a_package() -> None:
    before, after = "x = f()\n", "y = f()\n"
    for use, taken in (("from net import x\n", True), ("from other import x\n", False)):
        texts = {"/p/net/__init__.py": after.encode(), "/p/use.py": use.encode()}
        try:
            check_bindings({"/p/net/__init__.py": before}, {"/p/net/__init__.py": after}, Readers(texts))
        except Refusal as refusal:
            assert taken and str(refusal) == "`x`, read at use.py:1, would lose its binding"
        else:
            assert not taken


def test_a_name_that_is_listed_in_all() -> None:
    before = "__all__ = ['BCELoss']\nfrom torch.nn import BCELoss\nx = BCELoss()\n"
    after = before.replace("import BCELoss\nx = BCELoss", "import MSELoss\nx = MSELoss")
    assert refused(before, after) == "`BCELoss`, read at net.py:1, would lose its binding"
