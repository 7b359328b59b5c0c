"""Each format of the command line on findings in two files, on files that cannot be read, and on paths with odd characters."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import bce_lint
from bce_lint.report import FORMATS

ROOT = Path(__file__).parents[1]
ODD = "caf\u00e9 & <b>, c:d 100% 'q' #1.py"
NET = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 1)

    def forward(self, x):
        return torch.sigmoid(self.layer(x))
"""
TRAIN = """\
from net import Net
from torch import nn

criterion = nn.BCEWithLogitsLoss()
model = Net()


def step(x, y):
    return criterion(model(x), y)
"""
BROKEN = "from torch import nn\n\nloss = nn.BCELoss(:\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose model ends in a sigmoid, and whose training, in a file with an odd name, expects logits."""
    (tmp_path / "net.py").write_text(NET, encoding="utf-8")
    (tmp_path / ODD).write_text(TRAIN, encoding="utf-8")
    return tmp_path


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs this Python in a folder."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "BCE_LINT_NO_CACHE": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


def lint(folder: Path, *arguments: str, status: int = 1) -> str:
    """What a run prints; nothing may be on standard error."""
    done = python(folder, "-m", "bce_lint", *arguments)
    assert (done.returncode, done.stderr) == (status, "")
    return done.stdout


def unescaped(text: str) -> str:
    """The text of a GitHub command's property."""
    for code, letter in (("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, letter)
    return text


def test_odd_names_arrive_whole_in_what_programs_read(project: Path) -> None:
    printed = {form: lint(project, "--output-format", form, ".") for form in FORMATS}
    (row,) = json.loads(printed["json"])
    assert Path(row["filename"]) == project / ODD
    assert [Path(label["filename"]) for label in row["labels"]].count(project / "net.py") >= 1
    assert json.loads(printed["json-lines"]) == row
    (issue,) = json.loads(printed["gitlab"])
    assert issue["location"]["path"] == ODD
    (diagnostic,) = json.loads(printed["rdjson"])["diagnostics"]
    assert diagnostic["location"]["path"] == ODD
    (suite,) = ElementTree.fromstring(printed["junit"])
    assert suite.get("name") == ODD
    found = re.search(r",file=([^,]*),line=9,", printed["github"])
    assert found is not None and unescaped(found.group(1)) == ODD
    assert all(f"{ODD}:9:" in printed[form] for form in ("full", "concise"))
    assert printed["grouped"].startswith(f"{ODD}:\n")
    (result,) = json.loads(printed["sarif"])["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("caf%C3%A9%20")
    assert "net.py" in [place["physicalLocation"]["artifactLocation"]["uri"] for place in result["relatedLocations"]]


def test_junit_and_the_library_say_it_in_the_same_words(project: Path) -> None:
    (row,) = json.loads(lint(project, "--output-format", "json", "."))
    (case,) = ElementTree.fromstring(lint(project, "--output-format", "junit", "."))[0]
    failure = case.find("failure")
    assert failure is not None and failure.get("message") == row["message"]
    assert [one.message for one in bce_lint.lint_paths([project])] == [row["message"]]


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_that_does_not_parse_is_told_in_every_format(tmp_path: Path, form: str) -> None:
    (tmp_path / ODD).write_text(BROKEN, encoding="utf-8")
    printed = lint(tmp_path, "--output-format", form, ".")
    assert "BCE901" in printed
    assert ("loss = nn.BCELoss(:" in printed) == (form == "full")


def test_a_file_that_is_there_stays_where_the_new_one_cannot_be_written(project: Path) -> None:
    (project / "folder").mkdir()
    (project / "folder" / "kept").write_text("old\n", encoding="utf-8")
    done = python(project, "-m", "bce_lint", "-o", "folder", ".")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert (project / "folder" / "kept").read_text(encoding="utf-8") == "old\n"


def test_a_usage_error_leaves_the_file_as_it_is(project: Path) -> None:
    (project / "report").write_text("old\n", encoding="utf-8")
    assert python(project, "-m", "bce_lint", "-o", "report", "--select", "BCE999", ".").returncode == 2
    assert (project / "report").read_text(encoding="utf-8") == "old\n"


def test_a_plain_run_loads_no_module_that_it_does_not_need(project: Path) -> None:
    script = (
        "import sys; before = set(sys.modules); from bce_lint.cli import main; "
        "main(['--no-cache', 'net.py']); print(*sorted(set(sys.modules) - before), file=sys.stderr)"
    )
    loaded = set(python(project, "-c", script).stderr.split())
    assert "bce_lint.engine" in loaded
    assert loaded & {"subprocess", "xml", "tomllib", "tomli", "importlib.metadata", "torch", "libcst"} == set()
