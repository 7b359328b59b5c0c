"""The lines after the findings."""

from __future__ import annotations

from bce_lint.diagnostic import Diagnostic, Fix, Location, Position
from bce_lint.report.summary import fixable, fixed, found, listing

OPTION = "`--unsafe-fixes` option"


def finding(fix: str = "", path: str = "a.py", code: str = "BCE103") -> Diagnostic:
    """A finding whose fix has this applicability; none where it is empty."""
    place = Location(path, Position(1, 1), Position(1, 2))
    return Diagnostic(code, f"name-of-{code}", "a message", place, fix=Fix(fix, "a title") if fix else None)


PLAIN, SAFE, UNSAFE, DISPLAY_ONLY = (finding(fix) for fix in ("", "safe", "unsafe", "display-only"))


def test_how_many_there_are() -> None:
    assert found([], []) == "No findings."
    assert found([PLAIN], []) == "Found 1 finding in 1 file."
    assert found([PLAIN, SAFE, finding(path="b.py")], []) == "Found 3 findings in 2 files."


def test_how_many_were_mended() -> None:
    assert found([PLAIN, PLAIN], [SAFE, finding(path="b.py"), SAFE]) == "Found 5 findings in 2 files (3 fixed, 2 left)."
    assert found([], [SAFE]) == "Found 1 finding in 1 file (1 fixed, 0 left)."


def test_how_many_could_be_mended() -> None:
    assert fixable([PLAIN, DISPLAY_ONLY], unsafe=False, fixing=False) == ""
    assert fixable([PLAIN, DISPLAY_ONLY], unsafe=True, fixing=False) == ""
    assert fixable([SAFE, SAFE, DISPLAY_ONLY], unsafe=False, fixing=False) == "[*] 2 fixable with the `--fix` option."
    assert fixable([SAFE, UNSAFE], unsafe=True, fixing=False) == "[*] 2 fixable with the `--fix` option."


def test_how_many_fixes_are_hidden() -> None:
    one, two = "1 hidden fix can be enabled", "2 hidden fixes can be enabled"
    assert fixable([SAFE, UNSAFE], unsafe=False, fixing=False) == f"[*] 1 fixable with the `--fix` option ({one} with the {OPTION})."
    assert fixable([SAFE, UNSAFE, UNSAFE], unsafe=False, fixing=False).endswith(f"option ({two} with the {OPTION}).")
    assert fixable([UNSAFE], unsafe=False, fixing=False) == f"No fixes available ({one} with the {OPTION})."


def test_after_fixing_what_could_be_mended_was() -> None:
    assert fixable([SAFE], unsafe=False, fixing=True) == ""
    assert fixable([SAFE, UNSAFE], unsafe=False, fixing=True) == f"No fixes available (1 hidden fix can be enabled with the {OPTION})."


def test_what_was_done_where_nothing_else_is_reported() -> None:
    assert fixed([], [SAFE], False, written=True) == "Fixed 1 finding."
    assert fixed([UNSAFE], [SAFE, SAFE], False, written=True) == "Fixed 2 findings (1 additional fix available with `--unsafe-fixes`)."
    assert fixed([UNSAFE, UNSAFE], [SAFE], False, written=False) == (
        "Would fix 1 finding (2 additional fixes available with `--unsafe-fixes`)."
    )
    assert fixed([UNSAFE], [SAFE], True, written=False) == "Would fix 1 finding."
    assert fixed([UNSAFE], [], False, written=True) == "No findings fixed (1 fix available with `--unsafe-fixes`)."
    assert fixed([UNSAFE] * 2, [], False, written=False) == "No findings would be fixed (2 fixes available with `--unsafe-fixes`)."
    assert fixed([PLAIN, DISPLAY_ONLY], [], False, written=True) == ""


def test_what_was_mended_by_file_and_rule() -> None:
    mended = [finding("safe", "b.py"), *[finding("safe", code="BCE203")] * 10, finding("safe", "a.py", "BCE301")]
    assert listing(mended, written=True) == (
        "\nFixed 12 findings:\n- a.py:\n    10 x BCE203 (name-of-BCE203)\n     1 x BCE301 (name-of-BCE301)\n"
        "- b.py:\n    1 x BCE103 (name-of-BCE103)\n\n"
    )
    assert listing(mended[:1], written=False).startswith("\nWould fix 1 finding:\n- b.py:\n")
    assert listing([], written=True) == ""
