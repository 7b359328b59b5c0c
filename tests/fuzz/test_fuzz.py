"""The fuzzer runs, gives the same programs for the same numbers, and notices what is planted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.__main__ import main
from tests.fuzz.driver import Plan, Tally, run
from tests.fuzz.program import BUG, Program, generator, one_file
from tests.fuzz.report import shown
from tests.fuzz.shrink import shrunk
from tests.fuzz.sources import SOURCES, Unavailable, shares, source_of
from tests.fuzz.workers import Worker

pytestmark = pytest.mark.any_python

SEED = 20
SHORT = 17
FOLDERS: tuple[str, ...] = ()


def failures(tally: Tally) -> list[tuple[str, str]]:
    """What a run found, shortly."""
    return sorted(tally.found)


def test_some_programs() -> None:
    tally = run(Plan(seed=SEED, most=SHORT, shrinking=0))
    assert failures(tally) == [], shown(Plan(seed=SEED), tally)
    assert sum(tally.programs.values()) + sum(tally.unavailable.values()) == tally.next_index == SHORT


@pytest.mark.long
def test_half_a_minute_of_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--minutes", "0.5", "--seed", "1", "--keep", str(tmp_path)]) == 0, capsys.readouterr().out


@pytest.mark.parametrize("index", range(17))
def test_a_number_gives_one_program(index: int) -> None:
    _, source = SOURCES[source_of(index)]
    try:
        programs = [source(generator(SEED, index), FOLDERS) for _ in range(2)]
    except Unavailable:
        return
    assert programs[0] == programs[1]


def test_each_source_has_its_share() -> None:
    asked = [source_of(index) for index in range(1700)]
    assert sum(share for _, share in shares()) == pytest.approx(1)
    assert {name: asked.count(name) / len(asked) for name in SOURCES} == pytest.approx(dict(shares()))


PLANTED = [
    ("crash", "crash", "RuntimeError"),
    ("crash inside", "crash", "BCE900 KeyError"),
    ("hang", "hang", "plants.py: _wait"),
    ("slow", "hang", "lint"),
    ("memory", "memory", "peak"),
    ("segfault", "crash", "Segmentation fault"),
    ("forgetful", "disagreement", "linted again"),
    ("silent", "disagreement", "the certain finding is lost"),
    ("greedy fix", "disagreement", "no longer Python"),
]


@pytest.mark.parametrize(("plant", "kind", "where"), PLANTED, ids=[one[0] for one in PLANTED])
def test_what_is_planted_is_noticed(plant: str, kind: str, where: str) -> None:
    worker = Worker(SEED, 3 if plant == "hang" else 60, plant=plant)
    try:
        for _ in range(2 if plant in ("hang", "segfault") else 1):  # the second one finds a worker again, whatever became of the first
            answer = worker.checked(one_file(BUG, sure=True))
            assert any(one.kind == kind and where in one.where for one in answer.failures), answer
    finally:
        worker.close()


def test_what_fails_is_kept_and_told(tmp_path: Path) -> None:
    plan = Plan(seed=SEED, most=3, keep=tmp_path, plant="crash", shrinking=5)
    tally = run(plan)
    ((_, found),) = tally.found.items()
    assert (found.failure.kind, found.times) == ("crash", 3 - tally.unavailable.total()) and found.times > 0
    assert sum(map(len, found.smallest.files.values())) == 0
    (folder,) = tmp_path.iterdir()
    assert f"--seed {SEED} --start {found.index} --count 1" in (folder / "failure.txt").read_text(encoding="utf-8")
    assert set(found.program.files) == {os.path.relpath(path, folder / "program") for path in folder.glob("program/**/*.py")}
    assert "crash: 1, hang: 0, memory: 0, disagreement: 0" in shown(plan, tally)


def test_the_smallest_form_has_what_is_needed() -> None:
    program = Program({"a.py": b"x = 1\ny = 2\n" * 20 + b"z = [needed, 3]\n", "b.py": b"x\n"})
    found = shrunk(program, lambda one: b"needed" in one.files.get("a.py", b""), 10)
    assert found.files == {"a.py": b"needed"}
