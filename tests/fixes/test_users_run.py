"""A run for fixes tries again what may see what a fix changes, and nothing else; the fixes are those of a run that tries all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bce_lint.analysis.interpreter import entry_points
from bce_lint.analysis.project import users
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.project.users import UsersRun
from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import judge_files
from bce_lint.rules.by_file import EVERY
from bce_lint.syntax.parse import lower
from tests.analysis.project.test_reuse import FIXTURES, PROJECTS
from tests.fixes.test_not_followed import NET

pytestmark = pytest.mark.any_python

FIX_PROJECTS = sorted(path for path in (FIXTURES.parent / "fixes" / "projects").glob("*/before"))
TRAIN = "from net import Net\nfrom torch import nn\n\n\ndef train(x, y):\n    nn.BCELoss()(Net()(x), y).backward()\n"
OTHER = "from torch import nn\n\n\ndef other(x, y):\n    nn.CrossEntropyLoss()(x, y).backward()\n"


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What runs for fixes, by the names of entry points, from here on."""
    found: list[str] = []
    guarded = UsersRun._guarded

    def _watched(self: UsersRun, path: str, start: int, name: str, *about: object) -> object:
        found.append(f"{Path(path).stem}.{name}")
        return guarded(self, path, start, name, *about)  # type: ignore[arg-type]

    monkeypatch.setattr(UsersRun, "_guarded", _watched)
    return found


def project_of(root: Path, **texts: str) -> Project:
    """A project of some files."""
    for name, text in texts.items():
        (root / f"{name}.py").write_text(text, encoding="utf-8")
    return Project(str(root), sorted(str(path) for path in root.glob("*.py")))


def found(project: Project, paths: Sequence[str] = ()) -> tuple[Diagnostic, ...]:
    """The findings in some files, or in all, with their fixes."""
    wanted = paths or sorted(project.summaries)
    shown = {path: path for path in project.summaries}
    return judge_files(project, wanted, shown, EVERY, fixes=True).diagnostics


def fixed(project: Project) -> list[str]:
    """How far each fix may be trusted, and what it says where it is none."""
    fixes = [one.fix for one in found(project)]
    return [fix.message.split(";")[0] if fix.message.startswith("no fix") else fix.applicability for fix in fixes if fix is not None]


def test_what_ran_elsewhere_is_passed_over(tmp_path: Path, ran: list[str]) -> None:
    both = TRAIN + "\n\ndef beside(x, y):\n    nn.BCEWithLogitsLoss()(x, y).backward()\n"
    assert fixed(project_of(tmp_path, net=NET, train=both, other=OTHER)) == ["unsafe"]
    assert "train.train" in ran
    assert not {"train.beside", "other.other"}.intersection(ran)


def test_what_did_not_run_does(tmp_path: Path, ran: list[str]) -> None:
    apart = "from net import Net\n\n\ndef confident(x):\n    return Net()(x) > 0.5\n"
    (reason,) = fixed(project_of(tmp_path, net=NET, train=TRAIN, apart=apart))
    assert "apart.confident" in ran
    assert reason == "unsafe" or "apart.py" in reason


def test_what_a_module_holds_may_be_seen_by_who_imports_it(tmp_path: Path, ran: list[str]) -> None:
    made = "import torch\nfrom net import Net\n\nseen = Net()(torch.randn(4, 4))\n"
    user = "import made\nfrom torch import nn\n\n\ndef use(x, y):\n    nn.BCELoss()(x, y).backward()\n    return made.seen > 0.5\n"
    project_of(tmp_path, net=NET, train=TRAIN, made=made, user=user, other=OTHER)
    found(project_of(tmp_path))
    assert {"train.train", "user.use"}.issubset(ran)
    assert "other.other" not in ran


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def f():\n    return HERE\n", "f"),
        ("def f():\n    pass\n\n\ndef g(x):\n    def h():\n        return HERE\n    return h\n", "g"),
        ("class A:\n    class B:\n        def f(self):\n            return [lambda: HERE]\n", "A"),
        ("@dec\nasync def f():\n    async with HERE:\n        pass\n", "f"),
        ("def f():\n    return 1\n\n\n@HERE\ndef g():\n    return 2\n", None),
        ("class A:\n    def f(self):\n        return 1\n\n    @dec(HERE)\n    def g(self):\n        return 2\n", None),
        ("class A:\n    def f(self):\n        return 1\n\n    x = HERE\n", None),
        ("def f():\n    return 1\n\n\nclass A(HERE):\n    y = 1\n", None),
        ("def f(x=HERE):\n    return x\n", None),
        ("def f(x) -> HERE:\n    pass\n", None),
        ("def f():\n    return 1\n\n\nx = HERE\n", None),
        ("if x:\n    def f():\n        return HERE\n", None),
        ("f = lambda: HERE\n", None),
    ],
)
def test_code_that_runs_when_a_function_is_called(text: str, name: str | None) -> None:
    assert users._definition(lower(text).body, text.index("HERE")) == name


