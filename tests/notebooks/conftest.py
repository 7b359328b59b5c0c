"""What the tests of notebooks have in common."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def notebook_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The current folder, a project of its own."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("notebooks")
        (folder / "pyproject.toml").touch()
        patch.chdir(folder)
        yield
