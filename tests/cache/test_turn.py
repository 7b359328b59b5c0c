"""The lock of processes that ask the same: one looks for answers, the others get them, and nothing that happens to the lock harms."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bce_lint.cache import FOLDER, turn
from bce_lint.cache.key import Signer
from bce_lint.cache.shelf import KEPT, Shelf
from bce_lint.cache.turn import Lock

pytestmark = pytest.mark.any_python

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
STATE, ABOUT, QUESTION = "0" * 32, "1" * 32, "2" * 32
NET = "import torch\n\n\ndef squash{number}(x):\n    return torch.sigmoid(x)\n"
TRAIN = """\
from torch import nn
from net{number} import squash{number}

layer = nn.Linear(4, 1)


def step(x, y):
    return nn.BCEWithLogitsLoss()(squash{number}(layer(x)), y)
"""


def shelf(folder: Path) -> Shelf:
    """The answers about one state, as a process has them that looks at them now."""
    return Shelf(str(folder), "project", STATE, Signer(b"a key"))


def lock(folder: Path) -> Lock:
    """The lock of a process."""
    return Lock(shelf(folder), ABOUT)


def place(folder: Path) -> Path:
    """Where the lock lies."""
    return folder / "project" / f"{ABOUT}.lock"


def taken(folder: Path) -> Lock:
    """A lock that this process holds."""
    ours = lock(folder)
    assert ours.after(lambda: None) is None and ours.is_ours and place(folder).exists()
    return ours


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for long."""
    monkeypatch.setattr(turn, "GIVEN_UP", 0.15)
    monkeypatch.setattr(turn, "BEAT", 0.02)


def test_a_lock_is_left_where_it_was_taken(tmp_path: Path) -> None:
    ours = taken(tmp_path)
    assert place(tmp_path).read_text().startswith(f"{os.getpid()} {platform.node()} ")
    ours.leave()
    ours.leave()
    assert not ours.is_ours and list(place(tmp_path).parent.iterdir()) == []
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_who_waits_gets_the_answer_while_the_other_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "GIVEN_UP", 1.0)
    monkeypatch.setattr(turn, "BEAT", 0.02)
    ours, waiting, mine = taken(tmp_path), lock(tmp_path), shelf(tmp_path)

    def _answer() -> None:
        time.sleep(1.5)  # longer than a lock that does not grow is waited for
        mine.put("3" * 32, "of another question")
        mine.put(QUESTION, "answer")

    other = threading.Thread(target=_answer)
    other.start()
    assert waiting.after(lambda: waiting._shelf.get(QUESTION)) == "answer"
    assert ours.is_ours and not waiting.is_ours
    other.join()
    ours.leave()


def test_an_answer_that_came_just_before_is_taken(tmp_path: Path) -> None:
    waiting = lock(tmp_path)
    shelf(tmp_path).put(QUESTION, "answer")
    assert waiting.after(lambda: waiting._shelf.get(QUESTION)) == "answer"
    assert not waiting.is_ours and not place(tmp_path).exists()


def test_who_waits_is_next_where_there_is_no_answer(tmp_path: Path) -> None:
    ours, waiting = taken(tmp_path), lock(tmp_path)
    other = threading.Timer(0.2, ours.leave)
    other.start()
    assert waiting.after(lambda: None) is None and waiting.is_ours
    other.join()
    waiting.leave()
    assert not place(tmp_path).exists()


ALIVE = f"{os.getpid()} {platform.node()} some time\n"
TEXTS = {
    "alive": ALIVE, "empty": "", "no lock": "no lock", "elsewhere": f"1 {platform.node()}.elsewhere \n", "long": "9" * 5000,
    "no process": f"-1 {platform.node()} \n", "no number": f"{'9' * 50} {platform.node()} \n",
}  # fmt: skip
TIMES = {"now": 0, "yesterday": -86_400, "tomorrow": 86_400, "long ago": -1e9}


def left_over(folder: Path, text: str, age: float = 0) -> Path:
    """A lock that nobody holds."""
    place(folder).parent.mkdir(parents=True)
    place(folder).write_text(text, encoding="utf-8")
    os.utime(place(folder), (time.time() + age, time.time() + age))
    return place(folder)


@pytest.mark.parametrize("age", TIMES.values(), ids=TIMES)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_lock_that_does_not_grow_is_taken_over_whatever_a_clock_says(tmp_path: Path, impatient: None, text: str, age: float) -> None:
    left_over(tmp_path, text, age)
    ours, begun = lock(tmp_path), time.monotonic()
    assert ours.after(lambda: None) is None and ours.is_ours
    assert 0.15 < time.monotonic() - begun < 30
    ours.leave()
    assert not place(tmp_path).exists()


