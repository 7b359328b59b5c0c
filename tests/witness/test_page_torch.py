"""The page on the witness: its example runs and prints what the page shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from bce_lint import witness
from bce_lint.compare.reading import ALONE
from bce_lint.compare.verdicts import CHANGED, CONFIRMED, CONTRADICTED, NOT_EXECUTED, NOT_WATCHED
from bce_lint.diagnostic import RunTime
from bce_lint.report.run_time import as_row
from bce_lint.witness.command import parser
from bce_lint.witness.report import WitnessedLoss

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "witness.md").read_text(encoding="utf-8")
PART = PAGE[PAGE.index("## Static against run time") :]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(page: str, language: str) -> str:
    """The first block in a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_example_prints_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(block(PAGE, "python"), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "example.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert (done.stderr, done.stdout.rstrip("\n")) == ("", block(PAGE, "text").rstrip("\n"))


def test_the_comparison_prints_what_the_page_shows(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(block(PART, "python"), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    first, second = (
        subprocess.run(
            [sys.executable, "-m", *command.removeprefix("python -m ").replace("bce-lint", "bce_lint").split()],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120,
        )
        for command in block(PART, "sh").splitlines()
    )  # fmt: skip
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    assert (second.returncode, second.stderr, second.stdout) == (1, "", block(PART, "text"))


def test_what_a_comparison_tells_is_described_whole() -> None:
    assert all(f"\n| {verdict} |" in PART for verdict in (CONFIRMED, CONTRADICTED, NOT_EXECUTED, NOT_WATCHED, CHANGED, ALONE))
    assert all(f"`{name}`" in PART for name in as_row(RunTime("confirmed")))


def test_what_the_json_has_is_described_whole(tmp_path: Path) -> None:
    with witness.watch() as report:
        F.mse_loss(torch.zeros(1), torch.zeros(1))
    told = json.loads(report.text("json"))
    assert {"run", "files", "places"} < set(told)
    place = {key for row in told["places"] for key in row} - {"kind", "filename", "location", "end_location"}
    names = {*told, *place, *told["run"], *told["files"][0]} - {"bce_lint", "columns", "filename"}
    assert not {name for name in names if f"`{name}`" not in PAGE and f'"{name}"' not in PAGE}


def test_what_a_loss_tells_is_described_whole() -> None:
    assert all(f"`{name}`" in PAGE for name in WitnessedLoss.__dataclass_fields__)


def test_the_options_are_all_there() -> None:
    options = set(re.findall(r"--[a-z-]+", parser().format_help())) - {"--help"}
    assert options == set(re.findall(r"--[a-z-]+", block(PAGE, "sh")))


def test_links_lead_to_files() -> None:
    assert "](docs/witness.md)" in README
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert links
    assert all((ROOT / "docs" / link).is_file() for link in links)
