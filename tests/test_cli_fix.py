"""The command line's fixes: what is written, shown and said, and the exit status."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bce_lint import engine
from bce_lint.cache import Cache
from bce_lint.cli import main
from bce_lint.diagnostic import Diagnostic, Edit, Fix, Location, Position
from bce_lint.fix_options import FixOptions
from bce_lint.fixes.outcome import Outcome
from bce_lint.lint_result import LintResult
from bce_lint.source.text import SourceText
from bce_lint.source.write import FileChange

SAFE = "import torch.nn.functional as F\n\n\ndef old(x, y):\n    return F.mse_loss(x, y, size_average=False)\n"
SAFE_FIXED = SAFE.replace("size_average=False", 'reduction="sum"')
UNSAFE = """\
import torch
from torch import nn

layer = nn.Linear(4, 1)


def step(x, y):
    return nn.BCEWithLogitsLoss()(torch.sigmoid(layer(x)), y)
"""
UNSAFE_FIXED = UNSAFE.replace("torch.sigmoid(layer(x))", "layer(x)")
BOTH = UNSAFE + SAFE
BOTH_SAFE_FIXED = UNSAFE + SAFE_FIXED
CLEAN = "import torch\n"
BROKEN = "from torch import nn\n\nloss = nn.BCELoss(:\n"
HIDDEN = "No fixes available (1 hidden fix can be enabled with the `--unsafe-fixes` option).\n"


class Run(NamedTuple):
    """What a command line did; standard output may hold a file's bytes."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output, where it is text."""
        return self.out.decode("utf-8")


Runner = Callable[..., Run]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Runner:
    """Runs a command line in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str, stdin: bytes = b"") -> Run:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            status = main(arguments)
        except SystemExit as stop:
            status = int(stop.code or 0)
        out, err = capsysbinary.readouterr()
        return Run(status, out, err.decode("utf-8"))

    return call


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a file for each kind of fix, and a clean one."""
    write(tmp_path, **{"safe.py": SAFE, "unsafe.py": UNSAFE, "clean.py": CLEAN})
    return tmp_path


def write(folder: Path, **texts: str) -> None:
    """Makes files, with the line ends as given."""
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8"))


def texts(folder: Path) -> dict[str, str]:
    """The files of a folder that are not clean."""
    return {path.name: text for path in sorted(folder.glob("*.py")) if (text := path.read_bytes().decode("utf-8")) != CLEAN}


# --- without --fix -------------------------------------------------------------------------------


def test_findings_are_marked_and_counted(project: Path, run: Runner) -> None:
    done = run("--output-format", "concise", ".")
    assert done.status == 1
    assert [line.split(" `")[0] for line in done.text.splitlines()[:2]] == ["safe.py:5:12: BCE203 [*]", "unsafe.py:8:12: BCE103"]
    assert done.text.endswith(
        "Found 2 findings in 2 files.\n"
        "[*] 1 fixable with the `--fix` option (1 hidden fix can be enabled with the `--unsafe-fixes` option).\n"
    )
    assert texts(project) == {"safe.py": SAFE, "unsafe.py": UNSAFE}


def test_unsafe_fixes_alone_marks_them_and_changes_nothing(project: Path, run: Runner) -> None:
    done = run("--output-format", "concise", "--unsafe-fixes", ".")
    assert [line.split()[2] for line in done.text.splitlines()[:2]] == ["[*]", "[*]"]
    assert done.text.endswith("Found 2 findings in 2 files.\n[*] 2 fixable with the `--fix` option.\n")
    assert texts(project) == {"safe.py": SAFE, "unsafe.py": UNSAFE}


def test_the_frame_is_followed_by_the_fix(project: Path, run: Runner) -> None:
    shown = run("unsafe.py").text
    assert re.search(r"\nhelp: Remove the sigmoid\n  \|\n(.*\n)+  \|\nnote: this is an unsafe fix and may change values\n\n", shown)


