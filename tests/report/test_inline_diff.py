"""A fix as changed lines."""

from __future__ import annotations

import textwrap
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bce_lint.diagnostic import Diagnostic, Edit, Fix, Location, Position
from bce_lint.report.full import render
from bce_lint.report.inline_diff import MOST_LINES, changed_lines, hunks
from bce_lint.report.told import Told
from bce_lint.source.text import SourceText, decode

TEN = "".join(f"{char}\n" for char in "abcdefghij")


def source(text: str, path: str = "a.py") -> SourceText:
    """A text."""
    return decode(text.encode("utf-8"), path)


def edit(start: tuple[int, int], end: tuple[int, int], content: str, path: str = "a.py") -> Edit:
    """An edit between two positions."""
    return Edit(Location(path, Position(*start), Position(*end)), content)


def helped(fix: Fix, *texts: SourceText, row: int = 1) -> str:
    """What stands below the frame of a finding in the first line of `a.py`."""
    one = Diagnostic("BCE103", "a-name", "a message", Location("a.py", Position(row, 1), Position(row, 2)), fix=fix)
    text = render(Told([one], {text.path: text for text in texts}))
    return text[text.index("help: ") :]


def drawn(text: str) -> str:
    """Expected lines, written indented."""
    return textwrap.dedent(text).lstrip("\n") + "\n"


def test_a_changed_line_has_the_lines_around_it() -> None:
    assert helped(Fix("safe", "Say C", (edit((3, 1), (3, 2), "C"),)), source(TEN)) == drawn("""
        help: Say C
          |
        2 | b
          - c
        3 + C
        4 | d
          |
        """)


def test_numbers_are_those_after_the_change() -> None:
    fix = Fix("unsafe", "Import", (edit((1, 1), (1, 1), "import a\nimport b\n"), edit((8, 1), (9, 1), ""), edit((10, 2), (10, 2), "!")))
    assert helped(fix, source(TEN)) == drawn("""
        help: Import
           |
         1 + import a
         2 + import b
         3 | a
        ...
         9 | g
           - h
        10 | i
           - j
        11 + j!
           |
        note: this is an unsafe fix and may change values
        """)


def test_lines_that_follow_one_another_go_and_come_together() -> None:
    fix = Fix("safe", "Say BC", (edit((2, 1), (2, 2), "B"), edit((3, 1), (3, 2), "C")))
    assert helped(fix, source(TEN)) == drawn("""
        help: Say BC
          |
        1 | a
          - b
          - c
        2 + B
        3 + C
        4 | d
          |
        """)


def test_up_to_three_lines_between_two_changes_are_shown() -> None:
    fix = Fix("safe", "Say BF", (edit((2, 1), (2, 2), "B"), edit((6, 1), (6, 2), "F")))
    shown = helped(fix, source(TEN))
    assert "..." not in shown and "3 | c\n4 | d\n5 | e\n  - f\n" in shown


def test_another_file_has_a_heading() -> None:
    fix = Fix("safe", "Say B twice", (edit((2, 1), (2, 2), "B"), edit((2, 1), (2, 2), "B", "pkg/b.py")))
    assert helped(fix, source("a\nb\n"), source("a\nb", "pkg/b.py")) == drawn("""
        help: Say B twice
          |
        1 | a
          - b
        2 + B
          |
         ::: pkg/b.py:2:1
          |
        1 | a
          - b
        2 + B
          |
        """)


def test_a_change_of_another_file_alone_has_a_heading_too() -> None:
    assert " ::: pkg/b.py:1:1\n  |\n  - b\n1 + B\n  |\n" in helped(
        Fix("safe", "Say B", (edit((1, 1), (1, 2), "B", "pkg/b.py"),)), source("a\n"), source("b\n", "pkg/b.py")
    )


def test_what_a_person_has_to_decide_is_shown_as_well() -> None:
    shown = helped(Fix("display-only", "no fix by machine: it is shared", (edit((1, 1), (1, 2), "B"),)), source("a\n"))
    assert shown == "help: display-only: no fix by machine: it is shared\n  |\n  - a\n1 + B\n  |\n\n"


def test_a_text_that_is_not_at_hand_is_not_shown() -> None:
    assert helped(Fix("safe", "Say B", (edit((1, 1), (1, 2), "B"),))) == "help: Say B\n\n"


def test_a_long_change_says_how_much_more_there_is() -> None:
    content = "".join(f"line {number}\n" for number in range(MOST_LINES + 10))
    shown = helped(Fix("safe", "Say more", (edit((1, 1), (1, 1), content),)), source("a\n")).splitlines()
    assert shown[-3:] == ["... 11 more lines", "   |", ""]


def test_control_characters_are_written_out() -> None:
    shown = helped(Fix("safe", "Say it", (edit((1, 1), (1, 2), "'\u202e\x1b[31m'"),)), source("a\n"))
    assert "1 + '\\u202e\\x1b[31m'\n" in shown


LINES = st.lists(st.text(alphabet="ab \u65e5", max_size=4), min_size=1, max_size=8)


@given(LINES, st.data())
def test_hunks_turn_the_old_lines_into_the_new_ones(lines: list[str], data: st.DataObject) -> None:
    text = source("\n".join(lines))
    offsets = sorted(data.draw(st.sets(st.integers(0, len(text.text)), max_size=6)))
    pairs = list(zip(offsets[::2], offsets[1::2], strict=False))
    contents = [data.draw(st.text(alphabet="xy\n", max_size=4)) for _ in pairs]
    edits = [
        edit(text.position(start), text.position(end), content) for (start, end), content in zip(pairs, contents, strict=True)
    ]
    after = text.text
    for (start, end), content in reversed(list(zip(pairs, contents, strict=True))):
        after = after[:start] + content + after[end:]
    rebuilt, done = list[str](), 0
    for hunk in hunks(text, edits):
        assert list(text.lines[hunk.row - 1 : hunk.row - 1 + len(hunk.old)]) == hunk.old
        rebuilt += [*text.lines[done : hunk.row - 1], *hunk.new]
        done = hunk.row - 1 + len(hunk.old)
    assert "".join((*rebuilt, *text.lines[done:])) == after
    numbered = [(line.row, line.text) for line in changed_lines(text, edits) if line.row is not None]
    now = source(after).lines
    assert all(now[row - 1] == shown for row, shown in numbered)


def test_a_fix_of_a_finding_far_below_aligns_with_its_frame() -> None:
    text = source("x\n" * 120)
    shown = render(Told([replace_row(text)], {"a.py": text}))
    assert "99 |" not in shown.replace(" 99 |", "") and "100 | x\n" in shown


def replace_row(text: SourceText) -> Diagnostic:
    """A finding in row 98 whose fix adds two lines."""
    one = Diagnostic("BCE103", "a-name", "a message", Location(text.path, Position(98, 1), Position(98, 2)))
    return replace(one, fix=Fix("safe", "Add", (edit((98, 1), (98, 1), "y\nz\n"),)))
