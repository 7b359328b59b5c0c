"""The command line: options, output and exit status."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import bce_lint
from bce_lint import engine
from bce_lint.cli import main
from bce_lint.diagnostic import Diagnostic, Location, Position
from bce_lint.rules.registry import RULES
from bce_lint.rules.rule import Rule
from bce_lint.rules.selection import choose

BUG = """\
import torch
from torch import nn

layer = nn.Linear(4, 1)
criterion = nn.BCEWithLogitsLoss()


def step(x, y):
    return criterion(torch.sigmoid(layer(x)), y)
"""
CLEAN = BUG.replace("torch.sigmoid(layer(x))", "layer(x)")
HIDDEN = "No fixes available (1 hidden fix can be enabled with the `--unsafe-fixes` option).\n"
DEEP = """\
import torch
from torch import nn


def main(x, y):
    rows = []
    rows.append(rows)
    t = torch.tensor(rows)
    return nn.BCEWithLogitsLoss()(torch.sigmoid(nn.Linear(3, 1)(x)), y)
"""
LONG = """\
from torch import nn


class Trainer:
    def __init__(self):
        self.loss = nn.BCELoss()

    def train(self, x, y):
{}        return self.loss(x, y)
""".format("        x = x.unknown()\n" * 3_000)
BROKEN = "from torch import nn\n\nloss = nn.BCELoss(:\n"


class Run(NamedTuple):
    """What a command line did."""

    status: int
    out: str
    err: str


Runner = Callable[..., Run]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Runs a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, stdin: str = "") -> Run:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8"))))
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capsys.readouterr()
        return Run(status, out, err)

    return call


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A folder with a bug, a clean file and one that does not parse."""
    for name, text in {"bug.py": BUG, "clean.py": CLEAN, "pkg/broken.py": BROKEN}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    yield tmp_path


def lines_of(done: Run) -> list[str]:
    """The findings in the concise output."""
    return [line for line in done.out.splitlines() if ": BCE" in line]


def codes_of(done: Run) -> list[str]:
    """The codes in the concise output."""
    return [line.split(": ")[1].split()[0] for line in lines_of(done)]


def test_a_finding_gives_1_and_a_frame(project: Path, run: Runner) -> None:
    done = run("bug.py")
    assert (done.status, done.err) == (1, "")
    assert done.out.startswith("error[BCE103]: ")
    assert " --> bug.py:9:12\n" in done.out
    assert "9 |     return criterion(torch.sigmoid(layer(x)), y)\n  |            ^^^^" in done.out
    assert done.out.endswith(f"Found 1 finding in 1 file.\n{HIDDEN}")


def test_nothing_found_gives_0(project: Path, run: Runner) -> None:
    assert run("clean.py") == Run(0, "No findings.\n", "")


def test_no_path_means_the_current_folder(project: Path, run: Runner) -> None:
    done = run("--output-format", "concise")
    assert codes_of(done) == ["BCE103", "BCE901"]
    assert [line.split(":")[0] for line in lines_of(done)] == ["bug.py", os.path.join("pkg", "broken.py")]
    assert done.out.endswith(f"Found 2 findings in 2 files.\n{HIDDEN}")
    assert run("--output-format", "concise", ".") == done


def test_check_may_be_written_before_the_paths(project: Path, run: Runner) -> None:
    assert run("check", "bug.py") == run("bug.py")
    assert run("check", "check").err == "bce-lint: check: No such file or directory\n"


def test_options_may_stand_between_paths(project: Path, run: Runner) -> None:
    done = run("bug.py", "--output-format", "concise", "clean.py", "-q", "pkg")
    assert codes_of(done) == ["BCE103", "BCE901"]
    assert len(done.out.splitlines()) == 2


def test_a_missing_path_gives_2_and_one_line_and_the_rest_is_reported(project: Path, run: Runner) -> None:
    done = run("--output-format", "concise", "no/such.py", "bug.py")
    assert (done.status, done.err) == (2, "bce-lint: no/such.py: No such file or directory\n")
    assert codes_of(done) == ["BCE103"]
    assert run("clean.py", "gone").status == 2