def test_json_holds_edits_that_mend(project: Path, run: Runner) -> None:
    (row,) = json.loads(run("--output-format", "json", "safe.py").out)
    fix = row["fix"]
    assert (fix["applicability"], bool(fix["message"])) == ("safe", True)
    lines = SAFE.splitlines(keepends=True)
    for edit in sorted(fix["edits"], key=lambda edit: edit["location"]["column"], reverse=True):
        start, end = edit["location"], edit["end_location"]
        assert (edit["filename"], start["row"], end["row"]) == (str(project / "safe.py"), 5, 5)
        line = lines[4]
        lines[4] = line[: start["column"] - 1] + edit["content"] + line[end["column"] - 1 :]
    assert "".join(lines) == SAFE_FIXED


def test_what_is_not_fixable_is_not_offered(project: Path, run: Runner) -> None:
    done = run("--unfixable", "BCE203", "safe.py")
    assert "[*]" not in done.text and "\nhelp" not in done.text
    assert done.text.endswith("Found 1 finding in 1 file.\n")
    assert json.loads(run("--output-format", "json", "--fixable", "BCE1", "safe.py").out)[0]["fix"] is None


def test_fixes_are_asked_for_where_they_are_shown(project: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def check(files: object, codes: object, fixes: bool, *_: object) -> LintResult:
        asked.append(fixes)
        return LintResult((), {})

    monkeypatch.setattr(engine, "check", check)
    for arguments in ((), ("--output-format", "concise"), ("--output-format", "json"), ("--statistics",)):
        run(*arguments, ".")
    assert asked == [True, True, True, False]


# --- --fix ---------------------------------------------------------------------------------------


def test_fix_applies_safe_fixes_and_reports_the_rest(project: Path, run: Runner) -> None:
    done = run("--fix", "--output-format", "concise", ".")
    assert (done.status, done.err) == (1, "")
    assert done.text.startswith("unsafe.py:8:12: BCE103 `")
    assert done.text.endswith(f"Found 2 findings in 2 files (1 fixed, 1 left).\n{HIDDEN}")
    assert texts(project) == {"safe.py": SAFE_FIXED, "unsafe.py": UNSAFE}


def test_fix_with_unsafe_fixes_leaves_nothing(project: Path, run: Runner) -> None:
    assert run("--fix", "--unsafe-fixes", ".") == Run(0, b"Found 2 findings in 2 files (2 fixed, 0 left).\n", "")
    assert texts(project) == {"safe.py": SAFE_FIXED, "unsafe.py": UNSAFE_FIXED}
    assert run("--fix", "--unsafe-fixes", ".") == Run(0, b"No findings.\n", "")


def test_frames_of_what_is_left_show_the_text_as_it_is_now(project: Path, run: Runner) -> None:
    write(project, **{"both.py": f"{SAFE}\n{UNSAFE}"})
    done = run("--fix", "both.py")
    assert texts(project)["both.py"] == f"{SAFE_FIXED}\n{UNSAFE}"
    assert "14 |     return nn.BCEWithLogitsLoss()(torch.sigmoid(layer(x)), y)\n" in done.text


def test_unsafe_fixes_can_be_chosen_by_rule(project: Path, run: Runner) -> None:
    run("--fix", "--unsafe-fixes", "--fixable", "sigmoid-before-bce-with-logits", ".")
    assert texts(project) == {"safe.py": SAFE, "unsafe.py": UNSAFE_FIXED}
    assert run("--fix", "--fixable", "BCE203", "--unfixable", "BCE2", ".").status == 0
    assert texts(project) == {"safe.py": SAFE_FIXED, "unsafe.py": UNSAFE_FIXED}


def test_the_more_exact_of_fixable_and_unfixable_wins(project: Path, run: Runner) -> None:
    for arguments in (("--unfixable", "BCE2"), ("--fixable", "BCE2", "--unfixable", "BCE203"), ("--fixable", ""), ("--fixable", "BCE1")):
        assert run("--fix", *arguments, "safe.py").status == 1, arguments
    assert texts(project)["safe.py"] == SAFE
    assert run("--fix", "--unfixable", "BCE", "--fixable", "BCE203", "safe.py").status == 0


def test_only_selected_rules_are_fixed(project: Path, run: Runner) -> None:
    assert run("--fix", "--unsafe-fixes", "--select", "BCE103", ".").status == 0
    assert texts(project) == {"safe.py": SAFE, "unsafe.py": UNSAFE_FIXED}


def test_exit_non_zero_on_fix(project: Path, run: Runner) -> None:
    assert run("--fix", "--exit-non-zero-on-fix", "safe.py").status == 1
    assert run("--fix", "--exit-non-zero-on-fix", "safe.py") == Run(0, b"No findings.\n", "")
    assert run("--fix-only", "--unsafe-fixes", "--exit-non-zero-on-fix", "unsafe.py").status == 1
    write(project, **{"safe.py": SAFE})
    assert run("--fix", "--exit-non-zero-on-fix", "--exit-zero", "safe.py").status == 0


def test_fix_only_reports_nothing_that_is_left(project: Path, run: Runner) -> None:
    done = run("--fix-only", ".")
    assert done == Run(0, b"Fixed 1 finding (1 additional fix available with `--unsafe-fixes`).\n", "")
    assert texts(project) == {"safe.py": SAFE_FIXED, "unsafe.py": UNSAFE}
    assert run("--fix-only", ".").out == b"No findings fixed (1 fix available with `--unsafe-fixes`).\n"
    assert run("--fix-only", "clean.py") == run("--fix-only", "-q", "unsafe.py") == Run(0, b"", "")


def test_show_fixes(project: Path, run: Runner) -> None:
    done = run("--fix", "--unsafe-fixes", "--show-fixes", ".")
    assert done.text == (
        "\nFixed 2 findings:\n"
        "- safe.py:\n    1 x BCE203 (deprecated-loss-reduction)\n"
        "- unsafe.py:\n    1 x BCE103 (sigmoid-before-bce-with-logits)\n\n"
        "Found 2 findings in 2 files (2 fixed, 0 left).\n"
    )
    assert run("--fix", "--show-fixes", ".").out == b"No findings.\n"


def test_quiet_and_json_keep_to_the_findings(project: Path, run: Runner) -> None:
    assert json.loads(run("--fix", "--show-fixes", "--output-format", "json", ".").out)[0]["code"] == "BCE103"
    write(project, **{"safe.py": SAFE})
    assert run("--fix", "--show-fixes", "-q", "safe.py") == Run(0, b"", "")


def test_statistics_count_what_is_left(project: Path, run: Runner) -> None:
    assert run("--fix", "--statistics", ".") == Run(1, b"1\tBCE103\tsigmoid-before-bce-with-logits\n", "")


def test_a_file_that_does_not_parse_stays_and_is_reported(project: Path, run: Runner) -> None:
    write(project, **{"broken.py": BROKEN})
    done = run("--fix", "--output-format", "concise", "safe.py", "broken.py")
    assert (done.status, done.text.split()[1]) == (1, "BCE901")
    assert texts(project)["broken.py"] == BROKEN and texts(project)["safe.py"] == SAFE_FIXED
    assert run("--fix-only", "broken.py").status == 0


def test_a_missing_path_gives_2_and_the_rest_is_fixed(project: Path, run: Runner) -> None:
    done = run("--fix", "gone.py", "safe.py")
    assert (done.status, done.err) == (2, "bce-lint: gone.py: No such file or directory\n")
    assert texts(project)["safe.py"] == SAFE_FIXED


def test_nothing_but_the_given_files_is_changed(project: Path, run: Runner) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.iterdir() if path.name != "safe.py"}
    run("--fix", "--unsafe-fixes", "safe.py", "clean.py")
    assert {path: path.stat().st_mtime_ns for path in project.iterdir() if path.name != "safe.py"} == before


