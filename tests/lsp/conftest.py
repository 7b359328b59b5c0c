"""What the tests of the server have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.client import MODEL, TRAIN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of two files with a bug that takes both."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "models.py").write_text(MODEL, encoding="utf-8")
    (tmp_path / "train.py").write_text(TRAIN, encoding="utf-8")
    return tmp_path
