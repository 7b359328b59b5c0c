"""`-j N`: several projects linted at a time."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from bce_lint import crew, engine, several_projects
from bce_lint.analysis.project import project as analysis
from bce_lint.cli import main
from bce_lint.lint_result import LintResult

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked off on Linux alone")
BUG = """\
import torch
from torch import nn


def step{0}(x, y):
    return nn.BCEWithLogitsLoss()(torch.sigmoid(nn.Linear(4, 1)(x)), y)
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with three projects, the working folder."""
    for name, count in (("small", 1), ("large", 5), ("other", 3)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").touch()
        for number in range(count):
            (tmp_path / name / f"m{number}.py").write_text(BUG.format(number), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(several_projects, "_ENOUGH", 100)
    monkeypatch.setattr(crew, "cores", lambda: 3)
    monkeypatch.setattr(crew, "possible", lambda _: True)  # whatever threads other tests have left
    return tmp_path


@pytest.fixture
def pids(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file for each project, which holds the number of the process that analysed it."""
    noted = here / "pids"
    noted.mkdir()
    run = analysis.Project.run

    def noting(project: analysis.Project, paths: object) -> None:
        (noted / Path(project.root).name).write_text(f"{os.getpid()}")
        run(project, paths)  # type: ignore[arg-type]

    monkeypatch.setattr(analysis.Project, "run", noting)
    return noted


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """What a command line says."""
    status = main([*words])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("words", [("--output-format", "json"), ("--statistics",), ("--possible", "-q"), ("--exit-zero", "small", "other")])
def test_the_same_is_said(here: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    alone, *several = (said(capsys, "-n", jobs, *words, *([] if "small" in words else ["."])) for jobs in ("-j1", "-j2", "-j9", "-j0"))
    assert several == [alone, alone, alone] and "BCE103" in alone[1] + alone[2]


def test_each_project_in_another_process(here: Path, pids: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "-n", "-j3", ".")[0] == 1
    assert {path.name for path in pids.iterdir()} == {"small", "large", "other"}
    assert len({path.read_text() for path in pids.iterdir()} | {f"{os.getpid()}"}) == 4


@pytest.mark.parametrize(("asked", "count"), [(0, 2), (1, 1), (2, 2), (9, 2)])
def test_at_most_as_many_as_cores_and_projects(here: Path, asked: int, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = [several_projects.size(map(str, (here / name).glob("*.py"))) for name in ("small", "large", "other")]
    assert several_projects.processes(asked, sizes[:2]) == count
    monkeypatch.setattr(crew, "cores", lambda: 2)
    assert several_projects.processes(asked, sizes) == count


VERIFIED = pytest.param(("-j3", "--verify", "."), marks=pytest.mark.torch)


@pytest.mark.parametrize("words", [("-j1", "."), ("-j3", "large"), ("-j3", "--fix", "."), VERIFIED])
def test_one_process(here: Path, pids: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "-n", *words)
    assert {path.read_text() for path in pids.iterdir()} == {f"{os.getpid()}"}


def test_small_ones_are_not_worth_it(here: Path, pids: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    beside = sum(path.stat().st_size for name in ("small", "other") for path in (here / name).glob("*.py"))
    monkeypatch.setattr(several_projects, "_ENOUGH", beside + 1)
    said(capsys, "-n", "-j3", ".")
    assert {path.read_text() for path in pids.iterdir()} == {f"{os.getpid()}"}
    monkeypatch.setattr(several_projects, "_ENOUGH", beside)
    said(capsys, "-n", "-j3", ".")
    assert f"{os.getpid()}" not in {path.read_text() for path in pids.iterdir()}


def test_the_settings_say_how_many(here: Path, pids: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bce-lint.toml").write_text("jobs = 1\n", encoding="utf-8")
    said(capsys, "-n", ".")
    assert {path.read_text() for path in pids.iterdir()} == {f"{os.getpid()}"}
    said(capsys, "-n", "-j2", ".")
    assert f"{os.getpid()}" not in {path.read_text() for path in pids.iterdir()}


def test_what_is_no_number_of_processes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "-j", "-1", ".") == (2, "", "bce-lint: --jobs: takes a whole number from 0 to 1000, not -1\n")


def test_answers_are_kept(here: Path, pids: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    first = said(capsys, "-j3", "--output-format", "json", ".")
    for path in pids.iterdir():
        path.unlink()
    assert said(capsys, "-j3", "--output-format", "json", ".") == first
    assert [*pids.iterdir()] == []


def test_states_are_kept_by_who_found_them(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    monkeypatch.setattr("bce_lint.cache._WORTH", 0.0)
    said(capsys, "-j3", ".")
    for name in ("large", "other"):
        (here / name / "m0.py").write_text(BUG.format("_0"), encoding="utf-8")
    said(capsys, "-j3", ".")
    assert {path.relative_to(here).parts[0] for path in here.rglob("*.state")} == {"large", "other"}


def test_why_nothing_is_kept_is_said_once(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    for name in ("small", "large", "other"):
        (here / name / ".bce_lint_cache").write_text("in the way", encoding="utf-8")
    alone, several = (said(capsys, "-v", jobs, ".")[2].splitlines() for jobs in ("-j1", "-j3"))
    reasons = [line for line in alone if "findings are not kept in" in line]
    assert [line for line in several if "findings are not kept in" in line] == reasons and len(reasons) == 3


def test_where_the_time_went_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone, several = (said(capsys, "-n", "-v", jobs, ".")[2].splitlines() for jobs in ("-j1", "-j3"))
    assert len(alone) == len(several) and any("m0.py" in line for line in several)


def test_a_process_that_dies(here: Path, pids: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    alone = said(capsys, "-n", "-j1", ".")
    first, judge = os.getpid(), engine.judge_files

    def dying(project: analysis.Project, *rest: object, **more: object) -> LintResult:
        if project.root.endswith("other") and os.getpid() != first:
            os.kill(os.getpid(), signal.SIGKILL)
        return judge(project, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "judge_files", dying)
    assert said(capsys, "-n", "-j2", ".") == alone
    assert (pids / "other").read_text() == f"{first}" != (pids / "large").read_text()


def test_what_others_have_found_is_told_when_one_is_stopped(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    judge = engine.judge_files

    def stopping(project: analysis.Project, *rest: object, **more: object) -> LintResult:
        if project.root.endswith("small"):
            raise KeyboardInterrupt
        return judge(project, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "judge_files", stopping)
    status, out, err = said(capsys, "-n", "-j2", ".")
    assert status == 130 and "large" in out and "small" not in out and "interrupted" in err
