"""`# noqa` as flake8 reads it: every case is also put to flake8 itself."""

from __future__ import annotations

import argparse
import io
import tokenize
from pathlib import Path

import pytest
from flake8.processor import FileProcessor
from flake8.violation import Violation
from hypothesis import example, given
from hypothesis import strategies as st

from bce_lint.source.suppress import noqa_row, suppressed
from bce_lint.source.text import SourceText, decode

SPELLINGS = {
    "x = f(y)": False,
    "x = f(y)  # noqa": True,
    "x = f(y)  # NoQA": True,
    "x = f(y)  #noqa": False,
    "x = f(y)  #  noqa": False,
    "x = f(y)  # noqa: BCE103": True,
    "x = f(y)  # noqa:BCE103": True,
    "x = f(y)  # NOQA:BCE103": True,
    "x = f(y)  # noqa : BCE101": True,
    "x = f(y)  # noqa:  BCE101": True,
    "x = f(y)  # noqa:\tBCE101": False,
    "x = f(y)  # noqa: BCE101": False,
    "x = f(y)  # noqa: bce103": False,
    "x = f(y)  # noqa: BCE1": True,
    "x = f(y)  # noqa: BCE": True,
    "x = f(y)  # noqa: B1": False,
    "x = f(y)  # noqa: BCE10": True,
    "x = f(y)  # noqa: BCE1031": False,
    "x = f(y)  # noqa: E501,BCE103": True,
    "x = f(y)  # noqa: E501, BCE103": True,
    "x = f(y)  # noqa: E501 BCE103": True,
    "x = f(y)  # noqa: E501,,  BCE103": True,
    "x = f(y)  # noqa: E501BCE103": False,
    "x = f(y)  # noqa: E501 W503": False,
    "x = f(y)  # noqa: E501 and a reason": False,
    "x = f(y)  # noqa: BCE103 the scores are logits": True,
    "x = f(y)  # noqa: BCE103: the scores are logits": True,
    "x = f(y)  # noqa: sigmoid-before-bce-with-logits": True,
    "x = f(y)  # noqa: BCE103-x": True,
    "x = f(y)  # noqa,BCE101": True,
    "x = f(y)  # noqa because": True,
    "x = f(y)  # noqable": True,
    "x = f(y)  # type: ignore # noqa: BCE103": True,
    "x = f(y)  # noqa: BCE101 # noqa: BCE103": False,
    "x = f('# noqa')": True,
    "x = f('# noqa: BCE101')": False,
    "x = f(y)  # flake8: noqa": False,
    "x = f(y)  # ruff: noqa": False,
    "x = f(y)  # \N{LATIN SMALL LETTER E WITH ACUTE} # noqa": True,
}

TEXTS = {
    "bracket": "x = f(  # noqa: BCE103\n    y,\n)\n",
    "bracket end": "x = f(\n    y,\n)  # noqa: BCE103\n",
    "backslash": "x = f(y) + \\\n    g(y)  # noqa: BCE103\n",
    "string": 'x = f("""\n  a\n""", y)  # noqa: BCE103\nz = f(y)\n',
    "string inside": 'x = f("""\n  # noqa\n""", y)\nz = f(y)\n',
    "formatted string": 'x = f(f"""\n  {y}\n""", y)  # noqa: BCE103\nz = f(y)\n',
    "string in bracket": 'x = f(\n    """\n    a\n    """, y)  # noqa: BCE103\n',
    "next line": "# noqa: BCE103\nx = f(y)\n",
    "indented": "if x:\n    y = f(x)  # noqa\n    z = f(x)\nw = f(x)\n",
    "no newline at the end": "x = f(y)  # noqa: BCE103",
    "carriage returns": "x = f(y)  # noqa\r\nz = f(y)\r\n",
    "lone carriage returns": "x = f(y)  # noqa\rz = f(y)\r",
    "form feed": "x = 1\n\x0cy = f(x)  # noqa\nz = f(x)\n",
    "empty": "",
    "blank": "\n\n",
    "unclosed": "x = f(\n    y,  # noqa: BCE103\n",
    "bad indentation": "if x:\n        y = 1  # noqa\n   z = 2\n",
    "file": "x = f(y)\n# flake8: noqa\nz = f(y)\n",
    "file, equals": "x = f(y)\n  # FLAKE8=NOQA\n",
    "file, codes": "# flake8: noqa: E501\nx = f(y)\n",
    "file, own codes": "# flake8: noqa: BCE103\nx = f(y)\n",
    "file, after code": "x = f(y)  # flake8: noqa\nz = f(y)\n",
    "file, other word": "# flake8: noqable\nx = f(y)\n",
    "file, no space": "#flake8: noqa\nx = f(y)\n",
    "file, in a string": 's = """\n# flake8: noqa\n"""\nx = f(y)\n',
}


def source_of(text: str) -> SourceText:
    """A text as read from a file."""
    return decode(text.encode("utf-8"), "x.py")


