"""The flake8 plugin: what flake8 is told, and that nothing stops it."""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from flake8.processor import FileProcessor

import bce_lint
from bce_lint import engine
from bce_lint.analysis.project import project
from bce_lint.flake8_plugin import Checker, Reported
from bce_lint.source import projects

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests" / "fixtures"

BUG = """\
import torch
from torch import nn

layer = nn.Linear(4, 1)
criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    return criterion(torch.sigmoid(layer(x)), y)
"""
NLL = """\
import torch.nn.functional as F


def step(x, y):
    return F.nll_loss(F.log_softmax(x, dim=1), y)
"""


def rows(text: str, filename: str = "stdin") -> list[Reported]:
    """What the plugin tells flake8 of a text."""
    return list(Checker(None, text.splitlines(keepends=True), filename).run())


def places(found: list[Reported]) -> list[tuple[int, int, str]]:
    """The line, column and code of each row."""
    return [(line, column, text.split()[0]) for line, column, text, _ in found]


@pytest.fixture(autouse=True)
def options() -> Iterator[None]:
    """Leaves the plugin's options as they were."""
    before = Checker.extend_select
    yield
    Checker.extend_select = before


def flake8(*arguments: str, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Runs flake8 with nothing but this plugin's findings."""
    return subprocess.run(
        [sys.executable, "-m", "flake8", "--isolated", "--select=BCE,E9", *arguments], cwd=cwd, input=stdin, capture_output=True,
        timeout=120, check=False,
    )  # fmt: skip


def test_a_row_is_a_line_a_column_from_0_a_text_and_a_type() -> None:
    ((line, column, text, kind),) = rows(BUG)
    assert (line, column, kind) == (9, 11, Checker)
    assert text.startswith("BCE103 ") and "\n" not in text


def test_the_first_label_is_part_of_the_text() -> None:
    assert rows(BUG, "train.py")[0][2].endswith(": train.py:9)")


def test_the_plugin_is_registered() -> None:
    (entry,) = (one for one in importlib.metadata.entry_points(group="flake8.extension") if one.name == "BCE")
    assert entry.load() is Checker
    assert (Checker.name, Checker.version) == ("bce-lint", bce_lint.__version__)


def test_the_plugin_can_be_sent_to_another_process() -> None:
    assert pickle.loads(pickle.dumps(Checker)) is Checker
    assert places(list(pickle.loads(pickle.dumps(Checker(None, BUG.splitlines(True), "a.py"))).run())) == [(9, 11, "BCE103")]


def test_lines_count_not_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(BUG, encoding="utf-8")
    assert rows("x = 1\n", str(path)) == []
    assert places(rows(BUG, str(tmp_path / "not_written.py"))) == [(9, 11, "BCE103")]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_project_is_read_once_however_its_lines_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: bytes, end: bytes) -> None:
    made: list[str] = []

    class Counted(project.Project):
        def __init__(self, root: str, *arguments: Any, **keywords: Any) -> None:
            made.append(root)
            super().__init__(root, *arguments, **keywords)

    monkeypatch.setattr(project, "Project", Counted)
    (tmp_path / "pyproject.toml").touch()
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_bytes(start + BUG.encode().replace(b"\n", end))
    found = [rows(BUG, str(tmp_path / name)) for name in ("a.py", "b.py", "a.py")]
    assert [places(one) for one in found] == [[(9, 11, "BCE103")]] * 3
    assert made == [str(tmp_path)]


