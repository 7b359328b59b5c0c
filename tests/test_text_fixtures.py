"""Files of every encoding and line end: both faces find the same place, counted in code points."""

from __future__ import annotations

import argparse
import tokenize
from functools import cache
from pathlib import Path

import pytest
from flake8.processor import FileProcessor

from bce_lint import engine
from bce_lint.diagnostic import Diagnostic
from bce_lint.flake8_plugin import Checker

FILES = sorted((Path(__file__).parent / "fixtures" / "text").glob("*.py"))
BUG = "criterion(torch.sigmoid("
CODES = frozenset(("BCE103",))


def place(path: Path) -> tuple[int, int]:
    """The row and column (from 1) of the bug, as Python itself counts them."""
    with tokenize.open(path) as file:
        rows = [(row, line.index(BUG) + 1) for row, line in enumerate(file, 1) if BUG in line]
    assert len(rows) == 1
    return rows[0]


@cache
def diagnostics() -> tuple[Diagnostic, ...]:
    """What is found in all files: a run looks through the whole repository, so they share one."""
    return engine.check(FILES, CODES).diagnostics


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_place_of_a_finding(path: Path) -> None:
    (one,) = [one for one in diagnostics() if Path(one.location.path).absolute() == path]
    assert (one.code, one.location.start) == ("BCE103", place(path))
    assert one.location.end.column - one.location.start.column >= len("criterion(torch.sigmoid(x(x)), y)")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_flake8_is_told_the_same_place(path: Path) -> None:
    options = argparse.Namespace(disable_noqa=False, hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0)
    lines = FileProcessor(str(path), options).lines
    ((row, column, text, _),) = Checker(None, lines, str(path)).run()
    assert (text.split()[0], row, column + 1) == ("BCE103", *place(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_text_without_a_name_has_the_same_place(path: Path) -> None:
    (one,) = engine.check_text(path.read_bytes(), None, CODES).diagnostics
    assert one.location.start == place(path)


def test_the_fixtures_are_what_they_are_called() -> None:
    data = {path.stem: path.read_bytes() for path in FILES}
    assert data["crlf"].count(b"\r\n") == data["crlf"].count(b"\n") > 5
    assert b"\n" not in data["cr"]
    assert data["byte_order_mark"].startswith(b"\xef\xbb\xbf")
    assert not data["no_final_newline"].endswith(b"\n")
    assert b"\x0c" in data["form_feed"]
    assert b"\n\x0c    def" in data["form_feed_indented"]
    assert b"\xe9" in data["latin_1"]
