"""The benchmark of the witness measures each sample next to a run without it."""

from __future__ import annotations

import pytest

from benchmarks.witness import SAMPLES, main, ratios

pytestmark = pytest.mark.torch


def test_each_sample_has_its_ratio() -> None:
    plain, found = ratios(steps=1, repeat=1, batch=2)
    assert plain > 0
    assert set(found) == set(SAMPLES)


def test_a_line_for_each_batch_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--steps", "1", "--repeat", "1"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["batch 8", "batch 64"]
    assert all("sample=1 " in line and "sample=10 " in line for line in lines)
