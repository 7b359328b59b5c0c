"""Spans: the text at a node's span is the node's source, whatever surrounds it."""

from __future__ import annotations

import ast
import os
import random
import warnings
from pathlib import Path

import pytest

from bce_lint import ir
from bce_lint.source.text import SourceText, decode
from bce_lint.syntax.cst.spans import align
from bce_lint.syntax.parse import TooLarge, lower
from tests.syntax.nodes import texts, walk

CALLS = [
    ("a(1)\r\n\r\nif b:\r\n\tc(2)\r\n", ["a(1)", "c(2)"]),
    ("if b:\n\tif d:\n\t\tc( 2 )\n", ["c( 2 )"]),
    ("é = '😀', f(g('ü'))  # h(1)\nz(2)", ["f(g('ü'))", "g('ü')", "z(2)"]),
    ("@d(1)\n# c\n\n@e . f(2)\ndef g(): h(3)\n", ["d(1)", "e . f(2)", "h(3)"]),
    ("x = f'{a(1)} {b(f\"{c(2)!r:>{d(3)}}\")} {{e(4)}}'\n", ["a(1)", "b(f\"{c(2)!r:>{d(3)}}\")", "c(2)", "d(3)"]),
    ("x = a \\\n  (1) + \\\r\n b(2)\n", ["a \\\n  (1)", "b(2)"]),
    ("x = ( # c\n  a(1) # d\n)\n", ["a(1)"]),
    ("x = ((a)(1))((2))\n", ["((a)(1))((2))", "(a)(1)"]),
    ("x = (\n    a\n    .b(1)\n    .c(2)\n)\n", ["a\n    .b(1)", "a\n    .b(1)\n    .c(2)"]),
    ("a(1)\rb(2)\r", ["a(1)", "b(2)"]),
    ("\x0ca(1)\n\x0c\ndef f():\n    return b(2)\n", ["a(1)", "b(2)"]),
    ("class A:\n\x0c\n    x = a(1)\n\x0c\n    y = b(2)\n", ["a(1)", "b(2)"]),
    ("a(1)\n\x0c\x0c\nb(2)  \x0c\nc(\x0c3)\n", ["a(1)", "b(2)", "c(\x0c3)"]),
    ("\\\na(1); b(2) ;\n", ["a(1)", "b(2)"]),
    ("async def f():\n    (await a(1)).b()\n", ["(await a(1)).b()", "a(1)"]),
    ("x = [*a(1), *(b(2))]\n", ["a(1)", "b(2)"]),
    ("a(1)", ["a(1)"]),
    ("# coding: latin-1\na(1)\n    \n    # c", ["a(1)"]),
]


@pytest.mark.parametrize(("text", "calls"), CALLS, ids=[repr(text) for text, _ in CALLS])
def test_calls(text: str, calls: list[str]) -> None:
    assert texts(text, ir.Call) == calls


def test_names_and_attributes() -> None:
    text = "x = ((a) . b, (c).d)\ndef é(): pass\nclass Ö(e.f): pass\n"
    assert texts(text, ir.Name) == ["x", "a", "c", "e"]
    assert texts(text, ir.Attr) == ["(a) . b", "(c).d", "e.f"]
    assert texts(text, ir.FunctionDef) == ["é"]
    assert texts(text, ir.ClassDef) == ["Ö"]


@pytest.mark.parametrize(
    ("text", "builds"),
    [
        ("x = (1, 2)", ["(1, 2)"]),
        ("x = 1, 2", ["1, 2"]),
        ("x = (( (1, 2) ))", ["(1, 2)"]),
        ("x = ([1])", ["[1]"]),
        ("x = ()", ["()"]),
        ("a[1, 2]", ["1, 2"]),
    ],
)
def test_displays(text: str, builds: list[str]) -> None:
    assert texts(text, ir.Build) == builds


def test_parenthesised_operators() -> None:
    assert texts("x = ( (a + b) * c )", ir.Op) == ["(a + b) * c", "a + b"]
    assert texts("x = a + b - c\n", ir.Op) == ["a + b", "a + b - c"]
    assert texts("x = ((y for y in z))", ir.Comp) == ["(y for y in z)"]
    assert texts("x = (lambda y: (y))", ir.Lambda) == ["lambda y: (y)"]
    assert texts("x[(a):(b)]", ir.Slice) == ["(a):(b)"]


def test_alignment_of_dropped_code_points() -> None:
    assert align("abcdef", "ab\fcd\fef") == [(2, 1), (4, 2)]
    assert align("same", "same") == []


def _span(source: SourceText, node: ast.AST) -> tuple[int, int]:
    def offset(row: int, column: int) -> int:
        return source.offset(row, len(source.lines[row - 1].encode()[:column].decode()) + 1)

    place = node.__dict__
    return offset(place["lineno"], place["col_offset"]), offset(place["end_lineno"], place["end_col_offset"])


def _calls(tree: ast.AST) -> list[ast.Call]:
    """The calls that the IR keeps, and whose place `ast` knows on every Python: it has none in f-strings before 3.12."""
    left_out: set[ast.AST] = set()
    for node in ast.walk(tree):
        gone: tuple[ast.AST | None, ...] = ()
        if isinstance(node, ast.JoinedStr):
            gone = (node,)
        elif isinstance(node, ast.Raise):
            gone = (node.cause,)
        elif isinstance(node, ast.Assert):
            gone = (node.msg,)
        left_out.update(below for top in gone if top for below in ast.walk(top))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node not in left_out]


def _library(count: int) -> list[Path]:
    files = sorted(path for path in Path(os.__file__).parent.glob("*.py") if path.stat().st_size < 100_000)
    return random.Random(7).sample(files, count)


@pytest.mark.parametrize("count", [10, pytest.param(40, marks=pytest.mark.long)])
def test_spans_agree_with_python_on_the_standard_library(count: int) -> None:
    compared = 0
    for path in _library(count):
        source = decode(path.read_bytes(), path.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            calls = {_span(source, node) for node in _calls(ast.parse(source.data))}
        try:
            module = lower(source.text)
        except TooLarge:
            continue
        spans = {tuple(node.span) for node in walk(module) if isinstance(node, ir.Call)}
        assert calls <= spans, path.name
        compared += len(calls)
    assert compared > 50 * count
