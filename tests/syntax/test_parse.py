"""What is refused, and how: never anything but a ParseFailure or a TooLarge, and soon."""

from __future__ import annotations

import gc
import sys
import time
import warnings
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint import ir
from bce_lint.syntax.parse import ParseFailure, TooLarge, check, lower, lower_full
from bce_lint.syntax.prescan import refusal
from tests.examples import few_and_many
from tests.syntax.random_programs import ANY_PROGRAM

FAILURES = [
    ("def f(:\n  pass\n", 1),
    ("x = 1\ny = )\n", 2),
    ("x = 1\r\ny = 'a\r\n", 2),
    ("\n\nfoo(]\n", 3),
    ("x = 1\n  y = 2\n", 2),
    ("x = (\n", 1),
    ("x = '''a\n", 1),
    ("a b\n", 1),
    ("\x1a", 1),
    ("class A:\n", 1),
    ("x = '\ud800'\n", 1),
]


@pytest.mark.parametrize(("text", "row"), FAILURES, ids=[repr(text) for text, _ in FAILURES])
def test_failures_say_where(text: str, row: int) -> None:
    with pytest.raises(ParseFailure) as caught:
        lower(text)
    assert caught.value.row in (row, row + 1)
    assert caught.value.column >= 1
    assert caught.value.message
    assert "\n" not in caught.value.message


ONLY_BY_PYTHON = [
    "(x): int = 3\ntry:\n    pass\nexcept ValueError:\n    pass\n",
    "(x): int = 3\nmatch y:\n    case A(b, c=[*d]) as e: f = 1\n    case {'k': g, **h}: import i.j, k as l\n    case _:\n"
    "        def m(): n = 1\n",
    "(x): int\nµ = f'{a, b}' '\\N{EN DASH}'\ndel (c),\n",
    "class A:\n\f    def f(self):\n        match x:\n            case 1: y = 2\n\n\nz = 1\n",
]


@pytest.mark.parametrize("text", ONLY_BY_PYTHON)
def test_what_python_reads_is_python(text: str) -> None:
    with pytest.raises(ParseFailure):
        lower_full(text)
    assert isinstance(lower(text), ir.Module)
    check(text)


def test_what_only_libcst_tells_enough_of_is_unknown_where_it_reads_nothing() -> None:
    text = ONLY_BY_PYTHON[1] + "del (a),\ndef after(x):\n    return x\nz = f(x)\n"
    annotated, subject, cases, deleted, after, last = lower(text).body
    assert isinstance(deleted, ir.ExprStmt) and isinstance(deleted.value, ir.Opaque)
    assert isinstance(annotated, ir.Assign) and isinstance(subject, ir.ExprStmt) and isinstance(subject.value, ir.Name)
    assert [text[one.span.start : one.span.end] for one in (annotated, last)] == ["x): int = 3", "z = f(x)"]
    assert isinstance(after, ir.FunctionDef) and isinstance(last, ir.Assign)
    captured: list[str] = []
    while isinstance(cases, ir.If):
        assert isinstance(cases.test, ir.Opaque)
        unknown = (one for one in cases.body if isinstance(one, ir.Assign) and isinstance(one.value, ir.Opaque))
        captured += [one.targets[0].id for one in unknown if isinstance(one.targets[0], ir.Name)]
        cases = cases.orelse[0] if cases.orelse else after
    assert set(captured) == {"b", "d", "e", "g", "h"}
    assert lower(text).bound >= {"x", "z", "after", "f", "i", "l", "m", *captured}


CHECKED = [text for text, _ in FAILURES if text != "\x1a"]


