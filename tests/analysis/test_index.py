"""The byte scanner on text that is awkward to read, and what it finds to be hot, file by file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.analysis.index import Facts, Graph, Import, blocks_of, scan

ROOT = os.path.abspath(os.sep + "project")
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
    assert (f.name, f.decorators) == ("f", frozenset((b"one", b"two", b"a", b"three")))
    assert (c.name, c.decorators) == ("C", frozenset((b"four",)))


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
    assert set().union(*(block.words for block in blocks_of(scan("a.py", text)))) == set(re.findall(rb"[A-Za-z]\w*", text))


def project(files: Mapping[str, bytes]) -> Graph:
    """The graph of files by name, where modules are found by path from the root only."""
    paths = {os.path.join(ROOT, *name.split("/")): text for name, text in files.items()}

    def _resolve(importer: str, module: str, level: int) -> str | None:
        folder = ROOT if level == 0 else os.path.dirname(importer)
        for _ in range(level - 1):
            folder = os.path.dirname(folder)
        stem = os.path.join(folder, *module.split(".")) if module else folder
        return next((p for p in (stem + ".py", os.path.join(stem, "__init__.py")) if p in paths), None)

    return Graph({path: scan(path, text) for path, text in paths.items()}, _resolve)


def alone(text: bytes) -> Facts:
    """What is found of one file that is a whole project."""
    (facts,) = project({"a.py": text}).files.values()
    return facts


@pytest.mark.parametrize("text", [b"", b"\n\n", b"# BCELoss\n", b"# nn.BCELoss()\r# more\r", b"    # indented BCELoss\n"])
def test_a_file_of_comments_starts_nothing(text: bytes) -> None:
    facts = alone(text)
    assert (blocks_of(facts), facts.imports, facts.start) == ([], (), False)


def test_names_become_hot_from_one_another_in_any_order() -> None:
    text = b"def main():\n    fit()\ndef fit():\n    criterion(1)\n" + LOSS + b"def cold():\n    pass\n"
    assert alone(text).hot == {"main", "fit", "criterion"}
    assert not alone(text).hot_code
    assert alone(text + b"main()\n").hot_code
    assert not alone(text + b"cold()\n").hot_code


def test_a_sink_bound_to_another_name_is_followed() -> None:
    text = b"from torch.nn import BCELoss as Loss, Linear as L\ndef f():\n    return Loss()\ndef g():\n    return L()\n"
    assert alone(text).hot == {"f"}


def test_words_are_whole() -> None:
    assert not alone(b"MyBCELossy = 1\ndef f():\n    return MyBCELossy\n").start
    assert alone(b"def f():\n    return BCELoss\ndef f2():\n    return ff\n").hot == {"f"}


def test_an_import_alone_starts_nothing() -> None:
    assert not alone(b"from torch.nn import BCELoss\n").start
    assert not alone(b'"""About BCELoss."""\n__all__ = ["BCELoss"]\n').hot_code


def test_a_registry_is_hot_with_what_is_put_into_it() -> None:
    text = b"TABLE = {}\nOTHER = {}\ndef register(c):\n    TABLE[c.__name__] = c\n    return c\n"
    assert alone(text + b"@register\nclass Loss(nn.BCELoss):\n    pass\n").hot == {"Loss", "TABLE", "register"}


def hot_in(graph: Graph) -> dict[str, set[str]]:
    return {os.path.relpath(path, ROOT).replace(os.sep, "/"): facts.hot for path, facts in graph.files.items() if facts.hot}


def test_hot_names_spread_over_files() -> None:
    graph = project(
        {
            "losses.py": LOSS + b"cold = 1\n",
            "user.py": b"from losses import criterion as c, cold\ndef fit():\n    c()\ndef idle():\n    cold()\n",
            "far.py": b"import user\ndef main():\n    user.fit()\ndef idle():\n    pass\n",
            "alias.py": b"import losses as l\ndef f():\n    l.criterion()\n",
            "other.py": b"from losses import cold\ndef f():\n    cold()\n",
        }
    )
    assert hot_in(graph) == {"losses.py": {"criterion"}, "user.py": {"fit"}, "far.py": {"main"}, "alias.py": {"f"}}


def test_hot_names_pass_through_packages() -> None:
    graph = project(
        {
            "pkg/inner/losses.py": LOSS,
            "pkg/inner/__init__.py": b"from .losses import criterion\n",
            "pkg/__init__.py": b"from .inner import criterion as loss\n",
            "main.py": b"from pkg import loss\ndef fit():\n    loss()\n",
            "deep.py": b"from pkg.inner import losses\ndef f():\n    losses.criterion()\n",
        }
    )
    assert hot_in(graph) == {
        "pkg/inner/losses.py": {"criterion"}, "pkg/inner/__init__.py": {"criterion"}, "pkg/__init__.py": {"loss"},
        "main.py": {"fit"}, "deep.py": {"f"},
    }  # fmt: skip


def test_hot_names_pass_through_stars() -> None:
    graph = project(
        {
            "p/a.py": LOSS,
            "p/__init__.py": b"from .a import *\n",
            "c.py": b"from p import *\ndef f():\n    criterion()\ndef g():\n    pass\n",
        }
    )
    assert hot_in(graph) == {"p/a.py": {"criterion"}, "p/__init__.py": {"criterion"}, "c.py": {"f"}}


def test_hot_names_spread_around_a_circle() -> None:
    graph = project(
        {
            "a.py": b"from c import h\ndef f():\n    h()\ndef end():\n    pass\n",
            "b.py": LOSS + b"from a import f, end\ndef g():\n    f()\ndef made():\n    criterion()\ndef idle():\n    end()\n",
            "c.py": b"from b import made, g\ndef h():\n    made()\n",
        }
    )
    assert hot_in(graph) == {"a.py": {"f"}, "b.py": {"criterion", "made", "g"}, "c.py": {"h"}}


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
    assert {path: facts.hot for path, facts in again.files.items()} == {path: facts.hot for path, facts in graph.files.items()}


def test_a_long_chain_of_imports_is_ordered_without_recursion() -> None:
    files = {f"m{i}.py": b"import m%d\n" % (i + 1) for i in range(3_000)}
    order = project({**files, "m3000.py": b""}).order
    ranks = [order[os.path.join(ROOT, f"m{i}.py")] for i in range(3_001)]
    assert ranks == sorted(ranks)