LONG = """\
from torch import nn
{imports}


def long(x, y):
    nn.BCEWithLogitsLoss()(x, y).backward()
{lines}
    return {called}"""


def long(called: str, imports: str = "") -> str:
    """A file with a function that is cut short before the last call."""
    return LONG.format(imports=imports, called=called, lines="\n".join(["    x = x + 1 + 1 + 1"] * 200))


USED = "\n\n\ndef used(x):\n    return Net()(x) > 0.5\n"
LEADING: Mapping[str, tuple[str, bool]] = {
    "the function uses it": ("last(x)\n\n\ndef last(x):\n    return Net()(x) > 0.5\n", True),
    "a function is given that does": ("last(x, used)\n\n\ndef last(x, f):\n    return f(x)" + USED, True),
    "one is given in a list": ("last(x, [used])\n\n\ndef last(x, f):\n    return f[0](x)" + USED, True),
    "a class is given": ("last(x, Net)\n\n\ndef last(x, f):\n    return f()(x) > 0.5\n", True),
    "another method does": (
        "Box().last(x)\n\n\nclass Box:\n    def last(self, x):\n        return self.used(x)\n\n"
        "    def used(self, x):\n        return Net()(x) > 0.5\n",
        True,
    ),
    "an attribute holds it": (
        "Box(x).last(x)\n\n\nclass Box:\n    def __init__(self, x):\n        self.net = Net()\n\n"
        "    def last(self, x):\n        return self.net(x) > 0.5\n",
        True,
    ),
    "it stands in a function": ("inner()(x)\n\n\ndef inner():\n    def last(x):\n        return Net()(x) > 0.5\n    return last\n", True),
    "the function does something else": ("last(x)\n\n\ndef last(x):\n    return x * 2\n", False),
    "a method does": ("Box().last(x)\n\n\nclass Box:\n    def last(self, x):\n        return x * 2\n", False),
    "what is given does": ("last(x, used)\n\n\ndef last(x, f):\n    return f(x)\n\n\ndef used(x):\n    return x * 2\n", False),
}
"""What is called where a budget is spent, and what is below; whether it may lead to the model."""


@pytest.mark.parametrize("name", LEADING)
def test_what_was_cut_short_runs_where_it_may_lead_there(
    tmp_path: Path, ran: list[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    called, again = LEADING[name]
    monkeypatch.setattr(entry_points, "ENTRY_FUEL", 400)
    monkeypatch.setattr(entry_points, "SITE_BONUS", 0)
    project = project_of(tmp_path, net=NET, train=TRAIN, long=long(called, "from net import Net\n"))
    found(project)
    assert ("long.py", "long") in {(Path(one.path).name, one.name) for one in project.answer.unfinished.values()}
    assert ("long.long" in ran) == again


def test_too_many_that_were_cut_short_are_not_tried(tmp_path: Path, ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry_points, "ENTRY_FUEL", 400)
    monkeypatch.setattr(entry_points, "SITE_BONUS", 0)
    monkeypatch.setattr(users, "MOST_AGAIN", 0)
    project = project_of(tmp_path, net=NET, train=TRAIN, long=long("Net()(x) > 0.5\n", "from net import Net\n"))
    assert fixed(project) == ["no fix by machine: 1 functions that may lead to it were not analysed completely, too many to try again"]
    assert ran == []


def fixes(folder: Path) -> list[tuple[object, ...]]:
    """The findings of a fixture, with the edits of their fixes, and how far these may be trusted."""
    project = Project(str(folder), sorted(map(str, folder.rglob("*.py"))))
    told = [(one.code, one.location, one.fix) for one in found(project)]
    return [(code, place, fix and (fix.applicability, fix.edits)) for code, place, fix in told]


@pytest.mark.parametrize("folder", [*FIX_PROJECTS, *PROJECTS], ids=lambda path: str(path.relative_to(FIXTURES.parent)))
def test_the_fixes_are_those_of_a_run_that_tries_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = fixes(folder)
    monkeypatch.setattr(UsersRun, "_passes_over", Project._passes_over)
    monkeypatch.setattr(UsersRun, "_first_bodies", Project._first_bodies)
    monkeypatch.setattr(UsersRun, "_towards", Project._towards)
    assert made == fixes(folder)


@pytest.mark.parametrize("folder", [*FIX_PROJECTS, *PROJECTS[::3]], ids=lambda path: str(path.relative_to(FIXTURES.parent)))
def test_the_fixes_are_the_same_whatever_was_asked_before(folder: Path) -> None:
    paths = sorted(map(str, folder.rglob("*.py")))
    asked = Project(str(folder), paths)
    found(asked)
    for path in paths:
        assert found(asked, [path]) == found(Project(str(folder), paths), [path])
