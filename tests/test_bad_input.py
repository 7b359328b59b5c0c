"""Input that no parser likes: one clear diagnostic or nothing, never a traceback, never a hang, and the rest is reported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SECONDS = 120

BUG = b"""\
import torch
from torch import nn

layer = nn.Linear(4, 1)
criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    return criterion(torch.sigmoid(layer(x)), y)
"""
HEAD = b"import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n"


class Case(NamedTuple):
    """Files by name, and the codes that may be reported for them: each set of codes is one right answer."""

    files: dict[str, bytes]
    answers: tuple[frozenset[str], ...]


def only(*codes: str) -> tuple[frozenset[str], ...]:
    """The answer is exactly these codes, or one of them where several are given."""
    return tuple(frozenset((code,)) for code in codes) if codes else (frozenset(),)


def grown(size: int, line: bytes) -> bytes:
    """A file of a loss and then lines, of this size."""
    return HEAD + b"loss = nn.BCELoss()\n" + line * (size // len(line) + 1)


NOTHING = only()
LARGE = only("BCE902")
EITHER = (*NOTHING, *LARGE)

CASES: dict[str, Case] = {
    "unparsable": Case({"a.py": HEAD + b"def f(:\n    nn.BCELoss()\n"}, only("BCE901")),
    "unclosed": Case({"a.py": HEAD + b"x = nn.BCELoss(\n"}, only("BCE901")),
    "unindented": Case({"a.py": HEAD + b"if x:\n        y = nn.BCELoss()\n    z = 1\n"}, only("BCE901")),
    "undecodable": Case({"a.py": HEAD + b"x = nn.BCELoss()\n# \xff\xfe\n"}, only("BCE901")),
    "unknown encoding": Case({"a.py": b"# coding: klingon\n" + HEAD + b"x = nn.BCELoss()\n"}, only("BCE901")),
    "not a text encoding": Case({"a.py": b"# coding: hex\n" + HEAD + b"x = nn.BCELoss()\n"}, only("BCE901")),
    "UTF-16": Case({"a.py": BUG.decode().encode("utf-16")}, only("BCE901")),
    "UTF-32": Case({"a.py": BUG.decode().encode("utf-32")}, only("BCE901")),
    "UTF-16 without a mark": Case({"a.py": BUG.decode().encode("utf-16-le")}, only("BCE901")),
    "two byte order marks": Case({"a.py": b"\xef\xbb\xbf" * 2 + BUG}, only("BCE901")),
    "two byte order marks and no loss": Case({"a.py": b"\xef\xbb\xbf" * 2 + b"x = 1\n"}, only("BCE901")),
    "a byte order mark in another encoding": Case({"a.py": "\ufeff# coding: gb18030\n".encode("gb18030")}, only("BCE901")),
    "NUL bytes": Case({"a.py": HEAD + b"x = nn.BCELoss()\0\n"}, only("BCE901")),
    "only NUL bytes": Case({"a.py": b"\0" * 4096}, only("BCE901")),
    "unparsable, no loss": Case({"a.py": b"def f(:\n"}, only("BCE901")),
    "unclosed, no loss": Case({"a.py": b"import torch\nx = (\n"}, only("BCE901")),
    "undecodable, no loss": Case({"a.py": b"x = 1\n# \xff\n"}, only("BCE901")),
    "unknown encoding, no loss": Case({"a.py": b"# coding: klingon\nx = 1\n"}, only("BCE901")),
    "Python 2, no loss": Case({"a.py": b"print 'a'\n"}, only("BCE901")),
    "a conflict of a merge, no loss": Case({"a.py": b"<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b\n"}, only("BCE901")),
    "unparsable in a package that nothing imports": Case({"p/__init__.py": b"", "p/q/a.py": b"class A:\n"}, only("BCE901")),
    "twice the same argument, no loss": Case({"a.py": b"def f(a, a): pass\n"}, NOTHING),
    "return at the top, no loss": Case({"a.py": b"return\n"}, NOTHING),
    "what Python warns of, no loss": Case({"a.py": b"x = '\\d'\nassert (x, 1)\nx is 1\ny = 1if 1else 2\n"}, NOTHING),
    "syntax that is newer, no loss": Case({"a.py": b"type A[T] = list[T]\ndef f[T: int](x: T) -> T: ...\n"}, NOTHING),
    "a form feed before an indented line": Case({"a.py": HEAD + b"class A:\n\x0c    def f(self):\n        nn.BCELoss()\n"}, NOTHING),
    "a form feed behind the indent": Case({"a.py": HEAD + b"if x:\n  \x0c    y = nn.BCELoss()\n\x0c  \x0c    z = 1\n"}, NOTHING),
    "a form feed and a match": Case({"a.py": HEAD + b"match x:\n    case 1:\n\x0c        y = nn.BCELoss()\n"}, NOTHING),
    "a form feed, no loss": Case({"a.py": b"class A:\n\x0c    def f(self):\n\x0c        pass\n"}, NOTHING),
    "parentheses around an annotated name": Case({"a.py": HEAD + b"(x): int = 3\nmatch x:\n    case 1: nn.BCELoss()\n"}, NOTHING),
    "a line of IPython": Case({"a.py": HEAD + b"%matplotlib inline\n!pip install torch\nx = nn.BCELoss()\n"}, NOTHING),
    "a line of IPython, no loss": Case({"a.py": b"%matplotlib inline\nx = 1\n"}, NOTHING),
    "a line of IPython and another error": Case({"a.py": HEAD + b"%matplotlib inline\nx = nn.BCELoss(\n"}, only("BCE901")),
    "1.1 MB, no loss": Case({"a.py": b"x = [1, 2, 3]\n" * 80_000}, NOTHING),
    "0.9 MB in one line, no loss": Case({"a.py": b"x = [" + b"1," * 450_000 + b"]\n"}, NOTHING),
    "5,000 open brackets, no loss": Case({"a.py": b"x = " + b"[" * 5_000 + b"\n"}, only("BCE901", "BCE902")),
    "50,000 nots, no loss": Case({"a.py": b"x = " + b"not " * 50_000 + b"y\n"}, EITHER),
    "50,000 terms, no loss": Case({"a.py": b"x = " + b" + ".join([b"y"] * 50_000) + b"\n"}, EITHER),
    "400 nested calls, no loss": Case({"a.py": b"x = " + b"f(" * 400 + b")" * 400 + b"\n"}, EITHER),
    "binary": Case({"a.py": b"\x7fELF\x02\x01BCELoss" + bytes(range(256)) * 20}, only("BCE901")),
    "empty": Case({"a.py": b""}, NOTHING),
    "only a byte order mark": Case({"a.py": b"\xef\xbb\xbf"}, NOTHING),
    "only comments": Case({"a.py": b"# nn.BCELoss\n\n\n#\n"}, NOTHING),
    "no newline at the end": Case({"a.py": HEAD + b"x = nn.BCELoss()"}, NOTHING),
    "lone carriage returns": Case({"a.py": HEAD.replace(b"\n", b"\r") + b"x = nn.BCELoss()\r"}, NOTHING),
    "form feeds": Case({"a.py": HEAD + b"\x0c\nx = nn.BCELoss()\n\x0c\n"}, NOTHING),
    "1.1 MB": Case({"a.py": grown(1_100_000, b"x = [1, 2, 3]\n")}, LARGE),
    "1.1 MB, dense": Case({"a.py": grown(1_100_000, b"f(1)(2)[3]+a*b-c%d;")}, LARGE),
    "10 MB": Case({"a.py": grown(10_000_000, b"x = f(y, z=[1, 2, 3])\n")}, LARGE),
    "1.1 MB in one line": Case({"a.py": HEAD + b"loss = nn.BCELoss(); x = [" + b"1," * 550_000 + b"]\n"}, LARGE),
    "a string of almost 1 MB": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = '" + b"a" * 999_000 + b"'\n"}, NOTHING),
    "2,000 terms": Case({"a.py": HEAD + b"x = nn.BCELoss()(" + b" + ".join([b"y"] * 2_000) + b", t)\n"}, EITHER),
    "2,000 terms of every operator": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = y" + b" * y - y @ y" * 700 + b"\n"}, EITHER),
    "2,000 chained calls": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = y" + b".relu()" * 2_000 + b"\n"}, EITHER),
    "2,000 subscripts": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = y" + b"[0]" * 2_000 + b"\n"}, EITHER),
    "2,000 comparisons": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = y" + b" < y" * 2_000 + b"\n"}, EITHER),
    "2,000 ands": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = y" + b" and y" * 2_000 + b"\n"}, EITHER),
    "2,000 elifs": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nif x: pass\n" + b"elif x: pass\n" * 2_000}, EITHER),
    "2,000 joined strings": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = (" + b"'a' " * 2_000 + b")\n"}, EITHER),
    "500 nested calls": Case({"a.py": HEAD + b"x = nn.BCELoss()(" + b"f(" * 500 + b"y" + b")" * 500 + b", t)\n"}, EITHER),
    "500 nested sigmoids": Case(
        {"a.py": HEAD + b"x = nn.BCEWithLogitsLoss()(" + b"torch.sigmoid(" * 500 + b"y" + b")" * 500 + b", t)\n"},
        (*EITHER, *only("BCE103", "BCE107")),
    ),
    "500 nested lists": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = " + b"[" * 500 + b"]" * 500 + b"\n"}, EITHER),
    "5,000 open brackets": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = " + b"[" * 5_000 + b"\n"}, only("BCE901", "BCE902")),
    "5,000 unary operators": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = " + b"-" * 5_000 + b"y\n"}, EITHER),
    "5,000 nots": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = " + b"not " * 5_000 + b"y\n"}, EITHER),
    "2,000 lambdas": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = " + b"lambda: " * 2_000 + b"y\n"}, EITHER),
    "2,000 conditionals": Case({"a.py": HEAD + b"loss = nn.BCELoss()\nx = " + b"y if y else " * 2_000 + b"y\n"}, EITHER),
    "90 nested blocks": Case(
        {"a.py": HEAD + b"".join(b" " * depth + b"if x:\n" for depth in range(90)) + b" " * 90 + b"nn.BCELoss()\n"}, EITHER
    ),
    "a recursive model": Case(
        {
            "a.py": HEAD + b"class Net(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n"
            b"        self.inner = Net(n - 1)\n"
            b"    def forward(self, x):\n        return torch.sigmoid(self.inner(x))\n"
            b"nn.BCELoss()(Net(3)(x), y)\n"
        },
        (*NOTHING, *only("BCE101", "BCE107")),
    ),
    "a model that holds itself": Case(
        {
            "a.py": HEAD + b"class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.me = self\n"
            b"        self.list = [self, [self.me]]\n    def forward(self, x):\n        return self.me(self.list[0](x))\n"
            b"net = Net()\nnet.net = net\nnn.BCELoss()(net.net.net(x), y)\n"
        },
        NOTHING,
    ),
    "mutually recursive functions": Case(
        {
            "a.py": HEAD + b"def f(x, n):\n    return torch.sigmoid(g(x, n - 1)) if n else x\n"
            b"def g(x, n):\n    return f(g(f(x, n), n), n)\nnn.BCELoss()(f(x, 10**9), y)\n"
        },
        (*NOTHING, *only("BCE101")),
    ),
    "functions that make functions": Case(
        {"a.py": HEAD + b"def f(g):\n    return lambda x: f(lambda y: g(f(g)(y)))(x)\nnn.BCELoss()(f(f)(f), y)\n"}, NOTHING
    ),
    "a list that holds itself": Case(
        {"a.py": HEAD + b"a = []\na.append(a)\nfor b in a:\n    a = [a, b, *a]\nnn.BCELoss()(a[0], a)\n"}, NOTHING
    ),
    "an endless loop": Case(
        {"a.py": HEAD + b"x = layer = nn.Linear(2, 1)\nwhile True:\n    x = nn.Sequential(x, layer, x)\nnn.BCELoss()(x(z), y)\n"},
        (*NOTHING, *only("BCE105")),
    ),
    "a growing integer": Case({"a.py": HEAD + b"n = 2\nwhile n:\n    n = n ** n\nx = [0] * 10**12\nnn.BCELoss()(x, n)\n"}, NOTHING),
    "a shift without end": Case({"a.py": HEAD + b"n = 1 << 10**15\ns = 'a' * 10**12\nb = b'b' * n\nnn.BCELoss()(n, s)\n"}, NOTHING),
    "a class of its own": Case({"a.py": HEAD + b"class Net(Net):\n    pass\nnn.BCELoss()(Net()(x), y)\n"}, NOTHING),
    "a class that inherits itself through imports": Case(
        {
            "a.py": HEAD + b"from b import Net as Base\nclass Net(Base):\n    pass\nnn.BCELoss()(Net()(x), y)\n",
            "b.py": b"from a import Net as Base\nclass Net(Base):\n    pass\n",
        },
        NOTHING,
    ),
    "an import cycle": Case(
        {
            "a.py": b"from b import *\nfrom torch import nn\nfrom b import f\nimport b\ndef g(x):\n    return f(x)\n"
            b"nn.BCELoss()(g(b.x), y)\n",
            "b.py": b"from c import *\nfrom a import g\nfrom c import f\n",
            "c.py": b"from a import *\nfrom b import x\nimport a, b, c\ndef f(x):\n    return a.g(b.f(x))\n",
        },
        NOTHING,
    ),
    "a package that imports itself": Case(
        {
            "p/__init__.py": b"from . import *\nfrom p import *\nfrom .p import p\n",
            "p/p.py": HEAD + b"from .. import p\nfrom . import p\nnn.BCELoss()(p, p)\n",
        },
        NOTHING,
    ),
    "imports past the root": Case({"a.py": HEAD + b"from ........ import x\nfrom .....y import z\nnn.BCELoss()(x, z)\n"}, NOTHING),
    "an import of a bad file": Case(
        {"a.py": HEAD + b"from b import f\nfrom c import g\nnn.BCELoss()(f(x), g(y))\n", "b.py": b"def f(:\n", "c.py": b"\xff\xfe\0\0"},
        (frozenset(("BCE901",)),),
    ),
}  # fmt: skip


def lint(folder: Path, *arguments: str) -> tuple[int, list[dict[str, str]], str]:
    """Runs bce-lint on a folder as a process: its status, its findings, what it wrote to standard error."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-m", "bce_lint", "--output-format", "json", *arguments], cwd=folder, capture_output=True, text=True,
        timeout=SECONDS, check=False, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def codes(rows: list[dict[str, str]], *names: str) -> list[str]:
    """The codes reported in the files of these names."""
    return [row["code"] for row in rows if Path(row["filename"]).name in names]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, str]]]:
    """All cases as projects of their own in one folder, linted by one process; the folder and the findings."""
    folder = tmp_path_factory.mktemp("bad")
    for name, case in CASES.items():
        for file, data in {**case.files, "bug.py": BUG, "pyproject.toml": b""}.items():
            (folder / name / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / name / file).write_bytes(data)
    status, rows, errors = lint(folder, ".")
    assert (status, errors) == (1, "")
    return folder, rows


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_contained(everything: tuple[Path, list[dict[str, str]]], name: str) -> None:
    folder, rows = everything
    here = [row for row in rows if Path(row["filename"]).is_relative_to(folder / name)]
    assert codes(here, "bug.py") == ["BCE103"]
    others = [row["code"] for row in here if not row["filename"].endswith("bug.py")]
    assert frozenset(others) in CASES[name].answers
    assert len(others) <= len(CASES[name].files)


