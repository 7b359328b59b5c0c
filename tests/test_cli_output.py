"""What the command line prints: formats, files, colours, and what is said at the end."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from bce_lint import engine, terminal
from bce_lint.cli import main
from bce_lint.report import FORMATS
from bce_lint.report.told import Told
from bce_lint.rules.selection import choose
from bce_lint.source.discover import discover
from bce_lint.terminal import flowing

ROOT = Path(__file__).parents[1]
BUG = """\
import torch
from torch import nn

layer = nn.Linear(4, 1)
criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    return criterion(torch.sigmoid(layer(x)), y)
"""
TARGET = """\
import torch
import torch.nn.functional as F


def step(x):
    return F.binary_cross_entropy_with_logits(x, torch.randint(0, 2, (3,)))
"""
CODES = re.compile(r"\x1b\[[0-9;]*m")


class Printed(NamedTuple):
    """What a command line did."""

    status: int
    out: str
    err: str


Runner = Callable[..., Printed]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Runs a command line in a folder with a bug and a clean file, without what the environment says of colours."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    (tmp_path / "bug.py").write_text(BUG, encoding="utf-8")
    (tmp_path / "clean.py").write_text("import torch\n", encoding="utf-8")

    def call(*arguments: str, stdin: str = "") -> Printed:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8"))))
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = int(stop.code or 0)
        return Printed(status, *capsys.readouterr())

    return call


# --- formats -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_only_formats_of_text_are_followed_by_a_summary(run: Runner, form: str) -> None:
    done = run("--output-format", form, "bug.py")
    assert (done.status, done.err) == (1, "")
    assert ("Found 1 finding" in done.out) == (form in ("full", "concise", "grouped"))


@pytest.mark.parametrize("form", ["json", "gitlab", "sarif", "rdjson"])
def test_a_run_without_findings_is_still_json(run: Runner, form: str) -> None:
    json.loads(run("--output-format", form, "clean.py").out)


def test_statistics_are_text_or_json(run: Runner) -> None:
    assert run("--statistics", "--output-format", "grouped", "bug.py").out.startswith("1\tBCE103\t")
    told = "bce-lint: --statistics prints text or json: --output-format sarif holds findings only\n"
    assert run("--statistics", "--output-format", "sarif", "bug.py") == Printed(2, "", told)


def test_an_unknown_format_names_those_that_there_are(run: Runner) -> None:
    done = run("--output-format", "xml", "bug.py")
    assert done.status == 2 and "junit" in done.err.splitlines()[-1]


def found_in_the_fixtures(of_each: int | None) -> Told:
    """The findings of some fixtures of each rule, with their fixes."""
    files = [file for rule in sorted((ROOT / "tests" / "fixtures" / "rules").iterdir()) for file in discover([rule]).files[:of_each]]
    result = engine.check(files, choose(None, (), ("BCE123",)), fixes=True)
    return Told(result.diagnostics, result.sources)


@pytest.mark.any_python
@pytest.mark.parametrize(("of_each", "least"), [(4, 100), pytest.param(None, 700, marks=pytest.mark.long)])
def test_a_message_is_the_same_in_every_format(of_each: int | None, least: int) -> None:
    told = found_in_the_fixtures(of_each)
    messages = [one.message for one in told.findings]
    assert len(messages) > least
    flat = [flowing(message) for message in messages]
    assert [row["message"] for row in json.loads(FORMATS["json"](told))] == messages
    assert [json.loads(line)["message"] for line in FORMATS["json-lines"](told).splitlines()] == messages
    assert [row["message"]["text"] for row in json.loads(FORMATS["sarif"](told))["runs"][0]["results"]] == messages
    assert [row["description"].partition(": ")[2] for row in json.loads(FORMATS["gitlab"](told))] == messages
    assert [row["message"] for row in json.loads(FORMATS["rdjson"](told))["diagnostics"]] == messages
    lines = FORMATS["concise"](told).splitlines()
    assert [re.sub(r"^\S+ BCE\d+ (\[\*\] )?", "", line) for line in lines] == flat
    assert re.findall(r"^(?:error|warning)\[BCE\d+\](?: \[\*\])?: (.*)$", FORMATS["full"](told), re.MULTILINE) == flat
    commands = [line.partition("::")[2].partition("::")[2] for line in FORMATS["github"](told).splitlines()]
    assert [re.sub(r"^\S+ BCE\d+ ", "", line.split("%0A")[0]).replace("%25", "%") for line in commands] == flat
    grouped = [line for line in FORMATS["grouped"](told).splitlines() if line.startswith("  ")]
    assert [re.sub(r"^ +\d+:\d+ +BCE\d+ (\[\*\] )?", "", line) for line in grouped] == flat


def command(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs this Python in a folder."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False, env=env)


def test_a_message_is_the_same_in_flake8(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BUG, encoding="utf-8")
    (tmp_path / "b.py").write_text(TARGET, encoding="utf-8")
    concise = command("-m", "bce_lint", "-q", "--output-format", "concise", "a.py", "b.py", cwd=tmp_path)
    flake8 = command("-m", "flake8", "--isolated", "--select=BCE", "a.py", "b.py", cwd=tmp_path)
    ours = [line.replace(" [*]", "") for line in concise.stdout.splitlines()]
    theirs = [line.removeprefix("./") for line in flake8.stdout.splitlines()]
    assert len(ours) == len(theirs) == 2
    assert all(line.startswith(f"{one} (") or line == one for one, line in zip(ours, theirs, strict=True))


HEAVY = {"xml", "xml.etree.ElementTree", "importlib.metadata", "difflib"}


@pytest.mark.parametrize("form", ["full", "concise", "grouped", "github", "junit"])
def test_a_format_imports_what_it_needs(tmp_path: Path, form: str) -> None:
    (tmp_path / "clean.py").write_text(BUG.replace("torch.sigmoid(layer(x))", "layer(x)"), encoding="utf-8")
    script = (
        "import sys; before = set(sys.modules); from bce_lint.cli import main; "
        f"main(['--no-cache', '--output-format', {form!r}, 'clean.py']); print(*set(sys.modules) - before, file=sys.stderr)"
    )
    done = command("-c", script, cwd=tmp_path)
    loaded = set(done.stderr.split())
    needed = {"bce_lint.report.concise"} if form == "grouped" else {"xml.etree.ElementTree", "xml"} if form == "junit" else set[str]()
    asked = loaded & (HEAVY | {f"bce_lint.report.{one.file}" for one in FORMATS.values()})
    assert asked <= {f"bce_lint.report.{FORMATS[form].file}", *needed}


# --- a file for the output -----------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMATS)
def test_the_output_goes_to_a_file_as_it_would_be_printed(run: Runner, tmp_path: Path, form: str) -> None:
    printed = run("--output-format", form, "bug.py")
    done = run("--output-format", form, "-o", "out/report", "bug.py")
    assert done == Printed(1, "", "")
    assert (tmp_path / "out" / "report").read_text(encoding="utf-8") == printed.out
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report"]


def test_statistics_go_to_the_file_too(run: Runner, tmp_path: Path) -> None:
    assert run("--statistics", "--output-file", "counts.txt", "bug.py") == Printed(1, "", "")
    told = "1\tBCE103\tsigmoid-before-bce-with-logits\nlosses and other operations that rules look at, analysed: 2 of 2\n"
    assert (tmp_path / "counts.txt").read_text(encoding="utf-8") == told


def test_a_file_never_has_colours(run: Runner, tmp_path: Path) -> None:
    run("--color", "always", "-o", "report", "bug.py")
    assert "\x1b" not in (tmp_path / "report").read_text(encoding="utf-8")


def test_the_diff_and_the_mended_text_stay_on_standard_output(run: Runner, tmp_path: Path) -> None:
    done = run("--diff", "--unsafe-fixes", "-o", "report", "bug.py")
    assert done.out.startswith("--- bug.py\n") and done.err == ""
    assert (tmp_path / "report").read_text(encoding="utf-8") == "Would fix 1 finding.\n"
    done = run("--fix", "--unsafe-fixes", "-o", "report", "-", stdin=BUG)
    assert done == Printed(0, BUG.replace("torch.sigmoid(layer(x))", "layer(x)"), "")
    assert (tmp_path / "report").read_text(encoding="utf-8").startswith("Found 1 finding")


def test_a_file_that_cannot_be_written_gives_2_and_one_line(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    done = run("-o", "folder", "bug.py")
    assert (done.status, done.out, done.err) == (2, "", "bce-lint: folder: Is a directory\n")
    done = run("-o", "bug.py/report", "bug.py")
    assert done.status == 2 and done.err.startswith("bce-lint: bug.py/report: ") and done.err.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != ".bce_lint_cache") == ["bug.py", "clean.py", "folder"]


def test_a_link_is_replaced_and_what_it_leads_to_stays(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine\n", encoding="utf-8")
    (tmp_path / "report").symlink_to("kept.txt")
    assert run("-o", "report", "bug.py").status == 1
    assert (tmp_path / "kept.txt").read_text(encoding="utf-8") == "mine\n"
    assert not (tmp_path / "report").is_symlink()


def test_a_file_that_is_there_keeps_its_mode(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "report").write_text("old", encoding="utf-8")
    (tmp_path / "report").chmod(0o640)
    run("-o", "report", "bug.py")
    assert (tmp_path / "report").stat().st_mode & 0o777 == 0o640


# --- colours -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["full", "concise", "grouped"])
def test_colours_change_nothing_but_the_colour(run: Runner, form: str) -> None:
    plain, coloured = run("--output-format", form, "bug.py").out, run("--output-format", form, "--color", "always", "bug.py").out
    assert coloured != plain == CODES.sub("", coloured)


@pytest.mark.parametrize("form", ["json", "json-lines", "github", "gitlab", "sarif", "junit", "rdjson"])
def test_what_programs_read_has_no_colours(run: Runner, form: str) -> None:
    assert "\x1b" not in run("--output-format", form, "--color", "always", "bug.py").out


@pytest.mark.parametrize(
    ("environment", "on_terminal", "off_terminal"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"CLICOLOR_FORCE": "1"}, True, True),
        ({"CLICOLOR_FORCE": "0"}, True, False),
        ({"CLICOLOR": "0"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_what_the_environment_says_of_colours(
    run: Runner, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], on_terminal: bool, off_terminal: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b" in run("bug.py").out) == off_terminal
    assert "\x1b" not in run("--color", "never", "bug.py").out
    assert "\x1b" in run("--color", "always", "bug.py").out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert terminal.wants_colour("auto") == on_terminal


def test_a_console_of_windows_has_colours_where_its_program_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM", "WT_SESSION", "ANSICON", "ConEmuANSI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert not terminal.wants_colour("auto")
    monkeypatch.setenv("WT_SESSION", "1")
    assert terminal.wants_colour("auto")


def test_a_project_cannot_paint(run: Runner, tmp_path: Path) -> None:
    evil = "\\x1b[31m\ufdd1\ufdd0\u202e"
    (tmp_path / "evil.py").write_text(BUG.replace("y)\n", f"y)  # {evil}\x1b[31m\n"), encoding="utf-8")
    done = run("--color", "always", "evil.py")
    assert "\\x1b[31m\\ufdd1\\ufdd0\\u202e\\x1b[31m" in CODES.sub("", done.out)
    allowed = {"\x1b[0m", "\x1b[1m", "\x1b[1;91m", "\x1b[1;94m", "\x1b[1;96m", "\x1b[1;33m", "\x1b[31m", "\x1b[32m"}
    assert set(CODES.findall(done.out)) <= allowed and not CODES.sub("", done.out).count("\x1b")


def test_lines_are_cut_to_the_terminal_only(run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "long.py").write_text(BUG.replace("y)\n", f"y)  # {'long ' * 60}\n"), encoding="utf-8")
    assert f"# {'long ' * 60}".rstrip() in run("-q", "long.py").out
    monkeypatch.setattr(terminal, "width", lambda: 60)
    shown = [line for line in run("-q", "long.py").out.splitlines() if "criterion(" in line and "|" in line]
    assert shown and all(len(line) <= 60 and line.endswith("\u2026") for line in shown)


# --- frames of files that are not analysed -------------------------------------------------------


def test_a_file_that_does_not_parse_shows_where(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("from torch import nn\n\nloss = nn.BCELoss(:\nx = 1\n", encoding="utf-8")
    out = run("-q", "bad.py").out
    assert out.startswith("error[BCE901]: ")
    assert re.search(r"\n3 \| loss = nn.BCELoss\(:\n  \| +\^\n4 \| x = 1\n  \|\n\n$", out)
    assert run("-q", "--fix", "bad.py").out == out
    assert run("-q", "-", stdin=(tmp_path / "bad.py").read_text(encoding="utf-8")).out == out.replace("bad.py", "<stdin>")


def test_a_file_that_cannot_be_decoded_shows_the_line(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_bytes(b"x = 1\n# caf\xe9\ny = 2\n")
    assert "1 | x = 1\n2 | # caf\\xe9\n  | ^\n3 | y = 2\n  |\n" in run("-q", "bad.py").out


def test_a_file_that_is_too_deep_shows_its_first_line(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "big.py").write_text("import torch\nx = 1\ny = " + "[" * 300 + "]" * 300 + "\n", encoding="utf-8")
    assert "1 | import torch\n  | ^\n2 | x = 1\n  |\n" in run("-q", "big.py").out


# --- what is said at the end ---------------------------------------------------------------------


def test_the_end_says_once_where_to_read_on_and_what_logits_are(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "again.py").write_text(BUG, encoding="utf-8")
    lines = run("again.py", "bug.py").out.splitlines()
    assert [line for line in lines if "--explain" in line] == ["= help: `bce-lint --explain BCE103` says more"]
    (note,) = (line for line in lines if line.startswith("= note: logits are "))
    assert lines[lines.index(note) + 1].startswith("Found 2 findings")


def test_the_end_says_nothing_of_logits_where_none_are_meant(run: Runner, tmp_path: Path) -> None:
    text = "import torch.nn.functional as F\n\n\ndef f(logits, y):\n    return F.mse_loss(logits, y, reduce=False)\n"
    (tmp_path / "old.py").write_text(text, encoding="utf-8")
    out = run("old.py").out
    assert "--explain BCE203" in out and "= note: " not in out


def test_quiet_runs_and_other_formats_say_nothing_at_the_end(run: Runner) -> None:
    assert "--explain" not in run("-q", "bug.py").out
    assert "--explain" not in run("--output-format", "concise", "bug.py").out
    assert "--explain" not in run("clean.py").out
