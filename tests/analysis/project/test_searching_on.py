"""What searches of an earlier state have found out is taken over but for what leads to something that is otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from bce_lint.analysis.project.project import Project
from bce_lint.analysis.project.reachability import Reachability
from tests.analysis.project.test_alike import answers

LOSS: Final = "import torch.nn as nn\n\n\ndef penalty(a, b):\n    return {}\n\n\ndef spare(a):\n    return a\n"
FILES: Final = {
    "losses.py": LOSS.format("a - b"),
    "names.py": "from losses import penalty as cost\nimport losses\nTABLE = {}\n",
    "star.py": "from losses import *\n",
    "model.py": "from names import cost\n\n\nclass Base:\n    def step(self, a):\n        return a\n\n\n"
    "class Net(Base):\n    def __init__(self):\n        self.measure = cost\n\n    def forward(self, a):\n        return self.measure(a, a)\n",
    "train.py": "import model\nfrom names import losses\nfrom star import *\n\n\ndef train(a):\n    return model.Net()(a)\n\n\n"
    "def other(a):\n    return losses.more(a), missing(a)\n\n\ndef alone(a):\n    return a + 1\n",
    "filled.py": "from names import TABLE\nfrom losses import spare\n\n\ndef entered(a):\n    return spare(a)\n\n\nTABLE['entered'] = entered\n",
    "reader.py": "import filled\nimport torch\nfrom names import TABLE\n\n\ndef read(a):\n    return TABLE['entered'](a)\n\n\n"
    "def itself(a):\n    return torch.nn.BCELoss()(a, a)\n",
    "apart.py": "import torch\n\n\ndef far(a):\n    return near(a)\n\n\ndef near(a):\n    return torch.nn.functional.cross_entropy(a, a)\n",
}
BCE: Final = "nn.BCELoss()(a, b)"


def reach(root: Path, files: dict[str, str], before: Project | None = None) -> Project:
    texts = {str(root / name): text.encode() for name, text in files.items()}
    return Project(str(root), (), texts, before=before, stays=True)


@pytest.mark.parametrize(
    ("name", "old", "new", "otherwise"),
    [
        ("losses.py", "return a - b", f"return {BCE}", {"losses.py", "model.py", "train.py"}),
        ("losses.py", "def spare(a):\n    return a", f"def spare(a):\n    b = a\n    return {BCE}",
         {"losses.py", "names.py", "filled.py", "reader.py"}),
        ("losses.py", "def spare", f"def more(a, b=0):\n    return {BCE}\n\n\ndef spare", {"losses.py", "train.py"}),
        ("losses.py", "def spare", f"def missing(a, b=0):\n    return {BCE}\n\n\ndef spare", {"losses.py", "train.py"}),
        ("losses.py", "def penalty", f"def fine(a, b):\n    return {BCE}\n\n\ndef penalty", {"losses.py"}),
        ("model.py", "        return a\n", "        b = a\n        return torch.nn.BCELoss()(a, b)\n", {"model.py", "train.py"}),
        ("model.py", "class Base:", "class Base(cost):", {"model.py", "train.py"}),
        ("model.py", "class Base:\n    def step(self, a):\n        return a\n", "Base = object\n", {"model.py", "train.py"}),
        ("names.py", "import penalty as cost", "import spare as cost", {"names.py", "model.py", "train.py"}),
        ("names.py", "TABLE = {}", "TABLE = {'entered': cost}", {"names.py", "reader.py", "filled.py"}),
        ("filled.py", "TABLE['entered'] = entered", "entered = 1", {"names.py", "filled.py", "reader.py"}),
        ("filled.py", "return spare(a)", "return torch.nn.BCELoss()(a, a)", {"names.py", "filled.py", "reader.py"}),
        ("train.py", "return a + 1", "return a + 2", {"train.py"}),
        ("train.py", "return a + 1", "return a.log()", {"train.py"}),
        ("apart.py", "return torch.nn.functional.cross_entropy(a, a)", "return a.log()", {"apart.py"}),
        ("apart.py", "return near(a)", "return a", {"apart.py"}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("there", [True, False], ids=["more", "less"])
def test_what_leads_to_it(name: str, old: str, new: str, otherwise: set[str], there: bool, tmp_path: Path) -> None:
    assert old in FILES[name]
    texts = [FILES, FILES | {name: FILES[name].replace(old, new)}]
    first, last = texts if there else texts[::-1]
    before = reach(tmp_path, first)
    had = list(answers(before.reachability))
    after = Reachability(reach(tmp_path, last, before).graph)
    after.go_on(before.reachability)
    assert {Path(path).name for path in after.otherwise} <= otherwise
    assert list(answers(after)) == list(answers(Reachability(after.graph)))
    assert list(answers(before.reachability)) == had == list(answers(Reachability(before.graph)))


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
        ("train.py", FILES["train.py"] + "\n\ndef decides(a):\n    return torch.nn.functional.soft_margin_loss(a, a) > 0.5\n"),
    ],
)  # fmt: skip
def test_everything_is_searched_anew(name: str, text: str, tmp_path: Path) -> None:
    before = reach(tmp_path, FILES)
    list(answers(before.reachability))
    after = reach(tmp_path, FILES | {name: text}, before).reachability
    assert after.otherwise >= {*before.reachability.files} or name == "train.py"
    assert list(answers(after)) == list(answers(Reachability(after.graph)))