# --- --diff --------------------------------------------------------------------------------------

DIFF = """\
--- safe.py
+++ safe.py
@@ -2,4 +2,4 @@
 
 
 def old(x, y):
-    return F.mse_loss(x, y, size_average=False)
+    return F.mse_loss(x, y, reduction="sum")
"""  # noqa: W293


def test_diff_shows_and_writes_nothing(project: Path, run: Runner) -> None:
    done = run("--diff", ".")
    assert (done.status, done.text) == (1, DIFF)
    assert done.err == "Would fix 1 finding (1 additional fix available with `--unsafe-fixes`).\n"
    assert texts(project) == {"safe.py": SAFE, "unsafe.py": UNSAFE}
    assert run("--diff", "--fix", ".") == run("--diff", "--fix-only", "--output-format", "concise", ".") == done


def test_diff_of_several_files_is_a_patch(project: Path, run: Runner) -> None:
    done = run("--diff", "--unsafe-fixes", "-q", ".")
    assert (done.status, done.err) == (1, "")
    subprocess.run(["patch", "-p0", "-s"], input=done.out, cwd=project, check=True, timeout=60)
    assert texts(project) == {"safe.py": SAFE_FIXED, "unsafe.py": UNSAFE_FIXED}


def test_diff_gives_0_where_nothing_would_change(project: Path, run: Runner) -> None:
    assert run("--diff", "clean.py") == Run(0, b"", "")
    assert run("--diff", "unsafe.py") == Run(0, b"", "No findings would be fixed (1 fix available with `--unsafe-fixes`).\n")
    assert run("--diff", "--unfixable", "BCE", ".") == Run(0, b"", "")
    assert run("--diff", "--exit-zero", "safe.py").status == 0


