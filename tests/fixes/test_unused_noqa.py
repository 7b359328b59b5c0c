"""Comments that silence nothing: what is said of them in every face, and how they are taken away."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import bce_lint
from bce_lint.cli import main
from bce_lint.engine import check_text
from bce_lint.rules.registry import default_codes

HEAD = "import torch\nfrom torch import nn\n\nnet = nn.Linear(4, 1)\nf = nn.BCEWithLogitsLoss()\n"
CODES = default_codes() | {"BCE910"}


def told(text: str) -> list[tuple[int, int, str]]:
    """Where a text has comments that silence nothing, and what is said of them."""
    found = check_text(text.encode(), None, CODES).diagnostics
    return [(*one.location.start, one.message) for one in found if one.code == "BCE910"]


def fixed(text: str) -> str:
    """A text without the comments that silence nothing."""
    return bce_lint.fix_source(text, extend_select=["BCE910"])


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("# noqa: BCE103", "there is no finding of `BCE103`"),
        ("# noqa: BCE103, BCE5 E501", "there is no finding of `BCE103` or `BCE5`"),
        ("# noqa: BCE103, BCE999", "there is no finding of `BCE103`, and there is no rule `BCE999`"),
        ("# noqa: BCE111,BCE112,BCE113", "there is no finding of `BCE111`, `BCE112` or `BCE113`"),
    ],
)
def test_what_is_said(comment: str, message: str) -> None:
    assert told(f"x = 1  {comment}\n") == [(1, 8, f"unused `# noqa`: {message}")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # noqa: BCE103\n", "x = 1\n"),
        ("x = 1  # noqa: BCE103", "x = 1"),
        ("x = 1\t# NOQA:BCE103 for now\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n"),
        ("x = 1  # noqa: BCE103, E501\n", "x = 1  # noqa: E501\n"),
        ("x = 1  # noqa: E501,BCE103 W291 why\n", "x = 1  # noqa: E501 W291 why\n"),
        ("x = 1  # noqa: E501, BCE103, BCE111, W291\n", "x = 1  # noqa: E501, W291\n"),
        ("x = 1  # noqa: BCE103 BCE103\n", "x = 1\n"),
        ("x = 1  # type: ignore # noqa: BCE103\n", "x = 1  # type: ignore\n"),
        ("x = 1  # noqa: BCE103  # type: ignore\n", "x = 1  # type: ignore\n"),
        ("x = 1  # noqa: BCE103 see issue #12\n", "x = 1\n"),
        ("if x:\n    # noqa: BCE103\n    y = 1\n", "if x:\n    y = 1\n"),
        ("if x:\n    # noqa: BCE103  # why\n    y = 1\n", "if x:\n    # why\n    y = 1\n"),
        ("x = 1  # noqa: BCE11\nx = 2  # noqa: BCE5\n", "x = 1\nx = 2\n"),
        ("x = '''\n'''  # noqa: BCE103\n", "x = '''\n'''\n"),
        ("x = '# noqa: BCE103'\n", "x = '# noqa: BCE103'\n"),
        ("x = 1  # noqa: BCE103, BCE910\n", "x = 1  # noqa: BCE103, BCE910\n"),
        (f"{HEAD}f(torch.sigmoid(net(1)), 2)  # noqa: BCE103, BCE111\n", f"{HEAD}f(torch.sigmoid(net(1)), 2)  # noqa: BCE103\n"),
        ("x = 1  # noqa: BCE103\ndef f(:\n", "x = 1  # noqa: BCE103\ndef f(:\n"),
        ("\ufeffx = 'é'  # noqa: BCE103\n", "\ufeffx = 'é'\n"),
    ],
)
def test_what_is_taken_away(before: str, after: str) -> None:
    assert fixed(before) == after
    assert fixed(after) == after


def test_a_rule_that_does_not_run_is_not_judged() -> None:
    text = "x = 1  # noqa: BCE103\n"
    assert [one.code for one in check_text(text.encode(), None, frozenset({"BCE910"})).diagnostics] == []
    assert [one.code for one in check_text(text.encode(), None, frozenset({"BCE910", "BCE103"})).diagnostics] == ["BCE910"]
    assert [one.code for one in check_text(text.encode(), None, default_codes()).diagnostics] == []


def test_a_function_that_was_not_analysed_leaves_its_file_alone() -> None:
    body = "".join("        x = x.unknown()\n" for _ in range(3_000))
    head = "from torch import nn\n\n\nclass A:\n    def __init__(self):\n        self.loss = nn.BCELoss()\n\n    def train(self, x, y):\n"
    whole = check_text(f"{head}{body}        return self.loss(x, y)  # noqa: BCE105\n".encode(), None, CODES)
    assert whole.unanalysed and whole.diagnostics == ()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with one comment that is used and one that is not."""
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    text = f"{HEAD}f(torch.sigmoid(net(1)), 2)  # noqa: BCE103\nf(net(1), 2)  # noqa: BCE103\n"
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_line(project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["."]) == 0
    assert main(["--extend-select", "unused-noqa", "--output-format", "json", "."]) == 1
    (one,) = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert (one["code"], one["location"]["row"], one["fix"]["applicability"]) == ("BCE910", 7, "safe")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO((project / "a.py").read_bytes())))
    assert main(["--extend-select", "BCE910", "--fix", "-"]) == 0
    assert capsys.readouterr().out.endswith("f(net(1), 2)\n")
    assert main(["--extend-select", "BCE910", "--fix", "."]) == 0
    assert (project / "a.py").read_text(encoding="utf-8").endswith("# noqa: BCE103\nf(net(1), 2)\n")


def test_flake8(project: Path) -> None:
    command = [sys.executable, "-m", "flake8", "--isolated", "--select=BCE", "a.py"]
    assert subprocess.run(command, capture_output=True, check=False).stdout == b""
    done = subprocess.run([*command, "--bce-extend-select=BCE910"], capture_output=True, text=True, check=False)
    assert done.stdout == "a.py:7:15: BCE910 unused `# noqa`: there is no finding of `BCE103`\n", done.stderr
