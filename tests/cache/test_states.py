"""A state that is kept beside the answers: another process goes on from it and finds what it would have found without."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

import bce_lint.cache as kept_between
from bce_lint import engine
from bce_lint.analysis.project import snapshots
from bce_lint.analysis.project.project import Project
from bce_lint.cache import FOLDER, Cache, snapshot_file
from bce_lint.cache.key import Signer
from bce_lint.cache.shelf import Shelf
from bce_lint.cli.fix import fix_files
from bce_lint.engine import check, check_text
from bce_lint.fix_options import FixOptions
from bce_lint.fixes.outcome import Outcome
from bce_lint.lint_result import LintResult
from bce_lint.rules.by_file import EVERY
from bce_lint.rules.judge import Judged
from bce_lint.rules.registry import default_codes
from bce_lint.source import write
from bce_lint.source.discover import discover
from tests.analysis.project.test_reuse import state
from tests.edits import changed

NET = "import torch\n\n\ndef squash(x):\n    return torch.sigmoid(x)\n"
TRAIN = """\
from torch import nn
from net import squash

layer = nn.Linear(4, 1)


def step(x, y):
    return nn.BCEWithLogitsLoss()(squash(layer(x)), y)
"""
OTHER = "from torch import nn\n\n\ndef other(x, y):\n    return nn.BCEWithLogitsLoss()(x.sigmoid(), y)\n"
KEY = Signer(b"our own key")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of which every state is worth to be kept; the current folder."""
    made = tmp_path / "project"
    made.mkdir()
    for name, text in {"pyproject.toml": "", "net.py": NET, "train.py": TRAIN, "other.py": OTHER}.items():
        (made / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(made)
    monkeypatch.setattr(kept_between, "_WORTH", 0.0)
    monkeypatch.setattr(engine, "_PROJECTS", {})
    return made


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Project]]:
    """The projects that were made of states from here on."""
    seen: list[Project] = []
    make = snapshots.restored

    def _watched(*about: object) -> Project:
        seen.append(make(*about))  # type: ignore[arg-type]
        return seen[-1]

    monkeypatch.setattr(snapshots, "restored", _watched)
    yield seen


def lint(key: Signer | None = KEY) -> LintResult:
    """Lints the current folder, with a cache where there is a key."""
    kept = None if key is None else Cache(key=key)
    found = check(discover((".",)).files, default_codes(), fixes=True, cache=kept)
    if kept is not None:
        kept.settle()
    return found


def told(result: LintResult) -> tuple[object, ...]:
    """What a user is told."""
    return result.diagnostics, {path: text.data for path, text in result.sources.items()}, result.unanalysed, result.sinks, result.unshown


def states(root: Path) -> list[Path]:
    """The states that are kept."""
    return sorted((root / FOLDER).rglob("*.state"))


def edit(root: Path, name: str = "other.py", text: str = "") -> None:
    """Adds to a file."""
    path = root / name
    before = path.read_text(encoding="utf-8")
    path.write_text(before + (text or f"\n\ndef more{len(before)}(x):\n    return x\n"), encoding="utf-8")


def test_a_state_is_kept_from_the_first_change_on(root: Path, restored: list[Project]) -> None:
    lint()
    assert states(root) == []
    edit(root)
    lint()
    assert len(states(root)) == 1
    assert restored == []
    edit(root)
    assert told(lint()) == told(lint(None))
    assert len(restored) == 1


def _rename(root: Path) -> None:
    (root / "net.py").rename(root / "squashing.py")
    (root / "train.py").write_text(TRAIN.replace("from net", "from squashing"), encoding="utf-8")


def _remove(root: Path) -> None:
    (root / "other.py").unlink()


def _remove_what_is_ignored(root: Path) -> None:
    (root / "ignored.py").unlink()
    edit(root, "train.py")


