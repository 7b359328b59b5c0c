"""An empty project as the working folder, and a command line that runs in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bce_lint.cli import main
from tests.config.projects import Done, Lint


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a project, below one that no configuration holds for; the working folder."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def lint(root: Path, capsys: pytest.CaptureFixture[str]) -> Lint:
    """Runs a command line."""

    def call(*words: str) -> Done:
        capsys.readouterr()
        try:
            status = main(list(words))
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        return Done(status, *capsys.readouterr())

    return call
