"""`--new-from`: only what a revision did not have is told; its tree is linted as today's files are, by their settings."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from bce_lint import crew, several_projects
from bce_lint.adoption.git import Repository, TreeEntry
from bce_lint.adoption.known import KnownFinding
from bce_lint.adoption.revision import FindingsAt
from bce_lint.cli import main

BUG = "import torch\nfrom torch import nn\n\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y)\n"
OTHER = BUG.replace("def step", "def other")
NET = "import torch\n\n\ndef net(x):\n    return x\n"
SIGMOID = NET.replace("return x", "return torch.sigmoid(x)")
TRAIN = "from torch import nn\nfrom net import net\n\n\ndef step(x, y):\n    return nn.BCEWithLogitsLoss()(net(x), y)\n"


def git(folder: Path, *arguments: str) -> str:
    """Runs git with nothing of the user's settings, and gives what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run(("git", *who, *arguments), cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def write(folder: Path, files: dict[str, str]) -> None:
    """Writes files by their paths."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def commit(folder: Path, files: dict[str, str]) -> None:
    """Writes files, and all that is there becomes a commit."""
    write(folder, files)
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "a")


@pytest.fixture(autouse=True, params=["nothing kept", "kept"])
def project(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository; the working folder. What was found in a revision is kept, or is not."""
    if request.param == "kept":
        monkeypatch.delenv("BCE_LINT_NO_CACHE")
        monkeypatch.setenv("BCE_LINT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q")
    monkeypatch.chdir(folder)
    return folder


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The files and rows of the findings that are not in HEAD."""
    main(["--new-from", "HEAD", *arguments, "--output-format", "json"])
    done = capsys.readouterr()
    assert done.err == ""
    return [f"{Path(one['filename']).name}:{one['location']['row']}" for one in json.loads(done.out)]


def test_what_moved_is_not_new(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"a.py": BUG})
    assert told(capsys, ".") == []
    write(project, {"a.py": f"# above\n\n{BUG}"})
    assert told(capsys, ".") == []
    write(project, {"a.py": BUG + "\n\n" + OTHER})
    assert told(capsys, ".") == ["a.py:14"]


def test_a_renamed_folder_brings_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"pack/a.py": BUG, "pack/sub/b.py": BUG})
    (project / "pack").rename(project / "package")
    assert told(capsys, ".") == []
    write(project, {"package/new.py": BUG})
    assert told(capsys, "package") == ["new.py:6"]


def test_a_changed_model_is_told_at_the_loss(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"pyproject.toml": "", "net.py": NET, "train.py": TRAIN})
    write(project, {"net.py": SIGMOID})
    assert told(capsys, ".") == ["train.py:6"]
    assert told(capsys, "net.py") == []
    assert told(capsys, "--related", "net.py") == ["train.py:6"]


def test_ignores_by_file_and_excludes_hold_in_both_trees(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = 'per-file-ignores = {"old/*" = ["BCE103"]}\nextend-exclude = ["gone"]\n'
    commit(project, {"bce-lint.toml": settings, "old/a.py": BUG, "gone/b.py": BUG, "c.py": BUG})
    write(project, {"c.py": f"\n{BUG}", "old/d.py": OTHER, "gone/e.py": OTHER})
    assert told(capsys, ".") == []
    write(project, {"bce-lint.toml": ""})
    assert told(capsys, ".") == ["e.py:6", "d.py:6"]


def test_a_source_folder_is_looked_up_in_the_revision(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"bce-lint.toml": 'src = ["python"]\n', "python/net.py": SIGMOID, "jobs/train.py": TRAIN})
    write(project, {"jobs/train.py": f"\n{TRAIN}"})
    assert told(capsys, ".") == []
    write(project, {"python/net.py": NET, "jobs/train.py": f"\n{TRAIN}"})
    commit(project, {})
    write(project, {"python/net.py": SIGMOID})
    assert told(capsys, ".") == ["train.py:7"]


@pytest.fixture
def revisions(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The files of revisions that were linted."""
    asked: list[list[str]] = []
    found = FindingsAt._found

    def _found(self: FindingsAt, tree: Mapping[str, TreeEntry], files: Iterable[str]) -> list[KnownFinding]:
        asked.append([*files])
        return found(self, tree, asked[-1])

    monkeypatch.setattr(FindingsAt, "_found", _found)
    return asked