@pytest.mark.parametrize("change", [_rename, _remove, _remove_what_is_ignored])
def test_answers_are_kept_where_files_of_the_state_are_gone(root: Path, restored: list[Project], change: Callable[[Path], None]) -> None:
    (root / ".gitignore").write_text("ignored.py\n", encoding="utf-8")
    (root / "ignored.py").write_text(NET, encoding="utf-8")
    edit(root, "train.py", "\n\nfrom ignored import squash as again\n\nnn.BCEWithLogitsLoss()(again(layer(x)), y)\n")
    lint()
    edit(root)
    lint()
    change(root)
    first = told(lint())
    assert len(restored) == 1
    assert first == told(lint(None)) == told(lint())
    assert len(restored) == 1


def test_what_takes_less_than_to_keep_it_is_not_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_between, "_WORTH", 1000.0)
    for _ in range(3):
        lint()
        edit(root)
    assert states(root) == []


def test_it_is_kept_anew_once_runs_have_spent_as_long_on_changes_as_it_takes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lint()
    edit(root)
    lint()
    (path,) = states(root)
    spent, read = path.with_suffix(".spent"), snapshot_file.read
    monkeypatch.setattr(snapshot_file, "read", lambda *about: None if (one := read(*about)) is None else one._replace(cost=1000.0))

    def _kept_anew() -> bool:
        before = path.read_bytes()
        edit(root)
        lint()
        return path.read_bytes() != before

    assert not _kept_anew()
    first = float(spent.read_text(encoding="utf-8"))
    assert not _kept_anew()
    assert float(spent.read_text(encoding="utf-8")) > first > 0
    spent.write_text("1500", encoding="utf-8")
    assert _kept_anew()
    assert not spent.exists()
    spent.write_text("no number", encoding="utf-8")
    assert not _kept_anew()
    assert 0 < float(spent.read_text(encoding="utf-8")) < 1000


def test_a_file_that_was_written_before_a_state_was_kept_is_told_apart_by_its_functions(root: Path, restored: list[Project]) -> None:
    lint()
    body = OTHER.replace("    return", "    y = y[{}:]\n    return")
    for turn in range(3):
        (root / "other.py").write_text(body.format(turn), encoding="utf-8")
        lint()
    assert [{Path(path).name for path in one._worked_on} for one in restored] == [{"other.py"}] * 2
    assert [one._editions.keys() for one in restored] == [{str(root / "other.py")}] * 2


def test_a_large_project_is_not_kept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_between, "_LARGE", sum(path.stat().st_size for path in root.glob("*.py")))
    for _ in range(3):
        lint()
        edit(root)
    assert states(root) == []


@pytest.mark.parametrize("name", ["net.py", "train.py", "other.py", "fresh.py"])
def test_each_state_says_what_a_run_without_says(root: Path, restored: list[Project], name: str) -> None:
    (root / "fresh.py").touch()
    for step in range(5):
        assert told(lint()) == told(lint(None))
        edit(root, name, f"\n\ndef step{step}(x, y):\n    return nn.BCELoss()(x, y.long())\n" if step % 2 else "")
    assert len(restored) == 3


def test_other_questions_go_on_from_it(root: Path, restored: list[Project]) -> None:
    lint()
    edit(root)
    lint()
    edit(root, "train.py")
    for name in ("net.py", "train.py", "other.py"):
        data = (root / name).read_bytes()
        found = check_text(data, name, default_codes(), cache=Cache(key=KEY))
        assert told(found) == told(check_text(data, name, default_codes()))
    assert len(restored) == 1  # the process keeps the project


def test_a_text_that_is_not_saved_goes_on_from_it(root: Path, restored: list[Project]) -> None:
    data = (root / "train.py").read_bytes()
    unsaved = data.replace(b"BCEWithLogitsLoss", b"BCELoss")
    check_text(unsaved, "train.py", default_codes(), cache=Cache(key=KEY))
    assert states(root) == []
    lint()
    edit(root)
    lint()
    engine._PROJECTS.clear()
    found = check_text(unsaved, "train.py", default_codes(), cache=Cache(key=KEY))
    assert len(restored) == 1
    engine._PROJECTS.clear()
    assert told(found) == told(check_text(unsaved, "train.py", default_codes()))
    assert [one.code for one in found.diagnostics] == ["BCE101"]


