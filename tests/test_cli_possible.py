"""Possible findings as each face tells them: the closing line, the formats, comments, baselines, fixes, the cache and flake8."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from bce_lint.cli import main
from bce_lint.flake8_plugin import Checker
from tests.config.projects import BUG, MAYBE

UNSHOWN = "1 possible finding is not shown (`--possible`).\n"
START = "possible, when `squash` (maybe.py:9): `nn.BCEWithLogitsLoss()` expects logits"


class Command:
    """Runs command lines in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *words: str, status: int = 0) -> str:
        assert main(list(words)) == status
        printed = self._capsys.readouterr()
        assert printed.err == ""
        return printed.out

    def loads(self, *words: str, status: int = 0) -> Any:
        return json.loads(self(*words, status=status))


@pytest.fixture
def lint(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "maybe.py").write_text(MAYBE, encoding="utf-8")
    monkeypatch.chdir(folder)
    return Command(folder, capsys)


@pytest.mark.parametrize("form", ["full", "concise", "grouped"])
def test_a_line_at_the_end_counts_those_that_are_not_shown(lint: Command, form: str) -> None:
    assert lint("--output-format", form) == f"No findings.\n{UNSHOWN}"
    assert lint("--output-format", form, "--quiet") == ""
    assert UNSHOWN not in lint("--output-format", form, "--possible")
    assert lint("--output-format", form, "--ignore", "BCE103") == "No findings.\n"


@pytest.mark.parametrize("form", ["json", "json-lines", "sarif", "github", "gitlab", "junit", "rdjson"])
def test_no_other_format_has_that_line(lint: Command, form: str) -> None:
    assert "possible" not in lint("--output-format", form)
    assert "possible, when" in lint("--output-format", form, "--possible")


def test_each_says_that_it_is_possible_and_when(lint: Command) -> None:
    assert lint("--possible", "--output-format", "concise").startswith(f"maybe.py:9:12: BCE103 {START}")
    assert "Found 1 finding in 1 file, 1 of them possible.\n" in lint("--possible")
    (one,) = lint.loads("--possible", "--output-format", "json")
    assert (one["possible"], one["condition"], one["severity"]) == (True, "when `squash` (maybe.py:9)", "info")
    assert one["fix"] is None and "decided here" in [label["message"] for label in one["labels"]]
    (result,) = lint.loads("--possible", "--output-format", "sarif")["runs"][0]["results"]
    assert result["level"] == "note" and result["properties"] == {"possible": True, "condition": one["condition"]}
    suites = fromstring(lint("--possible", "--output-format", "junit"))
    assert (suites.get("failures"), suites.get("skipped"), len(suites.findall(".//skipped"))) == ("0", "1", 1)


def test_they_fail_a_run_where_that_is_asked(lint: Command) -> None:
    lint("--possible", "--exit-non-zero-on-possible", status=1)
    lint("--exit-non-zero-on-possible")
    lint("--possible", "--exit-non-zero-on-possible", "--exit-zero")
    (lint.folder / "bug.py").write_text(BUG, encoding="utf-8")
    assert lint("--possible", status=1).endswith("2 findings in 2 files, 1 of them possible.\n" + LEFT)


LEFT = "No fixes available (1 hidden fix can be enabled with the `--unsafe-fixes` option).\n"


def test_fixes_leave_them_alone(lint: Command) -> None:
    assert lint("--possible", "--fix", "--unsafe-fixes") != ""
    assert (lint.folder / "maybe.py").read_text(encoding="utf-8") == MAYBE
    assert lint("--fix", "--unsafe-fixes") == f"No findings.\n{UNSHOWN}"


def test_a_comment_silences_one_and_is_of_use(lint: Command) -> None:
    text = MAYBE.replace("else out, y)", "else out, y)  # noqa: BCE103")
    (lint.folder / "maybe.py").write_text(text, encoding="utf-8")
    assert lint("--possible", "--extend-select", "BCE910") == "No findings.\n"
    assert lint("--extend-select", "BCE910") == "No findings.\n"


def test_a_baseline_has_them_apart_from_certain_ones(lint: Command) -> None:
    lint("--possible", "--baseline", "known.json", "--update-baseline")
    assert lint("--possible", "--baseline", "known.json") == "No findings.\n"
    certain = MAYBE.replace("torch.sigmoid(out) if squash else out", "torch.sigmoid(out)")
    (lint.folder / "maybe.py").write_text(certain, encoding="utf-8")
    assert [one["code"] for one in lint.loads("--baseline", "known.json", "--output-format", "json", status=1)] == ["BCE103"]


def test_what_was_kept_has_them_too(lint: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    said = {words: lint(*words) for words in ((), ("--possible",), ("--possible", "--output-format", "json"))}
    monkeypatch.setattr("bce_lint.engine.judge_files", None)
    assert {words: lint(*words) for words in said} == said


def test_flake8_has_them_where_the_configuration_asks(lint: Command) -> None:
    def told() -> list[str]:
        Checker.settings.clear()
        return [text for _, _, text, _ in Checker(None, MAYBE.splitlines(keepends=True), "maybe.py").run()]

    assert told() == []
    (lint.folder / "bce-lint.toml").write_text("report-possible = true\n", encoding="utf-8")
    (one,) = told()
    assert one.startswith(f"BCE103 {START}")
    Checker.settings.clear()
