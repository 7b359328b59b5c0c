"""Possible findings: `# possible: BCE103 when `x`` on a line of a fixture says which there are, and under which condition."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bce_lint.engine import check
from bce_lint.rules.by_file import FileRules, Selection
from bce_lint.rules.registry import default_codes

FILES = sorted((Path(__file__).parent / "fixtures" / "possible").glob("*.py"))
_SAID = re.compile(r"# possible: (.+)$")
_WHERE = re.compile(r" \([^()]*:\d+\)")

Rows = set[tuple[int, str]]


def expected(path: Path) -> Rows:
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return {(row, one) for row, line in lines if (said := _SAID.search(line)) for one in re.split(r", (?=BCE)", said[1])}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_possible_findings(path: Path) -> None:
    asked = Selection.alike(FileRules(default_codes(), possible=True))
    found = check([path], asked).diagnostics
    assert all(one.severity == "info" and one.fix is None for one in found)
    assert {(one.location.start.row, f"{one.code} {_WHERE.sub('', one.condition)}") for one in found} == expected(path)
    assert all(one.message.startswith(f"possible, {one.condition}: ") for one in found)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_they_are_counted_where_nobody_asks_for_them(path: Path) -> None:
    result = check([path], default_codes())
    assert result.diagnostics == ()
    assert result.unshown == len(expected(path))
