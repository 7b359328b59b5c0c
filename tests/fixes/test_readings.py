"""What a file is read for by those who take something away: words, attributes, elements of containers; and other choices."""

from __future__ import annotations

import ast

import pytest

from bce_lint import ir
from bce_lint.fixes.edit import Refusal
from bce_lint.fixes.readings import Readers, Readings
from bce_lint.fixes.siblings import still_a_choice
from bce_lint.fixes.words import Words
from bce_lint.source.trees import parsed
from tests.fixes.written import tree_of

FILES = {"b.py": b"MyModel = 1\n", "a.py": b"model net_x\n", "c.py": b"modelled remodel\n", "d.py": "caf\u00e9 = my_caf\u00e9\n".encode()}


def asked(words: Words) -> list[object]:
    """What some words are found in."""
    found = [words.holding(one) for one in ("model", "MyModel", "net_x", "net", "odel", "caf\u00e9", "none")]
    return [*found, *(sorted(words.ending(one)) for one in ("model", "MODEL", "x", "odel", "mode", "caf\u00e9", "none"))]


def test_words_are_found_alike_in_the_texts_and_in_the_index() -> None:
    few, many = Words(FILES), Words(FILES)
    for number in range(40):
        assert many.holding(f"other{number}") == [] and many.ending(f"other{number}") == frozenset()
    ends = [["a.py", "b.py", "c.py"], ["a.py", "b.py", "c.py"], ["a.py"], ["a.py", "b.py", "c.py"], [], ["d.py"], []]
    assert asked(few) == [["a.py"], ["b.py"], ["a.py"], [], [], ["d.py"], [], *ends]
    assert asked(many) == asked(few)
    assert few.matching(rb"MODEL\w") == {"c.py"} and few.matching(rb"net_") == {"a.py"}


CODE = '''\
import numpy as np
import a.b
from torch import nn
from torch.nn import functional as F
from other import tools
from . import more


class C(Base):
    p = q = 1
    (r, s) = 1, 2
    t: int = 3

    class D:
        pass

    def m(self, x):
        self.a = x.b
        x.c = self.a
        setattr(self, "k", 1)
        self.add_module("l", x)
        return np.d, a.e, nn.f, F.g, tools.h, more.i, x.j()

    @staticmethod
    def n():
        y.u = 1


"net.2.weight", "not a name", "5"
"{long}"
net = nn.Sequential(A(), B(), *layers, *more)
layers.append(1)
f().append(2)
len(net, other.net2)
g(*net3)
net4.children()
children(net5)
net6[1], net7[i], net8[-1], net9[1:], net10[True]
for x in net11:
    pass
z = [x for x in self.net12]
h(self.net13)
'''


def test_what_a_file_stores_and_reads() -> None:
    found = Readings(ast.parse(CODE.format(long="w" * 200)))
    own = {"p", "q", "r", "s", "t", "D", "m", "n", "a", "k", "l"}
    assert found.stored == {*(("C", name) for name in own), ("", "c"), ("", "u")}
    read = {name: [one.owner for one in readings] for name, readings in found.read.items() if name not in ("children", "append",
    "Sequential")}
    for name in ("d", "e", "f", "g", "w" * 200):
        assert name not in read
    for name in ("b", "h", "i", "j", "net", "weight", "net2", "net12", "net13"):
        assert read[name] == [""], name
    assert read["a"] == ["C"]
    assert Readings(ast.parse(f"'{'w' * 199}'")).read.keys() == {"w" * 199}


def test_the_elements_that_a_file_counts() -> None:
    found = Readings(ast.parse(CODE.format(long="w")))
    assert found.elements == {"net": [2], "layers.append": [1], "self.append": [1]}
    assert found.unpacked == {"layers": ["net"], "more": ["net"]}
    positions = {name: [one.position for one in indexings] for name, indexings in found.indexed.items()}
    assert set(positions.pop("net")) == {None, 2} and positions.pop("net6") == [1]
    for number in (2, 3, 4, 7, 8, 9, 10, 11, 12, 13):
        assert set(positions[f"net{number}"]) == {None}
    assert "net5" not in positions


def test_what_cannot_be_parsed_may_read_anything() -> None:
    assert parsed("x = (\n") is None and parsed("x = 1\n") is not None
    readers = Readers({"/p/a.py": b"drop = (\n", "/p/b.py": b"x = 1\n"})
    assert readers.of("/p/a.py") is None
    assert [path for path, _ in readers.attribute("drop", "")] == ["/p/a.py"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("c = OLD() if k else NEW()", True), ("c = OLD() if k else OLD()", False), ("c = OLD(1) if k else NEW()", False),
        ("c = OLD() if NEW() else 1", False),
        ("c = {1: OLD(), 2: NEW()}[k]", True), ("c = {1: OLD(), 2: OLD()}[k]", False), ("c = [OLD(), NEW()]", False),
        ("if k:\n    c = OLD()\nelse:\n    c = NEW()", True), ("if k:\n    c = OLD()\nelse:\n    d = NEW()", False),
        ("if k:\n    c = OLD()\nelif j:\n    c = 1\nelse:\n    c = NEW( )", True),
        ("if k:\n    c = OLD()\nelse:\n    c = NEW()\n    d = 1", False),
        ("if k:\n    d = 1\n    c = OLD()\nelse:\n    c = NEW()", False),
        ("if k:\n    c = 1\nelif j:\n    c = OLD()\nelse:\n    c = NEW()", True),
        ("if k:\n    return OLD()\nelse:\n    return NEW()", True), ("c = f(OLD(), x) if k else f(NEW(), x)", True),
        ("c = NEW() if OLD() else NEW()", False),
        ("g = lambda: OLD() if k else NEW()", True), ("c = (lambda: OLD()) if k else NEW()", False),
    ],
)  # fmt: skip
def test_a_choice_that_would_be_none(text: str, same: bool) -> None:
    tree = tree_of("def g(k, j):\n" + "".join(f"    {line}\n" for line in text.split("\n")))
    call = next(one for one in tree.of(ir.Call) if tree.source(one.func.span) == "OLD")
    if same:
        with pytest.raises(Refusal, match=r"^it would be `.*` at a\.py:\d+ whatever is chosen, as at a\.py:\d+$"):
            still_a_choice(tree, call, "OLD", "NEW")
    else:
        still_a_choice(tree, call, "OLD", "NEW")
