"""What the tests of other programs share."""

from __future__ import annotations

from pathlib import Path

import pytest

from bce_lint import __version__
from tests.hosts.programs import published


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository with the tag of its version, where it can be cloned from."""
    return published(tmp_path_factory.mktemp("published") / "bce-lint", f"v{__version__}")
