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
from benchmarks.scale import Counts, Point, Spent, count, exponent
from benchmarks.scale import table as scale_table
from benchmarks.shapes import SHAPES, Shape
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


@pytest.mark.parametrize("shape", SHAPES, ids=[shape.name for shape in SHAPES])
def test_a_shape_is_python_and_grows(tmp_path: Path, shape: Shape) -> None:
    lengths = []
    for size in (1, 3):
        shape.write(tmp_path / str(size), size)
        texts = [file.read_text(encoding="utf-8") for file in (tmp_path / str(size)).rglob("*.py")]
        for text in texts:
            compile(text, "<shape>", "exec")
        lengths.append(sum(map(len, texts)))
    assert lengths[0] < lengths[1]


def test_what_a_run_counts_grows_with_the_project(tmp_path: Path) -> None:
    counts = []
    for size in (2, 4):
        SHAPES[1].write(tmp_path / str(size), size)
        counts.append(count(tmp_path / str(size)))
    one, two = counts
    assert two.entry_points - one.entry_points == 2 * 2  # each function has two runs
    assert two.evaluations == 2 * one.evaluations and two.calls == 2 * one.calls


def test_the_table_of_growth_shows_exponents_and_ratios() -> None:
    points = [
        Point(0, 1, Counts(0, 0, 1), Spent(0.1, 20.0, 0.02, 0.2, None)),
        Point(10, 100, Counts(50, 5, 10), Spent(0.2, 30.0, 0.05, 0.4, 0.01)),
        Point(100, 1000, Counts(5_000, 50, 100), Spent(1.1, 40.0, 0.1, 0.5, None)),
    ]
    text = scale_table(SHAPES[0], points)
    assert text.startswith("packages: evaluations grow by the exponent 2.00, seconds by 1.00\n")
    assert re.findall(r"[0-9.]+ x \w+", text) == ["4.0 x ast", "0.5 x flake8", "20.0 x ruff", "11.0 x ast", "2.2 x flake8"]
    assert exponent((1, 10), (0.0, 1.0)) == 0.0
