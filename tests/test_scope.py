"""Which findings a path selects: those whose place lies in it, and with `--related` those that have a label there, in every face."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from libcst import parse_module
from libcst.codemod import CodemodContext

import bce_lint
from bce_lint import engine
from bce_lint.cache import Cache
from bce_lint.cli import main
from bce_lint.codemod import FixLossesCommand
from bce_lint.diagnostic import Diagnostic
from bce_lint.fix_options import FixOptions
from bce_lint.rules.registry import default_codes

NET = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc(x))
"""
TRAIN = """\
from torch import nn
from net import Net


def step(x, y):
    return nn.BCEWithLogitsLoss()(Net()(x), y)
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model, and a training file in which its output meets a loss."""
    for name, text in (("pyproject.toml", ""), ("net.py", NET), ("train.py", TRAIN)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The files of the findings that a command prints."""
    main([*arguments, "--output-format", "json"])
    return [Path(one["filename"]).name for one in json.loads(capsys.readouterr().out)]


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["."], ["train.py"]),
        (["train.py"], ["train.py"]),
        (["net.py"], []),
        (["--related", "net.py"], ["train.py"]),
        (["--related", "."], ["train.py"]),
        (["--statistics", "--related", "net.py"], None),
        (["--unsafe-fixes", "--related", "net.py", "train.py"], ["train.py"]),
    ],
)
def test_a_path_selects_what_lies_in_it(arguments: list[str], files: list[str] | None, capsys: pytest.CaptureFixture[str]) -> None:
    if files is None:
        assert main(arguments) == 1 and "BCE103" in capsys.readouterr().out
        return
    assert told(capsys, *arguments) == files


def test_standard_input_is_in_the_scope_of_its_file(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def given(text: str, *arguments: str) -> list[str]:
        """The files of the findings of a text."""
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text.encode())))
        return told(capsys, *arguments)

    assert given(NET, "--stdin-filename", "net.py", "-") == []
    assert given(NET, "--stdin-filename", "net.py", "--related", "-") == ["train.py"]
    assert given(TRAIN, "--stdin-filename", "train.py") == ["train.py"]


def test_the_library_has_the_same_scope() -> None:
    def paths(found: Sequence[Diagnostic]) -> list[str]:
        """The files of some findings."""
        return [Path(one.location.path).name for one in found]

    assert paths(bce_lint.lint_paths(["net.py"])) == paths(bce_lint.lint_source(NET, "net.py")) == []
    assert paths(bce_lint.lint_paths(["net.py"], related=True)) == paths(bce_lint.lint_source(NET, "net.py", related=True)) == ["train.py"]


def test_a_fix_is_made_where_its_finding_lies(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fix", "--unsafe-fixes", "net.py"]) == 0
    assert capsys.readouterr().out == "No findings.\n"
    assert main(["--fix", "--unsafe-fixes", "--related", "net.py"]) == 0
    assert "1 fixed" in capsys.readouterr().out and "sigmoid" not in (project / "net.py").read_text(encoding="utf-8")


def test_a_fix_that_leaves_the_named_files_is_shown_only(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fix", "--unsafe-fixes", "train.py"]) == 1
    assert "it changes net.py: give all of them" in capsys.readouterr().out
    assert (project / "net.py").read_text(encoding="utf-8") == NET


def test_a_text_is_fixed_for_what_lies_in_it() -> None:
    assert bce_lint.fix_source(NET, "net.py", unsafe=True) == NET
    outcome, _ = engine.fix_text(NET.encode(), "net.py", default_codes(), FixOptions(True, default_codes(), related=True))
    assert len(outcome.applied) == 1
    module = parse_module(NET)
    assert FixLossesCommand(CodemodContext(filename="net.py"), unsafe_fixes=True).transform_module(module).code == NET


def test_flake8_has_the_same_scope(project: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "flake8", "--select=BCE", "."], capture_output=True, text=True, check=False, cwd=project)
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["./train.py"], done.stderr
    alone = subprocess.run([sys.executable, "-m", "flake8", "--select=BCE", "net.py"], capture_output=True, check=False, cwd=project)
    assert alone.stdout == b""


def test_a_kept_answer_is_that_of_its_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE", raising=False)
    for _ in range(2):
        counts = [len(engine.check([Path("net.py")], default_codes(), cache=Cache(), related=one).diagnostics) for one in (False, True)]
        assert counts == [0, 1]
        texts = [engine.check_text(NET.encode(), "net.py", default_codes(), cache=Cache(), related=one) for one in (False, True)]
        assert [len(one.diagnostics) for one in texts] == [0, 1]
