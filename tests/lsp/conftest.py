"""What the tests of the server have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.small_project import write_project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of two files with a bug that takes both."""
    return write_project(tmp_path)