def test_diff_with_show_fixes_lists_on_standard_error(project: Path, run: Runner) -> None:
    done = run("--diff", "--show-fixes", "safe.py")
    assert done.text == DIFF
    assert done.err == "\nWould fix 1 finding:\n- safe.py:\n    1 x BCE203 (deprecated-loss-reduction)\n\nWould fix 1 finding.\n"


def test_diff_keeps_the_encoding_of_the_file(project: Path, run: Runner) -> None:
    data = f"# coding: latin-1\n# caf\u00e9\n{SAFE}".encode("latin-1").replace(b"\n", b"\r\n")
    (project / "safe.py").write_bytes(data)
    done = run("--diff", "safe.py")
    subprocess.run(["git", "apply", "-p0"], input=done.out, cwd=project, check=True, timeout=60)
    assert (project / "safe.py").read_bytes() == data.replace(b"size_average=False", b'reduction="sum"')


def test_diff_in_a_terminal_is_text(project: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "safe.py").write_bytes(f"# coding: latin-1\n# \x1b\n{SAFE}x = '\u00e9'\n".encode("latin-1"))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    done = run("--diff", "safe.py")
    assert "\n x = '\u00e9'\n" in done.text


# --- standard input ------------------------------------------------------------------------------


def test_standard_input_is_given_back_fixed(run: Runner) -> None:
    done = run("--fix", "-", stdin=SAFE.encode())
    assert done == Run(0, SAFE_FIXED.encode(), "Found 1 finding in 1 file (1 fixed, 0 left).\n")


def test_standard_input_keeps_its_bytes(run: Runner) -> None:
    data = b"\xef\xbb\xbf" + f"# caf\u00e9 \x0b\n{SAFE}".encode().replace(b"\n", b"\r\n").rstrip()
    assert run("--fix", "-", stdin=data).out == data.replace(b"size_average=False", b'reduction="sum"')
    latin = b"# coding: latin-1\n# \xe9\n" + SAFE.encode()
    assert run("--fix", "-", stdin=latin).out == latin.replace(b"size_average=False", b'reduction="sum"')


