"""docs/adoption.md, command by command: on monai, which it is about, and the same commands on kornia."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tests.hosts.programs import ROOT, done, run, write
from tests.hosts.typing_session import notebook, type_and_mend
from tests.test_readme import BLOCK

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("published")]

PAGE: Final = (ROOT / "docs" / "adoption.md").read_text(encoding="utf-8")
PLACEHOLDER: Final = "ADDRESS-OF-THIS-REPOSITORY"
LEFT_OUT: Final = "…"
BASELINE, SARIF = "bce-lint-baseline.json", "bce-lint.sarif"
CHECK: Final = f"bce-lint --baseline {BASELINE} ."
ELSEWHERE: Final = f'cd programs && bce-lint --baseline ../{BASELINE} "$PWD/classes.py" ../imaging'
SUMMED_UP: Final = re.compile(r"^(?:Found |No findings|Baseline |\d+ findings? |Added ).*$", re.MULTILINE)
WRONG_ON_PURPOSE: Final = "from torch import nn\n\nloss = nn.BCEWithLogitsLoss()(nn.Sigmoid()(x), y)\n"


class Step(NamedTuple):
    """A block of the page: a `file`, a `change` of files, a `command` with what it prints, what is `typed` in an editor, and what is `told`
    there."""

    kind: str
    text: str
    shown: str = ""


class Package(NamedTuple):
    """What of the page's story is of its package."""

    names: Mapping[str, str]
    """Names that take the place of those of the page."""
    files: Mapping[str, str]
    """Texts that take the place of the page's files."""
    first: Mapping[str, str]
    """Further files of the beginning."""
    changes: tuple[Mapping[str, tuple[str, str]], ...]
    """What takes the place of the page's changes: the text to replace in each file, and what by."""
    bugs: tuple[str, ...]
    """The findings that the change brings."""

    def told(self, text: str) -> str:
        """A text of the page as it is for the package."""
        for old, new in self.names.items():
            text = text.replace(old, new)
        return text


MONAI: Final = Package({}, {}, {}, (), ("BCE502 monai/networks/nets/dints.py:878:17", "BCE103 training/autoencoder.py:13:12"))
KORNIA: Final = Package(
    {
        "monai/networks/nets/dints.py": "kornia/models/ranking.py", "imaging/networks/nets/dints.py": "imaging/models/ranking.py",
        "training/autoencoder.py": "training/saliency.py", "bce-lint.toml": "pyproject.toml", "1.6.1": "0.9.0", "monai": "kornia",
    },
    {
        "training/saliency.py": """\
import torch
from kornia.models.common import MLP

model = MLP(256, 64, 1, num_layers=3)
criterion = torch.nn.BCEWithLogitsLoss()


def loss_of(features, mask):
    return criterion(model(features).squeeze(-1), mask)
""",
        "training/classes.py": """\
import torch.nn.functional as F
from kornia.models.common import MLP

model = MLP(256, 64, 10, num_layers=3)


def loss_of(features, labels):
    return F.cross_entropy(model(features), labels, size_average=False)
""",
        "training/segmenter.py": """\
# training/segmenter.py
import torch
from kornia.models.common import MLP
from torch import nn


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = MLP(64, 64, 64, num_layers=3)
        self.head = nn.Conv2d(16, 1, kernel_size=1)

    def forward(self, images):
        return self.head(torch.relu(self.features(images)))
""",
        "pyproject.toml": """\
[project]
name = "kornia"
version = "0.9.0"

[tool.bce-lint]
extend-select = ["BCE123"]
severity = { BCE205 = "info" }
per-file-ignores = { "tests/" = ["BCE"] }
""",
    },
    {
        "kornia/models/ranking.py": """\
from torch import nn


class Ranking(nn.Module):
    def __init__(self):
        super().__init__()
        self.scores = nn.Linear(16, 4)
        self.attention = nn.Softmax()

    def forward(self, x):
        return self.scores(x) * self.attention(x)
""",
    },
    (
        {
            "kornia/models/siglip2/model.py": (
                "-F.logsigmoid((2 * eye - 1) * logits_per_text)", "-torch.log(torch.sigmoid((2 * eye - 1) * logits_per_text))",
            ),
            "training/saliency.py": ("num_layers=3)", "num_layers=4, sigmoid_output=True)"),
        },
        {"training/saliency.py": (", sigmoid_output=True", "")},
    ),
    ("BCE502 kornia/models/siglip2/model.py:261:25", "BCE103 training/saliency.py:9:12"),
)  # fmt: skip


def steps() -> Iterator[Step]:
    """The blocks of the page, in their order."""
    for kind, text in BLOCK.findall(PAGE):
        if kind != "console":
            yield Step({"diff": "change", "typed": "typed", "told": "told"}.get(kind, "file"), text)
            continue
        for one in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, shown = one.partition("\n")
            yield Step("command", command, shown)


