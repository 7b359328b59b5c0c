"""What leaves a program as it is leaves what bce-lint says of it: a few programs here, and all of them where there is time."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.metamorphic.__main__ import Outcome, broken, main, one_after_the_other, outcomes, rewritten, screened
from tests.metamorphic.known import OPEN, is_known
from tests.metamorphic.programs import Program, Variant, fixtures, planted
from tests.metamorphic.renames import SIGNALS, renamable
from tests.metamorphic.rewrites import REWRITES
from tests.metamorphic.text import Change, File, place_of
from tests.metamorphic.verdicts import differences, of_program

pytestmark = pytest.mark.any_python

BUG = """\
import torch
from torch import nn

criterion = nn.BCEWithLogitsLoss()


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.head = nn.Linear(width, 1)

    def forward(self, x):
        return torch.sigmoid(self.head(x))


def step(net, x, y):
    if y is None:
        return None
    else:
        p = net(x)
    return criterion(p, y)


step(Net(8), torch.randn(4, 8), torch.rand(4, 1))
"""


LOSS = """\
import torch
import torch.nn.functional as F

NAME = 'a text'


def loss(x, y):
    z = F.relu(x)
    return F.cross_entropy(z, target=y)


print(torch.sigmoid(torch.randn(3).sigmoid(), out=None))
"""
LEAVES = """\
def one(x):
    if x:
        return 1
    return 2


def two(x):
    if x:
        return 1
    else:
        y = 2
    return y
"""


def told(program: Program, names: list[str], made: Callable[[Program, list[str], int], Iterator[Outcome]] = outcomes) -> list[str]:
    """The differences that are not meant."""
    return [
        f"{outcome.rewrite}: {one.kind} {one.code} in {program.name}: {one.detail}"
        for outcome in made(program, names, 0)
        for one in outcome.differences
        if not is_known(outcome.rewrite, one) and (outcome.rewrite, program.name) not in OPEN
    ]


@pytest.mark.parametrize("name", REWRITES)
def test_a_program_by_each_rewrite(name: str) -> None:
    assert told(Program("bug", {"train.py": BUG}), [name]) == []


def test_a_few_programs() -> None:
    rng = random.Random(0)
    programs = rng.sample(fixtures(), 20)
    assert [line for program in programs for line in told(program, rng.sample(sorted(REWRITES), 5))] == []


@pytest.mark.long
@pytest.mark.parametrize("program", fixtures(), ids=lambda one: one.name)
def test_every_fixture(program: Program) -> None:
    assert told(program, list(REWRITES), screened) == []


@pytest.mark.long
def test_planted_programs() -> None:
    assert [line for program in planted(60, 1) for line in told(program, list(REWRITES), screened)] == []


def test_each_rewrite_changes_some_program() -> None:
    program = Program("all", {"train.py": BUG, "loss.py": LOSS, "leaves.py": LEAVES})
    assert {name for name in REWRITES if not any(rewritten(program, name, seed) for seed in range(5))} == set()
    assert [one for name in REWRITES if (variant := rewritten(program, name, 0)) for one in broken(program, variant)] == []


def test_places_are_found_after_several_rewrites() -> None:
    program = Program("bug", {"train.py": BUG})
    variant = one_after_the_other(program, ["comments", "main_function", "names_odd", "half_elsewhere", "if_true", "tabs"], 0)
    assert variant is not None and broken(program, variant) == []
    places = [variant.origin(path, found.start()) for path in variant.files for found in re.finditer("torch.sigmoid", variant.text(path))]
    assert places == [("train.py", BUG.index("torch.sigmoid"))]


def test_what_one_of_several_rewrites_changes_is_told_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def _spoils(program: Program, rng: random.Random) -> Variant | None:
        changes = {path: [Change(at, at, "x")] for path, text in program.texts.items() if (at := text.find("sigmoid")) >= 0}
        return Variant({path: file.pieces(changes.get(path, ())) for path, file in program.files.items()}) if changes else None

    program = Program("bug", {"train.py": BUG})
    assert told(program, sorted(REWRITES), screened) == []
    monkeypatch.setitem(REWRITES, "spoiled", _spoils)
    (line,) = told(program, sorted(REWRITES), screened)
    assert line.startswith("spoiled: lost BCE103 in bug: train.py:")


def test_a_difference_is_seen() -> None:
    program = Program("bug", {"train.py": BUG})
    before = of_program(program)
    assert [one.code for one in before] == ["BCE103"]
    variant = rewritten(program, "comments", 0)
    assert variant is not None and differences(program, before, variant) == []
    pieces = [piece._replace(text=piece.text.replace("torch.sigmoid", "torch.xsigmoid")) for piece in variant.files["train.py"]]
    variant.files["train.py"] = pieces
    assert [(one.kind, one.code) for one in differences(program, before, variant)] == [("lost", "BCE103")]


def test_places_are_those_of_the_old_text() -> None:
    file = File("a.py", "x = 'ä'; y = f(x)\n")
    call = file.text.index("f(x)")
    pieces = file.pieces([Change(0, 0, "# new\n"), Change(0, 1, "longer"), Change(call, call, "(")])
    text = "".join(piece.text for piece in pieces)
    assert text == "# new\nlonger = 'ä'; y = (f(x)\n"
    assert place_of(pieces, text.index("f(x)")) == ("a.py", call)
    assert place_of(pieces, text.index("longer") + 3) == ("a.py", 0)
    assert place_of(pieces, 2).path == "new"


def test_what_is_open_is_so_still() -> None:
    """A limit that is gone is struck off the list."""
    programs = {program.name: program for program in fixtures()}
    rewrite, name = "else_removed", "BCE401/an_arm_of_its_own"
    assert {program for _, program in OPEN} <= programs.keys()
    assert (rewrite, name) in OPEN and any(outcome.differences for outcome in outcomes(programs[name], [rewrite], 0))


def test_signals_keep_their_names() -> None:
    names = renamable(Program("bug", {"train.py": BUG}))
    assert {"criterion", "Net", "step", "head", "p", "net", "y"} <= names
    assert not names & {*SIGNALS, "Module", "sigmoid", "__init__", "torch", "nn"}


def test_the_command_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "train.py").write_text(BUG)
    assert main(["--count", "1", "--only", "comments", "--keep", str(tmp_path / "kept"), str(tmp_path)]) == 0
    assert "1 programs, 1 rewritten programs, 0 differences" in capsys.readouterr().out
