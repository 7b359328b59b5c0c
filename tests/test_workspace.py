"""A workspace: texts that are not on the disk, files that change there, and the same answers as a cold run."""

from __future__ import annotations

import gc
import os
import weakref
from pathlib import Path
from random import Random

import pytest

import bce_lint
from bce_lint import lint_source
from bce_lint.diagnostic import Diagnostic, JudgedLoss
from bce_lint.staying import StayingProject
from bce_lint.workspace import Workspace
from tests.edits import changed
from tests.metamorphic.programs import planted
from tests.small_project import MODEL, RIGHT, TRAIN, write_project

pytestmark = pytest.mark.any_python

FIXTURES = Path(__file__).parent / "fixtures"
LOSSES = (FIXTURES / "losses" / "shop", *sorted(path.parent for path in (FIXTURES / "projects").rglob("pyproject.toml")))



@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of two files with a bug that takes both."""
    return write_project(tmp_path)


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


def test_what_a_workspace_knew_goes_with_it(folder: Path) -> None:
    gc.collect()
    workspace = Workspace(folder)
    assert codes(workspace) == ["BCE103"]
    (project,) = (weakref.ref(one._known) for one in workspace._projects.values() if one._known is not None)
    del workspace
    gc.collect()
    assert project() is None


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


REGISTRY = "from torch import nn\n\nLOSSES = {}\n\n\ndef loss(name):\n    return LOSSES[name]()\n"
FILLED = "from registry import LOSSES\nfrom torch import nn\n\nLOSSES['a'] = nn.BCEWithLogitsLoss\nLOSSES['b'] = nn.MSELoss\n"
USING = "import torch\nfrom registry import loss\n\n\ndef step(x, y):\n    return loss('a')(torch.sigmoid(x), y)\n"
TWO_OF_IT = "import torch\nfrom torch import nn\n\n\ndef step(x, y):\n    return nn.BCELoss()(nn.Linear(3, 1)(x).sigmoid(), y)\n"


@pytest.mark.parametrize("comment", ["# a", "# 'a' and more", "# precision=64", "# noqa", "# .half() torch_dtype", "# set_default_dtype"])
def test_a_comment_says_what_it_says_in_a_first_run(folder: Path, comment: str) -> None:
    texts = {"registry.py": REGISTRY, "filled.py": FILLED, "using.py": USING, "two.py": TWO_OF_IT}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    workspace = Workspace(folder)
    for name, text in texts.items():
        workspace.update(name, text)
    for name, text in texts.items():
        for other in texts:
            workspace.findings(other)
        workspace.update(name, text + comment + "\n")
        new = Workspace(folder)
        new.update(name, text + comment + "\n")
        for other in texts:
            assert workspace.findings(other) == new.findings(other)


def test_an_unused_noqa_is_told_where_it_stands(folder: Path) -> None:
    workspace = Workspace(folder, extend_select=["BCE910"])
    text = TRAIN + "\n\ny = 1  # noqa: BCE101\n"
    for above in ("", "# a comment\n\n", "\n"):
        workspace.update("train.py", above + text)
        found = next(one for one in workspace.findings("train.py") if one.code == "BCE910")
        assert found.location.start == ((above + text).count("\n"), text.splitlines()[-1].index("#") + 1)


def test_a_file_that_is_not_written_yet_is_imported(folder: Path) -> None:
    workspace = Workspace(folder)
    workspace.update("train.py", TRAIN.replace("models", "other.deep.models"))
    assert codes(workspace) == []
    workspace.update("other/deep/models.py", MODEL)
    assert codes(workspace) == ["BCE103"]
    workspace.update("other/deep/models.py", None)
    assert codes(workspace) == []


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


# --- losses --------------------------------------------------------------------------------------


def verdicts(workspace: Workspace, path: str = "train.py") -> list[str]:
    """The verdicts on the losses of a file."""
    return [one.verdict for one in workspace.losses(path)]


def test_losses_of_texts_that_are_not_written(folder: Path) -> None:
    workspace = Workspace(folder)
    (found,) = workspace.losses("train.py")
    assert (found.location.path, found.verdict, found.codes) == ("train.py", "wrong", ("BCE103",))
    workspace.update("models.py", RIGHT)
    assert verdicts(workspace) == ["unknown"] and workspace.losses("models.py") == ()
    workspace.update("train.py", "\n" + TRAIN)
    assert [one.location.start.row for one in workspace.losses("train.py")] == [7]
    workspace.update("models.py", None)
    workspace.update("train.py", None)
    assert workspace.losses("train.py") == (found,) == Workspace(folder).losses("train.py")
    assert codes(workspace) == ["BCE103"]


def test_losses_of_files_that_are_not_there(folder: Path) -> None:
    workspace = Workspace(folder)
    with pytest.raises(FileNotFoundError, match=r"new\.py"):
        workspace.losses("new.py")
    workspace.update("new.py", TRAIN)
    assert verdicts(workspace, "new.py") == ["wrong"]
    workspace.update("new.py", "def f(:\n")
    assert workspace.losses("new.py") == ()


def test_a_comment_silences_no_loss_and_selected_rules_count(folder: Path) -> None:
    silent = TRAIN.replace("y)\n", "y)  # noqa\n").replace("(x, y):  # noqa", "(x, y):")
    workspace = Workspace(folder, select=["BCE2"])
    workspace.update("train.py", silent)
    assert workspace.findings("train.py") == () and verdicts(workspace) == ["wrong"]


def test_a_state_is_asked_for_its_losses_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(folder)
    found = workspace.losses("train.py")
    with monkeypatch.context() as patch:
        patch.setattr("bce_lint.loss_table.table.losses_in", lambda *_: pytest.fail("again"))
        assert workspace.losses("train.py") is found
    workspace.update("models.py", RIGHT)
    assert workspace.losses("train.py") != found


def on_the_disk(root: Path, texts: dict[str, str]) -> None:
    """Writes the texts of a project; files of other names are gone."""
    for path in root.rglob("*.py"):
        if str(path.relative_to(root)) not in texts:
            path.unlink()
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode("utf-8", "surrogateescape"))


def told(rows: tuple[JudgedLoss | Diagnostic, ...], root: Path) -> str:
    """All of some rows, whichever folder their files lie in."""
    return repr(rows).replace(f"{root}{os.sep}", "")


def edit(tmp_path: Path, texts: dict[str, str], rng: Random, steps: int) -> int:
    """Changes a project's texts at random without writing them, and compares its losses with those of a first run on files that have these
    texts; gives how many losses there were."""
    cold, warm, found = tmp_path / "cold", tmp_path / "warm", 0
    for root in (cold, warm):
        root.mkdir(parents=True)
        (root / "pyproject.toml").touch()
        on_the_disk(root, texts)
    workspace, first = Workspace(warm), texts
    for step in range(steps):
        before, texts = texts, changed(rng, texts if rng.random() > 0.2 else first, bound_first=True)
        on_the_disk(cold, texts)
        on_the_disk(warm, {name: text for name, text in first.items() if name in texts})
        for name in first.keys() | before.keys() | texts.keys():
            workspace.update(name, texts[name].encode("utf-8", "surrogateescape") if name in texts else None)
        for name in rng.sample(sorted(texts), min(4, len(texts))):
            rows = workspace.losses(name)
            assert told(rows, warm) == told(bce_lint.losses(cold / name), cold), f"step {step}, {name}"
            assert told(workspace.findings(name), warm) == told(bce_lint.lint_paths([cold / name]), cold), f"step {step}, {name}"
            found += len(rows)
    return found


def texts_of(folder: Path) -> dict[str, str]:
    """The texts of a project's files by their paths in it."""
    return {str(path.relative_to(folder)): path.read_bytes().decode("utf-8", "surrogateescape") for path in sorted(folder.rglob("*.py"))}


@pytest.mark.parametrize("folder", LOSSES[::6], ids=lambda path: path.name)
def test_losses_while_files_change(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bce_lint.staying._SHARE", 0)
    if texts := texts_of(folder):
        edit(tmp_path, texts, Random(folder.name), 4)


@pytest.mark.long
@pytest.mark.parametrize("folder", LOSSES[1::3], ids=lambda path: path.name)
def test_losses_while_files_change_at_length(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bce_lint.staying._SHARE", 0)
    if texts := texts_of(folder):
        edit(tmp_path, texts, Random(f"{folder.name} at length"), 2)


@pytest.mark.parametrize("seed", range(2))
def test_losses_of_planted_programs_that_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr("bce_lint.staying._SHARE", 0)
    programs = planted(4, seed)  # none without torch
    found = sum(edit(tmp_path / str(number), dict(one.texts), Random(seed), 3) for number, one in enumerate(programs))
    assert found > 5 or not programs
