"""A group of files is written whole or not at all."""

from __future__ import annotations

import errno
import os
import pickle
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bce_lint.source.write import FileChange, Refused, write_all

OLD, NEW = b"old\r\n", b"new\r\n"


@pytest.fixture
def group(tmp_path: Path) -> list[Path]:
    """Three files of a folder, all with the old bytes."""
    paths = [tmp_path / name for name in ("a.py", "b.py", "c.py")]
    for path in paths:
        path.write_bytes(OLD)
    return paths


def changes(paths: list[Path]) -> list[FileChange]:
    """The change from the old to the new bytes for each."""
    return [FileChange(str(path), OLD, NEW) for path in paths]


def contents(paths: list[Path]) -> list[bytes]:
    """What the files hold now."""
    return [path.read_bytes() for path in paths]


def temps(folder: Path) -> list[Path]:
    """The temporary files that lie in a folder."""
    return sorted(folder.glob(".*.bce-lint.tmp"))


def refusal(todo: list[FileChange]) -> Refused:
    """The refusal that writing them ends in."""
    with pytest.raises(Refused) as caught:
        write_all(todo)
    return caught.value


def before_call(monkeypatch: pytest.MonkeyPatch, name: str, number: int, act: Callable[[], None]) -> None:
    """Has `os.name` act before its call of that number (from 1), then do what it always did."""
    real: Callable[..., Any] = getattr(os, name)
    calls = 0

    def wrapped(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number:
            act()
        return real(*args, **options)

    monkeypatch.setattr(os, name, wrapped)


def raiser(error: BaseException) -> Callable[[], None]:
    """An act that raises."""

    def act() -> None:
        raise error

    return act


def system_error(code: int) -> OSError:
    """What the system answers with that number."""
    return OSError(code, os.strerror(code))


def test_all_are_written(group: list[Path], tmp_path: Path) -> None:
    write_all(changes(group))
    assert contents(group) == [NEW] * 3
    assert sorted(tmp_path.iterdir()) == group


def test_nothing_to_write() -> None:
    write_all([])


def test_every_temporary_file_is_on_the_disk_before_the_first_replace(
    group: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[object] = []
    sync, replace = os.fsync, os.replace

    def noting_sync(handle: int) -> None:
        events.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def noting_replace(source: str, target: str) -> None:
        events.append(contents(temps(tmp_path)))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noting_sync)
    monkeypatch.setattr(os, "replace", noting_replace)
    write_all(changes(group))
    assert events == ["file", "file", "file", [NEW] * 3, [NEW] * 2, [NEW], "folder"]


@pytest.mark.parametrize("mode", [0o640, 0o755, 0o222, 0o4755])
def test_the_mode_stays(group: list[Path], mode: int) -> None:
    group[0].chmod(mode)
    write_all(changes(group[:1]))
    assert group[0].stat().st_mode & 0o7777 == mode


def test_the_owner_stays(group: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "chown", lambda path, owner, group: asked.append((owner, group)))
    write_all(changes(group[:1]))
    assert asked == [(-1, os.getgid()), (os.getuid(), -1)]


def test_an_owner_that_cannot_be_kept_is_no_error(group: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before_call(monkeypatch, "chown", 1, raiser(system_error(errno.EPERM)))
    write_all(changes(group))
    assert contents(group) == [NEW] * 3


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_error_at_a_replace_rolls_back(number: int, group: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in group:
        path.chmod(0o640)
    before_call(monkeypatch, "replace", number, raiser(system_error(errno.EIO)))
    error = refusal(changes(group))
    assert (error.path, error.reason) == (str(group[number - 1]), os.strerror(errno.EIO))
    assert str(error) == f"{error.path}: {error.reason}"
    assert contents(group) == [OLD] * 3
    assert [path.stat().st_mode & 0o777 for path in group] == [0o640] * 3
    assert temps(tmp_path) == []


def test_what_cannot_be_put_back_is_named(group: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace
    calls: list[str] = []

    def replace(source: str, target: str) -> None:
        calls.append(target)
        if len(calls) in (3, 4):
            raise system_error(errno.EIO)
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    error = refusal(changes(group))
    assert error.reason == f"{os.strerror(errno.EIO)}; could not put back {group[1]}"
    assert contents(group) == [OLD, NEW, OLD]
    assert temps(tmp_path) == []


def test_rolling_back_keeps_what_another_wrote(group: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def act() -> None:
        group[0].write_bytes(b"theirs")
        raise system_error(errno.EIO)

    before_call(monkeypatch, "replace", 2, act)
    assert refusal(changes(group)).reason.endswith(f"could not put back {group[0]}")
    assert contents(group) == [b"theirs", OLD, OLD]


def test_a_symbolic_link_stays(group: list[Path], tmp_path: Path) -> None:
    inner = tmp_path / "links"
    inner.mkdir()
    link, chain = inner / "link.py", inner / "chain.py"
    link.symlink_to("../a.py")
    chain.symlink_to("link.py")
    write_all([FileChange(str(chain), OLD, NEW)])
    assert group[0].read_bytes() == NEW
    assert [os.readlink(link), os.readlink(chain)] == ["../a.py", "link.py"]
    assert sorted(inner.iterdir()) == [chain, link]


def test_one_file_under_two_names_is_written_once(group: list[Path], tmp_path: Path) -> None:
    link = tmp_path / "link.py"
    link.symlink_to("a.py")
    write_all(changes([group[0], link]))
    assert group[0].read_bytes() == NEW
    todo = [FileChange(str(link), NEW, b"one"), FileChange(str(group[0]), NEW, b"two")]
    assert refusal(todo).reason == f"the same file as {link}, with another change"
    assert link.read_bytes() == NEW


def test_a_hard_link_is_broken(group: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.hardlink_to(group[0])
    write_all(changes(group[:1]))
    assert contents([group[0], other]) == [NEW, OLD]


@pytest.mark.parametrize("act", [lambda path: path.write_bytes(b"theirs"), Path.unlink, lambda path: (path.unlink(), path.mkdir())])
def test_a_file_that_changed_is_refused(act: Callable[[Path], object], group: list[Path], tmp_path: Path) -> None:
    act(group[2])
    error = refusal(changes(group))
    assert (error.path, error.reason) == (str(group[2]), "changed since it was read")
    assert contents(group[:2]) == [OLD] * 2
    assert temps(tmp_path) == []


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "loop.py"
    link.symlink_to(link)
    assert refusal(changes([link])).path == str(link)


@pytest.mark.parametrize("act", [lambda path: path.write_bytes(b"theirs"), Path.unlink])
def test_a_file_that_changes_meanwhile_is_refused(
    act: Callable[[Path], object], group: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change() -> None:
        act(group[1])

    before_call(monkeypatch, "replace", 1, change)
    error = refusal(changes(group))
    assert (error.path, error.reason) == (str(group[1]), "changed since it was read")
    assert contents([group[0], group[2]]) == [OLD] * 2
    assert not group[1].exists() or group[1].read_bytes() == b"theirs"
    assert temps(tmp_path) == []


def test_a_read_only_file_is_refused(group: list[Path], tmp_path: Path) -> None:
    group[1].chmod(0o444)
    error = refusal(changes(group))
    assert (error.path, error.reason) == (str(group[1]), "read-only")
    assert contents(group) == [OLD] * 3
    assert temps(tmp_path) == []


def test_a_file_that_the_system_guards_is_refused(group: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: os.path.basename(path) != "b.py")
    assert refusal(changes(group)).reason == "read-only"
    assert contents(group) == [OLD] * 3


def test_a_folder_without_write_permission_is_refused(group: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def guarded(path: str, flags: int, mode: int = 0o777) -> int:
        """As the system answers anyone but root."""
        if flags & os.O_CREAT and not os.stat(os.path.dirname(path)).st_mode & 0o222:
            raise system_error(errno.EACCES)
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", guarded)
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "d.py").write_bytes(OLD)
    inner.chmod(0o555)
    error = refusal(changes([*group, inner / "d.py"]))
    inner.chmod(0o755)
    assert (error.path, error.reason) == (str(inner / "d.py"), os.strerror(errno.EACCES))
    assert contents([*group, inner / "d.py"]) == [OLD] * 4
    assert temps(tmp_path) + temps(inner) == []


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_full_disk_is_refused(number: int, group: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before_call(monkeypatch, "fsync", number, raiser(system_error(errno.ENOSPC)))
    error = refusal(changes(group))
    assert (error.path, error.reason) == (str(group[number - 1]), os.strerror(errno.ENOSPC))
    assert contents(group) == [OLD] * 3
    assert temps(tmp_path) == []


def test_a_write_that_the_system_cuts_short_is_refused(group: list[Path], tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        error = refusal([*changes(group[:2]), FileChange(str(group[2]), OLD, bytes(100_000))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (error.path, error.reason) == (str(group[2]), os.strerror(errno.EFBIG))
    assert contents(group) == [OLD] * 3
    assert temps(tmp_path) == []


def test_a_folder_that_cannot_be_synced_is_no_error(group: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before_call(monkeypatch, "fsync", 4, raiser(system_error(errno.EINVAL)))
    write_all(changes(group))
    assert contents(group) == [NEW] * 3


@pytest.mark.parametrize(
    ("name", "number"), [("stat", 2), ("open", 2), ("chmod", 3), ("fsync", 2), ("fsync", 4), ("replace", 1), ("replace", 3)]
)
def test_an_interrupt_leaves_all_as_it_was(
    name: str, number: int, group: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    todo = changes(group)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        before_call(patch, name, number, raiser(KeyboardInterrupt()))
        write_all(todo)
    assert contents(group) == [OLD] * 3
    assert temps(tmp_path) == []


def test_an_interrupt_right_after_a_replace_rolls_back(group: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def replace(source: str, target: str) -> None:
        monkeypatch.setattr(os, "replace", real)
        real(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        write_all(changes(group))
    assert contents(group) == [OLD] * 3
    assert temps(tmp_path) == []


def test_a_killed_process_leaves_the_original(group: list[Path], tmp_path: Path) -> None:
    text = """
import os, signal, sys
from bce_lint.source.write import FileChange, write_all
os.replace = lambda source, target: os.kill(os.getpid(), signal.SIGKILL)
write_all([FileChange(path, b"old\\r\\n", b"new\\r\\n") for path in sys.argv[1:]])
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", text, *map(str, group)], cwd=root, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert contents(group) == [OLD] * 3
    assert sorted(tmp_path.glob("*.py")) == group
    assert [path.name.split(".")[1] for path in temps(tmp_path)] == ["a", "b", "c"]


def test_no_change_is_no_write(group: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    node = group[0].stat().st_ino
    write_all([FileChange(str(group[0]), OLD, OLD), FileChange("no/such/file.py", OLD, OLD), *changes(group[1:])])
    assert (contents(group), group[0].stat().st_ino) == ([OLD, NEW, NEW], node)


@pytest.mark.parametrize(
    "name", ["with space.py", "é 模型 😀.py", ".hidden.py", "-x.py", "no_suffix", os.fsdecode(b"\xff.py"), "模" * 84 + ".py"]
)
def test_unusual_names(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(OLD)
    write_all([FileChange(name, OLD, NEW)])
    assert Path(name).read_bytes() == NEW
    assert os.listdir() == [name]


def test_a_refusal_can_cross_processes() -> None:
    error = pickle.loads(pickle.dumps(Refused("a.py", "read-only")))
    assert str(error) == "a.py: read-only"
