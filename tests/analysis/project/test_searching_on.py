"""What searches of an earlier state have found out is taken over but for what leads to something that is otherwise."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Final

import pytest

from bce_lint.analysis.project.definitions import Class, Definition
from bce_lint.analysis.project.index import FileSummary
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.project.reachability import Reachability
from tests.analysis.project.test_alike import answers

BCE: Final = "nn.BCELoss()(a, b)"
LOSS: Final = "import torch.nn as nn\n\n\ndef penalty(a, b):\n    return {}\n\n\ndef spare(a):\n    return a\n"
FILES: Final = {
    "losses.py": LOSS.format("a - b"),
    "names.py": "from losses import penalty as cost, missed as extra\nimport losses\nTABLE = {}\n",
    "star.py": "from losses import *\n",
    "model.py": "from names import cost\n\n\nclass Base:\n    def step(self, a):\n        return a\n\n\n"
    "class Net(Base):\n    def __init__(self):\n        self.measure = cost\n\n"
    "    def forward(self, a):\n        return self.measure(a, a)\n",
    "train.py": "import model\nfrom names import losses, extra\nfrom star import *\n\n\ndef train(a):\n    return model.Net()(a)\n\n\n"
    "def other(a):\n    return losses.more(a), missing(a)\n\n\ndef late(a):\n    return extra(a)\n\n\ndef alone(a):\n    return a + 1\n",
    "filled.py": "from names import TABLE as REGISTRY\nfrom losses import penalty\n\n\ndef entered(a):\n    return penalty(a, a)\n\n\n"
    "REGISTRY['entered'] = entered\n",
    "reader.py": "import filled\nimport torch\nfrom names import TABLE\n\n\ndef read(a):\n    return TABLE['entered'](a)\n\n\n"
    "def itself(a):\n    return torch.nn.BCELoss()(a, a)\n",
    "apart.py": "import torch\n\n\ndef far(a):\n    return near(a)\n\n\ndef near(a):\n    return torch.nn.BCELoss()(a, a)\n",
    "roots.py": "import torch\n\n\ndef deep(a):\n    return a\n\n\nclass Root:\n    def __call__(self, a):\n        return deep(a)\n\n\n"
    "def rooted(a):\n    return torch.nn.BCELoss()(a, a)\n",
    "lone.py": "import torch\nfrom roots import Root as Ground\n\n\nclass Lone(Ground):\n    offset = torch.log(torch.ones(1))\n\n"
    "    def __init__(self):\n        self.fc = torch.nn.Linear(1, 1)\n\n    def forward(self, a):\n        return a > 0.5\n",
}
LEADING: Final = FILES | {"losses.py": LOSS.format(BCE)}


def reach(root: Path, files: dict[str, str], before: Project | None = None) -> Project:
    texts = {str(root / name): text.encode() for name, text in files.items()}
    return Project(str(root), (), texts, before=before, stays=True)


CASES: Final = [
    ("losses.py", "return a - b", f"return {BCE}", {"model.py", "train.py", "filled.py", "reader.py", "names.py"}),
    ("losses.py", "def spare(a):\n    return a", f"def spare(a):\n    b = a\n    return {BCE}", set()),
    ("losses.py", "def spare", f"def more(a, b=0):\n    return {BCE}\n\n\ndef spare", {"train.py"}),
    ("losses.py", "def spare", f"def missing(a, b=0):\n    return {BCE}\n\n\ndef spare", {"train.py"}),
    ("losses.py", "def spare", f"def missed(a, b=0):\n    return {BCE}\n\n\ndef spare", {"train.py"}),
    ("losses.py", "def spare", f"def fine(a, b):\n    return {BCE}\n\n\ndef spare", set()),
    ("losses.py", "def spare", f"if nn:\n    {BCE}\n\n\ndef spare", set()),
    ("model.py", "        return a\n", "        b = a\n        return torch.nn.BCELoss()(a, b)\n", {"train.py"}),
    ("model.py", "class Base:", "class Base(cost):", {"train.py"}),
    ("model.py", "class Base:\n    def step(self, a):\n        return a\n", "Base = object\n", {"train.py"}),
    ("names.py", "import penalty as cost", "import spare as cost", {"model.py", "train.py"}),
    ("names.py", "TABLE = {}", "TABLE = {'entered': cost}", {"reader.py", "filled.py"}),
    ("names.py", "TABLE = {}", "TABLE = dict()", {"reader.py", "filled.py"}),
    ("filled.py", "REGISTRY['entered'] = entered", "entered = 1", {"names.py", "reader.py"}),
    ("filled.py", "return penalty(a, a)", "return torch.nn.BCELoss()(a, a)", {"names.py", "reader.py"}),
    ("train.py", "return a + 1", "return a + 2", set()),
    ("train.py", "return a + 1", "return a.log()", set()),
    ("apart.py", "return torch.nn.BCELoss()(a, a)", "return a.log()", set()),
    ("apart.py", "return near(a)", "return a", set()),
    ("roots.py", "        return deep(a)\n", "        return torch.nn.BCELoss()(a, a)\n", {"lone.py"}),
    ("roots.py", "class Root:\n    def __call__(self, a):\n        return deep(a)\n", "Root = object\n", {"lone.py"}),
    ("roots.py", "    return a\n", "    return torch.nn.BCELoss()(a, a)\n", {"lone.py"}),
    ("roots.py", "class Root:", "Root = object\n\n\nclass Unused:", {"lone.py"}),
    ("roots.py", "Root:\n    def __call__(self, a):\n        return deep(a)\n", "Root:\n    pass\n", {"lone.py"}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}: {case[2]!r}")
@pytest.mark.parametrize("files", [FILES, LEADING], ids=["", "leading"])
@pytest.mark.parametrize("more", [True, False], ids=["more", "less"])
def test_what_leads_to_it(case: tuple[str, str, str, set[str]], files: dict[str, str], more: bool, tmp_path: Path) -> None:
    name, old, new, others = case
    assert old in FILES[name]
    texts = [files, files | {name: files[name].replace(old, new)}]
    first, last = texts if more else texts[::-1]
    before = reach(tmp_path, first)
    had = list(answers(before.reachability))
    after = Reachability(reach(tmp_path, last, before).graph)
    after.go_on(before.reachability)
    assert {Path(path).name for path in after.otherwise} <= {name, *others}
    assert list(answers(after)) == list(answers(Reachability(after.graph)))
    assert list(answers(before.reachability)) == had == list(answers(Reachability(before.graph)))
    there = {id(one) for path in after.files for one in (*chain(*after.names(path).own.values()), *after.names(path).code)}
    assert all(id(_top(one)) in there for one in (*after._targets, *after._wholes, *after._cannot_reach, *after._can_reach))


@pytest.mark.parametrize("text", [FILES["roots.py"], FILES["roots.py"].replace("class Root:", "Root = 1\n\n\nclass Unused:")])
def test_bases_are_those_that_are_there(text: str, tmp_path: Path) -> None:
    before = reach(tmp_path, FILES | {"roots.py": text})
    lone = str(tmp_path / "lone.py")
    (cls,) = before.reachability.names(lone).own[b"Lone"]
    assert isinstance(cls, Class) and len(before.reachability._bases_of(cls)) == text.count("class Root")
    last = FILES | {"roots.py": FILES["roots.py"].replace("return deep(a)\n", "return deep(-a)\n")}
    after = Reachability(reach(tmp_path, last, before).graph)
    after.go_on(before.reachability)
    assert after.names(lone).own[b"Lone"] == [cls] and after._bases_of(cls) == after.names(str(tmp_path / "roots.py")).own[b"Root"]


def _top(one: Definition) -> Definition:
    return one if isinstance(one.whole, FileSummary) else _top(one.whole)


def test_definitions_stay_the_objects_that_they_were_and_know_the_text_that_is_there(tmp_path: Path) -> None:
    before, last = reach(tmp_path, FILES), FILES | {"losses.py": LOSS.format(BCE)}
    list(answers(before.reachability))
    after = reach(tmp_path, last, before).reachability
    path = str(tmp_path / "losses.py")
    old, new = before.reachability.names(path), after.names(path)
    assert new.own[b"spare"] == old.own[b"spare"] and new.own[b"penalty"] != old.own[b"penalty"]
    assert new.own[b"spare"][0].whole is after.files[path]
    far = after.names(str(tmp_path / "apart.py")).own[b"far"][0]
    assert far in after._wholes and old.own[b"penalty"][0] not in after._wholes


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("more.py", "import torch\n"), ("names.py", FILES["names.py"] + "from losses import *\n"),
        ("apart.py", FILES["apart.py"].replace("BCELoss", "BCEWithLogitsLoss")), ("apart.py", "def near(a):\n    return a\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("more", [True, False], ids=["more", "less"])
def test_everything_is_searched_anew(name: str, text: str, more: bool, tmp_path: Path) -> None:
    first, last = [FILES, FILES | {name: text}][:: 1 if more else -1]
    before = reach(tmp_path, first)
    list(answers(before.reachability))
    after = reach(tmp_path, last, before).reachability
    assert after.otherwise == {*after.files}
    assert list(answers(after)) == list(answers(Reachability(after.graph)))
