"""What is told of conditions: each outcome by its place."""

from __future__ import annotations

from typing import Any

from tests.mutation.conditions import SEEN, Seen, told_of

TEXT = """
def f(a, b):
    if a and not b or a > 3:
        return [one for one in range(a) if one != b]
    return a or b


def g(a):
    while a < 2:
        a += 1
    match a:
        case int() if a == 9:
            return 1 if a else 2
    assert a
    return a
"""


def _told(*calls: tuple[str, Any]) -> list[tuple[int, str, str]]:
    seen = Seen()
    names: dict[str, Any] = {SEEN: seen}
    exec(compile(seen.read("a.py", TEXT), "a.py", "exec"), names)
    for name, values in calls:
        names[name](*values)
    return [(line, what, told) for (_, line, what), notes in seen.notes() if (told := told_of(notes))]


def test_nothing_is_asked_of_what_does_not_run() -> None:
    assert {told for *_, told in _told()} == {"never asked", "never equal"}


def test_what_is_asked_with_one_outcome_is_told() -> None:
    assert _told(("f", (1, 0)), ("f", (0, 1))) == [
        (3, "not b", "always true"),
        (3, "a > 3", "always false"),
        (3, "a > 3", "never equal"),
        (4, "one != b", "always false"),
        (5, "a", "always false"),
        (9, "a < 2", "never asked"),
        (9, "a < 2", "never equal"),
        (12, "a == 9", "never asked"),
        (13, "a", "never asked"),
    ]


def test_nothing_is_told_of_what_has_both() -> None:
    calls: list[tuple[str, Any]] = [("f", (a, b)) for a in (0, 1, 2, 3, 4) for b in (0, 1)]
    assert [(line, told) for line, _, told in _told(*calls, ("g", (1,)), ("g", (9,)))] == [(13, "always true")]
