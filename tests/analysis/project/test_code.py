"""Code without comments and text: what is left of strings, byte by byte."""

from __future__ import annotations

import pytest

from bce_lint.analysis.project.code import without_text

LEFT = [
    (b"x = 'a b'\n", b'x = ""\n'),
    (b"x = rb'a b'\n", b'x = ""\n'),
    (b"x=f'a {b} c'\n", b"x=(b)\n"),
    (b"x=rf'a {b} c {d.e()}'\n", b"x=(b, d.e())\n"),
    (b"return f'{b}'\n", b"return (b)\n"),
    (b"return'a b'\n", b'return""\n'),
    (b"x = Rb'''a\nb'''; y\n", b'x = ""; y\n'),
    (b"x = 'name' # no\n", b'x = "name" \n'),
    (b"'name'\nx\n", b'""\nx\n'),
    (b"f(\n'name'\n)\n", b'f(\n"name"\n)\n'),
    (b"x = f'{{a}} {b} {c[0]!r}'\n", b"x = (b, c[0])\n"),
    (b"x = 'a\\'b' + y\n", b'x = "" + y\n'),
    (b"x = f''\n", b'x = ""\n'),
    (b"x = (1 +\n'name')\n", b'x = (1 +\n"name")\n'),
    (b"x = y\n'''a.b'''\n", b'x = y\n""\n'),
    (b"x = 'a' # 'b'\ny\n", b'x = "a" \ny\n'),
    (b"x = '''a # b''' # c\n", b'x = "" \n'),
    (b"x = ''\n", b'x = ""\n'),
    (b"", b""),
]


@pytest.mark.parametrize(("source", "left"), LEFT, ids=[str(source) for source, _ in LEFT])
def test_what_is_left(source: bytes, left: bytes) -> None:
    assert without_text(source) == left
