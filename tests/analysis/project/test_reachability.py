"""What can lead to a loss: definitions, methods and bodies, file by file."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.analysis.project.definitions import Class
from bce_lint.analysis.project.reachability import Reachability
from tests.analysis.graphs import path_of, project

LOSS = b"from torch import nn\ncriterion = nn.BCELoss()\n"


def leading(files: Mapping[str, bytes]) -> dict[str, set[str]]:
    """What leads to a loss, by file: functions, `Class.method`, and `<body>`."""
    reachability = Reachability(project(files))
    found = {}
    for name, path in ((name, path_of(name)) for name in files):
        members = {"<body>"} if reachability.body(path) else set()
        for key, definitions in reachability.names(path).own.items():
            text = key.decode()
            if not any(isinstance(d, Class) for d in definitions):
                members |= {text} if reachability.function(path, text) else set()
            for cls in (d for d in definitions if isinstance(d, Class)):
                members |= {f"{text}.{m.decode()}" for m in cls.methods if reachability.method(path, text, m.decode())}
        if members:
            found[name] = members
        assert reachability.file(path) == bool(members)
    return found


def alone(text: bytes) -> set[str]:
    """The same for one file that is a whole project."""
    return leading({"a.py": text}).get("a.py", set())


@pytest.mark.parametrize("text", [b"", b"\n\n", b"# BCELoss\n", b"# nn.BCELoss()\r# more\r", b"    # indented BCELoss\n"])
def test_a_file_of_comments_leads_nowhere(text: bytes) -> None:
    assert alone(text) == set()


def test_functions_lead_through_one_another_in_any_order() -> None:
    text = b"def main():\n    fit()\ndef fit():\n    criterion(1)\ndef cold():\n    pass\n" + LOSS
    assert alone(text) == {"main", "fit", "criterion", "<body>"}
    assert "<body>" not in alone(b"def f():\n    nn.BCELoss()\ncold()\n")
    assert "<body>" in alone(b"def f():\n    nn.BCELoss()\nf()\n")


def test_a_loss_under_another_name_is_followed() -> None:
    text = b"from torch.nn import BCELoss as Loss, Linear as L\ndef f():\n    return Loss()\ndef g():\n    return L()\n"
    assert alone(text) == {"f", "Loss"}


def test_an_import_alone_leads_nowhere() -> None:
    assert alone(b"from torch.nn import BCELoss\n") == set()
    assert alone(b'"""About BCELoss."""\n__all__ = ["BCELoss"]\n') == set()


REGISTRY = b"TABLE = {}\nOTHER = {}\ndef register(c):\n    TABLE[c.__name__] = c\n    return c\n"
USE = b"def make(name):\n    return TABLE[name]()\ndef other(name):\n    return OTHER[name]\n"


def test_a_registry_leads_to_what_is_put_into_it() -> None:
    text = REGISTRY + USE + b"@register\nclass Loss(nn.BCELoss):\n    pass\n"
    assert {"make"} <= alone(text)
    assert "other" not in alone(text)


def test_a_registry_is_filled_from_other_files() -> None:
    files = {
        "registry.py": REGISTRY + USE,
        "losses.py": b"from registry import register\n@register\ndef loss(x, y):\n    return F.nll_loss(x, y)\n",
    }
    assert "make" in leading(files)["registry.py"]
    assert "other" not in leading(files)["registry.py"]


METHODS = b"""
class Model(Base):
    def __init__(self):
        self.criterion = nn.BCELoss(
            reduction="sum"
        )
        self.layer = nn.Linear(3, 4)

    def forward(self, x):
        return self.layer(x)

    def loss(self, x, y):
        return self.criterion(self(x), y)

    def name(self):
        return self.title
