"""`bce-lint --losses` and `bce_lint.losses`: every loss with a verdict, and why nothing is known of the others."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import bce_lint
from bce_lint.cli import main
from bce_lint.diagnostic import JudgedLoss

pytestmark = pytest.mark.any_python

SHOP = Path(__file__).parent / "fixtures" / "losses" / "shop"
PAGE = Path(__file__).parents[1] / "docs" / "losses.md"
_SAID = re.compile(r"# loss: (.+)$")


def said(one: JudgedLoss) -> str:
    return " ".join((one.verdict, *one.codes, *([one.reason] if one.verdict in ("unknown", "possible") else ())))


def test_each_loss_has_a_verdict() -> None:
    lines = enumerate((SHOP / "train.py").read_text(encoding="utf-8").splitlines(), 1)
    expected = {row: found[1] for row, line in lines if (found := _SAID.search(line))}
    assert {one.location.start.row: said(one) for one in bce_lint.losses(SHOP)} == expected


def test_what_is_known_and_why_not() -> None:
    by_row = {one.written + str(one.location.start.row): one for one in bce_lint.losses(SHOP / "train.py")}
    right, library = by_row["criterion17"], by_row["criterion37"]
    assert (right.loss, right.input_known, right.target_known) == ("CrossEntropyLoss", True, True)
    assert right.input.startswith("logits") and right.target.startswith("labels, int64")
    assert (library.input_known, library.target_known, library.cause) == (False, True, "library timm")
    assert library.reason_location is not None and library.reason_location.start.row == 36


def test_a_path_selects_what_is_told() -> None:
    assert bce_lint.losses(SHOP / "models.py") == ()
    with pytest.raises(FileNotFoundError):
        bce_lint.losses(SHOP / "nowhere.py")


HELPER = """import torch.nn.functional as F


def weighted(p, y, weight=None):
    if weight is not None:
        return F.binary_cross_entropy(p, y, weight=weight.cuda())
    return F.binary_cross_entropy(p, y)
"""
TRAIN = """import torch
from helper import weighted
from torch import nn

net = nn.Linear(8, 1)


def step(x, y):
    return weighted(net(x).sigmoid(), y)
"""


def test_a_loss_that_callers_answer_for_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(HELPER, encoding="utf-8")
    (tmp_path / "train.py").write_text(TRAIN, encoding="utf-8")
    rows = [(Path(one.location.path).name, one.location.start.row, one.verdict) for one in bce_lint.losses(tmp_path)]
    assert rows == [("helper.py", 6, "unknown"), ("train.py", 9, "wrong")]


class Told:
    """What a command line prints and gives."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        status = main(["--isolated", *words])
        printed = self._capsys.readouterr()
        return status, printed.out, printed.err


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.chdir(SHOP)
    return Told(capsys)


def test_a_table_and_its_summary(told: Told) -> None:
    status, out, err = told("--losses", ".")
    lines = out.splitlines()
    assert (status, err) == (0, "")
    assert lines[0].split() == ["place", "loss", "input", "target", "verdict"]
    assert lines[1].startswith("train.py:17:12  criterion (CrossEntropyLoss)")
    assert lines[-1] == "14 losses: 2 right, 2 wrong, 1 possible, 9 unknown"
    assert told("--losses", "--quiet", ".")[1].splitlines() == lines[:-1]
    assert told("--losses", "--ignore", "BCE", ".")[1] == out


def test_statistics_count_what_is_known_and_the_causes(told: Told) -> None:
    out = told("--losses", "--statistics", ".")[1]
    assert "target known: " in out and "unknown because of:\n" in out
    assert re.search(r"^ *1\tlibrary timm$", out, re.MULTILINE)


def test_the_same_as_json(told: Told) -> None:
    status, out, _ = told("--losses", "--output-format", "json", ".")
    whole = json.loads(out)
    assert status == 0 and len(whole["losses"]) == 14
    assert {key: whole["summary"][key] for key in ("losses", "right", "wrong", "possible", "unknown")} == {
        "losses": 14, "right": 2, "wrong": 2, "possible": 1, "unknown": 9,
    }  # fmt: skip
    assert whole["summary"]["causes"]["library timm"] == 1
    first = whole["losses"][0]
    assert (first["verdict"], first["input"]["known"], first["location"]["row"]) == ("right", True, 17)
    assert Path(first["filename"]) == SHOP / "train.py" and "reason" not in first


@pytest.mark.parametrize(
    "words",
    [("--fix", "."), ("--diff", "."), ("--verify", "."), ("-",), ("--output-format", "sarif", "."), ("nowhere.py",), ("--add-noqa", ".")],
)
def test_what_does_not_go_together(told: Told, words: tuple[str, ...]) -> None:
    status, out, err = told("--losses", *words)
    assert status == 2 and err.startswith("bce-lint: ") and err.count("\n") == 1
    assert "right" not in out


def test_a_file_that_is_no_python_is_told(told: Told, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from torch import nn\nloss = (\n", encoding="utf-8")
    status, out, err = told("--losses", str(tmp_path))
    assert (status, out) == (0, "0 losses: 0 right, 0 wrong, 0 possible, 0 unknown\n")
    assert "a.py:" in err


def test_the_page_shows_what_is_printed(told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", text, re.DOTALL):
        (tmp_path / name).write_text(f"# {name}\n{code}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    shown = re.findall(r"```text\n\$ bce-lint (.*?)\n(.*?)```", text, re.DOTALL)
    assert shown
    for words, expected in shown:
        assert told(*words.split())[1] == expected
