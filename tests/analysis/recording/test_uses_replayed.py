"""Runs for fixes replay calls as any run does: what they say of the uses of values is what they say where each call is followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given

from bce_lint.analysis.project.project import Project
from bce_lint.analysis.recording.uses import UseRecorder
from tests.analysis.interpreter.replays import HEAD, all_kept, uses
from tests.analysis.interpreter.test_summaries import FIXTURES, FOLDERS, SAMPLED
from tests.analysis.programs import FOLDER, FromTexts, path_of
from tests.examples import few_and_many
from tests.planted.cases import CASES
from tests.planted.plan import Plan, plans
from tests.planted.render import rendered

pytestmark = pytest.mark.any_python


def _replayed(make: Callable[[UseRecorder], Project]) -> list[str]:
    """The calls of a project that are replayed, where what is said of the uses is what is said without that."""
    followed = uses(make(UseRecorder()), remembering=False)
    with all_kept() as names:
        assert uses(make(UseRecorder()), remembering=True) == followed
    return names


def _folder_holds(folder: Path) -> None:
    _replayed(partial(Project, str(folder), sorted(map(str, folder.rglob("*.py"))), None))


@pytest.mark.parametrize("folder", SAMPLED, ids=lambda folder: str(folder.relative_to(FIXTURES)))
def test_fixtures(folder: Path) -> None:
    _folder_holds(folder)


@pytest.mark.long
@pytest.mark.parametrize("folder", [one for one in FOLDERS if one not in SAMPLED], ids=lambda folder: str(folder.relative_to(FIXTURES)))
def test_all_fixtures(folder: Path) -> None:
    _folder_holds(folder)


def replayed(text: str) -> list[str]:
    """The same, of a program of one file."""
    return replayed_in({"main.py": HEAD + text})


def replayed_in(files: Mapping[str, str]) -> list[str]:
    """The same, of a program of some files."""
    return _replayed(partial(FromTexts, FOLDER, (), {path_of(name): text.encode() for name, text in files.items()}))


def _planted_program(plan: Plan) -> None:
    case = CASES[plan.case]
    for spec in (case.wrong, *case.right):
        replayed_in(rendered(plan, spec).files)


test_planted_programs, test_planted_programs_at_length = few_and_many(100, given(plans()), _planted_program)


def test_a_call_is_entered_from_each_place() -> None:
    text = "def scale(x):\n    return torch.sigmoid(x) * 2\n\n\ndef f(x, y):\n    return F.binary_cross_entropy(scale(x), y)\n\n\n"
    assert replayed(text + "def g(a, y):\n    return F.mse_loss(scale(a), y)\n") == ["scale"]


@pytest.mark.parametrize(("later", "names"), [("x", ["put"]), ("torch.sigmoid(x)", [])])
def test_what_a_list_holds_is_told_again(later: str, names: list[str]) -> None:
    text = "def put(values, key):\n    return {key: values}\n\n\ndef f(x, y):\n    box = [x]\n    a = put(box, 'a')\n"
    assert replayed(text + f"    box[0] = {later}\n    b = put(box, 'a')\n    return F.mse_loss(a['a'][0], b['a'][0])\n") == names
