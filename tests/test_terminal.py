"""What is printed: nothing in it that a terminal would take for a command, whatever files are called and hold."""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bce_lint import terminal
from bce_lint.cli import main
from bce_lint.compare import read_report
from bce_lint.diagnostic import Diagnostic, Edit, Fix, Label, Location, Position, RunTime, Unanalysed, Verification
from bce_lint.flake8_plugin import Checker
from bce_lint.report import FORMATS
from bce_lint.report.diff import diff, is_plain, readable
from bce_lint.report.statistics import statistics, unanalysed
from bce_lint.report.summary import listing
from bce_lint.report.told import Told
from bce_lint.source.text import SourceText, decode
from bce_lint.terminal import flowing, is_harmful, one_line, printable, write

PACKAGE = Path(__file__).parents[1] / "bce_lint"
EVIL = (
    "\x00\x07\x08\x0b\x0c\r\x1b\x7f\x85\x9b\xad\u061c\u200b\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff\ufffa\udcff"
    "\U000e0041"
)
READABLE = "caf\u00e9 \u65e5\u672c \u05e9\u05dc \u0633\u0644\u0627\u0645 \U0001f600 \u2764\ufe0f e\u0301"
ALONE = ("Cc", "Cf", "Cs", "Zl", "Zp")


def harmful(text: str) -> set[str]:
    """The characters of a text that should not have been printed, ends of lines and tabs apart."""
    return {char for char in set(text) - {"\n", "\t"} if unicodedata.category(char) in ALONE or is_harmful(char)}


