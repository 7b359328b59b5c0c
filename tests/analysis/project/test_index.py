"""The byte scanner on text that is awkward to read, and the import graph."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.analysis.project.import_graph import Graph
from bce_lint.analysis.project.index import Import, blocks_in, blocks_of, scan
from bce_lint.analysis.project.lexical import names_sink, words_of
from tests.analysis.graphs import ROOT, path_of, project

LOSS = b"from torch import nn\ncriterion = nn.BCELoss()\n"


def imports(text: bytes) -> list[Import]:
    return list(scan("a.py", text).imports)


def names(*pairs: str) -> tuple[tuple[str, str], ...]:
    """`x` or `x=y` for a name and what it is bound to."""
    return tuple((pair.partition("=")[0], pair.partition("=")[2] or pair) for pair in pairs)


def taken(module: str, *pairs: str, level: int = 0) -> Import:
    return Import(level, module, names(*pairs), "")


def whole(module: str, bound: str) -> Import:
    return Import(0, module, (), bound)


IMPORTS: dict[bytes, list[Import]] = {
    b"import a\n": [whole("a", "a")],
    b"import a.b.c": [whole("a.b.c", "a")],
    b"import a.b as c, d": [whole("a.b", "c"), whole("d", "d")],
    b"import a.b as c, \\\n    d.e\n": [whole("a.b", "c"), whole("d.e", "d")],
    b"import a  # import b\n": [whole("a", "a")],
    b"import\ta,b": [whole("a", "a"), whole("b", "b")],
    b"from a import b": [taken("a", "b")],
    b"from a import b as c, d  # e\n": [taken("a", "b=c", "d")],
    b"from a import b, \\\n  c\n": [taken("a", "b", "c")],
    b"from a import b, \\\r\n  c\r\nimport d\r\n": [taken("a", "b", "c"), whole("d", "d")],
    b"from a import (\n    b,\n\n    c as d,\n)\n": [taken("a", "b", "c=d")],
    b"from a import (b,  # one\n    # two, three\n    c,  # four\n)\n": [taken("a", "b", "c")],
    b"from a import(b)": [taken("a", "b")],
    b"from a import (b); x = c\n": [taken("a", "b")],
    b"from a import b; x = c\n": [taken("a", "b")],
    b"from . import a": [taken("", "a", level=1)],
    b"from .. import a, b": [taken("", "a", "b", level=2)],
    b"from ... a.b import c": [taken("a.b", "c", level=3)],
    b"from .a import *\n": [taken("a", "*", level=1)],
    b"from a import *  # noqa\n": [taken("a", "*")],
    b"try:\n    import a\nexcept ImportError:\n\tfrom b import c\n": [whole("a", "a"), taken("b", "c")],
    b"import a\rfrom b import c\rimport d": [whole("a", "a"), taken("b", "c"), whole("d", "d")],
    b"\x0cimport a\n \x0c from b import c\n": [whole("a", "a"), taken("b", "c")],
    b"# import a\n# from b import c\n": [],
    b'"""As in\n\n    import a\n    from b import c\n"""\nimport d\n': [whole("d", "d")],
    b"important = 1\nfromage = important\n": [],
    b"def f():\n    x.import_module('a')\n    yield from b\n": [],
    b"": [],
}


@pytest.mark.parametrize("text", IMPORTS)
def test_imports_are_read(text: bytes) -> None:
    assert imports(text) == IMPORTS[text]


@given(st.lists(st.sampled_from([b"import a\n", b"from b import (\n  c,\n)\n", b"x = 1\n", b"\n", b"from d import e\n"]), max_size=6))
def test_line_ends_do_not_matter(lines: list[bytes]) -> None:
    text = b"".join(lines)
    for end in (b"\r\n", b"\r"):
        assert imports(text.replace(b"\n", end)) == imports(text)
    assert len(imports(text)) == sum(b"import" in line for line in lines)


def blocks(text: bytes) -> list[tuple[str | None, str]]:
    return [(block.name, block.kind) for block in blocks_of(scan("a.py", text))]


def test_top_level_statements_are_told_apart() -> None:
    parts: dict[bytes, tuple[str | None, str]] = {
        b'"""Text."""\n\n# a comment\n': (None, "import"),
        b"import a\n": (None, "import"),
        b"x = 1\n": ("x", "variable"),
        b"y: int = (\n    2,\n)\n": ("y", "variable"),
        b"def f(\n    a,\n):\n    b = a\n\n    def g():\n        pass\n# a comment\n    return b\n\n\n": ("f", "definition"),
        b"async def g(): pass\n": ("g", "definition"),
        b"class C(D):\n    e = 1\n": ("C", "definition"),
        b"if x:\n    z = 1\n": (None, "code"),
        b"last=2": ("last", "variable"),
    }
    assert blocks(b"".join(parts)) == list(parts.values())


def test_decorators_belong_to_what_they_decorate() -> None:
    text = b"@one\n@two(\n    a,\n)\n@three\ndef f():\n    pass\n\n@four\nclass C:\n    pass\n"
    f, c = blocks_of(scan("a.py", text))
    assert (f.name, f.decorators) == ("f", frozenset((b"one", b"two", b"three")))
    assert (c.name, c.decorators) == ("C", frozenset((b"four",)))


def test_strings_do_not_move_what_follows_them() -> None:
    call = b'    warn(\n        "some text",\n        g,\n    )\n    warn("""more\ntext""", h)\n'
    text = b"def f():\n" + call + b'    """one\n    more"""\n    return i\n'
    assert blocks(text) == [("f", "definition")]


def test_names_need_not_be_ascii() -> None:
    text = "def entraîner():\n    pass\nclass 模型:\n    pass\nété = 1\n".encode()
    assert [name for name, _ in blocks(text)] == ["entraîner", "模型", "été"]
    assert imports("import modèle\nfrom été import 训练\n".encode()) == [whole("modèle", "modèle"), taken("été", "训练")]


def test_comparisons_and_calls_name_nothing() -> None:
    assert blocks(b"f(x=1)\na.b = 1\nc[0] = 2\nd\n") == [(None, "code")] * 4


LINES = [b"def f():\n", b"    x = 1\n", b"@d\n", b")\n", b"y = 2\n", b"\n", b"# c\n", b"g(\n", b"'''\n"]


@given(st.lists(st.sampled_from(LINES), max_size=9))
def test_no_word_is_lost_between_blocks(lines: list[bytes]) -> None:
    text = b"start\n" + b"".join(lines)
    assert set().union(*(block.words for block in blocks_in(text))) == set(re.findall(rb"[A-Za-z]\w*", text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"# a\nb = 1  # c\n", {b"b"}),
        (b'"""A text."""\ndef f():\n    """More of it."""\n    return g\n', {b"def", b"f", b"return", b"g"}),
        (b'x = """\na b\n"""\ny = z\n', {b"x", b"y", b"z"}),
        (b"a = 'b'\nc = \"d.e\"\n", {b"a", b"b", b"c", b"d", b"e"}),
        (b"a = 'one # two'\nb = 3\n", {b"a", b"b"}),
        (b"a = f'{b} and {c}'\n", {b"a", b"b", b"c"}),
        (b"a = 'it\\'s'\nb = 'c'\n", {b"a", b"b", b"c"}),
        (b"def f():\n    'g'\n    return h\n", {b"def", b"f", b"return", b"h"}),
        (b"'a'\nb = [\n    'c',\n    'd'\n]\n'e'\n", {b"b", b"c", b"d"}),
        (b"getattr(a, 'b')('c d', 'e/f', \"\"\"g\"\"\")\n", {b"getattr", b"a", b"b", b"g"}),
        (b"a = f'{b[\"c\"]!r:>10} d {e:.2f} {{f}} {g:{h}}'\n", {b"a", b"b", b"c", b"e", b"g", b"h"}),
        (b"a = rf'b' + b'c' + fr\"{d}\"\n", {b"a", b"c", b"d"}),
    ],
)
def test_comments_and_text_give_no_words(text: bytes, words: set[bytes]) -> None:
    assert set().union(*(block.words for block in blocks_of(scan("a.py", text)))) == words


SINKS = [b"nn.BCELoss()", b"F.cross_entropy(x, y)", b"F.softmax(x)", b"nn.Softmax()", b"softmax(x, dim=0)", b"nn.Softmax(0)",
         b"f = F.softmax", b"softmax(x, None)", b"nn.LogSoftmax(dim=None)"]  # fmt: skip
OTHERS = [b"MyBCELossy", b"F.softmax(x, dim=-1)", b"softmax(f(x, y), 1)", b"nn.Softmax(1)", b"nn.LogSoftmax(dim=1)", b"def softmax(x):",
          b"x.softmax(-1)", b"softmax(x, axis=2)", b"import softmax"]  # fmt: skip


@pytest.mark.parametrize("text", SINKS)
def test_losses_and_softmaxes_without_a_dimension_are_sinks(text: bytes) -> None:
    assert names_sink(text, words_of(text))


@pytest.mark.parametrize("text", OTHERS)
def test_what_no_rule_looks_at_is_none(text: bytes) -> None:
    assert not names_sink(text, words_of(text))


def test_a_closure_is_all_that_import() -> None:
    graph = project({"a.py": LOSS, "b.py": b"import a\n", "c.py": b"from b import a\n", "d.py": b"import c, e\n", "e.py": b"x = 1\n"})

    def _closure(*given_files: str) -> set[str]:
        return {os.path.basename(path) for path in graph.closure(os.path.join(ROOT, name) for name in given_files)}

    assert _closure("a.py") == {"a.py", "b.py", "c.py", "d.py"}
    assert _closure("e.py", "c.py") == {"c.py", "d.py", "e.py"}
    assert _closure("absent.py") == set()


edges = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


def _graph(links: list[tuple[int, int]]) -> Graph:
    texts = {f"m{i}.py": b"".join(b"import m%d\n" % b for a, b in links if a == i) for i in range(6)}
    return project(texts)


def _reach(links: list[tuple[int, int]], start: int) -> set[int]:
    found, waiting = set[int](), [start]
    while waiting:
        node = waiting.pop()
        new = {b for a, b in links if a == node} - found
        found |= new
        waiting.extend(new)
    return found


@given(edges)
def test_importers_come_first_except_in_circles(links: list[tuple[int, int]]) -> None:
    order = _graph(links).order
    assert sorted(order.values()) == list(range(6))
    rank = {i: order[os.path.join(ROOT, f"m{i}.py")] for i in range(6)}
    for importer, imported in links:
        assert rank[importer] < rank[imported] or importer in _reach(links, imported)


@given(edges)
def test_the_order_does_not_depend_on_that_of_the_files(links: list[tuple[int, int]]) -> None:
    graph = _graph(links)
    texts = {path: facts.raw for path, facts in reversed(graph.files.items())}
    again = Graph({path: scan(path, raw) for path, raw in texts.items()}, graph.resolve)
    assert again.order == graph.order


def test_a_long_chain_of_imports_is_ordered_without_recursion() -> None:
    files = {f"m{i}.py": b"import m%d\n" % (i + 1) for i in range(3_000)}
    order = project({**files, "m3000.py": b""}).order
    ranks = [order[os.path.join(ROOT, f"m{i}.py")] for i in range(3_001)]
    assert ranks == sorted(ranks)


def test_files_are_dull_that_no_import_joins_to_a_word_that_matters() -> None:
    graph = project({
        "loss.py": b"from torch.nn import BCELoss\n",
        "uses.py": b"import loss\n",
        "beside.py": b"import uses\n",
        "plain.py": b"import csv\n\ndef read(path):\n    return csv.reader(path)\n",
        "more.py": b"from plain import read\n",
        "logarithm.py": b"def entropy(p):\n    return p.log()\n",
        "layer.py": b"import torch\n\nhead = torch.nn.Linear(2, 1)\n",
    })  # fmt: skip
    assert graph.irrelevant == {path_of("plain.py"), path_of("more.py")}
