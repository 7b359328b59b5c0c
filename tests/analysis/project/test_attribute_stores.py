"""Who stores which attributes: a class on its own instances, others on what they are given, and names that are not known."""

from __future__ import annotations

import pytest

from bce_lint.analysis.project.attribute_stores import FileStores
from bce_lint.syntax.parse import lower

METHOD = "class A:\n    {decorators}def f({first}, b):\n        {body}\n"


def stores(text: str) -> FileStores:
    """What a file stores."""
    return FileStores("/a.py", lower(text))


def method(body: str, first: str = "self", decorators: str = "") -> FileStores:
    """What a method stores."""
    return stores(METHOD.format(body=body, first=first, decorators=decorators))


@pytest.mark.parametrize(
    "body",
    ["self.x = 1", "self.x: int = 1", "self.x += 1", "self.y, (self.x, *z) = b", "*self.x, y = b", "for self.x in b: pass",
     "with b as self.x: pass", "[0 for self.x in b]", "y = [0 for self.x in b]", "if b:\n            self.x = 1"],
)  # fmt: skip
def test_a_method_stores_on_its_own_instances(body: str) -> None:
    found = method(body)
    assert len(found.own["x"]) == 1
    assert "x" not in found.elsewhere


@pytest.mark.parametrize(
    "decorators",
    ["@staticmethod\n    ", "@staticmethod\n    @other\n    ", "@other\n    @staticmethod\n    ", "@other()\n    @staticmethod\n    "],
)
def test_a_static_method_stores_on_what_it_is_given(decorators: str) -> None:
    found = method("net.x = 1", first="net", decorators=decorators)
    assert "x" in found.elsewhere
    assert not found.own["x"]


@pytest.mark.parametrize("decorators", ["", "@other\n    ", "@classmethod\n    "])
def test_other_methods_do_not(decorators: str) -> None:
    assert method("net.x = 1", first="net", decorators=decorators).own["x"]


@pytest.mark.parametrize(
    "text",
    ["def f(net):\n    net.x = 1\n", "net.x = 1\n", "class A:\n    def f(self, net):\n        net.x = 1\n", "setattr(net, 'x', 1)\n",
     "class A:\n    def f(self):\n        def g(self):\n            self.x = 1\n"],
)  # fmt: skip
def test_others_store_elsewhere(text: str) -> None:
    found = stores(text)
    assert "x" in found.elsewhere
    assert not found.own["x"]


@pytest.mark.parametrize("call", ["getattr(net, 'x')", "hasattr(net, 'x')"])
def test_who_asks_stores_nothing(call: str) -> None:
    assert "x" not in stores(f"{call}\n").elsewhere
