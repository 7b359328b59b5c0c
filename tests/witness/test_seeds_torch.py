"""The seed documents' samples give the same codes when they run as when they are read."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bce_lint.engine import check_text
from bce_lint.rules.registry import default_codes
from tests.seeds import SAMPLES
from tests.witness.programs import run

pytestmark = pytest.mark.torch

CALLS = {"1b": "\nimport torch\nf(torch.randn(3), torch.rand(3))\n"}
"""What runs a sample that only defines a function."""
KNOWN = {"1e": ["BCE401"], "1f": ["BCE401"]}
"""What a run knows on top: the shape of a file's contents."""


@pytest.mark.parametrize(("source", "expected"), SAMPLES)
def test_a_sample(
    source: str, expected: list[tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id
    monkeypatch.chdir(tmp_path)
    torch.save(torch.randn(3, 4), "values.pt")
    done = run(source + CALLS.get(name, ""), tmp_path)
    static = check_text(source.encode(), None, default_codes() | {"BCE123"}).diagnostics
    assert [row for row in done.rows if row[1] not in KNOWN.get(name, ())] == expected
    assert {one.code for one in static} | set(KNOWN.get(name, ())) == set(done.codes)
    assert [(one.location.start, one.code) for one in static] == [
        (one.location.start, one.code) for one in done.report.findings if one.code not in KNOWN.get(name, ())
    ]
