"""A project that goes on from an earlier state of itself says what one says that knows of none."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from bce_lint import engine
from bce_lint.analysis.project.project import Project
from bce_lint.rules.by_file import EVERY
from tests.edits import changed
from tests.metamorphic.programs import planted
from tests.small_project import MODEL, TRAIN

FIXTURES = Path(__file__).parents[2] / "fixtures" / "projects"
PROJECTS = sorted({path.parent for path in FIXTURES.rglob("pyproject.toml")} | {path for path in FIXTURES.iterdir() if path.is_dir()})


def texts_of(folder: Path, root: Path) -> dict[str, str]:
    """The texts of a project's files by the paths that they have below another folder."""
    found = sorted(folder.rglob("*.py"))
    return {str(root / path.relative_to(folder)): path.read_bytes().decode("utf-8", "surrogateescape") for path in found}


def state(root: Path, texts: dict[str, str], before: Project | None = None, edits: bool = False, opened: bool = True) -> Project:
    """A project in which files have certain texts; they are written, and those of no such name are gone. Where it `edits`, those that are
    written count as ones that somebody works on, or all that are `opened`."""
    for path in root.rglob("*.py"):
        if str(path) not in texts:
            path.unlink()
    for name, text in texts.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(text.encode("utf-8", "surrogateescape"))
    open_texts = {name: text.encode("utf-8", "surrogateescape") for name, text in texts.items()} if edits and opened else {}
    if before is None and len(open_texts) > 1:
        open_texts.pop(min(open_texts))  # it is opened later
    return Project(str(root), sorted(texts), open_texts, before=before, stays=True, edits=edits)


def told(project: Project, fixes: bool = False) -> tuple[object, ...]:
    """All that a user is told of a project, with or without its fixes."""
    paths = sorted(project.summaries)
    found = engine.judge_files(project, paths, {path: path for path in paths}, EVERY, fixes=fixes)
    return found.diagnostics, found.unanalysed, found.sinks, found.unshown


def taken(project: Project, before: Project) -> int:
    """How many entry points were not run, but taken over."""
    known = {id(memo) for memo in before.memos.entries.values()}
    return sum(id(memo) in known for memo in project.memos.entries.values())


def go_on(root: Path, texts: dict[str, str], rng: Random, steps: int, edits: bool = False, opened: bool = True) -> int:
    """Changes a project at random, and holds each state against a cold run; how many entry points were taken over."""
    first, found = dict(texts), 0
    project = state(root, texts, None, edits, opened)
    told(project)
    for step in range(steps):
        for _ in range(rng.choice((1, 1, 3))):
            texts = changed(rng, texts)
        following = state(root, texts, project, edits, opened)
        assert told(following, fixes=edits) == told(state(root, texts), fixes=edits), f"step {step}"
        found += taken(following, project)
        project = following
        texts = dict(first) if rng.random() < 0.2 else texts
    return found


