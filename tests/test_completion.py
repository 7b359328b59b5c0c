"""`bce-lint --print-completion`: bash completes with it, and without shtab a line says what to do."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bce_lint.cli.completion import completion
from bce_lint.cli.options import parser
from bce_lint.report import FORMATS
from bce_lint.rules.registry import RULES

ROOT = Path(__file__).parents[1]
CODES, NAMES = [rule.code for rule in RULES], [rule.name for rule in RULES]


def completed(words: str, cwd: Path) -> list[str]:
    """What bash offers for the last word of a command line."""
    (cwd / "completion.sh").write_text(completion("bash"), encoding="utf-8")
    parts = words.split(" ")
    script = (
        f"source completion.sh; COMP_WORDS=({' '.join(map(shlex.quote, parts))}); COMP_CWORD={len(parts) - 1}; "
        "name=$(complete -p bce-lint | sed 's/.*-F \\([^ ]*\\).*/\\1/'); \"$name\"; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(["bash", "--norc", "-c", script], cwd=cwd, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    return sorted(filter(None, done.stdout.split("\n")))


def test_the_server_has_options_of_its_own(folder: Path) -> None:
    assert completed("bce-lint ser", folder) == ["server"]
    assert completed("bce-lint server --", folder) == ["--help", "--log", "--stdio", "--verbose"]
    assert completed("bce-lint server --log tr", folder) == ["train.py"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file and a folder."""
    (tmp_path / "src").mkdir()
    (tmp_path / "train.py").touch()
    return tmp_path


@pytest.mark.parametrize("words", ["bce-lint t", "bce-lint src t", "bce-lint --fix --compare t", "bce-lint --select BCE103 src t"])
def test_paths_are_completed(folder: Path, words: str) -> None:
    assert completed(words, folder) == ["train.py"]


def test_a_folder_is_completed_where_one_is_wanted(folder: Path) -> None:
    assert completed("bce-lint --cache-dir ", folder) == ["src"]


@pytest.mark.parametrize("option", ["--select", "--ignore", "--extend-select", "--fixable", "--unfixable", "--explain"])
def test_rules_are_completed(folder: Path, option: str) -> None:
    assert completed(f"bce-lint {option} BCE10", folder) == [code for code in CODES if code.startswith("BCE10")]
    assert completed(f"bce-lint {option} sig", folder) == sorted(name for name in NAMES if name.startswith("sig"))


def test_the_rules_of_a_list_are_completed(folder: Path) -> None:
    wanted = [f"BCE103,BCE11,{code}" for code in CODES if code.startswith("BCE12")]
    assert completed("bce-lint --select BCE103,BCE11,BCE12", folder) == wanted


def test_formats_and_options_are_completed(folder: Path) -> None:
    assert completed("bce-lint --output-format ", folder) == sorted(FORMATS)
    assert completed("bce-lint --un", folder) == ["--unfixable", "--unsafe-fixes"]
    assert completed("bce-lint --print-completion ", folder) == ["bash", "zsh"]


def test_every_option_is_there_for_zsh_too() -> None:
    script = completion("zsh")
    strings = [one for action in parser()._actions for one in action.option_strings]
    assert script.startswith("#compdef bce-lint\n")
    assert [one for one in strings if one not in script] == []
    assert f"_values -s , rule {' '.join(CODES)}" in script


def test_what_zsh_would_read_as_its_own_stands_in_no_metavar() -> None:
    names = [str(action.metavar) for action in parser()._actions]
    assert [name for name in names if set(name) & set(':"`$\\')] == []


def bce_lint(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs the command line."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "bce_lint", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_script_is_printed(tmp_path: Path) -> None:
    done = bce_lint("--print-completion", "bash", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, completion("bash"), "")


def test_without_shtab_a_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bce_lint.cli import main

    monkeypatch.setitem(sys.modules, "shtab", None)
    monkeypatch.chdir(tmp_path)
    assert main(["--print-completion", "bash"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("bce-lint: --print-completion needs shtab (") and err.endswith("; install it with `pip install shtab`\n")
    assert err.count("\n") == 1
