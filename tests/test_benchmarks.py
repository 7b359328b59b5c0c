"""The project that the benchmarks generate is one that bce-lint has something to say of, and the tables show what counts."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bce_lint import engine
from bce_lint.rules.selection import choose
from bce_lint.source.discover import discover
from benchmarks.__main__ import table
from benchmarks.generate import PACKAGES, PLAIN_FILES, generate
from benchmarks.measure import Times
from benchmarks.verify import Verification, summary
from benchmarks.verify import table as verify_table


def test_the_generated_project_is_always_the_same(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "two"):
        generate(tmp_path / name)
        contents.append({file.relative_to(tmp_path / name): file.read_bytes() for file in (tmp_path / name).rglob("*.py")})
    one, two = contents
    assert one == two
    assert len(one) == PACKAGES * (PLAIN_FILES + 3)


def test_the_generated_project_has_bugs_and_only_its_training_code_is_parsed(tmp_path: Path) -> None:
    generate(tmp_path)
    result = engine.check(discover([tmp_path]).files, choose(None, (), ()))
    wrong, fusable = len(range(0, PACKAGES, 3)), len(range(2, PACKAGES, 3))
    assert Counter(one.code for one in result.diagnostics) == {"BCE103": wrong, "BCE101": fusable}
    assert {Path(path).name for path in result.parsed} == {"model.py", "train.py"}


def test_the_table_shows_the_ratios() -> None:
    text = table("x", Times(10, 100, 2, bce_lint=3.0, again=0.2, parse=2.0, flake8=10.0, plugin=11.0, plugin_again=10.2))
    assert text.startswith("x: 10 files, 100 lines, of which bce-lint parsed 2 files\n")
    assert re.findall(r"[0-9.]+ x .*", text) == ["1.50 x the parse", "0.10 x the parse", "1.10 x without", "1.02 x without"]


def test_the_table_of_the_verification_shows_claims_seconds_and_the_ratio() -> None:
    assert verify_table(Verification("78 of 78 claims hold (torch 2.13.0, cpu, seed 0)", 12.0, 1.5)) == (
        "bce-lint --verify: 78 of 78 claims hold (torch 2.13.0, cpu, seed 0)\n"
        "  import torch, whole process         1.50 s\n"
        "  bce-lint --verify, whole process   12.00 s    8.00 x the import"
    )


@pytest.mark.torch
def test_the_claims_are_those_of_the_command() -> None:
    assert re.fullmatch(r"3 of 3 claims hold \(torch .+, cpu, seed 0\)", summary(["--select", "BCE601"]))
