"""What a run says while it lasts, where its time went, and what is left of one that the user stops."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import bce_lint
from bce_lint.cli import main
from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import check
from bce_lint.lint_result import Interrupted
from bce_lint.rules.selection import choose
from tests.test_cli import BUG

HERE = Path(__file__).parents[1]
SLOW = """
import signal, sys, time
from bce_lint.analysis.interpreter import entry_points
from bce_lint.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job inherits that it is ignored
run = entry_points.run_candidate

def slowly(machine, unit, *rest):
    if unit.path.endswith("z.py"):
        print("in z.py", flush=True)
        time.sleep(float(sys.argv[1]))
    return run(machine, unit, *rest)

entry_points.run_candidate = slowly
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").touch()
    for name in ("a.py", "z.py"):
        (tmp_path / name).write_text(BUG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("stopped")
def test_what_was_finished_is_told(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--output-format", "concise", "."]) == 130
    done = capsys.readouterr()
    assert [line.partition(" ")[0] for line in done.out.splitlines()[:-1]] == ["a.py:9:12:"]
    assert done.out.endswith("\nFound 1 finding in 1 file.\n")
    assert done.err == "bce-lint: interrupted: 1 of 2 files done, following values from z.py; there may be more findings\n"


@pytest.mark.usefixtures("stopped")
def test_what_was_stopped_is_not_kept(two: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with monkeypatch.context() as kept:
        kept.delenv("BCE_LINT_NO_CACHE")
        assert main(["--cache-dir", "../kept", "."]) == 130
    monkeypatch.undo()
    monkeypatch.chdir(two)
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    capsys.readouterr()
    assert main(["--cache-dir", "../kept", "."]) == 1
    assert "Found 2 findings in 2 files." in capsys.readouterr().out


@pytest.mark.usefixtures("stopped")
def test_nothing_is_written_by_fixes_that_were_stopped(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--fix", "--unsafe-fixes", "."]) == 130
    assert [(two / name).read_text(encoding="utf-8") for name in ("a.py", "z.py")] == [BUG, BUG]
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("stopped")
def test_a_library_that_is_stopped_is_interrupted(two: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        bce_lint.lint_paths([two])
    with pytest.raises(KeyboardInterrupt):
        bce_lint.lint_source(BUG, str(two / "z.py"))


def test_a_text_is_asked_about_again_after_an_interrupt(two: Path, stopped: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyboardInterrupt):
        bce_lint.lint_source(BUG, str(two / "z.py"))
    monkeypatch.undo()
    assert [one.code for one in bce_lint.lint_source(BUG, str(two / "z.py"))] == ["BCE103"]


def test_other_projects_are_told_that_were_finished(tmp_path: Path, stopped: None) -> None:
    files = []
    for name in ("first/a.py", "second/z.py", "third/a.py"):
        path = tmp_path / name
        path.parent.mkdir()
        (path.parent / "pyproject.toml").touch()
        path.write_text(BUG, encoding="utf-8")
        files.append(path)
    with pytest.raises(Interrupted) as error:
        check(files, choose(None, (), ()))
    found: tuple[Diagnostic, ...] = error.value.result.diagnostics
    assert [Path(one.location.path).parent.name for one in found] == ["first"]


def start(folder: Path, *arguments: str, **streams: Any) -> subprocess.Popen[bytes]:
    """Runs a linter that waits in the functions of `z.py`, the first argument says how long."""
    paths = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen([sys.executable, "-c", SLOW, *arguments], cwd=folder, env={**os.environ, "PYTHONPATH": paths}, **streams)


def test_a_process_that_is_stopped_prints_what_it_has(two: Path) -> None:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with start(two, "60", "--no-cache", "--output-format", "concise", ".", **streams) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"in z.py\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130
    assert out.startswith(b"a.py:9:12: BCE103") and err.startswith(b"bce-lint: interrupted: 1 of 2 files done")


def on_terminal(folder: Path, *arguments: str) -> str:
    """What a linter writes to a terminal that is its standard error."""
    ours, theirs = os.openpty()
    process = start(folder, *arguments, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    seen, until = b"", time.monotonic() + 60
    while time.monotonic() < until:
        ready, _, _ = select.select([ours], [], [], 0.1)
        try:
            piece = os.read(ours, 65536) if ready else b""
        except OSError:  # the other end was closed
            break
        seen += piece
        if not piece and process.poll() is not None:
            break
    os.close(ours)
    process.wait(timeout=60)
    return seen.decode()


@pytest.mark.any_python
def test_who_waits_is_told_what_is_in_hand(two: Path) -> None:
    seen = on_terminal(two, "1.6", "--no-cache", ".")
    shown = re.split(r"\r+\n?", seen)
    assert "bce-lint: 1 of 2 files done, following values from z.py" in [line.strip() for line in shown]
    assert seen.rstrip("\r").endswith(" ")  # the line is drawn over at the end


@pytest.mark.any_python
def test_who_does_not_wait_or_wants_quiet_is_told_nothing(two: Path) -> None:
    assert on_terminal(two, "0", "--no-cache", ".") == ""
    assert on_terminal(two, "1.6", "-q", "--no-cache", ".") == ""


@pytest.mark.any_python
def test_progress_goes_to_terminals_only(two: Path) -> None:
    with start(two, "1.6", "--no-cache", "--exit-zero", ".", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.communicate()[1] == b""


def test_verbose_says_where_time_went(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-v", "--no-cache", "."]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "not analysed completely: 0 functions"
    assert re.fullmatch(r"time: \d+\.\d\d s in 2 files, each with what its code calls", lines[1])
    assert sorted(line.split()[-1] for line in lines[2:]) == ["a.py", "z.py"]
