"""Every fixture reports exactly what it says it does: `# expect: BCE103` on a line, silence on all others."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from bce_lint.engine import check
from bce_lint.rules.registry import BY_CODE, default_codes

FIXTURES = Path(__file__).parent / "fixtures"
FILES = sorted((FIXTURES / "rules").rglob("*.py"))
PROJECTS = sorted(path for path in (FIXTURES / "projects").iterdir() if path.is_dir())
_EXPECT = re.compile(r"# expect: (BCE\d+(?:, BCE\d+)*)$")
_ENABLE = re.compile(r"^# enable: (BCE\d+)$", re.MULTILINE)

Rows = set[tuple[str, int, str]]


def expected(root: Path, files: list[Path]) -> Rows:
    """The file, row and code of every expectation."""
    return {
        (str(path.relative_to(root)), row, code)
        for path in files
        for row, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if (match := _EXPECT.search(line))
        for code in match.group(1).split(", ")
    }


def enabled(root: Path, files: list[Path]) -> frozenset[str]:
    """The rules that some fixtures are about."""
    asked = {code for path in files for code in _ENABLE.findall(path.read_text(encoding="utf-8"))}
    return frozenset(default_codes() | asked | ({"BCE123"} if root.name == "BCE123" else set()))


def found(root: Path, files: list[Path]) -> Rows:
    """The file, row and code of every finding."""
    diagnostics = check(files, enabled(root, files)).diagnostics
    return {(str(Path(d.location.path).absolute().relative_to(root)), d.location.start.row, d.code) for d in diagnostics}


@cache
def with_codes() -> dict[frozenset[str], list[Path]]:
    """The fixtures of the rules that ask for the same codes."""
    asked: dict[frozenset[str], list[Path]] = {}
    for path in FILES:
        asked.setdefault(enabled(path.parent, [path]), []).append(path)
    return asked


@cache
def found_in_all(codes: frozenset[str]) -> Rows:
    """What is found in the fixtures that ask for these codes: each run looks through the whole repository, so one is shared."""
    diagnostics = check(with_codes()[codes], codes).diagnostics
    return {(str(Path(d.location.path).absolute()), d.location.start.row, d.code) for d in diagnostics}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file(path: Path) -> None:
    rows = {(path.name, row, code) for name, row, code in found_in_all(enabled(path.parent, [path])) if name == str(path)}
    assert rows == expected(path.parent, [path])


@pytest.mark.parametrize("folder", sorted({path.parent for path in FILES}), ids=lambda folder: folder.name)
def test_a_file_alone(folder: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(min(folder.glob("*.py")), tmp_path))
    (tmp_path / "pyproject.toml").touch()
    codes = enabled(folder, [path])
    assert {(d.location.start.row, d.code) for d in check([path], codes).diagnostics} == {row[1:] for row in expected(tmp_path, [path])}


@pytest.mark.parametrize("root", PROJECTS, ids=lambda root: root.name)
def test_a_project(root: Path) -> None:
    files = sorted(root.rglob("*.py"))
    assert found(root, files) == expected(root, files)


@pytest.mark.parametrize("root", PROJECTS, ids=lambda root: root.name)
def test_each_file_of_a_project_alone(root: Path) -> None:
    for path in root.rglob("*.py"):
        inside = {row for row in found(root, [path]) if row[0] == str(path.relative_to(root))}
        assert inside == expected(root, [path])


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_file_is_named_after_what_it_shows(path: Path) -> None:
    codes = {code for _, _, code in expected(path.parent, [path])}
    assert (path.parent.name in codes) != path.stem.startswith("silent_")


@pytest.mark.parametrize("code", [code for code, rule in BY_CODE.items() if not code.startswith("BCE9") and not rule.witness])
def test_each_rule_has_as_many_silent_files_as_firing_ones(code: str) -> None:
    names = [path.stem for path in FILES if path.parent.name == code]
    silent = [name for name in names if name.startswith("silent_")]
    assert len(names) > len(silent) >= len(names) / 2
