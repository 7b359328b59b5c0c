"""What IPython reads in a cell and Python does not: hidden, row by row, and what runs is followed all the same."""

from __future__ import annotations

import ast
import importlib
import re
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bce_lint
from bce_lint.source.cell_code import Signs, cell_code
from tests.examples import few_and_many
from tests.notebooks.shapes import BUG, OLD, RIGHT, SETUP, code, other, written

pytestmark = pytest.mark.usefixtures("notebook_folder")

P, N = "pass", "_ipython_"
CELLS = [
    ("x = 1", "x = 1"),
    ("%matplotlib inline\nx = 1\n", f"{P}#{N}1#\nx = 1\n"),
    ("x = 1\n!pip install 'torch\ny = (2)", f"x = 1\n{P}#{N}1#\ny = (2)"),
    ("if x:\n    !a \\\n      b\nelse:\n\t%c", f"if x:\n    {P}#{N}1#\n\nelse:\n\t{P}#{N}2#"),
    ("!a \\\r\nb\r\nx", f"{P}#{N}1#\r\n\r\nx"),
    ("files = !ls *.py", f"files = {N}1"),
    ("a, b = !ls\nself.x[0] = %env HOME", f"a, b = {N}1\nself.x[0] = {N}2"),
    ("%time x = f(1)", f"{N}1; x = f(1)"),
    ("%timeit -n 10 -r3 f(1)", f"{N}1; f(1)"),
    ("%timeit x = f(1)", f"{P}#{N}1#"),
    ("%time for x in y: pass", f"{P}#{N}1#"),
    ("%time f(", f"{P}#{N}1#"),
    ("%time", f"{P}#{N}1#"),
    ("%run models.py\n%run ./a/b.py --x 1\n%run -i c", f"from models import *#{N}1#\nfrom a.b import *#{N}2#\nfrom c import *#{N}3#"),
    ("if x:\n  %run a.py\n%run ../a.py\n%run a.ipynb", f"if x:\n  {P}#{N}1#\n{P}#{N}2#\n{P}#{N}3#"),
    ("%prun -s cumulative f(x)", f"{P}#{N}1#"),
    ("?x\nx?\nx.y??\n%time?", f"{P}#{N}1#\n{P}#{N}2#\n{P}#{N}3#\n{P}#{N}4#"),
    (",f a b\n;f a\n/f a", f"{P}#{N}1#\n{P}#{N}2#\n{P}#{N}3#"),
    ("x = 5 \\\n% 2", "x = 5 \\\n% 2"),
    ("x = (5\n% 2)\n'''\n%a\n!b\nc?\n'''", "x = (5\n% 2)\n'''\n%a\n!b\nc?\n'''"),
    ("x != y\nx = y != z\nx %= 2\nx = y % z  # what?\n", "x != y\nx = y != z\nx %= 2\nx = y % z  # what?\n"),
    ("%%time\nx = 1", f"{P}#{N}1#\nx = 1"),
    ("\n  \n%%capture out\nx = 1\n%a", f"\n  \nout = {N}u#{N}1#\nx = 1\n{P}#{N}2#"),
    ("%%bash\nfor x in y; do '; done", f"{P}#{N}1#"),
    ("%%bash --out said --err wrong\nls", f"out, said, err, wrong = {N}u#{N}1#"),
    ("%%writefile a.py\nx = 1", f"a = {N}u#{N}1#"),
    ("%%time?", f"{P}#{N}1#"),
    ("x = 1\n%%time\n", f"x = 1\n{P}#{N}1#\n"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), CELLS, ids=[repr(text) for text, _ in CELLS])
def test_what_is_no_python_is_hidden(text: str, said: str) -> None:
    found = cell_code(text, Signs([text]))
    assert found.code(text) == said
    if not found.closed:
        assert re.findall(r"\r\n|\r|\n", said) == re.findall(r"\r\n|\r|\n", text)


def test_signs_are_none_of_the_notebook() -> None:
    signs = Signs(["_ipython_1 = 2", "x = '_ipython1_'"])
    assert signs.name() == "_ipython2_1"