def test_the_clock_jumps_while_somebody_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, waiting = taken(tmp_path), lock(tmp_path)
    times = iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: 1e6 * next(times) * (-1) ** next(times))
    other = threading.Timer(0.5, shelf(tmp_path).put, (QUESTION, "answer"))
    other.start()
    os.utime(place(tmp_path), (0, 0))
    assert waiting.after(lambda: waiting._shelf.get(QUESTION)) == "answer" and ours.is_ours
    other.join()
    ours.leave()


def dead() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_a_lock_of_a_process_that_has_ended_is_taken_over_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "GIVEN_UP", 60.0)
    left_over(tmp_path, f"{dead()} {platform.node()} some time\n")
    begun, ours = time.monotonic(), lock(tmp_path)
    assert ours.after(lambda: None) is None and ours.is_ours
    assert time.monotonic() - begun < 30
    ours.leave()


def test_who_was_taken_for_dead_leaves_the_lock_of_the_next(tmp_path: Path) -> None:
    first = taken(tmp_path)
    place(tmp_path).unlink()
    second = taken(tmp_path)
    first.leave()
    assert place(tmp_path).exists()
    second.leave()
    assert not place(tmp_path).exists()


def test_nobody_waits_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "PATIENCE", 0.3)
    ours, waiting = taken(tmp_path), lock(tmp_path)
    assert waiting.after(lambda: None) is None and not waiting.is_ours
    ours.leave()


@pytest.mark.parametrize("put", ["a folder", "a pipe", "a link", "a second name", "a link nowhere"])
def test_what_is_no_file_of_ours_is_left_alone_and_nobody_waits(tmp_path: Path, put: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "GIVEN_UP", 60.0)
    where, own = place(tmp_path), tmp_path / "own"
    where.parent.mkdir(parents=True)
    own.touch()
    if put == "a folder":
        where.mkdir()
    elif put == "a pipe":
        os.mkfifo(where)
    elif put == "a second name":
        os.link(own, where)
    else:
        where.symlink_to(own if put == "a link" else tmp_path / "nowhere")
    begun, ours = time.monotonic(), lock(tmp_path)
    assert ours.after(lambda: None) is None and not ours.is_ours
    assert time.monotonic() - begun < 30
    ours.leave()
    assert os.path.lexists(where) and own.read_bytes() == b"" and not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("folder", ["/proc/nowhere", "missing"])
