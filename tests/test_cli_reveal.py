"""`bce-lint --reveal` and `bce_lint.reveal`: what is printed, the errors, and what a run without them is spared."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from bce_lint import engine, lint_source, revealed
from bce_lint.analysis.recording.reveal import Reveals
from bce_lint.analysis.state.machine import Machine
from bce_lint.cli import main
from bce_lint.rules.registry import default_codes
from tests.test_contract import HOSTILE, WATCH, python

TEXT = """\
import torch
from torch import nn

from elsewhere import load_model

layer = nn.Linear(4, 1)


def step(x, y):
    model = load_model()
    p = torch.sigmoid(
        layer(x)
    )
    return nn.BCEWithLogitsLoss()(p, y), model(x)


class Net(nn.Module):
    def forward(self, x, *, scale=2.0):
        if x is None:
            return 0
        for row in x:
            self.last = [row * scale, *self.rest]
        return x


def unreached():
    return 1
    print("never")


def caller(x):
    step(x, 1)
"""


class Run(NamedTuple):
    """What a command line did."""

    status: int
    out: list[str]
    err: list[str]


Runner = Callable[..., Run]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Runs a command line in a folder with `train.py`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "train.py").write_text(TEXT, encoding="utf-8")

    def call(*arguments: str) -> Run:
        status = main(arguments)
        done = capsys.readouterr()
        return Run(status, done.out.splitlines(), done.err.splitlines())

    return call


LOGITS = "Tensor: logits, float32, shape (..., 1), a module's output, made by `layer` in line 12"
CALLED = "; in step() called in line 32"


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        ("train.py:12", [f"12:9: `layer`: layer Linear(in_features=4, out_features=1), made in line 6{CALLED}",
                         f"12:9: `layer(x)`: {LOGITS}{CALLED}",
                         "12:15: `x`: unknown: `x` is a parameter of the entry point `caller`, and no call of it is known "
                         f"(line 31){CALLED}"]),
        ("train.py:12:14", [f"12:9: `layer(x)`: {LOGITS}{CALLED}"]),
        ("train.py:6:1", ["6:9: `nn.Linear(4, 1)`: layer Linear(in_features=4, out_features=1), made in line 6"]),
        ("train.py:10:13", ["10:13: `load_model`: `elsewhere.load_model`" + CALLED]),
        ("train.py:14:47", [f"14:42: `model(x)`: unknown: the call of `elsewhere.load_model` is not followed: it lies outside the project "
                            f"(line 10){CALLED}"]),
        ("train.py:14:27", ["14:12: `nn.BCEWithLogitsLoss()`: loss BCEWithLogitsLoss, made in line 14" + CALLED]),
        ("train.py:28:11", ["28:11: never evaluated: no call and no entry point leads here"]),
        ("./train.py:19:15", ["19:12: `x is None`: unknown: `x` is a parameter of the entry point `forward`, and no call of it is known "
                              "(line 18)"]),
    ],
)  # fmt: skip
def test_a_place_is_told(run: Runner, place: str, lines: list[str]) -> None:
    name = place.partition(":")[0]
    done = run("--reveal", place)
    assert (done.status, done.err) == (0, [])
    assert done.out == [f"{name}:{line}" for line in lines]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train.py:99"], "train.py has 32 lines: there is no line 99"),
        (["train.py:0"], "train.py has 32 lines: there is no line 0"),
        (["train.py:2:99"], "line 2 of train.py has no column 99"),
        (["train.py:2"], "no expression begins in line 2 of train.py"),
        (["train.py:9:1"], "no expression stands at train.py:9:1"),
        (["absent.py:2"], "absent.py: no such file"),
        (["train.py"], "--reveal takes FILE:LINE, FILE:LINE:COLUMN or ir:FILE:FUNCTION, not 'train.py'"),
        (["train.py:x"], "--reveal takes FILE:LINE, FILE:LINE:COLUMN or ir:FILE:FUNCTION, not 'train.py:x'"),
        (["train.py:2", "train.py"], "--reveal names its file itself: give train.py:2 without a path"),
        (["train.py:2", "-"], "--reveal reads files: give FILE:LINE, not standard input"),
        (["=-:2"], "--reveal reads files: give FILE:LINE, not standard input"),
        (["train.py:2", "--stdin-filename", "train.py"], "--reveal reads files: give FILE:LINE, not standard input"),
        (["broken.py:1"], "broken.py:1: invalid syntax"),
        (["ir:broken.py:f"], "broken.py:1: invalid syntax"),
        (["ir:train.py:absent"], "train.py has no function absent; it has step, Net.forward, unreached, caller"),
        (["ir:absent.py:f"], "absent.py: no such file"),
        (["ir:coded.py:f"], "coded.py:1: unknown encoding: no-such-code"),
        (["ir:empty.py:f"], "empty.py has no function f"),
        (["ir:deep.py:f"], "deep.py: "),
        (["deep.py:1"], "deep.py:1: "),
    ],
)
def test_what_is_no_place_is_one_line(run: Runner, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n", encoding="utf-8")
    (tmp_path / "coded.py").write_text("# coding: no-such-code\n", encoding="utf-8")
    (tmp_path / "empty.py").touch()
    (tmp_path / "deep.py").write_text("-" * 3000 + "1\n", encoding="utf-8")
    first = [f"--reveal{arguments[0]}"] if arguments[0].startswith("=") else ["--reveal", arguments[0]]
    done = run(*first, *arguments[1:])
    assert (done.status, done.out, len(done.err)) == (2, [], 1)
    assert done.err[0].startswith(f"bce-lint: {message}")


def test_a_function_is_printed_as_it_is_read(run: Runner) -> None:
    done = run("--reveal", "ir:train.py:Net.forward")
    assert (done.status, done.err) == (0, [])
    assert done.out == [
        "Function name='forward' bound=['row', 'scale', 'self', 'x'] 18:9-18:16",
        "  params[0]: Parameter name='self' kind='normal'",
        "  params[1]: Parameter name='x' kind='normal'",
        "  params[2]: Parameter name='scale' kind='keyword'",
        "    default: Const value=2.0 18:35-18:38",
        "  body[0]: If 19:9-20:21",
        "    test: Op op='is' 19:12-19:21",
        "      operands[0]: Name id='x' 19:12-19:13",
        "      operands[1]: Const value=None 19:17-19:21",
        "    body[0]: Return 20:13-20:21",
        "      value: Const value=0 20:20-20:21",
        "  body[1]: For size=10 21:9-22:50",
        "    target: Name id='row' 21:13-21:16",
        "    iter: Name id='x' 21:20-21:21",
        "    body[0]: Assign 22:13-22:50",
        "      targets[0]: Attr name='last' 22:13-22:22",
        "        value: Name id='self' 22:13-22:17",
        "      value: Build kind='list' 22:25-22:50",
        "        items[0]: Op op='*' 22:26-22:37",
        "          operands[0]: Name id='row' 22:26-22:29",
        "          operands[1]: Name id='scale' 22:32-22:37",
        "        items[1]: Star 22:39-22:49",
        "          value: Attr name='rest' 22:40-22:49",
        "            value: Name id='self' 22:40-22:44",
        "  body[2]: Return 23:9-23:17",
        "    value: Name id='x' 23:16-23:17",
    ]


IMPORT = "from torch import nn\n"
def test_nothing_is_run_or_written(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(HOSTILE, encoding="utf-8")
    row = next(row for row, line in enumerate(HOSTILE.splitlines(), 1) if "torch.sigmoid" in line)
    done = python("-c", WATCH, "--reveal", f"a.py:{row}", cwd=tmp_path)
    saw = json.loads(done.stderr)
    assert (saw["status"], saw["seen"]) == (0, [])
    assert "Tensor: probability (sigmoid)" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]


def test_it_costs_nothing_where_it_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TEXT, encoding="utf-8")
    saw = json.loads(python("-c", WATCH, ".", cwd=tmp_path).stderr)
    assert not {"bce_lint.revealed", "bce_lint.cli.reveal", "bce_lint.analysis.recording.reveal"} & set(saw["modules"])


ASKING = TEXT.replace(IMPORT, f"{IMPORT}from bce_lint import reveal\n").replace("layer(x)", "reveal(layer(x))")
NOTE = [f"train.py:13:16: revealed: {LOGITS.replace('12', '13')}{CALLED.replace('32', '33')}"]


def test_a_lint_run_tells_on_standard_error(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(ASKING, encoding="utf-8")
    done = run("--output-format", "concise", "train.py")
    assert (done.status, done.err) == (1, NOTE)
    assert [line.split()[1] for line in done.out[:1]] == ["BCE103"]
    assert run("--output-format", "concise", "--quiet", "--exit-zero").err == NOTE


def test_it_is_told_again_where_findings_are_kept(run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    (tmp_path / "train.py").write_text(ASKING, encoding="utf-8")
    assert [run("train.py").err for _ in range(2)] == [NOTE, NOTE]


def test_reveal_is_found_through_another_file(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text("from bce_lint import reveal\n", encoding="utf-8")
    (tmp_path / "train.py").write_text("import tools\n\n\ndef f():\n    tools.reveal(value=1)\n", encoding="utf-8")
    assert run("train.py").err == ["train.py:5:24: revealed: int 1"]


def test_another_reveal_is_not_meant(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import bce_lint\nfrom other import reveal\n\nreveal(1)\n", encoding="utf-8")
    assert run("train.py").err == []


def test_flake8_tells_nothing(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(ASKING, encoding="utf-8")
    command = [sys.executable, "-m", "flake8", "--isolated", "--select=BCE", "train.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert ("BCE103" in done.stdout, "reveal" in done.stdout + done.stderr) == (True, False)


def test_findings_are_the_same_with_it() -> None:
    plain = [(one.code, one.message) for one in lint_source(TEXT)]
    assert [(one.code, one.message) for one in lint_source(ASKING)] == plain != []


def test_a_run_without_it_records_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One machine runs, no observer is told, and as many steps are taken as before there was `reveal`."""
    made: list[Machine] = []
    start = Machine.__init__

    def noted(self: Machine, *arguments: object) -> None:
        made.append(self)
        start(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Machine, "__init__", noted)
    monkeypatch.setattr(revealed, "in_files", lambda *_: pytest.fail("nothing is to be revealed"))
    (tmp_path / "train.py").write_text(TEXT, encoding="utf-8")
    result = engine.check([tmp_path / "train.py"], default_codes())
    assert (len(made), made[0].observer, result.revealed) == (1, None, ())


def test_a_failure_of_the_analysis_is_told(run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "train.py").write_text(ASKING, encoding="utf-8")
    monkeypatch.setattr(Reveals, "enter", lambda *_: 1 / 0)
    failure = "train.py:1: internal error in the analysis: ZeroDivisionError: division by zero"
    assert run("--exit-zero", "train.py").err == [f"{failure}: nothing is revealed here"]
    assert run("--reveal", "train.py:13") == Run(2, [], [f"bce-lint: {failure}"])


@pytest.mark.parametrize("call", ["reveal(x)", "bce_lint.reveal(x)", "show(x)", "lint.reveal(value=x)", "starred(x)"])
def test_each_spelling_gives_back_its_argument(tmp_path: Path, call: str) -> None:
    head = "import bce_lint\nimport bce_lint as lint\nfrom bce_lint import reveal, reveal as show\nstarred = reveal\n"
    path = tmp_path / "a.py"
    path.write_text(f"{head}x = 3\nreveal({call})\n", encoding="utf-8")
    told = engine.check([path], default_codes()).revealed
    assert [line.partition(": revealed: ")[2] for line in told] == ["int 3", "int 3"]
