"""The key of the cache: the user's alone, made once, never in the project and never printed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bce_lint.cache import FOLDER, Cache, key
from bce_lint.cache.key import Signer, find_key
from bce_lint.source.projects import Root

ROOT = Path(__file__).parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="the state folder is elsewhere on other systems")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """An empty state folder."""
    (tmp_path / "state").mkdir()
    return tmp_path / "state"


def found(state: Path) -> Signer:
    """The key that is found with this state folder."""
    return find_key({"XDG_STATE_HOME": str(state), "LOCALAPPDATA": str(state), "HOME": str(state)})


def kept(state: Path) -> Path:
    """The file that holds the key."""
    (file,) = state.rglob(key.FILE)
    return file


def test_a_key_is_made_once_for_the_user_alone(state: Path) -> None:
    first = found(state)
    assert len(first.secret) == 32 and not first.problem
    assert found(state) == first
    assert kept(state).stat().st_mode & 0o777 == 0o600
    assert kept(state).parent.stat().st_mode & 0o777 == 0o700
    assert found(state / "other").secret not in (b"", first.secret)


@linux
def test_a_state_folder_is_named_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    assert find_key({"XDG_STATE_HOME": "state", "HOME": str(tmp_path / "home")}).secret
    assert not (tmp_path / "state").exists()
    assert (tmp_path / "home" / ".local" / "state" / "bce-lint" / key.FILE).exists()


@pytest.mark.parametrize("home", ["", "home", "/nowhere/at/all"])
def test_without_a_home_there_is_none(home: str) -> None:
    assert find_key({"HOME": home}) == Signer(b"", "", "there is no home folder")


def test_the_environment_may_give_one(state: Path) -> None:
    one, two = (find_key({key.VARIABLE: text, "XDG_STATE_HOME": str(state)}) for text in ("one", "two"))
    assert one.secret and two.secret and one.secret != two.secret
    assert find_key({key.VARIABLE: "one"}) == one
    assert list(state.iterdir()) == []


def readable(file: Path) -> None:
    """Others may read it."""
    file.chmod(0o644)


def linked(file: Path) -> None:
    """It is a link to a key elsewhere."""
    file.rename(file.parents[2] / "elsewhere")
    file.symlink_to(file.parents[2] / "elsewhere")


def hard_linked(file: Path) -> None:
    """It has another name."""
    os.link(file, file.parents[2] / "elsewhere")


def a_folder(file: Path) -> None:
    """A folder stands in its place."""
    file.unlink()
    file.mkdir()


def a_pipe(file: Path) -> None:
    """A pipe stands in its place."""
    file.unlink()
    os.mkfifo(file, 0o600)


def no_key(file: Path) -> None:
    """It holds something else."""
    file.write_bytes(b"g" * 64 + b"\n")


def too_much(file: Path) -> None:
    """It holds more than a key."""
    file.write_bytes(file.read_bytes() * 2)


def folder_for_all(file: Path) -> None:
    """Others may write to its folder."""
    file.parent.chmod(0o777)


def linked_folder(file: Path) -> None:
    """Its folder is a link."""
    file.parent.rename(file.parents[2] / "elsewhere")
    file.parent.symlink_to(file.parents[2] / "elsewhere")


def somebody_elses(file: Path) -> None:
    """It belongs to another user."""
    if os.geteuid():
        pytest.skip("only root can give a file away")
    os.chown(file, 12345, -1)


DAMAGES = [readable, linked, hard_linked, a_folder, a_pipe, no_key, too_much, folder_for_all, linked_folder, somebody_elses]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_key_that_others_may_know_is_none(state: Path, damage: Callable[[Path], None]) -> None:
    before = found(state)
    damage(kept(state))
    now = found(state)
    assert now.secret == b"" and now.problem
    assert before.secret.hex() not in now.problem


def test_a_folder_of_somebody_else_gets_none(state: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a folder away")
    os.chown(state, 12345, -1)
    assert found(state).problem == "the state folder would lie in a folder of somebody else"
    assert list(state.iterdir()) == []


def test_a_key_that_was_begun_by_a_process_that_was_killed_is_made_again(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = found(state)
    kept(state).write_bytes(b"")
    monkeypatch.setattr(key, "_PATIENCE", 0.05)
    assert found(state).problem.endswith("is empty")
    os.utime(kept(state), (0, 0))
    assert found(state).secret not in (b"", first.secret)


def test_processes_agree_on_one(state: Path) -> None:
    program = "from bce_lint.cache.key import find_key; print(find_key().secret.hex())"
    env = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(state), "HOME": str(state), key.VARIABLE: ""}
    started = [subprocess.Popen([sys.executable, "-c", program], env=env, stdout=subprocess.PIPE) for _ in range(8)]
    assert {one.communicate(timeout=120)[0].strip().decode() for one in started} == {found(state).secret.hex()}


def test_a_state_folder_in_the_project_is_not_trusted(tmp_path: Path) -> None:
    one = found(tmp_path / "project" / "state")
    assert one.secret
    (tmp_path / "link").symlink_to(tmp_path / "project")
    for path in (tmp_path / "project", tmp_path / "link", tmp_path):
        asked = Cache(key=one)
        assert asked._place(Root(str(path), True)) is None
        assert list(asked.problems) == ["the state folder of bce-lint lies in the project"]
    assert Cache(key=one)._place(Root(str(tmp_path / "pro"), True)) == str(tmp_path / "pro" / FOLDER)


def test_no_key_is_made_in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "project"))
    monkeypatch.delenv(key.VARIABLE)
    (tmp_path / "project").mkdir()
    assert Cache()._place(Root(str(tmp_path / "project"), True)) is None
    assert list((tmp_path / "project").iterdir()) == []
    assert Cache()._place(Root(str(tmp_path / "other"), True)) is not None
    assert kept(tmp_path / "project")


def test_why_nothing_is_kept_is_said_to_who_asks(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "a.py").write_text("from torch import nn\n", encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": "", "XDG_STATE_HOME": "", key.VARIABLE: "", "BCE_LINT_NO_CACHE": ""}
    said = {}
    for option in ("-v", "-q"):
        command = [sys.executable, "-m", "bce_lint", option, "."]
        said[option] = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=True).stderr
    assert said["-v"].startswith("bce-lint: no key for the cache, so findings are not kept: there is no home folder\n")
    assert said["-q"] == ""
    assert not (tmp_path / FOLDER).exists()