def test_standard_input_that_needs_no_fix_is_given_back(run: Runner) -> None:
    for data in (b"", CLEAN.encode(), b"\xff\x00", b"\x0c\r\n\r", BROKEN.encode()):
        assert run("--fix", "-", stdin=data).out == data
        assert run("--fix-only", "-", stdin=data) == Run(0, data, "")


def test_what_is_left_in_standard_input_goes_to_standard_error(run: Runner) -> None:
    done = run("--fix", "--output-format", "concise", "-", stdin=BOTH.encode())
    assert (done.status, done.out) == (1, BOTH_SAFE_FIXED.encode())
    assert done.err.startswith("<stdin>:8:12: BCE103 `")
    assert done.err.endswith(f"Found 2 findings in 1 file (1 fixed, 1 left).\n{HIDDEN}")
    done = run("--fix", "--output-format", "json", "--stdin-filename", "net.py", stdin=BOTH.encode())
    assert (done.out, [row["code"] for row in json.loads(done.err)]) == (BOTH_SAFE_FIXED.encode(), ["BCE103"])


def test_the_diff_of_standard_input(run: Runner) -> None:
    done = run("--diff", "--stdin-filename", "safe.py", stdin=SAFE.encode())
    assert done == Run(1, DIFF.encode(), "Would fix 1 finding.\n")
    assert run("--diff", "-", stdin=SAFE.encode()).text == DIFF.replace("safe.py", "<stdin>")
    assert run("--diff", "-", stdin=CLEAN.encode()) == Run(0, b"", "")


def test_standard_input_of_an_ignored_name_is_given_back(tmp_path: Path, run: Runner) -> None:
    write(tmp_path, **{".gitignore": "gen.py\n"})
    (tmp_path / ".git").mkdir()
    arguments = ("--force-exclude", "--stdin-filename", "gen.py", "-q")
    assert run("--fix", *arguments, stdin=SAFE.encode()) == Run(0, SAFE.encode(), "")
    assert run("--diff", *arguments, stdin=SAFE.encode()) == run(*arguments, stdin=SAFE.encode()) == Run(0, b"", "")


# --- what goes wrong -----------------------------------------------------------------------------

Fixed = tuple[Outcome, Mapping[str, SourceText]]


def finding(path: str, *edited: str, code: str = "BCE203") -> Diagnostic:
    """A finding, mended by edits in some files."""
    place = Location(path, Position(1, 1), Position(1, 2))
    edits = tuple(Edit(Location(name, Position(1, 1), Position(1, 1)), "") for name in edited)
    return Diagnostic(code, "a-name", "a message", place, fix=Fix("safe", "a title", edits))


def fixing(monkeypatch: pytest.MonkeyPatch, outcome: Outcome) -> None:
    """Makes the engine's fixes come to this."""
    monkeypatch.setattr(engine, "fix", lambda files, codes, options, kept: (outcome, {}))
    monkeypatch.setattr(engine, "fix_text", lambda data, name, codes, options, kept: (outcome, {}))


def test_a_read_only_file_gives_2_and_the_others_are_written(project: Path, run: Runner) -> None:
    write(project, **{"other.py": SAFE})
    (project / "other.py").chmod(0o444)
    done = run("--fix", "--output-format", "concise", "--show-fixes", ".")
    assert (done.status, done.err) == (2, "bce-lint: other.py: read-only\n")
    assert texts(project) == {"other.py": SAFE, "safe.py": SAFE_FIXED, "unsafe.py": UNSAFE}
    lines = done.text.splitlines()
    assert [line.split()[0] for line in lines[:2]] == ["other.py:5:12:", "unsafe.py:8:12:"]
    assert lines[3:6] == ["Fixed 1 finding:", "- safe.py:", "    1 x BCE203 (deprecated-loss-reduction)"]
    assert "Found 3 findings in 3 files (1 fixed, 2 left)." in lines


