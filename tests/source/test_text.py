"""Bytes to text and offsets to rows and columns."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.diagnostic import Position
from bce_lint.ir import Span
from bce_lint.source.text import SourceError, decode, encode, read


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
        (codecs.BOM_UTF8 * 2 + b"x = 1\n", 1),
        ("x = 1\n".encode("utf-16"), 1),
        ("x = 1\n".encode("utf-32"), 1),
        (codecs.BOM_UTF16_BE + "x = 1\n".encode("utf-16-be"), 1),
        (codecs.BOM_UTF16_LE, 1),
    ],
    ids=["undecodable", "nul", "unknown codec", "not a text codec", "mark against cookie", "nul at the end", "two marks", "utf-16",
         "utf-32", "utf-16-be", "only a mark"],
)  # fmt: skip
def test_unreadable(data: bytes, row: int) -> None:
    with pytest.raises(SourceError) as caught:
        decode(data, "a.py")
    assert caught.value.row == row
    assert caught.value.message


def test_a_wide_encoding_is_named() -> None:
    for name in ("UTF-16", "UTF-32"):
        with pytest.raises(SourceError) as caught:
            decode("x = 1\n".encode(name), "a.py")
        assert name in caught.value.message


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = 1\r\n\x1a\n")
    assert read(str(tmp_path / "a.py")) == b"x = 1\r\n\x1a\n"
    for path in (tmp_path / "gone.py", tmp_path, Path(os.devnull)):
        with pytest.raises(OSError, match=r"\w"):
            read(str(path))


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(OSError, match="not a file"):
        read(str(tmp_path / "pipe.py"))


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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 'é'\r\n".encode(), "y = 'é'\r\n".encode()),
        (codecs.BOM_UTF8 + b"x = 1\r", codecs.BOM_UTF8 + b"y = 1\r"),
        (b"# coding: latin-1\nx = '\xe9'", b"# coding: latin-1\ny = '\xe9'"),
        (b"# coding: utf-8-sig\nx = 1\n", b"# coding: utf-8-sig\ny = 1\n"),
        (codecs.BOM_UTF8 + b"# coding: utf-8-sig\nx\n", codecs.BOM_UTF8 + b"# coding: utf-8-sig\ny\n"),
        ("# coding: gbk\nx = '模型'".encode("gbk"), "# coding: gbk\ny = '模型'".encode("gbk")),
    ],
    ids=["utf-8", "mark", "latin-1", "utf-8-sig without a mark", "utf-8-sig with a mark", "gbk"],
)
def test_an_edit_keeps_the_mark_and_the_encoding(before: bytes, after: bytes) -> None:
    source = decode(before, "a.py")
    assert encode(source, source.text.replace("x", "y")) == after


@pytest.mark.parametrize(
    ("data", "new", "message", "row"),
    [
        (b"# coding: latin-1\nx = 1\n", "# coding: latin-1\nx = '→'\n", "cannot encode '→' as iso8859-1", 2),
        (b"x = 1\n", "x = '\udc80'\n", r"cannot encode '\udc80' as utf-8", 1),
        (b"# coding: utf-7\nx = '+AGE-'\n", "# coding: utf-7\ny = 'a'\n", "utf-7 would change bytes outside the edit", 1),
        (b"# coding: shift-jis\nx\n", "# coding: shift-jis\n'¥'\n", "the new text would not be read back from shift_jis as it is", 1),
        (b"# coding: latin-1\n", "\n\n# coding: latin-1\n", "the new text would not be read back from iso8859-1 as it is", 1),
        (b"x\n", "\ufeffx\n", "the new text would not be read back from utf-8 as it is", 1),
        (b"x\n", "x\n'\0'\n", "source contains a NUL byte", 2),
        (b"x\n", "# coding: no-such-codec\nx\n", "unknown encoding: no-such-codec", 1),
    ],
    ids=["latin-1", "surrogate", "many spellings", "one byte for two", "comment pushed down", "new mark", "nul", "unknown codec"],
)
def test_text_that_the_file_cannot_hold(data: bytes, new: str, message: str, row: int) -> None:
    with pytest.raises(SourceError) as caught:
        encode(decode(data, "a.py"), new)
    assert (caught.value.message, caught.value.row) == (message, row)


CODECS = ["utf-8", "utf-8-sig", "latin-1", "cp1252", "koi8-r", "shift_jis", "gb18030", "iso2022_jp", "utf-7", "utf-16", "cp037", "idna"]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Bytes that often decode: any, or text and noise in an encoding that the first row declares, with a mark or without."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary())
    codec = draw(st.sampled_from(CODECS))
    text = draw(st.text(alphabet="x= '\r\n\x0cé¥模😀+-~\\")).encode("ascii" if codec == "idna" else codec, "ignore")
    head = draw(st.sampled_from([b"# coding: %s\n" % codec.encode(), b"\r# coding: %s\r\n" % codec.encode()]))
    mark = draw(st.sampled_from([b"", b"", b"", codecs.BOM_UTF8]))
    return mark + head + text + draw(st.sampled_from([b"", b"", b"+AGE-", b"\x1b(B", b"\xe9"]))


@given(files(), st.text(alphabet="y\r\né¥模\0"))
def test_decoding_and_encoding_invert(data: bytes, more: str) -> None:
    try:
        source = decode(data, "a.py")
    except SourceError:
        return
    assert encode(source, source.text) == data
    try:
        new = encode(source, source.text + more)
    except SourceError:
        return
    again = decode(new, "a.py")
    assert (again.text, again.encoding, again.bom) == (source.text + more, source.encoding, source.bom)
    if source.encoding not in ("iso2022_jp", "utf-7"):  # a shift sequence at the seam may be one with what follows
        assert new.startswith(data)
