"""What linting never does, and what never changes its answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from bce_lint.diagnostic import Diagnostic

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures"

HOSTILE = """\
import torch
from torch import nn

open("ran", "w")
__import__("os").system("touch ran")


class Meta(type):
    def __getattribute__(cls, name):
        open("ran", "w")


def decorated(f):
    open("ran", "w")
    return f


@decorated
def step(x, y):
    return nn.BCEWithLogitsLoss()(torch.sigmoid(nn.Linear(4, 1)(x)), y)
"""

# Runs a command line under an audit hook and prints what it saw; `flake8` in the first place runs flake8 instead.
WATCH = """
import json, os, sys
seen = []
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.symlink", "os.truncate", "shutil.", "tempfile.")
STARTS = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.", "urllib.", "ctypes.")
def hook(event, args):
    if event == "open" and args[2] is not None and args[2] & WRITING:
        seen.append([event, str(args[0])])
    elif event.startswith((*CHANGES, *STARTS)):
        seen.append([event, str(args[:1])])
    elif event == "import" and args[0].partition(".")[0] in ("torch", "numpy", "torchvision"):
        seen.append([event, args[0]])
sys.addaudithook(hook)
if sys.argv[1] == "flake8":
    from flake8.main.cli import main
    status = main(["--isolated", "--select=BCE", "-j1", *sys.argv[2:]])
else:
    from bce_lint.cli import main
    status = main(sys.argv[1:])
json.dump({"status": status, "seen": seen, "modules": sorted(sys.modules)}, sys.stderr)
"""


def python(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs this Python, with the package at hand and without writing byte code."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-B", *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )  # fmt: skip


FACES = {"json": ["--output-format", "json"], "full": ["--no-cache", "--output-format", "full"], "flake8": ["flake8"]}


@pytest.mark.parametrize("face", FACES.values(), ids=FACES)
def test_linting_runs_no_code_writes_nothing_and_opens_no_connection(tmp_path: Path, face: list[str]) -> None:
    project, installed = tmp_path / "project", tmp_path / "installed"
    project.mkdir()
    installed.mkdir()
    (project / "hostile.py").write_text(HOSTILE, encoding="utf-8")
    (project / "train.py").write_text("from hostile import step\n\n\ndef train(x, y):\n    return step(x, y)\n", encoding="utf-8")
    (installed / "torch.py").write_text("open('ran', 'w')\n", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    done = python("-c", WATCH, *face, ".", cwd=project, PYTHONPATH=os.pathsep.join((str(ROOT), str(installed))))
    saw = json.loads(done.stderr)
    assert (saw["status"], saw["seen"]) == (1, [])
    assert "BCE103" in done.stdout
    assert not {"torch", "numpy"} & {name.partition(".")[0] for name in saw["modules"]}
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("face", [["--output-format", "json"], ["flake8"]], ids=["json", "flake8"])
def test_linting_writes_only_its_cache(tmp_path: Path, face: list[str]) -> None:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "hostile.py").write_text(HOSTILE, encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    for _ in range(2):
        done = python("-c", WATCH, *face, ".", cwd=tmp_path, BCE_LINT_NO_CACHE="")
        saw = json.loads(done.stderr)
        assert saw["status"] == 1 and "BCE103" in done.stdout
        assert [event for event in saw["seen"] if ".bce_lint_cache" not in event[1]] == []
    assert sorted(path for path in tmp_path.rglob("*") if ".bce_lint_cache" not in path.parts) == before


def test_the_watch_sees_what_it_should(tmp_path: Path) -> None:
    program = WATCH.split("if sys.argv[1]")[0] + (
        "open('x', 'w').close(); os.mkdir('y')\nimport socket, subprocess\nsocket.socket()\nsubprocess.run(['true'])\n"
        "try:\n    import torch\nexcept ImportError:\n    pass\nprint(json.dumps(sorted({event for event, _ in seen})))"
    )
    (tmp_path / "torch.py").write_text("", encoding="utf-8")
    events = json.loads(python("-c", program, cwd=tmp_path).stdout)
    assert {"import", "open", "os.mkdir", "socket.__new__", "subprocess.Popen"} <= set(events)


@pytest.mark.parametrize("arguments", ["--version", "--help", "--list-rules", "--explain BCE103"])
def test_what_needs_no_parser_loads_none(tmp_path: Path, arguments: str) -> None:
    start = "import sys\nfrom bce_lint.cli import main\ntry:\n    main(sys.argv[1:])\n"
    program = f"{start}finally:\n    print('libcst' in sys.modules, 'pathspec' in sys.modules)"
    done = python("-c", program, *arguments.split(), cwd=tmp_path)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("False False", "")


def projects() -> list[Path]:
    """The project fixtures."""
    return sorted(path for path in (FIXTURES / "projects").iterdir() if path.is_dir())


@pytest.mark.any_python
@pytest.mark.parametrize(
    ("folders", "seeds"),
    [(["projects"], ["0", "1"]), pytest.param(["rules", "projects"], ["0", "1", "random"], marks=pytest.mark.long)],
    ids=["projects", "all"],
)
def test_the_hash_seed_changes_nothing(folders: list[str], seeds: list[str]) -> None:
    command = ("-m", "bce_lint", "--output-format", "json", "--extend-select", "BCE123", *folders)
    outputs = {python(*command, cwd=FIXTURES, PYTHONHASHSEED=seed).stdout for seed in seeds}
    assert len(outputs) == 1
    assert len(json.loads(outputs.pop())) > 50


@pytest.mark.any_python
def test_the_order_of_the_files_changes_nothing() -> None:
    files = sorted(str(path.relative_to(FIXTURES)) for path in (FIXTURES / "projects").rglob("*.py"))
    orders = (files, files[::-1], files[1::2] + files[::2])
    outputs = {python("-m", "bce_lint", "--output-format", "json", *order, cwd=FIXTURES).stdout for order in orders}
    assert len(outputs) == 1
    assert len(json.loads(outputs.pop())) > 10


@pytest.mark.any_python
@pytest.mark.parametrize("project", projects(), ids=lambda path: path.name)
def test_a_file_has_the_findings_it_has_among_the_others(project: Path) -> None:
    from bce_lint import engine
    from bce_lint.rules.selection import choose

    codes = choose(None, (), ("BCE123",))
    files = sorted(project.rglob("*.py"))
    together = engine.check(files, codes).diagnostics
    for file in files:
        assert facts(engine.check([file], codes).diagnostics, file) == facts(together, file), file.name


def facts(diagnostics: Iterable[Diagnostic], file: Path) -> list[tuple[object, ...]]:
    """What is found in a file, without regard to how the paths are spelled."""
    return [
        (one.code, one.message, one.location[1:], [(text, os.path.abspath(place.path), *place[1:]) for text, place in one.labels])
        for one in diagnostics
        if os.path.abspath(one.location.path) == str(file)
    ]