def test_projects_without_a_marker_are_read_once_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projects, "MARKERS", ("no such file",))
    paths = [tmp_path / folder / "a.py" for folder in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        path.with_name("__init__.py").touch()
        path.write_text(BUG, encoding="utf-8")
    found = [engine._project_around(projects.root_of(str(path)), str(path), BUG.encode()) for path in paths * 2]
    assert found[:2] == found[2:]
    assert found[0] is not found[1]


MARK = b"\xef\xbb\xbf"
STARTS = (b"", b"# coding: ascii\n", b"# coding: klingon\n", MARK + b"# coding: latin-1\n", MARK, MARK * 2, MARK * 3)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("last", [b"# \xf3\n", b"# a\n"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_file_that_cannot_be_read_is_told_as_the_command_line_does(tmp_path: Path, start: bytes, last: bytes, end: bytes) -> None:
    path = tmp_path / "a.py"
    path.write_bytes((start + BUG.encode() + last).replace(b"\n", end))
    found = engine.check([path], frozenset(["BCE103", "BCE901"])).diagnostics
    options = argparse.Namespace(
        hang_closing=False, indent_size=4, max_doc_length=None, max_line_length=79, verbose=0, stdin_display_name="stdin", disable_noqa=True
    )
    lines = FileProcessor(str(path), options).lines
    ours = [(one.location.start.row, one.location.start.column - 1, one.code) for one in found]
    assert places(list(Checker(None, lines, str(path)).run())) == ours
    readable = last == b"# a\n" and start in (b"", b"# coding: ascii\n", MARK)
    assert [one.code for one in found] == ["BCE103" if readable else "BCE901"]


@pytest.mark.parametrize("name", ["stdin", "-"])
def test_text_without_a_name_stands_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "net.py").write_text("import torch\n\n\ndef squash(x):\n    return torch.sigmoid(x)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    text = BUG.replace("import torch\n", "from net import squash\n").replace("torch.sigmoid", "squash")
    assert rows(text, name) == []
    assert places(rows(text, "train.py")) == places(rows(text, "./train.py")) == [(9, 11, "BCE103")]


def test_only_the_rows_of_the_file_itself(tmp_path: Path) -> None:
    (tmp_path / "losses.py").write_text(
        "from torch import nn\n\n\ndef loss(model, x, y):\n    return nn.BCEWithLogitsLoss()(model(x), y)\n", encoding="utf-8"
    )
    text = "from torch import nn\nfrom losses import loss\n\nnet = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())\n\n\ndef step(x, y):\n" \
           "    return loss(net, x, y)\n"  # fmt: skip
    (tmp_path / "train.py").write_text(text, encoding="utf-8")
    both = {name: places(rows((tmp_path / name).read_text(encoding="utf-8"), str(tmp_path / name))) for name in ("losses.py", "train.py")}
    checked = engine.check([tmp_path / "losses.py", tmp_path / "train.py"], frozenset(["BCE103"])).diagnostics
    expected: dict[str, list[tuple[int, int, str]]] = {"losses.py": [], "train.py": []}
    for one in checked:
        expected[Path(one.location.path).name].append((one.location.start.row, one.location.start.column - 1, one.code))
    assert both == expected
    assert expected == {"losses.py": [(5, 11, "BCE103")], "train.py": []}


def extend(codes: Sequence[str]) -> None:
    """Gives the plugin its options."""
    Checker.parse_options(argparse.Namespace(bce_extend_select=codes, bce_no_cache=False, bce_cache_dir=None))


def test_bce123_needs_the_plugins_own_option() -> None:
    assert rows(NLL) == []
    extend(["BCE123"])
    assert places(rows(NLL)) == [(5, 11, "BCE123")]
    extend(["log-softmax-before-nll-loss"])
    assert places(rows(NLL)) == [(5, 11, "BCE123")]
    extend(())
    assert rows(NLL) == []


def test_an_unknown_rule_in_the_option_is_told_at_the_file() -> None:
    extend(["BCE1033"])
    assert rows(BUG) == [(1, 0, "BCE900 --bce-extend-select: no rule is called 'BCE1033'; did you mean BCE103?", Checker)]


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_is_left_as_it_was(collecting: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        rows(BUG)
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if before else gc.disable)()


def test_an_error_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> None:
        raise RecursionError("too\ndeep")

    monkeypatch.setattr(engine, "check_text", crash)
    assert rows(BUG) == [(1, 0, "BCE900 internal error: RecursionError: too deep", Checker)]


@pytest.mark.parametrize("text", ["", "\n", "x = 1", "'\ud800'\n", "# coding: klingon\n" + BUG, "# coding: utf-16\n" + BUG])
def test_lines_that_no_file_would_give_are_no_error(text: str) -> None:
    assert [found for found in rows(text) if "BCE900" in found[2]] == []


# --- flake8 itself -------------------------------------------------------------------------------


def test_flake8_prints_the_findings(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BUG, encoding="utf-8")
    done = flake8("a.py", cwd=tmp_path)
    assert done.stderr == b""
    assert done.stdout.startswith(b"a.py:9:12: BCE103 ")


def test_flake8_select_does_not_switch_on_bce123(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(NLL, encoding="utf-8")
    assert flake8("--ignore=E501", "a.py", cwd=tmp_path).stdout == b""
    assert b"BCE123" in flake8("--bce-extend-select=BCE123", "a.py", cwd=tmp_path).stdout
    (tmp_path / "setup.cfg").write_text("[flake8]\nbce-extend-select = BCE123\nselect = BCE\n", encoding="utf-8")
    configured = subprocess.run([sys.executable, "-m", "flake8", "a.py"], cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert b"BCE123" in configured.stdout


CONFIGURATION = """\
[flake8]
select = BCE
extend-ignore = BCE205
exclude = left_out
per-file-ignores =
    old.py: BCE103
bce-extend-select = BCE123
"""


@pytest.mark.parametrize("file", ["setup.cfg", "tox.ini", ".flake8"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_flake8_reads_its_configuration_for_the_plugin(tmp_path: Path, file: str, jobs: str) -> None:
    without_dim = BUG.replace("torch.sigmoid(layer(x))", "F.softmax(layer(x))").replace("torch\n", "torch.nn.functional as F\n", 1)
    files = {"new.py": BUG, "old.py": BUG, "nll.py": NLL, "softmax.py": without_dim, "left_out/a.py": BUG, file: CONFIGURATION}
    (tmp_path / "left_out").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "flake8", "-j", jobs, "--format=%(path)s:%(row)d:%(code)s"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert sorted(done.stdout.splitlines()) == ["./new.py:9:BCE103", "./nll.py:5:BCE123", "./softmax.py:9:BCE104"]


TABLE = """\
[tool.bce-lint]
ignore = ["BCE205"]
extend-select = ["BCE123"]
extend-exclude = ["left_out"]

[tool.bce-lint.per-file-ignores]
"old.py" = ["BCE103"]
"""


@pytest.mark.parametrize("file", ["setup.cfg", "tox.ini", ".flake8"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_flake8_reads_the_table_of_bce_lint_beside_its_own_file(tmp_path: Path, file: str, jobs: str) -> None:
    without_dim = BUG.replace("torch.sigmoid(layer(x))", "F.softmax(layer(x))").replace("torch\n", "torch.nn.functional as F\n", 1)
    files = {
        "pyproject.toml": TABLE, file: "[flake8]\nselect = BCE\nextend-ignore = BCE104\n",
        "new.py": BUG, "old.py": BUG, "nll.py": NLL, "softmax.py": without_dim, "left_out/a.py": BUG,
        "own/bce-lint.toml": 'ignore = ["BCE1"]\n', "own/b.py": BUG,
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    told = []
    for isolated in ([], ["--isolated", "--select=BCE", "--extend-exclude=left_out"]):
        command = [sys.executable, "-m", "flake8", "-j", jobs, "--format=%(path)s:%(row)d:%(code)s", *isolated]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        assert (done.returncode, done.stderr) == (1, "")
        told.append(sorted(done.stdout.splitlines()))
    assert told[0] == ["./new.py:9:BCE103", "./nll.py:5:BCE123"]
    assert told[1] == ["./new.py:9:BCE103", "./old.py:9:BCE103", "./own/b.py:9:BCE103", "./softmax.py:9:BCE104", "./softmax.py:9:BCE205"]


def test_flake8_tells_what_is_wrong_with_a_configuration_in_each_file_that_it_is_for(tmp_path: Path) -> None:
    files = {"bad/bce-lint.toml": 'slect = ["BCE1"]\n', "bad/a.py": BUG, "bad/b.py": "x = 1\n", "good.py": BUG}
    (tmp_path / "bad").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "flake8", "--select=BCE", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    told = "BCE900 bad/bce-lint.toml: slect: there is no such key; did you mean select?"
    assert done.stderr == ""
    first, second, third = sorted(done.stdout.splitlines())
    assert [first, second] == [f"./bad/{name}.py:1:1: {told}" for name in "ab"] and third.startswith("./good.py:9:12: BCE103 ")


def test_flake8s_option_adds_to_the_table(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(NLL + BUG, encoding="utf-8")
    (tmp_path / "bce-lint.toml").write_text('select = ["BCE2"]\n', encoding="utf-8")
    command = [sys.executable, "-m", "flake8", "--select=BCE", "--bce-extend-select=BCE123", "--format=%(code)s", "a.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("BCE123\n", "")


def test_flake8_counts_and_ends_as_it_does_for_its_own_codes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BUG, encoding="utf-8")
    assert flake8("--count", "a.py", cwd=tmp_path).stdout.splitlines()[-1] == b"1"
    done = flake8("--exit-zero", "--extend-ignore=BCE103", "a.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, b"")


def test_flake8_reads_noqa(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BUG.replace("y)\n", "y)  # noqa: BCE103\n"), encoding="utf-8")
    assert flake8("a.py", cwd=tmp_path).stdout == b""


def test_flake8_from_standard_input(tmp_path: Path) -> None:
    assert flake8("-", cwd=tmp_path, stdin=BUG.encode()).stdout.startswith(b"stdin:9:12: BCE103 ")
    assert flake8("--stdin-display-name", "b.py", "-", cwd=tmp_path, stdin=BUG.encode()).stdout.startswith(b"b.py:9:12: BCE103 ")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_flake8_goes_on_after_bad_files(tmp_path: Path, jobs: str) -> None:
    files = {
        "a_bug.py": BUG.encode(),
        "b_broken.py": b"def f(:\n",
        "c_bytes.py": b"import torch\nx = '\xff\xfe BCELoss'\n",
        "d_deep.py": b"import torch\nfrom torch.nn import BCELoss\nx = " + b"f(" * 90 + b")" * 90 + b"\n",
        "e_long.py": b"from torch.nn import BCELoss\nx = " + b" + ".join([b"y"] * 300) + b"\n",
        "f_empty.py": b"",
        "g_bug.py": BUG.encode(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    done = flake8("-j", jobs, ".", cwd=tmp_path)
    assert done.stderr == b""
    found = [line.split(b":")[0] for line in done.stdout.splitlines() if b" BCE103 " in line]
    assert sorted(found) == [b"./a_bug.py", b"./g_bug.py"]
    assert b"b_broken.py:1" in done.stdout and b"E999" in done.stdout


def fixture_files() -> list[Path]:
    """Every fixture that flake8's Python can parse."""
    found = sorted(path for folder in ("rules", "projects") for path in (FIXTURES / folder).rglob("*.py"))
    return [path for path in found if _compiles(path)]


def _compiles(path: Path) -> bool:
    try:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.mark.parametrize(
    ("every", "extend"),
    [
        pytest.param(8, (), id="some"),
        pytest.param(8, ("BCE123",), marks=pytest.mark.any_python, id="some, with BCE123"),
        pytest.param(1, ("BCE123",), marks=pytest.mark.long, id="all, with BCE123"),
    ],
)
def test_flake8_and_the_command_line_agree_on_every_fixture(every: int, extend: tuple[str, ...]) -> None:
    files = [str(path.relative_to(FIXTURES)) for path in fixture_files()[::every]]
    assert len(files) > 50
    plugin = [f"--bce-extend-select={code}" for code in extend]
    told = flake8("-j1", "--select=BCE", "--format=%(path)s:%(row)d:%(col)d:%(code)s", *plugin, *files, cwd=FIXTURES)
    assert told.stderr == b""
    options = [part for code in extend for part in ("--extend-select", code)]
    command = [sys.executable, "-m", "bce_lint", "--output-format", "json", *options, *files]
    done = subprocess.run(command, cwd=FIXTURES, capture_output=True, timeout=300, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)})
    ours = [
        f"{os.path.relpath(row['filename'], FIXTURES)}:{row['location']['row']}:{row['location']['column']}:{row['code']}"
        for row in json.loads(done.stdout)
        if os.path.relpath(row["filename"], FIXTURES) in files  # flake8 is told of the file that it asks about, and of no caller
    ]
    assert sorted(told.stdout.decode().splitlines()) == sorted(ours)
    assert len(ours) > 50


def test_a_text_with_the_name_of_a_notebook_is_python(tmp_path: Path) -> None:
    """Editors hand over a cell with the notebook's name."""
    assert places(rows(BUG, str(tmp_path / "notebook.ipynb"))) == [(9, 11, "BCE103")]
    (tmp_path / "notebook.ipynb").write_text('{"cells": []}', encoding="utf-8")
    assert places(rows(BUG, str(tmp_path / "notebook.ipynb"))) == [(9, 11, "BCE103")]
    assert rows('{"cells": []}', str(tmp_path / "notebook.ipynb")) == []
