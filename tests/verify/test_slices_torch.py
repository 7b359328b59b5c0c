"""What is computed of each fix is what was read and found right: the slice before, the one that is meant, and the one afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixes.test_fix_fixtures import FIXED
from tests.slices import file_of, said
from tests.told import named, written

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("path", FIXED, ids=named)
def test_what_is_computed(path: Path) -> None:
    assert said(path) == written(file_of(path)).get(named(path), []), "`python -m tests.slices` writes it anew; read the difference"


def test_a_slice_is_known_of_most() -> None:
    lines = [line for path in FIXED for line in written(file_of(path)).get(named(path), [])]
    assert sum(line.startswith("  ") and "cannot be followed" not in line for line in lines) > 1_000