def test_a_dangling_link_gives_2_and_the_rest_is_reported(project: Path, run: Runner) -> None:
    (project / "link.py").symlink_to("gone.py")
    done = run("--output-format", "concise", "link.py", "bug.py")
    assert (done.status, done.err) == (2, "bce-lint: link.py: No such file or directory\n")
    assert codes_of(done) == ["BCE103"]


def test_force_exclude_leaves_out_what_is_ignored(project: Path, run: Runner) -> None:
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("bug.py\n", encoding="utf-8")
    assert codes_of(run("--output-format", "concise", "bug.py")) == ["BCE103"]
    done = run("--force-exclude", "bug.py")
    assert done == Run(0, "", "bce-lint: no Python files under the given paths\n")
    assert run("--force-exclude", "bug.py", "clean.py") == Run(0, "No findings.\n", "")
    assert run("--force-exclude", "--stdin-filename", "bug.py", stdin=BUG) == Run(0, "No findings.\n", "")
    assert run("--force-exclude", "--stdin-filename", "other.py", stdin=BUG).status == 1


def test_a_folder_without_python_files_is_told(tmp_path: Path, run: Runner) -> None:
    assert run(".") == Run(0, "", "bce-lint: no Python files under the given paths\n")
    assert run("-q", ".") == Run(0, "", "")


def test_what_was_not_read_is_not_called_clean(project: Path, run: Runner) -> None:
    assert run("gone.py") == Run(2, "", "bce-lint: gone.py: No such file or directory\n")
    assert run("gone.py", "clean.py") == Run(2, "", "bce-lint: gone.py: No such file or directory\n")
    assert run("--statistics", "gone.py") == Run(2, "", "bce-lint: gone.py: No such file or directory\n")
    assert run("--output-format", "json", "gone.py").out == "[]\n"
    assert run("--fix", "gone.py", "clean.py").out == ""


@pytest.mark.parametrize("name", ["notes.txt", "data.json", "script"])
def test_a_named_file_that_is_no_python_gives_2_and_the_rest_is_reported(project: Path, run: Runner, name: str) -> None:
    (project / name).write_text("{}", encoding="utf-8")
    done = run("--output-format", "concise", name, "bug.py")
    assert (done.status, codes_of(done), len(done.err.splitlines())) == (2, ["BCE103"], 1)
    assert done.err.startswith(f"bce-lint: {name}: not")
    assert run(name).out == ""
    assert run(".").status == 1


def test_a_notebook_that_is_none_is_a_finding_and_stays_as_it_is(project: Path, run: Runner) -> None:
    (project / "a.ipynb").write_text("{}", encoding="utf-8")
    told = "a.ipynb:1:1: BCE901 not a notebook: it has no cells"
    assert run("--output-format", "concise", "a.ipynb").out.splitlines()[0] == told
    done = run("--output-format", "concise", "--stdin-filename", "a.ipynb", "-", stdin="{}")
    assert (done.status, done.out.splitlines()[0], done.err) == (1, told, "")
    assert run("--fix", "--stdin-filename", "a.ipynb", "-", stdin="{}").out == "{}"
    assert run("--stdin-filename", "a.txt", "-", stdin=CLEAN).status == 0


def test_quiet_prints_the_findings_only(project: Path, run: Runner) -> None:
    assert run("-q", "clean.py") == Run(0, "", "")
    assert "Found" not in run("--quiet", "bug.py").out


def test_exit_zero_hides_findings_but_not_errors(project: Path, run: Runner) -> None:
    assert run("--exit-zero", "bug.py").status == 0
    assert run("--exit-zero", "gone.py").status == 2


def test_a_file_that_is_not_python_is_a_finding(project: Path, run: Runner) -> None:
    done = run("--output-format", "concise", "pkg/broken.py")
    assert (done.status, codes_of(done)) == (1, ["BCE901"])
    assert done.out.startswith(f"{os.path.join('pkg', 'broken.py')}:3:")
    assert codes_of(run("--output-format", "concise", "--select", "BCE103", "pkg/broken.py")) == ["BCE901"]
    assert codes_of(run("--output-format", "concise", "--ignore", "BCE901", "pkg/broken.py")) == []