def pattern(shown: str) -> str:
    """What matches an output that the page shows: `…` is a part of a line, in a line of its own any number of lines."""
    lines = shown.splitlines(keepends=True)
    return "".join(r"(?:.*\n)*" if one == f"{LEFT_OUT}\n" else ".*".join(map(re.escape, one.split(LEFT_OUT))) for one in lines)


def findings(output: str) -> list[str]:
    """The findings that are shown in full: code and place."""
    return [" ".join(one) for one in re.findall(r"^\w+\[(BCE\d+)\].*\n *--> (\S+)$", output, re.MULTILINE)]


def results(path: Path) -> list[str]:
    """The findings of a SARIF: code and place."""

    def told(one: Mapping[str, Any]) -> str:
        place = one["locations"][0]["physicalLocation"]
        return f"{one['ruleId']} {place['artifactLocation']['uri']}:{place['region']['startLine']}:{place['region']['startColumn']}"

    return list(map(told, json.loads(path.read_text(encoding="utf-8"))["runs"][0]["results"]))


class Project:
    """A repository in which the page's steps are taken."""

    def __init__(self, folder: Path, package: Package, address: Path, homes: Mapping[str, str]) -> None:
        self.folder, self.package, self.address = folder, package, address
        path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
        self.environment = {**homes, "PATH": path, "BCE_LINT_NO_CACHE": ""}
        self.changes = iter(package.changes)
        self.sarif: list[list[str]] = []
        self.stopped: list[list[str]] = []

    def shell(self, command: str) -> subprocess.CompletedProcess[str]:
        """Runs a command line; its bce-lint is that of this tree, while the hook has its own."""
        own = f'bce-lint() {{ PYTHONPATH={shlex.quote(str(ROOT))} {shlex.quote(sys.executable)} -m bce_lint "$@"; }}\n'
        return run("bash", "-c", f"{own}exec 2>&1\n{command}\n", cwd=self.folder, **self.environment)

    def take(self, step: Step) -> None:
        """Takes a step, and looks at what the page shows of it."""
        if step.kind == "command":
            self.command(self.package.told(step.text), step.shown)
        elif step.kind == "file":
            name = self.package.told(step.text.removeprefix("# ").partition("\n")[0])
            text = self.package.files.get(name, step.text.replace(PLACEHOLDER, str(self.address)))
            write(self.folder, {name: notebook(text) if name.endswith(".ipynb") else text})
        elif not self.package.changes:
            done(run("git", "apply", "-", cwd=self.folder, stdin=step.text))
        else:
            self.change(next(self.changes))

    def change(self, change: Mapping[str, tuple[str, str]]) -> None:
        """Makes a change in the package that is not the page's."""
        for name, (old, new) in change.items():
            text = (self.folder / name).read_text(encoding="utf-8")
            assert text.count(old) == 1
            write(self.folder, {name: text.replace(old, new)})

    def command(self, command: str, shown: str) -> None:
        """Runs a command of the page, and compares what it prints and how it ends."""
        ran = self.shell(command)
        if SARIF in command:
            self.sarif.append(results(self.folder / SARIF))
        if command.startswith("git commit") and ran.returncode:
            self.stopped.append(findings(ran.stdout))
        fails = "\nFound " in f"\n{shown}" or (SARIF in command and self.sarif[-1] != [])
        assert ran.returncode == fails, f"{command}\n{ran.stdout}"
        if self.package.names:
            assert [one for one in SUMMED_UP.findall(shown) if one not in ran.stdout.splitlines()] == [], f"{command}\n{ran.stdout}"
        else:
            assert re.fullmatch(pattern(shown), ran.stdout), f"{command}\n{ran.stdout}"

    def nothing_is_told(self, command: str) -> None:
        """Runs a command that finds nothing and complains of nothing."""
        assert done(self.shell(command)) == "No findings.\n"


@pytest.mark.parametrize("package", [MONAI, KORNIA], ids=["monai", "kornia"])
def test_a_project_adopts_bce_lint_as_the_page_says(package: Package, tmp_path: Path, address: Path, homes: Mapping[str, str]) -> None:
    project = Project(tmp_path, package, address, homes)
    blocks: list[tuple[str, str]] = []
    for step in steps():
        if step.kind in ("typed", "told"):
            blocks.append((step.kind, step.text))
            continue
        if blocks:
            type_and_mend(tmp_path, blocks, lambda shown, said: re.fullmatch(pattern(shown), said) is not None)
            blocks = []
        if step.text.startswith("git add . ") and not (tmp_path / BASELINE).exists():
            write(tmp_path, package.first)
        if step.text.startswith("# bce-lint.toml"):
            write(tmp_path, {"tests/wrong.py": WRONG_ON_PURPOSE})
        project.take(step)
        if step.text.startswith("git mv monai"):
            project.nothing_is_told(CHECK)
        if step.text.startswith("git mv training"):
            project.nothing_is_told(ELSEWHERE)
    assert project.stopped == [list(package.bugs)]
    assert project.sarif == [list(package.bugs), [], []]
