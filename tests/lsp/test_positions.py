"""Places in a text, as people count and as the protocol does: there and back again."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bce_lint.diagnostic import Location, Position
from bce_lint.lsp.positions import UTF_8, UTF_16, UTF_32, Point, Stretch, TextLines, code_points, units
from bce_lint.lsp.text_edits import edits_between
from bce_lint.source.text import decode

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine may have much else to do."""
ENCODINGS = (UTF_8, UTF_16, UTF_32)
LETTERS = st.sampled_from(["a", "é", "\u2028", "\x85", "\x0c", "漢", "\U0001f600", "\r", "\n", "\r\n", "\t", " "])
TEXTS = st.lists(LETTERS, max_size=30).map("".join)
LINES = st.lists(st.sampled_from(["x = 1", "y = 'é\U0001f600'", "", "    pass", "x = 1  # noqa"]), max_size=12)
WHOLE = st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans()).map(lambda one: one[1].join(one[0]) + one[1] * one[2])


def bytes_of(text: str, encoding: str) -> int:
    """The units of a text, by Python's own encoders."""
    return {UTF_8: len(text.encode()), UTF_16: len(text.encode("utf-16-le")) // 2, UTF_32: len(text)}[encoding]


@SLOW
@given(TEXTS, st.sampled_from(ENCODINGS))
def test_units_there_and_back(text: str, encoding: str) -> None:
    line = text.replace("\r", "").replace("\n", "")
    for count in range(len(line) + 1):
        assert units(line[:count], encoding) == bytes_of(line[:count], encoding)
        assert code_points(line, units(line[:count], encoding), encoding) == count
    assert code_points(line, 1000, encoding) == len(line)


def test_a_unit_inside_of_a_code_point_counts_for_its_start() -> None:
    assert [code_points("a\U0001f600b", count, UTF_16) for count in range(5)] == [0, 1, 1, 2, 3]
    assert [code_points("é!", count, UTF_8) for count in range(4)] == [0, 0, 1, 2]


@SLOW
@given(TEXTS, st.sampled_from(ENCODINGS))
@example("\r\n", UTF_16)
@example("a\r", UTF_16)
def test_offsets_are_those_of_lines_that_end_as_the_protocol_says(text: str, encoding: str) -> None:
    lines, parts = TextLines(text, encoding), re.split(r"\r\n|\r|\n", text)
    at = 0
    for number, part in enumerate(parts):
        for count in range(len(part) + 1):
            assert lines.offset(Point(number, bytes_of(part[:count], encoding))) == at + count
            assert lines.point(at + count) == Point(number, bytes_of(part[:count], encoding))
        assert lines.offset(Point(number, 10_000)) == at + len(part)
        at += len(part) + (2 if text.startswith("\r\n", at + len(part)) else 1)
    assert lines.offset(Point(len(parts), 0)) == len(text)


@SLOW
@given(TEXTS, st.sampled_from(ENCODINGS), st.booleans())
def test_rows_and_columns_are_those_of_the_analysis(text: str, encoding: str, marked: bool) -> None:
    source = decode(text.encode(), "a.py")
    lines = TextLines("\ufeff" * marked + text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] == "\r\n":
            continue
        place = source.position(offset)
        assert lines.place(place) == lines.point(offset + marked)
        assert lines.position(lines.place(place)) == place


def test_a_place_behind_the_end_is_the_end() -> None:
    lines = TextLines("ab\ncd", UTF_16)
    assert lines.place(Position(9, 1)) == Point(1, 2)
    assert lines.place(Position(1, 99)) == Point(0, 2)
    assert TextLines("ab\n", UTF_16).place(Position(3, 1)) == Point(1, 0)
    assert lines.stretch(Location("a", Position(2, 2), Position(1, 1))) == Stretch(Point(1, 1), Point(1, 1))


@SLOW
@given(TEXTS, TEXTS, st.sampled_from(ENCODINGS), st.data())
def test_a_change_of_a_range(text: str, new: str, encoding: str, data: st.DataObject) -> None:
    lines = TextLines(text, encoding)
    first, last = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    places = lines.point(first), lines.point(last)
    start, end = map(lines.offset, places)
    assert lines.replaced(Stretch(*places), new).text == text[:start] + new + text[end:]


@SLOW
@given(WHOLE, WHOLE, st.sampled_from(ENCODINGS))
@example("a\r\nb\r\n", "a\nb\n", UTF_16)
@example("x\r\n", "y\r\n", UTF_16)
def test_edits_between_two_texts_make_one_of_the_other(before: str, after: str, encoding: str) -> None:
    lines, made = TextLines(before, encoding), before
    edits = edits_between(lines, after)
    for one in reversed(edits):
        start, end = lines.offset(one.stretch.start), lines.offset(one.stretch.end)
        made = made[:start] + one.content + made[end:]
    assert made == after
    assert all(one.stretch.end <= other.stretch.start for one, other in pairwise(edits))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_edits_are_short(newline: str) -> None:
    before = newline.join(["import torch", "", "x = torch.sigmoid(y)", "z = 1", ""])
    (edit,) = edits_between(TextLines(before, UTF_16), before.replace("torch.sigmoid(y)", "y"))
    assert edit.stretch.start.line == edit.stretch.end.line == 2 and edit.content in ("", "y")


def test_texts_that_have_little_in_common_are_exchanged_as_one() -> None:
    before, after = ("".join(f"{word} = {number}\n" for number in range(3000)) for word in ("x", "y"))
    assert len(edits_between(TextLines(before, UTF_16), after)) == 1
