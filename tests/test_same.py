"""The comparison of two revisions finds nothing where there is nothing, and says what differs where something does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.same import inputs, replay, revisions
from benchmarks.same.__main__ import main
from benchmarks.same.revisions import checkout, with_python
from benchmarks.same.times import Times, measured, total

pytestmark = pytest.mark.any_python

ROOT = Path(__file__).parents[1]
BUG = "import torch\nfrom torch import nn\n\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n"
FAKE = """\
import os, sys

def main(arguments):
    {does}
    print("[]")
    return 0
"""


@pytest.fixture
def bug(tmp_path: Path) -> Path:
    """A project with one bug."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "train.py").write_text(BUG)
    return folder


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package, as another checkout has it."""
    shutil.copytree(ROOT / "bce_lint", tmp_path / "copy" / "bce_lint", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "copy"


def fake(folder: Path, does: str = "pass") -> Path:
    """A checkout of a bce-lint that finds nothing, and does something else."""
    (folder / "bce_lint").mkdir(parents=True)
    (folder / "bce_lint" / "__init__.py").write_text("__version__ = '0'\n")
    (folder / "bce_lint" / "__main__.py").write_text("from bce_lint.cli import main\nmain([])\n")
    (folder / "bce_lint" / "cli.py").write_text(FAKE.format(does=does))
    return folder


def compare(old: Path, new: Path, *arguments: str) -> int:
    """The exit status of a comparison in this environment."""
    return main(["--in-place", "--no-verify", str(old), str(new), *arguments])


def test_a_copy_of_the_working_tree_is_the_same(copy: Path, bug: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(copy, ROOT, "--only", "folders", "--count", str(bug)) == 0
    out = capsys.readouterr().out
    assert [f"{name}: {folder / 'bce_lint'} (" in out for name, folder in (("OLD", copy), ("NEW", ROOT))] == [True, True]
    assert re.search(r"^folders: 1 files, 3 runs, 1 findings, [1-9]\d* evaluations, 1 fixed files: the same\nthe same$", out, re.MULTILINE)
    assert (bug / "train.py").read_text() == BUG


def test_another_message_is_told(copy: Path, bug: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rule,) = (copy / "bce_lint" / "rules").rglob("sigmoid_before_bce_with_logits.py")
    rule.write_text(rule.read_text().replace("expects logits", "wants logits"))
    assert compare(copy, ROOT, "--only", "folders", "--json", str(tmp_path / "all.json"), str(bug)) == 1
    out = capsys.readouterr().out
    assert "folders: 1 files, 3 runs, 1 findings, 1 fixed files: 1 RUNS DIFFER\n  project (findings): bce-lint " in out
    assert re.search(r"^    -.* wants logits .*\n    \+.* expects logits ", out, re.MULTILINE)
    ((difference,),) = (group["differences"] for group in json.loads((tmp_path / "all.json").read_text())["groups"])
    assert difference["old"]["out"].replace("wants", "expects") == difference["new"]["out"]


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("return 1", "--- OLD status"),
        ("print('oh', file=sys.stderr)", "+++ NEW err\n    @@ -0,0 +1 @@\n    +oh"),
        ("raise KeyError('x')", "+KeyError: 'x'"),
        ("sys.stdout.buffer.write(b'[]\\r\\n'); return 0", "out: the line ends differ"),
        ("os._exit(3)", "+the process ended with 3: "),
    ],
)  # fmt: skip
def test_whatever_else_differs_is_told(does: str, told: str, bug: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = fake(tmp_path / "old"), fake(tmp_path / "new", does)
    assert compare(old, new, "--only", "folders", str(bug)) == 1
    assert told in capsys.readouterr().out


def test_processes_that_die_on_both_sides_are_not_the_same(bug: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = (fake(tmp_path / name, "os._exit(3)") for name in ("old", "new"))
    assert compare(old, new, "--only", "folders", str(bug)) == 1
    out = capsys.readouterr().out
    assert "3 runs with an error" in out and ": 3 RUNS DIFFER\n" in out
    assert "on both sides the process ended with 3: " in out


def test_a_checkout_that_is_not_what_is_imported_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bce_lint").mkdir()
    with pytest.raises(SystemExit, match=r"OLD: .* (imports .*, which is not below|cannot import it)"):
        with_python("OLD", checkout(str(tmp_path), tmp_path), sys.executable)


def test_a_git_revision_is_taken_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = fake(tmp_path / "repository")
    git = ["git", "-C", str(repository), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    for command in ("init -q", "add .", "commit -q -m one --no-gpg-sign"):
        subprocess.run([*git, *command.split()], check=True)
    (repository / "bce_lint" / "cli.py").unlink()
    monkeypatch.setattr(revisions, "REPOSITORY", repository)
    assert (checkout("HEAD", tmp_path / "old") / "bce_lint" / "cli.py").read_text() == FAKE.format(does="pass")
    with pytest.raises(SystemExit, match="nowhere: neither a checkout nor a git revision: "):
        checkout("nowhere", tmp_path / "new")


def test_the_planted_programs_are_always_the_same(tmp_path: Path) -> None:
    groups = [inputs.planted(ROOT, tmp_path / name, 4, 0, False) for name in ("one", "two")]
    one, two = ({path.relative_to(group.runs[0].cwd): path.read_text() for path in group.runs[0].cwd.rglob("*.py")} for group in groups)
    assert one == two
    assert groups[0].runs[0].arguments[-4:] == ("00000", "00001", "00002", "00003")


def test_each_fixture_is_asked_about(tmp_path: Path) -> None:
    group = inputs.fixtures(ROOT, tmp_path / "fixtures", True)
    files = {path.relative_to(group.runs[0].cwd) for path in group.runs[0].cwd.rglob("*.py")}
    roots = {run.arguments[-1] for run in group.runs if run.kind == inputs.VERDICTS}
    assert {file for file in files if not roots.intersection(folder.as_posix() for folder in file.parents)} == set()
    assert len({run.stdin for run in group.runs if run.stdin}) == len(files) == group.files


def test_the_times_have_a_ratio_each_and_one_of_the_sums(bug: Path, tmp_path: Path) -> None:
    side = with_python("NEW", fake(tmp_path / "new"), sys.executable)
    times = measured(bug, (side._replace(name="OLD"), side), 1, tmp_path)
    assert (times.folder, times.old > 0, times.new > 0) == ("project", True, True)
    assert total([Times("a", 1.0, 2.0), Times("b", 3.0, 2.5)]).shown().endswith(" OLD    4.000 s   NEW    4.500 s    1.125 x")


def test_a_warning_is_the_same_from_another_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def _warning(arguments: list[str]) -> int:
        print(f"{sys.prefix}/library.py:1: a warning of {arguments}", file=sys.stderr)
        return 0

    monkeypatch.setattr("bce_lint.cli.main", _warning)
    monkeypatch.chdir(tmp_path)
    assert replay.answer(["-q"], str(tmp_path))["err"] == "ENVIRONMENT/library.py:1: a warning of ['-q']\n"