@pytest.mark.parametrize("text", ["%a\n" * 100_000, "x = " * 100_000, "a?" * 200_000, "%time (" + "(" * 100_000, "!a\\\n" * 100_000])
def test_the_search_is_linear(text: str) -> None:
    start = time.perf_counter()
    cell_code(text, Signs([text]))
    assert time.perf_counter() - start < 10


LINES = [
    "x = 1\n", "if x:\n", "    y = 2\n", "%time x\n", "    %time y\n", "!ls '\n", "x = !ls\n", "x = (\n% 2)\n", "x?\n", "?x\n", "% 2\n",
    "x = %a b\n", "'''\na?\n!b\n'''\n", "x = 1 \\\n% 2\n", "\n",
    "# (\n", "x = y?\n", "await x\n", "!a \\\n", "  z\n", "x != y\n", "x %= 2\n", "y",
    "r'''a?\n'''\n", "f(x)?\n", "# a?\n", "x = y.z[0]??\n", "f(\n!a\n)\n",
]  # fmt: skip


def _as_ipython(lines: list[str]) -> None:
    """A cell is read if IPython makes Python of it."""
    manager = importlib.import_module("IPython.core.inputtransformer2").TransformerManager()
    text = "".join(lines)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(manager.transform_cell(text))
        except SyntaxError:
            return
    assert bce_lint.lint_source(written([code(text)]), "a.ipynb") == ()


test_what_ipython_reads_is_read, test_what_ipython_reads_at_length = few_and_many(
    400, given(st.lists(st.sampled_from(LINES), max_size=7)), _as_ipython
)
test_what_ipython_reads_is_read = pytest.mark.any_python(test_what_ipython_reads_is_read)


def found(*cells: str) -> list[tuple[int | None, int, str]]:
    """What is found in some cells: cell, row and code."""
    told = bce_lint.lint_source(written([code(cell) for cell in cells]), "a.ipynb")
    return [(one.location.cell, one.location.start.row, one.code) for one in told]


LOSS = "nn.BCEWithLogitsLoss()(p, y)"
PROBABILITY = "p = torch.sigmoid(layer(x))"
LOGITS = "p = layer(x)"


@pytest.mark.parametrize(
    "cells",
    [
        (PROBABILITY, LOGITS),
        (PROBABILITY, "p = !ls"),
        (PROBABILITY, "%%capture p\nx"),
        (PROBABILITY, "%%bash --out p\nls"),
        (LOGITS, "%%timeit\np = torch.sigmoid(layer(x))"),
        (LOGITS, "%timeit p = torch.sigmoid(layer(x))"),
        (PROBABILITY, "p = layer(x) if else"),
        (PROBABILITY, "def f(:\n    global p"),
        (PROBABILITY, "%%cython\np = 1"),
        (LOGITS, "%%script python\np = torch.sigmoid(layer(x))"),
        (LOGITS, "%%writefile a.py\np = torch.sigmoid(layer(x))"),
    ],
)  # fmt: skip
def test_what_may_have_changed_in_between_is_not_judged(cells: Sequence[str]) -> None:
    assert [one for one in found(SETUP, *cells, LOSS) if one[2] != "BCE901"] == []


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        (("%time " + PROBABILITY, LOSS), 1),
        (("%%time\n" + PROBABILITY, LOSS), 1),
        (("%%capture\n" + PROBABILITY, LOSS), 1),
        ((PROBABILITY, "%%timeit\n" + LOSS), 2),
        ((PROBABILITY, "%%timeit\nq = p\np + 1", LOSS), 1),
        ((PROBABILITY, "%time z = " + LOSS), 1),
        ((PROBABILITY, "%%bash\nls", "%%html\n<p>", LOSS), 1),
        ((PROBABILITY, "q = 1 +", LOSS), 1),
        ((PROBABILITY, "torch.zeros(1, nn", LOSS), 1),
        (("  " + PROBABILITY + "\n  p", LOSS), 1),
        ((PROBABILITY, "await p", "async with p: pass", "\n\n    # a\n    %time " + LOSS), 4),
        (("def f(p, y):\n    %time\n    return " + LOSS, "f(torch.sigmoid(layer(x)), y)"), 1),
    ],
)
def test_what_runs_is_followed(cells: Sequence[str], row: int) -> None:
    told = [one for one in found(SETUP, *cells) if one[2] != "BCE901"]
    assert told == [(len(cells) + 1, row, "BCE103")]