@pytest.mark.parametrize("text", CHECKED)
def test_a_check_fails_as_a_parse_does(text: str) -> None:
    with pytest.raises(ParseFailure) as parsed:
        lower(text)
    with pytest.raises(ParseFailure) as checked:
        check(text)
    assert (checked.value.message, checked.value.row, checked.value.column) == (
        parsed.value.message, parsed.value.row, parsed.value.column,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text", ["x = 1\n", "def f(a, a): pass\nreturn\n", "x = '\\d'\nx is 1\n", "nonlocal x\n", "x = [" + "1," * 450_000 + "]"]
)
def test_a_check_accepts_what_is_parsed_and_what_is_too_dense(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(text)


LARGE = {
    "bytes": "x = 1\n" * 200_000,
    "nested calls": "x = " + "f(" * 500 + "1" + ")" * 500,
    "nested lists": "x = " + "[" * 5_000 + "]" * 5_000,
    "open brackets": "(" * 100_000,
    "terms": "x = " + " + ".join(["a"] * 2_000),
    "calls": "x = a" + ".f()" * 2_000,
    "attributes": "x = a" + ".f" * 2_000,
    "arms": "if a: pass\n" + "elif b:\n    if c: pass\n" * 1_500,
    "strings": "x = " + '"a" ' * 20_000,
    "nots": "x = " + "not " * 20_000 + "a",
    "lambdas": "x = " + "lambda a, b: " * 20_000 + "a",
    "clauses": "x = [a " + "for a, b in c " * 20_000 + "]",
    "arms behind joined lines": "if a: pass\n" + "\\\nelif b: pass\n" * 20_000,
    "conditions": "x = " + "a if b else " * 20_000 + "c",
    "numbers": "x = [" + "1," * 450_000 + "]",
    "rows": "x = [" + "(1, 2, 3),\n" * 80_000 + "]",
    "fields": "x = f'" + "{a}" * 200_000 + "'",
    "nested in a field": "x = f'{" + "f(" * 500 + "1" + ")" * 500 + "}'",
    "behind a quote that fills": "x = f\"{a:'>{b}}\"; y = '' + " + "f(" * 500 + "1" + ")" * 500,
    "behind a nested quote": "x = f'{'\"'}'; y = '' + " + "f(" * 500 + "1" + ")" * 500,
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_too_large(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(TooLarge):
        lower(text)
    assert time.perf_counter() - start < 5


BEARABLE = {
    "nested calls": "x = " + "f(" * 100 + "1" + ")" * 100,
    "terms": "x = " + " + ".join(["a"] * 300),
    "calls": "x = a" + ".f()" * 100,
    "list": "x = [" + "1," * 5_000 + "]",
    "indents": "".join(" " * depth + "if x:\n" for depth in range(60)) + " " * 60 + "pass\n",
    "comments": "# c\n" * 20_000,
    "f-strings": "x = [\n" + "f'{a!r:>{b}} {{c}} {d[\"e\"]}',\n" * 1_000 + "]\n",
    "text about brackets": '"""' + "((((" * 200 + '"""\n' + "# ((((\n" * 200,
}


@pytest.mark.parametrize("text", BEARABLE.values(), ids=BEARABLE)
def test_bearable(text: str) -> None:
    assert isinstance(lower(text), ir.Module)


LINEAR = {
    "escaped triple quotes": "'''" + "\\'''" * 200_000,
    "escaped quotes": "'" + "\\'" * 400_000,
    "words": "a " * 450_000,
    "open fields": "f'{" * 300_000,
    "joined lines": "\\\n" * 400_000,
    "open triple quote": '"""' + 'a"' * 400_000,
    "mixed quotes": "'\"" * 400_000,
    "specifications": "f'" + "{a:" * 300_000,
}


@pytest.mark.parametrize("text", LINEAR.values(), ids=LINEAR)
def test_the_scan_is_linear(text: str) -> None:
    start = time.perf_counter()
    refusal(text, 1_000_000, 1_000)
    assert time.perf_counter() - start < 10


def test_limits_are_arguments() -> None:
    with pytest.raises(TooLarge, match="10 bytes"):
        lower("x = 'ééé'\n", max_bytes=10)
    with pytest.raises(TooLarge, match="deep"):
        lower("x = a + b + c + d\n", max_depth=3)
    assert lower("x = a + b\n", max_bytes=10, max_depth=3)


def test_collector_and_recursion_limit_are_as_before() -> None:
    limit = sys.getrecursionlimit()
    for text in ("x = 1\n", "x = (\n", "(" * 500):
        with suppress(ParseFailure, TooLarge):
            lower(text)
        assert gc.isenabled()
        assert sys.getrecursionlimit() == limit
    gc.disable()
    try:
        lower("x = 1\n")
        assert not gc.isenabled()
    finally:
        gc.enable()


def _lowers(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            module = lower(text)
        except (ParseFailure, TooLarge):
            return
    assert isinstance(module, ir.Module)


TEXTS = st.text(alphabet="ab1 \n\r\t\f\\\"'f{}()[]:,.=+#é", max_size=40)
test_any_program, test_any_program_at_length = few_and_many(60, given(ANY_PROGRAM), _lowers)
test_any_text, test_any_text_at_length = few_and_many(300, given(TEXTS), _lowers)
