"""What is kept of a project on the disk says what the project says, and makes nothing but its records."""

from __future__ import annotations

import importlib
import io
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bce_lint.analysis.domain.values import ClassV, FunctionV
from bce_lint.analysis.project import snapshots
from bce_lint.analysis.project.index import MAX_BYTES, blocks_of
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.project.snapshots import ProjectSnapshot, restored, taken
from bce_lint.cache.state import digest
from bce_lint.ir.packing import held_by
from bce_lint.source.projects import usual
from bce_lint.source.text import content
from tests.analysis.project.test_reuse import FIXTURES, OTHER, PROJECTS, codes, project_of, state, texts_of, told
from tests.analysis.project.test_reuse import taken as taken_over
from tests.edits import changed
from tests.small_project import MODEL, TRAIN


def on_disk(path: str, known: str) -> bytes | None:
    """The content of a file, if it has this digest."""
    raw = content(path)
    return raw if raw is not None and digest(raw) == known else None


def kept(project: Project) -> ProjectSnapshot:
    """The snapshot of a project."""
    found = taken(project, digest)
    assert found is not None
    return found


def go_on(root: Path, texts: dict[str, str], rng: Random, steps: int) -> int:
    """Changes a project at random, each time from what was kept of it, before or after the files have changed, and holds each state against
    a cold run; how many entry points were taken over."""
    first, found = dict(texts), 0
    project = state(root, texts, edits=True, opened=False)
    told(project)
    for step in range(steps):
        snapshot = kept(project)
        texts = changed(rng, texts)
        if rng.random() < 0.5:
            state(root, texts)  # writes them
        before = restored(snapshot, usual, on_disk)
        project = state(root, texts, before, edits=True, opened=False)
        assert told(project, fixes=True) == told(state(root, texts), fixes=True), f"step {step}"
        found += taken_over(project, before)
        texts = dict(first) if rng.random() < 0.2 else texts
    return found


@pytest.mark.any_python
@pytest.mark.parametrize("folder", PROJECTS[2::4], ids=lambda path: str(path.relative_to(FIXTURES)))
def test_random_changes_of_fixtures(folder: Path, tmp_path: Path) -> None:
    if texts := texts_of(folder, tmp_path):
        go_on(tmp_path, texts, Random(str(folder.name)), 4)


@pytest.mark.long
@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_random_changes_of_fixtures_at_length(folder: Path, tmp_path: Path) -> None:
    if texts := texts_of(folder, tmp_path):
        go_on(tmp_path, texts, Random(f"{folder.name} kept"), 8)


def test_what_a_change_has_nothing_to_do_with_is_taken_over(tmp_path: Path) -> None:
    project = state(tmp_path, project_of(tmp_path))
    assert codes(project) == [("other.py", "BCE103"), ("train.py", "BCE103")]
    before = restored(kept(project), usual, on_disk)
    after = state(tmp_path, project_of(tmp_path, MODEL.replace("torch.sigmoid(x)", "x")), before)
    assert codes(after) == [("other.py", "BCE103")]
    assert taken_over(after, before) == 3
    again = state(tmp_path, project_of(tmp_path), restored(kept(after), usual, on_disk))
    assert codes(again) == codes(project)


def test_functions_of_a_file_that_was_written_are_told_apart(tmp_path: Path) -> None:
    both = OTHER + "\n\ndef beside(x, y):\n    return nn.BCEWithLogitsLoss()(x, y)\n"
    texts = [project_of(tmp_path, MODEL, TRAIN, both.replace("(x, y)\n", f"(x + {number}, y)\n")) for number in range(3)]
    began = state(tmp_path, texts[1], state(tmp_path, texts[0], edits=True, opened=False), edits=True, opened=False)
    assert codes(began) == [("other.py", "BCE103"), ("train.py", "BCE103")]
    assert began.begun == {str(tmp_path / "other.py")}
    before = restored(kept(began), usual, on_disk)
    after = state(tmp_path, texts[2], before, edits=True, opened=False)
    assert told(after, fixes=True) == told(state(tmp_path, texts[2]), fixes=True)
    assert not after.begun
    assert taken_over(after, before) == len(before.memos.entries) - 1 > 3