@pytest.fixture
def analyses(monkeypatch: pytest.MonkeyPatch) -> list[Project]:
    """The projects that are analysed from here on."""
    seen: list[Project] = []
    begin = Project.__init__

    def _watched(self: Project, *about: object, **how: object) -> None:
        seen.append(self)
        begin(self, *about, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(Project, "__init__", _watched)
    return seen


def fixed(key: Signer | None = KEY, unsafe: bool = False, **more: object) -> tuple[object, ...]:
    """What fixing the current folder comes to, with a cache where there is a key."""
    kept = None if key is None else Cache(key=key)
    options = FixOptions(unsafe, EVERY, **more)  # type: ignore[arg-type]
    outcome, sources = engine.fix(discover((".",)).files, default_codes(), options, kept)
    if kept is not None:
        kept.settle()
    return outcome, {path: text.data for path, text in sources.items()}


def test_where_nothing_can_be_fixed_a_fix_analyses_nothing(root: Path, analyses: list[Project]) -> None:
    lint()
    before = len(analyses)
    first = fixed()
    assert len(analyses) == before
    assert first == fixed(None)
    assert first[0].left  # type: ignore[attr-defined]


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_fix_is_the_same_with_a_cache(root: Path, unsafe: bool) -> None:
    (root / "other.py").write_text(OTHER.replace("BCEWithLogitsLoss", "BCELoss"), encoding="utf-8")
    lint()
    for _ in range(3):
        plain = fixed(None, unsafe)
        assert plain[0].groups  # type: ignore[attr-defined]
        assert fixed(KEY, unsafe) == plain
        edit(root)


def test_what_a_fix_has_found_is_known(root: Path, analyses: list[Project], restored: list[Project]) -> None:
    fixed()
    before = len(analyses)
    again = lint()
    assert len(analyses) == before
    assert told(again) == told(lint(None))
    edit(root, "train.py")
    fixed()
    assert len(states(root)) == 1
    edit(root, "train.py")
    assert fixed() == fixed(None)
    assert len(restored) == 1


def test_what_is_left_in_projects_within_each_other_is_known(root: Path, analyses: list[Project]) -> None:
    for inner, text in (("one", OTHER), ("two", NET)):
        (root / inner).mkdir()
        (root / inner / "pyproject.toml").write_text("", encoding="utf-8")
        (root / inner / "mine.py").write_text(text, encoding="utf-8")
    (root / "other.py").unlink()
    (root / "train.py").unlink()
    lint()
    run = fix_files(discover((".",)).files, default_codes(), FixOptions(True, EVERY), False, Cache(key=KEY))
    assert {one.location.path for one in run.mended} == {os.path.join("one", "mine.py")}
    assert run.afterwards is not None
    run.afterwards()
    before = len(analyses)
    left = lint()
    assert len(analyses) == before
    assert told(left) == told(lint(None))


def test_what_is_left_by_a_fix_is_known(root: Path, analyses: list[Project], restored: list[Project]) -> None:
    lint()
    run = fix_files(discover((".",)).files, default_codes(), FixOptions(True, EVERY), False, Cache(key=KEY))
    assert run.mended
    assert run.afterwards is not None
    run.afterwards()
    before = len(analyses)
    left = lint()
    assert fixed() == (Outcome((), (), left.diagnostics, (), left.unanalysed, left.unshown), fixed()[1])
    assert len(analyses) == before
    assert told(left) == told(lint(None))
    assert len(states(root)) == 1
    edit(root)
    assert told(lint()) == told(lint(None))
    assert len(restored) == 1


def raising(error: Exception) -> Callable[..., None]:
    """A function that raises an error."""

    def _raises(*about: object) -> None:
        raise error

    return _raises


@pytest.mark.parametrize("how", ["diff", "unwritten"])
def test_what_was_not_written_is_not_known(root: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    if how == "unwritten":
        monkeypatch.setattr(write, "write_all", raising(write.Refused("other.py", "read-only")))
    before = {name: (root / name).read_bytes() for name in ("train.py", "other.py")}
    run = fix_files(discover((".",)).files, default_codes(), FixOptions(True, EVERY), how == "diff", Cache(key=KEY))
    if run.afterwards is not None:
        run.afterwards()
    assert {name: (root / name).read_bytes() for name in before} == before
    assert told(lint()) == told(lint(None))


def test_a_fix_that_is_looked_at_goes_on_from_the_state_and_keeps_nothing(root: Path, restored: list[Project]) -> None:
    lint()
    edit(root)
    lint()
    kept = sorted((root / FOLDER).rglob("*.answers"))
    edit(root)
    looked: list[int] = []

    def _inspect(project: Project, told: list[Judged]) -> list[Judged]:
        looked.append(len(told))
        return told

    assert fixed(inspect=_inspect) == fixed(None)
    assert looked
    assert len(restored) == 1
    assert told(check(discover((".",)).files, default_codes(), True, _inspect, Cache(key=KEY))) == told(lint(None))
    assert len(restored) == 2
    assert sorted((root / FOLDER).rglob("*.answers")) == kept


def test_a_text_that_is_fixed_goes_on_from_the_state(root: Path, restored: list[Project]) -> None:
    data = (root / "train.py").read_bytes() + b"\n\nunsaved = 1\n"

    def _fixed(kept: Cache | None) -> object:
        return engine.fix_text(data, "train.py", default_codes(), FixOptions(True, EVERY), kept)[0]

    plain = _fixed(None)
    assert _fixed(Cache(key=KEY)) == plain
    lint()
    edit(root)
    lint()
    assert restored == []
    assert _fixed(Cache(key=KEY)) == plain
    assert len(restored) == 1


def test_the_second_question_about_a_project_has_its_state_kept(root: Path, restored: list[Project]) -> None:
    lint()
    assert states(root) == []
    kept = Cache(key=KEY)
    one = [Path("other.py")]
    check(one, default_codes(), fixes=True, cache=kept)
    kept.settle()
    assert len(states(root)) == 1
    other = [Path("train.py")]
    assert told(check(other, default_codes(), fixes=True, cache=Cache(key=KEY))) == told(check(other, default_codes(), fixes=True))
    assert len(restored) == 1


def spoiled(root: Path, change: object) -> LintResult:
    """What is found where the state was changed."""
    lint()
    edit(root)
    lint()
    (path,) = states(root)
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    edit(root)
    return lint()


@pytest.mark.parametrize(
    "change",
    [
        lambda whole: b"", lambda whole: whole[:10], lambda whole: whole[:-1], lambda whole: whole + b"x",
        lambda whole: b"0" * 32 + whole[32:], lambda whole: whole[:99] + bytes([whole[99] ^ 1]) + whole[100:], lambda whole: b"\0" * 9_999,
    ],
)  # fmt: skip
def test_a_state_that_was_changed_is_none(root: Path, restored: list[Project], change: object) -> None:
    assert told(spoiled(root, change)) == told(lint(None))
    assert restored == []


def test_a_state_that_another_key_signed_is_none(root: Path, restored: list[Project]) -> None:
    theirs = Signer(b"the key of somebody else")
    lint(theirs)
    edit(root)
    lint(theirs)
    assert len(states(root)) == 1
    edit(root)
    assert told(lint()) == told(lint(None))
    assert restored == []


@pytest.mark.parametrize("error", [LookupError, EOFError, AttributeError, ImportError, ValueError, RecursionError])
def test_a_state_that_cannot_be_read_is_none(root: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    lint()
    edit(root)
    lint()
    edit(root)
    monkeypatch.setattr(snapshots, "restored", raising(error("cut")))
    assert told(lint()) == told(lint(None))


def test_a_link_in_its_place_is_not_followed(root: Path, tmp_path: Path, restored: list[Project]) -> None:
    aside = tmp_path / "aside.state"

    def _linked(whole: bytes) -> bytes:
        (path,) = states(root)
        os.rename(path, aside)
        os.symlink(aside, path)
        return whole

    found = spoiled(root, _linked)
    assert told(found) == told(lint(None))
    assert restored == []


def stored(imports: dict[str, tuple[str, ...] | None]) -> snapshot_file.Stored:
    """A state with nothing in it."""
    return snapshot_file.Stored(snapshots.ProjectSnapshot([], [], b"data"), imports, 0.5)


def test_settings_of_imports_are_part_of_it() -> None:
    one = stored({"here": None, "other": ("lib",)})
    assert one.holds(lambda folder: ("lib",) if folder == "other" else None)
    assert not one.holds(lambda folder: None)


def test_few_are_kept(root: Path) -> None:
    kept = Shelf(str(root / FOLDER), "0" * 32, "1" * 32, KEY)
    for number in range(5):
        snapshot_file.write(kept, f"{number:032x}", stored({str(number): ("a", "b")}))
        for path in states(root):
            os.utime(path, (int(path.stem, 16), int(path.stem, 16)))
        left = states(root)[0].with_name(f"{number:032x}.state.{number}")
        left.write_bytes(b"of a process that was killed")
        os.utime(left, (number, number))
    assert [int(path.stem, 16) for path in states(root)] == [3, 4]
    assert [path.suffix for path in sorted((root / FOLDER).rglob("*.state.*"))] == [".2", ".3", ".4"]
    assert snapshot_file.read(kept, f"{4:032x}") == stored({"4": ("a", "b")})
    assert snapshot_file.read(kept, f"{1:032x}") is None


SCRIPT = """\
import sys
import bce_lint.cache
bce_lint.cache._WORTH = 0.0
from bce_lint.cli.main import main
sys.exit(main())
"""


def test_processes_with_other_seeds_go_on(root: Path) -> None:
    command = [sys.executable, "-c", SCRIPT, "--output-format", "json", "--exit-zero", "."]

    def run(seed: int, *more: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": str(seed), "BCE_LINT_CACHE_KEY": "of this test", "BCE_LINT_NO_CACHE": ""}
        return subprocess.run([*command, *more], cwd=root, env=environment, capture_output=True, text=True, check=True).stdout

    for seed in range(4):
        assert run(seed) == run(seed + 10, "--no-cache")
        edit(root, ("net.py", "train.py", "other.py")[seed % 3])
    assert len(states(root)) == 1


@pytest.mark.long
def test_processes_that_share_a_state_and_are_killed(root: Path) -> None:
    rng = Random(0)
    texts = {str(path): path.read_text(encoding="utf-8") for path in root.glob("*.py")}
    command = [sys.executable, "-c", SCRIPT, "--output-format", "json", "--exit-zero", "."]
    environment = {**os.environ, "BCE_LINT_CACHE_KEY": "of this test", "BCE_LINT_NO_CACHE": ""}
    survived, took = 0, 1.0
    for step in range(15):
        texts = changed(rng, texts)
        state(root, texts)  # writes them
        seeds = ({**environment, "PYTHONHASHSEED": str(step + number)} for number in range(2))
        running = [subprocess.Popen(command, cwd=root, env=one, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for one in seeds]
        if rng.random() < 0.5:
            with suppress(subprocess.TimeoutExpired):
                running[0].communicate(timeout=rng.random() * took)
            running[0].kill()
        said = [process.communicate() for process in running]
        start = time.perf_counter()
        expected = subprocess.run([*command, "--no-cache"], cwd=root, env=environment, capture_output=True, check=True).stdout
        took = time.perf_counter() - start
        assert said[1] == (expected, b""), f"step {step}"
        survived += running[0].returncode == 0
        assert running[0].returncode == -9 or said[0] == (expected, b""), f"step {step}"
    assert 0 < survived < 15