def flake8_lines(text: str) -> list[str]:
    """The lines as flake8 reads them from a file."""
    return io.TextIOWrapper(io.BytesIO(text.encode("utf-8")), encoding="utf-8", line_buffering=True).readlines()


def flake8_suppresses(text: str, row: int, code: str, name: str = "x.py") -> bool:
    """What flake8's own classes say."""
    lines = flake8_lines(text)
    processor = FileProcessor(name, argparse.Namespace(disable_noqa=False, hang_closing=False, indent_size=4, max_line_length=79,
                                                       max_doc_length=None, verbose=0), lines=lines)  # fmt: skip
    if processor.should_ignore_file():
        return True
    line = processor.noqa_line_for(row)
    if line is None and row <= len(lines):
        line = lines[row - 1]  # flake8 reads a line that it has not mapped from the file
    return bool(Violation(code, name, row, 1, "text", line).is_inline_ignored(False))


@pytest.mark.parametrize("line", SPELLINGS)
def test_spelling(line: str) -> None:
    assert suppressed(source_of(f"{line}\n"), 1, "BCE103") is SPELLINGS[line]


@pytest.mark.parametrize("line", SPELLINGS)
@pytest.mark.parametrize("code", ["BCE103", "BCE101", "BCE900"])
def test_spelling_agrees_with_flake8(line: str, code: str) -> None:
    text = f"{line}\n"
    assert suppressed(source_of(text), 1, code) is flake8_suppresses(text, 1, code)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("code", ["BCE103", "BCE101"])
def test_text_agrees_with_flake8(name: str, code: str, tmp_path: Path) -> None:
    text, path = TEXTS[name], tmp_path / "x.py"
    path.write_bytes(text.encode("utf-8"))
    rows = range(1, text.count("\n") + text.count("\r") + 2)
    assert [suppressed(source_of(text), row, code) for row in rows] == [flake8_suppresses(text, row, code, str(path)) for row in rows]


PARTS = [*"\n\r\\ (),:#'\"\t", "# noqa", ": ", "BCE103", "BCE1", "E501", "\r\n", "x = 1", '"""', "    ", "# flake8: noqa"]


@example(["\\", "\n", "# noqa"])
@example(['"""', "\n", "# noqa", '"""'])
@example(["'", "\\", "\n", "\\", "# noqa"])
@given(st.lists(st.sampled_from(PARTS)))
def test_any_text_agrees_with_flake8(parts: list[str]) -> None:
    text = "".join(parts)
    lines = flake8_lines(text)
    try:
        list(tokenize.generate_tokens(iter(lines).__next__))
    except (tokenize.TokenError, SyntaxError):
        return  # flake8 runs no plugin on such a file
    for row in range(1, len(lines) + 1):
        assert suppressed(source_of(text), row, "BCE103") is flake8_suppresses(text, row, "BCE103"), row


def test_only_the_first_physical_line_of_a_call_counts() -> None:
    assert [suppressed(source_of(TEXTS["bracket"]), row, "BCE103") for row in (1, 2, 3)] == [True, False, False]
    assert [suppressed(source_of(TEXTS["bracket end"]), row, "BCE103") for row in (1, 2, 3)] == [False, False, True]


def test_lines_joined_by_a_backslash_or_a_string_are_searched_together() -> None:
    assert [suppressed(source_of(TEXTS["backslash"]), row, "BCE103") for row in (1, 2)] == [True, True]
    assert [suppressed(source_of(TEXTS["string"]), row, "BCE103") for row in (1, 2, 3, 4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("f(\n    x,\n)\n", [1, 2, 3, None]),
        ("f(x, \\\n  y)\nz\n", [2, 2, 3]),
        ('f("""a\nb\n""")\nz', [3, 3, 3, 4]),
        ("f(x) \\", [None]),
        ("def f(:\n", [1]),
        ("", [None]),
    ],
)
def test_the_row_for_a_comment(text: str, rows: list[int | None]) -> None:
    source = source_of(text)
    assert [noqa_row(source, row) for row in range(1, len(rows) + 1)] == rows


@pytest.mark.parametrize("text", ["f(\n    x,\n)\n", "f(x, \\\n  y)\nz\n", 'f("""a\nb\n""")\nz\n'])
def test_a_comment_in_that_row_silences(text: str) -> None:
    for row, _ in enumerate(text.splitlines(), 1):
        at = noqa_row(source_of(text), row)
        assert at is not None
        lines = text.splitlines()
        lines[at - 1] += "  # noqa: BCE103"
        assert suppressed(source_of("\n".join(lines) + "\n"), row, "BCE103")


def test_a_text_that_no_file_can_hold_is_searched_line_by_line() -> None:
    """Python 3.12 encodes what it takes apart."""
    source = SourceText("a.py", b"", "x = '\ud800'  # noqa: BCE103\ny = 1\n", "utf-8", False)
    assert suppressed(source, 1, "BCE103") and not suppressed(source, 2, "BCE103")
