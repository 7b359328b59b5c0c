"""`--config`, `--isolated`, `--show-settings` and `--show-files`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bce_lint.config.settings import SETTINGS
from tests.config.projects import BUG, JSON, NLL, Lint, write

OFF = 'ignore = ["BCE103"]\n'


# --- --config ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "text"), [("strict.toml", OFF), ("etc/pyproject.toml", f"[tool.bce-lint]\n{OFF}"), ("a=b.toml", OFF)])
def test_a_file_that_is_named_takes_the_place_of_the_nearest(root: Path, lint: Lint, name: str, text: str) -> None:
    write(root, {"a.py": BUG, "bce-lint.toml": 'select = ["BCE103", "BCE123"]\n', "nll.py": NLL, name: text})
    assert lint("--config", name, *JSON).found() == []


def test_patterns_of_a_file_that_is_named_start_from_the_working_folder(root: Path, lint: Lint) -> None:
    write(root, {"gen/a.py": BUG, "etc/strict.toml": 'extend-exclude = ["/gen/"]\n', "etc/gen/b.py": BUG})
    assert lint("--config", "etc/strict.toml", *JSON).found() == [("b.py", "BCE103")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["none.toml"], "--config: none.toml: there is no such file, and it is no KEY = VALUE"),
        (["pyproject.toml"], "--config: pyproject.toml: has no table [tool.bce-lint]"),
        (["one.toml", "two.toml"], "--config: takes one file, not one.toml and two.toml"),
        (["slect = ['BCE1']"], "--config: slect: there is no such key; did you mean select?"),
        (["select = 'BCE1'"], '--config: select: takes a list of rules, not "BCE1"'),
        (["severity.BCE1 = 'bad'"], '--config: severity.BCE1: takes "error", "warning" or "info", not "bad"'),
        (["select = BCE1"], '--config: "select = BCE1" is neither a file nor TOML of the form KEY = VALUE: '),
        (["cache-dir = '../x'"], "--config: cache-dir: takes folders below that of the configuration"),
    ],
)
def test_what_is_wrong_is_told(root: Path, lint: Lint, words: list[str], told: str) -> None:
    write(root, {"a.py": BUG, "one.toml": "", "two.toml": "", "pyproject.toml": ""})
    done = lint(*(word for one in words for word in ("--config", one)), ".")
    assert done.status == 2 and done.out == "" and done.err.startswith(f"bce-lint: {told}") and done.err.count("\n") == 1


def test_a_folder_is_no_file(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "etc/x": ""})
    done = lint("--config", "etc", ".")
    assert done.status == 2 and done.err.startswith("bce-lint: etc: cannot be read: ") and done.err.count("\n") == 1


# --- --isolated ----------------------------------------------------------------------------------


def test_isolated_reads_none(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "bce-lint.toml": "zzz =", "pkg/bce-lint.toml": OFF, "pkg/b.py": BUG})
    assert [name for name, _ in lint("--isolated", *JSON).found()] == ["a.py", "b.py"]
    assert "# configuration: none" in lint("--isolated", "--show-settings").out
    assert lint("--isolated", "--config", OFF.strip(), *JSON).found() == []


def test_isolated_and_a_file_contradict_each_other(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "own.toml": OFF})
    told = "bce-lint: --isolated reads no configuration: give --config KEY=VALUE with it, and no file\n"
    assert lint("--isolated", "--config", "own.toml", ".") == (2, "", told)


# --- what would be done --------------------------------------------------------------------------


def test_the_settings_of_the_first_file_are_shown(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "pkg/bce-lint.toml": 'select = ["BCE1"]\nper-file-ignores = { "b.py" = ["BCE10"] }\n', "pkg/b.py": BUG})
    done = lint("--show-settings", "pkg")
    assert (done.status, done.err) == (0, "")
    head, *lines = done.out.splitlines()
    assert head == "# settings of pkg/b.py" and lines[0] == "# configuration: pkg/bce-lint.toml"
    assert 'select = ["BCE1"]  # pkg/bce-lint.toml' in lines
    reported = lines[-1].removeprefix("# reported: ").split(", ")
    assert "BCE103" not in reported and {"BCE113", "BCE123", "BCE900"} <= set(reported) and "BCE203" not in reported
    shown = [line.removeprefix("# ").partition(" = ")[0].partition(":")[0] for line in lines[1:-1]]
    assert shown == [one.key for one in SETTINGS]


def test_the_settings_that_are_shown_can_be_read_again(root: Path, lint: Lint) -> None:
    text = "".join(f"{one.key} = {one.example}\n" for one in SETTINGS)
    write(root, {"a.py": BUG, "bce-lint.toml": text})
    first = lint("--show-settings", "a.py")
    write(root, {"bce-lint.toml": first.out})
    assert lint("--show-settings", "a.py") == first


def test_settings_of_nothing_are_none(root: Path, lint: Lint) -> None:
    done = lint("--show-settings")
    assert (done.status, done.out, done.err) == (2, "", "bce-lint: no Python files under the given paths\n")


def test_the_files_are_shown_in_order(root: Path, lint: Lint) -> None:
    files = dict.fromkeys(("b.py", "a.py", "build/c.py", "gen/d.py", "pkg/e.py", "pkg/f.py"), BUG)
    write(root, {**files, "bce-lint.toml": 'extend-exclude = ["gen"]\n', "pkg/bce-lint.toml": 'exclude = ["f.py"]\n'})
    assert lint("--show-files") == (0, "a.py\nb.py\npkg/e.py\n", "")
    assert lint("--show-files", "gen/d.py").out == "gen/d.py\n"
    assert lint("--show-files", "--force-exclude", "gen/d.py").out == ""
    assert lint("--show-files", "none.py").status == 2


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (["/a.py"], ["pkg/a.py", "pkg/gen_1.py", "pkg/sub/gen_2.py"]),
        (["a.py"], ["pkg/gen_1.py", "pkg/sub/gen_2.py"]),
        (["gen_*.py"], ["a.py", "pkg/a.py"]),
        (["gen_*.py", "!gen_1.py"], ["a.py", "pkg/a.py", "pkg/gen_1.py"]),
        (["pkg/"], ["a.py"]),
        (["pkg/*.py"], ["a.py", "pkg/sub/gen_2.py"]),
        (["pkg/**/*.py"], ["a.py"]),
        (["sub"], ["a.py", "pkg/a.py", "pkg/gen_1.py"]),
        (["/sub"], ["a.py", "pkg/a.py", "pkg/gen_1.py", "pkg/sub/gen_2.py"]),
        (["gen_[1]*"], ["a.py", "pkg/a.py", "pkg/sub/gen_2.py"]),
    ],
)
def test_patterns_are_read_as_gitignore_reads_them(root: Path, lint: Lint, patterns: list[str], left: list[str]) -> None:
    names = ["a.py", "pkg/a.py", "pkg/gen_1.py", "pkg/sub/gen_2.py"]
    write(root, {**dict.fromkeys(names, BUG), "bce-lint.toml": f"extend-exclude = {patterns}\n"})
    assert lint("--show-files").out.split() == left
    (root / "bce-lint.toml").write_text(f"exclude = {patterns}\n", encoding="utf-8")
    assert lint("--show-files").out.split() == left
    (root / "bce-lint.toml").rename(root / "old.toml")
    write(root, {".gitignore": "\n".join(patterns)})
    assert lint("--show-files").out.split() == left


def test_exclude_takes_the_place_of_the_usual_folders(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "build/b.py": BUG, "bce-lint.toml": 'exclude = ["a.py"]\n'})
    assert lint("--show-files").out == "build/b.py\n"
