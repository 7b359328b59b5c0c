"""`python -m bce_lint.witness`: scripts run as they would without it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(__file__).parent / "scripts"
WRONG = """\
import sys
import torch
from torch import nn

criterion = nn.BCEWithLogitsLoss()
for step in range(5):
    loss = criterion(torch.sigmoid(nn.Linear(4, 1)(torch.zeros(3, 4))), torch.ones(3, 1))
    print("step", step)
"""


def command(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", ""))),
        "PYTHONWARNINGS": "ignore",
        "OMP_NUM_THREADS": "1",
    }
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def witness(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return command("-m", "bce_lint.witness", *arguments, folder=folder)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "train.py"
    path.write_text(WRONG, encoding="utf-8")
    return path


def test_a_script_is_run_and_its_findings_follow(script: Path) -> None:
    done = witness("--output-format", "concise", "train.py", folder=script.parent)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[:5] == [f"step {step}" for step in range(5)]
    assert lines[5].startswith("train.py:7:12: BCE103 `criterion` (`BCEWithLogitsLoss`) expects logits")
    assert lines[6:] == [
        "Found 1 finding in 1 file.",
        "5 loss calls seen at 1 place:",
        "  train.py:7:12: criterion (BCEWithLogitsLoss), 5 times",
        "    sigmoid float32 [3, 1]; target float32 [3, 1]",
    ]


def test_it_stops_after_so_many_losses(script: Path) -> None:
    done = witness("--steps", "2", "--output-format", "json", "--output-file", "out.json", "train.py", folder=script.parent)
    assert (done.returncode, done.stdout, done.stderr) == (0, "step 0\n", "")
    told = json.loads((script.parent / "out.json").read_text(encoding="utf-8"))
    assert [loss["count"] for loss in told["losses"]] == [2]


def test_the_rows_of_json_are_the_linters(script: Path) -> None:
    witness("--output-format", "json", "--output-file", "out.json", "train.py", folder=script.parent)
    told = json.loads((script.parent / "out.json").read_text(encoding="utf-8"))
    linted = json.loads(command("-m", "bce_lint", "--output-format", "json", "train.py", folder=script.parent).stdout)
    (row,) = told["findings"]
    shared = {key: value for key, value in linted[0].items() if key not in ("fix", "fingerprint")}
    assert {key: row[key] for key in shared} == shared
    assert (row["count"], row["callers"]) == (5, [])
    (loss,) = told["losses"]
    assert (loss["filename"], loss["location"], loss["right"]) == (str(script), {"row": 7, "column": 12}, False)
    assert loss["reached"] == [{"what": "sigmoid float32 [3, 1]; target float32 [3, 1]", "count": 5}]


@pytest.mark.parametrize(
    ("ending", "status"),
    [("raise ValueError('no')", 1), ("sys.exit(3)", 3), ("sys.exit('stop')", 1), ("sys.exit()", 0), ("raise KeyboardInterrupt", None)],
)
def test_how_a_script_ends_is_unchanged(script: Path, ending: str, status: int | None) -> None:
    script.write_text(f"{WRONG}{ending}\nprint('never')\n", encoding="utf-8")
    plain = command("train.py", folder=script.parent)
    done = witness("--output-format", "concise", "train.py", folder=script.parent)
    assert done.returncode == plain.returncode
    assert status is None or done.returncode == status
    assert "BCE103" in done.stdout
    if status is not None:
        assert done.stderr.replace(str(script), "train.py") == plain.stderr.replace(str(script), "train.py")


def test_a_script_gets_its_arguments_and_finds_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "neighbour.py").write_text("NAME = 'beside'\n", encoding="utf-8")
    text = "import sys\nfrom neighbour import NAME\nimport __main__\nprint(sys.argv, NAME, __name__, __main__.NAME, __file__)\n"
    (tmp_path / "inner" / "run.py").write_text(text, encoding="utf-8")
    arguments = ("inner/run.py", "--steps", "7", "-x")
    plain, done = command(*arguments, folder=tmp_path), witness(*arguments, folder=tmp_path)
    assert (plain.stderr, done.stderr) == ("", "")
    assert done.stdout.splitlines()[0] == plain.stdout.splitlines()[0].replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "which script?"),
        (("gone.py",), "gone.py: No such file or directory"),
        (("--steps", "0", "gone.py"), "must be 1 or more"),
        (("--steps", "x", "gone.py"), "--steps"),
        (("--unheard-of", "gone.py"), "usage"),
        (("broken.py",), "broken.py: "),
        (("--output-file", "no/such/folder.json", "train.py"), "no/such/folder.json: No such file or directory"),
    ],
)
def test_a_wrong_command_line_is_one_line(script: Path, arguments: tuple[str, ...], said: str) -> None:
    (script.parent / "broken.py").write_text("def f(:\n", encoding="utf-8")
    done = witness(*arguments, folder=script.parent)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("bce-lint: ") and said in done.stderr


@pytest.mark.long
def test_a_gan(tmp_path: Path) -> None:
    done = witness("--output-format", "concise", str(SCRIPTS / "gan.py"), "--epochs", "2", folder=tmp_path)
    plain = command(str(SCRIPTS / "gan.py"), "--epochs", "2", folder=tmp_path)
    assert (done.returncode, done.stdout.startswith(plain.stdout)) == (0, True)
    rows = [line.split(" ")[:2] for line in done.stdout.splitlines() if ": BCE" in line]
    assert [(place.split(":")[-3], code) for place, code in rows] == [("41", "BCE103"), ("41", "BCE103"), ("45", "BCE103")]


@pytest.mark.long
def test_a_recommender(tmp_path: Path) -> None:
    done = witness("--output-format", "concise", str(SCRIPTS / "recommender.py"), folder=tmp_path)
    plain = command(str(SCRIPTS / "recommender.py"), folder=tmp_path)
    assert (done.returncode, done.stdout.startswith(plain.stdout), "No findings." in done.stdout) == (0, True, True)
    assert "8 loss calls seen at 1 place" in done.stdout


@pytest.mark.long
def test_a_lightning_module(tmp_path: Path) -> None:
    done = witness("--output-format", "concise", str(SCRIPTS / "lit.py"), folder=tmp_path)
    plain = command(str(SCRIPTS / "lit.py"), folder=tmp_path)
    assert (done.returncode, done.stdout.startswith(plain.stdout)) == (0, True)
    assert plain.stdout.startswith("right: ")
    assert [line.split(" ")[1] for line in done.stdout.splitlines() if ": BCE" in line] == ["BCE111"]
    assert "8 loss calls seen at 1 place" in done.stdout


PLUGIN = """\
import torch
from torch import nn

pytest_plugins = ["bce_lint.witness.pytest_plugin"]


def test_right(loss_witness):
    nn.BCEWithLogitsLoss()(nn.Linear(4, 1)(torch.zeros(3, 4)), torch.ones(3, 1))


def test_wrong(loss_witness):
    nn.BCEWithLogitsLoss()(nn.Linear(4, 1)(torch.zeros(3, 4)).sigmoid(), torch.ones(3, 1))
"""


def test_the_fixture_fails_a_test_with_findings(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(PLUGIN.split("\n\n\n")[0], encoding="utf-8")
    (tmp_path / "test_step.py").write_text(PLUGIN.replace('pytest_plugins = ["bce_lint.witness.pytest_plugin"]\n', ""), encoding="utf-8")
    done = command("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_step.py", folder=tmp_path)
    assert done.returncode == 1
    assert "1 failed, 1 passed" in done.stdout
    assert "BCE103 `nn.BCEWithLogitsLoss()`" in done.stdout and "test_step.py:" in done.stdout
