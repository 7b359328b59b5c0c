"""`--add-noqa`: after it nothing is told, by bce-lint and by flake8, and the code is what it was."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bce_lint.adoption.silencing import NotSilenced, silenced
from bce_lint.cli import main
from bce_lint.rules.registry import RULES as ALL
from bce_lint.source.text import decode

RULES = Path(__file__).parents[1] / "fixtures" / "rules"
HEAD = "import torch\nfrom torch import nn\n\nnet = nn.Linear(4, 1)\nf = nn.BCEWithLogitsLoss()\n"
LOSS = "a = f(torch.sigmoid(net(x)), y)"


def added(line: str, reason: str = "", code: str = "BCE103") -> str:
    """A text in which its first row is silenced."""
    return silenced(decode(line.encode(), "a.py"), {1: frozenset({code})}, reason)[0].decode()


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("a\n", "a  # noqa: BCE103\n"),
        ("a", "a  # noqa: BCE103"),
        ("a  \t\r\nb\r\n", "a  # noqa: BCE103\r\nb\r\n"),
        ("a # type: ignore\n", "a # type: ignore  # noqa: BCE103\n"),
        ("a  # noqa: E501\n", "a  # noqa: E501, BCE103\n"),
        ("a  # noqa:E501,\n", "a  # noqa:E501, BCE103,\n"),
        ("a  # noqa: E501 W291 long\n", "a  # noqa: E501 W291, BCE103 long\n"),
        ("a  # noqa: E501  # type: ignore\n", "a  # noqa: E501, BCE103  # type: ignore\n"),
        ("a  # type: ignore # noqa: bce103\n", "a  # type: ignore # noqa: bce103, BCE103\n"),
        ("a + \\\n  b\nc\n", "a + \\\n  b  # noqa: BCE103\nc\n"),
        ("a('''\n''', b)\n", "a('''\n''', b)  # noqa: BCE103\n"),
        ("a(\n  b)\n", "a(  # noqa: BCE103\n  b)\n"),
        ("if a:\n\tb\n", "if a:  # noqa: BCE103\n\tb\n"),
        ("a = '# type'\n", "a = '# type'  # noqa: BCE103\n"),
        ("é = 'ü'\n", "é = 'ü'  # noqa: BCE103\n"),
    ],
)
def test_a_comment_stands_where_one_is_legal(line: str, after: str) -> None:
    assert added(line) == after


def test_a_reason_stands_behind_the_codes() -> None:
    assert added("a\n", "known and kept") == "a  # noqa: BCE103 known and kept\n"
    assert added("a  # noqa: E501\n", "known") == "a  # noqa: E501, BCE103 known\n"
    assert added("a  # noqa: E501 long\n", "known") == "a  # noqa: E501, BCE103 long\n"


@pytest.mark.parametrize("text", ["a = '# noqa: E501'\n", "a = (\n", "%time a\n"])
def test_a_text_that_cannot_take_a_comment(text: str) -> None:
    with pytest.raises(NotSilenced):
        added(text)


def test_bytes_and_encodings_stay() -> None:
    data = b"\xef\xbb\xbf# coding: utf-8\r\nx = '\xc3\xa9'\ry = 1\n"
    assert silenced(decode(data, "a.py"), {2: frozenset({"BCE103"})}, "")[0] == data.replace(b"'\r", b"'  # noqa: BCE103\r")
    latin = b"# coding: latin-1\nx = '\xe9'\n"
    assert silenced(decode(latin, "a.py"), {2: frozenset({"BCE103"})}, "")[0] == latin.replace(b"'\n", b"'  # noqa: BCE103\n")
    with pytest.raises(NotSilenced, match="encode"):
        silenced(decode(latin, "a.py"), {2: frozenset({"BCE103"})}, "\u20ac")


@pytest.mark.any_python
@pytest.mark.parametrize("of_each", [4, pytest.param(None, marks=pytest.mark.long)])
def test_every_fixture_is_silent_afterwards(
    of_each: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for rule in RULES.iterdir():
        for file in sorted(rule.rglob("*.py"))[:of_each]:
            copy = tmp_path / "rules" / file.relative_to(RULES)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    monkeypatch.chdir(tmp_path / "rules")
    assert main(["--add-noqa=for now", "--select", "BCE", "."]) in (0, 2)
    out, err = capsys.readouterr()
    left = {line.split(": ")[1] for line in err.splitlines() if "no `# noqa` is added" in line}
    assert re.match(r"Added \d{3,} `# noqa` comments", out) and len(left) < 10
    assert main(["--select", "BCE", "-q", "--output-format", "json", "."]) in (0, 1)
    found = json.loads(capsys.readouterr().out)
    assert {os.path.relpath(one["filename"]) for one in found if one["code"] not in ("BCE901", "BCE902")} <= left
    codes = ",".join(rule.code for rule in ALL if rule.state == "off" and rule.code != "BCE910")
    command = [sys.executable, "-m", "flake8", "--select=BCE", f"--bce-extend-select={codes}", "-j1", "--isolated", "."]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    assert {line.partition(":")[0].removeprefix("./") for line in told if "BCE90" not in line} <= left
    for path in (tmp_path / "rules").rglob("*.py"):
        assert str(path.relative_to(tmp_path / "rules")) in left or tree(path) == tree(RULES / path.relative_to(tmp_path / "rules"))


def tree(path: Path) -> str:
    """A file without its comments; a file that the running Python cannot read has none."""
    try:
        return ast.dump(ast.parse(path.read_bytes()))
    except SyntaxError:
        return ""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with two findings in a folder of its own; the working folder."""
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "a.py").write_text(f"{HEAD}{LOSS}\n{LOSS}  # noqa: E501\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--add-noqa", "--diff", "."]) == 0
    out, err = capsys.readouterr()
    assert "+a = f(torch.sigmoid(net(x)), y)  # noqa: BCE103\n" in out and err == "Would add 2 `# noqa` comments.\n"
    assert "BCE103" not in (project / "a.py").read_text(encoding="utf-8")
    assert main(["--add-noqa", "."]) == 0
    assert capsys.readouterr() == ("Added 2 `# noqa` comments.\n", "")
    assert (project / "a.py").read_text(encoding="utf-8") == f"{HEAD}{LOSS}  # noqa: BCE103\n{LOSS}  # noqa: E501, BCE103\n"
    assert main(["."]) == 0
    done = subprocess.run([sys.executable, "-m", "flake8", "--select=BCE", "."], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert main(["--add-noqa", "."]) == 0


def test_a_reason_and_a_selection(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--add-noqa=as agreed", "--select", "BCE2", "."]) == 0
    assert capsys.readouterr().out == "Added 0 `# noqa` comments.\n"
    assert main(["--add-noqa=as agreed", "."]) == 0
    assert "# noqa: BCE103 as agreed\n" in (project / "a.py").read_text(encoding="utf-8")


def test_what_a_comment_does_not_silence_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "b.py").write_text("f(:\n", encoding="utf-8")
    assert main(["--add-noqa", "b.py"]) == 0
    assert capsys.readouterr().out == "Added 0 `# noqa` comments.\nb.py: BCE901 is not silenced by a comment\n"


def test_a_file_that_cannot_take_one_is_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "b.py").write_text(f"{HEAD}a = f(torch.sigmoid(net(x)), '# noqa: E501')\n", encoding="utf-8")
    before = (project / "b.py").read_bytes()
    assert main(["--add-noqa", "."]) == 2
    out, err = capsys.readouterr()
    assert out == "Added 2 `# noqa` comments.\n"
    assert err == "bce-lint: b.py: no `# noqa` is added: a string in row 6 holds what is read in place of a comment\n"
    assert (project / "b.py").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--add-noqa", "--fix", "."], "--add-noqa and --fix do not go together"),
        (["--add-noqa", "--statistics", "."], "--add-noqa and --statistics do not go together"),
        (["--add-noqa", "-"], "--add-noqa writes into files: give paths, not standard input"),
        (["--add-noqa=a\nb", "."], "--add-noqa takes a reason on one line, of characters that can be seen"),
        (["--add-noqa=E501 is long", "."],
         "--add-noqa=E501 is long: flake8 would take a part of that reason for a code or for another comment"),
    ],
)  # fmt: skip
def test_what_does_not_go_together(arguments: list[str], message: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"bce-lint: {message}\n"


def test_a_link_out_of_the_project_is_not_written_through(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "inner").mkdir()
    (project / "inner" / "pyproject.toml").write_text("", encoding="utf-8")
    (project / "inner" / "b.py").symlink_to("../a.py")
    before = (project / "a.py").read_bytes()
    assert main(["--add-noqa", "inner"]) == 2
    assert "a link out of the project" in capsys.readouterr().err and (project / "a.py").read_bytes() == before
