"""Runs with summaries and without: what each of them finds, and which calls were replayed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

from bce_lint.analysis.interpreter import summaries
from bce_lint.analysis.project.project import Project
from tests.analysis.programs import FOLDER, FromTexts, path_of

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n\n"
MODEL = """\
class Net(nn.Module):
    def __init__(self, size, last):
        super().__init__()
        self.first = nn.Linear(size, 4)
        self.last = last

    def forward(self, x):
        return self.last(self.first(x))


"""


def answers(project: Project) -> dict[str, object]:
    """All that a run has found and left behind, numbers included; nodes stand for themselves by their places."""
    answer, machine = project.answer, project.machine
    return {
        "sites": answer.sites,
        "reached": [*answer.reached],
        "visited": answer.visited,
        "incomplete": {(one.name, one.span) for one in answer.incomplete},
        "unfinished": answer.unfinished,
        "constructed": (answer.constructed, answer.called, answer.used),
        "budgets": (machine.waste.spent, machine.walks._taken, machine.walks._round, machine.evaluations),
        "numbers": len(machine._keys),
        "tests": (answer.tests, machine.outcomes.meant, machine.outcomes.asked, machine.outcomes.comparisons),
        "layers": (machine.layers, answer.applied, machine.any_of, machine.summaries),
        "problems": project.problems,
    }


@contextmanager
def all_kept() -> Iterator[list[str]]:
    """Calls are kept however little they cost, and compared with what is known as often as there is any; the names of those replayed."""
    replayed: list[str] = []
    replay = vars(summaries)["replayed"]

    def _replayed(m: Any, frame: Any, one: Any, found: Any) -> bool:
        done = bool(replay(m, frame, one, found))
        if done:
            replayed.append(one.function.node.name)
        return done

    with patch.multiple(summaries, WORTH=0, ALLOWED=1 << 40, replayed=_replayed):
        yield replayed


@contextmanager
def none_known() -> Iterator[None]:
    """Each call is followed."""
    with patch.object(summaries, "may_be_known", lambda m: False):
        yield


def ran(project: Project, wanted: set[str], remembering: bool) -> dict[str, object]:
    """What a run of some files finds."""
    with nullcontext() if remembering else none_known():
        project.run(wanted)
    return answers(project)


def uses(project: Project, remembering: bool) -> dict[str, object]:
    """All that a run of a project has told the recorder of uses that observes it; who waits for a value and has none is left out."""
    with nullcontext() if remembering else none_known():
        project.run(set(project.summaries))
    told = vars(project.machine.observer)
    found: dict[str, object] = {name: told[name] for name in ("evaluated", "started")}
    for name, one in told.items():
        if isinstance(one, defaultdict) and not name.startswith("_"):
            found[name] = {key: values for key, values in one.items() if values}
    return {**found, **vars(told["lost"]), "_seen": None}


def of_texts(files: Mapping[str, str]) -> tuple[dict[str, object], dict[str, object], list[str]]:
    """What is found in texts by their names without summaries and with, and the calls that were replayed."""
    texts = {path_of(name): text.encode() for name, text in files.items()}
    plain = ran(FromTexts(FOLDER, (), texts), set(texts), False)
    with all_kept() as replayed:
        return plain, ran(FromTexts(FOLDER, (), texts), set(texts), True), replayed


def of_files(folder: str, files: list[str]) -> tuple[dict[str, object], dict[str, object], list[str]]:
    """What is found in files without summaries and with, and the calls that were replayed."""
    plain = ran(Project(folder, files), set(files), False)
    with all_kept() as replayed:
        return plain, ran(Project(folder, files), set(files), True), replayed


def calls(text: str, head: str = HEAD) -> list[str]:
    """The functions that are replayed in a program, of which the same is found as without."""
    plain, replayed, names = of_texts({"main.py": head + text})
    assert replayed == plain
    return names
