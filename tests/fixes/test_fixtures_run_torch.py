"""Every fixed fixture is run, before and after: what ran before runs, and what a safe fix leaves as it was gives the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from bce_lint.engine import fix, fix_text
from bce_lint.fix_options import FixOptions
from bce_lint.rules.registry import default_codes
from tests.fixes.running import Fixture, compared

pytestmark = pytest.mark.torch

FIXTURES = Path(__file__).parents[1] / "fixtures"
FIXES = FIXTURES / "fixes"
FIXED = sorted(p.with_name(p.name.replace(".fixed", "")) for p in FIXES.glob("BCE*/*.fixed.py"))
RULES = sorted((FIXTURES / "rules").rglob("*.py"))
PROJECTS = sorted((FIXES / "projects").iterdir())
ANALYSED = sorted(path for path in (FIXTURES / "projects").iterdir() if path.is_dir())
ALL = default_codes() | {"BCE123"}


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def held(before: dict[str, str], after: dict[str, str], folder: Path, same: bool = False) -> int:
    """How many calls were compared. Fails where one that ran before does not run after, or where safe fixes change what it returns."""
    broken, ran = compared(Fixture(before, folder), Fixture(after, folder), folder)
    assert not broken
    for name, first, second in ran if same else ():
        if isinstance(first.value, torch.Tensor):
            torch.testing.assert_close(first.value, second.value, rtol=1e-3, atol=1e-4, equal_nan=True, msg=f"{name} gives other values")
    return len(ran)


def fixed(data: bytes, unsafe: bool) -> str:
    outcome, _ = fix_text(data, None, ALL, FixOptions(unsafe, ALL))
    return next((file.after for group in outcome.groups for file in group), data).decode()


@pytest.mark.parametrize("path", FIXED, ids=named)
def test_a_fix_fixture(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    after = path.with_suffix(".fixed.py").read_text(encoding="utf-8")
    held({"main.py": text}, {"main.py": after}, tmp_path, same=text.startswith("# safe"))


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])
@pytest.mark.parametrize("path", RULES, ids=named)
def test_a_rule_fixture(path: Path, unsafe: bool, tmp_path: Path) -> None:
    data = path.read_bytes()
    text, after = data.decode(), fixed(data, unsafe)
    if text != after:
        held({"main.py": text}, {"main.py": after}, tmp_path, same=not unsafe)


def texts(root: Path) -> dict[str, str]:
    return {str(p.relative_to(root)): p.read_text(encoding="utf-8") for p in sorted(root.rglob("*.py"))}


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_a_project_of_fixes(project: Path, tmp_path: Path) -> None:
    held(texts(project / "before"), texts(project / "after"), tmp_path)


@pytest.mark.parametrize("root", ANALYSED, ids=lambda path: path.name)
def test_a_project(root: Path, tmp_path: Path) -> None:
    outcome, _ = fix(sorted(root.rglob("*.py")), ALL, FixOptions(True, ALL))
    after = {str(Path(file.path).absolute().relative_to(root)): file.after.decode() for group in outcome.groups for file in group}
    if after:
        held(texts(root), {**texts(root), **after}, tmp_path)


def test_most_fix_fixtures_are_called(tmp_path: Path) -> None:
    sample = FIXED[::7]
    called = [held({"main.py": p.read_text(encoding="utf-8")}, {"main.py": p.read_text(encoding="utf-8")}, tmp_path) for p in sample]
    assert sum(map(bool, called)) > len(sample) / 2
