"""Verification of an untrusted repository: torch runs its own operations on tensors of bce-lint's making, and nothing of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import watched
from tests.test_security import files, is_kept
from tests.watched import watch

pytestmark = pytest.mark.torch

FACES = {
    "verify": ["cli", "--verify", "."],
    "verify and fix": ["cli", "--verify", "--fix", "--unsafe-fixes", "."],
    "the rewrites": ["cli", "--verify", "--select", "BCE103"],
}


@pytest.mark.parametrize("face", FACES.values(), ids=FACES)
def test_verifying_runs_nothing_of_the_project(tmp_path: Path, face: list[str]) -> None:
    project = watched.project(tmp_path)
    before = files(project)
    done = watch(project, *face)
    assert done.status in (0, 1), done.err
    assert "torch" in done.modules and not done.modules & watched.OURS
    assert "verified" in done.out or "claims hold" in done.out or "fixed" in done.out
    # torch loads its own libraries and asks the system what it is; nothing else is started, and nobody is talked to
    assert [one for one in done.but("write") if one[0] in ("run", "talk")] == []
    assert [one for one in done.seen if one[0] == "start"] == []
    inside = {path for path in done.written() if path.startswith(str(tmp_path)) and not is_kept(path, project)}
    assert all(path == str(project / "hostile.py") or path.endswith(".bce-lint.tmp") for path in inside)
    assert {path for path in done.written() if not path.startswith(str(tmp_path))} <= {"/dev/null"}
    changed = {name for name, text in files(project).items() if text != before.get(name)}
    assert changed == ({"hostile.py"} if "--fix" in face else set())
