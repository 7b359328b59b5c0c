"""Lines of IPython: a statement that does nothing takes their place, and every other row and column stays."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bce_lint import ir
from bce_lint.syntax.magics import without_magics
from bce_lint.syntax.parse import ParseFailure, check, code_of, lower
from tests.examples import examples
from tests.syntax.nodes import plain

MAGICS = [
    ("%matplotlib inline\nx = 1\n", "pass              \nx = 1\n"),
    ("x = 1\n!pip install 'torch\ny = (2)\n", "x = 1\npass               \ny = (2)\n"),
    ("%%time\nx = 1\n", "pass  \nx = 1\n"),
    ("!ls\n", "0  \n"),
    ("x = 1\n%", "x = 1\n0"),
    ("if x:\n    %time f(x)\nelse:\n\t!a b c\n", "if x:\n    pass      \nelse:\n\tpass  \n"),
    ("!pip install \\\n    torch \\\n  numpy\nx = 1\n", "pass          \n           \n       \nx = 1\n"),
    ("%cd a\r\nx = 1\r\n!ls -l\rpass\r", "pass \r\nx = 1\r\npass  \rpass\r"),
    ('"""\n%d items\n"""\n%time x\n', '"""\n%d items\n"""\npass   \n'),
    ("x = (1\n  % 2)\n%time x\n", "x = (1\n  % 2)\npass   \n"),
    ("x = 1 \\\n  % 2\n%time x\n", "x = 1 \\\n  % 2\npass   \n"),
    ("# (\n%time x  # (\n!echo )\n", "# (\npass        \npass   \n"),
    ("x = '''\\'''\n% '''\n%time x\n", "x = '''\\'''\n% '''\npass   \n"),
    ("def f(x):\n\f    %time x\n", "def f(x):\n\f    pass   \n"),
]
PYTHON = [
    "x = (1\n% 2)\n", "x = 1 \\\n% 2\n", "x = '''\n%d\n!\n'''\n", "x = '%' % 1\nif x != 1: pass\n", "x = [\n    '%s'\n    % y\n]\n", "",
]  # fmt: skip
BROKEN = [
    ("x = (1\n% 2)\ny = )\n", 3),
    ("%time x\ny = )\n", 2),
    ("def f(:\n%time x\n", 1),
    ("x = (\n%time x\n", 1),
    ("x = '''\n%time x\n", 1),
    ("x = 1\n?x\n", 2),
    ("x = 1\n%%bash\nfor a in b; do c; done\n", 3),
    ("x = 1\n  %time x\n", 2),
]


@pytest.mark.parametrize(("text", "code"), MAGICS, ids=[repr(text) for text, _ in MAGICS])
def test_a_magic_becomes_a_statement_of_the_same_length(text: str, code: str) -> None:
    assert without_magics(text) == code_of(text) == code
    assert plain(lower(text)) == plain(lower(code))
    check(text)


@pytest.mark.parametrize("text", PYTHON)
def test_python_stays_as_it_is(text: str) -> None:
    assert code_of(text) == text
    assert isinstance(lower(text), ir.Module)


@pytest.mark.parametrize(("text", "row"), BROKEN, ids=[repr(text) for text, _ in BROKEN])
def test_what_is_no_python_without_its_magics_either_is_told_with_its_row(text: str, row: int) -> None:
    for reader in (lower, check):
        with pytest.raises(ParseFailure) as caught:
            reader(text)
        assert caught.value.row == row


def test_what_stands_around_keeps_its_place() -> None:
    text = "%load_ext a\nx = 1; y = 'é'\n!ls -l\nclass A:\n    %time\n    z = x\n"
    (first, second, owner) = lower(text).body
    assert isinstance(owner, ir.ClassDef)
    assert [text[one.span.start : one.span.end] for one in (first, second, owner.body[0])] == ["x = 1", "y = 'é'", "z = x"]


@settings(max_examples=examples(300), deadline=None)
@given(st.text(alphabet="a1 \n\r\t\f\\\"'#%!()[]:=é\u2028", max_size=40))
def test_any_text_keeps_its_length_and_its_lines(text: str) -> None:
    code = without_magics(text)
    assert len(code) == len(text)
    assert re.sub(r"[^\r\n]", "", code) == re.sub(r"[^\r\n]", "", text)


@pytest.mark.parametrize(
    "text",
    ["!'''" + "a'" * 300_000, "!\n'" + "\\'" * 300_000, "!\n'''" + "\\'''" * 200_000, "!\\\n" * 200_000, "(" * 400_000 + "\n%",
     "!\n" * 300_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_the_scan_is_linear(text: str) -> None:
    start = time.perf_counter()
    without_magics(text)
    assert time.perf_counter() - start < 10
