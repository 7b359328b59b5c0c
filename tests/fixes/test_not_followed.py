"""What a run did not follow makes no fix bolder: calls that stand too deep in each other, and budgets that ran out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bce_lint.analysis.recording.uses import UseRecorder
from bce_lint.analysis.state.frames import MAX_DEPTH
from bce_lint.diagnostic import DISPLAY_ONLY, Diagnostic, Fix
from bce_lint.engine import check
from bce_lint.rules.selection import choose

NET = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4, 1)

    def forward(self, x):
        return torch.sigmoid(self.head(x))
"""
HEAD = NET + """\


class Box:
    def __init__(self, held):
        self.held = held


def train(x, y):
    net = Net()
    nn.BCELoss()(net(x), y).backward()
    return net


def scored(x, y):
    return train(x, y)(x)


"""
USERS: Mapping[str, tuple[str, str]] = {
    "the model is returned": ("return train(a, b)", "value = f0(x, y)\n    return value(x) * 2"),
    "the model is returned in a list": ("return train(a, b)", "value = [f0(x, y)]\n    return value[0](x) * 2"),
    "the output is returned": ("return scored(a, b)", "return f0(x, y) * 2"),
    "the model is given": ("return a(b) * 2", "return f0(train(x, y), x)"),
    "the model is given by its name": ("return b(a) * 2", "return f0(x, b=train(x, y))"),
    "the model is given in an object": ("return a.held(b) * 2", "return f0(Box(train(x, y)), x)"),
    "the model is given in a list": ("return a[0](b) * 2", "return f0([train(x, y)], x)"),
    "its method is given": ("return a(b) * 2", "return f0(train(x, y).forward, x)"),
    "the output is given in a list": ("return b[0] * 2", "return f0(x, [scored(x, y)])"),
    "the function is given": ("return a(b, b)(b) * 2", "return f0(train, x)"),
}
"""What the last of the functions does, and what calls the first."""
ALIKE: Mapping[str, tuple[str, str]] = {
    "another value is given": ("return b * 2", "train(x, y)\n    return f0(y, x)"),
    "a number is returned": ("return float(b)", "return scored(x, y).sum() * f0(y, x)"),
    "another object is given": ("return a.held * 2", "train(x, y)\n    return f0(Box(y), x)"),
    "another function is given": ("return a(b)", "train(x, y)\n    return f0(len, x)"),
}


def program(functions: int, last: str, use: str) -> str:
    """Functions that call each other, and one that calls the first."""
    links = (f"def f{i}(a, b):\n    return f{i + 1}(a, b)\n\n\n" for i in range(functions))
    return f"{HEAD}{''.join(links)}def f{functions}(a, b):\n    {last}\n\n\ndef use(x, y):\n    {use}\n"


def told(folder: Path, text: str) -> tuple[Diagnostic, tuple[str, ...]]:
    """The finding in a file, and the names of what was not analysed completely."""
    path = folder / "train.py"
    path.write_text(text)
    result = check([path], choose(None, [], []), fixes=True)
    return result.diagnostics[0], tuple(one.name for one in result.unanalysed)


def fix_in(folder: Path, text: str) -> Fix:
    """The fix of the finding in a file."""
    fix = told(folder, text)[0].fix
    assert fix is not None
    return fix


@pytest.mark.parametrize("last, use", USERS.values(), ids=USERS)
def test_who_is_called_too_deep_may_use_the_values(tmp_path: Path, last: str, use: str) -> None:
    assert fix_in(tmp_path, program(MAX_DEPTH + 5, last, use)).applicability == DISPLAY_ONLY


@pytest.mark.parametrize("last, use", [*USERS.values(), *ALIKE.values()], ids=[*USERS, *ALIKE])
def test_less_fuel_makes_no_fix_bolder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, use: str) -> None:
    text = program(3, last, use)
    full = fix_in(tmp_path, text)
    for steps in (0, 12, 24, 40, 64):
        monkeypatch.setattr(UseRecorder, "fuel_factor", steps / 5000)
        cut = fix_in(tmp_path, text)
        assert cut.applicability == DISPLAY_ONLY or (cut.applicability, cut.edits) == (full.applicability, full.edits), steps


@pytest.mark.parametrize("last, use", ALIKE.values(), ids=ALIKE)
def test_who_has_nothing_to_do_with_the_values_is_no_matter(tmp_path: Path, last: str, use: str) -> None:
    far, near = (fix_in(tmp_path, program(count, last, use)) for count in (MAX_DEPTH + 5, 3))
    assert far.applicability == near.applicability != DISPLAY_ONLY
    assert [edit.content for edit in far.edits] == [edit.content for edit in near.edits]


def test_it_is_said(tmp_path: Path) -> None:
    found, left = told(tmp_path, program(MAX_DEPTH + 5, *USERS["the model is returned"]))
    assert found.fix is not None and found.fix.message.startswith(CUT)
    assert left == (f"f{MAX_DEPTH - 2}",)


CUT = f"no fix by machine: `f{MAX_DEPTH - 1}` was not analysed completely: a budget ran out, or calls stand too deep in each other; "
SETTERS = (
    HEAD
    + """\
class Other(nn.Module):
    def forward(self, x):
        return torch.relu(x)


class Trainer:
    def __init__(self):
        self.net = Net()
        self.steps = 0

    def step(self, x, y):
        nn.BCELoss()(self.net(x), y).backward()
        return self.net(x) * 2

{}
    def exchange(self):
        self.{} = Other()
"""
)


def test_what_the_methods_of_a_class_assign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    count = "".join(f"    def count{i}(self):\n        self.steps = {' + '.join('1' * 30)}\n\n" for i in range(30))
    for name, applicability in (("net", DISPLAY_ONLY), ("other", "unsafe")):
        monkeypatch.setattr(UseRecorder, "fuel_factor", 8)
        assert fix_in(tmp_path, SETTERS.format("", name)).applicability == applicability
        assert fix_in(tmp_path, SETTERS.format(count, name)).applicability == applicability
        monkeypatch.setattr(UseRecorder, "fuel_factor", 1)
        assert fix_in(tmp_path, SETTERS.format(count, name)).applicability == applicability
