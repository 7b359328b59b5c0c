"""Planted programs run, and bce-lint says of them what was planted: with the bug and without, before and after its fixes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.planted.__main__ import main
from tests.planted.cases import CASES, expected
from tests.planted.compare import Readers, answered
from tests.planted.execute import run
from tests.planted.known import is_known
from tests.planted.plan import Plan, described, plan_of, plans
from tests.planted.render import rendered

pytestmark = pytest.mark.torch

COVERED = (
    "BCE101 BCE102 BCE103 BCE104 BCE105 BCE106 BCE107 BCE111 BCE112 BCE113 BCE121 BCE122 BCE123 BCE131 BCE132 BCE133 BCE201 BCE202 BCE203 "
    "BCE301 BCE302 BCE303 BCE304 BCE305 BCE401 BCE501 BCE502 BCE503 BCE601"
)


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Readers:
    """The readers, with a folder of their own."""
    return Readers(tmp_path_factory.mktemp("planted").resolve())


def problems(readers: Readers, plan: Plan) -> list[str]:
    """What the answers for a plan's two programs disagree about."""
    return [
        f"{one.kind} {one.code}: {one.detail}\n{answer.program.shown()}"
        for spec in (plan.wrong, plan.twin)
        for answer in [answered(readers, plan, spec)]
        for one in answer.disagreements
        if not is_known(one, described(plan, spec))
    ]


@pytest.mark.parametrize("case", CASES)
def test_every_case_at_its_plainest(readers: Readers, case: str) -> None:
    assert problems(readers, Plan(case)) == []


def _planted_programs(readers: Readers, plan: Plan) -> None:
    assert problems(readers, plan) == []


def _tried(count: int) -> settings:
    return settings(max_examples=count, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))


test_planted_programs = _tried(25)(given(plan=plans())(_planted_programs))
test_planted_programs_at_length = pytest.mark.long(_tried(100)(given(plan=plans())(_planted_programs)))


def test_the_cases_cover_the_rules() -> None:
    contexts = ("plain", "cuda autocast")
    found = {code for case in CASES.values() for context in contexts for code, _ in expected(case.wrong, context, off=True)}
    assert found == set(COVERED.split())


def test_right_twins_have_no_finding_by_the_table() -> None:
    assert not any(expected(twin, "plain") for case in CASES.values() for twin in case.right)


def test_a_program_leaves_no_modules_behind(tmp_path: Path) -> None:
    import sys

    before = set(sys.modules)
    rng = random.Random(0)
    plan = Plan("sigmoid to bcel", split=5)
    assert run(rendered(plan, plan.wrong), tmp_path) is None
    for _ in range(5):
        other = plan_of(rng.randrange)
        run(rendered(other, other.twin), tmp_path)
    assert {name for name in set(sys.modules) - before if name.split(".")[0] in ("lab", "models", "common", "train")} == set()


def test_the_command_prints_the_counts(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = main(["--count", "3", "--seed", "1", "--no-fixes", "--brief", "--keep", str(tmp_path)])
    out = capsys.readouterr().out
    assert "6 programs, 3 of them without a bug" in out
    assert code == (0 if "\n0 distinct disagreements" in out else 1)
