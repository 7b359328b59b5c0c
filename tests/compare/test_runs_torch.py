"""Findings held against real runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bce_lint import engine
from tests.compare.runs import CODES, compared, verdicts
from tests.witness.cases import CASES, HEAD, Case

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_both_find_is_confirmed_and_what_the_run_finds_alone_is_told(case: Case, tmp_path: Path) -> None:
    found = compared(HEAD + case.wrong + "\n", tmp_path)
    static = {(one.location, one.code) for one in engine.check([tmp_path / "program.py"], CODES).diagnostics}
    assert {one.code for one in found} >= set(case.codes)
    for one in found:
        assert one.run_time is not None
        assert one.run_time.verdict == ("confirmed" if (one.location, one.code) in static else "only at run time")
        assert one.run_time.count >= 1
