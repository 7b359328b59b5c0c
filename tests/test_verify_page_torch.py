"""docs/verify.md: its table, its numbers and its test are right."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from bce_lint.cli import main
from bce_lint.verify import Result, Verdict
from bce_lint.verify.samples import EXTREME, MODERATE, STEP, TARGETS
from bce_lint.verify.verdict import EQUAL, PARTED, SLACK

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CLAIMED = set(Verdict) - {Verdict.CONTRADICTED, Verdict.NOT_VERIFIABLE}


def _blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(PAGE) if kind == language]


@pytest.mark.long
def test_the_tests_that_it_shows_pass(tmp_path: Path) -> None:
    path = tmp_path / "test_losses.py"
    path.write_text("\n\n".join(_blocks("python")), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert (done.returncode, re.search(r"^5 passed in ", done.stdout, re.MULTILINE) is not None) == (0, True), done.stdout


def test_the_table_that_it_shows_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = (text for text in _blocks("text") if text.startswith("$"))
    command, _, shown = block.partition("\n")
    assert main(command.removeprefix("$ bce-lint ").split()) == 0
    assert capsys.readouterr().out == shown.replace("torch 2.13.0+cpu,", f"torch {torch.__version__},")


def test_the_numbers_are_those_of_the_verdicts() -> None:
    rows = re.findall(r"^\| (\w+) \| ([\d.e-]+) \| ([\d.e-]+) \|$", PAGE, re.MULTILINE)
    assert {name: (float(slack), float(parted)) for name, slack, parted in rows} == {name: (SLACK[name], PARTED[name]) for name in SLACK}
    assert list(SLACK) == list(PARTED)
    assert f"at most {EQUAL:.0e} apart".replace("e-07", "e-7") in PAGE
    assert f"a step of 1/{1 / STEP:.0f}, for the targets 0, 0.25, 0.5, 0.875 and 1," in PAGE
    assert TARGETS == (0.0, 0.25, 0.5, 0.875, 1.0)


def test_every_verdict_has_its_domain() -> None:
    rows = dict(re.findall(r"^\| ([a-z ]+) \| (\d+)\b", PAGE, re.MULTILINE))
    assert {name: float(limit) for name, limit in rows.items()} == {
        verdict.value: EXTREME if verdict is Verdict.NO_WORSE else MODERATE for verdict in CLAIMED
    }
    assert all(f"**{verdict.value}**" in PAGE for verdict in set(Verdict) - CLAIMED)


def test_a_result_is_described_whole() -> None:
    described = re.search(r"a `Result` for each claim: (.+?)\. ", PAGE, re.DOTALL)
    assert described is not None
    assert set(re.findall(r"`(\w+)`", described.group(1))) == {*Result.__dataclass_fields__, "holds"}


def test_readme_and_this_page_link_to_files_that_are_there() -> None:
    assert "](docs/verify.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", PAGE)
    assert links
    assert all((ROOT / "docs" / link).is_file() for link in links)
    assert PAGE.count("\n## At a site\n") == 1
