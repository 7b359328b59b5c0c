"""A hostile project, and a process that does one thing to it while an audit hook writes down what that process does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
MARKER = "code_of_the_project_has_run"
HOSTILE = f'''\
import torch
from torch import nn

open("ran", "w")
__import__("os").system("touch ran")


class Meta(type):
    def __getattribute__(cls, name):
        open("ran", "w")


def decorated(f):
    """{MARKER}"""
    open("ran", "w")
    return f


@decorated
def step(x, y):
    wide = nn.MSELoss(size_average=False)(x, y)
    return nn.BCEWithLogitsLoss()(torch.sigmoid(nn.Linear(4, 1)(x)), y) + wide
'''
RAN = f'"""{MARKER}"""\nopen("ran", "w")\n'
FILES = {
    "pyproject.toml": '[tool.bce-lint]\nsrc = [".", "stubs"]\nextend-safe-fixes = ["BCE"]\nper-file-ignores = { "!hostile.py" = ["BCE"] }\n'
    '[tool.pytest.ini_options]\naddopts = "-p hostile"\n',
    "hostile.py": HOSTILE,
    "train.py": "from hostile import step\n\n\ndef train(x, y):\n    return step(x, y)\n",
    **dict.fromkeys(("libcst.py", "pathspec.py", "setup.py", "conftest.py", "sitecustomize.py", "stubs/timm.py"), RAN),
}
OURS = {name.partition("/")[0].removesuffix(".py") for name in FILES} - {"pyproject.toml", "libcst", "pathspec"}
"""The modules of the project that nothing but the project has."""

# Does what its first argument says, with the others, and writes what it saw into the file that `SEEN` names.
WATCH = """
import json, os, sys
sys.path[:] = [folder for folder in sys.path if folder not in ("", os.getcwd())]
PROJECT, MARKER, OURS = os.getcwd(), os.environ["MARKER"], set(os.environ["OURS"].split())
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.link", "os.symlink", "os.truncate", "shutil.")
STARTS = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile", "pty.", "webbrowser.")
TALKS = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "ssl.")
LOADS = ("pickle.", "ctypes.dlopen", "code.__new__", "cpython.run_")
seen, watching = [], True

def of_project(code):
    parts = [code]
    for part in parts:
        parts.extend(one for one in part.co_consts if hasattr(one, "co_consts"))
    return code.co_filename.startswith(PROJECT) or any(MARKER in str(one.co_consts) for one in parts)

def hook(event, args):
    if not watching:
        return
    if event == "open":
        if isinstance(args[2], int) and args[2] & WRITING:
            seen.append(["write", os.path.abspath(os.fsdecode(args[0]) if not isinstance(args[0], int) else "descriptor")])
    elif event.startswith(CHANGES):
        seen.append(["write", *(os.path.abspath(os.fsdecode(one)) for one in args[:2] if isinstance(one, (str, bytes)))])
    elif event.startswith(STARTS):
        seen.append(["start", event, str(args[:1])])
    elif event.startswith(TALKS):
        seen.append(["talk", event, str(args[:2])])
    elif event.startswith(LOADS):
        seen.append(["load", event, str(args[:1])])
    elif event == "import" and (args[0].partition(".")[0] in OURS or str(args[1] or "").startswith(PROJECT)):
        seen.append(["run", "import", args[0]])
    elif event == "exec" and of_project(args[0]):
        seen.append(["run", "exec", args[0].co_filename])

class Terminal:
    def isatty(self):
        return False

def library():
    import bce_lint
    text = open("hostile.py").read()
    found = bce_lint.lint_source(text) + bce_lint.lint_source(text, "hostile.py") + bce_lint.lint_paths(["."])
    assert bce_lint.fix_source(text, "hostile.py", unsafe=True) != text and found
    return 0

face, *rest = sys.argv[1:]
sys.addaudithook(hook)
if face == "flake8":
    from flake8.main.cli import main
    status = main(["--isolated", "--select=BCE", "-j1", *rest])
elif face == "library":
    status = library()
elif face == "codemod":
    from libcst.codemod import CodemodContext
    from bce_lint.codemod import FixLossesCommand
    status = int("size_average" in FixLossesCommand(CodemodContext(filename="hostile.py")).transform_module(
        __import__("libcst").parse_module(open("hostile.py").read())).code)
else:
    from bce_lint.cli import main
    status = main(rest)
watching = False
with open(os.environ["SEEN"], "w") as stream:
    json.dump({"status": status, "seen": seen, "modules": sorted({name.partition(".")[0] for name in sys.modules})}, stream)
"""


class Watched(NamedTuple):
    """What a process printed, its exit status, what it did, and the modules that it has loaded."""

    status: int
    out: str
    err: str
    seen: list[list[str]]
    modules: set[str]

    def but(self, kind: str) -> list[list[str]]:
        """What it did besides one kind of thing."""
        return [one for one in self.seen if one[0] != kind]

    def written(self) -> set[str]:
        """The files and folders that it made, changed or removed."""
        return {path for kind, *paths in self.seen if kind == "write" for path in paths}


def project(folder: Path) -> Path:
    """The hostile project, in a folder beside which the state folder will be."""
    made = folder / "project"
    for name, text in FILES.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_text(text, encoding="utf-8")
    (folder / "state").mkdir()
    return made


def watch(folder: Path, *arguments: str, stdin: str = "") -> Watched:
    """Does something in a project, by a process that is watched."""
    command, env = watching(folder, *arguments)
    done = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, text=True, timeout=300, check=False, env=env)
    return seen(folder, done.stdout, done.stderr)


def watching(folder: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command of a process that is watched, and its environment."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "BCE_LINT_NO_CACHE": "", "BCE_LINT_CACHE_KEY": ""}
    around = folder.parent
    env |= {"XDG_STATE_HOME": str(around / "state"), "SEEN": str(around / "seen.json"), "MARKER": MARKER, "OURS": " ".join(OURS)}
    return [sys.executable, "-c", WATCH, *arguments], env


def seen(folder: Path, out: str, err: str) -> Watched:
    """What was seen of a process that has ended, with what it printed."""
    path = folder.parent / "seen.json"
    assert path.exists(), err
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Watched(told["status"], out, err, told["seen"], set(told["modules"]))
