"""What is for display only says what stands in the way and what a person would change, in the same words whatever paths were given."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from bce_lint.diagnostic import DISPLAY_ONLY
from bce_lint.engine import check
from bce_lint.rules.registry import default_codes

pytestmark = pytest.mark.any_python

FIXTURES = Path(__file__).parents[1] / "fixtures" / "fixes"
FOLDERS = sorted(path for path in FIXTURES.glob("BCE*"))
PROJECTS = sorted(FIXTURES.glob("projects/*"))
PLACE = re.compile(r"([^\s`,]+\.py):(\d+)")
VERBS = ("apply", "cast", "compare", "construct", "exchange", "give", "of ", "say", "use", "write")


def messages(paths: Iterable[Path], codes: frozenset[str]) -> list[str]:
    """The texts of the fixes for display only, in the order of the findings."""
    found = check(list(paths), codes, fixes=True).diagnostics
    return [one.fix.message for one in found if one.fix is not None and one.fix.applicability == DISPLAY_ONLY]


def judged(message: str, root: Path) -> None:
    """Fails unless a text has an action, and places of files from the project's folder."""
    reason, _, action = message.partition("; by hand: ")
    if message.startswith("no fix by machine: "):
        assert action.startswith(VERBS), message
        assert PLACE.search(action), message
    else:
        assert reason.startswith(("run ", "take ", "Use ", "Remove ", "Give ", "Say ", "Compare ")), message
    for path, row in PLACE.findall(message):
        assert not os.path.isabs(path), message
        assert 0 < int(row) <= len((root / path).read_text(encoding="utf-8").splitlines()), message
    assert not re.search(r"`` | {2}|None given", message), message


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_each_says_what_to_do(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").touch()
    for path in sorted(folder.glob("*.py")):
        if not path.name.endswith((".fixed.py", ".safe.py")):
            Path("case.py").write_bytes(path.read_bytes())
            for message in messages([Path("case.py")], frozenset({folder.name})):
                judged(message, tmp_path)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_the_same_whatever_paths_were_given(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "project"
    shutil.copytree(project / "before", root)
    (root / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    files = sorted(root.rglob("*.py"))
    said = messages(files, default_codes())
    for message in said:
        judged(message, root)
    assert messages([path.relative_to(tmp_path) for path in files], default_codes()) == said
    each = {text for path in files for text in messages([path.relative_to(tmp_path)], default_codes())}
    assert set(said) <= each
    again = {text for path in files for text in messages([path], default_codes())}
    assert again == each


def test_what_is_missing_is_named_in_the_same_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(FIXTURES / "projects" / "BCE101_model_and_training" / "before", tmp_path / "project")
    (tmp_path / "project" / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path / "project")
    codes = frozenset({"BCE101"})
    files = [path.relative_to(tmp_path / "project") for path in sorted((tmp_path / "project").rglob("*.py"))]
    said = {text for path in files for text in messages([path], codes)}
    assert len(said) == 1, said
    text = said.pop()
    assert text.endswith(": give all of them")
    for path in re.findall(r"[\w/]+\.py", text):
        assert Path(path).exists(), path


def test_two_ways_to_a_fix_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = FIXTURES / "projects" / "BCE101_left_callback_in_another_file" / "before"
    shutil.copytree(source, tmp_path / "deep" / "project")
    (tmp_path / "deep" / "project" / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    (text,) = messages(sorted((tmp_path / "deep").rglob("*.py")), frozenset({"BCE101"}))
    assert "the values may be used at draw.py:7" in text
    assert "the sigmoid at decoder.py:11 gets" in text