@pytest.mark.parametrize("project", ["kept"], indirect=True)
def test_a_revision_is_linted_once(project: Path, revisions: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"a.py": BUG, "b.py": BUG})
    for above in ("", "# one\n", "# two\n"):
        write(project, {"a.py": f"{above}{BUG}\n\n{OTHER}"})
        assert told(capsys, ".") == [f"a.py:{14 + bool(above)}"]
    assert revisions == [["a.py", "b.py"]]
    assert told(capsys, "--related", "a.py") == ["a.py:15"]
    assert told(capsys, "a.py", "--extend-select", "BCE123") == ["a.py:15"]
    assert revisions[1:] == [["a.py"], ["a.py"]]
    (project / "b.py").rename(project / "c.py")
    assert told(capsys, "a.py", "c.py") == ["a.py:15"]  # that of `b.py` stands for that of `c.py`
    assert revisions[3:] == []
    commit(project, {})
    write(project, {"a.py": BUG + OTHER + OTHER.replace("other", "third")})
    assert told(capsys, "a.py") == ["a.py:18"]
    assert revisions[3:] == [["a.py"]]


@pytest.mark.parametrize("project", ["kept"], indirect=True)
def test_what_a_revision_imports_from_elsewhere_is_looked_at_each_time(
    project: Path, tmp_path: Path, revisions: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"bce-lint.toml": 'src = ["libraries"]\n', "libraries/net.py": SIGMOID})
    commit(project, {"train.py": TRAIN})
    for above in ("# one\n", "# two\n"):
        write(project, {"train.py": f"{above}{TRAIN}"})
        assert told(capsys, ".") == []
    assert revisions == [["train.py"], ["train.py"]]


@pytest.mark.parametrize("project", ["kept"], indirect=True)
def test_a_crash_is_not_kept(
    project: Path, revisions: list[list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project, {"a.py": BUG})
    write(project, {"a.py": f"#\n{BUG}"})
    with monkeypatch.context() as broken:
        broken.setattr(FindingsAt, "_found", lambda *_: [KnownFinding("a.py", "BCE900", "", "")])
        assert told(capsys, ".") == ["a.py:7"]
    assert told(capsys, ".") == []
    assert len(revisions) == 1


def test_a_revision_that_cannot_be_read_is_told_in_a_line(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def _tree(*_: object) -> dict[str, TreeEntry]:
        raise ValueError("git: the tree is broken")

    commit(project, {"a.py": BUG})
    write(project, {"a.py": f"#\n{BUG}"})
    monkeypatch.setattr(Repository, "tree", _tree)
    assert main(["--new-from", "HEAD", "."]) == 2
    assert capsys.readouterr() == ("", "bce-lint: git: the tree is broken\n")


def test_several_projects_have_the_revision_linted_in_one_process(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = FindingsAt._found

    def _found(self: FindingsAt, tree: Mapping[str, TreeEntry], files: Iterable[str]) -> list[KnownFinding]:
        with open(tmp_path / "linted", "a", encoding="utf-8") as stream:  # by whichever process
            stream.write("once\n")
        return found(self, tree, files)

    monkeypatch.setattr(FindingsAt, "_found", _found)
    monkeypatch.setattr(several_projects, "_ENOUGH", 0)
    monkeypatch.setattr(crew, "cores", lambda: 2)
    commit(project, {"one/pyproject.toml": "", "one/a.py": BUG, "two/pyproject.toml": "", "two/b.py": BUG})
    write(project, {"one/a.py": f"#\n{BUG}", "two/b.py": BUG + OTHER})
    assert told(capsys, "-j2", "one", "two") == ["b.py:12"]
    assert (tmp_path / "linted").read_text(encoding="utf-8") == "once\n"


def test_only_what_is_new_is_fixed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"a.py": BUG})
    write(project, {"a.py": BUG + "\n\n" + OTHER})
    main(["--new-from", "HEAD", "--fix", "--unsafe-fixes", "a.py"])
    assert (project / "a.py").read_text(encoding="utf-8").count("torch.sigmoid") == 1
    assert "1 fixed" in capsys.readouterr().out


@pytest.mark.parametrize("revision", ["", "-h", "--exec=true", "nothing", "HEAD\n", "HEAD:a.py"])
def test_a_revision_that_is_none_is_said_in_a_line(revision: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commit(project, {"a.py": BUG})
    assert main([f"--new-from={revision}", "."]) == 2
    done = capsys.readouterr()
    assert done.out == "" and len(done.err.splitlines()) == 1 and "--new-from" in done.err
