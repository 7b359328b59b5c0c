"""Many projects on a cluster of two workers: one dies on the way, then all are stopped; nothing is lost, and nothing is done twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bce_lint import lint_paths

ROOT = Path(__file__).parents[1]
PROJECTS = sorted(str(path) for path in (ROOT / "tests" / "fixtures" / "projects").iterdir() if path.is_dir())
pytestmark = pytest.mark.long


def begun(out: Path) -> subprocess.Popen[bytes]:
    """The command, with all projects."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": path, "DASK_TEMPORARY_DIRECTORY": str(out / "dask")}
    command = [sys.executable, "-m", "benchmarks.many", "--workers", "2", str(out)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None
    process.stdin.write("\n".join(PROJECTS).encode() + b"\n")
    process.stdin.close()
    process.stdin = None
    return process


def results(out: Path) -> dict[str, dict[str, Any]]:
    """What was written down, by project."""
    found = [json.loads(path.read_bytes()) for path in out.glob("*.json")]
    assert len({one["project"] for one in found}) == len(found)
    return {one["project"]: one for one in found}


def files(out: Path) -> dict[str, tuple[int, int]]:
    """Which files hold the results, and when they were written."""
    return {path.name: ((about := path.stat()).st_ino, about.st_mtime_ns) for path in out.glob("*.json")}


def after(out: Path, count: int) -> dict[str, dict[str, Any]]:
    """The results as soon as there are some."""
    until = time.monotonic() + 120
    while len(found := results(out)) < count and time.monotonic() < until:
        time.sleep(0.02)
    return found


def test_two_workers_of_which_one_is_killed(tmp_path: Path) -> None:
    process = begun(tmp_path)
    killed = next(iter(after(tmp_path, 3).values()))["process"]
    os.kill(killed, signal.SIGKILL)
    first = after(tmp_path, 20)
    assert {one["process"] for one in first.values()} != {killed}
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    there = files(tmp_path)
    assert len(there) < len(PROJECTS)

    again = begun(tmp_path)
    _, told = again.communicate(timeout=300)
    assert again.returncode == 0, told
    found, whole = results(tmp_path), files(tmp_path)
    assert sorted(found) == PROJECTS
    assert {name: whole[name] for name in there} == there
    assert {one["error"] for one in found.values()} == {""}
    for project in PROJECTS[::4]:
        rows = [[one.location.path, *one.location.start, one.code, one.message] for one in lint_paths([project])]
        assert found[project]["findings"] == rows
    assert sum(len(one["findings"]) for one in found.values()) > 40


def test_what_cannot_be_linted_is_written_down(tmp_path: Path) -> None:
    from benchmarks.many import lint, result

    lint(str(tmp_path), str(tmp_path / "nowhere"))
    told = json.loads(result(str(tmp_path), str(tmp_path / "nowhere")).read_bytes())
    assert told["findings"] == [] and told["error"].startswith("FileNotFoundError: ")