"""


def test_an_attribute_that_holds_a_loss_matters_where_it_is_named() -> None:
    assert alone(METHODS) == {"Model.__init__", "Model.loss"}


HOLDERS = [
    b"self.head = Head()", b"head = Head()\n        self.net, self.head = make(), head",
    b"self.layers.append(Head(size=3))", b"self.layers[0] = Head()",
    b"self.add_module('head', Head())", b"layers = []\n        layers.append(Head(size=3))\n        self.layers = wrap(*layers)",
    b"(self.layers) = Head()", b"if size:\n            self.layers += [Head()]", b"super().__init__(Head())",
]  # fmt: skip


@pytest.mark.parametrize("statement", HOLDERS)
def test_what_an_instance_holds_is_reached_by_its_methods(statement: bytes) -> None:
    head = b"class Head:\n    def forward(self, x):\n        return nn.BCELoss()(x, x)\n"
    body = b"    def __init__(self):\n        %s\n    def run(self, x):\n        return self.layers(self.head(x))\n" % statement
    assert "Model.run" in alone(head + b"class Model(Base):\n" + body)


def test_methods_of_a_class_that_is_reached_matter_where_they_are_named() -> None:
    text = METHODS + b"def fit(m):\n    return Model().loss(1, 2)\ndef show():\n    return Model().name()\n"
    assert {"fit"} == alone(text) - alone(METHODS)


def test_inherited_methods_see_what_the_subclass_sets() -> None:
    text = b"""
class Base:
    def step(self, x, y):
        return self.objective(x, y)
    def title(self):
        return self.words
class A(Base):
    def __init__(self):
        self.objective = nn.BCELoss()
    def step(self, x, y):
        return super().step(x, y)
    def title(self):
        return super().title()
class B(Base):
    def step(self, x, y):
        return super().step(x, y)
"""
    assert alone(text) == {"A.__init__", "A.step"}


def test_names_lead_over_files() -> None:
    found = leading(
        {
            "losses.py": LOSS + b"cold = 1\n",
            "user.py": b"from losses import criterion as c, cold\ndef fit():\n    c()\ndef idle():\n    cold()\n",
            "far.py": b"import user\ndef main():\n    user.fit()\ndef idle():\n    pass\n",
            "alias.py": b"import losses as l\ndef f():\n    l.criterion()\n",
            "other.py": b"from losses import cold\ndef f():\n    cold()\n",
        }
    )
    assert found == {"losses.py": {"criterion", "<body>"}, "user.py": {"fit"}, "far.py": {"main"}, "alias.py": {"f"}}


def test_names_lead_through_packages() -> None:
    found = leading(
        {
            "pkg/inner/losses.py": LOSS,
            "pkg/inner/__init__.py": b"from .losses import criterion\n",
            "pkg/__init__.py": b"from .inner import criterion as loss\n",
            "main.py": b"from pkg import loss\ndef fit():\n    loss()\n",
            "deep.py": b"from pkg.inner import losses\ndef f():\n    losses.criterion()\n",
        }
    )
    assert found == {"pkg/inner/losses.py": {"criterion", "<body>"}, "main.py": {"fit"}, "deep.py": {"f"}}


def test_names_lead_through_stars() -> None:
    found = leading(
        {
            "p/a.py": LOSS,
            "p/__init__.py": b"from .a import *\n",
            "c.py": b"from p import *\ndef f():\n    criterion()\ndef g():\n    pass\n",
        }
    )
    assert found == {"p/a.py": {"criterion", "<body>"}, "c.py": {"f"}}


def test_names_lead_around_a_circle() -> None:
    found = leading(
        {
            "a.py": b"from c import h\ndef f():\n    h()\ndef end():\n    pass\n",
            "b.py": LOSS + b"from a import f, end\ndef g():\n    f()\ndef made():\n    criterion()\ndef idle():\n    end()\n",
            "c.py": b"from b import made, g\ndef h():\n    made()\n",
        }
    )
    assert found == {"a.py": {"f"}, "b.py": {"criterion", "made", "g", "<body>"}, "c.py": {"h"}}


calls = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14)


@given(calls, st.integers(0, 7), st.permutations(range(8)))
def test_what_leads_is_what_reaches_the_loss_in_the_call_graph(links: list[tuple[int, int]], loss: int, order: list[int]) -> None:
    bodies = {
        i: b"".join(b"    f%d()\n" % b for a, b in links if a == i) + (b"    nn.BCELoss()\n" if i == loss else b"    pass\n")
        for i in range(8)
    }
    expected = {loss}
    while grown := {a for a, b in links if b in expected} - expected:
        expected |= grown
    reachability = Reachability(project({"a.py": b"".join(b"def f%d():\n%s" % (i, bodies[i]) for i in range(8))}))
    assert {i for i in order if reachability.function(path_of("a.py"), f"f{i}")} == expected
