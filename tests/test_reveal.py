"""What is revealed: every fixture says at its calls of `reveal` what is known there, to the letter."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

import bce_lint
from bce_lint import engine
from bce_lint.rules.registry import default_codes
from tests.test_fixtures import expected

FOLDER = Path(__file__).parent / "fixtures" / "reveal"
FILES = sorted(FOLDER.rglob("*.py"))
IDS = [f"{path.parent.name}-{path.stem}" for path in FILES]
ALONE = sorted((FOLDER.parent / "reveal_alone").glob("*.py"))
LINE = re.compile(r"(.+?):(\d+):\d+: revealed: (.*)")
MARK = re.compile(r"# revealed: (.*)$")

Told = dict[int, list[str]]


@cache
def linted() -> tuple[dict[str, Told], set[tuple[str, int, str]]]:
    """What is revealed by file and row, and the findings; one run for all, in which the files are named from their folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(FOLDER)
        result = engine.check([path.relative_to(FOLDER) for path in FILES], default_codes())
    told: defaultdict[str, Told] = defaultdict(dict)
    for line in result.revealed:
        match = LINE.fullmatch(line)
        assert match is not None, line
        told[match[1]].setdefault(int(match[2]), []).append(match[3])
    return dict(told), {(one.location.path, one.location.start.row, one.code) for one in result.diagnostics}


def written(path: Path) -> Told:
    """What a fixture says by row: behind the call, or one below the other in the lines below it."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    row = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        row = row if line.lstrip().startswith("# revealed: ") else number
        if match := MARK.search(line):
            found[row].append(match[1])
    return dict(found)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_file_reveals_what_it_says(path: Path) -> None:
    assert linted()[0].get(path.relative_to(FOLDER).as_posix(), {}) == written(path)


@pytest.mark.parametrize("path", ALONE, ids=lambda path: path.stem)
def test_a_file_that_is_a_project_of_its_own_reveals_what_it_says(path: Path) -> None:
    found = [LINE.fullmatch(line) for line in engine.check_text(path.read_bytes(), None, default_codes()).revealed]
    told: defaultdict[int, list[str]] = defaultdict(list)
    for match in found:
        assert match is not None
        told[int(match[2])].append(match[3])
    assert dict(told) == written(path)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_call_of_reveal_changes_no_finding(path: Path) -> None:
    name = path.relative_to(FOLDER).as_posix()
    assert {found for found in linted()[1] if found[0] == name} == {(name, row, code) for _, row, code in expected(path.parent, [path])}


def test_there_are_many_of_all_kinds() -> None:
    texts = [text for path in FILES for one in written(path).values() for text in one]
    reasons = {re.sub(r"`[^`]*`|\(line \d+\).*|;.*", "", text) for text in texts if text.startswith("unknown: ")}
    assert (len(FILES) >= 20, len(texts) >= 60, len(reasons) >= 10) == (True, True, True)


def test_at_run_time_it_gives_back_its_argument() -> None:
    value = object()
    assert bce_lint.reveal(value) is value
