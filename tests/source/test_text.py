"""Bytes to text and offsets to rows and columns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.diagnostic import Position
from bce_lint.ir import Span
from bce_lint.source.text import SourceError, decode


def test_utf8_is_the_default() -> None:
    source = decode("é = 1\n".encode(), "a.py")
    assert (source.text, source.encoding, source.bom, source.path) == ("é = 1\n", "utf-8", False, "a.py")


def test_byte_order_mark_is_not_part_of_the_text() -> None:
    source = decode(b"\xef\xbb\xbfx = 1\n", "a.py")
    assert source.text == "x = 1\n"
    assert source.bom
    assert source.data.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "head",
    [
        b"# -*- coding: latin-1 -*-\n",
        b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\n",
        b"\n# coding=latin-1\n",
        b"# coding: latin-1\r\n",
    ],
    ids=["first row", "second row", "after a blank row", "crlf"],
)
def test_cookie(head: bytes) -> None:
    source = decode(head + b"s = '\xe9'\n", "a.py")
    assert source.text.endswith("s = 'é'\n")
    assert source.encoding == "iso8859-1"


def test_cookie_behind_code_is_a_comment() -> None:
    assert decode(b"x = 1\n# coding: latin-1\n", "a.py").encoding == "utf-8"


@pytest.mark.parametrize(
    ("data", "row"),
    [
        (b"x = 1\ny = '\xff'\n", 2),
        (b"x = 1\r\r\ny = \0\n", 3),
        (b"\n# coding: no-such-codec\n", 2),
        (b"# coding: base64\n", 1),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1),
        (b"a\nb\x00", 2),
    ],
    ids=["undecodable", "nul", "unknown codec", "not a text codec", "mark against cookie", "nul at the end"],
)
def test_unreadable(data: bytes, row: int) -> None:
    with pytest.raises(SourceError) as caught:
        decode(data, "a.py")
    assert caught.value.row == row
    assert caught.value.message


def test_only_three_line_ends() -> None:
    source = decode("a\r\nb\rc\nd\x0ce\u2028f\x85".encode(), "a.py")
    assert source.lines == ("a\r\n", "b\r", "c\n", "d\x0ce\u2028f\x85")


@pytest.mark.parametrize(("text", "lines"), [("", ()), ("\n", ("\n",)), ("a", ("a",)), ("\r\r", ("\r", "\r"))])
def test_lines_at_the_edges(text: str, lines: tuple[str, ...]) -> None:
    assert decode(text.encode(), "a.py").lines == lines


def test_columns_are_code_points() -> None:
    source = decode("x = '😀', f()\r\ng()\n".encode(), "a.py")
    assert source.position(source.text.index("f()")) == Position(1, 10)
    location = source.location(Span(source.text.index("g"), source.text.index("g") + 3))
    assert (location.path, location.start, location.end) == ("a.py", Position(2, 1), Position(2, 4))


@pytest.mark.parametrize(
    ("text", "end"), [("", Position(1, 1)), ("ab", Position(1, 3)), ("ab\n", Position(2, 1)), ("a\rb", Position(2, 2))]
)
def test_position_past_the_end(text: str, end: Position) -> None:
    source = decode(text.encode(), "a.py")
    assert source.position(len(text)) == end
    assert source.position(len(text) + 5) == end


def test_offset_is_clipped() -> None:
    source = decode(b"ab\ncd", "a.py")
    assert [source.offset(2, 2), source.offset(2, 99), source.offset(9, 1), source.offset(0, 0)] == [4, 5, 5, 0]


@given(st.text(alphabet="ab\r\n\x0cé😀"))
def test_offsets_and_positions_invert(text: str) -> None:
    source = decode(text.encode(), "a.py")
    assert "".join(source.lines) == text
    for offset in range(len(text) + 1):
        assert source.offset(*source.position(offset)) == offset
