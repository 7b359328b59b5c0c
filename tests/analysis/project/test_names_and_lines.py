"""Code as lines of its own and in one, statements and their brackets, and what files of a folder an import names."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from bce_lint.analysis.project import problems
from bce_lint.analysis.project import project as projects
from bce_lint.analysis.project.code import in_one_line, one_a_line, without_text
from bce_lint.analysis.project.imported_files import ImportedFiles
from bce_lint.analysis.project.index import MAX_BYTES, FileSummary, blocks_in, blocks_of, may_name_sink, relevant_words, scan, takes_logits
from bce_lint.analysis.project.lexical import a_sink, compares, is_sink, names_sink, takes_logarithm, words_of
from bce_lint.diagnostic import TOO_LARGE, UNREADABLE

LEFT = [
    (b"xrb'a b'\n", b'x""\n'),
    (b"rb'a b'\n", b'""\n'),
    (b"x = r'a' 'b'\n", b'x = "a" "b"\n'),
    (b"x = 'a''b'\n", b'x = "a""b"\n'),
    (b"x = bf'{a}'\n", b"x = (a)\n"),
    (b"x = f'{a:>{width}} {b:d}'\n", b"x = (a:>{width}, b)\n"),
    (b"x = f'{d[\"a:b\"]:x}'\n", b'x = (d["a:b"])\n'),
    (b"x = f'{a!r:>8} {b!s} {c!a}'\n", b"x = (a, b, c)\n"),
    (b"x = f'{:x}'\n", b"x = ()\n"),
    (b"x = f'''{a\n + b}'''\n", b"x = (a  + b)\n"),
    (b"x = f'{a[1:2]:x}'\n", b"x = (a[1:2])\n"),
    (b"x = f'{(lambda y: y)(1):x}'\n", b"x = ((lambda y: y)(1))\n"),
    (b"x = 'a.b:c'\n", b'x = "a.b:c"\n'),
    (b"  'name'\n", b'  ""\n'),
    (b"x = 1; 'name'\n", b'x = 1; "name"\n'),
    (b"x = [\n 'name',\n 'other'\n]\n", b'x = [\n "name",\n "other"\n]\n'),
    (b"x = 'never ends\ny\n", b'x = ""\ny\n'),
    (b"x = '''never\nends", b'x = ""'),
    (b"x = 'a\\\n b'\ny\n", b'x = ""\ny\n'),
    (b"# 'a'\nx\n", b"\nx\n"),
    (b"x#'a'\n", b"x\n"),
    (b"x = tF'{a}'\n", b"x = (a)\n"),
    (b"x = \xc3\xbcb'a b'\n", b'x = \xc3\xbc""\n'),
]


@pytest.mark.parametrize(("source", "left"), LEFT, ids=[str(source) for source, _ in LEFT])
def test_what_is_left(source: bytes, left: bytes) -> None:
    assert without_text(source) == left


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        (b"a\n", b"a\n"),
        (b"a; b\n", b"a\nb\n"),
        (b"  a; b ;c\n", b"  a\n  b\n  c\n"),
        (b"a;\n", b"a\n"),
        (b"a;; b\n", b"a\nb\n"),
        (b"if a: b; c\n", b"if a: b; c\n"),
        (b"\tfor a in b: c; d\nx; y\n", b"\tfor a in b: c; d\nx\ny\n"),
        (b"format; y\n", b"format\ny\n"),
    ],
)
def test_each_statement_has_a_line(code: bytes, lines: bytes) -> None:
    assert one_a_line(code) == lines


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (b"a\nb\n", b"a\nb\n"),
        (b"a(\nb\n)\nc\n", b"a( b )\nc\n"),
        (b"[\n{\n(\n1)\n}\n]\nc\n", b"[ { ( 1) } ]\nc\n"),
        (b")\na(\n1)\nb\n", b")\na( 1)\nb\n"),
        (b"", b""),
    ],
)
def test_what_stands_in_brackets_is_in_one_line(code: bytes, line: bytes) -> None:
    assert in_one_line(code) == line


def statements(code: bytes) -> list[tuple[str | None, str]]:
    return [(one.name, one.kind) for one in blocks_in(code)]


def test_statements_end_where_their_brackets_do() -> None:
    assert statements(b"x = (\n1,\ny\n)\nz = 2\n") == [("x", "variable"), ("z", "variable")]
    assert statements(b"f(\na = 1\n)\ndef g(): pass\n") == [(None, "code"), ("g", "definition")]
    assert statements(b"x = (\ny = 2\nz = 3\n") == [("x", "variable"), ("y", "variable"), ("z", "variable")]
    assert statements(b"x = )\ny = 2\n") == [("x", "variable"), ("y", "variable")]
    assert statements(b"@deco(\na\n)\ndef f(): pass\n") == [("f", "definition")]
    assert statements(b"@deco\nclass A: pass\n__all__ = []\nimport os\nfrom a import b\n'text'\n") == [
        ("A", "definition"),
        (None, "import"),
        (None, "import"),
        (None, "import"),
        (None, "import"),
    ]
    assert statements(b"x: int = 1\nx += 1\nasync def f(): pass\n") == [("x", "variable"), (None, "code"), ("f", "definition")]


def test_what_statements_bind() -> None:
    code = b"if a:\n    b = 1\n    def c(): pass\n    d.e = 2\n    f == g\nx, y = 1, 2\ndef h():\n    i = 1\n"
    bound = [one.binds for one in blocks_in(code)]
    assert bound == [{"b", "c", "d", "e"} | (bound[0] & {"def"}), {"x", "y"}, frozenset()]
    (one,) = blocks_in(b"@deco.other(a)\n@more\ndef f(): pass\n")
    assert one.decorators == {b"deco", b"other", b"more"} and one.words >= {b"f"}


def test_what_is_taken_from_torch_by_another_name_stands_there_by_its_own() -> None:
    summary = scan("a.py", b"import torch as t\nfrom torch import log as l, exp as e\nx = t.log(y)\nz = l(e(x.l))\n")
    texts = [one.text for one in blocks_of(summary)][-2:]
    assert texts == [b"x = torch.log(y)\n", b"z = log(exp(x.l))\n"]
    assert blocks_of(summary) is blocks_of(summary)
    kept = scan("a.py", b"import torch as th\nimport numpy as t\nx = th.log(t.y)\n")
    assert blocks_of(kept)[-1].text == b"x = th.log(t.y)\n"


def test_a_file_that_is_too_large_says_whether_it_names_a_sink() -> None:
    text = b"from torch import nn\nloss = nn.BCELoss()\n"
    large = scan("a.py", text + b"#" * (MAX_BYTES + 1 - len(text)))
    whole = scan("a.py", text + b"#" * (MAX_BYTES - len(text)))
    assert (large.imports, large.data, whole.imports != ()) == ((), b"", True)
    assert [one.text for one in blocks_of(large)] == [a_sink()] and may_name_sink(large)
    without = scan("a.py", b"x = 1\n" * (MAX_BYTES // 6 + 1))
    assert [one.text for one in blocks_of(without)] == [b""] and not may_name_sink(without)


def test_other_encodings_are_read_as_they_are_written() -> None:
    text = "# coding: shift_jis\nfrom a import ソ\nx = 'ソ'; y\n"
    assert scan("a.py", text.encode("shift_jis")).imports[0].names == (("ソ", "ソ"),)
    assert scan("a.py", b"# coding: nothing\nimport a\n").imports[0].module == "a"
    assert scan("a.py", b"\n\n# coding: shift_jis\nimport a\n").imports[0].module == "a"
    assert scan("a.py", b"\xef\xbb\xbfimport a\r\nimport b\x0c\rimport c").imports[2].module == "c"


def test_words_tell_what_matters() -> None:
    summary = scan("a.py", b"from torch.nn import BCELoss as Loss\nLoss()\n")
    assert summary.aliases == {b"Loss"} and may_name_sink(summary)
    plain = FileSummary("a.py", b"", b"x = 1\n", (), frozenset())
    assert (relevant_words(plain), may_name_sink(plain), takes_logits(plain)) == (frozenset(), False, False)
    assert takes_logits(scan("a.py", b"nn.BCEWithLogitsLoss()\n")) and not takes_logits(scan("a.py", b"nn.BCELoss()\n"))
    assert is_sink("BCELoss") and is_sink("softmax") and not is_sink("Linear")
    assert a_sink().decode().isidentifier() and is_sink(a_sink().decode())

    def named(text: bytes) -> bool:
        return names_sink(text, words_of(text))

    assert named(b"nn.BCELoss()") and not named(b"nn.Linear()")
    written = b"-(y * torch.log(p) + (1 - y) * torch.log(1 - p))"
    assert named(written) and not named(written.replace(b"torch.log(p)", b"p")) and not named(written.replace(b"1 - ", b"x - "))
    for text in (b"F.softmax(x)", b"F.softmax(x, dim=None)", b"F.softmax(x, 0)", b"act = F.softmax", b"x.softmax(dim=0)"):
        assert named(text), text
    for text in (
        b"F.softmax(x, dim=1)",
        b"F.softmax(x, 1)",
        b"F.softmax(x, axis=-1)",
        b"def softmax(x): pass",
        b"softmax = 1",
        b"softmax(x, -1)",
    ):
        assert not named(text), text
    logs = [
        (text, takes_logarithm(text, words_of(text)))
        for text in (b"x.log()", b"torch.log(x)", b"log(x)", b"math.log(x)", b"x.log(1)", b"logs")
    ]
    assert [found for _, found in logs] == [True, True, True, False, False, False]
    told = [
        compares(text)
        for text in (b"x > 0.5", b"x >= .5", b"x.round()", b"x < thresh", b"x > self.thresh", b"x.gt(y)", b"x > 5", b"x == 0.5", b"0.5 < x")
    ]
    assert told == [True, True, True, True, True, True, False, False, True]


def test_a_search_goes_no_higher_than_the_root(tmp_path: Path) -> None:
    for name in (
        "root/__init__.py",
        "root/a/__init__.py",
        "root/a/b/__init__.py",
        "above.py",
        "root/beside.py",
        "root/src/inner.py",
        "root/a/near.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    root = str(tmp_path / "root")
    files = ImportedFiles(root)
    importer = os.path.join(root, "a", "b", "main.py")
    assert files.file(importer, "above", 0) is None
    assert files.file(importer, "near", 0) == os.path.join(root, "a", "near.py")
    assert files.file(importer, "beside", 0) == os.path.join(root, "beside.py")
    assert files.file(importer, "inner", 0) == os.path.join(root, "src", "inner.py")
    assert files.file(importer, "", 1) == os.path.join(root, "a", "b", "__init__.py")
    assert files.file(importer, "near", 2) == os.path.join(root, "a", "near.py")
    assert files.file(importer, "", 3) == os.path.join(root, "__init__.py")
    assert files.file(importer, "a.b", 0) == os.path.join(root, "a", "b", "__init__.py")
    assert files.file(importer, "a.b.nothing", 0) is None and files.file(importer, "a.nothing.b", 0) is None
    assert os.path.join(root, "src") in files.folders and str(tmp_path) not in files.folders


def test_why_a_file_cannot_be_read() -> None:
    assert problems.unread(OSError(errno.EFBIG, "too big"), "cannot: ") == (TOO_LARGE, "too big", 1, 1)
    assert problems.unread(OSError(errno.EACCES, "denied"), "cannot: ") == (UNREADABLE, "cannot: denied", 1, 1)
    assert problems.unread(OSError("no number"), "") == (UNREADABLE, "no number", 1, 1)


def test_where_a_file_is_no_text_and_where_it_is_no_python() -> None:
    root = os.path.join(os.sep, "project")
    named = {"a.py": b"x = 1\ny = '\xff'\n", "b.py": b"x = 1\nif x\n", "c.py": b"x = 1\n"}
    texts = {os.path.join(root, name): text for name, text in named.items()}
    for asks in (projects.Project.check_syntax, projects.Project.unit):
        project = projects.Project(root, (), texts)
        for path in texts:
            asks(project, path)
            asks(project, path)
        found = {os.path.basename(path): (one.code, one.row, one.column) for path, one in project.problems.items()}
        assert found == {"a.py": (UNREADABLE, 2, 1), "b.py": (UNREADABLE, 2, 5)}
    project = projects.Project(root, (), texts)
    project.check_syntax(os.path.join(root, "nowhere.py"))
    assert project.problems == {}
