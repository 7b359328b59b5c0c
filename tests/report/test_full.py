"""Code frames, drawn exactly."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from bce_lint.diagnostic import Diagnostic, Fix, Label, Location, Position
from bce_lint.report.full import render
from bce_lint.report.pen import LONGEST
from bce_lint.report.told import Told
from bce_lint.source.text import SourceText, decode

MODEL = "import torch\n\n\ndef forward(x):\n    return torch.sigmoid(x)\n"


def sources(**texts: str) -> dict[str, SourceText]:
    """Texts by path; `a_b` stands for the path a/b.py."""
    paths = {name.replace("_", "/") + ".py": text for name, text in texts.items()}
    return {path: decode(text.encode("utf-8"), path) for path, text in paths.items()}


def full(found: Sequence[Diagnostic], texts: Mapping[str, SourceText], unsafe: bool = False, width: int | None = None) -> str:
    """Findings as `full` shows them, without the notes at its end."""
    return render(Told(found, texts, unsafe, width=width))


def at(path: str, row: int, column: int, end_row: int, end_column: int) -> Location:
    """A location."""
    return Location(path, Position(row, column), Position(end_row, end_column))


def diagnostic(location: Location, *labels: tuple[str, Location]) -> Diagnostic:
    """A finding with labels."""
    return Diagnostic("BCE103", "a-name", "expects logits", location, "error", tuple(Label(*label) for label in labels))


def drawn(text: str) -> str:
    """An expected frame, written indented."""
    return textwrap.dedent(text).lstrip("\n") + "\n"


def test_primary_place_and_label_on_one_line() -> None:
    text = "x = 1\nloss = criterion(torch.sigmoid(z), y)\n"
    one = diagnostic(at("a.py", 2, 8, 2, 37), ("sigmoid applied here", at("a.py", 2, 18, 2, 34)))
    assert full([one], sources(a=text)) == drawn("""
        error[BCE103]: expects logits
         --> a.py:2:8
          |
        1 | x = 1
        2 | loss = criterion(torch.sigmoid(z), y)
          |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          |                  ---------------- sigmoid applied here
        """)


def test_a_label_in_another_file_is_drawn_there() -> None:
    text = "\n" * 98 + "def step(z, y):\n    return criterion(net(z), y)\n"
    one = diagnostic(at("a.py", 100, 12, 100, 32), ("sigmoid applied here", at("models/net.py", 5, 12, 5, 28)))
    assert full([one], sources(a=text, models_net=MODEL)) == drawn("""
        error[BCE103]: expects logits
           --> a.py:100:12
            |
         99 | def step(z, y):
        100 |     return criterion(net(z), y)
            |            ^^^^^^^^^^^^^^^^^^^^
            |
           ::: models/net.py:5:12
            |
          4 | def forward(x):
          5 |     return torch.sigmoid(x)
            |            ---------------- sigmoid applied here
        """)


def test_lines_between_two_places_are_left_out() -> None:
    one = diagnostic(at("a.py", 9, 1, 9, 2), ("here", at("a.py", 2, 1, 2, 2)), ("there", at("a.py", 8, 1, 8, 2)))
    assert full([one], sources(a="".join(f"{char}\n" for char in "abcdefghi"))) == drawn("""
        error[BCE103]: expects logits
         --> a.py:9:1
          |
        1 | a
        2 | b
          | - here
        3 | c
        ...
        7 | g
        8 | h
          | - there
        9 | i
          | ^
        """)


def test_a_primary_place_of_several_lines_has_a_bar() -> None:
    text = "loss = criterion(\n    torch.sigmoid(z),\n    y,\n)\n"
    one = diagnostic(at("a.py", 1, 8, 4, 2), ("sigmoid applied here", at("a.py", 2, 5, 2, 21)))
    assert full([one], sources(a=text)) == drawn("""
        error[BCE103]: expects logits
         --> a.py:1:8
          |
        1 |   loss = criterion(
          |  ________^
        2 | |     torch.sigmoid(z),
          | |     ---------------- sigmoid applied here
        3 | |     y,
        4 | | )
          | |_^
        """)


def test_a_long_primary_place_is_shortened_but_keeps_its_labels() -> None:
    text = "f(\n" + "".join(f"    a{number},\n" for number in range(2, 20)) + ")\n"
    one = diagnostic(at("a.py", 1, 1, 20, 2), ("this one", at("a.py", 11, 5, 11, 8)))
    assert full([one], sources(a=text)) == drawn("""
        error[BCE103]: expects logits
          --> a.py:1:1
           |
         1 |   f(
           |  _^
         2 | |     a2,
         3 | |     a3,
        ...  |
        11 | |     a11,
           | |     --- this one
        ...  |
        20 | | )
           | |_^
        """)


def test_a_label_of_several_lines_is_marked_on_its_first() -> None:
    text = "p = torch.sigmoid(\n    z\n)\nloss = criterion(p, y)\n"
    one = diagnostic(at("a.py", 4, 8, 4, 23), ("sigmoid applied here", at("a.py", 1, 5, 3, 2)))
    assert full([one], sources(a=text)) == drawn("""
        error[BCE103]: expects logits
         --> a.py:4:8
          |
        1 | p = torch.sigmoid(
          |     -------------- sigmoid applied here
        2 |     z
        3 | )
        4 | loss = criterion(p, y)
          |        ^^^^^^^^^^^^^^^
        """)


def test_tabs_wide_and_combining_characters_keep_the_marks_in_place() -> None:
    text = "\tx = {'\u65e5\u672c': 'e\u0301'}; f(y)\n"
    column = text.index("f(y)") + 1
    one = diagnostic(at("a.py", 1, column, 1, column + 4))
    lines = full([one], sources(a=text)).splitlines()
    assert lines[3] == "1 |     x = {'\u65e5\u672c': 'e\u0301'}; f(y)"
    assert lines[4] == "  |" + " " * 24 + "^^^^"


def test_control_characters_do_not_reach_the_terminal() -> None:
    text = "x = '\x1b[31m\x07\u202e'; f(y)\n"
    (shown,) = (line for line in full([diagnostic(at("a.py", 1, 17, 1, 21))], sources(a=text)).splitlines() if line.startswith("1"))
    assert shown == "1 | x = '\\x1b[31m\\x07\\u202e'; f(y)"


LONG = f"x = [{'1, ' * 300}f(z), {'2, ' * 300}]\n"
COLUMN = LONG.index("f(z)") + 1


def test_a_long_line_is_cut_around_its_mark_on_a_terminal() -> None:
    lines = full([diagnostic(at("a.py", 1, COLUMN, 1, COLUMN + 4))], sources(a=LONG), width=80).splitlines()
    assert 70 < len(lines[3]) <= 80
    assert lines[3].startswith("1 | \u2026") and lines[3].endswith("\u2026")
    assert lines[3][lines[4].index("^") : lines[4].rindex("^") + 1] == "f(z)"


def test_a_terminal_can_be_narrow() -> None:
    lines = full([diagnostic(at("a.py", 1, COLUMN, 1, COLUMN + 4))], sources(a=LONG), width=1).splitlines()
    assert lines[3][lines[4].index("^") : lines[4].rindex("^") + 1] == "f(z)"


def test_lines_are_whole_where_there_is_no_terminal_unless_nobody_wrote_them() -> None:
    assert f"1 | {LONG}" in full([diagnostic(at("a.py", 1, COLUMN, 1, COLUMN + 4))], sources(a=LONG))
    minified = f"x = [{'1, ' * 9_000}]\n"
    shown = full([diagnostic(at("a.py", 1, 1, 1, 2))], sources(a=minified)).splitlines()[3]
    assert len(shown) <= LONGEST and shown.endswith("\u2026")


def test_a_blank_line_is_no_context_and_one_between_two_is_shown() -> None:
    one = diagnostic(at("a.py", 3, 1, 3, 2), ("here", at("a.py", 5, 1, 5, 2)))
    assert full([one], sources(a="a\n\nb\n\nc\n  \nd\n")) == drawn("""
        error[BCE103]: expects logits
         --> a.py:3:1
          |
        3 | b
          | ^
        4 |
        5 | c
          | - here
        """)


def test_the_frame_is_closed_below_a_line_without_marks() -> None:
    assert full([diagnostic(at("a.py", 9, 1, 9, 2))], sources(a="x\n" * 12)) == drawn("""
        error[BCE103]: expects logits
          --> a.py:9:1
           |
         8 | x
         9 | x
           | ^
        10 | x
           |
        """)


def test_without_the_text_only_the_places_are_named() -> None:
    one = diagnostic(at("gone.py", 3, 1, 3, 1), ("sigmoid applied here", at("also/gone.py", 7, 2, 7, 3)))
    assert full([one], {}) == drawn("""
        error[BCE103]: expects logits
         --> gone.py:3:1
         ::: also/gone.py:7:2
          = sigmoid applied here
        """)


def test_an_empty_file_has_no_frame() -> None:
    assert full([diagnostic(at("a.py", 1, 1, 1, 1))], sources(a="")) == "error[BCE103]: expects logits\n --> a.py:1:1\n\n"


def test_a_safe_fix_is_told_and_marked() -> None:
    text = "\n" * 9 + "loss = criterion(x, y)\n"
    one = replace(diagnostic(at("a.py", 10, 8, 10, 23)), fix=Fix("safe", "Cast the target\n  with `.float()`"))
    assert full([one], sources(a=text)) == drawn("""
        error[BCE103] [*]: expects logits
          --> a.py:10:8
           |
        10 | loss = criterion(x, y)
           |        ^^^^^^^^^^^^^^^
        help: Cast the target with `.float()`
        """)


def test_an_unsafe_fix_is_told_and_marked_when_it_counts() -> None:
    one = replace(diagnostic(at("a.py", 1, 1, 1, 2)), fix=Fix("unsafe", "Remove the sigmoid"))
    expected = drawn("""
        error[BCE103]: expects logits
         --> a.py:1:1
          |
        1 | f(x)
          | ^
        help: Remove the sigmoid
        note: this is an unsafe fix and may change values
        """)
    assert full([one], sources(a="f(x)\n")) == expected
    assert full([one], sources(a="f(x)\n"), unsafe=True) == expected.replace("[BCE103]", "[BCE103] [*]")


def test_a_display_only_fix_says_so_and_is_never_marked() -> None:
    one = replace(diagnostic(at("a.py", 1, 1, 1, 2)), fix=Fix("display-only", "no fix by machine: the loss is shared"))
    assert full([one], {}, unsafe=True) == drawn("""
        error[BCE103]: expects logits
         --> a.py:1:1
        help: display-only: no fix by machine: the loss is shared
        """)


def test_nothing_found_is_nothing_written() -> None:
    assert full([], {}) == ""


Cells: TypeAlias = tuple[int, int, int, int]
PLACE = st.tuples(st.integers(1, 6), st.integers(1, 40), st.integers(1, 6), st.integers(1, 40))
LINE = st.text(alphabet="ab (\t\u65e5\u0301\x0c\x1b", max_size=400)


@given(st.lists(LINE, max_size=5), PLACE, st.lists(PLACE, max_size=3))
def test_any_place_in_any_text_can_be_drawn(lines: list[str], place: Cells, labels: list[Cells]) -> None:
    one = diagnostic(at("a.py", *place), *(("label", at("a.py", *label)) for label in labels))
    frame = full([one], sources(a="\n".join(lines)))
    assert frame.startswith("error[BCE103]: expects logits\n") and frame.endswith("\n\n")
    assert not any(char in frame for char in "\t\x0c\x1b")
    assert frame.count("label") == len(labels)