@pytest.mark.parametrize("name", ["10 MB", "2,000 terms", "500 nested calls", "an import cycle"])
def test_bad_input_alone_takes_seconds(everything: tuple[Path, list[dict[str, str]]], name: str) -> None:
    folder, rows = everything
    start = time.perf_counter()
    status, found, errors = lint(folder / name, ".")
    assert (status, errors) == (1, "")
    assert time.perf_counter() - start < SECONDS / 2
    assert found == [row for row in rows if Path(row["filename"]).is_relative_to(folder / name)]


def test_links_and_pipes_in_a_folder_are_contained(tmp_path: Path) -> None:
    (tmp_path / "bug.py").write_bytes(BUG)
    (tmp_path / "dangling.py").symlink_to("gone.py")
    (tmp_path / "circle.py").symlink_to("circle.py")
    (tmp_path / "loop").symlink_to(".", target_is_directory=True)
    (tmp_path / "folder.py").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    status, rows, errors = lint(tmp_path, ".")
    assert (status, errors, codes(rows, "bug.py"), len(rows)) == (1, "", ["BCE103"], 1)


def test_a_named_pipe_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bug.py").write_bytes(BUG)
    os.mkfifo(tmp_path / "pipe.py")
    status, rows, errors = lint(tmp_path, "pipe.py", "bug.py")
    assert (status, codes(rows, "bug.py"), codes(rows, "pipe.py")) == (2, ["BCE103"], [])
    assert errors.count("\n") == 1 and "pipe.py: neither a file nor a folder" in errors
    assert lint(tmp_path, "bug.py")[1] == [row for row in rows if row["code"] == "BCE103"]


def test_imports_through_links_are_contained(tmp_path: Path) -> None:
    imports = b"from dangling import a\nfrom circle import b\nfrom loop.loop.loop.bug import c\nfrom pipe import d\n"
    (tmp_path / "bug.py").write_bytes(imports + BUG)
    (tmp_path / "dangling.py").symlink_to("gone.py")
    (tmp_path / "circle.py").symlink_to("circle.py")
    (tmp_path / "loop").symlink_to(".", target_is_directory=True)
    os.mkfifo(tmp_path / "pipe.py")
    status, rows, errors = lint(tmp_path, "bug.py")
    assert (status, errors, codes(rows, "bug.py")) == (1, "", ["BCE103"])


def test_a_file_that_goes_away_before_it_is_read_is_told(tmp_path: Path) -> None:
    from bce_lint import engine
    from bce_lint.rules.selection import choose

    (tmp_path / "bug.py").write_bytes(BUG)
    found = engine.check([tmp_path / "gone.py", tmp_path / "bug.py"], choose(None, [], [])).diagnostics
    assert [(Path(one.location.path).name, one.code) for one in found] == [("bug.py", "BCE103"), ("gone.py", "BCE901")]
