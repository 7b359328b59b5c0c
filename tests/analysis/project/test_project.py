"""A project: how imports find files, what happens to files that cannot be read, and answers that depend on contents only."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import pytest

from bce_lint.analysis.interpreter import entry_points
from bce_lint.analysis.project.index import absolute
from bce_lint.analysis.project.project import Project
from bce_lint.analysis.sites import places
from bce_lint.diagnostic import Diagnostic
from bce_lint.engine import check
from bce_lint.rules.registry import default_codes
from bce_lint.source.projects import root_of

FIXTURES = sorted(path for path in (Path(__file__).parents[2] / "fixtures" / "projects").iterdir() if path.is_dir())
HEAD = "import torch\nfrom torch import nn\n"
BUG = HEAD + "criterion = nn.BCEWithLogitsLoss()\ndef step(x, y):\n    return criterion(torch.sigmoid(x), y)\n"
LOSS = HEAD + "def loss(x, y):\n    return nn.functional.binary_cross_entropy_with_logits(x, y)\n"
USE = "import torch\n{}\ndef step(x, y):\n    return loss(torch.sigmoid(x), y)\n"

Row = tuple[str, int, str]


def make(root: Path, files: dict[str, str | bytes], marker: str | None = "pyproject.toml") -> Path:
    """Writes a project's files."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    if marker is not None:
        (root / marker).write_bytes(b"")
    return root


def lint(root: Path, *names: str) -> list[Row]:
    """The file, row and code of what is found in some files of a project, or in all."""
    files = [root / name for name in names] or sorted(root.rglob("*.py"))
    found = check(files, default_codes()).diagnostics
    return [(Path(d.location.path).relative_to(root).as_posix(), d.location.start.row, d.code) for d in found]


class Resolve(Protocol):
    """Resolves an import in a file of a project, giving the file's name in it."""

    def __call__(self, importer: str, module: str, level: int = 0) -> str | None:
        """The file, or None."""


def resolver(root: Path) -> Resolve:
    """The imports of a project as it is now."""
    project = Project(absolute(root), [absolute(p) for p in sorted(root.rglob("*.py"))])

    def _resolve(importer: str, module: str, level: int = 0) -> str | None:
        found = project.resolve(absolute(root / importer), module, level)
        return None if found is None else Path(found).relative_to(absolute(root)).as_posix()

    return _resolve


def test_imports_look_beside_the_file_first(tmp_path: Path) -> None:
    files = ("m.py", "src/m.py", "pkg/__init__.py", "pkg/m.py", "pkg/sub/__init__.py", "pkg/sub/m.py", "pkg/sub/a.py")
    found = resolver(make(tmp_path, dict.fromkeys(files, "")))
    order = ["pkg/sub/m.py", "pkg/m.py", "m.py", "src/m.py"]
    for index, name in enumerate(order):
        assert found("pkg/sub/a.py", "m") == name
        (tmp_path / name).unlink()
        found = resolver(tmp_path)
        assert found("pkg/sub/a.py", "m") == (order[index + 1] if index + 1 < len(order) else None)


def test_a_folder_above_that_is_no_package_is_passed_over(tmp_path: Path) -> None:
    found = resolver(make(tmp_path, {"scripts/deep/a.py": "", "scripts/m.py": "", "n.py": ""}))
    assert found("scripts/deep/a.py", "m") is None
    assert found("scripts/deep/a.py", "n") == "n.py"


def test_a_namespace_package_is_found_from_inside_by_its_name(tmp_path: Path) -> None:
    files = ("code/nets/a.py", "code/nets/m.py", "code/nets/deep/b.py", "code/other/m.py", "code/top.py")
    found = resolver(make(tmp_path, dict.fromkeys(files, "")))
    assert found("code/nets/a.py", "nets.m") == found("code/nets/deep/b.py", "nets.m") == "code/nets/m.py"
    assert found("code/nets/a.py", "nets.deep.b") == "code/nets/deep/b.py"
    assert found("code/nets/a.py", "other.m") is found("code/nets/a.py", "top") is None
    make(tmp_path, {"nets/m.py": ""})
    assert resolver(tmp_path)("code/nets/a.py", "nets.m") == "nets/m.py"


