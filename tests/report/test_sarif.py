"""SARIF: what a code host needs to show a finding, to know it again, and to tell where the value came from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bce_lint.diagnostic import Diagnostic, Edit, Fix, Label, Location, Position
from bce_lint.report import FORMATS
from bce_lint.report.addresses import rules_address
from bce_lint.report.told import RulePage, Told
from bce_lint.rules.value_ways import value_ways

PAGE = RulePage("sigmoid-before-bce-with-logits", "error", "A sigmoid too many.", "Reports one.", "# Page\n")


def at(path: str, row: int, column: int) -> Location:
    """A place of three characters."""
    return Location(path, Position(row, column), Position(row, column + 3))


APPLIED = Label("sigmoid applied here", at("models/n et.py", 7, 16))
ONE = Diagnostic(
    "BCE103", "sigmoid-before-bce-with-logits", "expects logits", at("train.py", 4, 9), "error",
    (Label("called from here", at("main.py", 3, 1)), Label("loss computed here", at("loss.py", 5, 1)), APPLIED),
)  # fmt: skip


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An address of the rules' pages, as an installed bce-lint has one."""
    monkeypatch.setattr("importlib.metadata.metadata", lambda _: Metadata())
    rules_address.cache_clear()
    yield "https://example.org/rules"
    rules_address.cache_clear()


class Metadata:
    """What `importlib.metadata` says of a package with two addresses."""

    def get_all(self, name: str) -> list[str]:
        """The addresses."""
        assert name == "Project-URL"
        return ["Home, https://example.org", "Rules, https://example.org/rules/"]