def test_where_no_lock_can_be_made_each_looks_for_itself(tmp_path: Path, folder: str) -> None:
    ours = lock(tmp_path / folder / FOLDER)
    assert ours.after(lambda: None) is None and not ours.is_ours
    ours.leave()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_taken_away(tmp_path: Path, impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    left_over(tmp_path, ALIVE)
    monkeypatch.setattr("bce_lint.cache.shelf.Folder.remove", lambda *_: None)
    ours = lock(tmp_path)
    assert ours.after(lambda: None) is None and not ours.is_ours


def test_locks_that_were_left_over_do_not_pile_up(tmp_path: Path) -> None:
    inside = tmp_path / "project"
    inside.mkdir()
    for number in range(3 * KEPT):
        (inside / f"{number:032x}.lock").touch()
    shelf(tmp_path).put(QUESTION, "answer")
    assert len(list(inside.glob("*.lock"))) == KEPT


# --- flake8 --------------------------------------------------------------------------------------

NOTING = """
import os, sys, time
from bce_lint import engine
from bce_lint.cache import turn
turn.GIVEN_UP = float(os.environ.get("GIVEN_UP", turn.GIVEN_UP))
judge = engine.judge_files
def noted(project, paths, *rest, **more):
    with open("analysed.txt", "a") as stream:
        stream.write(f"{os.getpid()} {' '.join(map(os.path.basename, paths))}\\n")
    time.sleep(float(os.environ.get("SLOW", 0)))
    if os.environ.get("CRASH") in map(os.path.basename, paths):
        raise KeyError("gone")
    return judge(project, paths, *rest, **more)
engine.judge_files = noted
from flake8.main.cli import main
sys.exit(main(["--isolated", "--select=BCE", *sys.argv[1:]]))
"""


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A project of twenty files, with a finding in every other."""
    (tmp_path / "pyproject.toml").touch()
    for number in range(10):
        (tmp_path / f"net{number}.py").write_text(NET.format(number=number), encoding="utf-8")
        (tmp_path / f"train{number}.py").write_text(TRAIN.format(number=number), encoding="utf-8")
    yield tmp_path


def flake8(root: Path, *words: str, **environment: str) -> subprocess.Popen[bytes]:
    """Starts flake8 in a project; who analyses which file is noted."""
    env = {name: value for name, value in os.environ.items() if name != "BCE_LINT_NO_CACHE"}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-c", NOTING, *words]
    return subprocess.Popen(
        command, cwd=root, env={**env, "PYTHONPATH": path, **environment}, stdout=subprocess.PIPE, start_new_session=True
    )


def output(process: subprocess.Popen[bytes]) -> list[bytes]:
    """What it prints, in order."""
    return sorted(process.communicate(timeout=120)[0].splitlines())


def analysed(root: Path) -> list[list[str]]:
    """Which process analysed which file, since it was asked last."""
    noted = root / "analysed.txt"
    found = [line.split(" ") for line in noted.read_text(encoding="utf-8").splitlines()] if noted.exists() else []
    noted.unlink(missing_ok=True)
    return found


def locks(root: Path) -> list[Path]:
    """The locks in a project."""
    return list((root / FOLDER).rglob("*.lock"))


def begun_to_analyse(root: Path) -> None:
    """Waits until a process holds the lock of a project."""
    until = time.monotonic() + 60
    while not locks(root) and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize("words", [("-j2",), ("-j1", "."), ("-j2", *(f"train{number}.py" for number in range(10)))])
def test_one_process_analyses_each_file_once(root: Path, words: tuple[str, ...]) -> None:
    alone = output(flake8(root, *words, "--bce-no-cache"))
    assert len(alone) == 10 and not (root / FOLDER).exists()
    analysed(root)
    assert output(flake8(root, *words)) == alone
    found = analysed(root)
    assert len({process for process, _ in found}) == 1
    assert len(found) == len({file for _, file in found}) == (20 if words[-1] in ("-j2", ".") else 10)
    assert locks(root) == []
    assert output(flake8(root, *words)) == alone and analysed(root) == []


def test_runs_that_ask_the_same_share_it(root: Path) -> None:
    first, second = (flake8(root, "-j1", SLOW="0.05") for _ in range(2))
    assert output(first) == output(second)
    files = [file for _, file in analysed(root)]
    assert len(files) == len({*files}) == 20 and locks(root) == []


def test_who_asks_about_other_files_waits_for_nobody(root: Path) -> None:
    slow = flake8(root, "-j1", SLOW="5")
    begun_to_analyse(root)
    assert len(output(flake8(root, "-j1", "train1.py", "train2.py"))) == 2
    assert slow.poll() is None and len(locks(root)) == 1
    os.killpg(slow.pid, signal.SIGKILL)
    slow.communicate(timeout=60)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_who_is_killed_harms_nobody(root: Path, how: signal.Signals) -> None:
    alone = output(flake8(root, "-j1", "--bce-no-cache"))
    killed = flake8(root, "-j2", SLOW="0.2")
    begun_to_analyse(root)
    waiting = flake8(root, "-j2")
    time.sleep(0.5)
    os.killpg(killed.pid, how)
    killed.communicate(timeout=60)
    assert output(waiting) == alone == output(flake8(root, "-j2"))
    assert locks(root) == []


def test_a_lock_from_yesterday_costs_a_moment(root: Path) -> None:
    alone = output(flake8(root, "-j2"))
    (kept,) = (root / FOLDER).rglob("*.answers")
    kept.unlink()
    killed = flake8(root, "-j1", SLOW="0.2")
    begun_to_analyse(root)
    killed.kill()
    killed.communicate(timeout=60)
    (left,) = locks(root)
    left.write_bytes(ALIVE.encode())
    os.utime(left, (yesterday := time.time() - 86_400, yesterday))
    begun = time.monotonic()
    assert output(flake8(root, "-j2", GIVEN_UP="1")) == alone and locks(root) == []
    assert 1 < time.monotonic() - begun < 60


def test_a_file_whose_analysis_fails_is_told_and_no_other(root: Path) -> None:
    alone = output(flake8(root, "-j1", "--bce-no-cache", CRASH="train3.py"))
    assert sum(b"BCE900" in line for line in alone) == 1 and len(alone) == 10
    assert output(flake8(root, "-j2", CRASH="train3.py")) == alone == output(flake8(root, "-j2", CRASH="train3.py"))


def test_a_text_from_standard_input_waits_for_nobody(root: Path) -> None:
    slow = flake8(root, "-j1", SLOW="5")
    begun_to_analyse(root)
    with (root / "train1.py").open("rb") as stream:
        env = {name: value for name, value in os.environ.items() if name != "BCE_LINT_NO_CACHE"}
        words = ["--isolated", "--select=BCE", "--stdin-display-name", "train1.py", "-"]
        told = subprocess.run(
            [sys.executable, "-m", "flake8", *words], cwd=root, stdin=stream, env={**env, "PYTHONPATH": str(ROOT)}, capture_output=True,
            timeout=60, check=False,
        )  # fmt: skip
    assert told.stdout.count(b"BCE103") == 1 and slow.poll() is None
    os.killpg(slow.pid, signal.SIGKILL)
    slow.communicate(timeout=60)


def test_every_project_has_the_same_findings_with_two_processes(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "projects", tmp_path / "projects")
    alone = output(flake8(tmp_path, "-j1", "--bce-no-cache", "--extend-ignore=E9", "projects"))
    assert len(alone) > 20
    for _ in range(2):
        assert output(flake8(tmp_path, "-j2", "--extend-ignore=E9", "projects")) == alone