def test_a_file_means_another_of_its_name(tmp_path: Path) -> None:
    files = ("model.py", "old/model.py", "old/alone.py", "src/alone.py", "src/pkg/__init__.py", "src/pkg/pkg.py", "once.py")
    found = resolver(make(tmp_path, dict.fromkeys(files, "")))
    assert found("old/model.py", "model") == "model.py"
    assert found("model.py", "model") == "model.py"
    assert found("old/alone.py", "alone") == "src/alone.py"
    assert found("src/pkg/pkg.py", "pkg") == "src/pkg/__init__.py"
    assert found("once.py", "once") == "once.py"
    assert found("old/model.py", "model", 1) == "old/model.py"


def test_packages_modules_and_namespaces(tmp_path: Path) -> None:
    files = ("a.py", "both/__init__.py", "both.py", "pkg/__init__.py", "pkg/m.py", "space/m.py", "space/deep/n.py", "odd.py", "odd/m.py")
    found = resolver(make(tmp_path, dict.fromkeys(files, "")))
    assert found("a.py", "pkg") == "pkg/__init__.py"
    assert found("a.py", "pkg.m") == "pkg/m.py"
    assert found("a.py", "both") == "both/__init__.py"
    assert found("a.py", "space.m") == "space/m.py"
    assert found("a.py", "space.deep.n") == "space/deep/n.py"
    assert found("a.py", "odd") == "odd.py"
    assert found("a.py", "pkg.absent") is None
    assert found("a.py", "a.b") is None


def test_relative_imports(tmp_path: Path) -> None:
    files = ("top.py", "pkg/__init__.py", "pkg/m.py", "pkg/sub/__init__.py", "pkg/sub/a.py", "pkg/sub/b.py", "b.py")
    found = resolver(make(tmp_path, dict.fromkeys(files, "")))
    assert found("pkg/sub/a.py", "b", 1) == "pkg/sub/b.py"
    assert found("pkg/sub/a.py", "", 1) == "pkg/sub/__init__.py"
    assert found("pkg/sub/__init__.py", "b", 1) == "pkg/sub/b.py"
    assert found("pkg/sub/a.py", "m", 2) == "pkg/m.py"
    assert found("pkg/sub/a.py", "", 2) == "pkg/__init__.py"
    assert found("pkg/sub/a.py", "m", 1) is None
    assert found("pkg/sub/a.py", "nothing", 60) is None


def test_the_working_directory_and_installed_packages_are_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "elsewhere", {"here.py": LOSS}, None)
    found = resolver(make(tmp_path / "p", {"a.py": USE.format("from here import loss")}))
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.syspath_prepend(str(tmp_path / "elsewhere"))
    assert found("a.py", "here") is None
    assert found("a.py", "pytest") is None
    assert lint(tmp_path / "p") == []


