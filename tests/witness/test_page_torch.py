"""The page on the witness: its example runs and prints what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bce_lint.witness.command import parser
from bce_lint.witness.report import WitnessedLoss

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "witness.md").read_text(encoding="utf-8")
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