def test_a_file_that_changed_meanwhile_gives_2_and_is_reported_as_it_is(
    project: Path, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, now = engine.fix, f"# new\n{SAFE}"

    def slow(files: Sequence[Path], codes: frozenset[str], options: FixOptions, kept: Cache | None) -> Fixed:
        result = real(files, codes, options, kept)
        write(project, **{"safe.py": now})
        return result

    monkeypatch.setattr(engine, "fix", slow)
    done = run("--fix", "safe.py")
    assert (done.status, done.err) == (2, "bce-lint: safe.py: changed since it was read\n")
    assert texts(project)["safe.py"] == now
    assert " --> safe.py:6:12\n" in done.text and "6 |     return F.mse_loss(x, y, size_average=False)\n" in done.text
    assert done.text.splitlines()[-1] == "Found 1 finding in 1 file."


def test_a_group_is_written_whole_or_not_at_all(tmp_path: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("a.py", "b.py", "c.py")
    write(tmp_path, **dict.fromkeys(names, "old\n"))
    (tmp_path / "b.py").chmod(0o444)
    changes = [FileChange(name, b"old\n", b"new\n") for name in names]
    applied = (finding("a.py", "a.py", "b.py"), finding("c.py", "b.py"), finding("b.py", "c.py"), replace(finding("a.py"), fix=None))
    fixing(monkeypatch, Outcome((tuple(changes[:2]), (changes[2],)), applied, (), ()))
    left = (finding("a.py", "a.py", "b.py"), finding("c.py", "b.py"), finding("a.py"))
    monkeypatch.setattr(engine, "check", lambda *_, **__: LintResult(left, {}))
    done = run("--fix", "--output-format", "concise", "-q", "--show-fixes", ".")
    assert (done.status, done.err, len(done.text.splitlines())) == (2, "bce-lint: b.py: read-only\n", 3)
    assert texts(tmp_path) == {"a.py": "old\n", "b.py": "old\n", "c.py": "new\n"}
    fixing(monkeypatch, Outcome((tuple(changes[:2]),), applied, (), ()))
    assert run("--fix", ".").text.splitlines()[-1] == "Found 4 findings in 3 files (1 fixed, 3 left)."


@pytest.mark.parametrize("arguments", [("--fix",), ("--fix-only",), ("--diff",), ("--fix", "--exit-zero")])
def test_a_fix_that_a_gate_refused_gives_2(project: Path, run: Runner, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]) -> None:
    line = "safe.py:5:12: BCE203 is not fixed: the changed text would not parse"
    fixing(monkeypatch, Outcome((), (), (finding("safe.py"),), (line,)))
    done = run(*arguments, "-q", "safe.py")
    assert (done.status, done.err) == (2, f"bce-lint: {line}\n")
    done = run(*arguments, "-q", "-", stdin=SAFE.encode())
    assert (done.status, done.err.splitlines()[0]) == (2, f"bce-lint: {line}")
    assert texts(project)["safe.py"] == SAFE


@pytest.mark.parametrize("arguments", [("--fix-only",), ("--diff",)])
def test_an_internal_error_is_told_even_where_findings_are_not(
    project: Path, run: Runner, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str]
) -> None:
    fixing(monkeypatch, Outcome((), (), (finding("safe.py", code="BCE900"),), ()))
    assert run(*arguments, "-q", "safe.py") == Run(2, b"", "bce-lint: safe.py: BCE900 a message\n")


def test_a_crash_while_fixing_changes_nothing(project: Path, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: Any) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(engine, "fix", crash)
    assert run("--fix", ".") == Run(2, b"", "bce-lint: internal error: RuntimeError: no luck\n")
    assert texts(project) == {"safe.py": SAFE, "unsafe.py": UNSAFE}


def test_fixes_do_not_change_mode_or_links(project: Path, run: Runner) -> None:
    (project / "safe.py").chmod(0o750)
    (project / "link.py").symlink_to("safe.py")
    assert run("--fix", "link.py").status == 0
    assert (project / "link.py").is_symlink()
    assert (texts(project)["safe.py"], (project / "safe.py").stat().st_mode & 0o777) == (SAFE_FIXED, 0o750)
