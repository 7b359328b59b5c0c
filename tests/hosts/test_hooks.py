"""The hooks, as pre-commit and prek run them from README's block: what fails a commit, and what does not."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from bce_lint import __version__
from tests.hosts.programs import BUG, MODELS, RIGHT, TRAIN, commit, done, places, repository, run, stage, write
from tests.notebooks.shapes import code, written
from tests.test_readme import README, blocks

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("published")]

PLACEHOLDER: Final = "ADDRESS-OF-THIS-REPOSITORY"
CONFIG: Final = ".pre-commit-config.yaml"
ONE_COMMAND_LINE: Final = 1 << 17
"""The most bytes of arguments that the runners give a program on any system."""
FIXABLE: Final = """\
import torch.nn.functional as F


def step(x, y):
    return F.cross_entropy(x, y, size_average=False)
"""


class Project:
    """A git repository with README's block, and the runner of its hooks."""

    def __init__(self, runner: str, folder: Path, address: Path, homes: Mapping[str, str]) -> None:
        self.runner, self.folder, self.homes = runner, folder, homes
        block = blocks("yaml")[0]
        assert block.count(PLACEHOLDER) == 1 and f"rev: v{__version__}\n" in block
        self.config = block.replace(PLACEHOLDER, str(address))
        repository(folder, {CONFIG: self.config, "README.md": "A project.\n"})

    def configure(self, old: str, new: str) -> None:
        """Changes the block, and commits it."""
        assert old in self.config
        write(self.folder, {CONFIG: self.config.replace(old, new)})
        commit(self.folder, "configure")

    def stage(self, files: Mapping[str, str]) -> None:
        """Stages files."""
        write(self.folder, files)
        stage(self.folder)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs the hooks on what is staged."""
        return self.git(self.runner, "run", *arguments)

    def git(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs any program in the repository."""
        return run(*command, cwd=self.folder, **self.homes)


@pytest.fixture(params=["pre-commit", "prek"])
def project(request: pytest.FixtureRequest, tmp_path: Path, address: Path, homes: Mapping[str, str]) -> Project:
    """A project for each runner."""
    return Project(request.param, tmp_path, address, homes)


def test_a_staged_bug_fails_and_is_shown(project: Project) -> None:
    project.stage({"train.py": BUG})
    ran = project.run()
    assert ran.returncode == 1
    heading = re.compile(r"^bce-lint\.*Failed\n- hook id: bce-lint\n(- .*\n)*- exit code: 1\n", re.MULTILINE)
    assert heading.search(ran.stdout), ran.stdout + ran.stderr
    assert "BCE103" in ran.stdout and places(ran.stdout) == ["train.py:9:12"]


def test_what_is_right_passes(project: Project) -> None:
    project.stage({"train.py": RIGHT})
    assert re.search(r"^bce-lint\.*Passed$", done(project.run()), re.MULTILINE)


def test_nothing_of_python_is_no_run(project: Project) -> None:
    project.stage({"notes.md": "# Notes\n"})
    assert re.search(r"^bce-lint\.*\(no files to check\) ?Skipped$", done(project.run()), re.MULTILINE)


def test_a_commit_is_stopped_until_it_is_right(project: Project) -> None:
    done(project.git(project.runner, "install"))
    project.stage({"train.py": BUG})
    stopped = project.git("git", "commit", "-m", "training")
    assert stopped.returncode == 1 and places(stopped.stdout + stopped.stderr) == ["train.py:9:12"]
    project.stage({"train.py": RIGHT})
    done(project.git("git", "commit", "-m", "training"))


def test_findings_in_files_that_are_not_staged_fail_no_commit(project: Project) -> None:
    write(project.folder, {"models.py": MODELS, "train.py": TRAIN, "other.py": BUG})
    commit(project.folder, "old findings")
    project.stage({"models.py": MODELS.replace("super().__init__()", "super().__init__()  # first")})
    ran = done(project.run())
    assert re.search(r"^bce-lint\.*Passed$", ran, re.MULTILINE)


