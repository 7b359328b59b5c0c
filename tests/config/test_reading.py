"""Which configuration is read for a file, and what is said of one that cannot be followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bce_lint.config.kinds import formats
from bce_lint.config.reading import LONGEST
from bce_lint.config.settings import SETTINGS
from tests.config.projects import BUG, JSON, Lint, write

OFF = 'ignore = ["BCE103"]\n'
TABLE = f"[tool.bce-lint]\n{OFF}"


# --- the nearest ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bce-lint.toml", "pyproject.toml"])
@pytest.mark.parametrize("folder", ["", "pkg/", "pkg/inner/"])
def test_a_configuration_holds_for_the_files_below_it(root: Path, lint: Lint, name: str, folder: str) -> None:
    write(root, {f"{path}a.py": BUG for path in ("", "pkg/", "pkg/inner/")})
    write(root, {f"{folder}{name}": OFF if name == "bce-lint.toml" else TABLE})
    silent = {"": 3, "pkg/": 2, "pkg/inner/": 1}[folder]
    assert len(lint(*JSON).found()) == 3 - silent


def test_the_nearest_counts_alone(root: Path, lint: Lint) -> None:
    write(root, {"bce-lint.toml": OFF, "pkg/bce-lint.toml": 'ignore = ["BCE2"]\n', "a.py": BUG, "pkg/b.py": BUG})
    assert lint(*JSON).found() == [("b.py", "BCE103")]


def test_a_file_above_the_project_counts(root: Path, lint: Lint) -> None:
    write(root, {"../bce-lint.toml": OFF, "a.py": BUG})
    assert lint(*JSON).found() == []


@pytest.mark.parametrize(
    "passed", ["", "[tool.ruff]\n", "[project]\nname = 'bce-lint'\n", "[tool]\n", "# [tool.bce-lint\n]\n", "tool = 1\nx = 'bce-lint'\n"]
)
def test_a_pyproject_without_the_table_is_passed_over(root: Path, lint: Lint, passed: str) -> None:
    write(root, {"bce-lint.toml": OFF, "pkg/pyproject.toml": passed, "pkg/a.py": BUG})
    assert lint(*JSON) == (0, "[]\n", "")


def test_an_empty_table_counts(root: Path, lint: Lint) -> None:
    write(root, {"bce-lint.toml": OFF, "pkg/pyproject.toml": "[tool.bce-lint]\n", "pkg/a.py": BUG})
    assert len(lint(*JSON).found()) == 1


def test_of_two_in_a_folder_the_own_file_wins(root: Path, lint: Lint) -> None:
    write(root, {"bce-lint.toml": "", "pyproject.toml": TABLE, "a.py": BUG})
    assert len(lint(*JSON).found()) == 1
    write(root, {"bce-lint.toml": OFF, "pyproject.toml": "[tool.bce-lint]\n"})
    assert lint(*JSON).found() == []


def test_a_text_without_a_name_has_the_working_folders(root: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    write(root, {"bce-lint.toml": OFF, "pkg/bce-lint.toml": ""})
    for words, number in (((), 0), (("--stdin-filename", "a.py"), 0), (("--stdin-filename", "pkg/a.py"), 1)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BUG.encode())))
        assert len(lint("-", *words, *JSON).found()) == number


@pytest.mark.parametrize("text", ["\ufeff" + OFF, OFF.replace("\n", "\r\n"), f"# täxt\n{OFF}"])
def test_marks_and_line_ends_make_no_difference(root: Path, lint: Lint, text: str) -> None:
    (root / "bce-lint.toml").write_bytes(text.encode())
    write(root, {"a.py": BUG})
    assert lint(*JSON).found() == []


# --- what is wrong -------------------------------------------------------------------------------

FORMS = ", ".join(f'"{one}"' for one in formats()[:-1]) + f' or "{formats()[-1]}"'
FOLDER = "takes folders below that of the configuration, without a leading / and without ..;"
WRONG = {
    'slect = ["BCE1"]': "slect: there is no such key; did you mean select?",
    "extend_ignore = []": "extend_ignore: there is no such key; did you mean extend-ignore?",
    "zzz = 1": f"zzz: there is no such key; the keys are {', '.join(one.key for one in SETTINGS)}",
    'select = "BCE1"': 'select: takes a list of rules, not "BCE1"',
    "select = [1]": "select: takes rules, as texts, not 1",
    'ignore = ["sigmoid-before-bce"]': "ignore: no rule is called 'sigmoid-before-bce'; did you mean sigmoid-before-bce-loss?",
    'fixable = ["BCE999"]': "fixable: no rule is called 'BCE999'",
    'per-file-ignores = ["BCE1"]': 'per-file-ignores: takes a table of patterns with lists of rules, not ["BCE1"]',
    'per-file-ignores = { "a.py" = "BCE1" }': 'per-file-ignores."a.py": takes a list of rules, not "BCE1"',
    'per-file-ignores = { "../a" = ["BCE1"] }': 'per-file-ignores: takes patterns of paths below its folder; "../a" leads out of it',
    'exclude = ["a/../../b"]': 'exclude: takes patterns of paths below its folder; "a/../../b" leads out of it',
    'extend-exclude = ["a["]': 'extend-exclude: takes patterns as in .gitignore; "a[" is none',
    'force-exclude = "yes"': 'force-exclude: takes true or false, not "yes"',
    "src = 'lib'": 'src: takes a list of folders, not "lib"',
    'src = ["../lib"]': f'src: {FOLDER} "../lib" is none',
    'src = ["/lib"]': f'src: {FOLDER} "/lib" is none',
    "cache-dir = []": "cache-dir: takes a folder, not []",
    "jobs = -1": "jobs: takes a whole number from 0 to 1000, not -1",
    "cache-dir = 'C:\\x'": f'cache-dir: {FOLDER} "C:\\\\x" is none',
    "output-format = 'ful'": f'output-format: takes {FORMS}, not "ful"; did you mean full?',
    "severity = 'error'": 'severity: takes a table of rules with "error", "warning" or "info", not "error"',
    "severity = { BCE1 = 'warn' }": 'severity.BCE1: takes "error", "warning" or "info", not "warn"; did you mean warning?',
    "severity = { BCE1 = 1 }": 'severity.BCE1: takes "error", "warning" or "info", not 1',
    "report-possible = 1": "report-possible: takes true or false, not 1",
    "exit-non-zero-on-possible = 'no'": 'exit-non-zero-on-possible: takes true or false, not "no"',
    "severity = { BCE9999 = 'info' }": "severity: no rule is called 'BCE9999'",
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_one_line_with_file_and_key(root: Path, lint: Lint, text: str) -> None:
    write(root, {"pkg/a.py": BUG, "pkg/bce-lint.toml": f"{text}\n"})
    told = lint(".")
    assert told.status == 2 and told.out == ""
    assert told.err.startswith(f"bce-lint: pkg/bce-lint.toml: {WRONG[text]}") and told.err.count("\n") == 1
    write(root, {"pkg/pyproject.toml": f"[tool.bce-lint]\n{text}\n"})
    (root / "pkg" / "bce-lint.toml").unlink()
    assert lint(".").err == told.err.replace("bce-lint.toml: ", "pyproject.toml: tool.bce-lint.")


def test_each_key_has_something_wrong_above() -> None:
    told = {text.partition(" ")[0] for text in WRONG} | {"extend-select", "extend-ignore", "unfixable"}  # of the kind of `select`
    assert {one.key for one in SETTINGS} - told == {"extend-safe-fixes", "extend-unsafe-fixes"}


@pytest.mark.parametrize("text", ["select = [\n", 'a = "x\n', "a = 1\na = 2\n", "[a\n", "= 1\n", "a = 1 2\n", "\x00"])
def test_what_is_no_toml_is_told_with_its_line(root: Path, lint: Lint, text: str) -> None:
    write(root, {"a.py": BUG, "bce-lint.toml": f"# one\n{text}"})
    told = lint(".")
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    line = told.err.removeprefix("bce-lint: bce-lint.toml:")
    assert line.partition(": is not TOML: ")[0] in ("2", "3") and "(at" not in line


@pytest.mark.parametrize("key", ["a.", '"a" . ', "'a'\t.", '"\\"." .'])
def test_a_key_has_64_parts_at_most(root: Path, lint: Lint, key: str) -> None:
    write(root, {"a.py": BUG, "bce-lint.toml": f"\n# a\n{key * 63}a = 1\n"})
    assert "there is no such key" in lint(".").err
    write(root, {"bce-lint.toml": f"\n# a\n{key * 64}a = 1\n"})
    assert lint(".") == (2, "", "bce-lint: bce-lint.toml:3: is not TOML: a key with more than 64 parts\n")


def test_what_is_no_text_is_told_with_its_line(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG})
    (root / "bce-lint.toml").write_bytes(b"# one\n# \xff\n")
    assert lint(".") == (2, "", "bce-lint: bce-lint.toml:2: cannot be read as UTF-8\n")


def test_a_broken_pyproject_counts_only_if_it_has_the_table(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "pyproject.toml": "[project]\nname = bce-lint\n"})
    assert lint(".").status == 1
    write(root, {"pyproject.toml": "[tool.bce-lint]\nselect = [\n"})
    told = lint(".")
    assert told.status == 2 and told.err.startswith("bce-lint: pyproject.toml:") and "is not TOML" in told.err


def test_a_table_that_is_none_is_told(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "pyproject.toml": "[tool]\nbce-lint = 1\n"})
    assert lint(".") == (2, "", "bce-lint: pyproject.toml: tool.bce-lint: takes a table, not 1\n")


def test_a_file_that_cannot_be_read_is_told(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG})
    (root / "bce-lint.toml").mkdir()
    told = lint(".")
    assert told.status == 2 and told.err.startswith("bce-lint: bce-lint.toml: cannot be read: ") and told.err.count("\n") == 1


def test_a_long_file_is_not_read(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "bce-lint.toml": "#" * (LONGEST + 1)})
    told = lint(".")
    assert told.status == 2 and told.err.startswith("bce-lint: bce-lint.toml: cannot be read: ")


@pytest.mark.parametrize("key", ["src = ['{}']", "cache-dir = '{}/kept'"])
def test_a_link_out_of_the_project_is_no_folder_in_it(root: Path, lint: Lint, key: str) -> None:
    write(root, {"a.py": BUG, "bce-lint.toml": key.format("link") + "\n", "inside/b.py": ""})
    (root / "link").symlink_to(root.parent)
    told = lint(".")
    assert told.status == 2 and told.err.endswith(" leads out of it by a link\n")
    write(root, {"bce-lint.toml": key.format("inside") + "\n"})
    assert lint(".").status == 1


def test_only_what_is_linted_is_held_up(root: Path, lint: Lint) -> None:
    write(root, {"a.py": BUG, "pkg/b.py": BUG, "pkg/bce-lint.toml": "zzz = 1\n"})
    assert lint("a.py", *JSON).found() == [("a.py", "BCE103")]
    assert lint("pkg").status == 2
    assert lint("--isolated", "pkg").status == 1


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--extend-ignore", "BCE99x"), "--extend-ignore: no rule is called 'BCE99x'"),
        (("--severity", "BCE1"), "--severity: takes RULE=LEVEL, as in BCE205=info, not BCE1"),
        (("--severity", "BCE1=bad"), '--severity.BCE1: takes "error", "warning" or "info", not "bad"'),
        (("--per-file-ignores", "BCE103"), "--per-file-ignores: takes PATTERN:RULES, as in tests/:BCE103,BCE2, not BCE103"),
        (("--exclude", "a["), '--exclude: takes patterns as in .gitignore; "a[" is none'),
    ],
)
def test_options_are_checked_alike(root: Path, lint: Lint, option: tuple[str, str], told: str) -> None:
    write(root, {"a.py": BUG})
    done = lint(".", *option)
    assert done.status == 2 and done.err.startswith(f"bce-lint: {told}") and done.err.count("\n") == 1


def test_the_file_is_named_from_the_working_folder(root: Path, lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, {"pkg/a.py": BUG, "bce-lint.toml": "zzz = 1\n"})
    monkeypatch.chdir(root / "pkg")
    assert lint("a.py").err.startswith(f"bce-lint: {root / 'bce-lint.toml'}: zzz: ")
    assert os.getcwd() == str(root / "pkg")
