"""The shell loop of docs/scale.md: stopped on the way and started again, it does each project once."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.any_python

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
PROJECTS = sorted(path for path in (ROOT / "tests" / "fixtures" / "projects").iterdir() if path.is_dir())[::8]


def loop(folder: Path) -> subprocess.Popen[bytes]:
    """Starts the loop, with this Python's bce-lint."""
    (command,) = re.findall(r"```sh\n(mkdir -p out\n.*?)```", PAGE, re.DOTALL)
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "bce-lint").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bce_lint "$@"\n', encoding="utf-8")
    (tools / "bce-lint").chmod(0o755)
    paths = {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    environment = {**os.environ, **paths}
    return subprocess.Popen(["bash", "-c", command], cwd=folder, env=environment, stderr=subprocess.PIPE, start_new_session=True)


def written(folder: Path) -> dict[str, tuple[int, int]]:
    """The results, with the file that holds each and when it was written."""
    return {path.stem: ((about := path.stat()).st_ino, about.st_mtime_ns) for path in (folder / "out").glob("*.json")}


def test_the_loop_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    for project in PROJECTS:
        shutil.copytree(project, tmp_path / "repos" / project.name)
    (tmp_path / "repos" / "no Python 'here'").mkdir()
    stopped = loop(tmp_path)
    until = time.monotonic() + 60
    while not written(tmp_path) and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(stopped.pid, signal.SIGKILL)
    stopped.communicate(timeout=60)
    there = written(tmp_path)
    assert 0 < len(there) < len(PROJECTS)
    loop(tmp_path).communicate(timeout=120)
    found = written(tmp_path)
    assert sorted(found) == sorted(("no Python 'here'", *(project.name for project in PROJECTS)))
    assert {name: found[name] for name in there} == there
    rows = [row for name in found for row in json.loads((tmp_path / "out" / f"{name}.json").read_bytes())]
    assert len(rows) > 5 and all(Path(row["filename"]).is_relative_to(tmp_path / "repos") for row in rows)