# --- selection -----------------------------------------------------------------------------------


def test_select_by_code_prefix_and_name(project: Path, run: Runner) -> None:
    for selector in ("BCE103", "BCE1", "BCE", "sigmoid-before-bce-with-logits", "BCE201,BCE103", " BCE103 , "):
        assert codes_of(run("--output-format", "concise", "--select", selector, "bug.py")) == ["BCE103"], selector
    for selector in ("BCE2", "class-called-as-function", ""):
        assert codes_of(run("--output-format", "concise", "--select", selector, "bug.py")) == [], selector


def test_ignore(project: Path, run: Runner) -> None:
    for selector in ("BCE103", "BCE10", "sigmoid-before-bce-with-logits"):
        assert run("--ignore", selector, "bug.py").status == 0, selector
    assert run("--ignore", "BCE104", "--ignore", "BCE2", "bug.py").status == 1


def test_the_more_exact_selector_wins() -> None:
    assert "BCE103" in choose(["BCE103"], ["BCE1"], [])
    assert "BCE104" not in choose(["BCE103"], ["BCE1"], [])
    assert "BCE103" not in choose(["BCE1"], ["BCE103"], [])
    assert "BCE103" not in choose(["BCE103"], ["BCE103"], [])
    assert "BCE103" in choose(None, ["BCE1"], ["BCE10"])
    assert "BCE103" not in choose(["BCE10"], ["sigmoid-before-bce-with-logits"], [])


def test_the_default_selection_leaves_out_what_is_off() -> None:
    assert choose(None, [], []) == {rule.code for rule in RULES if rule.default}
    assert choose(None, [], ["BCE123"]) == choose(None, [], []) | {"BCE123"} != choose(None, [], [])
    assert choose(["BCE12"], [], []) == {"BCE121", "BCE122", "BCE123", "BCE900", "BCE901", "BCE902"}


@pytest.mark.parametrize("option", ["--select", "--ignore", "--extend-select", "--fixable", "--unfixable"])
def test_an_unknown_rule_gives_2_and_names_the_nearest(project: Path, run: Runner, option: str) -> None:
    assert run(option, "BCE1033", "bug.py") == Run(2, "", f"bce-lint: {option}: no rule is called 'BCE1033'; did you mean BCE103?\n")
    done = run(option, "sigmoid-before-bce-with-logit", "bug.py")
    near = "did you mean sigmoid-before-bce-with-logits?"
    assert done == Run(2, "", f"bce-lint: {option}: no rule is called 'sigmoid-before-bce-with-logit'; {near}\n")
    assert run(option, "XYZ", "bug.py").err == f"bce-lint: {option}: no rule is called 'XYZ'\n"


# --- standard input ------------------------------------------------------------------------------


def test_standard_input(run: Runner) -> None:
    done = run("--output-format", "concise", "-", stdin=BUG)
    assert (done.status, codes_of(done)) == (1, ["BCE103"])
    assert run("-", stdin=CLEAN).status == 0
    assert run("-", stdin="").status == 0


def test_standard_input_with_a_name(run: Runner) -> None:
    done = run("--output-format", "concise", "--stdin-filename", "pkg/net.py", "-", stdin=BUG)
    assert lines_of(done)[0].startswith("pkg/net.py:9:12: BCE103 ")
    assert run("--output-format", "concise", "--stdin-filename", "pkg/net.py", stdin=BUG) == done


def test_standard_input_with_a_name_sees_its_neighbours(tmp_path: Path, run: Runner) -> None:
    (tmp_path / "net.py").write_text("import torch\n\n\ndef squash(x):\n    return torch.sigmoid(x)\n", encoding="utf-8")
    text = "from torch import nn\nfrom net import squash\n\nlayer = nn.Linear(4, 1)\n\n\ndef step(x, y):\n" \
           "    return nn.BCEWithLogitsLoss()(squash(layer(x)), y)\n"  # fmt: skip
    assert codes_of(run("--output-format", "concise", "--stdin-filename", "train.py", "-", stdin=text)) == ["BCE103"]
    assert codes_of(run("--output-format", "concise", "-", stdin=text)) == []


