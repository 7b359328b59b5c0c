"""`bce-lint --compare`: what is printed, and the exit statuses. The reports are made by hand; `tests/compare` has real runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bce_lint.cli import main
from tests.compare.reports import finding, loss, place, report, write
from tests.test_contract import HOSTILE, ROOT, WATCH, python

TEXT = """\
import torch
from torch import nn

layer = nn.Linear(4, 1)
criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    return criterion(torch.sigmoid(layer(x)), y)


def never(x, y):
    return criterion(layer(x).sigmoid(), y)


def other(x, y):
    return nn.BCELoss()(x, y)
"""
STEP, NEVER, OTHER = "criterion(torch.sigmoid(layer(x)), y)", "criterion(layer(x).sigmoid(), y)", "nn.BCELoss()(x, y)"
SIGMOID = "torch.sigmoid(layer(x))"
Told = tuple[int, str, str]


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with two findings, in the current folder."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "train.py"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Told]:
    """Runs a command line."""

    def call(*arguments: str) -> Told:
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = int(str(stop.code))
        out, err = capsys.readouterr()
        return status, out, err

    return call


def ran(path: Path, text: str) -> dict[str, Any]:
    """An operation that ran."""
    return {"kind": "operation", **place(path, text), "count": 3}


def seen(train: Path) -> dict[str, Any]:
    """A run of `step` that was wrong, and of `other`, with something that the linter cannot know."""
    found = loss(place(train, OTHER), "BCE702")
    return report(loss(place(train, STEP), "BCE103"), found, ran(train, SIGMOID), findings=(finding(place(train, OTHER), "BCE702"),))


def test_lines(train: Path, run: Callable[..., Told]) -> None:
    write(train.parent / "w.json", seen(train))
    status, out, err = run("--compare", "w.json", "--output-format", "concise", "train.py")
    lines = out.splitlines()
    assert (status, err) == (1, "")
    assert [line.partition(":")[2].split(":")[0] for line in lines[:3]] == ["9", "13", "17"]
    assert lines[0].endswith("the loss applies a sigmoid itself (run time: confirmed in 3 of 3 calls)")
    assert lines[1].endswith("(run time: not executed: no loss call was seen here)")
    assert lines[2] == "train.py:17:12: BCE702 is wrong (run time: only at run time (3 times))"
    assert lines[3:] == [
        "Found 3 findings in 1 file.",
        "No fixes available (2 hidden fixes can be enabled with the `--unsafe-fixes` option).",
        "Run time: 1 confirmed, 1 not executed, 1 only at run time.",
    ]


def test_quiet_lines(train: Path, run: Callable[..., Told]) -> None:
    write(train.parent / "w.json", seen(train))
    _, out, _ = run("--compare", "w.json", "-q", "--output-format", "concise", "train.py")
    assert len(out.splitlines()) == 3


def test_frames(train: Path, run: Callable[..., Told]) -> None:
    write(train.parent / "w.json", seen(train))
    _, out, _ = run("--compare", "w.json", "train.py")
    assert "\nnote: this is an unsafe fix and may change values\nrun time: confirmed in 3 of 3 calls\n\n" in out
    assert "17 |     return nn.BCELoss()(x, y)\n   |            ^^^^^^^^^^^^^^^^^^\nrun time: only at run time (3 times)\n" in out


def test_json_stays_a_list(train: Path, run: Callable[..., Told]) -> None:
    write(train.parent / "w.json", seen(train))
    _, plain, _ = run("--output-format", "json", "train.py")
    status, out, _ = run("--compare", "w.json", "--output-format", "json", "train.py")
    rows = json.loads(out)
    assert status == 1
    assert [{**row, "run_time": None} for row in rows[:2]] == [{**row, "run_time": None} for row in json.loads(plain)]
    empty = {"reason": "", "count": 3, "calls": 0, "reached": [], "codes": []}
    assert rows[0]["run_time"] == {"verdict": "confirmed", **empty, "calls": 3}
    assert rows[1]["run_time"] == {"verdict": "not executed", **empty, "reason": "no loss call was seen here", "count": 0}
    assert rows[2]["run_time"] == {"verdict": "only at run time", **empty}
    assert all("run_time" not in row for row in json.loads(plain))


def test_a_contradiction_says_what_reached_the_loss(train: Path, run: Callable[..., Told]) -> None:
    write(train.parent / "w.json", report(loss(place(train, STEP), "BCE301"), ran(train, SIGMOID)))
    _, out, _ = run("--compare", "w.json", "--output-format", "concise", "train.py")
    said = "the loss got logits float32 [6, 1]; target float32 [6, 1]; run time says BCE301"
    assert out.splitlines()[0].endswith(f"(run time: contradicted in 3 calls: {said})")


def test_statistics(train: Path, run: Callable[..., Told]) -> None:
    write(train.parent / "w.json", seen(train))
    _, out, _ = run("--compare", "w.json", "--statistics", "-q", "train.py")
    rule = "2\tBCE103\tsigmoid-before-bce-with-logits"
    visited = "losses and other operations that rules look at, analysed: 4 of 4\n"
    assert out == f"{rule}\t1 confirmed, 1 not executed\n1\tBCE702\tsome-rule\t1 only at run time\n{visited}"
    _, out, _ = run("--compare", "w.json", "--statistics", "--output-format", "json", "train.py")
    assert json.loads(out)[0]["run_time"] == {"confirmed": 1, "not executed": 1}
    _, out, _ = run("--statistics", "-q", "train.py")
    assert out == f"{rule}\n{visited}"


SELECTED: dict[str, set[str]] = {"--select BCE1": {"BCE103"}, "--ignore BCE103": {"BCE702"}, "--select BCE203": set()}


@pytest.mark.parametrize(("arguments", "codes"), SELECTED.items())
def test_rules_are_selected_on_both_sides(train: Path, run: Callable[..., Told], arguments: str, codes: set[str]) -> None:
    write(train.parent / "w.json", seen(train))
    status, out, _ = run("--compare", "w.json", "--output-format", "json", *arguments.split(), "train.py")
    assert ({row["code"] for row in json.loads(out)}, status) == (codes, 1 if codes else 0)


def test_what_only_the_run_found_is_a_finding(train: Path, run: Callable[..., Told]) -> None:
    train.write_text("f(x)\n", encoding="utf-8")
    write(train.parent / "w.json", report(findings=(finding(place(train, "f(x)"), "BCE105"),)))
    assert run("--compare", "w.json", "-q", "--output-format", "concise", ".")[:2] == (
        1,
        "train.py:1:1: BCE105 is wrong (run time: only at run time (3 times))\n",
    )
    assert run("--compare", "w.json", "--exit-zero", ".")[0] == 0


def test_a_finding_of_the_run_in_a_file_that_is_not_asked_for_is_not_told(train: Path, run: Callable[..., Told]) -> None:
    beside = train.parent / "beside.py"
    beside.write_text("f(x)\n", encoding="utf-8")
    inside = finding(place(beside, "f(x)"), "BCE105")
    label = {"message": "sigmoid applied here", **place(train, SIGMOID)}
    write(train.parent / "w.json", report(loss(place(train, STEP), "BCE103"), findings=(inside,)))
    assert "beside.py" not in run("--compare", "w.json", "train.py")[1]
    write(train.parent / "w.json", report(loss(place(train, STEP), "BCE103"), findings=({**inside, "labels": [label]},)))
    assert "beside.py" not in run("--compare", "w.json", "train.py")[1]
    assert "beside.py:1:1" in run("--compare", "w.json", "--related", "train.py")[1]


def test_a_changed_file_is_not_judged(train: Path, run: Callable[..., Told]) -> None:
    told = seen(train)
    train.write_text(f"\n{TEXT}", encoding="utf-8")
    write(train.parent / "w.json", told)
    status, out, err = run("--compare", "w.json", "--output-format", "concise", "train.py")
    assert (status, err) == (1, "")
    assert out.count("(run time: changed since the run)") == 2
    assert out.splitlines()[-2:] == ["Run time: 2 changed since the run, 1 only at run time.", "changed since the run: train.py"]
    _, out, _ = run("--compare", "w.json", "train.py")
    assert "17 |" not in out and "run time: only at run time (3 times): its lines are those of the run, and have changed since" in out


def test_what_was_not_seen_is_said(train: Path, run: Callable[..., Told]) -> None:
    told = report(loss(place(train, STEP), "BCE103"), notes=["not seen: what runs inside torch.jit (scripted or traced code)"])
    told["run"]["ended_by"] = "--steps"
    write(train.parent / "w.json", told)
    _, out, _ = run("--compare", "w.json", "train.py")
    assert out.splitlines()[-2:] == ["not seen: what comes after the run was ended (--steps)", *told["notes"]]


def test_what_no_run_can_tell_is_not_watched(train: Path, run: Callable[..., Told]) -> None:
    write(train.parent / "w.json", report(loss(place(train, STEP), "BCE103")))
    (train.parent / "broken.py").write_text("nn.BCELoss(\n", encoding="utf-8")
    _, out, _ = run("--compare", "w.json", "--output-format", "concise", ".")
    assert "BCE901" in out and "(run time: not watched: no run can tell of BCE901)" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--compare gone.json", "gone.json: No such file or directory"),
        ("--compare train.py", "train.py: not JSON; `python -m bce_lint.witness --output-format json --output-file FILE` writes it"),
        ("--compare list.json", "list.json: not a report of bce_lint.witness: `the whole` is not an object"),
        ("--compare empty.json --fix", "--compare and fixes do not go together: a fix moves the lines that the run is known by"),
        ("--compare empty.json --diff", "--compare and fixes do not go together: a fix moves the lines that the run is known by"),
        ("--compare empty.json -", "--compare reads files: give paths, not standard input"),
        ("--compare empty.json --verify", "--compare needs a path; --verify alone checks the rewrites of the rules"),
        ("--compare other.json", "other.json: none of its files lies under the given paths (/elsewhere/prepare.py)"),
    ],
)
def test_usage_errors_are_one_line(train: Path, run: Callable[..., Told], arguments: str, message: str) -> None:
    write(train.parent / "list.json", [])
    write(train.parent / "empty.json", report())
    write(train.parent / "other.json", report(files=[{"filename": "/elsewhere/prepare.py", "sha256": ""}]))
    assert run(*arguments.split()) == (2, "", f"bce-lint: {message}\n")


def test_a_run_without_losses_executed_nothing(train: Path, run: Callable[..., Told]) -> None:
    write(train.parent / "w.json", report())
    told = run("--compare", "w.json", "--statistics", "train.py")[1].split("\n")
    assert told[0].endswith("\t2 not executed") and told[2:] == ["Run time: 2 not executed.", ""]


def test_comparing_runs_no_code_and_writes_nothing(tmp_path: Path) -> None:
    project, installed = tmp_path / "project", tmp_path / "installed"
    project.mkdir()
    installed.mkdir()
    (installed / "torch.py").write_text("open('ran', 'w')\n", encoding="utf-8")
    (project / "hostile.py").write_text(HOSTILE, encoding="utf-8")
    call = place(project / "hostile.py", "nn.BCEWithLogitsLoss()(torch.sigmoid(nn.Linear(4, 1)(x)), y)")
    write(project / "w.json", report(loss(call, "BCE103")))
    before = sorted(tmp_path.rglob("*"))
    done = python("-c", WATCH, "--compare", "w.json", ".", cwd=project, PYTHONPATH=os.pathsep.join((str(ROOT), str(installed))))
    saw = json.loads(done.stderr)
    assert (saw["status"], saw["seen"]) == (1, [])
    assert "confirmed in 3 of 3 calls" in done.stdout
    assert not {"torch", "numpy"} & {name.partition(".")[0] for name in saw["modules"]}
    assert not [name for name in saw["modules"] if name.startswith("bce_lint.witness")]
    assert sorted(tmp_path.rglob("*")) == before


def test_comparing_costs_nothing_where_it_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(TEXT, encoding="utf-8")
    saw = json.loads(python("-c", WATCH, ".", cwd=tmp_path).stderr)
    assert not [name for name in saw["modules"] if name.startswith("bce_lint.compare")]
