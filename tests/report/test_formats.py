"""The formats without code frames, and how paths are shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bce_lint.diagnostic import Diagnostic, Edit, Fix, Label, Location, Position
from bce_lint.report import FORMATS
from bce_lint.report.addresses import rule_address
from bce_lint.report.paths import shown
from bce_lint.report.statistics import statistics
from bce_lint.report.told import Told


def at(path: str, row: int, column: int) -> Location:
    """A place of three characters."""
    return Location(path, Position(row, column), Position(row, column + 3))


def concise(found: Sequence[Diagnostic], unsafe: bool = False) -> str:
    """Findings, one a line."""
    return FORMATS["concise"](Told(found, unsafe=unsafe))


def as_json(found: Sequence[Diagnostic]) -> str:
    """Findings as JSON."""
    return FORMATS["json"](Told(found))


SIGMOID = Diagnostic(
    "BCE103", "sigmoid-before-bce-with-logits", "expects logits", at("train.py", 4, 9), "error",
    (Label("sigmoid applied here", at("models/net.py", 7, 16)),),
)  # fmt: skip
OLD = Diagnostic("BCE203", "deprecated-loss-reduction", "say\n  `reduction`", at("train.py", 9, 1), "warning")

SAFE = Fix("safe", "Say `reduction`", (Edit(at("train.py", 9, 1), "reduction='sum'"),))
UNSAFE = Fix("unsafe", "Remove the sigmoid", (Edit(at("models/net.py", 7, 16), ""), Edit(at("train.py", 4, 9), "x")))
DISPLAY_ONLY = Fix("display-only", "no fix by machine: the loss is shared")


def test_concise_is_one_line_each() -> None:
    assert concise([SIGMOID, OLD]) == "train.py:4:9: BCE103 expects logits\ntrain.py:9:1: BCE203 say `reduction`\n"


def test_concise_marks_what_fix_mends() -> None:
    findings = [replace(OLD, fix=fix) for fix in (SAFE, UNSAFE, DISPLAY_ONLY, None)]
    marked = "train.py:9:1: BCE203 [*] say `reduction`\n"
    plain = marked.replace(" [*]", "")
    assert concise(findings) == marked + plain * 3
    assert concise(findings, unsafe=True) == marked * 2 + plain * 2


def test_json_has_ruffs_fields_and_the_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows = json.loads(as_json([SIGMOID, OLD]))
    assert rows[0] == {
        "code": "BCE103",
        "name": "sigmoid-before-bce-with-logits",
        "message": "expects logits",
        "cell": None,
        "noqa_row": None,
        "filename": str(tmp_path / "train.py"),
        "location": {"row": 4, "column": 9},
        "end_location": {"row": 4, "column": 12},
        "severity": "error",
        "url": rule_address("BCE103"),
        "fix": None,
        "labels": [
            {
                "message": "sigmoid applied here",
                "filename": str(tmp_path / "models" / "net.py"),
                "location": {"row": 7, "column": 16},
                "end_location": {"row": 7, "column": 19},
            }
        ],
    }
    assert (rows[1]["severity"], rows[1]["labels"]) == ("warning", [])


def test_json_has_the_fixes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert json.loads(as_json([replace(SIGMOID, fix=UNSAFE)]))[0]["fix"] == {
        "applicability": "unsafe",
        "message": "Remove the sigmoid",
        "edits": [
            {
                "filename": str(tmp_path / "models" / "net.py"),
                "content": "",
                "location": {"row": 7, "column": 16},
                "end_location": {"row": 7, "column": 19},
            },
            {
                "filename": str(tmp_path / "train.py"),
                "content": "x",
                "location": {"row": 4, "column": 9},
                "end_location": {"row": 4, "column": 12},
            },
        ],
    }
    rows = json.loads(as_json([replace(OLD, fix=SAFE), replace(OLD, fix=DISPLAY_ONLY)]))
    assert [row["fix"]["applicability"] for row in rows] == ["safe", "display-only"]
    assert rows[1]["fix"] == {"applicability": "display-only", "message": "no fix by machine: the loss is shared", "edits": []}


def test_json_without_findings_is_an_empty_list() -> None:
    assert json.loads(as_json([])) == []


def test_json_takes_file_names_that_are_not_text() -> None:
    one = Diagnostic("BCE901", "syntax-error", "no", at("caf\udce9.py", 1, 1))
    assert json.loads(as_json([one]))[0]["filename"].endswith("caf\udce9.py")
    assert as_json([one]).isascii()


def test_every_format_takes_the_same_arguments() -> None:
    assert all(form(Told([SIGMOID])).endswith("\n") for form in FORMATS.values())


def test_statistics_count_the_most_frequent_first() -> None:
    assert statistics([OLD, SIGMOID, OLD]) == "2\tBCE203\tdeprecated-loss-reduction\n1\tBCE103\tsigmoid-before-bce-with-logits\n"
    assert statistics([SIGMOID] * 10 + [OLD]).splitlines()[1].startswith(" 1\t")
    assert statistics([]) == ""


def test_statistics_as_json() -> None:
    rows = json.loads(statistics([OLD, OLD], as_text=False))
    assert rows == [{"code": "BCE203", "name": "deprecated-loss-reduction", "count": 2}]


def test_a_path_below_the_working_folder_is_shown_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "here"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert shown(str(inside / "pkg" / "a.py")) == str(Path("pkg", "a.py"))
    assert shown(str(tmp_path / "here2" / "a.py")) == str(tmp_path / "here2" / "a.py")
    assert shown("../a.py") == "../a.py"