def test_files_that_are_as_they_were_are_taken_over_whole(tmp_path: Path) -> None:
    project = state(tmp_path, project_of(tmp_path))
    told(project)
    before = restored(kept(project), usual, on_disk)
    after = state(tmp_path, project_of(tmp_path), before)
    assert told(after) == told(project)
    assert taken_over(after, before) == len(project.memos.entries) > 3


def test_what_searches_found_out_is_read_when_one_is_made(tmp_path: Path) -> None:
    texts = project_of(tmp_path)
    project = state(tmp_path, texts)
    told(project)
    before = restored(kept(project), usual, on_disk)
    for number in range(2):  # a state that has read nothing of it is kept, and gone on from, as another
        texts = project_of(tmp_path, MODEL, TRAIN.replace("(x, y):\n", f"(x, y):\n    unheard_{number} = {number}\n"))
        alike = state(tmp_path, texts, before, edits=True, opened=False)
        assert told(alike) == told(state(tmp_path, texts))
        assert alike.reachability.unread is not None
        before = restored(kept(alike), usual, on_disk)
    texts = project_of(tmp_path, MODEL.replace("torch.sigmoid(x)", "nn.functional.softmax(x, 1)"))
    other = state(tmp_path, texts, before, edits=True, opened=False)
    assert told(other, fixes=True) == told(state(tmp_path, texts), fixes=True)
    assert before.reachability.unread is other.reachability.unread is None
    assert other.reachability.known.of(str(tmp_path / "other.py")) is before.reachability.known.of(str(tmp_path / "other.py"))


INNER = """\
import torch
from torch import nn


def made(scale):
    def inner(x):
        return torch.sigmoid(x * scale)

    class Local(nn.Module):
        def forward(self, x):
            return torch.sigmoid(x)

    return inner, Local


activation, Kind = made(2)


def step(x, y):
    return nn.BCEWithLogitsLoss()(activation(x), y) + nn.BCEWithLogitsLoss()(Kind()(x), y)
"""


def test_bodies_of_functions_are_read_when_they_run(tmp_path: Path) -> None:
    inner = str(tmp_path / "inner.py")
    texts = project_of(tmp_path) | {inner: INNER}
    project = state(tmp_path, texts)
    assert codes(project) == [("inner.py", "BCE103"), ("inner.py", "BCE103"), ("other.py", "BCE103"), ("train.py", "BCE103")]
    for letter in "ab":  # a state in which some were read is kept, and gone on from, as another
        before = restored(kept(project), usual, on_disk)
        held = {Path(path).name: held_by(unit.module) for path, unit in before._units.items() if unit is not None}
        assert {name: one.is_open for name, one in held.items() if one is not None} == {
            "inner.py": True, "models.py": False, "other.py": False, "train.py": False
        }  # fmt: skip
        texts = {**texts, str(tmp_path / "train.py"): TRAIN.replace("(x, y):\n", f"(x, y):\n    {letter} = 1\n")}
        project = state(tmp_path, texts, before, edits=True, opened=False)
        assert told(project) == told(state(tmp_path, texts))
        assert {name for name, one in held.items() if one is not None and one.is_open} == {"inner.py", "models.py"}


def test_what_stands_in_a_body_is_what_it_was(tmp_path: Path) -> None:
    inner = str(tmp_path / "inner.py")
    project = state(tmp_path, project_of(tmp_path) | {inner: INNER})
    told(project)
    before = restored(kept(project), usual, on_disk)
    (held,) = [held_by(unit.module) for path, unit in before._units.items() if unit is not None and path == inner]
    assert held is not None
    cells = [value for memo in before.memos.modules.values() for value in memo.cells.values()]
    named = {one.node.name: one.node for one in cells if isinstance(one, FunctionV | ClassV) and one.path == inner}
    assert {"inner", "Local", "forward"} <= named.keys()
    assert all(any(named[name] is one for one in held.inner) for name in ("inner", "Local", "forward"))


def test_a_file_that_is_too_large_stays_what_it_was(tmp_path: Path) -> None:
    large = str(tmp_path / "large.py")
    texts = project_of(tmp_path) | {large: "from torch import nn\nloss = nn.BCELoss()\n" + "#" * MAX_BYTES}
    project = state(tmp_path, texts)
    told(project)
    before = restored(kept(project), usual, on_disk)
    assert [one.text for one in blocks_of(before.summaries[large])] == [one.text for one in blocks_of(project.summaries[large])] != []


