"""`bce-lint --verify --plot DIR`: what it says, and the exit statuses."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from bce_lint import verify
from bce_lint.cli import main
from bce_lint.verify import verify_rules
from bce_lint.verify.rows import ROWS

pytestmark = pytest.mark.torch


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of a command line."""
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(str(stop.code))
    return status, *capsys.readouterr()


def test_pictures_of_the_selected_rules_are_written_and_counted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "new" / "pictures"
    status, out, err = run(capsys, "--verify", "--plot", str(folder), "--select", "BCE103,class-called-as-function")
    assert (status, err) == (0, "")
    assert out.splitlines()[-2:] == [f"6 of 6 claims hold (torch {torch.__version__}, cpu, seed 0)", f"pictures written to {folder}: 4"]
    assert {path.name for path in folder.iterdir()} == {f"{code}-{number}.svg" for code in ("BCE103", "BCE201") for number in (1, 2)}


def test_the_table_is_the_one_without_pictures(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, plain, _ = run(capsys, "--verify", "--select", "BCE601", "-q")
    assert run(capsys, "--verify", "--select", "BCE601", "-q", "--plot", str(tmp_path)) == (0, plain, "")
    assert len(list(tmp_path.iterdir())) == 3


def test_rules_that_have_no_picture(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, err = run(capsys, "--verify", "--select", "BCE304", "--plot", str(tmp_path / "none"))
    assert (status, out.splitlines()[-1], err) == (0, f"pictures written to {tmp_path / 'none'}: 0", "")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--plot pictures", "--plot goes with --verify"),
        ("--plot pictures --device cpu", "--device goes with --verify"),
        ("--plot pictures train.py", "--plot goes with --verify"),
        ("--verify --plot file --select BCE101", "--plot cannot write file: File exists"),
        ("--verify --plot pictures --select BCE403", "the selected rules make no rewrite that could be verified"),
        ("--verify --plot pictures file", "--plot draws the rewrites of the rules: give it without a path"),
    ],
)
def test_usage_errors_are_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert run(capsys, *arguments.split()) == (2, "", f"bce-lint: {message}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_picture_that_cannot_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "BCE101.svg").mkdir()
    status, out, err = run(capsys, "--verify", "--plot", str(tmp_path), "--select", "BCE101")
    assert (status, out, err) == (2, "", f"bce-lint: --plot cannot write {tmp_path}/BCE101.svg: Is a directory\n")


def test_without_matplotlib_nothing_is_tried(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(verify, "ROWS", ())
    status, out, err = run(capsys, "--verify", "--plot", str(tmp_path / "pictures"))
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("bce-lint: --plot needs matplotlib (")
    assert err.endswith("; install it with `pip install matplotlib`\n")
    assert not (tmp_path / "pictures").exists()


def test_verification_alone_needs_no_matplotlib(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    status, _, err = run(capsys, "--verify", "--select", "BCE601")
    assert (status, err) == (0, "")
    assert len(verify_rules({"BCE601"})) == len([row for row in ROWS if row.code == "BCE601"])