def run_of(told: Told) -> dict[str, Any]:
    """The one run of a log."""
    log = json.loads(FORMATS["sarif"](told))
    assert (log["version"], log["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    (run,) = log["runs"]
    found: dict[str, Any] = run
    return found


def told(*found: Diagnostic, **more: Any) -> Told:
    """What a run came to."""
    prints = [f"{number:016x}" for number, _ in enumerate(found)]
    return Told(found, fingerprints=lambda: prints, page=lambda _: PAGE, ways=value_ways, **more)


def test_places_are_relative_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "a b"
    here.mkdir()
    monkeypatch.chdir(here)
    outside = replace(ONE, location=at(str(tmp_path / "caf\u00e9.py"), 1, 1), labels=())
    inside, above = replace(ONE, location=at(str(here / "pkg" / "train.py"), 4, 9)), replace(outside, location=at("../x.py", 1, 1))
    run = run_of(told(inside, outside, above))
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places[0] == {
        "artifactLocation": {"uri": "pkg/train.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 4, "startColumn": 9, "endLine": 4, "endColumn": 12},
    }
    assert places[1]["artifactLocation"] == {"uri": (tmp_path / "caf\u00e9.py").as_uri()}
    assert places[2]["artifactLocation"] == {"uri": (tmp_path / "x.py").as_uri()}
    assert run["originalUriBaseIds"]["%SRCROOT%"]["uri"] == f"{here.as_uri()}/"
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["results"][0]["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "models/n%20et.py"


def test_the_activation_comes_first_and_the_value_goes_its_way() -> None:
    (result,) = run_of(told(ONE))["results"]
    related = [(place["id"], place["message"]["text"]) for place in result["relatedLocations"]]
    assert related == [(1, "sigmoid applied here"), (2, "called from here"), (3, "loss computed here")]
    (flow,) = result["codeFlows"]
    (thread,) = flow["threadFlows"]
    steps = [step["location"] for step in thread["locations"]]
    said = [step["message"]["text"] for step in steps]
    assert said == ["sigmoid applied here", "called from here", "expects logits", "loss computed here"]
    assert steps[2]["physicalLocation"] == result["locations"][0]["physicalLocation"]


def test_each_activation_has_a_way_of_its_own() -> None:
    two = replace(ONE, labels=(*ONE.labels, Label("softmax applied here", at("models/n et.py", 9, 1))))
    assert len(run_of(told(two))["results"][0]["codeFlows"]) == 2
    assert "codeFlows" not in run_of(told(replace(ONE, labels=ONE.labels[:1])))["results"][0]


def test_only_the_rules_that_speak_are_described(address: str) -> None:
    warning = replace(ONE, code="BCE101", name="sigmoid-before-bce-loss", severity="warning")
    info = replace(ONE, severity="info")
    run = run_of(told(ONE, warning, info))
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["informationUri"]) == ("bce-lint", address)
    assert [rule["id"] for rule in driver["rules"]] == ["BCE101", "BCE103"]
    assert driver["rules"][1] == {
        "id": "BCE103",
        "name": "SigmoidBeforeBceWithLogits",
        "shortDescription": {"text": "A sigmoid too many."},
        "fullDescription": {"text": "Reports one."},
        "help": {"text": "# Page\n", "markdown": "# Page\n"},
        "helpUri": f"{address}/BCE103.md",
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["pytorch", "loss", "sigmoid-before-bce-with-logits"]},
    }
    assert [(result["ruleId"], result["ruleIndex"], result["level"]) for result in run["results"]] == [
        ("BCE103", 1, "error"), ("BCE101", 0, "warning"), ("BCE103", 1, "note"),
    ]  # fmt: skip


def test_a_result_is_known_again() -> None:
    assert run_of(told(ONE))["results"][0]["partialFingerprints"] == {
        "primaryLocationLineHash": "0000000000000000:1",
        "bceLint/v1": "0000000000000000",
    }


EDITS = (Edit(at("train.py", 4, 9), "x"), Edit(at("models/n et.py", 7, 16), ""), Edit(at("train.py", 9, 1), "y"))


def test_a_fix_is_all_its_edits_by_file() -> None:
    (result,) = run_of(told(replace(ONE, fix=Fix("unsafe", "Remove the sigmoid", EDITS))))["results"]
    (fix,) = result["fixes"]
    assert fix["description"]["text"] == "Remove the sigmoid (unsafe: values may change)"
    assert [(change["artifactLocation"]["uri"], len(change["replacements"])) for change in fix["artifactChanges"]] == [
        ("train.py", 2), ("models/n%20et.py", 1),
    ]  # fmt: skip
    assert fix["artifactChanges"][1]["replacements"][0] == {
        "deletedRegion": {"startLine": 7, "startColumn": 16, "endLine": 7, "endColumn": 19},
        "insertedContent": {"text": ""},
    }
    assert run_of(told(replace(ONE, fix=Fix("safe", "Say", EDITS))))["results"][0]["fixes"][0]["description"]["text"] == "Say"


def test_what_a_person_has_to_decide_is_not_offered_to_programs() -> None:
    (result,) = run_of(told(replace(ONE, fix=Fix("display-only", "no fix by machine", EDITS))))["results"]
    assert "fixes" not in result
    assert result["properties"]["fix"]["message"] == "no fix by machine"
    assert len(result["properties"]["fix"]["changes"]) == 2


def test_a_file_that_was_not_analysed_is_a_notification_too() -> None:
    unread = Diagnostic("BCE901", "syntax-error", "invalid syntax", at("bad.py", 3, 1))
    run = run_of(told(unread))
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert [note["message"]["text"] for note in invocation["toolExecutionNotifications"]] == ["BCE901 invalid syntax"]
    assert [result["ruleId"] for result in run["results"]] == ["BCE901"]
    crashed = run_of(told(replace(unread, code="BCE900")))["invocations"][0]
    assert crashed["executionSuccessful"] is False
    failed = run_of(told(ONE, failed=("gone.py: No such file or directory",)))["invocations"][0]
    assert failed == {
        "executionSuccessful": False,
        "toolExecutionNotifications": [{"level": "error", "message": {"text": "gone.py: No such file or directory"}}],
    }
    assert run_of(told(ONE))["invocations"] == [{"executionSuccessful": True}]
