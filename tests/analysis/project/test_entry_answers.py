"""Entry points are independent: what one finds does not depend on which ran before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bce_lint.analysis.interpreter import entry_points
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.sites import ActivationSite, ChoiceSite, LogSite, LossSite, Site, ThresholdSite, members
from bce_lint.analysis.state.answers import EntryAnswer
from bce_lint.rules.judge import judge
from bce_lint.rules.registry import BY_CODE
from tests.analysis.programs import FromTexts, path_of

pytestmark = pytest.mark.any_python

PROJECTS = Path(__file__).parents[2] / "fixtures" / "projects"


def told(sites: list[Site]) -> list[tuple[object, ...]]:
    """What sites say, without the numbers that only tell their values apart."""
    found: list[tuple[object, ...]] = []
    for site in sites:
        for one in members(site):
            assert not isinstance(one, ChoiceSite)
            seen: tuple[object, ...] = ()
            if isinstance(one, LossSite | ActivationSite | LogSite | ThresholdSite):
                seen = tuple((t.domain, t.range, t.dtype, t.shape, t.origin, t.model) for t in one.input)
            found.append((type(one).__name__, one.primary, seen))
    return found


def answers(project: Project) -> Iterator[tuple[str, str, list[tuple[object, ...]], set[tuple[str, object]]]]:
    """What each function of a project finds as an entry point, one after the other on one machine."""
    for path in sorted(project._bodies, key=project.graph.order.__getitem__):
        unit = project.unit(path)
        assert unit is not None
        for candidate in entry_points.candidates(unit, project.reachability):
            project.machine.answer = EntryAnswer()
            entry_points.run_candidate(project.machine, unit, project._bodies[path], candidate)
            answer = project.machine.answer
            yield path, candidate.name, told(answer.sites), set(answer.reached)


def ran(folder: Path) -> Project:
    files = [str(path) for path in sorted(folder.rglob("*.py"))]
    project = Project(str(folder), files)
    project.run(files)
    return project


@pytest.mark.parametrize("name", [path.name for path in sorted(PROJECTS.iterdir()) if path.is_dir()][::4])
def test_an_entry_point_finds_the_same_first_last_and_again(name: str) -> None:
    project = ran(PROJECTS / name)
    first = list(answers(project))
    assert list(answers(project)) == first
    another = ran(PROJECTS / name)
    waiting = list(first)
    for path in sorted(another._bodies, key=another.graph.order.__getitem__, reverse=True):
        unit = another.unit(path)
        assert unit is not None
        for candidate in reversed(entry_points.candidates(unit, another.reachability)):
            another.machine.answer = EntryAnswer()
            entry_points.run_candidate(another.machine, unit, another._bodies[path], candidate)
            expected = next(one for one in reversed(waiting) if one[:2] == (path, candidate.name))
            waiting.remove(expected)
            assert (told(another.machine.answer.sites), set(another.machine.answer.reached)) == expected[2:]
    assert not waiting


CIRCLE = """
import torch
from torch import nn

class One(nn.Module):
    def __init__(self, other: "Two" = None):
        super().__init__()
        self.other = other
        self.fc = nn.Linear(4, 1)

    def loss(self, x, y):
        return nn.BCEWithLogitsLoss()(torch.sigmoid(self.fc(x)), y)

class Two(nn.Module):
    def __init__(self, other: One = None):
        super().__init__()
        self.other = other

    def loss(self, x, y):
        return self.other.loss(x, y) + nn.BCELoss()(self.other.fc(x), y)
"""


@pytest.mark.parametrize("turned", [False, True])
def test_classes_whose_constructors_name_each_other(turned: bool) -> None:
    """Which of the two instances is built first does not matter."""
    head, one, two = CIRCLE.partition("class One")[0], *CIRCLE.partition("class One")[2].split("class Two")
    text = head + ("class Two" + two + "class One" + one if turned else "class One" + one + "class Two" + two)
    project = FromTexts("/project", (), {path_of("main.py"): text.encode()})
    project.run({path_of("main.py")})
    assert sorted({one.rule.code for one in judge(project.all_sites(), frozenset(BY_CODE))}) == ["BCE103", "BCE105"]


MISUSED = """
from torch import nn

class Step(nn.Module):
    def __init__(self, output, target):
        super().__init__()
        self.criterion = nn.BCEWithLogitsLoss({arguments})

    def forward(self, output, target):
        return self.criterion{use}

    def other(self, output, target):
        return nn.MSELoss()(output, target)
"""


@pytest.mark.parametrize(
    ("arguments", "use", "codes"),
    [
        ("output", ".backward()", ["BCE201"]),
        ("weight=output", ".backward()", []),
        ("output", "(output, target)", []),
        ("", "(output, target)", []),
    ],
)
def test_what_becomes_of_a_loss_is_seen_in_other_entry_points(arguments: str, use: str, codes: list[str]) -> None:
    text = MISUSED.format(arguments=arguments, use=use)
    project = FromTexts("/project", (), {path_of("main.py"): text.encode()})
    project.run({path_of("main.py")})
    assert [one.rule.code for one in judge(project.all_sites(), frozenset(BY_CODE))] == codes
