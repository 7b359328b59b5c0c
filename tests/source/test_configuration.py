"""Configuration that is not read yet is found, so that it can be told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bce_lint.source.configuration import unread

HERE = [
    '[tool.bce-lint]\nselect = ["BCE1"]\n', '[tool."bce-lint"]\n', "[ tool . bce-lint ]\n", "tool.bce-lint.select = []\n",
    "[tool]\nbce-lint = {select = []}\n", "[tool.bce-lint.per-file]\n", "[tool.bce-lint]\nselect = [\n", "x = \n[tool.bce-lint]\n",
    "\ufeff[tool.bce-lint]\n",
]  # fmt: skip
ELSEWHERE = [
    "", "[tool.ruff]\n", '[project]\ndependencies = ["bce-lint>=1"]\n', "# [tool.bce-lint]\n", "[tool.bce-lint2]\n", "tool = 1 # bce-lint",
    'x = """\n[tool.ruff]\nbce-lint\n"""\n', "[tool.ruff]\nbce-lint = 1\n", "x = \n# bce-lint\n",
]  # fmt: skip


@pytest.mark.parametrize("text", HERE)
def test_a_table_for_bce_lint_is_found_from_below(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    folders = [tmp_path, tmp_path / "a" / "b", tmp_path / "a"]
    assert unread(map(str, folders)) == [str(tmp_path / "pyproject.toml")]


@pytest.mark.parametrize("text", ELSEWHERE)
def test_another_text_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert unread([str(tmp_path)]) == []


def test_the_nearest_one_counts(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "a"):
        (folder / "pyproject.toml").write_text("[tool.bce-lint]\n", encoding="utf-8")
    assert unread([str(tmp_path / "a" / "b")]) == [str(tmp_path / "a" / "pyproject.toml")]
    assert len(unread([str(tmp_path / "a" / "b"), str(tmp_path)])) == 2


def test_what_cannot_be_read_is_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pyproject.toml")
    assert unread([str(tmp_path)]) == []
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "pyproject.toml").write_bytes(b"[tool.bce-lint]\nx = '\xff'\n")
    assert unread([str(tmp_path / "a")]) == [str(tmp_path / "a" / "pyproject.toml")]