def test_a_cell_that_does_not_parse_is_told_alone() -> None:
    assert found(SETUP, "x = = 1\n", BUG, "y = (\n2\n", OLD) == [
        (2, 1, "BCE901"), (3, 2, "BCE103"), (4, 1, "BCE901"), (5, 1, "BCE203")
    ]  # fmt: skip


def test_a_cell_of_many_words_that_does_not_parse_is_told_alone() -> None:
    words = " ".join(f"word{number}" for number in range(20_000))
    assert found(SETUP, f"p {words}", BUG) == [(2, 1, "BCE901"), (3, 2, "BCE103")]
    start = time.perf_counter()
    assert len(found("import torch", *["torch x ="] * 2_000)) == 2_000
    assert time.perf_counter() - start < 30


def test_half_a_surrogate_pair_and_nul_are_told_at_their_cells() -> None:
    data = written([code(cell) for cell in (SETUP, "a = 1\nb = '\ud800'", BUG, "x\0")], ascii_only=True)
    told = [(one.location.cell, one.location.start.row, one.code) for one in bce_lint.lint_source(data, "a.ipynb")]
    assert told == [(2, 2, "BCE901"), (3, 2, "BCE103"), (4, 1, "BCE901")]


def test_a_cell_that_is_nested_too_deeply_is_told_alone() -> None:
    assert found(SETUP, "x = " + "(" * 3_000 + ")" * 3_000, BUG) == [(2, 1, "BCE902"), (3, 2, "BCE103")]


def test_cells_that_are_no_code_or_no_python_are_not_read() -> None:
    elsewhere = {"vscode": {"languageId": "shellscript"}}
    here = {"vscode": {"languageId": "python"}}
    cells = [other(BUG), other(BUG, "raw"), code(SETUP), code(BUG, metadata=elsewhere), code(RIGHT, metadata=here)]
    assert bce_lint.lint_source(written(cells), "a.ipynb") == ()


def test_a_file_that_is_run_brings_its_names() -> None:
    Path("models.py").write_text(f"{SETUP}\n\n\ndef net(x):\n    return torch.sigmoid(layer(x))\n", encoding="utf-8")
    Path("other.py").write_text(f"{SETUP}\n{LOGITS}\n", encoding="utf-8")
    assert found("%run models.py", "p = net(x)", LOSS) == [(3, 1, "BCE103")]
    assert found(SETUP, PROBABILITY, "%run other.py", LOSS) == []
    assert found(SETUP, PROBABILITY, "%run unknown.py", LOSS) in ([], [(4, 1, "BCE103")])


def test_a_fix_leaves_what_is_hidden() -> None:
    cells = ["%time\n" + SETUP + "\n!ls '", "%%capture out\n%time z = nn.MSELoss(size_average=False)(x, x)  # é\na?\n", "%%bash\nls"]
    data = written([code(cell) for cell in cells])
    after = bce_lint.fix_source(data, "a.ipynb")
    assert after == data.replace(b"size_average=False", b'reduction=\\"sum\\"') != data


def test_an_import_that_a_fix_needs_stands_in_the_first_cell_that_imports_torch() -> None:
    first, second = "import torch", "def step(logits, y):\n    return torch.nn.functional.nll_loss(torch.log(torch.softmax(logits, 1)), y)"
    data = written([other("# a"), code(first), code(second)])
    after = bce_lint.fix_source(data, "a.ipynb", unsafe=True)
    cells = [line for line in after.decode().splitlines() if "import" in line or "return" in line]
    assert after != data and found_in(after) == []
    assert all("return" in line or line.strip().startswith('"import torch') for line in cells)


def found_in(data: bytes) -> list[str]:
    """The codes found in a notebook."""
    return [one.code for one in bce_lint.lint_source(data, "a.ipynb")]
