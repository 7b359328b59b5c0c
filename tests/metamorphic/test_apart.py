"""What a file shows alone its project shows, or `--losses` names the fact by which it does not: few projects here, all at length."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bce_lint.loss_table.file_alone import FileAlone
from tests.examples import few_and_many
from tests.metamorphic.apart import Gone, Named, compared, main, of_texts, pair, violations
from tests.metamorphic.programs import Program, fixtures, planted

pytestmark = pytest.mark.any_python

PROGRAMS = fixtures()
PROJECTS = [one for one in PROGRAMS if len(one.texts) > 1]
MODELS = """\
import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(8, 1)


def loss(x, y, squash=True):
    out = net(x)
    return F.binary_cross_entropy_with_logits(out.sigmoid() if squash else out, y)
"""
PLAIN = "from models import loss\n\n\ndef step(x, y):\n    return loss(x, y, squash=False)\n"
FACT = Named("call", "left/train.py", 5, "the project calls it")


def _two_programs_in_one_project(first: Program, second: Program) -> None:
    assume(first is not second)  # classes of one name that are constructed as attributes of modules are not told apart by their files
    assert violations(pair(first, second), sides=True) == []


_ANY_TWO = given(first=st.sampled_from(PROGRAMS), second=st.sampled_from(PROGRAMS))
test_two_programs_in_one_project, test_two_programs_in_one_project_at_length = few_and_many(100, _ANY_TWO, _two_programs_in_one_project)


@pytest.mark.parametrize("program", PROJECTS[::4], ids=lambda one: one.name)
def test_a_project(program: Program) -> None:
    assert violations(program) == []


def test_planted_programs() -> None:
    assert [line for program in planted(15, 2) for line in violations(program)] == []


@pytest.mark.long
@pytest.mark.parametrize("program", PROJECTS, ids=lambda one: one.name)
def test_every_project(program: Program) -> None:
    assert violations(program) == []


@pytest.mark.long
def test_many_planted_programs() -> None:
    assert [line for program in planted(80, 3) for line in violations(program)] == []


@pytest.mark.long
def test_planted_programs_beside_others() -> None:
    programs = planted(100, 4)
    pairs = pairwise(programs)
    assert [line for first, second in pairs for line in violations(pair(first, second), sides=True)] == []


def test_a_finding_that_is_gone_is_seen_with_its_fact() -> None:
    found = of_texts({"models.py": MODELS, "train.py": PLAIN})
    assert (found.alone, [one.told() for one in found.gone]) == (
        1, ["models.py:10: BCE103: call: the project calls it as `loss(x, y, squash=False)`, train.py:5"],
    )  # fmt: skip
    assert of_texts({"models.py": MODELS, "train.py": PLAIN.replace("False", "True")}).gone == []


def test_a_finding_without_a_fact_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FileAlone, "facts", lambda *_: ())
    (line,) = violations(Program("two files", {"models.py": MODELS, "train.py": PLAIN}))
    assert line == "two files: models.py:10: BCE103: no fact is named"


@pytest.mark.parametrize(
    ("facts", "right"),
    [
        ((), False),
        ((FACT,), True),
        ((FACT._replace(path="right/train.py"),), False),
        ((FACT, FACT._replace(path="right/train.py")), False),
        ((FACT._replace(kind="dtype", path="right/train.py"),), True),
    ],
)
def test_a_fact_of_the_other_program_is_none(facts: tuple[Named, ...], right: bool) -> None:
    gone = Gone("left/models.py", 10, "BCE103", facts)
    assert gone.is_right(sides=True) == right and gone.is_right(sides=False) == bool(facts)


def test_the_command_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in (("models.py", MODELS), ("train.py", PLAIN)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "1 findings of files alone, 1 that the projects do not show, 0 of them for no reason\n      1 call\n" in out
    assert len(compared(sorted(tmp_path.glob("*.py"))).gone) == 1
    assert main(["--count", "2"]) == 0
