"""Forty notebooks: what is found in each, at which cell and row; and fixes, which leave every other byte as it is."""

from __future__ import annotations

import importlib
import json
import re
from typing import Any

import pytest

import bce_lint
from bce_lint.source.documents import decode
from tests.notebooks.shapes import Notebook, shapes

pytestmark = pytest.mark.usefixtures("notebook_folder")

SHAPES = list(shapes())


def found(data: bytes) -> list[tuple[int | None, int, str]]:
    """What is found in a notebook."""
    return [(one.location.cell, one.location.start.row, one.code) for one in bce_lint.lint_source(data, "a.ipynb")]


def fixed(data: bytes) -> bytes:
    """A notebook with all its fixes."""
    return bce_lint.fix_source(data, "a.ipynb", unsafe=True)


def test_there_are_forty() -> None:
    assert len(SHAPES) == len({one.name for one in SHAPES}) >= 40


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.name)
def test_findings_stand_at_the_cell_and_the_row(shape: Notebook) -> None:
    assert found(shape.data) == shape.expected


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.name)
def test_a_fix_changes_the_texts_of_touched_cells_alone(shape: Notebook) -> None:
    after = fixed(shape.data)
    assert (after != shape.data) is bool(shape.expected)
    assert found(after) == []
    old, new = _loaded(shape.data), _loaded(after)
    touched = _changed_cells(shape, {cell for cell, _, _ in shape.expected})
    for number, (was, now) in enumerate(zip(old["cells"], new["cells"], strict=True), 1):
        assert {**was, "source": ""} == {**now, "source": ""}
        assert (was["source"] == now["source"]) is (number not in touched)
        assert type(was["source"]) is type(now["source"])
    assert _without_sources(shape.data, touched) == _without_sources(after, touched)


def _changed_cells(shape: Notebook, touched: set[int]) -> set[int]:
    """The cells that fixes change: those with the findings, and where the sigmoid stands in another one, that."""
    others = {"function": {2}, "rebound": {5}}
    return others.get(shape.name, touched)


def _loaded(data: bytes) -> Any:
    return json.loads(data.decode("utf-8-sig"))


def _without_sources(data: bytes, touched: set[int]) -> str:
    """A notebook but for the texts of some cells."""
    text, parts, at = data.decode(), list[str](), 0
    for number, match in enumerate(re.finditer(r'"source"\s*:\s*', text), 1):
        if number in touched:
            parts.append(text[at : match.end()])
            _, at = json.JSONDecoder().raw_decode(text, match.end())
    return "".join((*parts, text[at:]))


@pytest.mark.any_python
@pytest.mark.parametrize("shape", [one for one in SHAPES if one.valid], ids=lambda one: one.name)
def test_what_was_fixed_is_a_valid_notebook(shape: Notebook) -> None:
    nbformat: Any = importlib.import_module("nbformat")
    for data in (shape.data, fixed(shape.data)):
        nbformat.validate(nbformat.reads(data.decode("utf-8-sig"), as_version=nbformat.NO_CONVERT))


@pytest.mark.parametrize("shape", [one for one in SHAPES if one.name != "strings-cut-anywhere"], ids=lambda one: one.name)
def test_the_places_in_the_file_are_those_of_the_code(shape: Notebook) -> None:
    source = decode(shape.data, "a.ipynb")
    lines = re.split(r"\r\n|\r|\n", shape.data.decode("utf-8-sig"))
    for one in bce_lint.lint_source(shape.data, "a.ipynb"):
        row, column = source.in_file(one.location).start
        said = source.part(one.location).lines[one.location.start.row - 1][one.location.start.column - 1 :][:5]
        assert lines[row - 1][column - 1 :].startswith(said)
