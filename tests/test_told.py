"""What is said of each fixture is what was read and found right: places, messages, labels, and what its fix says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.told import PATHS, TOLD, file_of, named, said, written


@pytest.mark.any_python
@pytest.mark.parametrize("path", PATHS, ids=named)
def test_what_is_said(path: Path) -> None:
    assert said(path) == written(file_of(path)).get(named(path), []), "`python -m tests.told` writes it anew; read the difference"


def test_nothing_is_kept_of_fixtures_that_are_gone() -> None:
    kept = {name for file in TOLD.rglob("*.txt") for name in written(file)}
    assert len(kept) > 500
    assert kept <= {named(path) for path in PATHS}