def test_every_character_without_a_picture_is_written_out() -> None:
    missed = [hex(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ALONE and not is_harmful(chr(code))]
    assert missed == []
    assert not any(map(is_harmful, map(chr, range(32, 127))))
    assert printable(READABLE) == one_line(READABLE) == READABLE


@pytest.mark.parametrize(
    ("char", "written"),
    [
        ("\x1b", r"\x1b"), ("\x07", r"\x07"), ("\x9b", r"\x9b"), ("\u202e", r"\u202e"), ("\r", r"\r"), ("\udce9", r"\udce9"),
        ("\u2028", r"\u2028"), ("\ufeff", r"\ufeff"), ("\U000e0041", r"\U000e0041"),
    ],
)  # fmt: skip
def test_a_character_is_written_as_in_a_string(char: str, written: str) -> None:
    assert printable(f"a{char}b") == one_line(f"a{char}b") == f"a{written}b"
    assert ast.literal_eval(f"'{written}'") == char


def test_line_ends_stay_in_lines_and_nowhere_else() -> None:
    assert printable("a\n\tb") == "a\n\tb"
    assert one_line("a\n\tb") == r"a\n\tb"
    assert flowing(" a\n\t b\r\nc\x0bd ") == r"a b c\x0bd"


@given(st.text())
def test_no_text_comes_through(text: str) -> None:
    assert not harmful(printable(text))
    assert not harmful(one_line(text)) and not {"\n", "\t"} & set(one_line(text))
    assert printable(printable(text)) == printable(text)


# --- one way out ---------------------------------------------------------------------------------


def ways_out(text: str) -> list[str]:
    """The places of a text that print, or hold a stream that prints."""
    found = []
    for node in ast.walk(ast.parse(text)):
        name = ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""
        if name in ("print", "sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__", "warnings.warn", "logging"):
            found.append(f"{node.lineno}: {name}")  # type: ignore[attr-defined]
        if isinstance(node, ast.ImportFrom) and node.module == "sys" and {"stdout", "stderr"} & {one.name for one in node.names}:
            found.append(f"{node.lineno}: from sys")
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("ArgumentParser"):
            found.append(f"{node.lineno}: a parser that prints by itself")
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_nothing_is_printed_past_the_one_way_out(path: Path) -> None:
    if path.name != "terminal.py":
        assert ways_out(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text", ["print(1)", "sys.stdout.write('')", "def f(out=sys.stderr): ...", "from sys import stdout", "argparse.ArgumentParser()"]
)
def test_a_way_past_it_is_seen(text: str) -> None:
    assert len(ways_out(text)) == 1


# --- the formats ---------------------------------------------------------------------------------

words = st.text(alphabet=st.sampled_from(f"{EVIL}\n\tab \u65e5"), max_size=12)
names = words.map(lambda text: f"x{text.replace(os.sep, '')}.py")
positions = st.builds(Position, st.integers(1, 3), st.integers(1, 20))


@st.composite
def diagnostics(draw: st.DrawFn, known: Sequence[str]) -> Diagnostic:
    """A finding with odd characters wherever a text stands in it."""
    path = st.sampled_from(known)
    place = st.builds(Location, path, positions, positions)
    fix = st.builds(Fix, st.sampled_from(["safe", "unsafe", "display-only"]), words, st.tuples(st.builds(Edit, place, words)))
    reached = st.lists(st.tuples(words, st.integers(1, 2)), max_size=2).map(tuple)
    ran = st.builds(Verification, st.just("not verifiable"), words)
    labels = st.lists(st.builds(Label, words, place), max_size=2).map(tuple)
    watched = st.builds(RunTime, words, words, st.integers(0, 2), st.integers(0, 2), reached, st.tuples(words))
    codes, fixed = st.just("BCE103") | words, st.none() | fix
    return draw(st.builds(Diagnostic, codes, words, words, place, st.just("error"), labels, fixed, st.none() | ran, st.none() | watched))


@settings(deadline=None)
@given(data=st.data())
def test_no_format_lets_a_character_through_in_colour(data: st.DataObject) -> None:
    known = data.draw(st.lists(names, min_size=1, max_size=2))
    found = data.draw(st.lists(diagnostics(known), max_size=2))
    text = data.draw(st.text(alphabet=st.sampled_from(f"{EVIL}\ufdd0\ufdd3\x1bab(\n\t".replace("\x00", "")), max_size=60))
    sources = {name: SourceText(name, b"", text, "utf-8", False) for name in known}
    for name in ("full", "concise", "grouped"):
        plain = FORMATS[name](Told(found, sources, True, width=40))
        with redirect_stdout(io.StringIO()) as out:
            write(FORMATS[name](Told(found, sources, True, colour=True, width=40)), colour=True)
        assert re.sub(r"\x1b\[[0-9;]+m", "", out.getvalue()) == plain


@settings(deadline=None)
@given(data=st.data())
def test_no_format_lets_a_character_through(data: st.DataObject) -> None:
    known = data.draw(st.lists(names, min_size=1, max_size=2))
    found = data.draw(st.lists(diagnostics(known), max_size=2))
    left = [Unanalysed(data.draw(names), 1, data.draw(words), data.draw(words))]
    text = data.draw(st.text(alphabet=st.sampled_from(f"{EVIL}ab(\n\t\u65e5".replace("\x00", "")), max_size=60))
    sources = {name: SourceText(name, b"", text, "utf-8", False) for name in known}
    for form in FORMATS.values():
        assert not harmful(form(Told(found, sources, True)))
    assert not harmful(statistics(found) + unanalysed(left) + listing(found, written=True))
    for one in found:
        assert FORMATS["concise"](Told([one], {}, True)).count("\n") == 1


@settings(deadline=None)
@given(names, words, words)
def test_no_diff_lets_a_character_through(name: str, before: str, after: str) -> None:
    old, new = (f"a = '{text}'\n".encode("utf-8", "surrogatepass") for text in (before, after))
    assert not harmful(readable(name, old, new))
    if is_plain(name, old, new):
        assert harmful(diff(name, old, new).decode("utf-8", "replace")) <= {"\r", "\x0c"}


def test_marks_stay_under_what_they_mark() -> None:
    source = decode("x = '\x1b[31m\u202e\x9b'; f(y)\n".encode(), "a.py")
    column = source.text.index("f(y)") + 1
    one = Diagnostic("BCE103", "n", "m", Location("a.py", Position(1, column), Position(1, column + 4)), "error", ())
    lines = FORMATS["full"](Told([one], {"a.py": source})).splitlines()
    line, marks = (next(line for line in lines if sign in line) for sign in ("f(y)", "^^^^"))
    assert line == r"1 | x = '\x1b[31m\u202e\x9b'; f(y)"
    assert marks.index("^") == line.index("f(y)")


# --- the command line ----------------------------------------------------------------------------

NAME = "od\x1b[2Jd\n::error::\u202e.py"
TEXT = """\
import torch
from torch import nn

OPTION = "\x1b]8;;http://x\x07\u202e\u2066\x9b"


def step(x, y):
    a = nn.BCEWithLogitsLoss(reduction="\u202e\x07")(torch.sigmoid(nn.Linear(4, 1)(x)), y)  # \x1b[31m \u202e
    b = nn.MSELoss(size_average=False)(x, y), "\x1b"
    return a, b
"""
REPORT = {
    "findings": [], "losses": [], "notes": ["\x1b[31m\n::error"], "places": [], "files": [],
    "run": {"columns": True, "ended_by": "\x07\u202e"},
}  # fmt: skip


class Printed(NamedTuple):
    """What a command gave back and printed."""

    status: int
    out: str
    err: str


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose only file has an odd name and odd contents; the working folder."""
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / NAME).write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


COMMANDS: dict[str, list[str]] = {
    "full": ["."],
    "concise": ["--output-format", "concise", "."],
    "json": ["--output-format", "json", "."],
    "statistics": ["--statistics", "-v", "."],
    "diff": ["--diff", "--unsafe-fixes", "."],
    "fix": ["--fix", "--unsafe-fixes", "--show-fixes", "."],
    "fix only": ["--fix-only", "--show-fixes", "."],
    "reveal": ["--reveal", f"{NAME}:8"],
    "reveal nothing": ["--reveal", f"{NAME}:80"],
    "reveal ir": ["--reveal", f"ir:{NAME}:step"],
    "reveal no function": ["--reveal", f"ir:{NAME}:\x1b"],
    "no such file": [f"gone{NAME}"],
    "no such rule": ["--select", NAME, "."],
    "no such page": ["--explain", NAME],
    "no such option": [f"--{NAME}", "."],
    "no such format": ["--output-format", NAME, "."],
    "no such report": ["--compare", NAME, "."],
    "compare": ["--compare", "run.json", "."],
    "named": [NAME],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("text", [TEXT, TEXT.replace("def step", "def step(")], ids=["with findings", "no Python"])
def test_no_command_lets_a_character_through(project: Path, text: str, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    (project / "run.json").write_text(json.dumps(REPORT), encoding="utf-8")
    (project / NAME).write_text(text, encoding="utf-8")
    with suppress(SystemExit):
        main(command)
    printed = "".join(capsys.readouterr())
    assert printed or text != TEXT
    assert not harmful(printed) and "\n::error" not in printed
    assert "internal error" not in printed


ODD = st.text(st.characters(exclude_characters="/\0") | st.sampled_from(EVIL.replace("\0", "") + "\n\t"), min_size=1, max_size=12)
INNER = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n\"\\{}") | st.sampled_from("\x1b\x07\x9b\u202e\u2028"), max_size=12)


@settings(deadline=None, max_examples=40)
@given(ODD, INNER, st.sampled_from([["."], ["--diff", "."], ["--fix", "--show-fixes", "."], ["--statistics", "-v", "."]]))
def test_whatever_a_file_is_called_and_holds(tmp_path_factory: pytest.TempPathFactory, name: str, inner: str, command: list[str]) -> None:
    folder = tmp_path_factory.mktemp("odd")
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    with suppress(UnicodeEncodeError):  # a name that this system cannot have
        (folder / f"{name}.py").write_text(TEXT.replace("http", inner).replace("# ", f"# {inner}"), encoding="utf-8")
    said, here = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline=""), os.getcwd()
    os.chdir(folder)
    try:
        with redirect_stdout(said), redirect_stderr(said):
            main(command)
    finally:
        os.chdir(here)
    said.flush()
    printed = said.buffer.getvalue().decode("utf-8")
    assert not harmful(printed) and "internal error" not in printed


def run(command: Sequence[str], folder: Path, stdin: str = "") -> Printed:
    """Runs a command line as a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONIOENCODING": "utf-8"}
    start = [sys.executable, "-m", "bce_lint", *command]
    done = subprocess.run(start, cwd=folder, input=stdin.encode(), capture_output=True, timeout=120, check=False, env=env)
    return Printed(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def test_what_was_fixed_has_its_bytes(project: Path) -> None:
    run(["--fix", "."], project)
    assert (project / NAME).read_text(encoding="utf-8") == TEXT.replace("size_average=False", 'reduction="sum"')
    assert run(["--fix", "--stdin-filename", NAME, "-"], project, TEXT).out == TEXT.replace("size_average=False", 'reduction="sum"')


def test_a_usual_file_has_a_diff_that_applies_beside_one_that_is_for_reading(project: Path) -> None:
    plain = "\ufefffrom torch import nn\r\n\x0c\r\nloss = nn.MSELoss(size_average=False)\r\n"
    (project / "plain.py").write_bytes(plain.encode())
    alone = run(["--diff", "plain.py"], project)
    assert alone.err == "Would fix 1 finding.\n"
    both = run(["--diff", "."], project)
    assert r"od\x1b[2Jd\n::error::\u202e.py: its diff has control characters written out" in both.err
    subprocess.run(["git", "apply", "-p0"], input=alone.out.encode(), cwd=project, check=True, timeout=60)
    assert (project / "plain.py").read_bytes() == plain.replace("size_average=False", 'reduction="sum"').encode()


def test_a_terminal_gets_no_bytes_of_a_mended_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    terminal.put(b"a = '\x1b'\r\n\xff\n")
    assert capsys.readouterr().out == "a = '\\x1b'\n\\udcff\n"


def test_flake8_is_told_nothing_raw(project: Path) -> None:
    (project / "net.py").write_text("import torch\n\n\ndef f(x):\n    return torch.sigmoid(x)\n", encoding="utf-8")
    (project / "\x1bnet").mkdir()
    rows = list(Checker(None, TEXT.splitlines(keepends=True), NAME).run())
    assert {text.split()[0] for _, _, text, _ in rows} >= {"BCE203"}
    assert not any(harmful(text) or "\n" in text for _, _, text, _ in rows)
    options = argparse.Namespace(bce_extend_select=["\x1b\u202e"], bce_no_cache=True, bce_cache_dir=None)
    try:
        Checker.parse_options(options)
        assert not any(harmful(text) for _, _, text, _ in Checker(None, ["x = 1\n"], NAME).run())
    finally:
        Checker.extend_select, Checker.no_cache = (), False


def test_no_line_begins_as_a_command_of_a_ci(project: Path) -> None:
    (project / "::error::x.py").write_text("from torch import nn\n\nnn.MSELoss(size_average=False)\n", encoding="utf-8")
    for form in ("concise", "full"):
        assert not re.search(r"(?m)^\s*::", run(["--output-format", form, "::error::x.py"], project).out)


def test_json_keeps_the_data(project: Path) -> None:
    found = json.loads(run(["--output-format", "json", "."], project).out)
    assert {one["filename"] for one in found} == {str(project / NAME)}


def test_a_report_of_a_run_is_not_trusted(project: Path) -> None:
    place = {"filename": str(project / NAME), "location": {"row": 8, "column": 9}, "end_location": {"row": 8, "column": 12}}
    row = {"code": "BCE103", "name": "\x1b[1m", "message": "\x07\n\u202e", "severity": "error", "labels": [], "count": 1, **place}
    told = {**REPORT, "findings": [row], "files": [{"filename": str(project / NAME), "sha256": "0"}]}
    (project / "run.json").write_text(json.dumps(told), encoding="utf-8")
    assert read_report("run.json").witnessed.findings
    for extra in ([], ["--statistics"], ["--output-format", "concise"]):
        done = run(["--compare", "run.json", *extra, "."], project)
        assert "BCE103" in done.out and not harmful(done.out + done.err)


def test_the_entry_point_is_the_same(capsys: pytest.CaptureFixture[str], project: Path) -> None:
    main([NAME])
    assert not harmful(capsys.readouterr().out)
