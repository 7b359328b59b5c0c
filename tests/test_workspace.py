"""A workspace: texts that are not on the disk, files that change there, and the same answers as a cold run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bce_lint import lint_source
from bce_lint.staying import StayingProject
from bce_lint.workspace import Workspace

MODEL = "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return torch.sigmoid(x)\n"
TRAIN = "from torch import nn\nfrom models import Net\n\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(Net()(x), y)\n"
RIGHT = MODEL.replace("torch.sigmoid(x)", "x")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of two files with a bug that takes both."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "models.py").write_text(MODEL, encoding="utf-8")
    (tmp_path / "train.py").write_text(TRAIN, encoding="utf-8")
    return tmp_path


def codes(workspace: Workspace, path: str = "train.py") -> list[str]:
    """The codes found in a file."""
    return [one.code for one in workspace.findings(path)]


def write(path: Path, text: str) -> None:
    """Writes a file so that its time is another one, however coarse the clock."""
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(about := path.stat().st_mtime_ns + 10**9, about))


def test_a_text_of_another_file_counts_before_it_is_written(folder: Path) -> None:
    workspace = Workspace(folder)
    assert codes(workspace) == ["BCE103"]
    workspace.update("models.py", RIGHT)
    assert codes(workspace) == []
    workspace.update(folder / "models.py", None)
    assert codes(workspace) == ["BCE103"]


def test_a_text_of_the_file_itself(folder: Path) -> None:
    workspace = Workspace(folder)
    workspace.update("train.py", TRAIN.replace("BCEWithLogitsLoss", "MSELoss"))
    assert codes(workspace) == []
    workspace.update("train.py", ("\n" + TRAIN).encode())
    (found,) = workspace.findings("train.py")
    assert (found.location.path, found.location.start.row) == ("train.py", 7)
    assert workspace.findings("train.py") == (found,)


def test_a_file_that_is_opened_and_closed(folder: Path) -> None:
    workspace = Workspace(folder)
    assert codes(workspace) == ["BCE103"]
    for name, text, other in (("models.py", MODEL, RIGHT), ("train.py", TRAIN, TRAIN.replace("(Net()(x), y)", "(Net()(x) * 2 - 1, y)"))):
        workspace.update(name, text)
        assert [(one.location.start.row, one.code) for one in workspace.findings("train.py")] == [(6, "BCE103")]
        workspace.update(name, "# a comment\n" + text.replace("):\n", "):\n        # a comment\n"))
        assert codes(workspace) == ["BCE103"]
        workspace.update(name, other)
        assert codes(workspace) == []
        workspace.update(name, None)
        assert codes(workspace) == ["BCE103"]


def test_a_file_that_is_not_there_yet(folder: Path) -> None:
    workspace = Workspace(folder)
    with pytest.raises(FileNotFoundError, match=r"new\.py"):
        workspace.findings("new.py")
    workspace.update("new.py", TRAIN)
    assert codes(workspace, "new.py") == ["BCE103"]
    workspace.update("new.py", None)
    assert codes(workspace) == ["BCE103"]


def test_files_that_change_on_the_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bce_lint.staying._SHARE", 0)
    workspace = Workspace(folder)
    assert codes(workspace) == ["BCE103"]
    write(folder / "models.py", RIGHT)
    assert codes(workspace) == []
    write(folder / "other.py", MODEL)
    write(folder / "train.py", TRAIN.replace("models", "other"))
    assert codes(workspace) == ["BCE103"]
    (folder / "other.py").unlink()
    assert codes(workspace) == []


def test_what_editors_ask_for_sees_other_files_as_they_are(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bce_lint.staying._SHARE", 0)
    path = str(folder / "train.py")
    assert [one.code for one in lint_source(TRAIN, path)] == ["BCE103"]
    write(folder / "models.py", RIGHT)
    assert lint_source(TRAIN, path) == ()
    write(folder / "models.py", MODEL)
    assert [one.code for one in lint_source(TRAIN + "# more\n", path)] == ["BCE103"]


def test_a_state_is_kept_while_nothing_has_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bce_lint.staying._SHARE", 0)
    from bce_lint.source.projects import root_of

    path = str(folder / "train.py")
    staying = StayingProject(root_of(path))
    first = staying.around(path, TRAIN.encode())
    assert staying.around(path, TRAIN.encode()) is first
    assert staying.around(str(folder / "models.py"), MODEL.encode()) is first
    second = staying.around(path, b"x = 1\n")
    assert second is not first
    assert staying.around(path, b"x = 1\n") is second


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing: no such folder"):
        Workspace(tmp_path / "missing")