def test_standard_input_is_read_alone(project: Path, run: Runner) -> None:
    for arguments in (("-", "bug.py"), ("--stdin-filename", "x.py", "bug.py"), ("-", "-")):
        done = run(*arguments)
        assert (done.status, done.out) == (2, "")
        assert done.err.splitlines()[-1] == "bce-lint: error: standard input is read alone: give either `-` or paths"


# --- output --------------------------------------------------------------------------------------


def test_json(project: Path, run: Runner) -> None:
    done = run("--output-format", "json", "bug.py", "pkg")
    rows = json.loads(done.out)
    assert done.status == 1
    assert [(row["code"], row["filename"]) for row in rows] == [
        ("BCE103", str(project / "bug.py")),
        ("BCE901", str(project / "pkg" / "broken.py")),
    ]
    assert rows[0]["location"] == {"row": 9, "column": 12}
    assert rows[0]["end_location"] == {"row": 9, "column": 49}
    assert rows[0]["labels"][0]["location"] == {"row": 9, "column": 22}
    assert json.loads(run("--output-format", "json", "clean.py").out) == []


def test_statistics(project: Path, run: Runner) -> None:
    (project / "again.py").write_text(BUG, encoding="utf-8")
    visited = "losses and other operations that rules look at, analysed: 6 of 6\n"
    told = "2\tBCE103\tsigmoid-before-bce-with-logits\n1\tBCE901\tsyntax-error\n"
    assert run("--statistics", ".") == Run(1, told + visited, "")
    assert json.loads(run("--statistics", "--output-format", "json", ".").out)[0]["count"] == 2


@pytest.fixture
def too_deep(monkeypatch: pytest.MonkeyPatch) -> None:
    """`torch.tensor` recurses beyond what Python allows."""
    from bce_lint.analysis.models import registry

    def _deeper(*arguments: object) -> object:
        return _deeper(*arguments)

    monkeypatch.setitem(registry.MODELS, "torch.tensor", _deeper)


def untimed(done: Run) -> Run:
    """What a command printed, but for where its time went."""
    told, _, _ = done.err.partition("time: ")
    assert told != done.err
    return done._replace(err=told)


@pytest.mark.usefixtures("too_deep")
def test_what_was_not_analysed_completely_is_told(project: Path, run: Runner) -> None:
    (project / "deep.py").write_text(DEEP, encoding="utf-8")
    (project / "long.py").write_text(LONG, encoding="utf-8")
    told = (
        "not analysed completely: 2 functions\n    deep.py:5 main (it recurses too deeply)\n"
        "    long.py:8 Trainer.train (its budget of evaluations ran out)\n"
    )
    assert run("deep.py", "long.py") == Run(0, "No findings.\n", "")
    assert untimed(run("-v", "deep.py", "long.py")) == Run(0, "No findings.\n", told)
    counted = told + "losses and other operations that rules look at, analysed: 2 of 3\n"
    assert run("--statistics", "deep.py", "long.py") == untimed(run("--statistics", "-v", "deep.py", "long.py")) == Run(0, counted, "")
    assert run("--statistics", "--output-format", "json", "deep.py", "long.py") == Run(0, "[]\n", told)
    assert untimed(run("-v", "--fix", "deep.py", "long.py")) == Run(0, "No findings.\n", told)
    assert untimed(run("--verbose", "clean.py")) == Run(0, "No findings.\n", "not analysed completely: 0 functions\n")
    one = told.splitlines()[0].replace("2 functions", "1 function") + f"\n{told.splitlines()[1]}\n"
    assert untimed(run("-v", "--stdin-filename", "deep.py", "-", stdin=DEEP)).err == one


