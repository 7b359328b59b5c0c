"""The formats that code hosts and review programs read."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bce_lint.diagnostic import Diagnostic, Edit, Fix, Label, Location, Position
from bce_lint.report import FORMATS
from bce_lint.report.told import Told
from bce_lint.source.text import decode


def at(path: str, row: int, column: int, end_row: int | None = None) -> Location:
    """A place of three characters, or one up to another row."""
    return Location(path, Position(row, column), Position(end_row or row, column + 3))


SIGMOID = Diagnostic(
    "BCE103", "sigmoid-before-bce-with-logits", "expects logits", at("train.py", 4, 9), "error",
    (Label("sigmoid applied here", at("models/net.py", 7, 16)),), Fix("unsafe", "Remove the sigmoid"),
)  # fmt: skip
OLD = Diagnostic("BCE203", "deprecated-loss-reduction", "say\n  `reduction`", at("train.py", 19, 1), "warning")
INFO = replace(OLD, severity="info", location=at("b, c:d.py", 2, 5, 4), message="50% more")


def lines(form: str, *found: Diagnostic) -> list[str]:
    """The lines of a format."""
    return FORMATS[form](Told(found)).splitlines()


def test_grouped_aligns_the_places_of_each_file() -> None:
    other = replace(OLD, location=at("z.py", 1, 1))
    assert FORMATS["grouped"](Told([replace(SIGMOID, location=at("train.py", 4, 10)), OLD, other], unsafe=True)) == (
        "train.py:\n   4:10 BCE103 [*] expects logits\n  19:1  BCE203 say `reduction`\n\nz.py:\n  1:1 BCE203 say `reduction`\n\n"
    )


def test_json_lines_are_the_rows_of_json() -> None:
    found = [SIGMOID, OLD, INFO]
    told = [json.loads(line) for line in lines("json-lines", *found)]
    assert told == json.loads(FORMATS["json"](Told(found)))
    assert lines("json-lines") == []


def test_github_commands() -> None:
    assert lines("github", SIGMOID, OLD, INFO) == [
        "::error title=bce-lint (BCE103),file=train.py,line=4,col=9,endLine=4,endColumn=12::"
        "train.py:4:9: BCE103 expects logits%0A  sigmoid applied here: models/net.py:7%0A  help: Remove the sigmoid",
        "::warning title=bce-lint (BCE203),file=train.py,line=19,col=1,endLine=19,endColumn=4::train.py:19:1: BCE203 say `reduction`",
        "::notice title=bce-lint (BCE203),file=b%2C c%3Ad.py,line=2,endLine=4::b, c:d.py:2:5: BCE203 50%25 more",
    ]


@given(st.text(), st.text(min_size=1))
def test_no_text_becomes_a_second_github_command(message: str, path: str) -> None:
    one = Diagnostic("BCE103", "n", message, at(path.replace("\0", "x"), 1, 1), "error", (Label(message, at("a.py", 1, 1)),))
    (line,) = FORMATS["github"](Told([one]))[:-1].split("\n")
    properties = line[2:].partition("::")[0]
    assert re.fullmatch(r"error title=bce-lint \(BCE103\),file=[^:,\r]*,line=1,col=1,endLine=1,endColumn=4", properties)


def test_gitlab_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = json.loads(FORMATS["gitlab"](Told([replace(SIGMOID, location=at(str(tmp_path / "pkg" / "train.py"), 4, 9)), OLD, INFO])))
    assert [row.pop("fingerprint") != "" for row in rows] == [True] * 3
    assert rows[0] == {
        "check_name": "BCE103",
        "description": "BCE103: expects logits",
        "severity": "major",
        "location": {"path": "pkg/train.py", "positions": {"begin": {"line": 4, "column": 9}, "end": {"line": 4, "column": 12}}},
    }
    assert [row["severity"] for row in rows] == ["major", "minor", "info"]


def test_gitlab_marks_are_unique_and_do_not_move_with_the_lines() -> None:
    found = [OLD, OLD, replace(OLD, location=at("other.py", 19, 1)), SIGMOID]
    prints = lambda: ["same", "same", "same", "other"]  # noqa: E731
    marks = [row["fingerprint"] for row in json.loads(FORMATS["gitlab"](Told(found, fingerprints=prints)))]
    assert len(set(marks)) == 4
    moved = [replace(one, location=one.location._replace(start=Position(99, 1), end=Position(99, 2))) for one in found]
    assert [row["fingerprint"] for row in json.loads(FORMATS["gitlab"](Told(moved, fingerprints=prints)))] == marks


def test_junit_has_a_suite_for_each_file() -> None:
    text = FORMATS["junit"](Told([SIGMOID, OLD, INFO]))
    root = ElementTree.fromstring(text)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
    assert root.attrib == {"name": "bce-lint", "tests": "3", "skipped": "0", "errors": "0", "failures": "3"}
    assert [(suite.get("name"), suite.get("failures")) for suite in root] == [("train.py", "2"), ("b, c:d.py", "1")]
    case = root[0][0]
    assert case.attrib == {"name": "bce-lint.BCE103", "classname": "train", "file": "train.py", "line": "4", "column": "9"}
    failure = case.find("failure")
    assert failure is not None and failure.get("message") == "expects logits"
    assert failure.text == "line 4, col 9, expects logits\nsigmoid applied here: models/net.py:7\nhelp: Remove the sigmoid"


def test_a_junit_run_without_findings_has_one_case_that_passes() -> None:
    (suite,) = ElementTree.fromstring(FORMATS["junit"](Told([])))
    assert (suite.get("tests"), suite.get("failures"), [case.get("name") for case in suite]) == ("1", "0", ["No findings"])
    assert len(suite[0]) == 0


@given(st.text(), st.text(min_size=1))
def test_junit_is_xml_whatever_the_text(message: str, path: str) -> None:
    place = at(path.replace("\0", "x"), 1, 1)
    one = Diagnostic(message or "x", "n", message, place, message, (Label(message, place),), Fix("safe", message))
    text = FORMATS["junit"](Told([one]))
    assert text.isascii()
    assert ElementTree.fromstring(text).get("tests") == "1"


CAFE = decode("x = 'caf\u00e9'; f(x, y)\n".encode(), "train.py")


def test_rdjson_counts_bytes_and_suggests_a_whole_fix() -> None:
    column = CAFE.text.index("f(x") + 1
    place = Location("train.py", Position(1, column), Position(1, column + 7))
    places = [Location("train.py", Position(1, column + offset), Position(1, column + offset + 1)) for offset in (5, 2)]
    edits = tuple(map(Edit, places, "ba"))
    one = replace(OLD, location=place, fix=Fix("safe", "Say", edits), labels=SIGMOID.labels)
    told = json.loads(FORMATS["rdjson"](Told([one], {"train.py": CAFE})))
    assert (told["source"]["name"], told["severity"]) == ("bce-lint", "WARNING")
    (row,) = told["diagnostics"]
    assert row["location"] == {
        "path": "train.py", "range": {"start": {"line": 1, "column": column + 1}, "end": {"line": 1, "column": column + 8}},
    }  # fmt: skip
    assert (row["severity"], row["code"]["value"]) == ("WARNING", "BCE203")
    assert row["suggestions"] == [
        {"range": {"start": {"line": 1, "column": column + 3}, "end": {"line": 1, "column": column + 7}}, "text": "a, b"}
    ]
    assert row["relatedLocations"][0]["message"] == "sigmoid applied here"


def test_rdjson_suggests_no_part_of_a_fix_and_nothing_for_a_person_to_decide() -> None:
    edits = (Edit(at("train.py", 1, 1), "x"), Edit(at("other.py", 1, 1), "y"))
    for fix in (Fix("safe", "Say", edits), Fix("display-only", "no fix by machine", edits[:1]), Fix("safe", "Say", edits[1:])):
        (row,) = json.loads(FORMATS["rdjson"](Told([replace(OLD, fix=fix)], {"train.py": CAFE})))["diagnostics"]
        assert "suggestions" not in row


def test_the_formats_of_hosts_are_empty_but_whole_without_findings() -> None:
    assert lines("github") == [] and lines("grouped") == []
    assert json.loads(FORMATS["gitlab"](Told([]))) == []
    assert json.loads(FORMATS["rdjson"](Told([])))["diagnostics"] == []
    assert json.loads(FORMATS["sarif"](Told([])))["runs"][0]["results"] == []