def test_with_new_from_head_only_what_a_commit_brings_fails_it(project: Project) -> None:
    offered = re.search(r"`(args: \[--new-from, HEAD\])`", README)
    assert offered is not None
    project.configure("- id: bce-lint\n", f"- id: bce-lint\n        {offered[1]}\n")
    write(project.folder, {"train.py": BUG})
    commit(project.folder, "an old finding")
    project.stage({"train.py": f"# moved\n\n{BUG}"})
    done(project.run())
    project.stage({"train.py": f"# moved\n\n{BUG}\n\ndef other(x, y):\n    return criterion(torch.sigmoid(x), y)\n"})
    ran = project.run()
    assert ran.returncode == 1 and places(ran.stdout) == ["train.py:15:12"]


def test_with_related_a_changed_model_fails_for_a_loss_elsewhere(project: Project) -> None:
    offered = re.search(r"`(args: \[--new-from, HEAD, --related\])`", README)
    assert offered is not None
    project.configure("- id: bce-lint\n", f"- id: bce-lint\n        {offered[1]}\n")
    write(project.folder, {"models.py": MODELS.replace("torch.sigmoid(self.fc(x))", "self.fc(x)"), "train.py": TRAIN, "other.py": BUG})
    commit(project.folder, "right, but for an old finding")
    project.stage({"models.py": MODELS})
    ran = project.run()
    assert ran.returncode == 1 and places(ran.stdout) == ["train.py:8:12"]


def test_the_fix_hook_changes_a_file_and_passes_when_that_is_staged(project: Project) -> None:
    project.configure("- id: bce-lint\n", "- id: bce-lint-fix\n")
    project.stage({"train.py": FIXABLE})
    ran = project.run()
    assert ran.returncode == 1 and "files were modified by this hook" in ran.stdout
    assert "(1 fixed, 0 left)" in ran.stdout
    assert (project.folder / "train.py").read_text(encoding="utf-8") == FIXABLE.replace("size_average=False", 'reduction="sum"')
    stage(project.folder)
    assert re.search(r"^bce-lint --fix\.*Passed$", done(project.run()), re.MULTILINE)


def test_notebooks_are_linted_and_fixed(project: Project) -> None:
    text = written([code(FIXABLE)]).decode()
    project.stage({"train.ipynb": text})
    assert "train.ipynb:cell 1:" in project.run().stdout
    project.configure("- id: bce-lint\n", "- id: bce-lint-fix\n")
    project.stage({"other.ipynb": text})
    assert project.run().returncode == 1
    assert (project.folder / "other.ipynb").read_text(encoding="utf-8") == text.replace("size_average=False", 'reduction=\\"sum\\"')


def test_unsafe_fixes_are_asked_for_by_arguments(project: Project) -> None:
    assert "`args: [--unsafe-fixes]`" in README
    project.configure("- id: bce-lint\n", "- id: bce-lint-fix\n        args: [--unsafe-fixes]\n")
    project.stage({"train.py": BUG})
    assert project.run().returncode == 1
    assert (project.folder / "train.py").read_text(encoding="utf-8") == RIGHT


def test_files_that_are_left_out_are_silent(project: Project) -> None:
    project.stage({".gitignore": "drafts/\n", "drafts/train.py": BUG, "build/train.py": BUG, "notebook.txt": BUG})
    assert re.search(r"^bce-lint\.*Passed$", done(project.run()), re.MULTILINE)


def test_more_files_than_one_command_line_holds(project: Project) -> None:
    folder = "/".join(["long_names" * 9] * 2)
    names = [f"{folder}/module_{number:04}.py" for number in range(ONE_COMMAND_LINE // len(folder) + 100)]
    assert sum(map(len, names)) > ONE_COMMAND_LINE
    project.stage({**dict.fromkeys(names, "x = 1\n"), names[0]: BUG, names[-1]: BUG})
    ran = project.run()
    assert ran.returncode == 1
    assert sorted(places(ran.stdout)) == [f"{names[0]}:9:12", f"{names[-1]}:9:12"]
    project.stage({names[0]: RIGHT, names[-1]: RIGHT})
    done(project.run())
