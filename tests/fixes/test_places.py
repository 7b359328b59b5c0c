"""Places as people are told them, and thresholds as they are written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bce_lint.fixes.decisions import logit
from bce_lint.fixes.places import at_row, listed, row, shown
from tests.fixes.test_pieces import tree_of


def test_places_in_order_each_once() -> None:
    assert listed([]) == "" and listed(["a:2"]) == "a:2"
    assert listed(["b:1", "a:10", "a:9", "a:10"]) == "a:9, a:10, b:1"
    five = [f"a:{number}" for number in range(1, 6)]
    assert listed(five) == "a:1, a:2, a:3, a:4, a:5"
    assert listed([*five, "a:6"]) == "a:1, a:2, a:3, a:4, a:5 and 1 more place"
    assert listed([*five, "a:6", "a:7"]).endswith(" and 2 more places")
    assert listed(["a", "a:1"]) == "a, a:1"


def test_rows_of_each_line_end() -> None:
    tree = tree_of("a\nb\r\nc\rd\n")
    assert [row(tree, tree.text.index(name)) for name in "abcd"] == ["a.py:1", "a.py:2", "a.py:3", "a.py:4"]
    assert [at_row(tree, tree.names(name)[0]) for name in "ad"] == ["a.py:1", "a.py:4"]


def test_files_from_the_folder_of_their_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").touch()
    for here in (tmp_path, tmp_path.parent):
        monkeypatch.chdir(here)
        assert shown(str(tmp_path / "a" / "b.py")) == os.path.join("a", "b.py")
        assert shown(str(tmp_path / "b.py")) == "b.py"
    assert shown(str(tmp_path / "<stdin>" / "b.py")) == "<stdin>"


@pytest.mark.parametrize(
    ("threshold", "written"), [(0.5, "0"), (0.9, "2.19722"), (0.1, "-2.19722"), (0.25, "-1.09861"), (0.500001, "4e-06"), (0.7, "0.847298")]
)
def test_the_logit_of_a_threshold(threshold: float, written: str) -> None:
    assert logit(threshold) == written