LAYOUTS = {
    "beside": ("losses.py", "train.py", "from losses import loss"),
    "package": ("pkg/losses.py", "pkg/train.py", "from losses import loss"),
    "ancestor": ("pkg/losses.py", "pkg/sub/train.py", "from losses import loss"),
    "source folder": ("src/lib/losses.py", "scripts/train.py", "from lib.losses import loss"),
    "root": ("lib/losses.py", "scripts/train.py", "from lib.losses import loss"),
    "relative": ("pkg/losses.py", "pkg/sub/train.py", "from ..losses import loss"),
    "namespace": ("space/losses.py", "train.py", "import space.losses as s\nloss = s.loss"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_finding_follows_an_import(tmp_path: Path, layout: str) -> None:
    losses, train, statement = LAYOUTS[layout]
    packages = {f"{part}/__init__.py": "" for part in ("pkg", "pkg/sub") if train.startswith(part) or losses.startswith(part)}
    root = make(tmp_path, {**packages, losses: LOSS, train: USE.format(statement)})
    row = USE.format(statement).count("\n")
    assert lint(root) == lint(root, train) == [(train, row, "BCE103")]
    (root / losses).write_text("")
    assert lint(root) == []


def test_without_a_marker_neighbours_are_seen(tmp_path: Path) -> None:
    root = make(tmp_path, {"losses.py": LOSS, "train.py": USE.format("from losses import loss")}, None)
    if root_of(absolute(root / "train.py")).marked:
        pytest.fail("a folder above the temporary one holds a project file")
    assert lint(root, "train.py") == [("train.py", 4, "BCE103")]


BAD: dict[str, tuple[bytes, int]] = {
    "undecodable": (b"import torch\n# \xff\nx = nn.BCELoss()\n", 2),
    "unknown encoding": (b"# coding: nonsense\nx = nn.BCELoss()\n", 1),
    "NUL": (b"x = nn.BCELoss()\n\0\n", 2),
    "no Python": (b"x = nn.BCELoss()\ny = = 1\n", 2),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_reported_and_the_rest_goes_on(tmp_path: Path, name: str) -> None:
    data, row = BAD[name]
    root = make(tmp_path, {"bad.py": data, "bug.py": "from bad import x\n" + BUG})
    assert lint(root) == [("bad.py", row, "BCE901"), ("bug.py", 6, "BCE103")]
    assert lint(root, "bug.py") == [("bug.py", 6, "BCE103")]
    assert lint(root, "bad.py") == [("bad.py", row, "BCE901")]


def test_a_file_that_cannot_be_read_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    root = make(tmp_path, {"bug.py": "from gone import x\n" + BUG})
    (root / "gone.py").symlink_to(root / "nowhere.py")
    assert lint(root, "gone.py", "bug.py") == [("bug.py", 6, "BCE103"), ("gone.py", 1, "BCE901")]
    assert lint(root, "bug.py") == [("bug.py", 6, "BCE103")]


def test_a_file_that_vanishes_after_the_scan_is_still_known(tmp_path: Path) -> None:
    root = make(tmp_path, {"bug.py": BUG})
    path = absolute(root / "bug.py")
    project = Project(absolute(root), [path])
    (root / "bug.py").unlink()
    project.run([path])
    assert any(place.path == path for site in project.answer.sites for place in places(site))
    assert project.problems == {}


CIRCLES: dict[str, dict[str, str | bytes]] = {
    "imports": {
        "a.py": "from b import f\ndef g(x):\n    return f(x)\n" + BUG,
        "b.py": "from c import *\nfrom a import g\ndef h(x):\n    return g(x)\n",
        "c.py": "from b import h\nimport a\ndef f(x):\n    return h(a.g(x))\n",
    },
    "inheritance": {
        "a.py": "from b import Net as Base\nclass Net(Base):\n    def loss(self, x, y):\n        return self.criterion(x, y)\n" + BUG,
        "b.py": HEAD + "from a import Net as Base\nclass Net(Base):\n    criterion = nn.BCELoss()\nNet().loss(Net(), 1)\n",
    },
    "recursion": {
        "a.py": BUG + "def f(x, n):\n    return criterion(g(x, n - 1), f(x, n - 1)) if n else x\n"
        "def g(x, n):\n    return f(f(x, n), g(x, n))\n",
        "b.py": HEAD + "from a import f\ndef h(x):\n    return h(nn.BCELoss()(f(x, 10**9), h(lambda: h(x))))\n",
    },
    "a name that imports itself": {
        "a.py": "from a import a\n" + BUG,
        "b.py": HEAD + "from b import b\nfrom a import a\nnn.BCELoss()(a, b)\n",
    },
}


@pytest.mark.parametrize("name", CIRCLES)
def test_a_circle_ends_and_other_findings_stay(tmp_path: Path, name: str) -> None:
    files = CIRCLES[name]
    root = make(tmp_path, files)
    row = str(files["a.py"]).split("\n").index("    return criterion(torch.sigmoid(x), y)") + 1
    assert lint(root) == [("a.py", row, "BCE103")]


def rows_of(diagnostics: Iterable[Diagnostic], path: Path) -> set[Diagnostic]:
    return {d for d in diagnostics if d.location.path == str(path)}


@pytest.mark.any_python
@pytest.mark.parametrize("root", FIXTURES, ids=lambda root: root.name)
def test_a_file_has_the_same_findings_alone_and_in_its_project(root: Path) -> None:
    files = sorted(root.rglob("*.py"))
    together = check(files, default_codes()).diagnostics
    assert check(files[::-1], default_codes()).diagnostics == together
    for path in files:
        alone = rows_of(check([path], default_codes()).diagnostics, path)
        assert {spoken(d) for d in alone} == {spoken(d) for d in rows_of(together, path)}


def spoken(diagnostic: Diagnostic) -> tuple[object, ...]:
    """A finding with its labels, whose paths may be written relative to another folder where their file is not given."""
    labels = tuple((label.message, os.path.abspath(label.location.path), label.location[1:]) for label in diagnostic.labels)
    return diagnostic.code, diagnostic.message, diagnostic.location, labels


def test_the_order_of_the_given_files_does_not_matter(tmp_path: Path) -> None:
    names = [f"m{i}.py" for i in range(4)]
    files: dict[str, str | bytes] = {name: USE.format("from losses import loss") for name in names}
    root = make(tmp_path, {**files, "losses.py": LOSS, "bug.py": BUG})
    paths = [root / name for name in (*names, "losses.py", "bug.py")]
    expected = check(paths, default_codes()).diagnostics
    assert len(expected) == len(names) + 1
    for turn in range(len(paths)):
        assert check([*paths[turn:], *paths[:turn]], default_codes()).diagnostics == expected
    assert check([*paths, *paths], default_codes()).diagnostics == expected


def test_all_files_share_one_loss_and_each_is_blamed_for_its_own_use(tmp_path: Path) -> None:
    good = USE.format("from losses import loss").replace("torch.sigmoid(x)", "nn.Linear(1, 1)(x)").replace("import torch", HEAD.strip())
    root = make(tmp_path, {"bad.py": USE.format("from losses import loss"), "good.py": good, "losses.py": LOSS})
    assert lint(root) == [("bad.py", 4, "BCE103")]
    assert lint(root, "good.py") == []


def test_a_loss_made_in_another_file_is_shown_there(tmp_path: Path) -> None:
    step = "def step(criterion, x, y):\n    return criterion(x.sigmoid(), y)\n"
    main = HEAD + "from steps import step\ncriterion = nn.BCEWithLogitsLoss()\nstep(criterion, torch.zeros(1), torch.zeros(1))\n"
    root = make(tmp_path, {"steps.py": step, "main.py": main})
    (found,) = check(sorted(root.rglob("*.py")), default_codes()).diagnostics
    assert ("`BCEWithLogitsLoss` made here", "main.py", 4) in {
        (label.message, Path(label.location.path).name, label.location.start.row) for label in found.labels
    }


ACT = HEAD + "def act(x):\n    return torch.sigmoid(x)\n"
LONG = "def {}(x, y):\n" + "    x = x + 1\n" * 40 + "    return nn.BCEWithLogitsLoss()(act(x), y)\n"


@pytest.mark.parametrize("steps", [-1, 0, 5, 50])
def test_a_spent_budget_gives_no_finding_and_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    text = ACT + LONG.format("step")
    root = make(tmp_path, {"called.py": text + "step(torch.zeros(1), 1)\n", "root.py": text})
    assert lint(root) == [("called.py", 46, "BCE103"), ("root.py", 46, "BCE103")]
    monkeypatch.setattr(entry_points, "ENTRY_FUEL", steps)
    monkeypatch.setattr(entry_points, "BODY_FUEL", steps)
    monkeypatch.setattr(entry_points, "SITE_BONUS", 0)
    assert lint(root) == []


def test_a_spent_budget_of_one_root_does_not_reach_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = "def short(x, y):\n    return nn.BCEWithLogitsLoss()(act(x), y)\n"
    root = make(tmp_path, {"a.py": ACT + LONG.format("long") + short})
    assert lint(root) == [("a.py", 46, "BCE103"), ("a.py", 48, "BCE103")]
    monkeypatch.setattr(entry_points, "ENTRY_FUEL", 50)
    monkeypatch.setattr(entry_points, "SITE_BONUS", 0)
    assert lint(root) == [("a.py", 48, "BCE103")]
