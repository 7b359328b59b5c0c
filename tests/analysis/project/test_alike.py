"""Where two texts lead to the same losses: what is said without a search is what a search says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from bce_lint.analysis.project.alike import ProjectWords, alike
from bce_lint.analysis.project.definitions import Class
from bce_lint.analysis.project.index import scan
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.project.reachability import Reachability
from tests.analysis.project.test_reuse import PROJECTS, texts_of
from tests.edits import changed
from tests.metamorphic.programs import planted

MODEL = b"""\
import torch
from torch import nn

WIDTH = 3


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 1)

    def forward(self, x):
        y = self.fc(x)
        return y


def step(net, x, y):
    out = net(x)
    return nn.BCEWithLogitsLoss()(out, y)


def other(x):
    return x
"""


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (b"y = self.fc(x)", b"y = self.fc(x)\n\n        # a comment", True),
        (b"y = self.fc(x)", b"y = self.fc(x)\n        fresh = y", True),
        (b"        y = self.fc(x)\n        return y", b"        fresh = self.fc(x)\n        return fresh", False),
        (b"    out = net(x)\n    return nn.BCEWithLogitsLoss()(out", b"    new = net(x)\n    return nn.BCEWithLogitsLoss()(new", True),
        (b"    return x\n", b"    fresh = x + 1\n    return fresh\n", True), (b"    out = net(x)", b"    fresh = out = net(x)", True),
        (b"    return x\n", b"    step = x\n    return step\n", False), (b"y = self.fc(x)", b"y = self.fc(x)\n        width = y", False),
        (b"y = self.fc(x)", b"y = torch.sigmoid(self.fc(x))", False), (b"    return x\n", b"    return x.log()\n", False),
        (b"self.fc = nn.Linear(3, 1)", b"self.fc = nn.Linear(3, 1)\n        self.fresh = nn.Linear(3, 1)", False),
        (b"y = self.fc(x)", b"y = self.fc(x)\n        fresh(self)", False), (b"def other(x)", b"def other(x, fresh=1)", True),
        (b"def other(x)", b"def other(x, fresh=None)", True), (b"def other(x)", b"def other(x, width=1)", False),
        (b"forward(self, x)", b"forward(self, x, fresh=True)", True), (b"step(net, x, y)", b"step(net, x, y, fresh)", True),
        (b"step(net, x, y)", b"step(net, x, y, fresh=1)", False),
        (b"WIDTH = 3", b"WIDTH = fresh", False), (b"def other", b"def fresh", False),
        (b"class Net(nn.Module)", b"class Net(nn.Fresh)", False),
        (b"import torch\n", b"import torch\nimport fresh\n", False), (b"    return x\n", b"    return x > 0.5\n", False),
        (b"    def forward", b"    @fresh\n    def forward", False),
    ],
)  # fmt: skip
def test_alike(old: bytes, new: bytes, same: bool) -> None:
    before, after = scan("model.py", MODEL), scan("model.py", MODEL.replace(old, new))
    assert before.raw != after.raw
    words = ProjectWords()
    words.update({"model.py": after, "else.py": scan("else.py", b"width = 2\n")})
    assert alike(before, after, words) is same


def answers(reach: Reachability) -> Iterator[object]:
    """All that a run asks."""
    for path in reach.graph.files:
        names = reach.names(path)
        yield path, reach.file(path), reach.body(path), reach.mentions(path)
        for name, found in names.own.items():
            yield name, reach.function(path, name.decode("utf-8", "replace"))
            for one in found:
                for method in one.methods if isinstance(one, Class) else ():
                    yield method, reach.method(path, name.decode("utf-8", "replace"), method.decode("utf-8", "replace"))


def go_on(root: Path, texts: dict[str, str], rng: Random, steps: int) -> int:
    """Changes a project at random; how often nothing was searched again."""
    first, found = dict(texts), 0
    before = Project(str(root), (), {path: text.encode("utf-8", "surrogateescape") for path, text in texts.items()}, stays=True)
    for _ in range(steps):
        texts = first if rng.random() < 0.2 else changed(rng, texts)
        data = {path: text.encode("utf-8", "surrogateescape") for path, text in texts.items()}
        after = Project(str(root), (), data, before=before, stays=True)
        found += after.reachability.graph is not after.graph
        asked = Random(rng.random())
        if asked.random() < 0.5:
            list(answers(before.reachability))
        assert list(answers(after.reachability)) == list(answers(Reachability(after.graph)))
        before = after
    return found


@pytest.mark.parametrize("seed", range(3))
def test_random_changes(seed: int, tmp_path: Path) -> None:
    rng = Random(f"alike {seed}")
    files = {str(tmp_path / name): text for program in planted(2, seed) for name, text in program.texts.items()}
    assert not files or go_on(tmp_path, files, rng, 30) > 0  # without torch there are none


@pytest.mark.long
@pytest.mark.parametrize("folder", PROJECTS[::2], ids=lambda path: path.name)
def test_random_changes_of_fixtures(folder: Path, tmp_path: Path) -> None:
    if texts := texts_of(folder, tmp_path):
        go_on(tmp_path, texts, Random(folder.name), 20)
