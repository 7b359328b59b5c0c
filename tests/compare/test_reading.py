"""A report that is none: one line says what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bce_lint.compare.reading import read
from tests.compare.reports import finding, loss, place, report, write


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    """A report with one of each."""
    path = tmp_path / "train.py"
    path.write_text("f(x)\n", encoding="utf-8")
    here = place(path, "f(x)")
    other = {"kind": "options", **here, "count": 1, "unknown": 0, "codes": {}}
    return report(loss(here, caller=here), other, {"kind": "operation", **here, "count": 1}, findings=(finding(here, "BCE103"),))


def test_what_is_right_is_read(told: dict[str, Any], tmp_path: Path) -> None:
    witnessed = read(write(tmp_path / "w.json", told))
    assert [one.kind for one in witnessed.places] == ["loss", "options", "operation"]
    assert [one.code for one in witnessed.findings] == ["BCE103"]
    assert (witnessed.columns, witnessed.ended_by, len(witnessed.digests)) == (True, None, 1)


def parts(value: Any, way: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The ways to all parts of a JSON value that have a name."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(found for key, one in inner for found in parts(one, (*way, key)))]


UNREAD = {"bce_lint", "sample", "steps", "watched", "total", "url", "fix", "callers", "losses"}
"""What is for people, and is not read again."""


def changed(told: dict[str, Any], way: tuple[str | int, ...], value: object) -> Any:
    """A copy with one part changed."""
    copy = json.loads(json.dumps(told))
    inner: Any = copy
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return copy


def test_every_field_of_another_type_is_named(told: dict[str, Any], tmp_path: Path) -> None:
    for way in parts(told)[1:]:
        if not UNREAD.isdisjoint(way):
            continue
        with pytest.raises(ValueError, match=r"^\S+w\.json: not a report of bce_lint\.witness: `[^`]+` is ") as raised:
            read(write(tmp_path / "w.json", changed(told, way, 1.5)))
        assert "\n" not in str(raised.value)


def test_every_field_that_is_missing_is_named(told: dict[str, Any], tmp_path: Path) -> None:
    top = {"findings", "losses", "places", "files", "run"}
    for way in parts(told)[1:]:
        if not UNREAD.isdisjoint(way) or not isinstance(way[-1], str) or way[-1] in top or way[-2:-1] == ("codes",):
            continue
        copy = changed(told, way, None)
        inner: Any = copy
        for key in way[:-1]:
            inner = inner[key]
        del inner[way[-1]]
        with pytest.raises(ValueError, match=f"no `{way[-1]}`"):
            read(write(tmp_path / "w.json", copy))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("\x00", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "`the whole` is not an object"),
        ("{}", "no `run`"),
        ('{"findings": [], "losses": [], "notes": []}', "written by an older bce_lint.witness"),
    ],
)
def test_what_is_no_report(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "w.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=said) as raised:
        read(tmp_path / "w.json")
    assert str(raised.value).startswith(f"{tmp_path}/w.json: ") and "\n" not in str(raised.value)


def test_a_report_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"gone\.json: No such file or directory$"):
        read(tmp_path / "gone.json")


def test_numbers_count_something(told: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"`places\[0\]\.count` is negative"):
        read(write(tmp_path / "w.json", changed(told, ("places", 0, "count"), -1)))
    with pytest.raises(ValueError, match=r"`places\[0\]\.count` is not a number"):
        read(write(tmp_path / "w.json", changed(told, ("places", 0, "count"), True)))