@pytest.mark.any_python
@pytest.mark.parametrize(("edits", "opened"), [(False, False), (True, True), (True, False)], ids=["by-file", "opened", "written"])
@pytest.mark.parametrize("folder", PROJECTS[::4], ids=lambda path: str(path.relative_to(FIXTURES)))
def test_random_changes_of_fixtures(folder: Path, edits: bool, opened: bool, tmp_path: Path) -> None:
    if texts := texts_of(folder, tmp_path):
        go_on(tmp_path, texts, Random(str(folder.name)), 4, edits, opened)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("folder", PROJECTS, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_random_changes_of_fixtures_at_length(folder: Path, seed: int, tmp_path: Path) -> None:
    if texts := texts_of(folder, tmp_path):
        go_on(tmp_path, texts, Random(f"{folder.name} {seed}"), 8, edits=seed > 0, opened=seed == 1)


OTHER = "from torch import nn\n\n\ndef other(x, y):\n    return nn.BCEWithLogitsLoss()(x.sigmoid(), y)\n"
"""A loss that nothing in the other files has to do with."""


def project_of(tmp_path: Path, *texts: str) -> dict[str, str]:
    """The three files, or others in their places."""
    names = ("models.py", "train.py", "other.py")
    return {str(tmp_path / name): text for name, text in zip(names, (*texts, *(MODEL, TRAIN, OTHER)[len(texts) :]), strict=True)}


def codes(project: Project) -> list[tuple[str, str]]:
    """The findings by file and code."""
    found = engine.judge_files(project, sorted(project.summaries), {path: Path(path).name for path in project.summaries}, EVERY)
    return [(one.location.path, one.code) for one in found.diagnostics]


def test_what_a_change_has_nothing_to_do_with_is_taken_over(tmp_path: Path) -> None:
    before = state(tmp_path, project_of(tmp_path))
    assert codes(before) == [("other.py", "BCE103"), ("train.py", "BCE103")]
    after = state(tmp_path, project_of(tmp_path, MODEL.replace("torch.sigmoid(x)", "x")), before)
    assert codes(after) == [("other.py", "BCE103")]
    kept = {(key[0], Path(key[1]).name) for key, memo in after.memos.entries.items() if before.memos.entries.get(key) is memo}
    assert kept == {("run_candidate", "other.py"), ("_load_body", "other.py"), ("_load_body", "train.py")}
    again = state(tmp_path, project_of(tmp_path), after)
    assert codes(again) == codes(before)


def test_what_does_not_enter_an_edited_function_is_taken_over(tmp_path: Path) -> None:
    model = MODEL + "\n\ndef unused(x):\n    return x\n\n\ndef used(x, y):\n    return nn.BCELoss()(Net()(x), y)\n"
    before = state(tmp_path, project_of(tmp_path, model), state(tmp_path, project_of(tmp_path, model), edits=True), edits=True)
    assert codes(before) == [("models.py", "BCE101"), ("other.py", "BCE103"), ("train.py", "BCE103")]
    after = state(tmp_path, project_of(tmp_path, model.replace("    return x\n\n", "    x += 1\n    return x\n\n")), before, edits=True)
    assert codes(after) == codes(before)
    assert taken(after, before) == len(before.memos.entries) > 5
    rows = [one.location.start.row for one in engine.judge_files(after, sorted(after.summaries), {}, EVERY).diagnostics]
    assert rows == [16, 5, 6]
    right = state(tmp_path, project_of(tmp_path, model.replace("torch.sigmoid(x)", "x")), after, edits=True)
    assert codes(right) == [("other.py", "BCE103")]
    assert 0 < taken(right, after) < len(before.memos.entries)


def ran(after: Project, before: Project) -> set[tuple[str, str]]:
    """The entry points that were not taken over, by kind and file."""
    return {(key[0], Path(key[1]).name) for key, memo in after.memos.entries.items() if before.memos.entries.get(key) is not memo}


USING = f"""{MODEL}

def used(x, y):
    return nn.BCELoss()(Net()(x), y)


def scaled(x, y, by=2):
    return nn.BCELoss()(x * by, y)
"""
"""Two functions with a loss beside a network that another file uses as well."""


def edited(tmp_path: Path, text: str, *, old: str, new: str) -> tuple[Project, Project]:
    """A project before and after a change of its first file, which is worked on, both of them run."""
    texts = project_of(tmp_path, text)
    before = state(tmp_path, texts, state(tmp_path, texts, edits=True), edits=True)
    codes(before)
    assert text.count(old) == 1
    changed_texts = project_of(tmp_path, text.replace(old, new))
    after = state(tmp_path, changed_texts, before, edits=True)
    assert told(after) == told(state(tmp_path, changed_texts))
    return before, after


@pytest.mark.parametrize("parameters", ["x, y, by=3", "x, y, by=2, more=None", "x, y, by", "y, x, *, by=2", "x: torch.Tensor, y, by=2"])
def test_other_parameters_are_another_version_of_the_function(parameters: str, tmp_path: Path) -> None:
    before, after = edited(tmp_path, USING, old="x, y, by=2", new=parameters)
    assert ran(after, before) == {("run_candidate", "models.py")} and taken(after, before) == len(before.memos.entries) - 1


@pytest.mark.parametrize("parameters", ["x, y, by=torch.ones(1)", "x, y=torch.pi, by=2"])
def test_a_function_of_which_defaults_are_evaluated_is_another_one(parameters: str, tmp_path: Path) -> None:
    before, after = edited(tmp_path, USING, old="x, y, by=2", new=parameters)
    assert ran(after, before) == {("_load_body", "models.py"), ("run_candidate", "models.py")}


IMPORTED = {
    "a name that nobody mentions": ("import os\n", {("_load_body", "models.py")}),
    "a name that a function mentions": ("from a import by\n", {("_load_body", "models.py"), ("run_candidate", "models.py")}),
    "names that are bound as before": ("import torch.nn\nfrom torch import nn\n", {("_load_body", "models.py")}),
}


@pytest.mark.parametrize("what", IMPORTED)
def test_other_imports_are_another_version_of_who_mentions_them(what: str, tmp_path: Path) -> None:
    more, again = IMPORTED[what]
    before, after = edited(tmp_path, USING.replace(", by=2", ""), old="import torch\n", new=more + "import torch\n")
    assert ran(after, before) == again


LOADED = ("_load_body", "models.py")
CANDIDATE = ("run_candidate", "models.py")
MENTIONING = USING.replace("x * by", "x * by + limit")
AT_THE_TOP = {
    "a function": (USING, "def used", "def fresh(x):\n    return x\n\n\ndef used", {LOADED}, 0),
    "a function with a loss": (USING, "def used", "def fresh(x, y):\n    return nn.BCELoss()(x, y)\n\n\ndef used", {LOADED, CANDIDATE}, 0),
    "a class": (USING, "def used", "class Other(Net):\n    pass\n\n\ndef used", {LOADED, ("run_inherited", "models.py")}, 0),
    "a value": (USING, "def used", "limit = [3]\n\n\ndef used", {LOADED}, 0),
    "an object": (USING, "def used", "net = Net()\n\n\ndef used", {LOADED}, 0),
    "a value that a function mentions": (MENTIONING, "def used", "limit = 3\n\n\ndef used", {LOADED, CANDIDATE}, 1),
    "a function that another one calls": (MENTIONING, "def used", "def limit():\n    pass\n\n\ndef used", {LOADED, CANDIDATE}, 1),
    "one function less": (USING, "def used(x, y):\n    return nn.BCELoss()(Net()(x), y)\n\n\n", "", {LOADED}, 0),
    "one class less": (
        f"{USING}\n\nclass Other:\n    limit = [1]\n", "\n\nclass Other:\n    limit = [1]\n", "", {LOADED}, 0
    ),
    "one object less": (f"{USING}\nnet = nn.Linear(1, 1)\n", "\nnet = nn.Linear(1, 1)\n", "", {LOADED}, 0),
    "an object that other statements are made of": (USING + "\nhalf = [Net()]\n", "[Net()]", "[Net(), Net()]", {LOADED}, 0),
}  # fmt: skip


@pytest.mark.parametrize("what", AT_THE_TOP)
def test_other_statements_at_the_top_are_another_version_of_who_mentions_them(what: str, tmp_path: Path) -> None:
    text, old, new, again, functions = AT_THE_TOP[what]
    before, after = edited(tmp_path, text, old=old, new=new)
    assert ran(after, before) == again
    known = [key for key, memo in before.memos.entries.items() if after.memos.entries.get(key) is memo and key[0] == CANDIDATE[0]]
    assert len(known) == len([key for key in before.memos.entries if key[0] == CANDIDATE[0]]) - functions


SETTING = f"""{USING}

class Settings:
    loss = nn.MSELoss()


def setting(loss):
    Settings.loss = loss


def set_before(x, y):
    return Settings.loss(Net()(x), y)
"""


@pytest.mark.parametrize("more", ["done = setting(nn.BCELoss())", "done = setattr(Settings, 'loss', nn.BCELoss())"])
def test_what_more_is_done_at_the_top_is_seen_by_all(more: str, tmp_path: Path) -> None:
    with_it = SETTING.replace("def set_before", f"{more}\n\n\ndef set_before")
    for text, other in ((SETTING, with_it), (with_it, SETTING)):
        before, after = edited(tmp_path, text, old=text[len(USING) :], new=other[len(USING) :])
        assert codes(before) != codes(after)


def test_other_imports_beside_another_file_that_is_loaded(tmp_path: Path) -> None:
    train = (
        "from models import Net\nfrom torch import nn\n\nnet = Net()\n\n\n"
        "def step(x, y):\n    return nn.BCEWithLogitsLoss()(net(x), y)\n"
    )
    texts = project_of(tmp_path, "from elsewhere import Net\n", train)
    before = state(tmp_path, texts, state(tmp_path, texts, edits=True), edits=True)
    assert ("train.py", "BCE103") not in codes(before)
    texts = project_of(tmp_path, MODEL, "import os\n" + train)
    after = state(tmp_path, texts, before, edits=True)
    assert told(after) == told(state(tmp_path, texts))
    assert ("train.py", "BCE103") in codes(after)


SEEN = {
    "an import": "from models import os\n", "a star import": "from models import *\n", "an attribute": "import models\nmodels.os\n",
    "its name": "import models\ngetattr(models, 'os')\n", "a relative one": "from . import os\n",
    "an attribute in another line": "import models\nmodels.\\\nos\n",
}


@pytest.mark.parametrize("more", ["import os\n", "os = 3\n", "def os(): pass\n"])
@pytest.mark.parametrize("way", SEEN)
def test_names_that_other_files_may_see_are_another_file(way: str, more: str, tmp_path: Path) -> None:
    texts = {**project_of(tmp_path, USING), str(tmp_path / "more.py"): SEEN[way]}
    before = state(tmp_path, texts, state(tmp_path, texts, edits=True), edits=True)
    codes(before)
    path = str(tmp_path / "models.py")
    after = state(tmp_path, {**texts, path: more + USING}, before, edits=True)
    assert codes(after) == codes(before)
    units = [one.unit(path) for one in (before, after)]
    assert units[0] is not None and units[1] is not None and units[0].address != units[1].address


def test_nothing_runs_where_nothing_has_changed(tmp_path: Path) -> None:
    before = state(tmp_path, project_of(tmp_path))
    codes(before)
    after = state(tmp_path, project_of(tmp_path), before)
    assert codes(after) == codes(before)
    assert taken(after, before) == len(before.memos.entries) > 0


STORE = "TABLE = {}\n"
FIRST = "from torch import nn\nfrom store import TABLE\n\n\ndef made():\n    return nn.MSELoss()\n\n\nTABLE['first'] = made()\n"
SECOND = "from torch import nn\nfrom store import TABLE\n\nTABLE['second'] = nn.BCEWithLogitsLoss()\n"
LOOKS_UP = """
import torch
import first
import second
from store import TABLE

first.made, second.nn


def step(x, y, name):
    return TABLE["first"](torch.sigmoid(x), y), TABLE["second"](torch.sigmoid(x), y)
"""
NETWORK = (
    "from torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.act = nn.Sigmoid()\n\n    def forward(self, x):\n        return self.act(x)\n\n\n{more}\n\n\n"
    "def step(x, y):\n    return nn.BCEWithLogitsLoss()(Net()(x), y)\n"
)
FIELDS = (
    "import dataclasses\n\nimport torch\nfrom torch import nn\n\n\n@dataclasses.dataclass\nclass Fields:\n    net: nn.Module\n\n"
    "    def loss(self, x, y):\n        print(self.nowhere)\n        return nn.BCEWithLogitsLoss()(torch.sigmoid(self.net(x)), y)\n\n\n"
    "import dataclasses\n"
)
TRAINER = (
    "import torch\nfrom torch import nn\n\n\nclass Trainer:\n    def {init}(self):\n        self.loss = nn.BCEWithLogitsLoss()\n\n"
    "    def step(self, x, y):\n        return self.loss(torch.sigmoid(x), y)\n"
)
STEPS: dict[str, list[dict[str, str]]] = {
    "a table that several files fill": [
        {"store.py": STORE, "first.py": first, "second.py": SECOND, "train.py": LOOKS_UP}
        for first in (FIRST, FIRST.replace("MSELoss", "BCEWithLogitsLoss"), FIRST)
    ],
    "a file that comes back": [
        {**({"models.py": MODEL} if there else {}), "train.py": TRAIN + more} for there, more in
        ((True, ""), (True, "\n"), (False, "\n\nlosses = [nn.BCELoss()]\n"), (True, "\n"))
    ],
    "an import that comes too late": [
        {"one.py": text.format(more=more)} for text in (NETWORK, NETWORK[len("from torch import nn\n") :], NETWORK)
        for more in ("", "from torch import nn")
    ],
    "a decorator that comes too late": [{"one.py": FIELDS}, {"one.py": FIELDS[len("import dataclasses\n") :]}, {"one.py": FIELDS}],
    "a constructor by another name": [{"one.py": TRAINER.format(init=init)} for init in ("new", "__init__", "new", "other", "__init__")],
    "a name that is bound later": [
        {"one.py": "x = torch.softmax(y)\nimport torch\n"},
        {"one.py": "x = torch.softmax(y)\nimport torch\n", "other.py": "import torch\nfrom one import x\n\ntorch.softmax(x)\n"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("edits", [False, True])
@pytest.mark.parametrize("what", STEPS)
def test_one_state_after_the_other(what: str, edits: bool, tmp_path: Path) -> None:
    project: Project | None = None
    for step, files in enumerate(STEPS[what]):
        texts = {str(tmp_path / name): text for name, text in files.items()}
        project = state(tmp_path, texts, project, edits, opened=False)
        assert told(project) == told(state(tmp_path, texts)), step


ASKED = {
    "a class below": ("", "from models import Net\n\n\nclass Below(Net):\n    pass\n"),
    "another dtype": ("", "import torch\n\ntorch.set_default_dtype(torch.float64)\n"),
    "an attribute from outside": ("", "from models import Net\n\n\ndef change(net: Net):\n    net.act = None\n"),
}


@pytest.mark.parametrize("more", [text for _, text in ASKED.values()], ids=ASKED)
def test_what_is_asked_of_the_project_is_a_dependency(tmp_path: Path, more: str) -> None:
    model = (
        "import torch\nfrom torch import nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.act = nn.Sigmoid()\n\n    def loss(self, x, y):\n        return nn.BCEWithLogitsLoss()(self.act(torch.zeros(3)), y)\n"
    )
    texts = {**project_of(tmp_path, model), str(tmp_path / "more.py"): ""}
    project = state(tmp_path, texts)
    told(project)
    for text in (more, "", more):
        texts = {**texts, str(tmp_path / "more.py"): text}
        project = state(tmp_path, texts, project)
        assert told(project) == told(state(tmp_path, texts))


def test_a_budget_that_is_spent_elsewhere_is_a_dependency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bce_lint.analysis.state import waste

    monkeypatch.setattr(waste, "MOST", 6_000)
    loop = (
        "def long{n}(xs):\n    for i in range(90):\n        for j in range(90):\n            xs = [x + {n} for x in xs] + [i, j]\n"
        "    return xs\n\n\n"
    )
    loss = (
        "import torch\nfrom torch import nn\n\n\ndef last(x, y):\n"
        "    return nn.BCEWithLogitsLoss()(torch.sigmoid(x), y), long1([x]), long2([y])\n\n\n"
    )
    path = str(tmp_path / "one.py")
    texts = {path: loss + loop.format(n=1) + loop.format(n=2)}
    project = state(tmp_path, texts)
    told(project)
    for text in (loss + loop.format(n=1), loss + loop.format(n=1) + loop.format(n=2), loss):
        project = state(tmp_path, {path: text}, project)
        assert told(project) == told(state(tmp_path, {path: text}))


@pytest.mark.parametrize("seed", range(3))
def test_planted_programs_that_change(tmp_path: Path, seed: int) -> None:
    for number, program in enumerate(planted(6, seed)):
        root = tmp_path / str(number)
        root.mkdir()
        go_on(root, {str(root / name): text for name, text in program.texts.items()}, Random(seed), 3)