@pytest.mark.usefixtures("too_deep")
def test_what_was_not_analysed_completely_is_told_from_the_cache(project: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCE_LINT_NO_CACHE")
    (project / "deep.py").write_text(DEEP, encoding="utf-8")
    cold, warm = (run("-v", "--cache-dir", "../kept", ".") for _ in range(2))
    assert "deep.py:5 main (it recurses too deeply)" in cold.err
    assert untimed(cold) == untimed(warm) == untimed(run("-v", "--no-cache", "."))
    assert warm.err.endswith("time: nothing had to be analysed\n")


@pytest.mark.usefixtures("too_deep")
def test_what_the_function_that_recursed_too_deeply_called_is_analysed(project: Path, run: Runner) -> None:
    last = DEEP.rpartition("    return ")[2]
    text = DEEP.replace(last, "step(x, y)\n").replace("    rows = []", "    step(x, y)\n    rows = []")
    (project / "deep.py").write_text(f"{text}\n\ndef step(x, y):\n    return {last}", encoding="utf-8")
    done = run("--output-format", "concise", "-v", "deep.py")
    assert [line.split(":")[1] for line in lines_of(done)] == ["14"] and codes_of(done) == ["BCE103"]
    assert "deep.py:5 main" in done.err


@pytest.mark.usefixtures("too_deep")
def test_what_recurses_too_deeply_from_everywhere_takes_seconds(project: Path, run: Runner) -> None:
    calls = "".join(f"def f{n}(x, y):\n    f{n + 1}(x, y)\n    return main(x, y)\n\n\n" for n in range(300))
    (project / "deep.py").write_text(DEEP + calls, encoding="utf-8")
    start = time.process_time()
    done = run("-v", "deep.py")
    assert time.process_time() - start < 10
    assert (done.status, done.out) == (0, "No findings.\n")
    assert {line.split()[1] for line in untimed(done).err.splitlines()[1:]} == {"main", *(f"f{n}" for n in range(300))}


def test_an_unknown_option_or_format_gives_2(project: Path, run: Runner) -> None:
    assert run("--output-format", "xml", "bug.py").status == 2
    done = run("--no-such-option", "bug.py")
    assert (done.status, done.err.splitlines()[-1]) == (2, "bce-lint: error: unrecognized arguments: --no-such-option")
    assert run("--sel", "BCE103", "bug.py").status == 2


def test_options_that_do_nothing_yet_are_accepted(project: Path, run: Runner) -> None:
    assert run("--isolated", "--no-cache", "bug.py") == run("-n", "bug.py") == run("bug.py")


def test_version(run: Runner) -> None:
    assert run("--version") == Run(0, f"bce-lint {bce_lint.__version__}\n", "")


def test_help_names_every_option(run: Runner) -> None:
    text = run("--help").out
    for option in ("--select", "--ignore", "--extend-select", "--isolated", "--no-cache", "--output-format", "--statistics", "--exit-zero",
                   "--quiet", "--version", "--stdin-filename", "--explain", "--list-rules", "--fix", "--unsafe-fixes", "--diff",
                   "--fix-only", "--show-fixes", "--exit-non-zero-on-fix", "--fixable", "--unfixable", "--force-exclude"):  # fmt: skip
        assert option in text


def test_list_rules(run: Runner) -> None:
    done = run("--list-rules")
    assert (done.status, len(done.out.splitlines())) == (0, len(RULES))
    assert "BCE103  sigmoid-before-bce-with-logits    error    on\n" in done.out
    assert [line.split()[-1] for line in done.out.splitlines() if line.startswith("BCE123")] == ["off"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_explain_by_code_and_by_name(run: Runner, rule: Rule) -> None:
    by_code = run("--explain", rule.code)
    assert by_code.status == 0
    assert by_code.out.startswith(f"# {rule.name} ({rule.code})\n")
    assert "## What it does" in by_code.out
    assert run("--explain", rule.name) == run("--explain", rule.code.lower()) == by_code


@pytest.mark.parametrize("beginning", ["BCE5", "bce5"])
def test_explain_the_beginning_of_codes_lists_their_rules(run: Runner, beginning: str) -> None:
    listed = run("--explain", beginning)
    assert listed.status == 0
    assert [line.split()[:2] for line in listed.out.splitlines()] == [[rule.code, rule.name] for rule in RULES if rule.code[3] == "5"]


def test_explain_an_unknown_rule_names_the_nearest(run: Runner) -> None:
    assert run("--explain", "BCE110") in [
        Run(2, "", f"bce-lint: no rule is called 'BCE110'; did you mean {code}?\n") for code in ("BCE101", "BCE111", "BCE112", "BCE113")
    ]
    assert run("--explain", "softmax-before-crossentropy").err.endswith("did you mean softmax-before-cross-entropy?\n")
    assert run("--explain", "xyzzy") == Run(2, "", "bce-lint: no rule is called 'xyzzy'\n")


# --- what goes wrong -----------------------------------------------------------------------------


def test_an_internal_error_at_a_file_gives_2(project: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Location("bug.py", Position(1, 1), Position(1, 1))
    result = engine.check([Path("bug.py")], choose(None, [], []))
    crash = result._replace(diagnostics=(Diagnostic("BCE900", "internal-error", "no", place), *result.diagnostics))
    monkeypatch.setattr(engine, "check", lambda *_: crash)
    done = run("--output-format", "concise", "bug.py")
    assert (done.status, codes_of(done)) == (2, ["BCE900", "BCE103"])
    assert run("--exit-zero", "bug.py").status == 2


def test_a_crash_is_one_line_and_2(project: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("out of\nluck")

    monkeypatch.setattr(engine, "check", crash)
    assert run("bug.py") == Run(2, "", "bce-lint: internal error: RuntimeError: out of luck\n")


def test_an_interrupt_is_quiet(project: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "check", interrupt)
    assert run("bug.py") == Run(130, "", "")


def process(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs `python -m bce_lint` as a process of its own."""
    path = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-m", "bce_lint", *arguments], cwd=cwd, capture_output=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": path, **environment},
    )  # fmt: skip


def test_as_a_module(project: Path) -> None:
    done = process("--output-format", "concise", ".", cwd=project)
    assert (done.returncode, done.stderr) == (1, b"")
    assert [line.split(b":")[0] for line in done.stdout.splitlines()[:2]] == [b"bug.py", b"pkg/broken.py"]


def test_a_terminal_with_a_small_character_set_is_no_error(project: Path) -> None:
    (project / "caf\u00e9.py").write_text(BUG.replace("layer", "\u03b2"), encoding="utf-8")
    done = process("caf\u00e9.py", cwd=project, PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"caf\xe9.py:9:12" in done.stdout and rb"\u03b2" in done.stdout


def test_a_file_name_that_is_not_text_is_no_error(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text(BUG, encoding="utf-8")
    for form in ("full", "concise", "json"):
        done = process("--output-format", form, ".", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (1, b""), form


def test_a_closed_pipe_is_quiet(project: Path) -> None:
    for number in range(300):
        (project / f"bug_{number}.py").write_text(BUG, encoding="utf-8")
    program = "import sys; from bce_lint.cli import main; sys.exit(main())"
    path = os.pathsep.join(filter(None, (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    command, environment = [sys.executable, "-c", program, "."], {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as started:
        assert started.stdout is not None and started.stderr is not None
        started.stdout.close()
        assert started.stderr.read() == b""


# --- the library ---------------------------------------------------------------------------------


def test_lint_source(tmp_path: Path) -> None:
    assert [one.code for one in bce_lint.lint_source(BUG)] == ["BCE103"]
    assert bce_lint.lint_source(BUG.encode(), select=["BCE2"]) == ()
    with pytest.raises(ValueError, match="did you mean BCE103"):
        bce_lint.lint_source(BUG, select=["BCE1033"])


def test_lint_paths(project: Path) -> None:
    assert [one.code for one in bce_lint.lint_paths([project])] == ["BCE103", "BCE901"]
    assert [one.code for one in bce_lint.lint_paths([str(project / "clean.py")])] == []
    with pytest.raises(FileNotFoundError, match=r"gone\.py"):
        bce_lint.lint_paths([project, project / "gone.py"])