def test_of_an_earlier_state_little_is_kept(tmp_path: Path) -> None:
    project = state(tmp_path, project_of(tmp_path))
    told(project)
    texts = project_of(tmp_path, MODEL, TRAIN.replace("(x, y):\n", "(x, y):\n    y = y + 1\n"))
    following, anew = state(tmp_path, texts, restored(kept(project), usual, on_disk)), state(tmp_path, texts)
    assert told(following) == told(anew)
    assert len(kept(following).data) < 1.35 * len(kept(anew).data)


def test_empty_files_and_those_of_one_letter_may_be_many(tmp_path: Path) -> None:
    short = {"a/__init__.py": "", "b/__init__.py": "", "c.py": "x"}
    texts = {str(tmp_path / name): text for name, text in short.items()} | project_of(tmp_path)
    project = state(tmp_path, texts)
    told(project)
    for path in ("a/__init__.py", "c.py"):
        (tmp_path / path).write_text(OTHER, encoding="utf-8")
        texts[str(tmp_path / path)] = OTHER
    assert told(state(tmp_path, texts, restored(kept(project), usual, on_disk))) == told(state(tmp_path, texts))


def test_constants_are_the_objects_that_they_were(tmp_path: Path) -> None:
    from bce_lint.analysis.domain.values import NONE, TOP

    project = state(tmp_path, project_of(tmp_path, MODEL, TRAIN.replace("y):", "y=None, z=print):")))
    told(project)
    before = restored(kept(project), usual, on_disk)
    cells = [value for memo in before.memos.modules.values() for value in memo.cells.values()]
    assert cells
    assert all(value is NONE or value != NONE for value in cells)
    assert all(value is TOP or value != TOP for value in cells)


def test_what_nests_too_deep_is_not_kept(tmp_path: Path) -> None:
    project = state(tmp_path, project_of(tmp_path))
    told(project)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    project.machine.layers[-1] = deep  # type: ignore[assignment]
    assert taken(project, digest) is None
    del project.machine.layers[-1]
    assert taken(project, digest) is not None


class Calls:
    """Something that has a function called when it is read."""

    def __init__(self, function: Callable[..., object], *args: object) -> None:
        self.made, self.name = (function, args), function.__name__

    def __reduce__(self) -> tuple[Any, ...]:
        return self.made


def forged(what: object) -> ProjectSnapshot:
    """A snapshot of something else."""
    stream = io.BytesIO()
    pickle.Pickler(stream, 5).dump(what)
    return ProjectSnapshot((), (), stream.getvalue()[2:])


@pytest.mark.parametrize(
    "what",
    [
        Calls(os.system, "exit 1"), Calls(eval, "1 / 0"), Calls(getattr, 1, "real"), Calls(__import__, "this"), Calls(open, "/etc/passwd"),
        Calls(snapshots.bound_method, "text", "upper"), Calls(importlib.import_module, "this"), Calls(state), Calls(object), [], None,
        Calls(os.path.join, "a", "b"), Calls(print, "a"),
    ],
    ids=lambda what: what.name if isinstance(what, Calls) else str(what),
)  # fmt: skip
def test_nothing_else_is_made(what: object) -> None:
    with pytest.raises((LookupError, pickle.UnpicklingError)):
        restored(forged(what), usual, on_disk)


@pytest.mark.parametrize("name", ["builtins.eval", "bce_lint.engine.check", "bce_lint.cli.main.main", "bce_lint.source.text.read"])
def test_no_other_name_is_looked_up(name: str) -> None:
    module, _, last = name.rpartition(".")
    with pytest.raises(LookupError):
        restored(ProjectSnapshot((), (), f"c{module}\n{last}\n.".encode()), usual, on_disk)
    with pytest.raises(LookupError):
        restored(ProjectSnapshot([("os", "system")], (), b"N."), usual, on_disk)


def test_a_snapshot_that_was_cut_is_none(tmp_path: Path) -> None:
    project = state(tmp_path, project_of(tmp_path))
    told(project)
    whole = kept(project)
    for size in range(0, len(whole.data) - 1, max(len(whole.data) // 50, 1)):
        with pytest.raises((pickle.UnpicklingError, EOFError)):
            restored(whole._replace(data=whole.data[:size]), usual, on_disk)
