"""Other programs, run as a user runs them, and repositories for them to work in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
BUG: Final = """\
import torch
from torch import nn

layer = nn.Linear(4, 1)
criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    return criterion(torch.sigmoid(layer(x)), y)
"""
RIGHT: Final = BUG.replace("torch.sigmoid(layer(x))", "layer(x)")
MODELS: Final = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 1)

    def forward(self, x):
        return torch.sigmoid(self.fc(x))
"""
TRAIN: Final = """\
from models import Net
from torch import nn

criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    return criterion(Net()(x), y)
"""
_SCRIPTS: Final = sysconfig.get_path("scripts")
_WITHOUT: Final = ("PYTHONPATH", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")
_GIT: Final = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.invalid",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.invalid",
}


def program(name: str) -> str:
    """Where a program lies that was installed beside this Python, or with the system."""
    found = shutil.which(name, path=os.pathsep.join((_SCRIPTS, os.environ.get("PATH", ""))))
    assert found is not None, f"{name} is not installed; the extra `test` has what the tests at length need"
    return found


def run(*command: str, cwd: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a program. What it finds of bce-lint is what is installed where it looks, and not what the tests import."""
    return subprocess.run(
        [program(command[0]), *command[1:]], cwd=cwd, input=stdin, capture_output=True, text=True, timeout=600, check=False,
        env={**{name: value for name, value in os.environ.items() if name not in _WITHOUT}, **_GIT, **environment},
    )  # fmt: skip


def done(finished: subprocess.CompletedProcess[str]) -> str:
    """What a program printed that must not fail."""
    assert finished.returncode == 0, f"{' '.join(finished.args)} ended with {finished.returncode}\n{finished.stdout}\n{finished.stderr}"
    return finished.stdout


def places(text: str) -> list[str]:
    """The places of the findings that are shown in full."""
    return re.findall(r"^ *--> (\S+)$", text, re.MULTILINE)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Writes files into a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    """A git repository whose one commit has some files."""
    folder.mkdir(parents=True, exist_ok=True)
    done(run("git", "init", "-q", "-b", "main", cwd=folder))
    write(folder, files)
    commit(folder, "first")
    return folder


def stage(folder: Path) -> None:
    """Stages everything, what is ignored too."""
    done(run("git", "add", "--all", "--force", ".", cwd=folder))


def commit(folder: Path, message: str) -> None:
    """Commits everything, past all hooks."""
    stage(folder)
    done(run("git", "commit", "-q", "--no-verify", "-m", message, cwd=folder))


def published(folder: Path, tag: str) -> Path:
    """This repository, as it is in the working tree, as somebody would find it at its address, with a tag."""
    names = done(run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)).split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    repository(folder, {})
    done(run("git", "tag", tag, cwd=folder))
    return folder
