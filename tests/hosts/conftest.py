"""What the tests of other programs share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bce_lint import __version__
from tests.hosts.programs import published


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This repository with the tag of its version, where it can be cloned from."""
    return published(tmp_path_factory.mktemp("published") / "bce-lint", f"v{__version__}")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Where the runners keep the hooks' environments: made once, by the first run of each."""
    folder = tmp_path_factory.mktemp("homes")
    return {"PRE_COMMIT_HOME": str(folder / "pre-commit"), "PREK_HOME": str(folder / "prek")}
