"""Random notebooks: an edit of one cell is spelled into the JSON, and nothing else is."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.diagnostic import Edit
from bce_lint.ir import Span
from bce_lint.source.documents import decode, encode
from bce_lint.source.notebook import NotebookText
from bce_lint.source.notebook_json import read_notebook, respelled
from bce_lint.source.text import SourceError
from tests.examples import few_and_many
from tests.notebooks.shapes import source_of, written

TEXT = st.text(alphabet="ab1 \n\r\t\f\"'\\/#%!?=()é\u2028🎉", max_size=30)
LINES = ["x = 1\n", "y = 'é'\n", "%time z = 2\n", "!ls '\n", "\n", "if x:\n    y\n", "  x\n", "a?\n", "w = !ls\r\n", "# (\n", "z"]
PYTHON = st.lists(st.sampled_from(LINES)).map("".join)


@st.composite
def spelled(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> tuple[list[dict[str, Any]], bytes]:
    """The cells of a notebook, and the JSON that it is written as."""
    cells = []
    for text in draw(st.lists(texts, min_size=1, max_size=4)):
        cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
        as_list = {"lines": text.splitlines(True), "cut": [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]}
        source = {**as_list, "string": text}[draw(st.sampled_from(["lines", "cut", "string"]))]
        kind = draw(st.sampled_from(["code", "code", "markdown"]))
        more: dict[str, Any] = {"outputs": [{"text": draw(TEXT)}], "execution_count": None} if kind == "code" else {}
        cells.append({"cell_type": kind, "metadata": {}, **more, "source": source})
    how: dict[str, Any] = {
        "indent": draw(st.sampled_from([None, 0, 1, 2, "\t"])),
        "ascii_only": draw(st.booleans()),
        "end": draw(st.sampled_from(["", "\n"])),
        "newline": draw(st.sampled_from(["\n", "\r\n"])),
        "mark": draw(st.sampled_from([b"", b"\xef\xbb\xbf"])),
        "separators": draw(st.sampled_from([None, (",", ":"), (" , ", " : ")])),
    }
    return cells, written(cells, **how)


def _any_edit(data: st.DataObject) -> None:
    """The text of a cell may become any other one."""
    cells, raw = data.draw(spelled(TEXT))
    text = raw.removeprefix(b"\xef\xbb\xbf").decode()
    number = data.draw(st.integers(0, len(cells) - 1))
    new = data.draw(st.one_of(TEXT, st.just(source_of(cells[number])), TEXT.map(lambda one: source_of(cells[number]) + one)))
    cell = read_notebook(text).cells[number]
    assert cell.source == source_of(cells[number])
    after = text
    changes = sorted(respelled(text, cell, new), reverse=True)
    for start, end, spelling in changes:
        assert cell.start <= start <= end <= cell.end
        after = after[:start] + spelling + after[end:]
    told = json.loads(after)["cells"]
    assert source_of(told[number]) == new
    assert [one for at, one in enumerate(told) if at != number] == [one for at, one in enumerate(json.loads(text)["cells"]) if at != number]
    assert {**told[number], "source": 0} == {**json.loads(text)["cells"][number], "source": 0}
    assert (after == text) is (new == cell.source)


test_any_edit_is_spelled_into_the_cell, test_any_edit_at_length = few_and_many(400, given(st.data()), _any_edit)


def _an_edit_of_the_program(data: st.DataObject) -> None:
    """A program that is read back as it was written, or a refusal; what is hidden stays."""
    _, raw = data.draw(spelled(PYTHON))
    source = decode(raw, "a.ipynb")
    assert isinstance(source, NotebookText)
    assert encode(source, source.text) == raw
    at = data.draw(st.integers(0, len(source.text)))
    new = source.text[:at] + data.draw(st.sampled_from(["u = 1\n", "u", "\n", " # é", "'"])) + source.text[at:]
    try:
        after = encode(source, new)
    except SourceError:
        return
    assert decode(after, "a.ipynb").text == new
    old, told = json.loads(raw.decode("utf-8-sig"))["cells"], json.loads(after.decode("utf-8-sig"))["cells"]
    assert sum(was != now for was, now in zip(old, told, strict=True)) == 1


test_an_edit_of_the_program_is_one_of_a_cell, test_an_edit_of_the_program_at_length = few_and_many(
    400, given(st.data()), _an_edit_of_the_program
)


def _an_edit_as_it_is_told(data: st.DataObject) -> None:
    """Whoever makes an edit in its cell, as it is told, has the text that the notebook gets."""
    _, raw = data.draw(spelled(PYTHON))
    source = decode(raw, "a.ipynb")
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(source.text))] * 2)))
    edit = Edit(source.location(Span(first, last)), data.draw(st.sampled_from(["u = 1\n", "u", "\n", "", "\nv"])))
    try:
        after = encode(source, source.text[:first] + edit.content + source.text[last:])
    except SourceError:
        source.told_edit(edit)
        return
    told = source.told_edit(edit)
    part = source.part(told.location)
    span = part.span(told.location)
    made = part.text[: span.start] + told.content + part.text[span.end :]
    old, new = json.loads(raw.decode("utf-8-sig"))["cells"], json.loads(after.decode("utf-8-sig"))["cells"]
    changed = [source_of(now) for was, now in zip(old, new, strict=True) if was != now]
    assert changed in ([], [made])


test_an_edit_as_it_is_told, test_an_edit_as_it_is_told_at_length = few_and_many(600, given(st.data()), _an_edit_as_it_is_told)


def _places(data: st.DataObject) -> None:
    """Each character of the program that a cell has stands where its cell says, and leads back."""
    _, raw = data.draw(spelled(PYTHON))
    source = decode(raw, "a.ipynb")
    for offset, char in enumerate(source.text):
        where = source.told(source.location(Span(offset, offset + 1)))
        lines = source.part(where).lines
        if where.cell is not None and char in "xyz12é(" and where.start.row <= len(lines):
            line = lines[where.start.row - 1]
            if line[where.start.column - 1 : where.start.column] == char:
                assert source.span(where).start == offset
                row, column = source.in_file(where).start
                written_line = raw.decode("utf-8-sig").replace("\r\n", "\n").split("\n")[row - 1]
                assert written_line[column - 1] in (char, "\\")


test_places_lead_to_the_cell_and_back, test_places_at_length = few_and_many(200, given(st.data()), _places)


@pytest.mark.parametrize(
    ("text", "message", "row"),
    [
        ("", "not JSON, so no notebook: Expecting value", 1),
        ("{", "not JSON, so no notebook: Expecting property name enclosed in double quotes", 1),
        ('{"cells": [\n', "not JSON, so no notebook: Expecting value", 2),
        ('{"cells": []}\n}', "not JSON, so no notebook: Extra data", 2),
        ('{"cells":', "not JSON, so no notebook: Expecting value", 1),
        ('{"cells": [],}', "not JSON, so no notebook: Illegal trailing comma", 1),
        ('{"cells": [] "a": 1}', "not JSON, so no notebook: Expecting ',' delimiter", 1),
        ("[1]", "not a notebook: no JSON object", 1),
        ("x = 1\n", "not JSON, so no notebook: Expecting value", 1),
        ("{}", "not a notebook: it has no cells", 1),
        ('{"nbformat": 3, "worksheets": [{"cells": []}]}', "a notebook of an older format, nbformat 3 or less; "
         "`jupyter nbconvert --to notebook` makes a newer one of it", 1),
        ('{"cells": {}}', "not a notebook: its cells are no list", 1),
        ('{"cells": [\n1]}', "not a notebook: cell 1 is no JSON object", 2),
        ('{"cells": [{}]}', "not a notebook: cell 1 has no cell_type as text", 1),
        ('{"cells": [{"cell_type": "code"}]}', "not a notebook: cell 1 has no source as text", 1),
        ('{"cells": [{"cell_type": "code", "source": [1]}]}', "not a notebook: cell 1 has no source as text", 1),
        ('{"cells": [{"cell_type": "code", "source": "", "source": "x"}]}',
         'not a notebook that can be read with certainty: "source" stands twice', 1),
        ('{"cells": [], "a": ' + "[" * 200_000, "a notebook that is nested too deeply", 1),
        ('{"cells": [{"cell_type": "code", "source": "a\tb"}]}', "not JSON, so no notebook: Invalid control character at", 1),
    ],
    ids=lambda one: one[:40] if isinstance(one, str) else str(one),
)  # fmt: skip
def test_what_is_no_notebook_is_told_with_its_row(text: str, message: str, row: int) -> None:
    with pytest.raises(SourceError) as caught:
        read_notebook(text)
    assert (caught.value.message, caught.value.row) == (message, row)


def _cut(data: st.DataObject) -> None:
    """A notebook that was cut off anywhere is none, and says so."""
    _, raw = data.draw(spelled(PYTHON))
    at = data.draw(st.integers(0, len(raw.rstrip()) - 1))
    with pytest.raises(SourceError):
        decode(raw[:at] + data.draw(st.sampled_from([b"", b"]", b'"', b",", b"\0", b"\xff"])), "a.ipynb")


test_a_notebook_that_was_cut_off_is_none, test_a_notebook_that_was_cut_off_at_length = few_and_many(400, given(st.data()), _cut)


def test_bytes_that_are_no_text_are_told() -> None:
    with pytest.raises(SourceError, match="cannot decode as utf-8"):
        decode(b'{"cells": "\xff"}', "a.ipynb")
    with pytest.raises(SourceError, match="cannot decode as utf-8"):
        decode('{"cells": []}'.encode("utf-16"), "a.ipynb")


def test_a_number_of_any_length_is_read() -> None:
    assert read_notebook(f'{{"cells": [], "metadata": {{"a": {"1" * 10_000}, "b": 1e999999}}}}').cells == ()


def test_large_outputs_cost_little() -> None:
    rows = [{"cell_type": "code", "metadata": {}, "source": ["x = 1\n"] * 20, "outputs": [{"text": "é" * 200_000}]} for _ in range(20)]
    data = written(rows)
    start = time.perf_counter()
    source = decode(data, "a.ipynb")
    encode(source, source.text.replace("x = 1\n", "x = 2\n", 1))
    assert time.perf_counter() - start < 5
